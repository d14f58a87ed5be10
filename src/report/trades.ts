/**
 * Trades as the page shows them, read back from the journal's facts.
 *
 *   trade.planned ─ order.submitted ─ acknowledged ─ filled … ─ hedged ─ closing ─ flat | halted
 *        0 µs            │ an OrderRecord each, on the executor's clock    │
 *                        └ exposure: net lots, on the venue's clock ───────► 0
 *
 * Exposure comes from the ledger by which the promise P1 is judged: what the venue executed, and what our books said; our
 * books alone where the venue's were not asked.
 */
import type { Exposure } from '../journal/checks/exposure.ts'
import type { TradeLedger } from '../journal/checks/ledger.ts'
import type { JournalEvent } from '../journal/events.ts'
import { type Run, type RunTrade, venueMsAt } from '../journal/run.ts'
import type { Causal } from './causal.ts'
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
  /** By the venue's books; empty when they were not asked. */
  readonly exposure: readonly ExposureStep[]
  /** By our own books, from when they said so. */
  readonly believed: readonly ExposureStep[]
  readonly nakedLongestUs: number
  readonly nakedAreaUsdMs: number
  readonly nakedMostLots: number
  readonly nakedMostUsd: number
  readonly venuePnlUsd: number | null
  readonly feesUsd: number | null
  readonly syntheticPnlBps: number | null
  readonly marks: readonly TradeMark[]
  /** Null for a trade that is not drawn. */
  readonly causal: Causal | null
}

/** All trades of a run, worst first: halted, failed, still open, then the longest naked. */
export function tradesOf(run: Run, ledger: readonly TradeLedger[], venueAheadMs: number): TradeRecord[] {
  const facts = factsByOrder(run.events)
  const entries = new Map(ledger.map((entry) => [entry.trade, entry]))
  const lastUs = run.events.at(-1)?.at ?? 0
  return [...run.trades.values()]
    .map((trade) => tradeRecord(trade, { run, facts, lastUs, venueAheadMs, entry: entries.get(trade.tradeId) }))
    .toSorted((a, b) => troubleOf(b) - troubleOf(a) || b.nakedLongestUs - a.nakedLongestUs)
}

interface Context {
  readonly run: Run
  readonly facts: ReadonlyMap<string, readonly JournalEvent[]>
  readonly lastUs: number
  /** By how much the venue's moments come before where the run's clocks lay them. */
  readonly venueAheadMs: number
  /** Missing when the trade has neither an execution nor a fill. */
  readonly entry: TradeLedger | undefined
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
  const naked = context.run.truth === null ? context.entry?.believedNaked : context.entry?.naked
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
    exposure: stepsOf(context.entry?.venue ?? [], context.run, startUs + context.venueAheadMs * 1000),
    believed: stepsOf(context.entry?.believed ?? [], context.run, startUs),
    ...nakedOf(naked),
    venuePnlUsd: told?.venuePnlUsd ?? null,
    feesUsd: flat?.data.feesUsd ?? null,
    syntheticPnlBps: told?.syntheticPnlBps ?? null,
    marks: marksOf(trade, context, startUs),
    causal: null,
  }
}

/** The venue's clock has whole milliseconds: what happens within one is one step. */
function stepsOf(changes: TradeLedger['venue'], run: Run, startUs: number): ExposureStep[] {
  const startMs = run.started === null ? 0 : venueMsAt(run.started, startUs)
  const steps: ExposureStep[] = []
  let netLots = 0
  for (const { atMs, signedLots } of changes) {
    netLots += signedLots
    const atUs = Math.round((atMs - startMs) * 1000)
    if (steps.at(-1)?.atUs === atUs) steps.pop()
    steps.push({ atUs, netLots })
  }
  return steps
}

function nakedOf(
  naked: Exposure | undefined,
): Pick<TradeRecord, 'nakedLongestUs' | 'nakedMostLots' | 'nakedMostUsd' | 'nakedAreaUsdMs'> {
  const { longestMs = 0, largestLots = 0, largestUsd = 0, areaUsdMs = 0 } = naked ?? {}
  return {
    nakedLongestUs: Math.round(longestMs * 1000),
    nakedMostLots: largestLots,
    nakedMostUsd: largestUsd,
    nakedAreaUsdMs: areaUsdMs,
  }
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
