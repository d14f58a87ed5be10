import { expect, test } from 'vitest'
import { MUTANTS } from './mutants.ts'
import { patchedText } from './patch.ts'

test('every mutant still breaks the source: its text is there, once, and changes something', () => {
  const broken = MUTANTS.flatMap((mutant) => {
    try {
      patchedText(mutant)
      return mutant.find === mutant.replace ? [`${mutant.name}: changes nothing`] : []
    } catch (error) {
      return [(error as Error).message]
    }
  })
  expect(broken).toEqual([])
})

test('mutants have names of their own', () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length)
})
