/**
 * Orders the venue says no to: what the other leg does, what is waited out, and what the venue's books say against it.
 */
import { expect, test } from 'vitest'
import type { VenueOrderRow } from '../domain/rows.ts'
import { heldLots } from '../domain/trade.ts'
import { settled } from '../seams/test-support/manual-clock.ts'
import { createBench, heldAtVenue, id, sentOrders } from './test-support/bench.ts'

test.each([
  ['short', id(1), id(0), 'unwind long sell 10'],
  ['long', id(0), id(1), 'unwind short buy 10'],
])('a %s leg that is refused closes the other at once', async (leg, refused, other, unwind) => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fills(other, bench.venue.requests[0]!)
  bench.venue.refuse(refused)
  bench.venue.script = bench.venue.fills
  await settled()
  await settled()
  expect(run.phase).toBe('flat')
  expect(bench.clock.nowUs()).toBe(1_000_000)
  expect(bench.lines('trade.failed')).toEqual([{ tradeId: 't1', reason: `${leg}-refused`, dueUs: 1_000_000 }])
  expect(sentOrders(bench).slice(2)).toEqual([unwind])
  expect(heldAtVenue(bench)).toEqual({ long: 0, short: 0 })
  expect(bench.metrics.value('emergencyCloses')).toBe(1)
  expect(bench.metrics.value('ordersRefused')).toBe(1)
})

test('a refused leg fails the trade while the other still rests, which is cancelled', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.take(id(0))
  bench.venue.acknowledge(id(0))
  bench.venue.tellOrder(id(0))
  bench.venue.refuse(id(1))
  await settled()
  expect(bench.lines('trade.failed')).toMatchObject([{ reason: 'short-refused' }])
  await bench.clock.pass(10)
  expect(bench.log).toContain('cancel r-t1-0')
  expect(run.phase).toBe('flat')
  expect(sentOrders(bench)).toHaveLength(2)
  expect(bench.metrics.value('emergencyCloses')).toBe(0)
})

test('both legs refused: nothing is closed, and nothing is left', async () => {
  const bench = createBench()
  const run = await bench.open()
  for (const clientId of [id(0), id(1)]) bench.venue.refuse(clientId)
  await settled()
  expect(run.phase).toBe('flat')
  expect(sentOrders(bench)).toHaveLength(2)
})

test('10006 is waited out for as long as the venue says, then the leg is sent again and the pair hedged', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.refuse(id(1), 10006, 120)
  await settled()
  bench.venue.script = bench.venue.fills
  await bench.clock.pass(119)
  expect(bench.venue.requests).toHaveLength(2)
  await bench.clock.pass(2)
  expect(sentOrders(bench).slice(2)).toEqual(['retry short sell 10'])
  expect(run.phase).toBe('hedged')
  expect(bench.lines('trade.failed')).toEqual([])
})

test('10006 with a wait longer than a leg may take closes the other leg instead of waiting', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.refuse(id(1), 10006, 600)
  bench.venue.script = bench.venue.fills
  await bench.clock.pass(10)
  expect(bench.lines('trade.failed')).toMatchObject([{ reason: 'rate-limited' }])
  expect(run.phase).toBe('flat')
})

test('a closing order met by 10006 is sent again when the venue says so, and no attempt is lost by it', async () => {
  const bench = createBench()
  const run = await bench.hedge()
  bench.venue.script = (clientId, request) => {
    if (bench.venue.requests.length <= 4) bench.venue.refuse(clientId, 10006, 700)
    else bench.venue.fills(clientId, request)
  }
  bench.executor.close(run, 'test')
  await bench.clock.pass(699)
  expect(run.phase).toBe('closing')
  expect(bench.venue.requests).toHaveLength(4)
  await bench.clock.pass(10)
  expect(run.phase).toBe('flat')
  expect(bench.halts).toEqual([])
})

test('an order the venue refused and then shows filled is taken off', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.refuse(id(0))
  bench.venue.refuse(id(1))
  await settled()
  expect(run.phase).toBe('flat')
  bench.venue.script = bench.venue.fills
  bench.venue.fill(id(1))
  expect(run.phase).toBe('closing')
  await bench.clock.pass(10)
  expect(run.phase).toBe('flat')
  expect(sentOrders(bench).slice(2)).toEqual(['unwind short buy 10'])
  expect(heldAtVenue(bench)).toEqual({ long: 0, short: 0 })
})

test('an order the venue refused and then shows open is cancelled', async () => {
  const bench = createBench()
  await bench.open()
  for (const clientId of [id(0), id(1)]) bench.venue.refuse(clientId)
  await settled()
  bench.venue.take(id(0))
  bench.venue.tellOrder(id(0))
  await bench.clock.pass(50)
  expect(bench.log).toContain('cancel r-t1-0')
  expect(bench.executor.books.openCount).toBe(0)
})

