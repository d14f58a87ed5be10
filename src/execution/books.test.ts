import { expect, test } from 'vitest'
import { settled } from '../seams/test-support/manual-clock.ts'
import type { Bench } from './test-support/bench.ts'
import { createBench, id } from './test-support/bench.ts'
import type { TradeRun } from './trade-run.ts'

async function closed(bench: Bench, run: TradeRun): Promise<void> {
  bench.venue.script = bench.venue.fills
  bench.executor.close(run, 'test')
  await settled()
  bench.venue.script = () => undefined
}

test('an order is found by its client id in the trade that sent it, and in no other', async () => {
  const { executor, ...bench } = createBench()
  const run = await bench.open()
  expect(executor.books.byClientId(id(0))).toBe(run)
  expect(executor.books.byClientId(id(1))).toBe(run)
  // Not sent yet, another trade, another run, no id of ours at all.
  for (const other of [id(2), id(0, 2), 'x-t1-0', 'r-t1-', 'web-order', '', '-', '--']) {
    expect([other, executor.books.byClientId(other)]).toEqual([other, undefined])
  }
})

test('a trade holds its symbol until it is flat', async () => {
  const bench = createBench()
  const { books } = bench.executor
  const run = await bench.hedge()
  expect(books.bySymbol('BTCUSDT')).toBe(run)
  expect(books.bySymbol('ETHUSDT')).toBeUndefined()
  await closed(bench, run)
  expect(books.bySymbol('BTCUSDT')).toBeUndefined()
  expect(books.openCount).toBe(0)
})

test('two creates are reserved for every trade that is neither hedged nor flat', async () => {
  const bench = createBench()
  const { books } = bench.executor
  expect(books.reservedCreates).toBe(0)
  await bench.open(0)
  await bench.open(1)
  expect(books.reservedCreates).toBe(4)
  for (const clientId of [id(0), id(1)]) bench.venue.fill(clientId)
  expect(books.reservedCreates).toBe(2)
})

test('open notional is both legs of every open trade, at the prices they were sent with', async () => {
  const bench = createBench()
  const { books } = bench.executor
  const run = await bench.hedge(0)
  // 10 lots of 0.001 at 60,030.1 and 59,970.
  expect(books.openNotionalUsd).toBeCloseTo(1_200.001)
  await bench.open(1)
  expect(books.openNotionalUsd).toBeCloseTo(2_400.002)
  await closed(bench, run)
  expect(books.openNotionalUsd).toBeCloseTo(1_200.001)
})

test('positions are what the fills add up to, a row per symbol and leg', async () => {
  const bench = createBench()
  const { books } = bench.executor
  await bench.open(0)
  bench.venue.fill(id(0), 4)
  bench.venue.fill(id(1), 3)
  expect(books.positions(['BTCUSDT', 'ETHUSDT'])).toEqual([
    { symbol: 'BTCUSDT', idx: 1, side: 'buy', lots: 4 },
    { symbol: 'BTCUSDT', idx: 2, side: 'sell', lots: 3 },
    { symbol: 'ETHUSDT', idx: 1, side: null, lots: 0 },
    { symbol: 'ETHUSDT', idx: 2, side: null, lots: 0 },
  ])
})

test('books are quiet when no order of any open trade is in flight, resting or unknown', async () => {
  const bench = createBench()
  const { books } = bench.executor
  expect(books.quiet).toBe(true)
  await bench.hedge(0)
  expect(books.quiet).toBe(true)
  await bench.open(1)
  expect(books.quiet).toBe(false)
  bench.venue.fill(id(0, 2))
  expect(books.quiet).toBe(false)
  bench.venue.fill(id(1, 2))
  expect(books.quiet).toBe(true)
})

test('trades that ended a while ago are forgotten; open ones and fresh ones are not', async () => {
  const bench = createBench()
  const { books } = bench.executor
  const first = await bench.hedge(0)
  await closed(bench, first)
  await bench.clock.pass(4_000)
  const second = await bench.hedge(1)
  await closed(bench, second)
  const third = await bench.hedge(2)
  await bench.clock.pass(1_001)
  bench.executor.prune()
  expect(books.byClientId(id(0, 1))).toBeUndefined()
  expect(books.byClientId(id(0, 2))).toBe(second)
  await bench.clock.pass(60_000)
  bench.executor.prune()
  expect(books.byClientId(id(0, 2))).toBeUndefined()
  expect(books.byClientId(id(0, 3))).toBe(third)
})

test('what a forgotten trade still held stays in the books', async () => {
  const bench = createBench()
  const { books } = bench.executor
  const run = await bench.hedge(0)
  bench.venue.fill(id(0), 2)
  // As after a halt that somebody has ended: 12 long and 10 short are left of it.
  books.ended(run, 0)
  const before = books.positions(['BTCUSDT'])
  expect(before.map((row) => row.lots)).toEqual([12, 10])
  expect(books.prune(1)).toEqual(['t1'])
  expect(books.positions(['BTCUSDT'])).toEqual(before)
  expect(books.byClientId(id(0))).toBeUndefined()
})

test('a trade that is opened again is not forgotten', async () => {
  const bench = createBench()
  const { books } = bench.executor
  const run = await bench.hedge(0)
  books.ended(run, 0)
  books.reopened(run)
  expect(books.prune(Number.POSITIVE_INFINITY)).toEqual([])
  expect(books.bySymbol('BTCUSDT')).toBe(run)
})
