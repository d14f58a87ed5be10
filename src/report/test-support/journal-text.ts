/**
 * Journals for tests, written as a runtime and a harness would write them: a venue and an executor in a few lines.
 */
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import type { EventData, EventType, MetricsSnapshot, StageSummary } from '../../journal/events.ts'
import { parseJournal } from '../../journal/read.ts'
import type { Run } from '../../journal/run.ts'

const VENUE_MS = 1_760_000_000_000
const CLOCK = { atUs: 1_000_000, venueMs: VENUE_MS }

type Entry = { [T in EventType]: { at: number; type: T; data: EventData[T] } }[EventType]

export interface JournalOptions {
  readonly plannedFaults?: readonly string[]
  readonly runId?: string
}

/** Collects facts in ms since the start of the run, and keeps the venue's books beside them. */
export class JournalText {
  readonly #entries: Entry[] = []
  readonly #orders: EventData['venue.truth']['orders'][number][] = []
  readonly #executions: EventData['venue.truth']['executions'][number][] = []

  constructor(options: JournalOptions = {}) {
    this.add(0, 'run.started', startedData(options))
    this.add(0.1, 'run.baseline', { positions: [], openOrders: [], refusedSymbols: [] })
  }

  add<T extends EventType>(ms: number, type: T, data: EventData[T]): this {
    this.#entries.push({ at: CLOCK.atUs + ms * 1000, type, data } as Entry)
    return this
  }

  plan(ms: number, tradeId: string, lots: number): this {
    return this.add(ms, 'trade.planned', {
      tradeId,
      symbol: 'BTCUSDT',
      lots,
      opportunity: OPPORTUNITY,
      verdict: VERDICT,
    })
  }

  /** An order sent and acknowledged; `filledMs` null leaves it resting and ends it at `endMs`. */
  order(tradeId: string, order: OrderScript): this {
    const clientId = `${tradeId}-${order.place}`
    const side = (order.leg === 'long') === (order.reduceOnly ?? false) ? 'sell' : 'buy'
    const priceTicks = 606_170
    const { place, leg, lots } = order
    const reduceOnly = order.reduceOnly ?? false
    this.add(order.sentMs, 'order.submitted', {
      ...{ tradeId, clientId, symbol: 'BTCUSDT', place, leg, side, lots, priceTicks, reduceOnly },
      purpose: order.purpose ?? 'entry',
      timeInForce: 'gtc',
      closeAll: false,
      notionalUsd: lots * priceTicks * 1e-4,
    })
    if (order.refused !== undefined) {
      return this.add(order.sentMs + 0.9, 'order.refused', { tradeId, clientId, code: 110007, reason: order.refused })
    }
    const venueOrderId = `venue-${clientId}`
    this.add(order.sentMs + 1.1, 'order.acknowledged', { tradeId, clientId, venueOrderId })
    const filledLots = order.filledMs === undefined ? 0 : lots
    if (order.filledMs !== undefined) {
      const fill = { clientId, execId: `exec-${clientId}`, lots, priceTicks, feeUsd: 0.033 }
      const venueMs = VENUE_MS + Math.round(order.filledMs)
      this.add(order.filledMs + 0.4, 'order.filled', { ...fill, tradeId, leg, venueMs, from: 'stream' })
      this.#executions.push({ ...fill, symbol: 'BTCUSDT', venueOrderId, side, venueMs })
    }
    const endMs = order.endMs ?? (order.filledMs ?? order.sentMs) + 0.5
    this.add(endMs, 'order.ended', { tradeId, clientId, filledLots, how: filledLots > 0 ? 'Filled' : 'Cancelled' })
    this.#orders.push({
      ...{ symbol: 'BTCUSDT', clientId, venueOrderId, side, lots, filledLots, reduceOnly },
      idx: leg === 'long' ? 1 : 2,
      status: filledLots > 0 ? 'Filled' : 'Cancelled',
      cancelType: '',
      rejectReason: '',
      closeOnTrigger: false,
      createdMs: VENUE_MS + Math.round(order.sentMs),
      updatedMs: VENUE_MS + Math.round(endMs),
    })
    return this
  }

  flat(ms: number, tradeId: string, reason: string, everHedged = true): this {
    const money = { venuePnlUsd: -0.132, feesUsd: 0.132, syntheticPnlBps: 1.8, marks: 412 }
    return this.add(ms, 'trade.flat', { tradeId, reason, ...money, everHedged })
  }

  /** The venue's own books at the end, and the end itself. */
  finish(ms: number, exitCode = 0, reason = 'asked to stop'): this {
    this.add(ms, 'books.compared', { ours: this.#positions(), venue: this.#positions() })
    this.add(ms, 'run.finished', { exitCode, reason, tradesLeftOpen: [] })
    return this.add(ms + 50, 'venue.truth', {
      positions: this.#positions(),
      orders: this.#orders,
      executions: this.#executions,
      venueCounters: null,
    })
  }

  text(): string {
    return this.#entries
      .map(({ at, type, data }, index) => `${JSON.stringify({ seq: index + 1, at, by: 'runtime', type, data })}\n`)
      .join('')
  }

  run(): Run {
    return parseJournal(this.text(), 'journals/test.jsonl')
  }

  #positions(): EventData['venue.truth']['positions'] {
    const lots = new Map<1 | 2, number>()
    for (const order of this.#orders) {
      const idx = order.idx === 1 ? 1 : 2
      lots.set(idx, (lots.get(idx) ?? 0) + (order.reduceOnly ? -order.filledLots : order.filledLots))
    }
    return [...lots]
      .filter(([, held]) => held !== 0)
      .map(([idx, held]) => ({ symbol: 'BTCUSDT', idx, side: idx === 1 ? 'buy' : 'sell', lots: held }))
  }
}

