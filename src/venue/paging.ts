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
/** A limit is waited for so often, and no longer each time, ms. */
const LIMIT_WAITS_MAX = 5
const LIMIT_WAIT_MAX_MS = 2000

/** Asks again while the rate limit is met, after its reset: for whoever is in no hurry. */
export async function throughLimit<T>(clock: Clock, ask: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  for (let waits = 0; ; waits += 1) {
    const outcome = await ask()
    const isLimited = outcome.kind === 'refused' && outcome.bannedUntilUs === undefined
    const waitMs = (isLimited ? outcome.retryAfterMs : undefined) ?? Number.POSITIVE_INFINITY
    if (waits === LIMIT_WAITS_MAX || waitMs > LIMIT_WAIT_MAX_MS) return outcome
    await clock.sleep(waitMs)
  }
}

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

  const pages = async <T>(
    op: EndpointName,
    params: Params,
    decode: (list: unknown) => Decoded<T[]>,
  ): Promise<Outcome<T[]>> => {
    const rows: T[] = []
    let cursor: string | undefined
    for (let index = 0; index < pagesMax; index += 1) {
      const ask = (): Promise<Outcome<Reply>> => read(op, { ...params, cursor })
      // A first page that meets the limit waits for nothing: its caller decides.
      const outcome = index === 0 ? await ask() : await throughLimit(clock, ask)
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
