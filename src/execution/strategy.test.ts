/**
 * From a quote to a trade in one turn: every skip is counted by its reason, and what a trader must change is said once.
 */
import { expect, test } from 'vitest'
import type { Config } from '../config.ts'
import { type Instrument, priceUsd } from '../domain/instrument.ts'
import { createGenerator } from '../domain/opportunity.ts'
import type { Quote } from '../domain/quote.ts'
import { BTC, ETH } from '../domain/test-support/instruments.ts'
import { createStrategy, type StrategyParts } from './strategy.ts'
import type { Bench } from './test-support/bench.ts'
import { createBench, quoteAt } from './test-support/bench.ts'

interface StrategyBench extends Bench {
  readonly warnings: readonly string[]
  /** A quote comes out of the ring, 30 µs after it was put in. */
  quote(symbolIndex?: number, changes?: Partial<Quote>): void
  skips(): Readonly<Record<string, number>>
}

type Reference = ReturnType<StrategyParts['reference']>

interface Terms {
  readonly config?: Partial<Config>
  readonly instruments?: readonly Instrument[]
  /** Default: where the quotes are. */
  readonly reference?: Reference
}

function strategyBench({ config = {}, instruments, ...terms }: Terms = {}): StrategyBench {
  const qualifying = { syntheticSpreadBps: 45, syntheticFundingDelta: 0.01, convergenceHalfLifeMs: 1e9 }
  const bench = createBench({ ...qualifying, ...config }, instruments)
  const { syntheticSpreadBps: spreadBps, syntheticFundingDelta: fundingDelta8h, symbols } = bench.config
  const generator = createGenerator({
    terms: { spreadBps, fundingDelta8h, positionSizeUsd: bench.config.estimatedPositionSizeUsd },
    instruments: bench.ports.instruments,
    symbols,
    gate: bench.config.qualificationGate,
    staleAfterMs: bench.config.staleAfterMs,
  })
  const warnings: string[] = []
  const { ports, executor, monitor, clock } = bench
  const handle = createStrategy({
    ports,
    config: bench.config,
    generator,
    executor,
    monitor,
    reference: (symbolIndex) => ('reference' in terms ? terms.reference! : referenceAt(bench, symbolIndex)),
    warn: (message) => void warnings.push(message),
  })
  return Object.assign(bench, {
    warnings,
    quote(symbolIndex = 0, changes: Partial<Quote> = {}) {
      const quote = quoteAt(symbolIndex, clock, changes)
      clock.advance(0.03)
      handle({ ...quote, pushedUs: quote.receivedUs + 10 }, clock.nowUs())
    },
    skips: () => bench.metrics.snapshot({ distributions: false }).skips,
  })
}

function referenceAt({ ports, clock }: Bench, symbolIndex: number): Reference {
  const usd = quoteAt(symbolIndex, clock).bidTicks * priceUsd(ports.instruments[symbolIndex]!, 1)
  return { markUsd: usd, indexUsd: usd }
}

test('a good quote becomes a trade in the same turn, at its touch and within the cap', () => {
  const bench = strategyBench()
  bench.quote(0, { bidTicks: 600_000, askTicks: 600_010 })
  expect(bench.venue.requests).toMatchObject([
    { symbol: 'BTCUSDT', leg: 'long', lots: 9, priceTicks: 600_310 },
    { symbol: 'BTCUSDT', leg: 'short', lots: 9, priceTicks: 599_700 },
  ])
  expect(bench.lines('trade.planned')).toMatchObject([
    { tradeId: 't1', opportunity: { symbol: 'BTCUSDT', spreadBps: 45 }, verdict: { qualified: true } },
  ])
  expect(bench.skips()).toEqual({})
  expect(bench.metrics.value('opportunitiesGenerated')).toBe(1)
})

test('every quote is counted and timed, traded or not', () => {
  const bench = strategyBench()
  bench.quote(0)
  bench.quote(0)
  bench.quote(1, { bidLots: 0 })
  const { stages } = bench.metrics.snapshot({ distributions: false })
  expect(bench.metrics.value('updatesPopped')).toBe(3)
  expect([stages.socketToRing.count, stages.ringToStrategy.count, stages.detection.count]).toEqual([3, 3, 3])
  expect(stages.socketToRing.maxUs).toBeCloseTo(10, 0)
  expect(stages.ringToStrategy.maxUs).toBeCloseTo(20, 0)
})

