/**
 * What the venue's books say: orders, executions and positions, as our rows.
 *
 *   inquire(id) ─┬► realtime ─┐
 *                ├► history ──┼─► newest row + executions; unknown when any of the three could not be read
 *                └► executions┘
 */
import type { PositionRow, VenueExecutionRow, VenueOrderRow } from '../domain/rows.ts'
import type { Params } from './call.ts'
import type { InstrumentIndex } from './decode-fields.ts'
import { decodeExecution, decodeList, decodeOrder, decodePosition } from './decode-rows.ts'
import type { OrderInquiry, Outcome } from './gateway.ts'
import type { Paging, PagingOptions } from './paging.ts'
import { createPaging } from './paging.ts'
import type { VenueClock } from './venue-clock.ts'

export interface ReadsOptions extends PagingOptions {
  readonly venueClock: VenueClock
  readonly instruments: () => InstrumentIndex
  /** Each try of a question about one order, ms: a leg may be naked while it is awaited. */
  readonly inquiryTimeoutMs: number
}

export interface Reads extends Paging {
  inquire(symbol: string, clientId: string): Promise<Outcome<OrderInquiry>>
  positions(symbols: readonly string[]): Promise<Outcome<readonly PositionRow[]>>
  openOrders(symbols: readonly string[]): Promise<Outcome<readonly VenueOrderRow[]>>
  executionsSince(symbols: readonly string[], sinceMs: number): Promise<Outcome<readonly VenueExecutionRow[]>>
  ordersSince(symbols: readonly string[], sinceMs: number): Promise<Outcome<readonly VenueOrderRow[]>>
}

export function createReads(options: ReadsOptions): Reads {
  const { venueClock, instruments } = options
  const { read, pages } = createPaging(options)
  const questions = createPaging({ ...options, readTimeoutMs: options.inquiryTimeoutMs })

  const orders = (op: 'realtime' | 'history', params: Params, how = pages): Promise<Outcome<VenueOrderRow[]>> =>
    how(op, { category: 'linear', ...params, limit: 50 }, (list) => decodeList(list, decodeOrder, instruments()))
  const executions = (params: Params, how = pages): Promise<Outcome<VenueExecutionRow[]>> =>
    how('executions', { category: 'linear', ...params, limit: 100 }, (list) =>
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
      const ask = questions.pages
      const [live, past, fills] = await Promise.all([
        orders('realtime', id, ask),
        orders('history', id, ask),
        executions(id, ask),
      ])
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
