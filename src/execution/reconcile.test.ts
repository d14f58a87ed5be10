/**
 * Our books beside the venue's: what was missed is fetched, what cannot be read is said, two moments are never compared.
 */
import { expect, test } from 'vitest'
import { BTC } from '../domain/test-support/instruments.ts'
import { heldLots } from '../domain/trade.ts'
import { settled } from '../seams/test-support/manual-clock.ts'
import { compareAtEnd, compareBooks, reconcile } from './reconcile.ts'
import type { Bench } from './test-support/bench.ts'
import { createBench, id, OTHERS_ORDER } from './test-support/bench.ts'
import { readTruth } from './truth.ts'

function recover(bench: Bench, sinceVenueMs: number): Promise<boolean> {
  return reconcile(bench.ports, bench.executor, { cause: 'test', sinceVenueMs })
}

test('fills that were missed are fetched, and change nothing when they are known already', async () => {
  const bench = createBench()
  const sinceVenueMs = bench.venue.venueNowMs()
  const run = await bench.open()
  bench.venue.fill(id(0), 4)
  bench.venue.streamDown = true
  for (const clientId of [id(0), id(1)]) bench.venue.fill(clientId)
  bench.venue.streamDown = false
  bench.clock.advance(7)
  expect(await recover(bench, sinceVenueMs)).toBe(true)
  expect(run.phase).toBe('hedged')
  expect(bench.lines('order.filled').map(({ lots }) => lots)).toEqual([4, 6, 10])
  const before = run.trade
  expect(await recover(bench, sinceVenueMs)).toBe(true)
  expect(run.trade).toBe(before)
  expect(bench.lines('reconciled')).toEqual([
    { cause: 'test', ordersAsked: 2, fillsRecovered: 0, tookMs: 0 },
    { cause: 'test', ordersAsked: 0, fillsRecovered: 0, tookMs: 0 },
  ])
  expect(bench.metrics.value('reconciles')).toBe(2)
})

test('a fill of a trade that was thought over is found among the executions, and counted', async () => {
  const bench = createBench()
  const run = await bench.hedge()
  bench.venue.streamDown = true
  bench.venue.fill(id(0), 2)
  bench.venue.streamDown = false
  expect(await recover(bench, bench.venue.venueNowMs())).toBe(true)
  expect(heldLots(run.trade, 'long')).toBe(12)
  expect(bench.lines('order.filled').at(-1)).toMatchObject({ lots: 2, from: 'reconcile' })
  expect(bench.lines('reconciled')).toMatchObject([{ fillsRecovered: 1 }])
})

test('executions are asked for from a little before the gap, since two clocks never agree', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.streamDown = true
  bench.venue.fill(id(1))
  bench.clock.advance(1_999)
  await recover(bench, bench.venue.venueNowMs())
  expect(heldLots(run.trade, 'short')).toBe(10)
  expect(bench.log).toContain(`executionsSince ${1_000 + 1_999 - 2_000}`)
})

test('executions of others are nobody of ours', async () => {
  const bench = createBench()
  bench.venue.submit(OTHERS_ORDER)
  bench.venue.fill('web')
  expect(await recover(bench, 0)).toBe(true)
  expect(bench.lines('order.filled')).toEqual([])
})

test('what could not be read is not said to be recovered', async () => {
  const bench = createBench()
  await bench.open()
  bench.venue.readsFail = true
  expect(await recover(bench, 0)).toBe(false)
  expect(bench.lines('reconciled')).toMatchObject([{ fillsRecovered: 0 }])
})

test('an order already being asked after is not asked after twice', async () => {
  const bench = createBench()
  const run = await bench.open()
  const asking = Promise.all([run.inquireOpen(), run.inquireOpen()])
  expect(await asking).toEqual([2, 0])
})

test('books that agree are written down with both sides', async () => {
  const bench = createBench()
  await bench.hedge()
  expect(await compareBooks(bench.ports, bench.executor, [])).toBe('agree')
  const rows = [
    { symbol: 'BTCUSDT', idx: 1, side: 'buy', lots: 10 },
    { symbol: 'BTCUSDT', idx: 2, side: 'sell', lots: 10 },
  ]
  expect(bench.lines('books.compared')).toEqual([{ ours: rows, venue: rows }])
})

test('books that disagree are written down as well, and said to', async () => {
  const bench = createBench()
  await bench.hedge()
  bench.venue.hold('BTCUSDT', 1, 1)
  expect(await compareBooks(bench.ports, bench.executor, [])).toBe('differ')
  expect(bench.lines('books.compared')).toHaveLength(1)
})

test('symbols that were never ours are left out of the comparison', async () => {
  const bench = createBench()
  bench.venue.hold('ETHUSDT', 1, 5)
  expect(await compareBooks(bench.ports, bench.executor, ['ETHUSDT'])).toBe('agree')
  expect(bench.lines('books.compared')).toEqual([{ ours: [], venue: [] }])
})

test('with an order under way a leg may hold anything up to what the order may fill, and no more', async () => {
  const bench = createBench()
  await bench.open()
  bench.venue.streamDown = true
  bench.venue.fill(id(0), 4)
  expect(await compareBooks(bench.ports, bench.executor, [])).toBe('agree')
  const leg = { symbol: 'BTCUSDT', belowLots: 0, aboveLots: 10 }
  expect(bench.lines('books.compared')).toEqual([
    {
      ours: [],
      venue: [{ symbol: 'BTCUSDT', idx: 1, side: 'buy', lots: 4 }],
      underWay: [
        { ...leg, idx: 1 },
        { ...leg, idx: 2 },
      ],
    },
  ])
  bench.venue.hold('BTCUSDT', 1, 7)
  expect(await compareBooks(bench.ports, bench.executor, [])).toBe('differ')
})

