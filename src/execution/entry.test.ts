import { expect, test } from 'vitest'
import { manualClock } from '../seams/test-support/manual-clock.ts'
import { TradeBooks } from './books.ts'
import type { EntryQuestion, EntryRefusal } from './entry.ts'
import { entryRefusal, FailureWindow } from './entry.ts'
import { benchConfig, createBench, id } from './test-support/bench.ts'

const OPEN_DOOR: EntryQuestion = {
  config: benchConfig(),
  books: new TradeBooks(),
  symbol: 'BTCUSDT',
  tradesStarted: 0,
  createsFree: 10,
  halted: false,
  stopping: false,
  privateReady: true,
  foreign: false,
}

test('where nothing is against it an entry is permitted', () => {
  expect(entryRefusal(OPEN_DOOR)).toBeNull()
})

const REASONS: readonly (readonly [EntryRefusal, Partial<EntryQuestion>])[] = [
  ['halted', { halted: true }],
  ['stopping', { stopping: true }],
  ['private-stream-down', { privateReady: false }],
  ['foreign-position', { foreign: true }],
  ['max-concurrent', { config: benchConfig({ maxConcurrentTrades: 0 }) }],
  ['max-trades', { config: benchConfig({ maxTrades: 3 }), tradesStarted: 3 }],
  ['max-notional', { config: benchConfig({ maxNotionalUsd: 1_199.99 }) }],
  ['rate-limit', { createsFree: 3 }],
]

test.each(REASONS)('%s is a reason of its own', (reason, against) => {
  expect(entryRefusal({ ...OPEN_DOOR, ...against })).toBe(reason)
})

test.each<readonly [string, Partial<EntryQuestion>]>([
  ['the last trade of the run', { config: benchConfig({ maxTrades: 3 }), tradesStarted: 2 }],
  ['two legs that just fit the notional', { config: benchConfig({ maxNotionalUsd: 1_200 }) }],
  ['four creates that are still free', { createsFree: 4 }],
])('%s: permitted, the bound itself is allowed', (_, question) => {
  expect(entryRefusal({ ...OPEN_DOOR, ...question })).toBeNull()
})

test('one trade per symbol, however many symbols', async () => {
  const { executor, open } = createBench({ maxNotionalUsd: 10_000 })
  await open(0)
  expect([0, 1, 2].map((index) => executor.refusal(index))).toEqual(['symbol-busy', null, null])
})

test('no more trades at once than configured', async () => {
  const bench = createBench({ maxConcurrentTrades: 2, maxNotionalUsd: 10_000 })
  await bench.hedge(0)
  await bench.hedge(1)
  expect(bench.executor.refusal(2)).toBe('max-concurrent')
})

test('open legs and the two to come are never worth more than the configured notional', async () => {
  const bench = createBench({ maxNotionalUsd: 3_000 })
  await bench.hedge(0)
  expect(bench.executor.refusal(1)).toBeNull()
  await bench.hedge(1)
  // 2,400 are open and 1,200 more would come.
  expect(bench.executor.refusal(2)).toBe('max-notional')
})

test('at ten creates a second two trades start at once, and the third when one of them is hedged', async () => {
  const bench = createBench({ maxNotionalUsd: 10_000 })
  const ask = (index: number): EntryRefusal | null => {
    bench.createsFree = 10 - bench.venue.requests.length
    return bench.executor.refusal(index)
  }
  expect(ask(0)).toBeNull()
  await bench.open(0)
  expect(ask(1)).toBeNull()
  await bench.open(1)
  expect(ask(2)).toBe('rate-limit')
  bench.venue.fill(id(0))
  expect(ask(2)).toBe('rate-limit')
  bench.venue.fill(id(1))
  expect(ask(2)).toBeNull()
})

test('what open trades may need to close is never spent on an entry', async () => {
  const bench = createBench({ maxNotionalUsd: 10_000 })
  await bench.open(0)
  bench.createsFree = 5
  expect(bench.executor.refusal(1)).toBe('rate-limit')
  bench.createsFree = 6
  expect(bench.executor.refusal(1)).toBeNull()
})

test('the third failed trade within a minute is the reason to halt, and names the last', () => {
  const clock = manualClock()
  const failures = new FailureWindow(clock)
  expect(failures.add('trade t1: short-refused')).toBeNull()
  clock.advance(30_000)
  expect(failures.add('trade t2: short-refused')).toBeNull()
  clock.advance(29_999)
  expect(failures.add('trade t3: long-refused')).toBe('3 failed trades within 60 s, the last: trade t3: long-refused')
})

test('failures older than a minute no longer count', () => {
  const clock = manualClock()
  const failures = new FailureWindow(clock)
  for (let i = 0; i < 20; i += 1) {
    expect(failures.add(`trade t${i}`)).toBeNull()
    clock.advance(30_001)
  }
})
