import fc from 'fast-check'
import { expect, test } from 'vitest'
import { notionalUsd, priceUsd } from './instrument.ts'
import type { EntryInput, MarketableInput } from './pricing.ts'
import { entryPrices, lotsForUsd, marketableTicks, minOrderLots, priceBand } from './pricing.ts'
import { BTC, DUST, ETH, SOL } from './test-support/instruments.ts'

const TOUCH = { bidTicks: 600_000, askTicks: 600_001 }

function ticks(changes: Partial<MarketableInput>): number {
  return marketableTicks({ instrument: BTC, side: 'buy', touch: TOUCH, capBps: 5, band: null, ...changes })
}

function entry(changes: Partial<EntryInput>) {
  return entryPrices({
    instrument: BTC,
    touch: TOUCH,
    pricing: 'marketable',
    capBps: 5,
    spreadBps: 15,
    band: { maxBuyTicks: Number.MAX_SAFE_INTEGER, minSellTicks: 0 },
    ...changes,
  })
}

test.each([
  ['a buy is the ask plus the cap, rounded down', 'buy', 600_001, 5, 600_301], // 600,301.0005
  ['a sell is the bid minus the cap, rounded up', 'sell', 600_001, 5, 599_701], // 599,700.9995
  ['a whole result stays whole when buying', 'buy', 600_000, 5, 600_300],
  ['a whole result stays whole when selling', 'sell', 600_000, 5, 599_700],
  ['no cap is the touch itself', 'buy', 600_001, 0, 600_001],
  ['no cap is the touch itself when selling', 'sell', 600_001, 0, 600_001],
  ['a cap of less than a tick is the touch', 'buy', 1_999, 5, 1_999], // 1,999.9995
  ['a cap of just one tick counts', 'buy', 2_000, 5, 2_001],
  ['a sell that cannot move a whole tick stays at the touch', 'sell', 1_999, 5, 1_999],
  ['fractions of a bps count to the hundredth', 'buy', 1_000_000, 2.25, 1_000_225],
  ['a cap that is no exact binary fraction', 'buy', 1_000_000, 0.07, 1_000_007],
  ['a widened cap', 'sell', 600_000, 15, 599_100],
] as const)('%s: %s %d at %d bps gives %d ticks', (_, side, touchTicks, capBps, expected) => {
  const touch = { bidTicks: touchTicks, askTicks: touchTicks }
  expect(ticks({ side, touch, capBps })).toBe(expected)
})

test('a marketable price reaches the touch and never passes the cap, whatever the price', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 19_000_000 }),
      fc.integer({ min: 0, max: 10_000 }),
      (touchTicks, hundredths) => {
        const touch = { bidTicks: touchTicks, askTicks: touchTicks }
        const capBps = hundredths / 100
        const buy = BigInt(ticks({ side: 'buy', touch, capBps }))
        const sell = BigInt(ticks({ side: 'sell', touch, capBps }))
        const [at, cap, one] = [BigInt(touchTicks), BigInt(hundredths), 1_000_000n]
        // Exactly: the last tick inside the cap, on either side.
        expect(buy * one <= at * (one + cap) && (buy + 1n) * one > at * (one + cap)).toBe(true)
        expect(sell * one >= at * (one - cap) && (sell - 1n) * one < at * (one - cap)).toBe(true)
        expect(buy >= at && sell <= at).toBe(true)
      },
    ),
    { numRuns: 500 },
  )
})

test("the venue's band keeps a price inside, even short of the touch", () => {
  const band = { maxBuyTicks: 600_100, minSellTicks: 599_900 }
  expect(ticks({ side: 'buy', band })).toBe(600_100)
  expect(ticks({ side: 'sell', band })).toBe(599_900)
  expect(ticks({ side: 'buy', band: { ...band, maxBuyTicks: 599_000 } })).toBe(599_000)
})

test("the instrument's own price limits hold", () => {
  const instrument = { ...BTC, minPriceTicks: 599_800, maxPriceTicks: 600_200 }
  expect(ticks({ instrument, side: 'buy' })).toBe(600_200)
  expect(ticks({ instrument, side: 'sell' })).toBe(599_800)
})

test('the band follows mark and index by the published formula', () => {
  // X 1 %, Y 2 %. Index near mark: the X edge binds on both sides.
  expect(priceBand(BTC, { markUsd: 60_000, indexUsd: 60_010 })).toEqual({ maxBuyTicks: 606_000, minSellTicks: 594_000 })
  // Index 1.5 % above: it lifts the buy edge, and leaves the sell edge at X.
  expect(priceBand(BTC, { markUsd: 60_000, indexUsd: 60_900 })).toEqual({ maxBuyTicks: 609_000, minSellTicks: 594_000 })
  // Index 5 % above or below: Y is the end of it.
  expect(priceBand(BTC, { markUsd: 60_000, indexUsd: 63_000 }).maxBuyTicks).toBe(612_000)
  expect(priceBand(BTC, { markUsd: 60_000, indexUsd: 57_000 })).toEqual({ maxBuyTicks: 606_000, minSellTicks: 588_000 })
  // Marks are finer than a tick: rounded to the inside.
  expect(priceBand(BTC, { markUsd: 60_000.07, indexUsd: 60_000.07 })).toEqual({
    maxBuyTicks: 606_000,
    minSellTicks: 594_001,
  })
})

