/**
 * Questions to the venue. Unlike a submit, a question may be asked again: a bounded number of times inside the call.
 *
 *   read ─► done │ refused                       page ─► page ─► … ─► all rows, or unknown: never half a list
 *        └► unknown ─► wait ─► again (twice)
 */
import type { PositionRow, VenueExecutionRow, VenueOrderRow } from '../domain/rows.ts'
import type { Clock } from '../seams/clock.ts'
import type { Caller, Params, Reply } from './call.ts'
import type { Decoded, InstrumentIndex } from './decode-fields.ts'
import { isRefusal } from './decode-fields.ts'
import { decodeExecution, decodeList, decodeOrder, decodePosition } from './decode-rows.ts'
import type { EndpointName } from './endpoints.ts'
import type { OrderInquiry, Outcome } from './gateway.ts'
import type { VenueClock } from './venue-clock.ts'

export interface ReadsOptions {
  readonly caller: Caller
  readonly clock: Clock
  readonly venueClock: VenueClock
  readonly readTimeoutMs: number
  /** Asks the venue's time again; awaited before a read refused for its timestamp is repeated. */
  readonly resync: () => Promise<unknown>
  readonly instruments: () => InstrumentIndex
}

export interface Reads {
  /** One question, with its repeats. */
  read(op: EndpointName, params: Params): Promise<Outcome<Reply>>
  /** Every page of a list, decoded. */
  pages<T>(op: EndpointName, params: Params, decode: (list: unknown) => Decoded<T[]>): Promise<Outcome<T[]>>
  inquire(symbol: string, clientId: string): Promise<Outcome<OrderInquiry>>
  positions(symbols: readonly string[]): Promise<Outcome<readonly PositionRow[]>>
  openOrders(symbols: readonly string[]): Promise<Outcome<readonly VenueOrderRow[]>>
  executionsSince(symbols: readonly string[], sinceMs: number): Promise<Outcome<readonly VenueExecutionRow[]>>
  ordersSince(symbols: readonly string[], sinceMs: number): Promise<Outcome<readonly VenueOrderRow[]>>
}

/** The receive window of a question: Bybit's default. */
export const READ_RECV_WINDOW_MS = 5000
const READ_REPEATS_MAX = 2
const REPEAT_WAIT_MS = 50
const PAGES_MAX = 100
/** A page that meets the rate limit waits for its reset; a first page does not, its caller decides. */
const PAGE_WAITS_MAX = 5
const PAGE_WAIT_MAX_MS = 2000

export function createReads(options: ReadsOptions): Reads {
  const { caller, clock, venueClock, readTimeoutMs, resync, instruments } = options

  const read: Reads['read'] = async (op, params) => {
    for (let repeat = 0; ; repeat += 1) {
      const limits = { timeoutMs: readTimeoutMs, recvWindowMs: READ_RECV_WINDOW_MS }
      const { outcome, mark } = await caller(op, params, limits).called
      if (repeat === READ_REPEATS_MAX) return outcome
      if (mark === 'resync-clock') await resync()
      else if (outcome.kind === 'unknown') await clock.sleep(REPEAT_WAIT_MS * 2 ** repeat)
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

  const pages: Reads['pages'] = async (op, params, decode) => {
    const rows: ReturnType<typeof decode> & unknown[] = []
    let cursor: string | undefined
    for (let index = 0; index < PAGES_MAX; index += 1) {
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
    return misunderstood(op, `the list does not end after ${PAGES_MAX} pages`)
  }

  const orders = (op: 'realtime' | 'history', params: Params): Promise<Outcome<VenueOrderRow[]>> =>
    pages(op, { category: 'linear', ...params, limit: 50 }, (list) => decodeList(list, decodeOrder, instruments()))
  const executions = (params: Params): Promise<Outcome<VenueExecutionRow[]>> =>
    pages('executions', { category: 'linear', ...params, limit: 100 }, (list) =>
      decodeList(list, decodeExecution, instruments()),
    )

  const openOrders = async (symbols: readonly string[]): Promise<Outcome<VenueOrderRow[]>> =>
    keep(await orders('realtime', { ...scopeOf(symbols), openOnly: 0 }), symbols)

  return {
    read,
    pages,
    openOrders,
    async inquire(symbol, clientId) {
      const askedVenueMs = venueClock.nowMs()
      const id = { symbol, orderLinkId: clientId }
      const [live, past, fills] = await Promise.all([orders('realtime', id), orders('history', id), executions(id)])
      if (live.kind !== 'done') return live
      if (past.kind !== 'done') return past
      if (fills.kind !== 'done') return fills
      const rows = [...live.value, ...past.value].filter((row) => row.clientId === clientId)
      const own = fills.value.filter((row) => row.clientId === clientId).sort(byTime)
      return { kind: 'done', value: { row: rows.reduce(newer, null), executions: own, askedVenueMs } }
    },
    async positions(symbols) {
      const params = { category: 'linear', ...scopeOf(symbols), limit: 200 }
      return keep(await pages('positions', params, (list) => decodeList(list, decodePosition, instruments())), symbols)
    },
    async executionsSince(symbols, sinceMs) {
      const found = keep(await executions({ ...scopeOf(symbols), startTime: Math.floor(sinceMs) }), symbols)
      return found.kind === 'done' ? { kind: 'done', value: found.value.sort(byTime) } : found
    },
    async ordersSince(symbols, sinceMs) {
      const scope = { ...scopeOf(symbols), startTime: Math.floor(sinceMs) }
      const [open, past] = await Promise.all([openOrders(symbols), orders('history', scope)])
      if (open.kind !== 'done') return open
      if (past.kind !== 'done') return past
      return keep({ kind: 'done', value: newestOfEach([...open.value, ...past.value]) }, symbols)
    },
  }
}

/** A reply that came but cannot be trusted: for a question that is as good as none. */
export function misunderstood(op: EndpointName, why: string): Outcome<never> {
  return { kind: 'unknown', code: 0, reason: `${op} reply not understood: ${why}` }
}

/** One symbol is asked for by name; several by one question for all linear USDT ones, sorted out here. */
function scopeOf(symbols: readonly string[]): Params {
  return symbols.length === 1 ? { symbol: symbols[0] } : { settleCoin: 'USDT' }
}

function keep<T extends { readonly symbol: string }>(found: Outcome<T[]>, symbols: readonly string[]): Outcome<T[]> {
  if (found.kind !== 'done') return found
  return { kind: 'done', value: found.value.filter((row) => symbols.includes(row.symbol)) }
}

/** The row that knows more: later, and on a tie the one with more filled. */
function newer(best: VenueOrderRow | null, row: VenueOrderRow): VenueOrderRow {
  if (best === null || row.updatedMs > best.updatedMs) return row
  return row.updatedMs === best.updatedMs && row.filledLots > best.filledLots ? row : best
}

function newestOfEach(rows: readonly VenueOrderRow[]): VenueOrderRow[] {
  const byId = new Map<string, VenueOrderRow>()
  for (const row of rows) byId.set(row.venueOrderId, newer(byId.get(row.venueOrderId) ?? null, row))
  return [...byId.values()].sort((a, b) => a.createdMs - b.createdMs)
}

/** Oldest first; the venue does not order executions of one millisecond, their ids do. */
function byTime(a: VenueExecutionRow, b: VenueExecutionRow): number {
  return a.venueMs - b.venueMs || (a.execId < b.execId ? -1 : 1)
}
