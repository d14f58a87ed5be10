/**
 * All trades of a run: who is let in, what closes the door, and facts that come after the end.
 */
import { expect, test } from 'vitest'
import { settled } from '../seams/test-support/manual-clock.ts'
import { Executor } from './executor.ts'
import type { Bench } from './test-support/bench.ts'
import { createBench, heldAtVenue, id, sentOrders } from './test-support/bench.ts'

/** Long fills, short is refused, long is taken off: a failed trade that ends flat. */
async function failTrade(bench: Bench, symbolIndex = 0): Promise<void> {
  bench.venue.script = (clientId, request) => {
    if (request.leg === 'short' && !request.reduceOnly) bench.venue.refuse(clientId)
    else bench.venue.fills(clientId, request)
  }
  await bench.open(symbolIndex)
  await settled()
}

test('trades are numbered, and their orders carry run, trade and place', async () => {
  const bench = createBench()
  await bench.hedge(0)
  await bench.hedge(1)
  expect(bench.venue.requests.map(({ clientId }) => clientId)).toEqual(['r-t1-0', 'r-t1-1', 'r-t2-0', 'r-t2-1'])
  expect(bench.executor.tradesStarted).toBe(2)
  expect(bench.lines('trade.planned')).toMatchObject([
    { tradeId: 't1', symbol: 'BTCUSDT', lots: 10, opportunity: { symbol: 'BTCUSDT' } },
    { tradeId: 't2', symbol: 'ETHUSDT', lots: 10, opportunity: { symbol: 'ETHUSDT' } },
  ])
})

test('a symbol that held something before us is never traded', async () => {
  const bench = createBench()
  bench.executor.refuseSymbol('ETHUSDT')
  expect([0, 1, 2].map((index) => bench.executor.refusal(index))).toEqual([null, 'foreign-position', null])
})

test('no entries before the private stream is ready, none while it is down, and none through a gap', () => {
  const { executor, ports, config } = createBench()
  const ignore = (): undefined => undefined
  const fresh = new Executor({ ports, config, runId: 'n', onHedged: ignore, onEnded: ignore, onEntriesHalted: ignore })
  expect(fresh.refusal(0)).toBe('private-stream-down')
  expect(executor.refusal(0)).toBeNull()
  executor.privateLost()
  expect(executor.refusal(0)).toBe('private-stream-down')
  executor.onPrivate({ kind: 'ready' })
  expect(executor.refusal(0)).toBeNull()
  executor.onPrivate({ kind: 'gap', fromUs: 0, toUs: 1 })
  expect(executor.refusal(0)).toBe('private-stream-down')
})

test('rows of orders that are not ours change nothing', async () => {
  const bench = createBench()
  const run = await bench.hedge()
  const { trade } = run
  const row = bench.venue.take(id(0))
  bench.executor.onPrivate({ kind: 'order', row: { ...row, clientId: 'web' } })
  bench.executor.onPrivate({ kind: 'order', row: { ...row, clientId: 'r-t9-0' } })
  expect(run.trade).toBe(trade)
})

test('three failed trades within a minute close the door', async () => {
  const bench = createBench()
  for (let i = 0; i < 2; i += 1) await failTrade(bench)
  expect(bench.executor.refusal(0)).toBeNull()
  await bench.clock.pass(50_000)
  await failTrade(bench)
  expect(bench.executor.refusal(0)).toBe('halted')
  expect(bench.halts).toEqual(['3 failed trades within 60 s, the last: trade t3: short-refused'])
  expect(bench.executor.halted).toBe(bench.halts[0])
  expect(bench.metrics.value('tradesFailed')).toBe(3)
})

test('three failed trades in more than a minute do not', async () => {
  const bench = createBench()
  for (let i = 0; i < 5; i += 1) {
    await failTrade(bench)
    await bench.clock.pass(31_000)
  }
  expect(bench.halts).toEqual([])
})

test('a pair that timed out and was taken off in time is no failed trade', async () => {
  const bench = createBench()
  bench.venue.script = (clientId, request) => {
    if (request.leg === 'long' || request.reduceOnly) return bench.venue.fills(clientId, request)
    bench.venue.take(clientId)
    return bench.venue.acknowledge(clientId)
  }
  for (let i = 0; i < 4; i += 1) {
    await bench.open()
    await bench.clock.pass(600)
  }
  expect(bench.lines('trade.failed')).toHaveLength(4)
  expect(bench.metrics.value('timeouts')).toBe(4)
  expect(bench.executor.books.openCount).toBe(0)
  expect(bench.halts).toEqual([])
})

