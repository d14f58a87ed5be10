/**
 * Trades as the page shows them, read back from the journal's facts.
 *
 *   trade.planned ─ order.submitted ─ acknowledged ─ filled … ─ hedged ─ closing ─ flat | halted
 *        0 µs            │ an OrderRecord each, on the executor's clock    │
 *                        └ exposure: net lots, on the venue's clock ───────► 0
 *
 * Exposure comes from the venue's executions, as the promise P1 judges it; from our own record of them where the
 * venue's books were not asked.
 */
import type { JournalEvent } from '../journal/events.ts'
import type { Run, RunTrade } from '../journal/run.ts'
import { type OrderRecord, orderRecord } from './orders.ts'

export interface ExposureStep {
  readonly atUs: number
  /** Long minus short, in lots; 0 is hedged or flat. */
  readonly netLots: number
}

/** Worth a mark on the time axis. */
export interface TradeMark {
  readonly atUs: number
  readonly kind: 'fault' | 'failed' | 'closing' | 'halted'
  readonly text: string
}

/** Times are µs since the trade began. */
export interface TradeRecord {
  readonly tradeId: string
  readonly symbol: string
  readonly lots: number
  readonly status: 'flat' | 'halted' | 'open'
  /** Why the entry did not work out; null when it did. */
  readonly failed: string | null
  readonly closedBecause: string | null
  readonly hedgedUs: number | null
  readonly endUs: number
  readonly orders: readonly OrderRecord[]
  readonly exposure: readonly ExposureStep[]
  readonly nakedLongestUs: number
  readonly nakedMostLots: number
  readonly nakedMostUsd: number
  readonly venuePnlUsd: number | null
  readonly feesUsd: number | null
  readonly syntheticPnlBps: number | null
  readonly marks: readonly TradeMark[]
}

/** All trades of a run, worst first: halted, failed, still open, then the longest naked. */
export function tradesOf(run: Run): TradeRecord[] {
  const facts = factsByOrder(run.events)
  const lastUs = run.events.at(-1)?.at ?? 0
  return [...run.trades.values()]
    .map((trade) => tradeRecord(trade, { run, facts, lastUs }))
    .toSorted((a, b) => troubleOf(b) - troubleOf(a) || b.nakedLongestUs - a.nakedLongestUs)
}

interface Context {
  readonly run: Run
  readonly facts: ReadonlyMap<string, readonly JournalEvent[]>
  readonly lastUs: number
}

/** Every line that names an order, by client order id. */
function factsByOrder(events: readonly JournalEvent[]): Map<string, JournalEvent[]> {
  const facts = new Map<string, JournalEvent[]>()
  for (const event of events) {
    const clientId = 'clientId' in event.data ? event.data.clientId : null
    if (clientId === null) continue
    const known = facts.get(clientId)
    if (known === undefined) facts.set(clientId, [event])
    else known.push(event)
  }
  return facts
}

function tradeRecord(trade: RunTrade, context: Context): TradeRecord {
  const { flat, halted, planned, closing, failed } = trade
  const startUs = planned?.at ?? trade.firstUs
  const orders = trade.orders
    .map((order) => orderRecord(order, context.facts.get(order.clientId) ?? [], startUs))
    .filter((order) => order !== null)
  const changes = changesOf(trade, context.run, startUs)
  const exposure = exposureOf(changes)
  const endUs = (flat?.at ?? halted?.at ?? context.lastUs) - startUs
  const told = flat?.data ?? trade.marks.at(-1)?.data
  return {
    tradeId: trade.tradeId,
    symbol: trade.symbol,
    lots: planned?.data.lots ?? Math.max(0, ...orders.map((order) => order.lots)),
    status: flat !== null ? 'flat' : halted !== null ? 'halted' : 'open',
    failed: failed?.data.reason ?? null,
    closedBecause: flat?.data.reason ?? closing?.data.reason ?? halted?.data.reason ?? null,
    hedgedUs: trade.hedged === null ? null : trade.hedged.at - startUs,
    endUs,
    orders,
    exposure,
    ...nakedOf(
      exposure,
      (flat?.at ?? context.lastUs) - startUs,
      Math.max(0, ...changes.map((change) => change.lotUsd)),
    ),
    venuePnlUsd: told?.venuePnlUsd ?? null,
    feesUsd: flat?.data.feesUsd ?? null,
    syntheticPnlBps: told?.syntheticPnlBps ?? null,
    marks: marksOf(trade, context, startUs),
  }
}

