import { expect, test } from 'vitest'
import { estimateDepthUsd, qualify, takerFeeBps } from './qualification.ts'
import type { QualificationInput, Signals } from './qualification-input.ts'

/** Terms that pass every constraint: 40 + 30 = 70, profit 45 − 11 − 10 − 2.06 = 21.94. */
const GOOD: QualificationInput = {
  spreadBps: 45,
  fundingDelta8h: 0.01,
  positionSizeUsd: 1_000,
  longVenue: 'bybit',
  shortVenue: 'bybit_synthetic',
}

function judge(changes: Partial<QualificationInput> = {}) {
  return qualify({ ...GOOD, ...changes })
}

function constraint(name: string, changes: Partial<QualificationInput>) {
  return judge(changes).constraints.find((each) => each.name === name)
}

/** Base confidence 15 + 0.3 → 15, so that a boost neither saturates nor hides. */
function boostOf(signals: Signals): number {
  return judge({ spreadBps: 15, fundingDelta8h: 0.0001, signals }).confidence - 15
}

test("the original's own numbers: 15 bps at 0.0001 fails on funding, with confidence 15 and a loss of 8.06 bps", () => {
  const verdict = judge({ spreadBps: 15, fundingDelta8h: 0.0001 })
  expect(verdict).toEqual({
    qualified: false,
    rejectedBy: 'funding',
    confidence: 15,
    feesBps: 11,
    slippageBps: 2.06,
    fundingCostBps: 10,
    projectedProfitBps: -8.06,
    constraints: [
      { name: 'funding', passed: false, value: 0.0001, threshold: 0.0001, margin: 0 },
      { name: 'depth', passed: true, value: 50_000, threshold: 2_000, margin: 48_000 },
      { name: 'confidence', passed: false, value: 15, threshold: 70, margin: -55 },
      { name: 'profit', passed: false, value: -8.06, threshold: 0, margin: -8.06 },
    ],
  })
})

test('terms that keep every constraint qualify, with every margin in the verdict', () => {
  const verdict = judge()
  expect(verdict.qualified).toBe(true)
  expect(verdict.rejectedBy).toBeNull()
  expect(verdict.confidence).toBe(75)
  expect(verdict.projectedProfitBps).toBeCloseTo(21.94, 10)
  expect(verdict.constraints.map((each) => each.passed)).toEqual([true, true, true, true])
})

test.each([
  ['0.0001 exactly is not more than 0.0001', 0.0001, false],
  ['the next number above it is', 0.00010000000000000002, true],
  ['the sign does not matter', -0.00011, true],
  ['nor does it save the edge', -0.0001, false],
  ['none at all', 0, false],
  ['negative zero', -0, false],
])('funding: %s', (_, fundingDelta8h, passed) => {
  const found = constraint('funding', { fundingDelta8h })
  expect(found?.passed).toBe(passed)
  expect(found?.value).toBe(Math.abs(fundingDelta8h))
  expect(Object.is(found?.value, -0)).toBe(false)
})

test.each([
  ['exactly twice the size on both legs is enough', 2_000, 2_000, true, 2_000],
  ['a cent less on the long leg is not', 1_999.99, 2_000, false, 1_999.99],
  ['a cent less on the short leg is not', 2_000, 1_999.99, false, 1_999.99],
  ['a missing short side makes both an estimate', 1, undefined, true, 50_000],
  ['a missing long side makes both an estimate', undefined, 1, true, 50_000],
  ['an empty side makes both an estimate', 0, 1, true, 50_000],
  ['negative zero is an empty side', 1, -0, true, 50_000],
  ['both missing are estimated', undefined, undefined, true, 50_000],
])('depth: %s', (_, depthLongUsd, depthShortUsd, passed, value) => {
  const found = constraint('depth', { depthLongUsd, depthShortUsd })
  expect(found).toMatchObject({ passed, value, threshold: 2_000 })
})

test('depth: an estimate of 50,000 USD carries 25,000 USD and not a cent more', () => {
  expect(judge({ positionSizeUsd: 25_000 }).qualified).toBe(true)
  expect(judge({ positionSizeUsd: 25_000.01 }).rejectedBy).toBe('depth')
})

test.each([
  [0.01, 50_000],
  [100, 50_000],
  [100.00000000000001, 10_000],
  [200, 10_000],
  [200.00000000000003, 5_000],
  [400, 5_000],
])('depth: a spread of %d bps suggests %d USD', (spreadBps, depthUsd) => {
  expect(estimateDepthUsd(spreadBps)).toBe(depthUsd)
  expect(constraint('depth', { spreadBps })?.value).toBe(depthUsd)
})

