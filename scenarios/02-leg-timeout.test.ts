/**
 * Scenario 2: one leg fills, the other rests past its timeout.
 *
 * A filled order cannot be cancelled, whatever the original says: the late leg is cancelled, the race between cancel and
 * fill is settled from executions, and the filled leg is taken off (or, by policy, the missing one is sent to market).
 */
import { expect } from 'vitest'
import type { Fault } from '../src/faults/plan-types.ts'
import type { RunTrade } from '../src/journal/run.ts'
import { BUDGETS, judge, judgeBound } from './support/budgets.ts'
import type { WorldJson } from './support/scenario.ts'
import { onlyTrade, scenario } from './support/scenario.ts'

const LEG_TIMEOUT_MS = 400
/** Timer, request, reply: a cancel that comes later than this was not sent at the timeout. */
const CANCELLED_WITHIN_MS = 250
const SETTINGS = {
  LEG_TIMEOUT_MS: String(LEG_TIMEOUT_MS),
  MAX_HOLD_MS: '600',
  SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '500',
}

/** Where the world cannot be set, the late leg is forwarded 40 bps away from the market, so that it rests. */
function rests(leg: 'long' | 'short'): readonly Fault[] {
  return [
    {
      name: `the ${leg} leg rests away from the market`,
      party: 'rest-request',
      op: 'create',
      leg,
      reduceOnly: false,
      verdict: { do: 'reprice', bps: -40, tick: '0.10' },
    },
  ]
}

for (const { late, filled, world } of [
  { late: 'short', filled: 'long', world: 'slow-sell' },
  { late: 'long', filled: 'short', world: 'slow-buy' },
] as const) {
  scenario(
    `the ${filled} leg fills, the ${late} leg rests past its timeout: it is cancelled and the filled leg is taken off`,
    {
      proves: `A late ${late} leg leaves nobody naked: cancelled after the timeout, the other leg reduced to flat.`,
      world,
      settings: SETTINGS,
      maxTrades: 1,
      elsewhere: {
        faults: rests(late),
        notForced: ['slow matching: the late leg is sent at a price that rests instead'],
      },
    },
    async ({ finish, budgets }) => {
      const finished = await finish()
      const trade = onlyTrade(finished)
      expect(trade.failed!.data.reason).toBe(`${late}-timeout`)
      const lateOrder = entry(trade, late)
      const cancelledAfterMs = (lateOrder.cancelled!.at - lateOrder.submitted!.at) / 1000
      expect(cancelledAfterMs).toBeGreaterThanOrEqual(LEG_TIMEOUT_MS)
      expect(lateOrder.fills).toEqual([])
      const unwinds = trade.orders.filter((order) => order.submitted?.data.purpose === 'unwind')
      expect(unwinds.map((order) => order.submitted!.data)).toMatchObject([
        { leg: filled, reduceOnly: true, lots: entry(trade, filled).submitted!.data.lots, timeInForce: 'ioc' },
      ])
      expect(trade.flat!.data.everHedged).toBe(false)
      budgets([
        closedWithin(trade),
        judgeBound('late leg cancelled', cancelledAfterMs, LEG_TIMEOUT_MS + CANCELLED_WITHIN_MS),
      ])
    },
  )
}

