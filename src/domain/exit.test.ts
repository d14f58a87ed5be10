import { expect, test } from 'vitest'
import type { FilledOrders, ProfitInput, SyntheticSpread } from './exit.ts'
import { exitReason, lastEntryMs, profitOf, spreadAt } from './exit.ts'
import { BTC } from './test-support/instruments.ts'

type Order = FilledOrders['orders'][number]
const HALF_LIFE_MS = 10_000
const T0 = 1_767_225_600_000
/** 60,000 USD, ten lots of 0.001: 600 USD a leg. */
const STILL = { bidTicks: 600_000, askTicks: 600_000 }

function order(leg: 'long' | 'short', reduceOnly: boolean, priceTicks: number, lots: number, venueMs = T0): Order {
  const worthUsd = (priceTicks / 10) * lots * 0.001
  return {
    leg,
    reduceOnly,
    fills: [{ execId: `${leg}${venueMs}`, lots, priceTicks, feeUsd: worthUsd * 0.00055, venueMs }],
  }
}

const HEDGED: FilledOrders = { orders: [order('long', false, 600_000, 10), order('short', false, 600_000, 10)] }

function profit(changes: Partial<ProfitInput> & { spreadBps?: number; halfLifeMs?: number; sinceMs?: number } = {}) {
  const { spreadBps = 45, halfLifeMs = HALF_LIFE_MS, sinceMs = 0, ...rest } = changes
  const synthetic: SyntheticSpread = { spreadBps, halfLifeMs }
  return profitOf({ trade: HEDGED, instrument: BTC, touch: STILL, synthetic, venueNowMs: T0 + sinceMs, ...rest })
}

test('the synthetic spread halves every half-life, from the last entry fill', () => {
  const spread = { spreadBps: 45, halfLifeMs: HALF_LIFE_MS }
  expect(spreadAt(spread, 0)).toBe(45)
  expect(spreadAt(spread, 10_000)).toBe(22.5)
  expect(spreadAt(spread, 20_000)).toBe(11.25)
  expect(spreadAt(spread, -5_000)).toBe(45)
})

test('a negative half-life makes it widen, up to where the long price would be nothing', () => {
  const spread = { spreadBps: 45, halfLifeMs: -HALF_LIFE_MS }
  expect(spreadAt(spread, 10_000)).toBe(90)
  expect(spreadAt(spread, 1e12)).toBe(20_000)
})

test('a 45 bps trade in a market that stands still starts at exactly -22 bps: four orders at 5.5', () => {
  const start = profit()
  expect(start.syntheticPnlBps).toBeCloseTo(-22, 9)
  expect(start.feesUsd).toBeCloseTo(0.66, 12)
  expect(start.venuePnlUsd).toBeCloseTo(-0.66, 12)
})

test('it crosses zero at 0.968 half-lives, and then keeps rising towards 23 bps', () => {
  // 45 − s(t) = 22 where 2^(−x) = 23/45, x = 0.9683.
  const crossingMs = Math.log2(45 / 23) * HALF_LIFE_MS
  expect(crossingMs).toBeCloseTo(9_683, 0)
  expect(profit({ sinceMs: crossingMs - 1 }).syntheticPnlBps).toBeLessThan(0)
  expect(profit({ sinceMs: crossingMs + 1 }).syntheticPnlBps).toBeGreaterThan(0)
  expect(profit({ sinceMs: HALF_LIFE_MS }).syntheticPnlBps).toBeCloseTo(0.5, 9)
  expect(profit({ sinceMs: 100 * HALF_LIFE_MS }).syntheticPnlBps).toBeCloseTo(23, 9)
})

test('a 15 bps trade never crosses zero: fully converged it is still 7 bps short', () => {
  expect(profit({ spreadBps: 15, sinceMs: 3 * HALF_LIFE_MS }).syntheticPnlBps).toBeCloseTo(15 - 15 / 8 - 22, 9)
  expect(profit({ spreadBps: 15, sinceMs: 1e9 }).syntheticPnlBps).toBeCloseTo(-7, 9)
})

test("the market's own spread is paid: entering through it and leaving through it", () => {
  // Bought at the ask, sold at the bid, 60 ticks apart (1 bp), and to be left the same way: 2 bps less.
  const orders = [order('long', false, 600_030, 10), order('short', false, 599_970, 10)]
  const touch = { bidTicks: 599_970, askTicks: 600_030 }
  expect(profit({ trade: { orders }, touch }).syntheticPnlBps).toBeCloseTo(-24, 2)
})

test('a move of the whole market changes next to nothing: the legs pay each other', () => {
  const touch = { bidTicks: 606_000, askTicks: 606_000 } // up 1 %
  // What is left: 1 % of the spread itself, since it is measured at the price of the day.
  expect(profit({ touch }).syntheticPnlBps).toBeCloseTo(-22 - 0.45, 9)
  expect(profit({ touch }).venuePnlUsd).toBeCloseTo(-0.66, 9)
})

