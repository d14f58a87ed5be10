import { expect, test } from 'vitest'
import type { Config } from '../config.ts'
import { settled } from '../seams/test-support/manual-clock.ts'
import type { Bench } from './test-support/bench.ts'
import { createBench, id, quoteAt } from './test-support/bench.ts'
import type { TradeRun } from './trade-run.ts'

/** A spread that starts at 45 bps and halves every second; four fees are 22 bps, so about a second pays for them. */
const TERMS: Partial<Config> = {
  syntheticSpreadBps: 45,
  convergenceHalfLifeMs: 1_000,
  stopLossBps: 40,
  maxHoldMs: 60_000,
}

/** A hedged trade whose two fills were at 60,000 each; its fee of 0.1 USD a leg is 1.67 bps. */
async function hedgedBench(changes: Partial<Config> = {}): Promise<{ bench: Bench; run: TradeRun }> {
  const bench = createBench({ ...TERMS, ...changes })
  const run = await bench.hedge()
  bench.venue.script = bench.venue.fills
  return { bench, run }
}

test('every quote of its symbol marks a hedged trade, quotes of others do not', async () => {
  const { bench, run } = await hedgedBench({ convergenceHalfLifeMs: 1e9 })
  bench.monitor.onQuote(quoteAt(0, bench.clock))
  bench.monitor.onQuote(quoteAt(0, bench.clock))
  bench.monitor.onQuote(quoteAt(1, bench.clock))
  bench.monitor.onQuote(quoteAt(0, bench.clock))
  bench.executor.close(run, 'test')
  await settled()
  expect(bench.lines('trade.flat')).toMatchObject([{ tradeId: 't1', marks: 3, everHedged: true }])
})

test('a trade that is not hedged is not marked', async () => {
  const bench = createBench(TERMS)
  await bench.open()
  bench.venue.fill(id(0))
  bench.monitor.onQuote(quoteAt(0, bench.clock))
  expect(bench.lines('trade.marked')).toEqual([])
})

test('marks are written a few times a second, with both profits', async () => {
  const { bench } = await hedgedBench({ convergenceHalfLifeMs: 1e9 })
  for (let i = 0; i < 50; i += 1) {
    bench.monitor.onQuote(quoteAt(0, bench.clock))
    bench.clock.advance(10)
  }
  expect(bench.lines('trade.marked').map(({ marks }) => marks)).toEqual([1, 21, 41])
  const [mark] = bench.lines('trade.marked')
  // Fees paid are 0.2 USD of 600 (3.33 bps), to come 11 bps; the touch of one tick costs 0.01 bps more.
  expect(mark?.venuePnlUsd).toBeCloseTo(-0.201)
  expect(mark?.syntheticPnlBps).toBeCloseTo(-14.35, 2)
})

test('a trade is left on the first quote that shows a profit', async () => {
  const { bench, run } = await hedgedBench()
  let quotes = 0
  while (run.phase === 'hedged' && quotes < 100) {
    quotes += 1
    bench.clock.advance(20)
    bench.monitor.onQuote(quoteAt(0, bench.clock))
  }
  await settled()
  expect(run.phase).toBe('flat')
  expect(bench.lines('trade.closing')).toEqual([{ tradeId: 't1', reason: 'profitable' }])
  // 45·(1 − 2^−t) > 14.35 is so from 0.553 s on.
  expect(quotes).toBe(28)
  const [flat] = bench.lines('trade.flat')
  expect(flat).toMatchObject({ reason: 'profitable', marks: 28, everHedged: true })
  expect(flat?.feesUsd).toBeCloseTo(0.4)
  expect(flat?.venuePnlUsd).toBeCloseTo(-0.4)
  expect(flat?.syntheticPnlBps).toBeGreaterThan(0)
})

test('a spread that widens is left at the stop loss', async () => {
  const { bench, run } = await hedgedBench({ convergenceHalfLifeMs: -1_000 })
  for (let i = 0; i < 20 && run.phase === 'hedged'; i += 1) {
    bench.clock.advance(100)
    bench.monitor.onQuote(quoteAt(0, bench.clock))
  }
  await settled()
  expect(bench.lines('trade.closing')).toEqual([{ tradeId: 't1', reason: 'stop-loss' }])
  expect(run.phase).toBe('flat')
})

test('a trade is held no longer than allowed, with quotes', async () => {
  const { bench } = await hedgedBench({ convergenceHalfLifeMs: 1e9, maxHoldMs: 500 })
  bench.clock.advance(499)
  bench.monitor.onQuote(quoteAt(0, bench.clock))
  expect(bench.lines('trade.closing')).toEqual([])
  bench.clock.advance(1)
  bench.monitor.onQuote(quoteAt(0, bench.clock))
  expect(bench.lines('trade.closing')).toEqual([{ tradeId: 't1', reason: 'max-hold' }])
})

test('a trade is held no longer than allowed when its market is silent', async () => {
  const { bench } = await hedgedBench({ maxHoldMs: 500 })
  bench.clock.advance(499)
  bench.monitor.onTime()
  expect(bench.lines('trade.closing')).toEqual([])
  bench.clock.advance(1)
  bench.monitor.onTime()
  expect(bench.lines('trade.closing')).toEqual([{ tradeId: 't1', reason: 'max-hold' }])
})

test('a trade on its way out is left alone', async () => {
  const { bench, run } = await hedgedBench({ maxHoldMs: 500 })
  bench.venue.script = () => undefined
  bench.executor.close(run, 'shutdown')
  bench.clock.advance(1_000)
  bench.monitor.onTime()
  bench.monitor.onQuote(quoteAt(0, bench.clock))
  expect(bench.lines('trade.closing')).toEqual([{ tradeId: 't1', reason: 'shutdown' }])
  expect(bench.lines('trade.marked')).toEqual([])
})

test('a pair that never was says so: no synthetic profit, no marks', async () => {
  const bench = createBench(TERMS)
  await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.script = bench.venue.fills
  bench.venue.refuse(id(1))
  await settled()
  expect(bench.lines('trade.flat')).toMatchObject([
    { reason: 'short-refused', everHedged: false, marks: 0, syntheticPnlBps: null, feesUsd: 0.2 },
  ])
})

test('the next trade on the symbol starts with marks of its own', async () => {
  const { bench, run } = await hedgedBench({ convergenceHalfLifeMs: 1e9 })
  bench.monitor.onQuote(quoteAt(0, bench.clock))
  bench.executor.close(run, 'test')
  await settled()
  const next = await bench.hedge()
  bench.venue.script = bench.venue.fills
  bench.executor.close(next, 'test')
  await settled()
  expect(bench.lines('trade.flat').map(({ tradeId, marks }) => [tradeId, marks])).toEqual([
    ['t1', 1],
    ['t2', 0],
  ])
})

test('a trade that a late fill opens again ends as one that was hedged, beside the one that has its symbol now', async () => {
  const { bench, run } = await hedgedBench({ convergenceHalfLifeMs: 1e9 })
  bench.monitor.onQuote(quoteAt(0, bench.clock))
  bench.executor.close(run, 'test')
  await settled()
  const next = await bench.hedge()
  bench.venue.script = bench.venue.fills
  bench.venue.fill(id(0), 2)
  await settled()
  expect(bench.lines('trade.flat').at(-1)).toMatchObject({ tradeId: 't1', marks: 1, everHedged: true })
  bench.monitor.onQuote(quoteAt(0, bench.clock))
  bench.executor.close(next, 'test')
  await settled()
  expect(bench.lines('trade.flat').at(-1)).toMatchObject({ tradeId: 't2', marks: 1, everHedged: true })
})
