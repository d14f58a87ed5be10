import { expect, test } from 'vitest'
import { notionalUsd } from './instrument.ts'
import type { PairInput } from './pair.ts'
import { checkPair, legNotionalUsd, minTradeSizeUsd, planPair } from './pair.ts'
import { BTC, DUST, ETH } from './test-support/instruments.ts'

function input(changes: Partial<PairInput> = {}): PairInput {
  return {
    instrument: BTC,
    touch: { bidTicks: 600_000, askTicks: 600_001 },
    pricing: 'marketable',
    capBps: 5,
    spreadBps: 45,
    band: { maxBuyTicks: Number.MAX_SAFE_INTEGER, minSellTicks: 0 },
    sizeUsd: 300,
    ...changes,
  }
}

function skip(changes: Partial<PairInput>) {
  const outcome = planPair(input(changes))
  return outcome.kind === 'skip' ? outcome.problem : null
}

test('300 USD of BTC are four lots on both legs, and neither leg is worth more than 300 USD', () => {
  const outcome = planPair(input())
  // 60,030.1 × 0.001 = 60.0301 USD a lot: five would be 300.15.
  expect(outcome).toEqual({
    kind: 'pair',
    plan: { lots: 4, prices: { longTicks: 600_301, shortTicks: 599_700 }, minOrderLots: 1 },
  })
  if (outcome.kind !== 'pair') return
  expect(legNotionalUsd(BTC, outcome.plan, 'long')).toBeCloseTo(240.1204, 10)
  expect(legNotionalUsd(BTC, outcome.plan, 'short')).toBeCloseTo(239.88, 10)
})

test('synthetic pricing is sized by its dearer leg, the short one', () => {
  const outcome = planPair(input({ pricing: 'synthetic', sizeUsd: 301 }))
  // short 601,350.5 → 601,351: 60.1351 USD a lot, five are 300.6755.
  expect(outcome).toMatchObject({
    kind: 'pair',
    plan: { lots: 5, prices: { longTicks: 598_650, shortTicks: 601_351 } },
  })
})

test('a size below one lot is a skip that names the minimum', () => {
  expect(skip({ sizeUsd: 50 })).toEqual({
    reason: 'too-small',
    leg: 'long',
    limit: 'minLots',
    value: '0.000 BTC',
    allowed: '0.001 BTC',
    message:
      'BTCUSDT long: 0.000 BTC is below the minimum of 0.001 BTC (minLots); the smallest size that trades is 60.04 USD',
  })
})

test('a size below the minimum notional on either leg is a skip that names it', () => {
  const dust = { instrument: DUST, touch: { bidTicks: 2_000, askTicks: 2_001 } }
  // 25 lots: the buy at 0.2003 is worth 5.0075, the sell at 0.1998 only 4.995.
  expect(skip({ ...dust, capBps: 10, sizeUsd: 5.1 })).toMatchObject({
    reason: 'too-small',
    leg: 'short',
    limit: 'minNotionalUsd',
    value: '4.995 USD',
    allowed: '5 USD',
  })
  expect(skip({ ...dust, sizeUsd: 3 })).toMatchObject({ leg: 'long', limit: 'minNotionalUsd', allowed: '5 USD' })
})

test('the minimum named is the smallest size that trades', () => {
  for (const [instrument, ask] of [
    [BTC, 600_001],
    [ETH, 312_345],
    [DUST, 2_001],
    [{ ...DUST, minLots: 100 }, 1_234],
  ] as const) {
    const touch = { bidTicks: ask - 1, askTicks: ask }
    for (const pricing of ['marketable', 'synthetic'] as const) {
      const small = planPair(input({ instrument, touch, pricing, sizeUsd: 0.01 }))
      const named = small.kind === 'skip' ? Number(/trades is ([\d.]+) USD/.exec(small.problem.message)?.[1]) : 0
      expect(planPair(input({ instrument, touch, pricing, sizeUsd: named })).kind).toBe('pair')
      expect(planPair(input({ instrument, touch, pricing, sizeUsd: named - 0.01 })).kind).toBe('skip')
    }
  }
})

