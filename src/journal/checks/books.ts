/**
 * The venue's books and our intents, indexed once for all checks.
 *
 *   venue.truth.orders ─────► ours (by client id) · foreign
 *   venue.truth.executions ─► ours, each with its leg and trade · foreign
 *   order.submitted ────────► intents by client id
 *
 * An execution names no leg. Its order's row does (`idx`); failing that, the intent. "Ours" is what carries this run's
 * id or an intent of it: other runs and other people may trade the same symbols.
 */
import { RECOVERY_TRADE } from '../../domain/leftover.ts'
import { type LegName, positionIdxOf } from '../../domain/order.ts'
import type { PositionRow, VenueExecutionRow, VenueOrderRow } from '../../domain/rows.ts'
import { stepFromText, stepsToNumber } from '../../domain/steps.ts'
import type { Bounds, EventData, JournalLine } from '../events.ts'
import { linesOf, type Run, venueMsAt } from '../run.ts'

type Intent = JournalLine<'order.submitted'>

/** An execution of ours at the venue. */
export interface OurExecution {
  readonly row: VenueExecutionRow
  readonly clientId: string
  /** Null when no intent carries its client id. */
  readonly tradeId: string | null
  /** Null when neither its order's row nor an intent says. */
  readonly leg: LegName | null
  /** Plus for bought, minus for sold: their sum is the net exposure. */
  readonly signedLots: number
  readonly valueUsd: number
}

/** An order of ours at the venue. */
export interface OurOrder {
  readonly row: VenueOrderRow
  readonly intent: Intent | null
}

export interface Books {
  readonly run: Run
  readonly started: JournalLine<'run.started'>
  readonly bounds: Bounds
  readonly truth: EventData['venue.truth']
  /** First intent of each client id, in the order of submission. */
  readonly intents: ReadonlyMap<string, Intent>
  /** Every intent line, repeated ones too. */
  readonly intentLines: readonly Intent[]
  /** By creation, then by place. One entry per venue order id. */
  readonly orders: readonly OurOrder[]
  readonly ordersByClientId: ReadonlyMap<string, readonly OurOrder[]>
  /** By the venue's time. One entry per execution id. */
  readonly executions: readonly OurExecution[]
  /** What earlier runs left and this one recovered: the same, of their orders. */
  readonly inherited: { readonly orders: readonly OurOrder[]; readonly executions: readonly OurExecution[] }
  /** Of others, after the baseline was taken. */
  readonly foreign: readonly { readonly row: VenueExecutionRow; readonly idx: 0 | 1 | 2 | null }[]
  /** A monotonic moment on the venue's clock, ms. */
  venueMs(atUs: number): number
  /** Worth of one lot at a price; NaN for an instrument the journal does not name. */
  lotUsd(symbol: string, priceTicks: number): number
}

/** Trades that were going on in earlier runs are the recovery's from the moment this run began. */
function inheritedBooks(run: Run, truth: EventData['venue.truth'], lotUsd: Books['lotUsd']): Books['inherited'] {
  const left = new Map(linesOf(run, 'recovery.started').flatMap(({ data }) => data.orders.map((o) => [o.clientId, o])))
  const orders = [...newestRows(truth.orders).values()].filter((row) => left.has(row.clientId))
  const executions = [...new Map(truth.executions.map((each) => [each.execId, each])).values()].flatMap((row) => {
    const order = left.get(row.clientId)
    if (order === undefined) return []
    const signedLots = row.side === 'buy' ? row.lots : -row.lots
    const valueUsd = row.lots * lotUsd(row.symbol, row.priceTicks)
    return [{ row, clientId: row.clientId, tradeId: RECOVERY_TRADE, leg: order.leg, signedLots, valueUsd }]
  })
  return {
    orders: orders.map((row) => ({ row, intent: null })),
    executions: executions.sort((a, b) => a.row.venueMs - b.row.venueMs),
  }
}

