/**
 * Replies that never come: nothing is guessed, the books are asked, and the waiting has an end.
 */
import { expect, test } from 'vitest'
import { heldLots } from '../domain/trade.ts'
import { settled } from '../seams/test-support/manual-clock.ts'
import type { Bench } from './test-support/bench.ts'
import { createBench, heldAtVenue, id, sentOrders } from './test-support/bench.ts'

const asked = (bench: Bench, what: string): string[] => bench.log.filter((entry) => entry.startsWith(what))

test('a lost reply is resolved by asking at once: the order is found filled and nothing is sent again', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.streamDown = true
  bench.venue.fill(id(1))
  bench.venue.lose(id(1))
  await settled()
  expect(run.phase).toBe('hedged')
  expect(bench.clock.nowUs()).toBe(1_000_000)
  expect(asked(bench, 'submit')).toHaveLength(2)
  expect(bench.lines('order.unknown')).toEqual([{ tradeId: 't1', clientId: id(1), reason: 'reply lost' }])
  expect(bench.lines('order.queried')).toEqual([{ tradeId: 't1', clientId: id(1), found: 'Filled, 1 executions' }])
  expect(bench.lines('order.filled').at(-1)).toMatchObject({ clientId: id(1), from: 'query' })
})

test('while a leg is unknown the other is neither closed nor hedged', async () => {
  const bench = createBench()
  await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.readsFail = true
  bench.venue.lose(id(1))
  await bench.clock.pass(999)
  expect(sentOrders(bench)).toHaveLength(2)
  expect(asked(bench, 'cancel')).toEqual([])
  expect(asked(bench, 'inquire').length).toBeGreaterThanOrEqual(6)
})

test('an unknown order is cancelled by its id once the bound is reached', async () => {
  const bench = createBench()
  await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.readsFail = true
  bench.venue.lose(id(1))
  await bench.clock.pass(1_000)
  expect(asked(bench, 'cancel')).toEqual(['cancel r-t1-1'])
})

test('"not found" proves nothing before the venue could no longer accept it; after that the other leg is closed', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.lose(id(1))
  bench.venue.script = bench.venue.fills
  await bench.clock.pass(1_250)
  expect(bench.lines('order.absent')).toEqual([])
  expect(sentOrders(bench)).toHaveLength(2)
  await bench.clock.pass(200)
  expect(bench.lines('order.absent')).toHaveLength(1)
  expect(bench.lines('trade.failed')).toMatchObject([{ reason: 'short-absent' }])
  expect(run.phase).toBe('flat')
  expect(heldAtVenue(bench)).toEqual({ long: 0, short: 0 })
})

test('"not found" with a fill on the stream afterwards: what arrived late is in the books', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.lose(id(1))
  await bench.clock.pass(800)
  bench.venue.fill(id(1))
  expect(run.phase).toBe('hedged')
  expect(bench.lines('order.absent')).toEqual([])
})

test('an unknown order found resting past its time is cancelled and the other leg closed', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.take(id(1))
  bench.venue.lose(id(1))
  bench.venue.script = bench.venue.fills
  await bench.clock.pass(600)
  expect(asked(bench, 'cancel')).toEqual(['cancel r-t1-1'])
  expect(run.phase).toBe('flat')
  expect(bench.halts).toEqual([])
})

test('when nobody answers past every bound the trade halts, names both legs, and goes on asking', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.readsFail = true
  bench.venue.cancelAnswer = { kind: 'unknown', code: 0, reason: 'no answer' }
  bench.venue.lose(id(1))
  await bench.clock.pass(4_740)
  expect(run.phase).toBe('entering')
  await bench.clock.pass(20)
  expect(run.phase).toBe('halted')
  expect(bench.lines('trade.halted')).toMatchObject([{ longLots: 10, shortLots: 0, nakedLots: 10 }])
  expect(bench.lines('trade.halted')[0]?.reason).toContain('short order r-t1-1 stays unknown')
  const before = asked(bench, 'inquire').length
  await bench.clock.pass(1_000)
  expect(asked(bench, 'inquire').length).toBeGreaterThan(before + 3)
  expect(bench.lines('trade.halted')).toHaveLength(1)
})

test('a halted trade that learns the truth after all closes what it holds; entries stay halted', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.readsFail = true
  bench.venue.lose(id(1))
  await bench.clock.pass(5_000)
  expect(run.phase).toBe('halted')
  bench.venue.readsFail = false
  bench.venue.script = bench.venue.fills
  await bench.clock.pass(500)
  expect(run.phase).toBe('flat')
  expect(heldAtVenue(bench)).toEqual({ long: 0, short: 0 })
  expect(bench.executor.refusal(0)).toBe('halted')
})

test('a closing order whose reply is lost is not sent again before it is known how it ended', async () => {
  const bench = createBench()
  const run = await bench.hedge()
  bench.venue.script = (clientId, request) => {
    if (clientId !== id(2)) return bench.venue.fills(clientId, request)
    bench.venue.streamDown = true
    bench.venue.fill(clientId)
    bench.venue.streamDown = false
    bench.venue.readsFail = true
    return bench.venue.lose(clientId)
  }
  bench.executor.close(run, 'test')
  await bench.clock.pass(900)
  expect(run.phase).toBe('closing')
  expect(asked(bench, 'submit')).toHaveLength(4)
  bench.venue.readsFail = false
  await bench.clock.pass(200)
  expect(run.phase).toBe('flat')
  expect(asked(bench, 'submit')).toHaveLength(4)
})

test('a fill that comes after its order was proved absent is believed, and taken off', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.lose(id(1))
  bench.venue.script = bench.venue.fills
  await bench.clock.pass(1_500)
  expect(run.phase).toBe('flat')
  bench.venue.fill(id(1), 3)
  expect(run.phase).toBe('closing')
  expect(heldLots(run.trade, 'short')).toBe(3)
  await bench.clock.pass(700)
  expect(run.phase).toBe('flat')
  expect(heldAtVenue(bench)).toEqual({ long: 0, short: 0 })
})
