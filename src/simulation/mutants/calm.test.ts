import { expect, test } from 'vitest'
import { CALM, differences, withDifferences } from './calm.ts'
import { sharpTrials } from './sharp-trials.ts'

test('a schedule is the calm one and what it has beside it', () => {
  expect(differences(CALM, CALM)).toEqual({})
  const trials = sharpTrials()
  expect(trials.length).toBeGreaterThan(20)
  for (const { schedule } of trials) {
    const told = JSON.parse(JSON.stringify(differences(schedule, CALM)))
    expect(withDifferences(CALM, told)).toEqual(JSON.parse(JSON.stringify(schedule)))
  }
})

test('what is missing beside the calm one cannot be told', () => {
  expect(() => differences({ a: { b: 1 } }, { a: { b: 1, c: 2 } })).toThrow('no c')
})