test('a duplicate id whose order is the one that was sent is adopted, and the trade goes on', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fills(id(1), bench.venue.requests[1]!)
  bench.venue.streamDown = true
  bench.venue.fill(id(0))
  bench.venue.streamDown = false
  bench.venue.lose(id(0), 110072)
  await settled()
  expect(run.phase).toBe('hedged')
  expect(heldLots(run.trade, 'long')).toBe(10)
  expect(bench.log.filter((entry) => entry.startsWith('submit'))).toEqual(['submit r-t1-0', 'submit r-t1-1'])
})

test('fills heard while an id was suspected count once the order turns out to be ours, also when nothing can be read', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fills(id(1), bench.venue.requests[1]!)
  bench.venue.readsFail = true
  bench.venue.lose(id(0), 110072)
  await settled()
  // The fills come before the row that says whose order it is.
  bench.venue.fill(id(0), 4)
  bench.venue.fill(id(0), 6)
  await settled()
  expect(run.phase).toBe('hedged')
  expect(bench.lines('order.filled').filter(({ clientId }) => clientId === id(0))).toMatchObject([
    { lots: 4, from: 'stream' },
    { lots: 6, from: 'stream' },
  ])
})

const STRANGERS: readonly (readonly [string, Partial<VenueOrderRow>])[] = [
  ['the other side', { side: 'sell' }],
  ['another quantity', { lots: 9 }],
  ['another symbol', { symbol: 'ETHUSDT' }],
  ['an earlier time', { createdMs: 1_700_000_000_000 - 60_000 }],
]

test.each(STRANGERS)('a duplicate id whose order has %s is nobody we know: the trade halts', async (_, stranger) => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fills(id(1), bench.venue.requests[1]!)
  bench.venue.take(id(0), stranger)
  bench.venue.lose(id(0), 110072)
  await settled()
  expect(run.phase).toBe('halted')
  expect(bench.lines('trade.halted')).toMatchObject([
    { longLots: 0, shortLots: 10, nakedLots: -10, reason: "the venue's order r-t1-0 is not the one this run sent" },
  ])
  expect(bench.halts).toHaveLength(1)
})

test.each(STRANGERS)('what a stranger with our id and %s fills is not in our books', async (_, stranger) => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fills(id(1), bench.venue.requests[1]!)
  bench.venue.streamDown = true
  bench.venue.take(id(0), stranger)
  bench.venue.fill(id(0), 10)
  bench.venue.streamDown = false
  bench.venue.lose(id(0), 110072)
  await settled()
  expect(run.phase).toBe('halted')
  expect(heldLots(run.trade, 'long')).toBe(0)
})

test('a stranger with our id is left alone whatever time goes by; our own leg is closed and entries stay halted', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.streamDown = true
  bench.venue.take(id(0), { lots: 9 })
  bench.venue.fill(id(0), 4)
  bench.venue.streamDown = false
  bench.venue.fills(id(1), bench.venue.requests[1]!)
  bench.venue.script = bench.venue.fills
  bench.venue.lose(id(0), 110072)
  await settled()
  bench.venue.fill(id(0), 1)
  await bench.clock.pass(10_000)
  expect(bench.log.filter((entry) => entry.startsWith('cancel'))).toEqual([])
  expect(heldAtVenue(bench)).toEqual({ long: 5, short: 0 })
  expect(sentOrders(bench).slice(2)).toEqual(['exit short buy 10'])
  expect(run.phase).toBe('flat')
  expect(bench.executor.refusal(0)).toBe('halted')
})

test('a trade whose closing orders are all refused halts, names its amount, and lets nobody in', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.script = (clientId) => bench.venue.refuse(clientId, 110017)
  bench.venue.refuse(id(1))
  await bench.clock.pass(2_000)
  expect(run.phase).toBe('halted')
  expect(sentOrders(bench).slice(2)).toEqual(['unwind long sell 10', 'unwind long sell 10', 'unwind long sell 10'])
  const [halted] = bench.lines('trade.halted')
  expect(halted).toMatchObject({ tradeId: 't1', symbol: 'BTCUSDT', longLots: 10, shortLots: 0, nakedLots: 10 })
  expect(halted?.nakedUsd).toBeCloseTo(600)
  expect(bench.halts).toEqual(['trade t1 on BTCUSDT halted: 10 lots long still open after 3 attempts'])
  expect(bench.lines('entries.halted')).toHaveLength(1)
  expect(bench.executor.refusal(1)).toBe('halted')
  expect(bench.clock.waiting).toBe(0)
})

test('unwinding tries harder each time: further through the touch, then at market', async () => {
  const bench = createBench()
  await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.script = (clientId) => {
    bench.venue.acknowledge(clientId)
    bench.venue.take(clientId)
    bench.venue.end(clientId)
  }
  bench.venue.refuse(id(1))
  await bench.clock.pass(2_000)
  expect(bench.venue.requests.slice(2).map(({ priceTicks }) => priceTicks)).toEqual([599_700, 599_400, null])
})
