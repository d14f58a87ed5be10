/**
 * Getting out: when a pair may be closed, what closing goes on through, and who acts for a trade at the very end.
 */
import { expect, test } from 'vitest'
import { heldLots } from '../domain/trade.ts'
import { settled } from '../seams/test-support/manual-clock.ts'
import type { Bench } from './test-support/bench.ts'
import { createBench, heldAtVenue, id, sentOrders } from './test-support/bench.ts'

test('an opening order is not sent unless its intent is on the disk: neither leg goes', () => {
  const bench = createBench()
  bench.diskFull = true
  expect(() => bench.executor.open(bench.plan())).toThrow('disk full')
  expect(bench.venue.requests).toEqual([])
})

test('a full disk keeps no position open', async () => {
  const bench = createBench()
  const run = await bench.hedge()
  bench.diskFull = true
  bench.venue.script = bench.venue.fills
  bench.executor.close(run, 'test')
  await settled()
  expect(run.phase).toBe('flat')
  expect(heldAtVenue(bench)).toEqual({ long: 0, short: 0 })
})

/** Long is held, short was refused, and the orders that take long off are refused so often with a code. */
async function unwinding(code: number, refusals: number): Promise<{ bench: Bench; sentMs: number[] }> {
  const bench = createBench()
  await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  const sentMs: number[] = []
  bench.venue.script = (clientId, request) => {
    sentMs.push(bench.clock.nowUs() / 1_000 - 1_000)
    if (sentMs.length <= refusals) bench.venue.refuse(clientId, code)
    else bench.venue.fills(clientId, request)
  }
  bench.venue.refuse(id(1))
  await bench.clock.pass(10_000)
  return { bench, sentMs }
}

test.each([0, 10002])(
  'a closing order refused with %i never had its chance: it is sent again after growing pauses, and no attempt is used',
  async (code) => {
    const { bench, sentMs } = await unwinding(code, 6)
    expect(sentMs).toEqual([0, 100, 300, 700, 1_500, 3_100, 5_100])
    expect(bench.halts).toEqual([])
    expect(heldAtVenue(bench)).toEqual({ long: 0, short: 0 })
  },
)

test('a closing order the venue refuses for its own reasons uses up an attempt', async () => {
  const { bench, sentMs } = await unwinding(110005, 6)
  expect(sentMs).toHaveLength(3)
  expect(bench.halts).toHaveLength(1)
})

test.each([0, 10002])('an entry refused with %i is not tried again: the other leg is closed', async (code) => {
  const bench = createBench()
  await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.script = bench.venue.fills
  bench.venue.refuse(id(1), code)
  await bench.clock.pass(1_000)
  expect(sentOrders(bench).slice(2)).toEqual(['unwind long sell 10'])
  expect(bench.lines('trade.failed')).toMatchObject([{ reason: 'short-refused' }])
})

test('a hedged pair waits until both its orders fit the budget: half an exit would be worse', async () => {
  const bench = createBench()
  const run = await bench.hedge()
  bench.createsFree = 1
  bench.executor.close(run, 'profitable')
  expect(run.phase).toBe('hedged')
  expect(bench.lines('trade.closing')).toEqual([])
  bench.createsFree = 2
  bench.executor.close(run, 'max-hold')
  expect(sentOrders(bench).slice(2)).toEqual(['exit long sell 10', 'exit short buy 10'])
  expect(bench.lines('trade.closing')).toEqual([{ tradeId: 't1', reason: 'max-hold' }])
})

test('what is reserved for a trade that is not hedged is not spent on closing one that is', async () => {
  const bench = createBench()
  const run = await bench.hedge(0)
  await bench.open(1)
  bench.createsFree = 3
  bench.executor.close(run, 'profitable')
  expect(run.phase).toBe('hedged')
  bench.createsFree = 4
  bench.executor.close(run, 'profitable')
  expect(run.phase).toBe('closing')
})

test('a trade that is not hedged closes whatever the budget: the creates were kept for it', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.fill(id(0))
  bench.venue.take(id(1))
  bench.venue.tellOrder(id(1))
  bench.createsFree = 0
  bench.executor.close(run, 'shutdown')
  expect(run.trade.goal).toBe('close')
  expect(bench.log).toContain('cancel r-t1-1')
})

test('closing all goes on with those that had to wait, when asked again', async () => {
  const bench = createBench()
  const runs = [await bench.hedge(0), await bench.hedge(1)]
  bench.venue.script = bench.venue.fills
  bench.createsFree = 2
  bench.executor.closeMore()
  expect(runs.map((run) => run.phase)).toEqual(['hedged', 'hedged'])
  bench.executor.closeAll('shutdown')
  await settled()
  expect(runs.map((run) => run.phase)).toEqual(['flat', 'hedged'])
  bench.executor.closeMore()
  await settled()
  expect(runs.map((run) => run.phase)).toEqual(['flat', 'flat'])
  expect(bench.lines('trade.closing').map(({ reason }) => reason)).toEqual(['shutdown', 'shutdown'])
})

test('a bug in closing one trade does not keep the others open', async () => {
  const bench = createBench()
  await bench.hedge(0)
  const other = await bench.hedge(1)
  bench.venue.script = bench.venue.fills
  const submit = bench.venue.submit.bind(bench.venue)
  bench.venue.submit = (request) => {
    if (request.symbol === 'BTCUSDT') throw new Error('a bug')
    return submit(request)
  }
  bench.executor.closeAll('shutdown')
  await settled()
  expect(other.phase).toBe('flat')
  expect(bench.lines('run.warned')).toEqual([{ message: 'trade t1 could not be closed: a bug' }])
})

test('a trade handed over still learns what happens, and does nothing about it any more', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.refuse(id(1))
  bench.executor.handOver()
  await settled()
  bench.venue.fill(id(0))
  await bench.clock.pass(10_000)
  expect(heldLots(run.trade, 'long')).toBe(10)
  expect(bench.executor.positions()[0]).toMatchObject({ symbol: 'BTCUSDT', idx: 1, lots: 10 })
  expect(bench.venue.requests).toHaveLength(2)
  expect(bench.log.filter((entry) => /^(?:cancel|inquire)/.test(entry))).toEqual([])
  expect(bench.clock.waiting).toBe(0)
})