const SKIPS: readonly (readonly [string, Terms, (bench: StrategyBench) => void])[] = [
  ['symbol', { config: { symbols: ['ETHUSDT'] } }, (bench) => bench.quote(0)],
  ['empty', {}, (bench) => bench.quote(0, { askLots: 0 })],
  ['crossed', {}, (bench) => bench.quote(0, { bidTicks: 600_001 })],
  ['stale', {}, (bench) => bench.quote(0, { venueMs: bench.venue.venueNowMs() - 1_001 })],
  ['stale', {}, (bench) => bench.quote(0, { receivedUs: bench.clock.nowUs() - 1_000_001 })],
  ['not-qualified', { config: { syntheticSpreadBps: 15 } }, (bench) => bench.quote(0)],
  ['too-small', { config: { tradeSizeUsd: 59 } }, (bench) => bench.quote(0)],
  ['too-large', { instruments: [{ ...BTC, maxMarketLots: 8 }] }, (bench) => bench.quote(0)],
  ['price-limit', { instruments: [{ ...BTC, minPriceTicks: 700_000 }] }, (bench) => bench.quote(0)],
  ['no-reference', { reference: null }, (bench) => bench.quote(0)],
  ['price-band', { reference: { markUsd: 50_000, indexUsd: 50_000 } }, (bench) => bench.quote(0)],
  [
    'halted',
    {},
    (bench) => {
      bench.executor.haltEntries('test')
      bench.quote(0)
    },
  ],
  [
    'stopping',
    {},
    (bench) => {
      bench.executor.closeAll('test')
      bench.quote(0)
    },
  ],
  [
    'private-stream-down',
    {},
    (bench) => {
      bench.executor.privateLost()
      bench.quote(0)
    },
  ],
  [
    'foreign-position',
    {},
    (bench) => {
      bench.executor.refuseSymbol('BTCUSDT')
      bench.quote(0)
    },
  ],
  [
    'symbol-busy',
    {},
    (bench) => {
      bench.quote(0)
      bench.quote(0)
    },
  ],
  [
    'max-concurrent',
    { config: { maxConcurrentTrades: 1 } },
    (bench) => {
      bench.quote(0)
      bench.quote(1)
    },
  ],
  [
    'max-trades',
    { config: { maxTrades: 1 } },
    (bench) => {
      bench.quote(0)
      bench.quote(1)
    },
  ],
  ['max-notional', { config: { maxNotionalUsd: 1_199 } }, (bench) => bench.quote(0)],
  [
    'rate-limit',
    {},
    (bench) => {
      bench.createsFree = 3
      bench.quote(0)
    },
  ],
]

test.each(SKIPS)('what is not traded is counted as %s, and nothing is sent', (reason, terms, act) => {
  const bench = strategyBench(terms)
  act(bench)
  expect(bench.skips()).toEqual({ [reason]: 1 })
  expect(bench.venue.requests.filter(({ symbol }) => symbol === 'ETHUSDT')).toEqual([])
  expect(bench.venue.requests.length).toBe(bench.executor.tradesStarted * 2)
})

test('opportunities are counted whether or not they may be traded; what the quote rules out is none', () => {
  const bench = strategyBench()
  bench.quote(0)
  bench.quote(0)
  bench.quote(1, { bidLots: 0 })
  expect(bench.metrics.value('opportunitiesGenerated')).toBe(2)
})

test('a size that breaks a filter is said once per symbol and reason, with what would trade', () => {
  const bench = strategyBench({ config: { tradeSizeUsd: 50 }, instruments: [BTC, { ...ETH, minLots: 100 }] })
  for (let i = 0; i < 100; i += 1) {
    bench.quote(0)
    bench.quote(1)
  }
  expect(bench.skips()).toEqual({ 'too-small': 200 })
  expect(bench.warnings).toEqual([
    expect.stringMatching(/^BTCUSDT long: 0\.000 BTC is below the minimum of 0\.001 BTC .* 60\.04 USD$/),
    expect.stringMatching(/^ETHUSDT long: /),
  ])
})

test('another filter of the same symbol is said as well', () => {
  const bench = strategyBench({ instruments: [{ ...BTC, maxMarketLots: 1 }] })
  bench.quote(0, { bidTicks: 700_001, askTicks: 700_002 })
  bench.quote(0, { bidTicks: 700_001, askTicks: 700_002 })
  bench.quote(0)
  expect(bench.warnings).toHaveLength(2)
  expect(new Set(bench.warnings).size).toBe(2)
})

test('in observe what does not qualify is traded, with its verdict', () => {
  const bench = strategyBench({ config: { syntheticSpreadBps: 15, qualificationGate: 'observe' } })
  bench.quote(0)
  expect(bench.lines('trade.planned')).toMatchObject([{ verdict: { qualified: false } }])
  expect(bench.venue.requests).toHaveLength(2)
})

test('a hedged trade is marked by fresh quotes of its symbol, and by no other', async () => {
  const bench = strategyBench()
  const run = await bench.hedge()
  bench.quote(0)
  bench.quote(0, { venueMs: bench.venue.venueNowMs() - 5_000 })
  bench.quote(0, { bidTicks: 600_005 })
  bench.quote(0, { bidLots: 0 })
  bench.quote(1, { bidLots: 0 })
  bench.quote(0)
  bench.venue.script = bench.venue.fills
  bench.executor.close(run, 'test')
  await bench.clock.pass(1)
  expect(bench.lines('trade.flat')).toMatchObject([{ marks: 2 }])
})

test('a quote that does not qualify still marks a trade that is open', async () => {
  const bench = strategyBench({ config: { syntheticSpreadBps: 15 } })
  await bench.hedge()
  bench.quote(0)
  expect(bench.lines('trade.marked')).toHaveLength(1)
  expect(bench.skips()).toEqual({ 'not-qualified': 1 })
})

test('the quote that closes a trade does not start the next on its symbol', async () => {
  const bench = strategyBench({ config: { maxHoldMs: 1_000 } })
  await bench.hedge()
  bench.clock.advance(1_000)
  bench.quote(0)
  expect(bench.lines('trade.closing')).toMatchObject([{ reason: 'max-hold' }])
  expect(bench.executor.tradesStarted).toBe(1)
  expect(bench.skips()).toEqual({ 'symbol-busy': 1 })
})