export interface OrderScript {
  readonly place: number
  readonly leg: 'long' | 'short'
  readonly lots: number
  readonly sentMs: number
  readonly purpose?: 'entry' | 'retry' | 'hedge' | 'unwind' | 'exit'
  readonly reduceOnly?: boolean
  readonly filledMs?: number
  readonly endMs?: number
  readonly refused?: string
}

/** A trade that hedges within a few ms, is held, and exits. */
export function cleanTrade(journal: JournalText, tradeId: string, atMs: number, holdMs: number): void {
  const exitMs = atMs + holdMs
  journal
    .plan(atMs, tradeId, 50)
    .order(tradeId, { place: 0, leg: 'long', lots: 50, sentMs: atMs + 0.2, filledMs: atMs + 1.4 })
    .order(tradeId, { place: 1, leg: 'short', lots: 50, sentMs: atMs + 0.3, filledMs: atMs + 3.2 })
    .add(atMs + 3.7, 'trade.hedged', { tradeId, lots: 50, sinceStartUs: 3_700 })
    .add(exitMs, 'trade.closing', { tradeId, reason: 'profitable' })
    .order(tradeId, { ...EXIT, place: 2, leg: 'long', sentMs: exitMs + 0.1, filledMs: exitMs + 1.6 })
    .order(tradeId, { ...EXIT, place: 3, leg: 'short', sentMs: exitMs + 0.1, filledMs: exitMs + 2.7 })
    .flat(exitMs + 3.4, tradeId, 'profitable')
}

/** One leg fills, the other is refused: the filled one is taken off. */
export function unwoundTrade(journal: JournalText, tradeId: string, atMs: number, reason: string): void {
  journal
    .plan(atMs, tradeId, 50)
    .order(tradeId, { place: 0, leg: 'long', lots: 50, sentMs: atMs + 0.2, filledMs: atMs + 1.4 })
    .order(tradeId, { place: 1, leg: 'short', lots: 50, sentMs: atMs + 0.3, refused: reason })
    .add(atMs + 2, 'trade.failed', { tradeId, reason: 'short refused', dueUs: CLOCK.atUs + (atMs + 1.9) * 1000 })
    .order(tradeId, { ...EXIT, place: 2, leg: 'long', purpose: 'unwind', sentMs: atMs + 2.1, filledMs: atMs + 14.8 })
    .flat(atMs + 15.4, tradeId, 'unwound', false)
}

