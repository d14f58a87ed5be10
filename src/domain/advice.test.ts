import { expect, test } from 'vitest'
import { describe, judgeSynthetic, KNOWN_GOOD, neverQualifies } from './advice.ts'

const SIZE = { positionSizeUsd: 1_000 }

test('the default terms can never qualify, and the advice says why, by how much and what would', () => {
  const advice = neverQualifies({ spreadBps: 15, fundingDelta8h: 0.0001, ...SIZE })
  expect(advice?.failed.map((each) => each.name)).toEqual(['funding', 'confidence', 'profit'])
  expect(advice?.smallestSpreadBps).toBeNull()
  expect(advice?.message.split('\n')).toEqual([
    'These terms can never qualify: spread 15 bps, funding delta 0.0001, position 1000 USD.',
    '  funding delta: 0.0001, needs more than 0.0001 (margin 0)',
    '  confidence: 15, needs at least 70 (margin -55)',
    '  profit after costs: -8.06 bps, needs more than 0 bps (margin -8.06 bps)',
    '  No spread qualifies with a funding delta of 0.0001 and a position of 1000 USD.',
    '  These pairs qualify at up to 25,000 USD: (40 bps, 0.01) and (50 bps, 0.006667).',
  ])
})

test('terms that qualify get no advice', () => {
  expect(neverQualifies({ spreadBps: 45, fundingDelta8h: 0.01, ...SIZE })).toBeNull()
})

test('the two known pairs qualify up to 25,000 USD, and no smaller pair does', () => {
  for (const pair of KNOWN_GOOD) {
    expect(neverQualifies({ ...pair, ...SIZE })).toBeNull()
    expect(neverQualifies({ ...pair, positionSizeUsd: 25_000 })).toBeNull()
    expect(neverQualifies({ ...pair, positionSizeUsd: 25_001 })?.failed.map((each) => each.name)).toEqual(['depth'])
  }
  for (const smaller of [
    { spreadBps: 39.99, fundingDelta8h: 0.01 },
    { spreadBps: 40, fundingDelta8h: 0.009999 },
    { spreadBps: 49.99, fundingDelta8h: 0.006667 },
    { spreadBps: 50, fundingDelta8h: 0.006666 },
  ]) {
    expect(neverQualifies({ ...smaller, ...SIZE })?.failed.map((each) => each.name)).toEqual(['confidence'])
  }
})

test.each([
  ['full funding', 0.01, 1_000, 40],
  ['more than full funding', 0.5, 1_000, 40],
  ['negative funding', -0.01, 1_000, 40],
  ['less funding', 0.008, 1_000, 46],
  ['the least funding that can', 0.006667, 1_000, 50],
  ['a delta whose edge is no whole hundredth', 0.0095, 1_000, 41.5],
  ['less than can', 0.006666, 1_000, null],
  ['a position the estimated depth does not carry', 0.01, 25_001, null],
])('the smallest spread with %s', (_, fundingDelta8h, positionSizeUsd, smallest) => {
  expect(neverQualifies({ spreadBps: 1, fundingDelta8h, positionSizeUsd })?.smallestSpreadBps).toBe(smallest)
})

test('the smallest spread is the one that trying every hundredth up to 400 bps finds', () => {
  for (const fundingDelta8h of [0.01, 0.00878, 0.0081234, 0.006667, 0.0066, 0.0001]) {
    for (const positionSizeUsd of [1, 1_000, 24_999, 30_000]) {
      let first: number | null = null
      for (let hundredths = 1; first === null && hundredths <= 40_000; hundredths += hundredths < 5_100 ? 1 : 50) {
        const spreadBps = hundredths / 100
        if (judgeSynthetic({ spreadBps, fundingDelta8h, positionSizeUsd }).qualified) first = spreadBps
      }
      const advice = neverQualifies({ spreadBps: 0.01, fundingDelta8h, positionSizeUsd })
      expect(advice?.smallestSpreadBps, `delta ${fundingDelta8h}, size ${positionSizeUsd}`).toBe(first)
    }
  }
})

test('the advice names a spread when one helps', () => {
  const advice = neverQualifies({ spreadBps: 20, fundingDelta8h: 0.008, ...SIZE })
  expect(advice?.message).toContain('The smallest spread that qualifies with a funding delta of 0.008: 46 bps.')
})

test('a constraint is described without binary noise', () => {
  const noisy = { name: 'profit', passed: true, value: 21.940000000000001, threshold: 0, margin: 0.1 + 0.2 } as const
  expect(describe(noisy)).toBe('profit after costs: 21.94 bps, needs more than 0 bps (margin 0.3 bps)')
})

test('terms that cannot be judged are refused by name', () => {
  expect(() => neverQualifies({ spreadBps: 0, fundingDelta8h: 0.01, ...SIZE })).toThrow('spreadBps')
})
