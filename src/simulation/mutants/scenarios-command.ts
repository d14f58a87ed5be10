/**
 * Puts mutants to the scenarios alone, over real sockets, each until one notices it: `node scenarios-command.ts [--every N]
 * [--new] [--files NAME,…] [part of a name …]`. Played are the scenarios' worlds, faults and terms as P11 has them, in seconds;
 * what none of these notices is put to the scenario files themselves. Milliseconds are judged, so a busy machine may break
 * something by itself: a mutant counts as noticed when the same check or test fails twice with it and holds in between with
 * nothing broken. Writes scenario-kills.json and MUTANTS.md.
 *
 * `--every N`: every Nth mutant of the table, the first included. `--new`: only mutants that were not put to them yet.
 * `--files`: only these files, e.g. `02-leg-timeout`; default: all. Those of the recovery never are: what is patched lives once.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { playRemedy, type Remedy } from '../../test-support/can-fail.ts'
import { REMEDIES } from '../../test-support/remedies.ts'
import { readKills, readScenarioKills, SCENARIO_KILLS_FILE, type ScenarioKill } from './kills.ts'
import type { Mutant } from './mutant.ts'
import { MUTANTS } from './mutants.ts'
import { OF_RECOVERY } from './of-recovery.ts'
import { NOT_PATCHED } from './patch.ts'
import { firstFailure, SCENARIO_FILES } from './scenario-files.ts'
import { TABLE_FILE, tableText } from './table.ts'

const { values, positionals: parts } = parseArgs({
  options: { every: { type: 'string' }, new: { type: 'boolean' }, files: { type: 'string' } },
  allowPositionals: true,
})
const every = Number(values.every ?? '1')
const files = values.files?.split(',') ?? SCENARIO_FILES
/** Whole runs only. The one that loads a whole machine comes last. */
const SCENARIOS = REMEDIES.filter(({ plays }) => plays === 'run').toSorted(
  (a, b) => Number(a.world === 'load') - Number(b.world === 'load'),
)

const known = new Map(readScenarioKills().map((each) => [each.mutant, each]))
const isChosen = (mutant: Mutant): boolean => {
  const { name } = mutant
  if (OF_RECOVERY.includes(mutant) || (values.new === true && known.has(name))) return false
  return parts.length === 0 || parts.some((part) => name.includes(part))
}
for (const mutant of MUTANTS.filter((one, place) => place % every === 0 && isChosen(one))) {
  const kill = await put(mutant)
  known.set(mutant.name, kill)
  process.stdout.write(`${mutant.name}: ${kill.scenario ?? 'SURVIVES'} ${kill.how}\n`)
  const list = MUTANTS.flatMap(({ name }) => known.get(name) ?? [])
  writeFileSync(SCENARIO_KILLS_FILE, `${JSON.stringify(list, null, 2)}\n`)
  writeFileSync(TABLE_FILE, tableText(MUTANTS, readKills(), list))
}

async function put(mutant: Mutant): Promise<ScenarioKill> {
  return (await byStory(mutant)) ?? byFile(mutant)
}

/** One run of each scenario, judged by what it is about, the promises and its end. */
async function byStory(mutant: Mutant): Promise<ScenarioKill | null> {
  for (const scenario of SCENARIOS) {
    const broken = { ...scenario, switchedOff: mutant.name, patch: mutant }
    const first = await noticed(broken, true)
    if (first === null || (await noticed(scenario, false)) !== null) continue
    if ((await noticed(broken, true))?.check !== first.check) continue
    return { mutant: mutant.name, scenario: scenario.scenario, how: `${first.check}: ${first.how}` }
  }
  return null
}

/** The files themselves, with every test and expectation they have. */
function byFile(mutant: Mutant): ScenarioKill {
  const passed: string[] = []
  for (const file of files) {
    const first = firstFailure(file, mutant)
    if (first === null) passed.push(file)
    if (first === null || firstFailure(file, null, first.name) !== null) continue
    if (firstFailure(file, mutant, first.name) === null) continue
    return { mutant: mutant.name, scenario: file, how: `${first.name}: ${first.how}` }
  }
  return { mutant: mutant.name, scenario: null, how: '', passed }
}

/** The scenario's central check, then every promise, then the run's own end. Throws when the patch could not be put in. */
async function noticed(remedy: Remedy, isBroken: boolean): Promise<{ check: string; how: string } | null> {
  try {
    const { evidence, broken, exitCode } = await playRemedy(remedy, isBroken)
    if (evidence !== null) return { check: remedy.check.name, how: evidence }
    const failed = broken.find(({ verdict, promise }) => verdict === 'fail' && promise !== 'P10')
    if (failed !== undefined) return { check: failed.promise, how: failed.summary }
    return exitCode === 0 ? null : { check: 'exit code', how: `${exitCode}, not 0` }
  } catch (error) {
    const [how] = (error instanceof Error ? error.message : String(error)).split('\n')
    if (how!.includes(`exit code ${NOT_PATCHED}`)) throw error
    return { check: 'run', how: how! }
  }
}
