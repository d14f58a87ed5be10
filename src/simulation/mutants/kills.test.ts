import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CALM, withDifferences } from './calm.ts'
import { createControl, isNoticed } from './hunt.ts'
import { readKills, readScenarioKills } from './kills.ts'
import { MUTANTS } from './mutants.ts'
import { TABLE_FILE, tableText } from './table.ts'

const kills = readKills()

test('every mutant has its row, and the table says what is written of it', () => {
  expect(kills.map(({ mutant }) => mutant)).toEqual(MUTANTS.map(({ name }) => name))
  expect(readFileSync(TABLE_FILE, 'utf8')).toBe(tableText(MUTANTS, kills, readScenarioKills()))
})

/** One process per mutant. */
test('every mutant that a schedule notices is still noticed, in its schedule and by the same check', {
  timeout: 600_000,
}, async () => {
  using control = createControl()
  const unnoticed: string[] = []
  for (const { mutant, trial } of kills) {
    if (trial === null) continue
    const schedule = withDifferences(CALM, trial.beside)
    const noticed = await isNoticed(MUTANTS.find(({ name }) => name === mutant)!, schedule, control)
    if (noticed?.check !== trial.check) unnoticed.push(`${mutant}: ${noticed?.check ?? 'nothing'}, not ${trial.check}`)
  }
  expect(unnoticed).toEqual([])
})

test('no mutant is noticed by nothing', () => {
  expect(kills.filter(({ trial, test: by }) => trial === null && by === null)).toEqual([])
})
