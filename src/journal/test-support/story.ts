/**
 * Tells a run as a journal: what the executor wrote, and what the venue's books would say of it.
 *
 *   story.submit · fill · cancel … ──► lines (ours) + rows (the venue's) ──tale()──► lines to doctor ──runOf──► Run
 *
 * Times are ms since the start, on both clocks. A story is truthful by construction; tests then doctor its tale.
 */
import { type LegName, type OrderPurpose, positionIdxOf, type Side, sideOf } from '../../domain/order.ts'
import type { PositionRow, VenueExecutionRow, VenueOrderRow } from '../../domain/rows.ts'
import type { Bounds, EventData, EventType, Writer } from '../events.ts'
import { parseJournal } from '../read.ts'
import type { Run } from '../run.ts'

type Mutable<T> = T extends (infer U)[] | readonly (infer U)[]
  ? Mutable<U>[]
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T

/** A line before it is numbered; everything in it may be changed. */
export type TaleLine = {
  [T in EventType]: { atMs: number; by: Writer; type: T; data: Mutable<EventData[T]> }
}[EventType]

export const RUN_ID = 'r7'
/** The two clocks at the start: monotonic µs and venue ms. */
const START_US = 5_000_000
export const START_VENUE_MS = 1_767_225_600_000

export const BOUNDS: Bounds = {
  orderTimeoutMs: 1_000,
  legTimeoutMs: 500,
  unknownMaxMs: 1_000,
  orderRecvWindowMs: 1_000,
  readLagMs: 250,
  recoveryBoundMs: 3_000,
  entryRetriesMax: 2,
  unwindsMax: 3,
  maxConcurrentTrades: 3,
  maxNotionalUsd: 5_000,
  closeBudgetMs: 1_000,
  nakedMaxMs: 3_250,
  createsPerSecond: 10,
}

/** What the account begins with. */
const START_USD = 1_000
/** One lot of each instrument is worth 10 USD at `PRICE_TICKS`. */
export const PRICE_TICKS = 10_000
const INSTRUMENTS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'].map((symbol) => {
  return { symbol, tick: '1', lot: '0.001', minLots: 1, minNotionalUsd: 5 }
})

export interface SubmitTerms {
  readonly tradeId: string
  readonly atMs: number
  readonly symbol?: string
  readonly leg: LegName
  readonly purpose?: OrderPurpose
  readonly lots: number
  readonly closeAll?: boolean
  /** False: it never reaches the venue, and no answer is written. */
  readonly arrives?: boolean
}

export interface StoryTerms {
  readonly bounds?: Partial<Bounds>
  readonly plannedFaults?: readonly string[]
  readonly baseline?: readonly PositionRow[]
}

export class Story {
  readonly #lines: TaleLine[] = []
  readonly #rows = new Map<string, Mutable<VenueOrderRow>>()
  readonly #executions: VenueExecutionRow[] = []
  readonly #places = new Map<string, number>()
  readonly #baseline: readonly PositionRow[]

  /** Begins a story: the start and the baseline are written. */
  constructor({ bounds = {}, plannedFaults = [], baseline = [] }: StoryTerms = {}) {
    this.#baseline = baseline
    this.write('run.started', 0, startOf(bounds, plannedFaults))
    const refusedSymbols = baseline.map((row) => row.symbol)
    this.write('run.baseline', 1, { positions: baseline, openOrders: [], refusedSymbols, cashUsd: START_USD })
  }

  write<T extends EventType>(type: T, atMs: number, data: EventData[T], by: Writer = 'runtime'): void {
    this.#lines.push({ atMs, by, type, data: structuredClone(data) } as TaleLine)
  }

  /** An intent; a millisecond later the venue has it, another one later it has said so. Returns the client order id. */
  submit(order: SubmitTerms): string {
    const { tradeId, atMs, leg, lots, symbol = 'BTCUSDT', purpose = 'entry', closeAll = false } = order
    const reduceOnly = purpose === 'unwind' || purpose === 'exit'
    const side = sideOf(leg, reduceOnly)
    const place = this.#places.get(tradeId) ?? 0
    this.#places.set(tradeId, place + 1)
    const clientId = `${RUN_ID}-${tradeId}-${place}`
    const sent = { tradeId, clientId, symbol, place, leg, side, purpose, lots, reduceOnly, closeAll } as const
    const terms = { priceTicks: PRICE_TICKS, timeInForce: 'gtc', notionalUsd: usd(lots) } as const
    this.write('order.submitted', atMs, { ...sent, ...terms })
    if (order.arrives === false) return clientId
    const row = rowOf({ clientId, symbol, leg, side, lots: closeAll ? 0 : lots, reduceOnly, closeAll, atMs })
    this.#rows.set(clientId, row)
    this.write('order.acknowledged', atMs + 2, { tradeId, clientId, venueOrderId: row.venueOrderId })
    return clientId
  }

  /** Executes at the venue and, a millisecond later unless told otherwise, in our books. */
  fill(clientId: string, atMs: number, lots: number, bookedAfterMs = 1): void {
    const row = this.#rows.get(clientId)!
    const { symbol, venueOrderId, side } = row
    const execId = `x-${this.#executions.length}`
    const deal = { execId, lots, priceTicks: PRICE_TICKS, feeUsd: 0.01, venueMs: START_VENUE_MS + atMs }
    this.#executions.push({ ...deal, symbol, clientId, venueOrderId, side })
    row.filledLots += lots
    row.updatedMs = deal.venueMs
    row.status = row.lots === 0 || row.filledLots === row.lots ? 'Filled' : 'PartiallyFilled'
    const leg = row.idx === 1 ? 'long' : 'short'
    const booked = { tradeId: tradeOf(clientId), clientId, leg, ...deal, from: 'stream' } as const
    this.write('order.filled', atMs + bookedAfterMs, booked)
  }