test('venue P&L of a closed trade is what was received less what was paid less fees', () => {
  const orders = [
    order('long', false, 600_000, 10),
    order('short', false, 600_000, 10),
    order('long', true, 600_100, 10, T0 + 9_000), // 10 USD up on 0.01: +0.10
    order('short', true, 600_300, 10, T0 + 9_500), // 30 USD up: −0.30
  ]
  const feesUsd = 0.0055 * (60_000 + 60_000 + 60_010 + 60_030) * 0.001
  const closed = profit({ trade: { orders }, touch: { bidTicks: 1, askTicks: 9_999_999 }, sinceMs: 1e9 })
  expect(closed.venuePnlUsd).toBeCloseTo(-0.2 - feesUsd, 9)
  expect(closed.feesUsd).toBeCloseTo(feesUsd, 9)
})

test('synthetic P&L of a closed trade uses the spread at each exit fill and no fee is still to come', () => {
  const at = T0 + HALF_LIFE_MS
  const exits = [order('long', true, 600_000, 10, at), order('short', true, 600_000, 10, at)]
  const closed = profit({ trade: { orders: [...HEDGED.orders, ...exits] }, sinceMs: 1e9 })
  expect(closed.syntheticPnlBps).toBeCloseTo(0.5, 9)
})

test('between the two exits one order is still to come, and only the open leg follows the market', () => {
  const exits = [order('long', true, 600_000, 10, T0)]
  const half = profit({ trade: { orders: [...HEDGED.orders, ...exits] } })
  expect(half.syntheticPnlBps).toBeCloseTo(-22, 9)
  expect(half.feesUsd).toBeCloseTo(0.99, 12)
})

test('an entry in pieces counts as one: time runs from the last piece, prices are weighted by lots', () => {
  const orders = [
    order('long', false, 600_000, 4),
    order('long', false, 600_200, 6, T0 + 400),
    order('short', false, 600_120, 10, T0 + 100),
  ]
  const trade = { orders }
  expect(lastEntryMs(trade)).toBe(T0 + 400)
  const touch = { bidTicks: 600_120, askTicks: 600_120 }
  expect(profit({ trade, touch, sinceMs: 400 }).syntheticPnlBps).toBeCloseTo(-22, 9)
})

test('an unwind before the last entry fill is seen through the full spread', () => {
  const orders = [
    order('long', false, 600_000, 12),
    order('long', true, 600_000, 2, T0 + 100),
    order('short', false, 600_000, 10, T0 + 500),
  ]
  const { syntheticPnlBps } = profit({ trade: { orders }, sinceMs: 500 })
  // Mean entry is 11 lots: fees of 24 lots paid, two orders to come.
  expect(syntheticPnlBps).toBeCloseTo(-5.5 * (24 / 11) - 11, 9)
})

test('a trade with nothing filled is worth nothing', () => {
  expect(lastEntryMs({ orders: [] })).toBeNull()
  expect(profit({ trade: { orders: [] } })).toEqual({ venuePnlUsd: 0, syntheticPnlBps: 0, feesUsd: 0 })
})

test('divergence reaches a stop-loss of 40 bps once the spread has grown by 18', () => {
  const grownMs = Math.log2(63 / 45) * HALF_LIFE_MS
  const bound = { heldMs: 0, stopLossBps: 40, maxHoldMs: 60_000 }
  const before = profit({ halfLifeMs: -HALF_LIFE_MS, sinceMs: grownMs - 1 })
  const after = profit({ halfLifeMs: -HALF_LIFE_MS, sinceMs: grownMs + 1 })
  expect(exitReason({ ...bound, syntheticPnlBps: before.syntheticPnlBps })).toBeNull()
  expect(exitReason({ ...bound, syntheticPnlBps: after.syntheticPnlBps })).toBe('stop-loss')
})

test.each([
  ['just opened', -22, 0, null],
  ['at zero it is not profitable yet', 0, 0, null],
  ['a hair above zero it is', 1e-9, 0, 'profitable'],
  ['just above the stop', -39.99, 0, null],
  ['at the stop', -40, 0, 'stop-loss'],
  ['just before the time is up', -22, 59_999, null],
  ['when the time is up', -22, 60_000, 'max-hold'],
  ['profit is named before time', 1, 60_000, 'profitable'],
  ['loss is named before time', -41, 60_000, 'stop-loss'],
  ['without a quote only time counts', null, 59_999, null],
  ['without a quote time still counts', null, 60_000, 'max-hold'],
] as const)('exit: %s', (_, syntheticPnlBps, heldMs, reason) => {
  expect(exitReason({ syntheticPnlBps, heldMs, stopLossBps: 40, maxHoldMs: 60_000 })).toBe(reason)
})
