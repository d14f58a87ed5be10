/**
 * The execution stage on a bench: the real executor, monitor and metrics, a venue in memory, a clock moved by hand, and a
 * journal that keeps its lines in the same log as the venue's calls.
 */
import type { Config } from '../../config.ts'
import { parseConfig } from '../../config-parse.ts'
import { judgeSynthetic } from '../../domain/advice.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { generate } from '../../domain/opportunity.ts'
import type { LegName } from '../../domain/order.ts'
import type { Quote } from '../../domain/quote.ts'
import { BTC, ETH } from '../../domain/test-support/instruments.ts'
import type { EventData, EventType } from '../../journal/events.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import { createMetrics } from '../../metrics/metrics.ts'
import type { ManualClock } from '../../seams/test-support/manual-clock.ts'
import { manualClock, settled } from '../../seams/test-support/manual-clock.ts'
import type { TradePlan } from '../executor.ts'
import { Executor } from '../executor.ts'
import { Monitor } from '../monitor.ts'
import type { ExecutionPorts, JournalPort } from '../ports.ts'
import type { TradeRun } from '../trade-run.ts'
import { FakeVenue } from './venue.ts'

export interface Bench {
  readonly clock: ManualClock
  readonly venue: FakeVenue
  readonly metrics: Metrics
  readonly ports: ExecutionPorts
  readonly config: Config
  readonly executor: Executor
  readonly monitor: Monitor
  /** The journal's lines and the venue's calls, in the order they happened. */
  readonly log: string[]
  /** Reasons for which entries were halted. */
  readonly halts: string[]
  /** Quotes by symbol index; null where there is none. */
  readonly quotes: (Quote | null)[]
  /** Order creates the account may still send. */
  createsFree: number
  /** What is written does not get to the disk: every flush throws. */
  diskFull: boolean
  lines<T extends EventType>(type: T): EventData[T][]
  plan(symbolIndex?: number, lots?: number): TradePlan
  /** Starts a trade and returns it; the venue's script has been run when the promise resolves. */
  open(symbolIndex?: number, lots?: number): Promise<TradeRun>
  /** Starts a trade that fills at once. */
  hedge(symbolIndex?: number): Promise<TradeRun>
}

/** Client order id of a place of the first trade. */
export function id(place: number, trade = 1): string {
  return `r-t${trade}-${place}`
}

export function benchConfig(changes: Partial<Config> = {}): Config {
  return { ...parseConfig({}), tradeSizeUsd: 600, ...changes }
}

/** BTC at 60,000 and the others at the same number of ticks; nobody looks at more than the ticks. */
export function quoteAt(symbolIndex: number, clock: ManualClock, changes: Partial<Quote> = {}): Quote {
  const venueMs = new FakeVenue(clock, []).venueNowMs()
  const touch = { bidTicks: 600_000, bidLots: 50, askTicks: 600_001, askLots: 50 }
  return { symbolIndex, ...touch, venueMs, receivedUs: clock.nowUs(), updateId: 1, ...changes }
}

/** Three on which the same number of lots at the same number of ticks is worth the same. */
const INSTRUMENTS = [BTC, ETH, { ...ETH, symbol: 'SOLUSDT', baseCoin: 'SOL' }] as const

export function createBench(changes: Partial<Config> = {}, instruments: readonly Instrument[] = INSTRUMENTS): Bench {
  const clock = manualClock()
  const log: string[] = []
  const venue = new FakeVenue(clock, log)
  const metrics = createMetrics(clock)
  const config = benchConfig(changes)
  const written: Written[] = []
  const halts: string[] = []
  const quotes: (Quote | null)[] = instruments.map((_, i) => quoteAt(i, clock))
  const ports: ExecutionPorts = {
    gateway: venue,
    clock,
    metrics,
    instruments,
    journal: journalOf(log, written, () => bench.diskFull),
    latestQuote: (symbolIndex) => quotes[symbolIndex] ?? null,
    createsFree: () => bench.createsFree,
  }
  const executor: Executor = new Executor({
    ports,
    config,
    runId: 'r',
    onHedged: (run) => monitor.onHedged(run),
    onEnded: (run) => monitor.onEnded(run),
    onEntriesHalted: (reason) => halts.push(reason),
  })
  const monitor = new Monitor(ports, config, (run, reason) => executor.close(run, reason))
  venue.listener = (event) => executor.onPrivate(event)
  executor.onPrivate({ kind: 'ready' })
  const lines: Bench['lines'] = (type) =>
    written.filter((line) => line.type === type).map((line) => line.data as EventData[typeof type])
  const plan = (symbolIndex = 0, lots = 10): TradePlan => planOf({ clock, config, instruments, symbolIndex, lots })
  const bench: Bench = {
    clock,
    venue,
    metrics,
    ports,
    config,
    executor,
    monitor,
    log,
    halts,
    quotes,
    lines,
    plan,
    createsFree: 1_000,
    diskFull: false,
    async open(symbolIndex, lots) {
      executor.open(plan(symbolIndex, lots))
      const run = executor.books.open().at(-1)!
      await settled()
      return run
    },
    async hedge(symbolIndex) {
      venue.script = venue.fills
      const run = await bench.open(symbolIndex)
      venue.script = () => undefined
      return run
    },
  }
  return bench
}

interface Written {
  readonly type: EventType
  readonly data: unknown
}

function journalOf(log: string[], written: Written[], isFull: () => boolean): JournalPort {
  return {
    append(type, data) {
      log.push(`write ${type}`)
      // As the journal does it: what is written is what it was at this moment.
      written.push({ type, data: structuredClone(data) })
    },
    flush() {
      log.push('flush')
      if (isFull()) throw new Error('disk full')
    },
  }
}

interface PlanTerms {
  readonly clock: ManualClock
  readonly config: Config
  readonly instruments: readonly Instrument[]
  readonly symbolIndex: number
  readonly lots: number
}

function planOf({ clock, config, instruments, symbolIndex, lots }: PlanTerms): TradePlan {
  const { syntheticSpreadBps: spreadBps, syntheticFundingDelta: fundingDelta8h, estimatedPositionSizeUsd } = config
  const terms = { spreadBps, fundingDelta8h, positionSizeUsd: estimatedPositionSizeUsd }
  const verdict = judgeSynthetic(terms)
  const quote = quoteAt(symbolIndex, clock)
  const opportunity = generate({ instrument: instruments[symbolIndex]!, quote, terms, verdict, nowMs: quote.venueMs })
  const prices = { longTicks: 600_301, shortTicks: 599_700 }
  const nowUs = clock.nowUs()
  return {
    symbolIndex,
    pair: { lots, minOrderLots: 1, prices },
    opportunity,
    verdict,
    receivedUs: nowUs - 500,
    decidedUs: nowUs - 100,
  }
}

/** What was sent, in words: `entry long buy 10`. The purpose is the journal's, the rest the wire's. */
export function sentOrders(bench: Bench): string[] {
  return bench.lines('order.submitted').map(({ purpose, leg, side, lots, closeAll }) => {
    return `${purpose} ${leg} ${side} ${closeAll ? 'all' : lots}`
  })
}

export function heldAtVenue(bench: Bench, symbol = 'BTCUSDT'): Record<LegName, number> {
  return { long: bench.venue.held(symbol, 1), short: bench.venue.held(symbol, 2) }
}

/** What another client of the same account sends. */
export const OTHERS_ORDER = {
  clientId: 'web',
  symbol: 'ETHUSDT',
  leg: 'long',
  side: 'buy',
  lots: 1,
  priceTicks: 1,
  timeInForce: 'gtc',
  reduceOnly: false,
  closeAll: false,
} as const
