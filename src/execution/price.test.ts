import { expect, test } from 'vitest'
import { BTC } from '../domain/test-support/instruments.ts'
import type { NewOrder } from '../domain/trade.ts'
import { manualClock } from '../seams/test-support/manual-clock.ts'
import type { PriceSource } from './price.ts'
import { orderRequest, submittedRecord } from './price.ts'
import { quoteAt } from './test-support/bench.ts'

const SOURCE: PriceSource = {
  instrument: BTC,
  quote: quoteAt(0, manualClock(), { bidTicks: 610_000, askTicks: 610_002 }),
  entry: { longTicks: 600_301, shortTicks: 599_700 },
  slippageCapBps: 5,
}

const ENTRY: NewOrder = {
  clientId: 'r-t1-0',
  place: 0,
  leg: 'long',
  side: 'buy',
  purpose: 'entry',
  lots: 10,
  reduceOnly: false,
  closeAll: false,
  timeInForce: 'gtc',
  market: false,
  capMultiple: 1,
}

const UNWIND: NewOrder = { ...ENTRY, purpose: 'unwind', side: 'sell', reduceOnly: true, timeInForce: 'ioc' }

function ticksOf(order: NewOrder, source: PriceSource = SOURCE): number | null {
  return orderRequest('BTCUSDT', order, source).priceTicks
}

test('entry orders go out at the planned prices, whatever the market has done since', () => {
  expect(ticksOf(ENTRY)).toBe(600_301)
  expect(ticksOf({ ...ENTRY, leg: 'short', side: 'sell' })).toBe(599_700)
})

test('later orders go through the newest touch by the cap, rounded so that the cap holds', () => {
  expect(ticksOf({ ...ENTRY, purpose: 'retry' })).toBe(610_307)
  expect(ticksOf(UNWIND)).toBe(609_695)
})

test('an unwind that did not fill goes further by a multiple of the cap', () => {
  expect(ticksOf({ ...UNWIND, capMultiple: 2 })).toBe(609_390)
  expect(ticksOf({ ...UNWIND, capMultiple: 3 })).toBe(609_085)
})

test('a market order has no price, and so has a later order while there is no quote', () => {
  expect(ticksOf({ ...UNWIND, market: true })).toBeNull()
  expect(ticksOf(UNWIND, { ...SOURCE, quote: null })).toBeNull()
  expect(ticksOf(ENTRY, { ...SOURCE, quote: null })).toBe(600_301)
})

test('everything else of the order is passed on as the rules decided it', () => {
  expect(orderRequest('BTCUSDT', { ...UNWIND, closeAll: true }, SOURCE)).toEqual({
    clientId: 'r-t1-0',
    symbol: 'BTCUSDT',
    leg: 'long',
    side: 'sell',
    lots: 10,
    priceTicks: 609_695,
    timeInForce: 'ioc',
    reduceOnly: true,
    closeAll: true,
  })
})

test('an order is written down with its worth: at its price, else at the touch it will meet, else at the plan', () => {
  const worth = (order: NewOrder, source: PriceSource): number =>
    submittedRecord('t1', order, orderRequest('BTCUSDT', order, source), source).notionalUsd
  expect(worth(ENTRY, SOURCE)).toBeCloseTo(600.301)
  expect(worth({ ...UNWIND, market: true }, SOURCE)).toBeCloseTo(610)
  expect(worth({ ...ENTRY, purpose: 'hedge', market: true }, SOURCE)).toBeCloseTo(610.002)
  expect(worth({ ...UNWIND, market: true }, { ...SOURCE, quote: null })).toBeCloseTo(600.301)
})