for (const { late, filled, world, side } of [
  { late: 'short', filled: 'long', world: 'slow-sell', side: 'sell' },
  { late: 'long', filled: 'short', world: 'slow-buy', side: 'buy' },
] as const) {
  scenario(
    `a late ${late} leg that fills while its cancel is under way makes the pair hedged, and nothing is unwound`,
    {
      proves:
        'The cancel/fill race is settled from executions: "too late to cancel" is read as a question, not an answer.',
      world,
      // The late leg meets the book 150 ms after its timeout; the cancel is held on the wire for 400 ms.
      shape: (world) => setDelay(world, side, LEG_TIMEOUT_MS + 150),
      settings: SETTINGS,
      faults: [
        {
          name: 'the cancel is held on the wire',
          party: 'rest-request',
          op: 'cancel',
          leg: late,
          verdict: { do: 'delay', ms: 400 },
        },
      ],
      maxTrades: 1,
      elsewhere: { skip: 'needs a leg that fills at a chosen moment; on a real venue nothing can force that' },
    },
    async ({ finish }) => {
      const finished = await finish()
      const trade = onlyTrade(finished)
      expect(trade.failed).toBeNull()
      expect(trade.hedged!.data.lots).toBe(entry(trade, filled).submitted!.data.lots)
      expect(trade.orders.map((order) => order.submitted!.data.purpose)).toEqual(['entry', 'entry', 'exit', 'exit'])
      const refusals = finished.run.events.filter((event) => event.type === 'order.cancelRefused')
      expect(refusals.map((event) => event.data)).toMatchObject([{ code: 110001 }])
    },
  )
}

scenario(
  'under the hedge policy the missing leg is sent to market and the trade is hedged',
  {
    proves: 'LEG_TIMEOUT_POLICY=hedge completes the pair with a market order instead of giving it up.',
    world: 'slow-sell',
    // Slow at first, then the world is as quick as ever: the market order fills.
    shape: (world) => setDelay(world, 'sell', 60_000),
    settings: { ...SETTINGS, LEG_TIMEOUT_POLICY: 'hedge' },
    maxTrades: 1,
    elsewhere: {
      faults: rests('short'),
      notForced: ['slow matching: the late leg is sent at a price that rests instead'],
    },
  },
  async ({ journal, change, target, finish }) => {
    await journal.until('order.acknowledged')
    if (target.can.setWorld) await change({ do: 'matchDelay', symbol: 'BTCUSDT', side: 'sell', delayMs: 0 })
    const finished = await finish()
    const trade = onlyTrade(finished)
    expect(trade.failed).toBeNull()
    const hedges = trade.orders.filter((order) => order.submitted?.data.purpose === 'hedge')
    expect(hedges.map((order) => order.submitted!.data)).toMatchObject([
      { leg: 'short', priceTicks: null, reduceOnly: false },
    ])
    expect(trade.hedged).not.toBeNull()
  },
)

scenario(
  'when even the market order cannot be placed, the hedge policy ends in an emergency close',
  {
    proves: 'A hedge that fails is not retried for ever: the filled leg is taken off.',
    world: 'slow-sell',
    settings: { ...SETTINGS, LEG_TIMEOUT_POLICY: 'hedge' },
    faults: [
      {
        name: 'every later short order is refused',
        party: 'rest-request',
        op: 'create',
        leg: 'short',
        reduceOnly: false,
        skip: 1,
        times: null,
        verdict: { do: 'retCode', code: 110007, message: 'ab not enough for new order' },
      },
    ],
    maxTrades: 1,
    elsewhere: { skip: 'needs slow matching and refusals at once; on a real venue only one of them can be forced' },
  },
  async ({ finish }) => {
    const finished = await finish()
    const trade = onlyTrade(finished)
    expect(trade.failed!.data.reason).toBe('short-unfilled')
    expect(trade.flat).not.toBeNull()
  },
)

function entry(trade: RunTrade, leg: 'long' | 'short') {
  return trade.orders.find((order) => order.submitted?.data.purpose === 'entry' && order.submitted.data.leg === leg)!
}

/** From `trade.failed` to the fill that took the last lot off, on the executor's clock (P6). */
function closedWithin(trade: RunTrade) {
  const actual = (trade.fills.at(-1)!.at - trade.failed!.at) / 1000
  return judge(BUDGETS.emergencyClose, { actual, n: 1 })
}

function setDelay(world: WorldJson, side: 'buy' | 'sell', delayMs: number): void {
  world['matching'].delays = [{ symbol: 'BTCUSDT', side, delayMs }]
}
