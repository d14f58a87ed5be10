import { expect, test } from 'vitest'
import {
  type BudgetQuestion,
  type BudgetResult,
  compareByMargin,
  goalMet,
  judgeBudget,
  marginPercent,
} from './budgets.ts'

const latency: BudgetQuestion = {
  name: 'placement',
  percentile: 99,
  unit: 'us',
  budget: 5_000,
  actual: 4_000,
  atMost: true,
  n: 1_000,
}

test('a value inside its budget is met, at the bound too', () => {
  expect(judgeBudget(latency).verdict).toBe('met')
  expect(judgeBudget({ ...latency, actual: 5_000 }).verdict).toBe('met')
  expect(judgeBudget({ ...latency, actual: 5_000.1 }).verdict).toBe('missed')
})

test('a budget that must be reached is missed from below', () => {
  const rate: BudgetQuestion = { name: 'updates', unit: '/s', budget: 1_000, actual: 1_000, atMost: false, n: 60 }
  expect(judgeBudget(rate).verdict).toBe('met')
  expect(judgeBudget({ ...rate, actual: 999 }).verdict).toBe('missed')
})

test('a percentile is never claimed from too few samples, whatever its value', () => {
  expect(judgeBudget({ ...latency, n: 999 })).toMatchObject({
    verdict: 'not judged',
    note: 'n too small for p99: 999 of 1000',
  })
  expect(judgeBudget({ ...latency, n: 999, actual: 9_999 }).verdict).toBe('not judged')
  expect(judgeBudget({ ...latency, percentile: 99.9, n: 9_999 }).verdict).toBe('not judged')
  expect(judgeBudget({ ...latency, percentile: 99.9, n: 10_000 }).verdict).toBe('met')
  expect(judgeBudget({ ...latency, percentile: 50, n: 19 }).verdict).toBe('not judged')
  expect(judgeBudget({ ...latency, percentile: 50, n: 20 }).verdict).toBe('met')
})

test('what was never measured is not judged', () => {
  expect(judgeBudget({ ...latency, actual: null })).toMatchObject({ verdict: 'not judged', note: 'not measured' })
})

test('only a miss asks whether the machine was too noisy', () => {
  let asked = 0
  const tooNoisy = (): string => {
    asked += 1
    return 'the machine was too noisy'
  }
  expect(judgeBudget({ ...latency, tooNoisy }).verdict).toBe('met')
  expect(asked).toBe(0)
  expect(judgeBudget({ ...latency, actual: 6_000, tooNoisy })).toMatchObject({ verdict: 'not judged', actual: 6_000 })
  expect(judgeBudget({ ...latency, actual: 6_000, tooNoisy: () => null }).verdict).toBe('missed')
})

test('a measurement that is no number is a bug and throws', () => {
  expect(() => judgeBudget({ ...latency, actual: Number.NaN })).toThrow('"placement": actual')
})

test('a judged budget is plain JSON', () => {
  const result = judgeBudget({ ...latency, goal: 2_000, tooNoisy: () => null })
  expect(JSON.parse(JSON.stringify(result))).toEqual(result)
})

test('the margin counts from the good side', () => {
  expect(marginPercent({ actual: 4_000, budget: 5_000, atMost: true })).toBeCloseTo(20)
  expect(marginPercent({ actual: 6_000, budget: 5_000, atMost: true })).toBeCloseTo(-20)
  expect(marginPercent({ actual: 98, budget: 95, atMost: false })).toBeCloseTo(3.158, 2)
  expect(marginPercent({ actual: null, budget: 95, atMost: false })).toBeNull()
})

test('budgets sort by urgency: missed, not judged, then by smallest margin', () => {
  const result = (name: string, actual: number | null, n = 1_000): BudgetResult =>
    judgeBudget({ ...latency, name, actual, n })
  const results = [
    result('wide', 100),
    result('few', 20_000, 10),
    result('missed', 5_001),
    result('close', 4_900),
    result('missed far', 9_000),
  ]
  expect(results.toSorted(compareByMargin).map((one) => one.name)).toEqual([
    'missed far',
    'missed',
    'few',
    'close',
    'wide',
  ])
})

test('our own goal is told only where there are samples for it', () => {
  const judged = (goal: number, n = 1_000): BudgetResult => judgeBudget({ ...latency, goal, n })
  expect(goalMet(judged(4_000))).toBe(true)
  expect(goalMet(judged(3_999))).toBe(false)
  expect(goalMet(judged(4_000, 10))).toBeNull()
})
