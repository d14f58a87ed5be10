/**
 * A trade lived against a venue in memory: what is written before it is sent, and answers and rows in every order.
 */
import { expect, test } from 'vitest'
import { heldLots, nakedLots } from '../domain/trade.ts'
import { settled } from '../seams/test-support/manual-clock.ts'
import { createBench, heldAtVenue, id, sentOrders } from './test-support/bench.ts'

test('both legs are written down and flushed before either is handed over, and both go in the same turn', () => {
  const bench = createBench()
  bench.executor.open(bench.plan())
  // Nothing has been awaited: all of this is one turn.
  expect(bench.log).toEqual([
    'write trade.planned',
    'write order.submitted',
    'write order.submitted',
    'flush',
    'submit r-t1-0',
    'submit r-t1-1',
  ])
  expect(bench.venue.requests).toMatchObject([
    { clientId: id(0), side: 'buy', lots: 10, priceTicks: 600_301, timeInForce: 'gtc', reduceOnly: false },
    { clientId: id(1), side: 'sell', lots: 10, priceTicks: 599_700, timeInForce: 'gtc', reduceOnly: false },
  ])
})

test('what is written about an order is what the venue is sent', () => {
  const bench = createBench()
  bench.executor.open(bench.plan())
  for (const [i, request] of bench.venue.requests.entries()) {
    expect(bench.lines('order.submitted')[i]).toMatchObject({ ...request })
  }
})

test('an order that follows later is flushed before it is sent as well', async () => {
  const bench = createBench()
  const run = await bench.hedge()
  const before = bench.log.length
  bench.executor.close(run, 'test')
  expect(bench.log.slice(before)).toEqual([
    'write trade.closing',
    'write order.submitted',
    'write order.submitted',
    'flush',
    'submit r-t1-2',
    'submit r-t1-3',
  ])
})

test('the acknowledgement may come before the rows', async () => {
  const bench = createBench()
  const run = await bench.open()
  for (const clientId of [id(0), id(1)]) bench.venue.acknowledge(clientId)
  await settled()
  expect(run.phase).toBe('entering')
  for (const clientId of [id(0), id(1)]) bench.venue.fill(clientId)
  expect(run.phase).toBe('hedged')
  expect(bench.lines('trade.hedged')).toEqual([{ tradeId: 't1', lots: 10, sinceStartUs: 0 }])
})

test('the acknowledgement may come after the rows, and changes nothing then', async () => {
  const bench = createBench()
  const run = await bench.open()
  for (const clientId of [id(0), id(1)]) bench.venue.fill(clientId)
  expect(run.phase).toBe('hedged')
  const { trade } = run
  for (const clientId of [id(0), id(1)]) bench.venue.acknowledge(clientId)
  await settled()
  expect(run.trade).toBe(trade)
  expect(bench.lines('order.acknowledged')).toHaveLength(2)
  expect(bench.lines('trade.hedged')).toHaveLength(1)
})

test('a lost reply of an order whose fill the stream has shown is no loss', async () => {
  const bench = createBench()
  const run = await bench.open()
  for (const clientId of [id(0), id(1)]) bench.venue.fill(clientId)
  bench.venue.lose(id(0))
  bench.venue.acknowledge(id(1))
  await bench.clock.pass(5_000)
  expect(run.phase).toBe('hedged')
  expect(bench.log.filter((entry) => entry.startsWith('inquire'))).toEqual([])
})

test('an execution told twice is counted once', async () => {
  const bench = createBench()
  const run = await bench.open()
  const row = bench.venue.fill(id(0), 4)
  bench.venue.tell({ kind: 'execution', row })
  bench.venue.tell({ kind: 'execution', row: { ...row } })
  expect(heldLots(run.trade, 'long')).toBe(4)
  expect(bench.lines('order.filled')).toHaveLength(1)
  expect(bench.metrics.value('duplicatesIgnored')).toBe(2)
})

test('an execution the stream has told and a query finds again is counted once', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fill(id(0), 4)
  bench.venue.lose(id(1))
  await settled()
  await run.inquireOpen()
  expect(heldLots(run.trade, 'long')).toBe(4)
  expect(bench.lines('order.filled')).toMatchObject([{ clientId: id(0), lots: 4, from: 'stream' }])
})

test('a row that claims more than the executions we have is followed by a question, and the fill is found', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fill(id(1))
  bench.venue.streamDown = true
  bench.venue.fill(id(0))
  bench.venue.streamDown = false
  bench.venue.tellOrder(id(0))
  expect(run.phase).toBe('entering')
  await bench.clock.pass(60)
  expect(run.phase).toBe('hedged')
  expect(bench.lines('order.filled').at(-1)).toMatchObject({ clientId: id(0), lots: 10, from: 'query' })
  expect(bench.metrics.value('fillsRecovered')).toBe(1)
})

