/**
 * Ways real executors have failed, one test each: what the private stream withholds, repeats and shuffles, and what the
 * books show late.
 */
import { expect, test } from 'vitest'
import { shippedWorld } from '../exchange/test-support/worlds.ts'
import type { World } from '../exchange/world.ts'
import type { Fault } from '../faults/plan-types.ts'
import {
  expectFlat,
  fault,
  filledLots,
  fillsInPieces,
  ordersOf,
  plan,
  play,
  SHORT_REFUSED,
} from './test-support/failures.ts'

const STREAM = 'private-stream'
const LOST = { do: 'drop' } as const
/** Opening orders: their exits are told, so that the test is about the entry alone. */
const OPENING = { reduceOnly: false } as const

/** By its row an order is over: its fills are asked for at once. Without one nobody asks before the leg's time is over. */
const WITH_ROWS_MS = 100
const WITHOUT_ROWS_MS = 600

test.each<[string, number, Fault[]]>([
  ['all', WITHOUT_ROWS_MS, ['order', 'execution'].map((op) => fault(STREAM, op as Fault['op'], LOST, { times: null }))],
  ['some', WITH_ROWS_MS, [fault(STREAM, 'execution', LOST)]],
  ['one leg', WITH_ROWS_MS, [fault(STREAM, 'execution', LOST, { ...OPENING, leg: 'long', times: null })]],
  [
    'one leg, rows as well',
    WITHOUT_ROWS_MS,
    ['order', 'execution'].map((op) =>
      fault(STREAM, op as Fault['op'], LOST, { ...OPENING, leg: 'short', times: null }),
    ),
  ],
])('a stream that keeps its heartbeat but withholds fills (%s): they are asked for', async (_, withinMs, faults) => {
  const told = await play(plan(...faults))
  expect(told.run.streams.some((line) => line.type === 'stream.gap')).toBe(false)
  expect(told.trade.hedged!.data.lots).toBe(9)
  expect((told.trade.hedged!.at - told.trade.planned!.at) / 1_000).toBeLessThan(withinMs)
  expect(told.trade.fills.some(({ data }) => data.from !== 'stream')).toBe(true)
  for (const leg of ['long', 'short'] as const) expect(ordersOf(told.trade, leg, 'entry')).toHaveLength(1)
  expectFlat(told)
})

test('duplicate order and execution rows: each fill counts once', async () => {
  const twice = (['order', 'execution'] as const).map((op) => fault(STREAM, op, { do: 'duplicate' }, { times: null }))
  const told = await play(plan(...twice))
  // Once from the second frame, and once more when the books are read at the end.
  expect(told.result.metrics!.counters).toMatchObject({ duplicatesIgnored: 2 * told.trade.fills.length })
  expect(told.trade.hedged!.data.lots).toBe(9)
  expectFlat(told)
})

test('out-of-order order and execution rows: the later word stands, and nothing is asked or cancelled for it', async () => {
  const world = fillsInPieces('buy', [
    { lots: 4, afterMs: 50 },
    { lots: 5, afterMs: 100 },
  ])
  const { doubts } = world
  const executionsFirst: World = {
    ...world,
    doubts: { ...doubts, frameOrder: ['execution', 'order', 'position', 'wallet'] },
  }
  const long = { ...OPENING, leg: 'long' } as const
  const shuffled = [
    // "Partly filled" comes after "filled", and both after the fills themselves.
    fault(STREAM, 'order', { do: 'reorder' }, { ...long, skip: 1 }),
    fault(STREAM, 'execution', { do: 'reorder' }, long),
  ]
  const told = await play({ world: executionsFirst, ...plan(...shuffled) })
  const [entry] = ordersOf(told.trade, 'long', 'entry')
  expect(entry!.fills.map(({ data }) => data.lots)).toEqual([5, 4])
  expect((told.trade.hedged!.at - entry!.submitted!.at) / 1_000).toBeLessThan(200)
  expect(told.run.events.filter(({ type }) => type === 'order.cancelRefused' || type === 'order.queried')).toEqual([])
  expectFlat(told)
})

test('execution before acknowledgement: a fill is believed when it is heard, and the late reply changes nothing', async () => {
  const late = fault('rest-reply', 'create', { do: 'delay', ms: 200 }, { ...OPENING, times: 2 })
  const unsaid = fault(STREAM, 'order', LOST, { ...OPENING, times: null })
  const told = await play(plan(late, unsaid))
  const [entry] = ordersOf(told.trade, 'long', 'entry')
  expect(entry!.fills).toHaveLength(1)
  expect(entry!.fills[0]!.at).toBeLessThan(entry!.acknowledged!.at)
  expect(told.trade.hedged!.at).toBeLessThan(entry!.acknowledged!.at)
  expectFlat(told)
})

test('order missing from realtime for a while after placing: not found yet is not "never arrived"', async () => {
  const world = { ...shippedWorld('calm'), readLagMs: 200 }
  const told = await play({
    world,
    ...plan(
      fault('rest-reply', 'create', { do: 'reset' }, { ...OPENING, leg: 'long' }),
      fault(STREAM, 'socket', { do: 'silence' }, { afterCreates: 1 }),
    ),
  })
  const [entry] = ordersOf(told.trade, 'long', 'entry')
  const questions = told.run.events.flatMap((event) =>
    event.type === 'order.queried' && event.data.clientId === entry!.clientId ? [event.data.found] : [],
  )
  expect(questions[0]).toBe('nothing, 0 executions')
  expect(entry!.absent).toBeNull()
  expect(filledLots([entry!])).toBe(9)
  expect(ordersOf(told.trade, 'long', 'entry')).toHaveLength(1)
  expect(told.trade.hedged!.data.lots).toBe(9)
  expectFlat(told)
})

test('fills that the books show late are read even of the last orders of a run: the sweep looks again', async () => {
  const world = { ...shippedWorld('calm'), readLagMs: 500 }
  const refusal = { do: 'retCode', code: 110005, message: 'position status' } as const
  const told = await play(
    {
      world,
      ...plan(SHORT_REFUSED, fault('rest-request', 'create', refusal, { reduceOnly: true, times: 3 })),
      // The unwinds were refused until the rules gave up; the sweep took off what was left, and P6 is about the trade.
      breaks: ['P6'],
    },
    { READ_LAG_MS: '600' },
  )
  expect(told.trade.halted).not.toBeNull()
  const swept = told.run.events.filter(
    ({ type, data }) => type === 'order.filled' && 'tradeId' in data && data.tradeId === 'sweep',
  )
  expect(swept).toHaveLength(1)
  expectFlat(told)
})

test('a refusal that is not true, and a fill that nobody tells: found at the end of the run, taken off, and booked', async () => {
  const told = await play(
    plan(
      fault(
        'rest-reply',
        'create',
        { do: 'retCode', code: 110007, message: 'ab not enough' },
        { ...OPENING, leg: 'long' },
      ),
      fault(STREAM, 'socket', { do: 'reset' }, { afterCreates: 1 }),
      fault(STREAM, 'connect', { do: 'http', status: 503 }, { afterCreates: 1, times: 2 }),
    ),
  )
  const [entry] = ordersOf(told.trade, 'long', 'entry')
  expect(entry!.refused).not.toBeNull()
  expect(entry!.fills.map(({ data }) => data.from)).toEqual(['reconcile'])
  expect(filledLots(ordersOf(told.trade, 'long', 'unwind'))).toBe(9)
  expectFlat(told)
})
