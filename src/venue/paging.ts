/**
 * Asking and, unlike a submit, asking again: a bounded number of times inside the call.
 *
 *   read ─► done │ refused                       page ─► page ─► … ─► all rows, or unknown: never half a list
 *        └► unknown ─► wait ─► again (twice)
 */
import type { Clock } from '../seams/clock.ts'
import type { Caller, Params, Reply } from './call.ts'
import type { Decoded } from './decode-fields.ts'
import { isRefusal } from './decode-fields.ts'
import type { EndpointName } from './endpoints.ts'
import type { Outcome } from './gateway.ts'

export interface PagingOptions {
  readonly caller: Caller
  readonly clock: Clock
  readonly readTimeoutMs: number
  /** Asks the venue's time again; awaited before a read refused for its timestamp is repeated. */
  readonly resync: () => Promise<unknown>
  /** A list longer than this is not believed. Default 100. */
  readonly pagesMax?: number | undefined
}

export interface Paging {
  /** One question, with its repeats. */
  read(op: EndpointName, params: Params): Promise<Outcome<Reply>>
  /** Every page of a list, decoded. */
  pages<T>(op: EndpointName, params: Params, decode: (list: unknown) => Decoded<T[]>): Promise<Outcome<T[]>>
}

/** The receive window of a question: Bybit's default. */
export const READ_RECV_WINDOW_MS = 5000
const READ_REPEATS_MAX = 2
const REPEAT_WAIT_MS = 50
const PAGES_MAX = 100
/** A page that meets the rate limit waits for its reset; a first page does not, its caller decides. */
const PAGE_WAITS_MAX = 5
const PAGE_WAIT_MAX_MS = 2000

export function createPaging(options: PagingOptions): Paging {
  const { caller, clock, readTimeoutMs, resync, pagesMax = PAGES_MAX } = options
  const read: Paging['read'] = async (op, params) => {
    for (let repeat = 0; ; repeat += 1) {
      const limits = { timeoutMs: readTimeoutMs, recvWindowMs: READ_RECV_WINDOW_MS }
      const { outcome, mark } = await caller(op, params, limits).called
      if (repeat === READ_REPEATS_MAX) return outcome
      if (mark === 'resync-clock') await resync()
      else if (isWorthRepeating(outcome)) await clock.sleep(REPEAT_WAIT_MS * 2 ** repeat)
      else return outcome
    }
  }

  const page = async (op: EndpointName, params: Params, mayWait: boolean): Promise<Outcome<Reply>> => {
    for (let waits = 0; ; waits += 1) {
      const outcome = await read(op, params)
      if (outcome.kind !== 'refused' || outcome.retryAfterMs === undefined || outcome.bannedUntilUs !== undefined) {
        return outcome
      }
      if (!mayWait || waits === PAGE_WAITS_MAX || outcome.retryAfterMs > PAGE_WAIT_MAX_MS) return outcome
      await clock.sleep(outcome.retryAfterMs)
    }
  }

  const pages = async <T>(
    op: EndpointName,
    params: Params,
    decode: (list: unknown) => Decoded<T[]>,
  ): Promise<Outcome<T[]>> => {
    const rows: T[] = []
    let cursor: string | undefined
    for (let index = 0; index < pagesMax; index += 1) {
      const outcome = await page(op, { ...params, cursor }, index > 0)
      if (outcome.kind !== 'done') return outcome
      const { list, nextPageCursor } = outcome.value.result
      const decoded = decode(list)
      if (isRefusal(decoded)) return misunderstood(op, decoded.why)
      rows.push(...decoded)
      // The last page may still carry a cursor; it then leads to an empty page, or to itself.
      const isLast = typeof nextPageCursor !== 'string' || nextPageCursor === '' || nextPageCursor === cursor
      if (isLast || (list as unknown[]).length === 0) return { kind: 'done', value: rows }
      cursor = nextPageCursor
    }
    return misunderstood(op, `the list does not end after ${pagesMax} pages`)
  }

  return { read, pages }
}

/** No answer, or no connection: a venue that restarts is back in a moment. */
function isWorthRepeating(outcome: Outcome<Reply>): boolean {
  return outcome.kind === 'unknown' || (outcome.kind === 'refused' && outcome.code === 0)
}

/** A reply that came but cannot be trusted: for a question that is as good as none. */
export function misunderstood(op: EndpointName, why: string): Outcome<never> {
  return { kind: 'unknown', code: 0, reason: `${op} reply not understood: ${why}` }
}
