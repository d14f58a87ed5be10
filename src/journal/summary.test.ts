import { expect, test } from 'vitest'
import type { Finding, Verdict } from './finding.ts'
import { describeFinding, overall } from './summary.ts'

function finding(verdict: Verdict, summary = 'as it was'): Finding {
  const measure = { worst: 1, bound: 2, margin: 1, unit: 'ms' }
  return { promise: 'P1', name: 'naked-bound', verdict, summary, ...measure, onlyLate: false, evidence: {} }
}

test('the worst finding decides: a failure, then a void run, then what is unknown', () => {
  const [pass, fail, unknown] = [finding('pass'), finding('fail'), finding('unknown')]
  const empty = finding('unknown', 'void: 1 planned fault never fired')
  expect(overall([pass, pass])).toBe('pass')
  expect(overall([pass, unknown])).toBe('unknown')
  expect(overall([unknown, empty, pass])).toBe('void')
  expect(overall([empty, fail, unknown])).toBe('fail')
})

test('no findings show nothing', () => {
  expect(overall([])).toBe('unknown')
})

test('a finding is one line that begins with its verdict', () => {
  expect(describeFinding(finding('fail'))).toBe('fail     P1  naked-bound: as it was')
  expect(describeFinding(finding('unknown', 'void: 1 planned fault never fired'))).toBe(
    'void     P1  naked-bound: 1 planned fault never fired',
  )
})