test('marketable entry: the long leg buys through the ask, the short leg sells through the bid', () => {
  expect(entry({})).toEqual({ longTicks: 600_301, shortTicks: 599_700 })
})

test("synthetic entry: the original's prices, half the spread from the mid, rounded away from the market", () => {
  // mid 600,000.5; 7.5 bps of it are 450.000375.
  expect(entry({ pricing: 'synthetic' })).toEqual({ longTicks: 599_550, shortTicks: 600_451 })
  const even = { bidTicks: 599_999, askTicks: 600_001 }
  expect(entry({ pricing: 'synthetic', touch: even })).toEqual({ longTicks: 599_550, shortTicks: 600_450 })
})

test('synthetic entry stays within a tick of the float formula', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1_000, max: 9_000_000 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 40_000 }),
      (bidTicks, width, hundredths) => {
        const touch = { bidTicks, askTicks: bidTicks + width }
        const spreadBps = hundredths / 100
        const prices = entry({ pricing: 'synthetic', touch, spreadBps })
        const mid = bidTicks + width / 2
        const long = mid * (1 - spreadBps / 20_000)
        const short = mid * (1 + spreadBps / 20_000)
        expect(long - prices.longTicks).toBeGreaterThan(-1e-6)
        expect(long - prices.longTicks).toBeLessThan(1 + 1e-6)
        expect(prices.shortTicks - short).toBeGreaterThan(-1e-6)
        expect(prices.shortTicks - short).toBeLessThan(1 + 1e-6)
      },
    ),
    { numRuns: 500 },
  )
})

test.each([
  ['100 USD at 60,000.0 buy one lot of 60 USD', BTC, 100, 600_000, 1],
  ['119.99 USD too', BTC, 119.99, 600_000, 1],
  ['120 USD buy two', BTC, 120, 600_000, 2],
  ['less than a lot buys none', BTC, 59.99, 600_000, 0],
  // 200.10 × 0.1 = 20.01 USD a lot; in floats two of them come out a hair above 40.02.
  ['a size of exactly two lots is two lots', SOL, 40.02, 20_010, 2],
  ['three decimals of dollars', ETH, 20.005, 200_000, 1],
  ['many small lots', DUST, 100, 2_000, 500],
  ['a price of one tick', DUST, 1, 1, 10_000],
])('%s', (_, instrument, sizeUsd, priceTicks, lots) => {
  expect(lotsForUsd(instrument, sizeUsd, priceTicks)).toBe(lots)
})

test('lots for a size are the most that do not cost more', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(BTC, ETH, SOL, DUST),
      fc.integer({ min: 1, max: 9_000_000 }),
      fc.integer({ min: 1, max: 1e9 }),
      (instrument, priceTicks, cents) => {
        const lots = lotsForUsd(instrument, cents / 100, priceTicks)
        const perLot = notionalUsd(instrument, priceTicks, 1)
        expect(lots * perLot).toBeLessThanOrEqual((cents / 100) * (1 + 1e-12))
        expect((lots + 1) * perLot).toBeGreaterThan((cents / 100) * (1 - 1e-12))
      },
    ),
    { numRuns: 500 },
  )
})

test.each([
  ['one lot of 60 USD is enough', BTC, 600_000, 1],
  ['25 lots of 20 cents are exactly 5 USD', DUST, 2_000, 25],
  ['at a lower price one more is needed', DUST, 1_999, 26],
  ['the minimum quantity binds when it is worth more', { ...BTC, minLots: 3 }, 600_000, 3],
])('the fewest lots of an opening order: %s', (_, instrument, priceTicks, lots) => {
  expect(minOrderLots(instrument, priceTicks)).toBe(lots)
  if (lots > instrument.minLots) expect(notionalUsd(instrument, priceTicks, lots - 1)).toBeLessThan(5)
  expect(notionalUsd(instrument, priceTicks, lots)).toBeGreaterThanOrEqual(5)
})

test('a price that does not fit safe integers, or is no price, is our bug and throws', () => {
  expect(() => ticks({ touch: { bidTicks: 1, askTicks: 9e12 } })).toThrow('too many to price')
  expect(() => lotsForUsd(BTC, 100, 0)).toThrow('at least one tick, got 0')
})

test('prices and worths in USD are read off ticks and lots', () => {
  expect(priceUsd(BTC, 600_001)).toBe(60_000.1)
  expect(notionalUsd(BTC, 600_000, 5)).toBe(300)
  expect(notionalUsd(DUST, 2_000, 25)).toBe(5)
})
