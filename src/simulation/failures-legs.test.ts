/**
 * Ways real executors have failed, one test each: opening a pair, and closing what is left of one.
 */
import { expect, test } from 'vitest'
import {
  askedLots,
  expectFlat,
  fault,
  filledLots,
  fillsInPieces,
  ordersOf,
  plan,
  play,
  rests,
  SHORT_REFUSED,
  TEN_LOTS_ETH,
  thinWorld,
} from './test-support/failures.ts'

const HEDGE = { LEG_TIMEOUT_POLICY: 'hedge' }
const LONG = { leg: 'long', reduceOnly: false } as const
const LOST = { do: 'drop' } as const

test('legs sent one after the other: both are sent in the same moment, however late the first reply', async () => {
  const slow = fault('rest-reply', 'create', { do: 'delay', ms: 300 }, LONG)
  const { trade, run } = await play(plan(slow))
  const [long, short] = [ordersOf(trade, 'long', 'entry')[0]!, ordersOf(trade, 'short', 'entry')[0]!]
  expect(short.submitted!.at).toBe(long.submitted!.at)
  const created = run.truth!.data.orders.filter((row) => !row.reduceOnly).map((row) => row.createdMs)
  expect(Math.abs(created[0]! - created[1]!)).toBeLessThanOrEqual(2)
  expect(trade.hedged).not.toBeNull()
})

test("the first leg's error leaves the second orphaned: the other leg is taken off at once, whatever the error", async () => {
  const errors = [
    fault('rest-request', 'create', { do: 'retCode', code: 110007, message: 'ab not enough for new order' }, LONG),
    fault('rest-request', 'create', { do: 'reset' }, LONG),
    fault('rest-request', 'create', { do: 'malformed' }, LONG),
    fault('rest-request', 'create', { do: 'http', status: 502, body: '<html></html>' }, LONG),
  ]
  for (const error of errors) {
    const told = await play(plan(error))
    expect(filledLots(ordersOf(told.trade, 'short', 'entry'))).toBe(9)
    expect(filledLots(ordersOf(told.trade, 'short', 'unwind'))).toBe(9)
    expectFlat(told)
  }
})

test('over-hedge because a partial fill on the cancelled leg was not read: the hedge is what is missing, no more', async () => {
  const world = fillsInPieces('buy', [{ lots: 4, afterMs: 0 }])
  const unsaid = fault('private-stream', 'execution', LOST, { ...LONG, times: 1 })
  const { trade } = await play({ world, ...plan(unsaid) }, HEDGE)
  const [entry, hedge] = ordersOf(trade, 'long')
  expect(filledLots([entry!])).toBe(4)
  expect(entry!.fills[0]!.data.from).toBe('query')
  expect(hedge!.submitted!.data).toMatchObject({ purpose: 'hedge', lots: 5 })
  expect(trade.hedged!.data.lots).toBe(9)
})

test('hedge sent twice because verification failed: an unknown hedge is asked after, and never sent again', async () => {
  const unread = (['realtime', 'history', 'executions'] as const).map((op) =>
    fault('rest-request', op, { do: 'http', status: 503 }, { leg: 'long', afterCreates: 3, times: 3 }),
  )
  const told = await play(
    {
      changes: [rests('buy', 2_000), rests('buy', 0, 300)],
      ...plan(
        fault('rest-reply', 'create', LOST, { ...LONG, skip: 1 }),
        fault('private-stream', 'socket', { do: 'silence' }, { afterCreates: 3 }),
        ...unread,
      ),
    },
    HEDGE,
  )
  const hedges = ordersOf(told.trade, 'long', 'hedge')
  expect(hedges).toHaveLength(1)
  expect(hedges[0]!.unknown).not.toBeNull()
  expect(filledLots(hedges)).toBe(9)
  expect(told.trade.hedged!.data.lots).toBe(9)
  expectFlat(told)
})

test('emergency close that re-sends the full size and flips the position: each try asks for what is still held', async () => {
  const told = await play({ world: thinWorld({ bids: 4, asks: 900 }), ...plan(SHORT_REFUSED) }, TEN_LOTS_ETH)
  const unwinds = ordersOf(told.trade, 'long', 'unwind')
  expect(unwinds.length).toBeGreaterThan(1)
  let held = filledLots(ordersOf(told.trade, 'long', 'entry'))
  for (const unwind of unwinds) {
    expect(askedLots([unwind])).toEqual([held])
    held -= filledLots([unwind])
  }
  expect(held).toBe(0)
  expectFlat(told)
})

