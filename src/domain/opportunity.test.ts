import { expect, test } from 'vitest'
import type { SyntheticTerms } from './advice.ts'
import type { GeneratorOptions } from './opportunity.ts'
import { createGenerator, quoteAgeMs } from './opportunity.ts'
import type { Quote } from './quote.ts'
import { BTC, ETH } from './test-support/instruments.ts'

const INSTRUMENTS = [BTC, ETH]
const GOOD: SyntheticTerms = { spreadBps: 45, fundingDelta8h: 0.01, positionSizeUsd: 1_000 }
const POOR: SyntheticTerms = { spreadBps: 15, fundingDelta8h: 0.0001, positionSizeUsd: 1_000 }
const NOW_US = 5_000_000
const VENUE_NOW_MS = 1_767_225_600_999

function quote(changes: Partial<Quote> = {}): Quote {
  return {
    symbolIndex: 0,
    bidTicks: 600_000,
    bidLots: 10,
    askTicks: 600_002,
    askLots: 10,
    venueMs: VENUE_NOW_MS,
    receivedUs: NOW_US,
    updateId: 7,
    ...changes,
  }
}

function generator(changes: Partial<GeneratorOptions> = {}) {
  return createGenerator({
    terms: GOOD,
    instruments: INSTRUMENTS,
    symbols: ['BTCUSDT', 'ETHUSDT'],
    gate: 'enforce',
    staleAfterMs: 1_000,
    ...changes,
  })
}

function outcome(changes: Partial<Quote>, options: Partial<GeneratorOptions> = {}): string {
  const considered = generator(options).consider(quote(changes), NOW_US, VENUE_NOW_MS)
  return considered.kind === 'skip' ? considered.reason : considered.kind
}

test("a fresh quote becomes an opportunity with every field of the original's", () => {
  const considered = generator().consider(quote(), NOW_US, VENUE_NOW_MS)
  expect(considered).toMatchObject({ kind: 'opportunity', verdict: { qualified: true, confidence: 75 } })
  const opportunity = considered.kind === 'opportunity' ? considered.opportunity : null
  expect(opportunity).toEqual({
    symbol: 'BTCUSDT',
    longExchange: 'bybit',
    shortExchange: 'bybit_synthetic',
    longPrice: 60_000.1 * (1 - 45 / 20_000),
    shortPrice: 60_000.1 * (1 + 45 / 20_000),
    spreadBps: 45,
    fundingDelta8h: 0.01,
    orderBookDepthLong: 50_000,
    orderBookDepthShort: 50_000,
    confidenceScore: 75,
    projectedProfitAfterSlippage: 45 - 11 - 10 - 2.06,
    timestamp: 1_767_225_600,
  })
})

test('the synthetic prices lie half the spread on either side of the real mid', () => {
  const considered = generator().consider(
    quote({ symbolIndex: 1, bidTicks: 199_999, askTicks: 200_001 }),
    NOW_US,
    VENUE_NOW_MS,
  )
  if (considered.kind !== 'opportunity') throw new Error(`skipped: ${considered.reason}`)
  const { longPrice, shortPrice } = considered.opportunity
  expect(longPrice).toBeCloseTo(1_995.5, 9)
  expect(shortPrice).toBeCloseTo(2_004.5, 9)
  expect(((shortPrice - longPrice) / 2_000) * 10_000).toBeCloseTo(45, 9)
})

test.each<[string, Partial<Quote>, string]>([
  ['an instrument outside the list', { symbolIndex: 2 }, 'symbol'],
  ['no bid', { bidTicks: 0 }, 'empty'],
  ['no ask', { askTicks: 0 }, 'empty'],
  ['nothing at the bid', { bidLots: 0 }, 'empty'],
  ['nothing at the ask', { askLots: 0 }, 'empty'],
  ['a bid above the ask', { bidTicks: 600_003 }, 'crossed'],
  ['a bid at the ask', { bidTicks: 600_002 }, 'crossed'],
  ['a quote that waited exactly as long as allowed', { receivedUs: NOW_US - 1_000_000 }, 'opportunity'],
  ['a quote that waited a microsecond longer', { receivedUs: NOW_US - 1_000_001 }, 'stale'],
  ['a frame exactly as old as allowed by the venue', { venueMs: VENUE_NOW_MS - 1_000 }, 'opportunity'],
  ['a frame a millisecond older', { venueMs: VENUE_NOW_MS - 1_001 }, 'stale'],
  ['a venue clock ahead of ours', { venueMs: VENUE_NOW_MS + 50 }, 'opportunity'],
  ['a frame whose time is no number', { venueMs: Number.NaN }, 'stale'],
  ['a receipt whose time is no number', { receivedUs: Number.NaN }, 'stale'],
])('%s: %s gives %s', (_, changes, expected) => {
  expect(outcome(changes)).toBe(expected)
})

test('only the symbols asked for are traded', () => {
  expect(outcome({ symbolIndex: 0 }, { symbols: ['ETHUSDT'] })).toBe('symbol')
  expect(outcome({ symbolIndex: 1 }, { symbols: ['ETHUSDT'] })).toBe('opportunity')
})

test('enforce skips what does not qualify; observe passes it on with its verdict', () => {
  expect(outcome({}, { terms: POOR })).toBe('not-qualified')
  const observed = generator({ terms: POOR, gate: 'observe' }).consider(quote(), NOW_US, VENUE_NOW_MS)
  expect(observed).toMatchObject({
    kind: 'opportunity',
    verdict: { qualified: false, rejectedBy: 'funding', confidence: 15, projectedProfitBps: -8.06 },
    opportunity: { confidenceScore: 15, projectedProfitAfterSlippage: -8.06 },
  })
})

test('what is wrong with a quote is named before what is wrong with the terms', () => {
  expect(outcome({ venueMs: 0 }, { terms: POOR })).toBe('stale')
})

test('age is the larger of the two', () => {
  expect(quoteAgeMs(quote({ receivedUs: NOW_US - 3_500 }), NOW_US, VENUE_NOW_MS)).toBe(3.5)
  expect(quoteAgeMs(quote({ receivedUs: NOW_US - 3_500, venueMs: VENUE_NOW_MS - 40 }), NOW_US, VENUE_NOW_MS)).toBe(40)
})

test('skipping returns the same object every time, and the verdict is reached once', () => {
  const one = generator()
  const stale = quote({ venueMs: 0 })
  expect(one.consider(stale, NOW_US, VENUE_NOW_MS)).toBe(one.consider(stale, NOW_US, VENUE_NOW_MS))
  const considered = one.consider(quote(), NOW_US, VENUE_NOW_MS)
  expect(considered.kind === 'opportunity' && considered.verdict).toBe(one.verdict)
})

test('terms that cannot be judged are refused when the generator is made', () => {
  expect(() => generator({ terms: { ...GOOD, positionSizeUsd: 0 } })).toThrow('positionSizeUsd')
})

test('age is the larger of the time since we received a quote and the time since the venue made it', () => {
  const quote = { receivedUs: 5_000_000, venueMs: 1_000_000 }
  expect(quoteAgeMs(quote, 5_250_000, 1_000_100)).toBe(250) // the stream stopped
  expect(quoteAgeMs(quote, 5_001_000, 1_000_900)).toBe(900) // it arrived late
  expect(quoteAgeMs(quote, 5_001_500, 999_000)).toBe(1.5) // the venue's clock runs behind ours: never younger than received
})