/** Indexes a run. The caller has made sure that it was started and that the venue was asked. */
export function indexBooks(run: Run, started: JournalLine<'run.started'>, truth: EventData['venue.truth']): Books {
  const intentLines = linesOf(run, 'order.submitted')
  const intents = new Map<string, Intent>()
  for (const line of intentLines) if (!intents.has(line.data.clientId)) intents.set(line.data.clientId, line)
  const isOurs = (clientId: string): boolean => intents.has(clientId) || clientId.startsWith(`${started.data.runId}-`)
  const lotUsd = lotPricer(started.data.instruments)
  const rowById = newestRows(truth.orders)
  const orders = [...rowById.values()]
    .filter((row) => isOurs(row.clientId))
    .map((row) => ({ row, intent: intents.get(row.clientId) ?? null }))
    .sort((a, b) => a.row.createdMs - b.row.createdMs || (a.intent?.seq ?? 0) - (b.intent?.seq ?? 0))
  const executions: OurExecution[] = []
  const foreign: Books['foreign'][number][] = []
  const baselineMs = run.baseline === null ? Number.NEGATIVE_INFINITY : venueMsAt(started, run.baseline.at)
  for (const row of new Map(truth.executions.map((each) => [each.execId, each])).values()) {
    const order = rowById.get(row.venueOrderId)
    const clientId = row.clientId || (order?.clientId ?? '')
    if (!isOurs(clientId)) {
      if (row.venueMs >= baselineMs) foreign.push({ row, idx: order?.idx ?? null })
      continue
    }
    const intent = intents.get(clientId)
    executions.push({
      row,
      clientId,
      tradeId: intent?.data.tradeId ?? null,
      leg: legOf(order) ?? intent?.data.leg ?? null,
      signedLots: row.side === 'buy' ? row.lots : -row.lots,
      valueUsd: row.lots * lotUsd(row.symbol, row.priceTicks),
    })
  }
  executions.sort((a, b) => a.row.venueMs - b.row.venueMs)
  return {
    run,
    started,
    bounds: started.data.bounds,
    truth,
    intents,
    intentLines,
    orders,
    ordersByClientId: Map.groupBy(orders, (order) => order.row.clientId),
    executions,
    inherited: inheritedBooks(run, truth, lotUsd),
    foreign,
    venueMs: (atUs) => venueMsAt(started, atUs),
    lotUsd,
  }
}

/** When the books were read: exposure that nobody closed lasts until then. The venue's clock, ms. */
export function venueMsOfEnd({ run, venueMs }: Books): number {
  return venueMs((run.truth ?? run.finished ?? run.events.at(-1))?.at ?? 0)
}

/** Lots of a position row with a sign: a leg counts up, a one-way row up when long and down when short. */
export function signedPosition(row: PositionRow): number {
  return row.idx === 0 && row.side === 'sell' ? -row.lots : row.lots
}

/** Key of a position: symbol and index. */
export function positionKey(symbol: string, idx: 0 | 1 | 2): string {
  return `${symbol}#${idx}`
}

/** What an execution does to its position: opening adds, closing takes off. */
export function positionChange(idx: 0 | 1 | 2, side: 'buy' | 'sell', lots: number): number {
  return (side === 'buy') === (idx !== 2) ? lots : -lots
}

/** Positions as a map of non-zero amounts. */
export function positionMap(rows: readonly PositionRow[]): Map<string, number> {
  const map = new Map<string, number>()
  for (const row of rows) addTo(map, positionKey(row.symbol, row.idx), signedPosition(row))
  return map
}

/**
 * What the positions would be had we not been there: the baseline and what others executed since. An execution of others
 * whose order is not in the books cannot be given to a position and comes back in `homeless`.
 */
export function positionsWithoutUs(books: Books): { readonly lots: Map<string, number>; readonly homeless: string[] } {
  const lots = positionMap(books.run.baseline?.data.positions ?? [])
  const homeless: string[] = []
  for (const { row, idx } of books.foreign) {
    if (idx === null) homeless.push(row.execId)
    else addTo(lots, positionKey(row.symbol, idx), positionChange(idx, row.side, row.lots))
  }
  return { lots, homeless }
}

export function addTo(map: Map<string, number>, key: string, amount: number): void {
  map.set(key, (map.get(key) ?? 0) + amount)
}

/** The position index of a leg that may be unknown. */
export function idxOfLeg(leg: LegName | null): 1 | 2 | null {
  return leg === null ? null : positionIdxOf(leg)
}

/** True once the venue will not fill the order any more. Facts §4.1. */
export function isTerminal(row: VenueOrderRow): boolean {
  return TERMINAL.has(row.status)
}

const TERMINAL: ReadonlySet<string> = new Set([
  'Filled',
  'Cancelled',
  'Rejected',
  'Deactivated',
  'PartiallyFilledCanceled',
])

function legOf(row: VenueOrderRow | undefined): LegName | null {
  if (row === undefined || row.idx === 0) return null
  return row.idx === 1 ? 'long' : 'short'
}

/** By venue order id. A row that is listed twice (open orders and history) counts as its newest. */
function newestRows(rows: readonly VenueOrderRow[]): Map<string, VenueOrderRow> {
  const newest = new Map<string, VenueOrderRow>()
  for (const row of rows) {
    const known = newest.get(row.venueOrderId)
    if (known === undefined || known.updatedMs < row.updatedMs) newest.set(row.venueOrderId, row)
  }
  return newest
}

function lotPricer(instruments: EventData['run.started']['instruments']): Books['lotUsd'] {
  const steps = new Map(
    instruments.map(({ symbol, tick, lot }) => [
      symbol,
      stepsToNumber(1, stepFromText(tick)) * stepsToNumber(1, stepFromText(lot)),
    ]),
  )
  return (symbol, priceTicks) => (steps.get(symbol) ?? Number.NaN) * priceTicks
}