interface Change {
  readonly atUs: number
  readonly signedLots: number
  readonly lotUsd: number
}

function changesOf(trade: RunTrade, run: Run, startUs: number): Change[] {
  const instrument = run.started?.data.instruments.find((one) => one.symbol === trade.symbol)
  const usdPerTickLot = instrument === undefined ? 0 : Number(instrument.tick) * Number(instrument.lot)
  const clock = run.started?.data.clock ?? { atUs: 0, venueMs: 0 }
  const own = new Set(trade.orders.map((order) => order.clientId))
  const sides = new Map(trade.orders.map((order) => [order.clientId, order.submitted?.data.side]))
  const rows =
    run.truth === null
      ? trade.fills.map(({ data }) => ({ ...data, side: sides.get(data.clientId) ?? 'buy' }))
      : run.truth.data.executions.filter((row) => own.has(row.clientId))
  const unique = [...new Map(rows.map((row) => [row.execId, row])).values()]
  return unique
    .map((row) => ({
      atUs: clock.atUs + (row.venueMs - clock.venueMs) * 1000 - startUs,
      signedLots: row.side === 'buy' ? row.lots : -row.lots,
      lotUsd: row.priceTicks * usdPerTickLot,
    }))
    .toSorted((a, b) => a.atUs - b.atUs)
}

/** The venue's clock has whole milliseconds: what happens within one is one step. */
function exposureOf(changes: readonly Change[]): ExposureStep[] {
  const steps: ExposureStep[] = []
  let netLots = 0
  for (const { atUs, signedLots } of changes) {
    netLots += signedLots
    if (steps.at(-1)?.atUs === atUs) steps.pop()
    steps.push({ atUs, netLots })
  }
  return steps
}

function nakedOf(
  exposure: readonly ExposureStep[],
  endUs: number,
  lotUsd: number,
): Pick<TradeRecord, 'nakedLongestUs' | 'nakedMostLots' | 'nakedMostUsd'> {
  let nakedLongestUs = 0
  let nakedMostLots = 0
  let sinceUs: number | null = null
  for (const step of exposure) {
    nakedMostLots = Math.max(nakedMostLots, Math.abs(step.netLots))
    if (step.netLots !== 0) sinceUs ??= step.atUs
    else if (sinceUs !== null) {
      nakedLongestUs = Math.max(nakedLongestUs, step.atUs - sinceUs)
      sinceUs = null
    }
  }
  if (sinceUs !== null) nakedLongestUs = Math.max(nakedLongestUs, endUs - sinceUs)
  return { nakedLongestUs, nakedMostLots, nakedMostUsd: nakedMostLots * lotUsd }
}

function marksOf(trade: RunTrade, context: Context, startUs: number): TradeMark[] {
  const { failed, closing, halted } = trade
  const mark = (at: number, kind: TradeMark['kind'], text: string): TradeMark => ({ atUs: at - startUs, kind, text })
  const own = new Set(trade.orders.map((order) => order.clientId))
  const faults = context.run.faults.applied.filter(({ data }) => data.clientId !== null && own.has(data.clientId))
  return [
    ...faults.map(({ at, data }) => mark(at, 'fault', `${data.name} (${data.verdict})`)),
    ...(failed === null ? [] : [mark(failed.at, 'failed', `entry failed: ${failed.data.reason}`)]),
    ...(closing === null ? [] : [mark(closing.at, 'closing', `closing: ${closing.data.reason}`)]),
    ...(halted === null ? [] : [mark(halted.at, 'halted', `halted: ${halted.data.reason}`)]),
  ]
}

function troubleOf(trade: TradeRecord): number {
  if (trade.status === 'halted') return 3
  if (trade.failed !== null) return 2
  return trade.status === 'open' ? 1 : 0
}
