/**
 * What uses up the patience of the final sweep, and what does not.
 */
import { expect, test } from 'vitest'
import { booksOf, type SweepResult, sweep } from './sweep.ts'
import type { Bench } from './test-support/bench.ts'
import { createBench, heldAtVenue, id } from './test-support/bench.ts'

/** Runs the sweep to its end while the venue's time goes by. */
async function swept(bench: Bench): Promise<SweepResult> {
  const { ports, executor } = bench
  const isOwn = (clientId: string): boolean => clientId.startsWith('r-')
  const options = {
    ports,
    books: booksOf(executor),
    runId: 'r',
    tradeId: 'sweep',
    isOwn,
    refused: [],
    arrivalMaxMs: 1_250,
  }
  const sweeping = sweep({ ...options, warn: () => undefined })
  await bench.clock.pass(60_000)
  return sweeping
}

/** A trade whose long leg is filled, whose short one never was, and which the sweep takes over. */
async function longAlone(): Promise<Bench> {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  run.rest()
  return bench
}

test('cancels that the venue does not even look at use up no patience: they are repeated until it does', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.take(id(0))
  bench.venue.cancelAnswer = { kind: 'refused', code: 10006, reason: 'Too many visits!', retryAfterMs: 500 }
  bench.clock.after(5_000, () => {
    bench.venue.cancelAnswer = null
  })
  run.rest()
  expect(await swept(bench)).toMatchObject({ left: [], resting: [] })
})

test('a venue that has not said what is left is asked on, however often it was asked to close it', async () => {
  const bench = await longAlone()
  const { requests } = bench.venue
  const before = requests.length
  // From the fourth attempt on the venue cannot be read for a while.
  bench.venue.script = (clientId) => {
    bench.venue.refuse(clientId, 110017)
    if (requests.length - before >= 4) bench.venue.readsFail = 'openOrders'
  }
  bench.clock.after(8_000, () => {
    bench.venue.readsFail = false
  })
  const { left, resting, ordersSent } = await swept(bench)
  expect({ left: left?.map(({ lots }) => lots), resting, ordersSent }).toEqual({
    left: [10],
    resting: [],
    ordersSent: 4,
  })
})

test('what our own orders got is asked until it is known, also when all attempts are used up', async () => {
  const bench = await longAlone()
  bench.venue.readsFail = 'inquire'
  bench.venue.script = (clientId) => {
    bench.venue.acknowledge(clientId)
    if (clientId === 'r-sweep-0') bench.venue.fill(clientId, 1)
    bench.venue.end(clientId)
  }
  bench.clock.after(6_000, () => {
    bench.venue.readsFail = false
  })
  const { left, unresolved, ordersSent } = await swept(bench)
  expect({ left: left?.map(({ lots }) => lots), unresolved, ordersSent }).toEqual({
    left: [9],
    unresolved: [],
    ordersSent: 5,
  })
})

test('a thin market is swept on while it takes anything: only tries that took nothing are counted', async () => {
  const bench = await longAlone()
  const before = bench.venue.requests.length
  // A lot every other time; when three are left, none any more.
  bench.venue.script = (clientId) => {
    bench.venue.acknowledge(clientId)
    const isTaking = (bench.venue.requests.length - before) % 2 === 0 && heldAtVenue(bench).long > 3
    if (isTaking) bench.venue.fill(clientId, 1)
    bench.venue.end(clientId)
  }
  expect(await swept(bench)).toMatchObject({ left: [{ lots: 3 }], ordersSent: 2 * 7 + 4 })
})

test("what an order of a trade's got is asked for once more, and booked with its trade", async () => {
  const bench = createBench()
  await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.readsFail = 'inquire'
  bench.venue.cancelAnswer = { kind: 'unknown', code: 0, reason: 'no answer' }
  bench.venue.streamDown = true
  bench.venue.lose(id(1))
  bench.venue.fill(id(1))
  await bench.clock.pass(5_000)
  expect(bench.executor.books.open()[0]?.quiet).toBe(false)
  bench.executor.handOver()
  bench.venue.readsFail = false
  bench.venue.script = bench.venue.fills
  const [run] = bench.executor.books.open()
  expect(await swept(bench)).toMatchObject({ left: [], ordersSent: 2 })
  expect(run!.trade.orders.map((order) => order.filledLots)).toEqual([10, 10])
})

test("an order of a trade's that nobody can tell of is asked after until it is told, though the venue looks flat", async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.fills(id(1), bench.venue.requests[1]!)
  bench.venue.readsFail = 'inquire'
  bench.venue.streamDown = true
  bench.venue.script = (clientId, order) => {
    bench.venue.fills(clientId, order)
  }
  bench.executor.closeAll('shutdown')
  await bench.clock.pass(8_000)
  expect(run.quiet).toBe(false)
  bench.executor.handOver()
  bench.clock.after(6_000, () => {
    bench.venue.readsFail = false
  })
  expect(await swept(bench)).toMatchObject({ left: [], resting: [], ordersSent: 0 })
  expect(run.trade.orders.map(({ filledLots }) => filledLots)).toEqual([10, 10, 10, 10])
})