test('emergency close sent again in full because its reply was lost: it is found by its id, told by nobody', async () => {
  const closing = { leg: 'long', reduceOnly: true } as const
  const lost = fault('rest-reply', 'create', LOST, closing)
  const unsaid = (['order', 'execution'] as const).map((op) =>
    fault('private-stream', op, LOST, { ...closing, times: null }),
  )
  const told = await play(plan(SHORT_REFUSED, lost, ...unsaid))
  const unwinds = ordersOf(told.trade, 'long', 'unwind')
  expect(unwinds).toHaveLength(1)
  expect(unwinds[0]!.unknown).not.toBeNull()
  expect(unwinds[0]!.fills.map(({ data }) => data.from)).toEqual(['query'])
  expectFlat(told)
})

test('emergency close that reports success unfilled: flat is said when the last lot is gone, not on acknowledgement', async () => {
  const missed = fault('rest-request', 'create', { do: 'reprice', bps: -200, tick: '0.10' }, { reduceOnly: true })
  const told = await play(plan(SHORT_REFUSED, missed))
  const [first, second] = ordersOf(told.trade, 'long', 'unwind')
  expect(first!.acknowledged).not.toBeNull()
  expect(first!.fills).toEqual([])
  expect(askedLots([second!])).toEqual([9])
  expect(told.trade.flat!.at).toBeGreaterThanOrEqual(second!.fills.at(-1)!.at)
  expectFlat(told)
})

test('partials abandoned at timeout: what had filled is counted, and the other leg is brought to it', async () => {
  const world = fillsInPieces('sell', [{ lots: 5, afterMs: 200 }])
  const told = await play({ world }, { ENTRY_RETRIES_MAX: '0' })
  expect(filledLots(ordersOf(told.trade, 'short', 'entry'))).toBe(5)
  expect(filledLots(ordersOf(told.trade, 'long', 'unwind'))).toBe(4)
  expect(told.trade.hedged!.data.lots).toBe(5)
  expectFlat(told)
})

test('a fill between the last poll and the cancel: the fill wins, and nothing is sent for it again', async () => {
  const slow = fault('rest-request', 'cancel', { do: 'delay', ms: 30 }, { leg: 'long' })
  const told = await play({ changes: [rests('buy', 515)], ...plan(slow) })
  expect(ordersOf(told.trade, 'long').map(({ submitted }) => submitted!.data.purpose)).toEqual(['entry', 'exit'])
  expect(told.trade.hedged!.data.lots).toBe(9)
  expectFlat(told)
})

test('cancel refused with "does not exist" because it filled: the fill is looked for, and found', async () => {
  const slow = fault('rest-request', 'cancel', { do: 'delay', ms: 30 }, { leg: 'long' })
  const unsaid = (['order', 'execution'] as const).map((op) =>
    fault('private-stream', op, LOST, { leg: 'long', reduceOnly: false, times: null }),
  )
  const told = await play({ changes: [rests('buy', 515)], ...plan(slow, ...unsaid) })
  const refused = told.run.events.find((event) => event.type === 'order.cancelRefused')
  expect(refused?.data).toMatchObject({ code: 110001 })
  const [entry] = ordersOf(told.trade, 'long', 'entry')
  expect(entry!.fills.map(({ data }) => data.from)).toEqual(['query'])
  expect(told.trade.hedged!.data.lots).toBe(9)
  expectFlat(told)
})

test('exit orders filled on one side only: the other side alone is sent again until it is gone', async () => {
  const missed = fault(
    'rest-request',
    'create',
    { do: 'reprice', bps: -200, tick: '0.10' },
    { leg: 'short', reduceOnly: true },
  )
  const told = await play(plan(missed))
  expect(askedLots(ordersOf(told.trade, 'long', 'exit'))).toEqual([9])
  expect(askedLots(ordersOf(told.trade, 'short', 'exit'))).toEqual([9, 9])
  expectFlat(told)
})