// spread, funding delta, confidence; the base score is min(s/50,1)·50 + min(|f|/0.01,1)·30, cut to a whole number.
test.each([
  ['40 + 30: the smallest spread at full funding', 40, 0.01, 70],
  ['39.99 + 30 = 69.99 is cut, not rounded', 39.99, 0.01, 69],
  ['50 + 20.001', 50, 0.006667, 70],
  ['50 + 19.998 = 69.998 is cut', 50, 0.006666, 69],
  ['50 + 19.9990 = 69.999 is cut', 50, 0.0066663333, 69],
  ['50 bps is full score', 50, 0.01, 80],
  ['49.99 + 30 is cut too', 49.99, 0.01, 79],
  ['more than 50 bps adds nothing', 51, 0.01, 80],
  ['more than 1 % of funding adds nothing', 50, 0.02, 80],
  ['negative funding counts like positive', 50, -0.01, 80],
  ['no funding', 50, 0, 50],
  ['almost nothing', 0.01, 0, 0],
  ['15 + 0.3', 15, 0.0001, 15],
  // On paper this is 43.66 + 26.34 = 70. In binary floats, the original's as ours, it is 69.99999999999999.
  ['a float that lands below the edge stays below it', 43.66, 0.00878, 69],
])('confidence: %s', (_, spreadBps, fundingDelta8h, confidence) => {
  const verdict = judge({ spreadBps, fundingDelta8h })
  expect(verdict.confidence).toBe(confidence)
  expect(verdict.constraints[2]).toMatchObject({
    passed: confidence >= 70,
    value: confidence,
    threshold: 70,
    margin: confidence - 70,
  })
})

test.each<[string, Signals, number]>([
  ['nothing known', {}, 0],
  ['imbalance aligned', { obiLong: 0.11, obiShort: -0.11 }, 20],
  ['imbalance on the long side only', { obiLong: 0.11, obiShort: 0 }, 10],
  ['imbalance on the short side only', { obiLong: 0, obiShort: -0.11 }, 10],
  ['imbalance at both edges is none', { obiLong: 0.1, obiShort: -0.1 }, 0],
  ['imbalance with one edge is partial', { obiLong: 0.1, obiShort: -0.11 }, 10],
  ['imbalance the wrong way round', { obiLong: -1, obiShort: 1 }, 0],
  ['imbalance of one side unknown', { obiLong: 0.9 }, 0],
  ['imbalance of the other side unknown', { obiShort: -0.9 }, 0],
  ['open interest low', { oiRatioLong: 0.79, oiRatioShort: 0.79 }, 15],
  ['open interest low on average', { oiRatioLong: 1.0, oiRatioShort: 0.59 }, 15],
  ['open interest at the lower edge', { oiRatioLong: 0.8, oiRatioShort: 0.8 }, 0],
  ['open interest at the upper edge', { oiRatioLong: 1.2, oiRatioShort: 1.2 }, 0],
  ['open interest high', { oiRatioLong: 1.21, oiRatioShort: 1.21 }, -10],
  ['open interest high on average', { oiRatioLong: 0.5, oiRatioShort: 2 }, -10],
  ['open interest none at all', { oiRatioLong: 0, oiRatioShort: 0 }, 15],
  ['open interest of one side unknown', { oiRatioLong: 0.1 }, 0],
  ['open interest of the other side unknown', { oiRatioShort: 0.1 }, 0],
  ['funding now', { minutesToFundingLong: 0, minutesToFundingShort: 0 }, 30],
  ['funding in just under five minutes', { minutesToFundingLong: 4.99, minutesToFundingShort: 400 }, 30],
  ['funding in five minutes', { minutesToFundingLong: 5, minutesToFundingShort: 5 }, 15],
  ['funding in just under fifteen minutes', { minutesToFundingLong: 14.99, minutesToFundingShort: 400 }, 15],
  ['funding in fifteen minutes', { minutesToFundingLong: 15, minutesToFundingShort: 15 }, 0],
  ['funding: the larger of the two venues', { minutesToFundingLong: 14, minutesToFundingShort: 1 }, 30],
  ['funding: the short venue alone', { minutesToFundingLong: 400, minutesToFundingShort: 14 }, 15],
  ['funding: the long venue not known', { minutesToFundingShort: 1 }, 30],
  ['funding: the short venue not known', { minutesToFundingLong: 14 }, 15],
  ['all that help', { obiLong: 1, obiShort: -1, oiRatioLong: 0, oiRatioShort: 0, minutesToFundingLong: 0 }, 65],
  ['help and hindrance', { obiLong: 1, obiShort: 1, oiRatioLong: 2, oiRatioShort: 2, minutesToFundingLong: 9 }, 15],
])('boost: %s', (_, signals, boost) => {
  expect(boostOf(signals)).toBe(boost)
})

test('boosts saturate one after the other: what is lost at 100 is not there for the next one to take from', () => {
  const full = { spreadBps: 50, fundingDelta8h: 0.01 }
  expect(judge({ ...full, signals: { obiLong: 1, obiShort: -1 } }).confidence).toBe(100)
  // 80 + 20 = 100, − 10 = 90. Added up first it would be 80 + 20 + 15 … in any other order, 100.
  const crowded = { obiLong: 1, obiShort: -1, oiRatioLong: 2, oiRatioShort: 2 }
  expect(judge({ ...full, signals: crowded }).confidence).toBe(90)
  expect(judge({ ...full, signals: { ...crowded, minutesToFundingLong: 1 } }).confidence).toBe(100)
  // 80 + 15 = 95, + 30 stops at 100.
  expect(judge({ ...full, signals: { oiRatioLong: 0.1, oiRatioShort: 0.1, minutesToFundingLong: 1 } }).confidence).toBe(
    100,
  )
  // 5 − 10 stops at 0, so funding's 15 counts in full.
  const weak = { spreadBps: 5, fundingDelta8h: 0, signals: { oiRatioLong: 2, oiRatioShort: 2 } }
  expect(judge(weak).confidence).toBe(0)
  expect(judge({ ...weak, signals: { ...weak.signals, minutesToFundingLong: 10 } }).confidence).toBe(15)
})