test('a pair that timed out and was not flat within its bound is a failed trade', async () => {
  const bench = createBench()
  bench.venue.script = (clientId, request) => {
    if (request.reduceOnly) return bench.clock.after(1_100, () => bench.venue.fills(clientId, request))
    if (request.leg === 'long') return bench.venue.fills(clientId, request)
    bench.venue.take(clientId)
    return bench.venue.acknowledge(clientId)
  }
  for (let i = 0; i < 3; i += 1) {
    await bench.open()
    await bench.clock.pass(2_000)
  }
  expect(bench.halts).toEqual(['3 failed trades within 60 s, the last: trade t3: short-timeout'])
})

test('entries are halted once; the first reason stands', async () => {
  const bench = createBench()
  bench.executor.haltEntries('first')
  bench.executor.haltEntries('second')
  expect(bench.executor.halted).toBe('first')
  expect(bench.halts).toEqual(['first'])
  expect(bench.lines('entries.halted')).toEqual([{ reason: 'first' }])
})

test('open trades are managed on after a halt: they are held, and closed when asked', async () => {
  const bench = createBench()
  const run = await bench.hedge()
  bench.executor.haltEntries('enough')
  expect(run.phase).toBe('hedged')
  bench.venue.script = bench.venue.fills
  bench.executor.close(run, 'profitable')
  await settled()
  expect(run.phase).toBe('flat')
})

test('closing all stops entries and closes every trade, whether hedged or still entering', async () => {
  const bench = createBench()
  const hedged = await bench.hedge(0)
  const entering = await bench.open(1)
  bench.venue.fill(id(0, 2), 4)
  bench.venue.script = bench.venue.fills
  bench.executor.closeAll('shutdown')
  expect(bench.executor.refusal(2)).toBe('stopping')
  bench.venue.take(id(1, 2))
  bench.venue.tellOrder(id(1, 2))
  await bench.clock.pass(500)
  expect([hedged.phase, entering.phase]).toEqual(['flat', 'flat'])
  expect(bench.lines('trade.closing')).toEqual([
    { tradeId: 't1', reason: 'shutdown' },
    { tradeId: 't2', reason: 'shutdown' },
  ])
  expect(heldAtVenue(bench, 'ETHUSDT')).toEqual({ long: 0, short: 0 })
})

test('a trade is closed once, for the first reason given', async () => {
  const bench = createBench()
  const run = await bench.hedge()
  bench.executor.close(run, 'profitable')
  bench.executor.close(run, 'max-hold')
  bench.executor.closeAll('shutdown')
  expect(bench.lines('trade.closing')).toEqual([{ tradeId: 't1', reason: 'profitable' }])
  expect(bench.venue.requests).toHaveLength(4)
})

test('a fill that comes after the trade was flat opens it again, is taken off, and is no second failure', async () => {
  const bench = createBench()
  await failTrade(bench)
  expect(bench.executor.books.openCount).toBe(0)
  await bench.clock.pass(100)
  bench.venue.fill(id(1), 3)
  expect(bench.executor.refusal(0)).toBe('symbol-busy')
  await bench.clock.pass(1_000)
  expect(bench.executor.books.openCount).toBe(0)
  expect(heldAtVenue(bench)).toEqual({ long: 0, short: 0 })
  expect(sentOrders(bench).at(-1)).toBe('unwind short buy 3')
  expect(bench.metrics.value('tradesFailed')).toBe(1)
  // It was closed in a hurry twice, though.
  expect(bench.metrics.value('emergencyCloses')).toBe(2)
})

test('successful is a pair hedged with every lot that was wanted', async () => {
  const bench = createBench()
  await bench.hedge(0)
  expect(bench.metrics.value('tradesSuccessful')).toBe(1)
  const run = await bench.open(1)
  for (const clientId of [id(0, 2), id(1, 2)]) {
    bench.venue.fill(clientId, 6)
    bench.venue.end(clientId)
  }
  bench.venue.script = (clientId) => {
    bench.venue.acknowledge(clientId)
    bench.venue.end(clientId)
  }
  await bench.clock.pass(1_000)
  expect(run.phase).toBe('hedged')
  expect(bench.lines('trade.hedged').at(-1)).toMatchObject({ tradeId: 't2', lots: 6 })
  expect(bench.metrics.value('tradesHedged')).toBe(2)
  expect(bench.metrics.value('tradesSuccessful')).toBe(1)
})