  cancel(clientId: string, atMs: number): void {
    const row = this.#rows.get(clientId)!
    row.status = 'Cancelled'
    row.cancelType = 'CancelByUser'
    row.updatedMs = START_VENUE_MS + atMs
    this.write('order.cancelled', atMs + 1, { tradeId: tradeOf(clientId), clientId })
  }

  flat(tradeId: string, atMs: number): void {
    const pnl = { venuePnlUsd: -0.1, feesUsd: 0.04, syntheticPnlBps: 3, marks: 40, everHedged: true }
    this.write('trade.flat', atMs, { tradeId, reason: 'profitable', ...pnl })
  }

  halt(tradeId: string, atMs: number, longLots: number, shortLots: number, symbol = 'BTCUSDT'): void {
    const nakedLots = longLots - shortLots
    const amounts = { longLots, shortLots, nakedLots, nakedUsd: usd(Math.abs(nakedLots)) }
    this.write('trade.halted', atMs, { tradeId, symbol, ...amounts, reason: 'unwinds used up' })
  }

  /** A quiet point at which both books say the same, of positions and of money: all prices are one, so only fees are paid. */
  compare(atMs: number): void {
    const ownUsd = -this.#executions.reduce((sum, { feeUsd }) => sum + feeUsd, 0)
    const sums = { startUsd: START_USD, cashUsd: START_USD + ownUsd, ownUsd, fundingUsd: 0, unexplainedUsd: 0 }
    this.write('wallet.compared', atMs, { ...sums, others: [], shared: [] })
    this.write('books.compared', atMs, { ours: this.#positions([]), venue: this.#positions([]) })
  }

  /** Ends the run and has the harness ask the venue. The tale may be doctored freely. */
  tale(atMs: number): TaleLine[] {
    this.write('run.finished', atMs, { exitCode: 0, reason: 'max trades', tradesLeftOpen: [] })
    const positions = this.#positions(this.#baseline)
    const truth = { positions, orders: [...this.#rows.values()], executions: this.#executions, venueCounters: null }
    this.write('venue.truth', atMs + 10, truth, 'harness')
    return this.#lines
  }

  /** What the venue would hold: a leg's opening side adds, the other takes off. */
  #positions(baseline: readonly PositionRow[]): PositionRow[] {
    const held = new Map(baseline.map((row) => [`${row.symbol} ${row.idx}`, row]))
    for (const { symbol, clientId, side, lots } of this.#executions) {
      const { idx } = this.#rows.get(clientId)!
      const opening = idx === 1 ? 'buy' : 'sell'
      const row = held.get(`${symbol} ${idx}`) ?? { symbol, idx, side: opening, lots: 0 }
      held.set(`${symbol} ${idx}`, { ...row, lots: row.lots + (side === opening ? lots : -lots) })
    }
    return [...held.values()].filter((row) => row.lots > 0)
  }
}

export function usd(lots: number): number {
  return lots * 10
}

/** The tale as the text of a journal file. */
export function textOf(tale: readonly TaleLine[]): string {
  const seqs = new Map<Writer, number>()
  const numbered = tale.map(({ atMs, by, type, data }) => {
    const seq = (seqs.get(by) ?? 0) + 1
    seqs.set(by, seq)
    return JSON.stringify({ seq, at: START_US + atMs * 1_000, by, type, data })
  })
  return `${numbered.join('\n')}\n`
}

export function runOf(tale: readonly TaleLine[]): Run {
  return parseJournal(textOf(tale), 'tale')
}

/** The data of all lines of a type, to be changed in place. */
export function dataOf<T extends EventType>(tale: readonly TaleLine[], type: T): Mutable<EventData[T]>[] {
  return tale.filter((line) => line.type === type).map((line) => line.data as Mutable<EventData[T]>)
}

function tradeOf(clientId: string): string {
  return clientId.split('-')[1]!
}

function startOf(bounds: Partial<Bounds>, plannedFaults: readonly string[]): EventData['run.started'] {
  return {
    runId: RUN_ID,
    target: 'embedded',
    seed: '1',
    versions: {},
    config: {},
    bounds: { ...BOUNDS, ...bounds },
    instruments: INSTRUMENTS,
    clock: { atUs: START_US, venueMs: START_VENUE_MS },
    plannedFaults,
  }
}

interface RowTerms {
  readonly clientId: string
  readonly symbol: string
  readonly leg: LegName
  readonly side: Side
  readonly lots: number
  readonly reduceOnly: boolean
  readonly closeAll: boolean
  readonly atMs: number
}

function rowOf({ clientId, symbol, leg, side, lots, reduceOnly, closeAll, atMs }: RowTerms): Mutable<VenueOrderRow> {
  const createdMs = START_VENUE_MS + atMs + 1
  return {
    symbol,
    clientId,
    venueOrderId: `v-${clientId}`,
    idx: positionIdxOf(leg),
    side,
    lots,
    filledLots: 0,
    status: 'New',
    cancelType: '',
    rejectReason: 'EC_NoError',
    reduceOnly,
    closeOnTrigger: closeAll,
    createdMs,
    updatedMs: createdMs,
  }
}
