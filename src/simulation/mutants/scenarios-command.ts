/**
 * Puts mutants to the scenarios alone, over real sockets, each until one notices it: `node scenarios-command.ts [part of a
 * name …]`. Played are the scenarios' worlds, faults and terms as P11 has them; the machine must be idle, since promises
 * of milliseconds are judged. Writes scenario-kills.json and MUTANTS.md.
 */
import { writeFileSync } from 'node:fs'
import { playRemedy, type Remedy } from '../../test-support/can-fail.ts'
import { REMEDIES } from '../../test-support/remedies.ts'
import { readKills, readScenarioKills, SCENARIO_KILLS_FILE, type ScenarioKill } from './kills.ts'
import type { Mutant } from './mutant.ts'
import { MUTANTS } from './mutants.ts'
import { TABLE_FILE, tableText } from './table.ts'

const parts = process.argv.slice(2)
const known = new Map(readScenarioKills().map((each) => [each.mutant, each]))
for (const mutant of MUTANTS.filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)))) {
  const kill = await put(mutant)
  known.set(mutant.name, kill)
  process.stdout.write(`${mutant.name}: ${kill.scenario ?? 'SURVIVES'} ${kill.how}\n`)
  const list = MUTANTS.flatMap(({ name }) => known.get(name) ?? [])
  writeFileSync(SCENARIO_KILLS_FILE, `${JSON.stringify(list, null, 2)}\n`)
  writeFileSync(TABLE_FILE, tableText(MUTANTS, readKills(), list))
}

async function put(mutant: Mutant): Promise<ScenarioKill> {
  for (const remedy of REMEDIES) {
    const how = await noticed({ ...remedy, switchedOff: mutant.name, patch: mutant })
    if (how !== null) return { mutant: mutant.name, scenario: remedy.scenario, how }
  }
  return { mutant: mutant.name, scenario: null, how: '' }
}

/** The scenario's central check, then every promise. */
async function noticed(remedy: Remedy): Promise<string | null> {
  try {
    const told = await playRemedy(remedy, true)
    const central = remedy.check.look(told)
    if (central !== null) return `${remedy.check.name}: ${central}`
    const broken = told.findings.find(({ verdict, promise }) => verdict === 'fail' && promise !== 'P10')
    return broken === undefined ? null : `${broken.promise}: ${broken.summary}`
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).split('\n')[0]!
  }
}