const EXIT = { lots: 50, purpose: 'exit', reduceOnly: true } as const

/** A metrics snapshot whose placement stage holds `n` values around 2 ms with a tail. */
export function metrics(n: number): MetricsSnapshot {
  return {
    elapsedMs: 60_000,
    counters: { quotes: 61_240, opportunities: 6_000, tradesStarted: 3, ringDropped: 0 },
    skips: { 'symbol in a trade': 5_712, 'rate limit': 240, stale: 45 },
    stages: {
      socketToRing: stage(n * 10, 38, 1.6),
      ringToStrategy: stage(n * 10, 44, 1.5),
      detection: stage(n * 10, 6, 1.5),
      placement: stage(n, 1_900, 1.25),
      endToEnd: stage(n, 2_100, 1.25),
    },
    ringGapMaxUs: 4_100,
    rssMb: 91.4,
    strategyCpuPercent: 17.2,
  }
}

/** n values spread by a fixed rule, so that every run of a test sees the same ones. */
export function stage(n: number, medianUs: number, spread: number): StageSummary {
  const histogram = build({ bitBucketSize: 32, highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 })
  let maxUs = 0
  for (let i = 0; i < n; i += 1) {
    const odds = Math.log((i + 0.5) / (n - i - 0.5))
    const us = Math.max(1, Math.round(medianUs * spread ** (odds / 2)))
    maxUs = Math.max(maxUs, us)
    histogram.recordValue(us)
  }
  const at = (percentile: number, needed: number): number | null =>
    n < needed ? null : histogram.getValueAtPercentile(percentile)
  return {
    count: n,
    p50Us: at(50, 2),
    p95Us: at(95, 20),
    p99Us: at(99, 100),
    p999Us: at(99.9, 1000),
    maxUs: n === 0 ? null : maxUs,
    hdr: encodeIntoCompressedBase64(histogram),
  }
}

function startedData(options: JournalOptions): EventData['run.started'] {
  return {
    runId: options.runId ?? 'r7k2m9',
    target: 'embedded',
    seed: '20260101',
    versions: { node: 'v24.21.0', undici: '8.12.4', ws: '8.23.0' },
    config: { symbols: ['BTCUSDT'], legTimeoutMs: 500, apiKey: '(kept out)' },
    bounds: BOUNDS,
    instruments: [{ symbol: 'BTCUSDT', tick: '0.10', lot: '0.001', minLots: 1, minNotionalUsd: 5 }],
    clock: CLOCK,
    plannedFaults: options.plannedFaults ?? [],
  }
}

const BOUNDS: EventData['run.started']['bounds'] = {
  orderTimeoutMs: 1000,
  legTimeoutMs: 500,
  unknownMaxMs: 1000,
  orderRecvWindowMs: 1000,
  readLagMs: 250,
  recoveryBoundMs: 3000,
  entryRetriesMax: 2,
  unwindsMax: 3,
  maxConcurrentTrades: 3,
  maxNotionalUsd: 10_000,
  closeBudgetMs: 1000,
  nakedMaxMs: 3250,
  createsPerSecond: 10,
}

const OPPORTUNITY: EventData['trade.planned']['opportunity'] = {
  symbol: 'BTCUSDT',
  longExchange: 'bybit',
  shortExchange: 'bybit_synthetic',
  longPrice: 60_617,
  shortPrice: 60_889.8,
  spreadBps: 45,
  fundingDelta8h: 0.01,
  orderBookDepthLong: 50_000,
  orderBookDepthShort: 50_000,
  confidenceScore: 75,
  projectedProfitAfterSlippage: 22,
  timestamp: 1_760_000_000,
}

const VERDICT: EventData['trade.planned']['verdict'] = {
  qualified: true,
  rejectedBy: null,
  confidence: 75,
  feesBps: 11,
  slippageBps: 2,
  fundingCostBps: 10,
  projectedProfitBps: 22,
  constraints: [],
}
