/**
 * The look at the venue's books on a timer, one look at a time.
 */
import { expect, test } from 'vitest'
import { settled } from '../seams/test-support/manual-clock.ts'
import { createTimedReconcile } from './reconcile.ts'
import { createBench, id } from './test-support/bench.ts'

/** Long enough that a row is no longer the stream's to tell, ms. */
const NO_LONGER_YOUNG_MS = 300

test('a fill that the stream withheld is booked, and written down with how long the look took', async () => {
  const bench = createBench()
  await bench.open()
  const look = createTimedReconcile(bench.ports, bench.executor, () => true)
  bench.venue.streamDown = true
  bench.venue.fill(id(0), 4)
  await bench.clock.pass(NO_LONGER_YOUNG_MS)
  const { promise, resolve } = Promise.withResolvers<void>()
  bench.venue.readGate = promise
  const looking = look()
  await bench.clock.pass(40)
  resolve()
  await looking
  expect(bench.lines('order.filled')).toMatchObject([{ clientId: id(0), lots: 4, from: 'reconcile' }])
  expect(bench.lines('reconciled')).toEqual([{ cause: 'timer', ordersAsked: 0, fillsRecovered: 1, tookMs: 40 }])
})

test('while one look is under way there is no second, and after it there is', async () => {
  const bench = createBench()
  await bench.open()
  const look = createTimedReconcile(bench.ports, bench.executor, () => true)
  const { promise, resolve } = Promise.withResolvers<void>()
  bench.venue.readGate = promise
  const looks = (): number => bench.log.filter((entry) => entry.startsWith('executionsSince')).length
  const first = look()
  void look()
  await settled()
  expect(looks()).toBe(1)
  resolve()
  await first
  await look()
  expect(looks()).toBe(2)
})

test('without a trade, or without a budget to read, nobody looks', async () => {
  const bench = createBench()
  await createTimedReconcile(bench.ports, bench.executor, () => true)()
  await bench.open()
  await createTimedReconcile(bench.ports, bench.executor, () => false)()
  await settled()
  expect(bench.log.filter((entry) => entry.startsWith('executionsSince'))).toEqual([])
})