test('an order that ended is written down once, however often it is shown', async () => {
  const bench = createBench()
  await bench.hedge()
  bench.venue.tellOrder(id(0))
  bench.venue.tellOrder(id(0))
  expect(bench.lines('order.ended')).toEqual([
    { tradeId: 't1', clientId: id(0), filledLots: 10, how: 'done' },
    { tradeId: 't1', clientId: id(1), filledLots: 10, how: 'done' },
  ])
})

test('placement and end to end are timed at the second acknowledgement', async () => {
  const bench = createBench()
  await bench.open()
  bench.venue.acknowledge(id(0))
  await settled()
  expect(bench.metrics.stageSummary('placement').count).toBe(0)
  bench.clock.advance(2)
  bench.venue.acknowledge(id(1))
  await settled()
  const { placement, endToEnd } = bench.metrics.snapshot().stages
  expect(placement.count).toBe(1)
  expect(placement.maxUs).toBeCloseTo(2_100, -2)
  expect(endToEnd.maxUs).toBeCloseTo(2_500, -2)
})

test('an execution is acted on at once, without waiting for the row of its order', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.refuse(id(1))
  await settled()
  bench.venue.streamDown = true
  const row = bench.venue.fill(id(0))
  bench.venue.streamDown = false
  bench.venue.script = bench.venue.fills
  bench.venue.tell({ kind: 'execution', row })
  expect(sentOrders(bench).slice(2)).toEqual(['unwind long sell 10'])
  await settled()
  expect(run.phase).toBe('flat')
})

test('a leg that rests too long is cancelled and the other is taken off', async () => {
  const bench = createBench()
  const run = await bench.open()
  for (const clientId of [id(0), id(1)]) bench.venue.acknowledge(clientId)
  bench.venue.fill(id(0))
  bench.venue.take(id(1))
  bench.venue.tellOrder(id(1))
  bench.venue.script = bench.venue.fills
  await bench.clock.pass(499)
  expect(bench.log).not.toContain('cancel r-t1-1')
  await bench.clock.pass(10)
  expect(bench.log).toContain('cancel r-t1-1')
  expect(run.phase).toBe('flat')
  expect(bench.lines('trade.failed')).toMatchObject([{ reason: 'short-timeout' }])
  expect(sentOrders(bench).slice(2)).toEqual(['unwind long sell 10'])
  expect(heldAtVenue(bench)).toEqual({ long: 0, short: 0 })
})

test('a leg that fills while it is being cancelled leaves a hedged pair', async () => {
  const bench = createBench()
  const run = await bench.open()
  for (const clientId of [id(0), id(1)]) bench.venue.acknowledge(clientId)
  bench.venue.fill(id(0))
  bench.venue.take(id(1))
  bench.venue.tellOrder(id(1))
  const gate = Promise.withResolvers<void>()
  bench.venue.readGate = gate.promise
  await bench.clock.pass(500)
  expect(bench.log).toContain('cancel r-t1-1')
  bench.venue.fill(id(1))
  gate.resolve()
  await settled()
  expect(run.phase).toBe('hedged')
  expect(nakedLots(run.trade)).toBe(0)
  expect(bench.lines('order.cancelRefused')).toEqual([{ tradeId: 't1', clientId: id(1), code: 110001 }])
})

test('what a leg fills in part is asked for again, through the newest touch, and counted as a retry', async () => {
  const bench = createBench()
  const run = await bench.open()
  for (const clientId of [id(0), id(1)]) bench.venue.acknowledge(clientId)
  bench.venue.fill(id(0))
  bench.venue.fill(id(1), 6)
  bench.venue.script = bench.venue.fills
  await bench.clock.pass(520)
  expect(run.phase).toBe('hedged')
  expect(sentOrders(bench).slice(2)).toEqual(['retry short sell 4'])
  expect(bench.venue.requests[2]).toMatchObject({ priceTicks: 599_700, timeInForce: 'ioc' })
  expect(bench.metrics.value('retries')).toBe(1)
  expect(bench.metrics.value('partialFills')).toBe(1)
})

test('a trade at rest sets no timers', async () => {
  const bench = createBench()
  const run = await bench.hedge()
  expect(bench.clock.waiting).toBe(0)
  bench.venue.script = bench.venue.fills
  bench.executor.close(run, 'test')
  await settled()
  expect(run.phase).toBe('flat')
  expect(bench.clock.waiting).toBe(0)
})