test.each([
  ['maxLots', { maxLots: 3 }, '0.004 BTC', '0.003 BTC'],
  ['maxMarketLots', { maxMarketLots: 2 }, '0.004 BTC', '0.002 BTC'],
])('more than %s is a skip', (limit, changes, value, allowed) => {
  expect(skip({ instrument: { ...BTC, ...changes } })).toMatchObject({ reason: 'too-large', limit, value, allowed })
  const exactly = { ...BTC, maxLots: 4, maxMarketLots: 4 }
  expect(planPair(input({ instrument: exactly })).kind).toBe('pair')
})

test('a band that does not reach the touch is a skip; one that does only moves the price', () => {
  const band = { maxBuyTicks: 600_001, minSellTicks: 600_000 }
  expect(planPair(input({ band }))).toMatchObject({
    kind: 'pair',
    plan: { prices: { longTicks: 600_001, shortTicks: 600_000 } },
  })
  expect(skip({ band: { ...band, maxBuyTicks: 600_000 } })).toMatchObject({
    reason: 'price-band',
    leg: 'long',
    limit: 'maxBuy',
    value: '60000.10',
    allowed: '60000.00',
  })
  expect(skip({ band: { ...band, minSellTicks: 600_001 } })).toMatchObject({
    reason: 'price-band',
    leg: 'short',
    limit: 'minSell',
    message: 'BTCUSDT short: 60000.00 is below the minimum of 60000.10 (minSell)',
  })
})

test('synthetic prices outside the band are a skip', () => {
  const band = { maxBuyTicks: 598_000, minSellTicks: 590_000 }
  expect(skip({ pricing: 'synthetic', band })).toMatchObject({ reason: 'price-band', leg: 'long', value: '59865.00' })
})

test("prices outside the instrument's own limits are a skip", () => {
  expect(skip({ pricing: 'synthetic', instrument: { ...BTC, minPriceTicks: 600_000 } })).toMatchObject({
    reason: 'price-limit',
    leg: 'long',
    limit: 'minPriceTicks',
  })
  expect(skip({ pricing: 'synthetic', instrument: { ...BTC, maxPriceTicks: 600_500 } })).toMatchObject({
    reason: 'price-limit',
    leg: 'short',
    limit: 'maxPriceTicks',
  })
})

test('a price that would fall to nothing is a skip, not a crash', () => {
  const touch = { bidTicks: 1, askTicks: 2 }
  expect(skip({ pricing: 'synthetic', touch, spreadBps: 10_000, instrument: DUST })).toMatchObject({
    reason: 'price-limit',
    leg: 'long',
    limit: 'minPriceTicks',
  })
})

test('both legs are checked before either is sent: each filter alone is enough to stop the pair', () => {
  const plan = planPair(input())
  if (plan.kind !== 'pair') throw new Error('expected a pair')
  const pair = { ...input(), lots: plan.plan.lots, prices: plan.plan.prices }
  expect(checkPair(pair)).toBeNull()
  expect(checkPair({ ...pair, lots: 0 })?.limit).toBe('minLots')
  expect(checkPair({ ...pair, lots: 1e9 })?.limit).toBe('maxLots')
  expect(checkPair({ ...pair, instrument: { ...BTC, minNotionalUsd: 240 } })?.leg).toBe('short')
  expect(checkPair({ ...pair, instrument: { ...BTC, minNotionalUsd: 241 } })?.leg).toBe('long')
})

test('the smallest trade size is worth its lots at the dearer price, to the next cent', () => {
  expect(minTradeSizeUsd(BTC, { longTicks: 600_600, shortTicks: 600_000 })).toBe(60.06)
  expect(notionalUsd(BTC, 600_600, 1)).toBeCloseTo(60.06, 10)
})