test('a boost can lift the confidence over its edge', () => {
  const terms = { spreadBps: 39.99, fundingDelta8h: 0.01 }
  expect(judge(terms).rejectedBy).toBe('confidence')
  expect(judge({ ...terms, signals: { obiLong: 0.2, obiShort: 0 } })).toMatchObject({ qualified: true, confidence: 79 })
})

test.each([
  ['binance', 4],
  ['okx', 5],
  ['bybit', 5.5],
  ['bybit_synthetic', 5.5],
  ['bitget', 6],
  ['kucoin', 6],
  ['hyperliquid', 3.5],
  ['paradex', 5],
  ['gateio', 6],
  ['Hyperliquid', 3.5],
  ['BYBIT_SYNTHETIC', 5.5],
  ['oKX', 5],
  ['kraken', 6],
  ['bybit ', 6],
  ['', 6],
  ['constructor', 6],
])('fees: %j takes %d bps', (venue, feeBps) => {
  expect(takerFeeBps(venue)).toBe(feeBps)
  expect(judge({ longVenue: venue, shortVenue: 'hyperliquid' }).feesBps).toBe(feeBps + 3.5)
  expect(judge({ longVenue: 'binance', shortVenue: venue }).feesBps).toBe(4 + feeBps)
})

test.each([
  ['the thinner side counts', 1_000, 3_000, 6_000, 3],
  ['whichever it is', 1_000, 6_000, 3_000, 3],
  ['size equal to depth is the cap', 3_000, 3_000, 9_000, 5],
  ['beyond it the cap holds', 30_000, 3_000, 9_000, 5],
  ['half the depth, the most that passes', 1_500, 3_000, 3_000, 3.5],
])('slippage: %s', (_, positionSizeUsd, depthLongUsd, depthShortUsd, slippageBps) => {
  expect(judge({ positionSizeUsd, depthLongUsd, depthShortUsd }).slippageBps).toBe(slippageBps)
})

test('profit: exactly nothing left is not enough, the next number above is', () => {
  // 8 + 10 + 3.5 of costs: size 1,500 of depth 3,000 slips by 2 + 1.5. Confidence is lifted by signals.
  const terms = {
    longVenue: 'binance',
    shortVenue: 'binance',
    positionSizeUsd: 1_500,
    depthLongUsd: 3_000,
    depthShortUsd: 3_000,
    signals: { obiLong: 1, obiShort: -1, minutesToFundingLong: 1 },
  }
  expect(judge({ ...terms, spreadBps: 21.5 })).toMatchObject({ rejectedBy: 'profit', projectedProfitBps: 0 })
  expect(judge({ ...terms, spreadBps: 21.5 }).constraints[3]).toMatchObject({ passed: false, margin: 0 })
  expect(judge({ ...terms, spreadBps: 21.500000000000004 }).qualified).toBe(true)
  expect(judge({ ...terms, spreadBps: 21.499999999999996 }).rejectedBy).toBe('profit')
})

test('the first constraint that fails is named, in the order funding, depth, confidence, profit', () => {
  const all = { fundingDelta8h: 0, positionSizeUsd: 30_000, spreadBps: 15 }
  expect(judge(all).rejectedBy).toBe('funding')
  expect(judge({ ...all, fundingDelta8h: 0.0002 }).rejectedBy).toBe('depth')
  expect(judge({ ...all, fundingDelta8h: 0.0002, positionSizeUsd: 100 }).rejectedBy).toBe('confidence')
  expect(judge(all).constraints.map((each) => each.passed)).toEqual([false, false, false, false])
})

test('the largest and smallest floats give a verdict without NaN', () => {
  for (const positionSizeUsd of [Number.MIN_VALUE, Number.MAX_VALUE]) {
    for (const depth of [Number.MIN_VALUE, Number.MAX_VALUE]) {
      for (const spreadBps of [Number.MIN_VALUE, Number.MAX_VALUE]) {
        const verdict = judge({ spreadBps, positionSizeUsd, depthLongUsd: depth, depthShortUsd: depth })
        const numbers = verdict.constraints.flatMap((each) => [each.value, each.threshold, each.margin])
        expect([...numbers, verdict.slippageBps, verdict.projectedProfitBps].some(Number.isNaN)).toBe(false)
      }
    }
  }
})

test('judging does not change its input, and the same input gives the same verdict', () => {
  const input = Object.freeze({ ...GOOD, signals: Object.freeze({ obiLong: 1, obiShort: -1 }) })
  expect(qualify(input)).toEqual(qualify(input))
})
