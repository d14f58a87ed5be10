import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createControl, isNoticed, reduced } from './hunt.ts'
import { readKills, readScenarioKills } from './kills.ts'
import { MUTANTS } from './mutants.ts'
import { OF_RULES } from './of-rules.ts'
import { TABLE_FILE, tableText } from './table.ts'
import { allTrials } from './trials.ts'

const kills = readKills()

test('every mutant has its row, and the table says what is written of it', () => {
  expect(kills.map(({ mutant }) => mutant)).toEqual(MUTANTS.map(({ name }) => name))
  expect(readFileSync(TABLE_FILE, 'utf8')).toBe(tableText(MUTANTS, kills, readScenarioKills()))
})

/** A sample: one process per mutant and one schedule each. All of them are played by hunt-command.ts. */
test('the mutants of the rules are still noticed, each in its schedule', { timeout: 600_000 }, async () => {
  const { likely, more } = await allTrials()
  const schedules = new Map([...likely, ...more].map(({ name, schedule }) => [name, schedule]))
  using control = createControl()
  const unnoticed: string[] = []
  for (const mutant of OF_RULES) {
    const trial = kills.find((each) => each.mutant === mutant.name)?.trial
    if (trial == null) continue
    const schedule = reduced(schedules.get(trial.name)!, trial.kept)
    if ((await isNoticed(mutant, schedule, control)) === null) unnoticed.push(mutant.name)
  }
  expect(unnoticed).toEqual([])
})