test('a closing order under way may have taken off what it was sent for, and not more', async () => {
  const bench = createBench()
  const run = await bench.hedge()
  bench.executor.close(run, 'test')
  bench.venue.streamDown = true
  bench.venue.fill(id(2), 10)
  expect(await compareBooks(bench.ports, bench.executor, [])).toBe('agree')
  bench.venue.hold('BTCUSDT', 2, 1)
  expect(await compareBooks(bench.ports, bench.executor, [])).toBe('differ')
})

test("one symbol's order under way excuses no other symbol", async () => {
  const bench = createBench()
  await bench.hedge()
  await bench.open(1)
  bench.venue.hold('BTCUSDT', 1, -1)
  expect(await compareBooks(bench.ports, bench.executor, [])).toBe('differ')
})

test.each<readonly [string, string, (bench: Bench) => Promise<unknown>]>([
  ['a trade began', 'ETHUSDT', (bench) => bench.open(1)],
  ['a trade began and was hedged', 'ETHUSDT', (bench) => bench.hedge(1)],
  ['a trade began to close', 'BTCUSDT', async (bench) => bench.executor.close(bench.executor.books.open()[0]!, 'test')],
  ['a fill came late', 'BTCUSDT', async (bench) => bench.venue.fill(id(0), 1)],
  [
    'a trade was opened and closed again',
    'ETHUSDT',
    async (bench) => {
      const run = await bench.hedge(1)
      bench.venue.script = bench.venue.fills
      bench.executor.close(run, 'test')
      await settled()
    },
  ],
])('when %s while the venue was asked, %s is left out of the comparison', async (_, symbol, meanwhile) => {
  const bench = createBench()
  await bench.hedge()
  const gate = Promise.withResolvers<void>()
  bench.venue.readGate = gate.promise
  const comparing = compareBooks(bench.ports, bench.executor, [])
  await meanwhile(bench)
  bench.venue.hold(symbol, 1, 3)
  gate.resolve()
  expect(await comparing).toBe('agree')
  const [compared] = bench.lines('books.compared')
  expect([...compared!.ours, ...compared!.venue].filter((row) => row.symbol === symbol)).toEqual([])
})

test('nothing is written when every symbol got in motion while the venue was asked', async () => {
  const bench = createBench({}, [BTC])
  const gate = Promise.withResolvers<void>()
  bench.venue.readGate = gate.promise
  const comparing = compareBooks(bench.ports, bench.executor, [])
  await bench.open()
  gate.resolve()
  expect(await comparing).toBe('not compared')
  expect(bench.lines('books.compared')).toEqual([])
})

test('at the end books that are not quiet are not compared, and the venue is not even asked', async () => {
  const bench = createBench()
  await bench.open()
  expect(await compareAtEnd(bench.ports, bench.executor, [])).toBe('not compared')
  expect(bench.log).not.toContain('positions')
})

test('at the end a venue that does not answer is asked again, a bounded number of times', async () => {
  const bench = createBench()
  bench.venue.readsFail = true
  bench.clock.after(700, () => {
    bench.venue.readsFail = false
  })
  const comparing = compareAtEnd(bench.ports, bench.executor, [])
  await bench.clock.pass(5_000)
  expect(await comparing).toBe('agree')
  bench.venue.readsFail = true
  const again = compareAtEnd(bench.ports, bench.executor, [])
  await bench.clock.pass(60_000)
  expect(await again).toBe('not compared')
  expect(bench.lines('books.compared')).toHaveLength(1)
})

test('nothing is written when the venue could not be asked', async () => {
  const bench = createBench()
  await bench.hedge()
  bench.venue.readsFail = true
  expect(await compareBooks(bench.ports, bench.executor, [])).toBe('not compared')
  expect(bench.lines('books.compared')).toEqual([])
})

test("the venue's truth is its orders, executions and what it still holds, of our symbols, since a moment", async () => {
  const bench = createBench()
  await bench.hedge()
  bench.venue.hold('DOGEUSDT', 1, 3)
  const truth = await readTruth(bench.venue, ['BTCUSDT', 'ETHUSDT'], bench.venue.venueNowMs())
  expect(truth.orders.map(({ clientId, status }) => `${clientId} ${status}`)).toEqual([
    'r-t1-0 Filled',
    'r-t1-1 Filled',
  ])
  expect(truth.executions.map(({ clientId, lots }) => `${clientId} ${lots}`)).toEqual(['r-t1-0 10', 'r-t1-1 10'])
  expect(truth.positions.map(({ symbol, lots }) => `${symbol} ${lots}`)).toEqual(['BTCUSDT 10', 'BTCUSDT 10'])
  const later = await readTruth(bench.venue, ['BTCUSDT'], bench.venue.venueNowMs() + 1)
  expect([later.orders, later.executions]).toEqual([[], []])
})

test('a truth that cannot be read is an error, not an empty book', async () => {
  const bench = createBench()
  bench.venue.readsFail = true
  await expect(readTruth(bench.venue, ['BTCUSDT'], 0)).rejects.toThrow('could not read orders: unknown 0 no answer')
})
