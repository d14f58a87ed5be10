/**
 * Puts every mutant to the likely trials, what none of them notices to the others, and then to the tests beside the source; writes
 * kills.json, MUTANTS.md and FAILURES.md: `node hunt-command.ts [--new] [--shard 2/4] [part of a name …]`.
 * `--new`: only mutants of which nothing is written yet. `--shard 2/4`: the second, sixth, … of all.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { CALM, differences } from './calm.ts'
import { FAILURES_FILE, failuresText } from './failures-table.ts'
import { allKills, bestOf, type Control, createControl, inWords, shrunk } from './hunt.ts'
import { KILLS_FILE, type Killed, readKills, readScenarioKills } from './kills.ts'
import type { Mutant } from './mutant.ts'
import { MUTANTS } from './mutants.ts'
import { OF_RECOVERY } from './of-recovery.ts'
import { fateOf, testsFor } from './score.ts'
import { TABLE_FILE, tableText } from './table.ts'
import type { Trial } from './trial.ts'
import { allTrials } from './trials.ts'

const { values, positionals: parts } = parseArgs({
  options: { new: { type: 'boolean' }, shard: { type: 'string' } },
  allowPositionals: true,
})
const [shard = 1, shards = 1] = values.shard?.split('/').map(Number) ?? []

const kills = new Map((existsSync(KILLS_FILE) ? readKills() : []).map((each) => [each.mutant, each]))
const chosen = MUTANTS.filter(({ name }, place) => {
  if (values.new === true && kills.has(name)) return false
  if (place % shards !== shard - 1) return false
  return parts.length === 0 || parts.some((part) => name.includes(part))
})
const { likely, killing, more } = await allTrials()
using control = createControl()
for (const mutant of chosen) {
  const first = OF_RECOVERY.includes(mutant) ? killing : likely
  const killed =
    (await byTrials(mutant, first, control)) ?? (await byTrials(mutant, more, control)) ?? (await byTests(mutant))
  kills.set(mutant.name, killed)
  process.stdout.write(`${mutant.name}: ${killed.trial?.check ?? killed.test?.name ?? 'SURVIVES'}\n`)
  write()
}
write()

async function byTrials(mutant: Mutant, all: readonly Trial[], sane: Control): Promise<Killed | null> {
  const found = await allKills(mutant, all, sane)
  const best = bestOf(found)
  if (best === null) return null
  const least = await shrunk(mutant, best, sane)
  const { trial: name, check, how } = best
  const beside = differences(least, CALM)
  const told = { name, check, how, kills: found.length, of: all.length, beside, smallest: inWords(least) }
  return { mutant: mutant.name, trial: told, test: null }
}

/** The test that noticed it last comes first. */
async function byTests(mutant: Mutant): Promise<Killed> {
  const last = kills.get(mutant.name)?.test?.file
  const files = testsFor(mutant.file)
  const fate = await fateOf(
    mutant,
    files.toSorted((a, b) => Number(b.endsWith(`/${last}`)) - Number(a.endsWith(`/${last}`))),
  )
  if (fate.is !== 'killed' || fate.file === null) return { mutant: mutant.name, trial: null, test: null }
  // A test that fails here with nothing broken (it needs vitest itself) would say nothing.
  if ((await fateOf(null, [fate.file])).is !== 'survived') throw new Error(`${fate.file} fails by itself: ${fate.by}`)
  const test = { file: fate.file.slice(fate.file.lastIndexOf('/src/') + 1), name: fate.by }
  return { mutant: mutant.name, trial: null, test }
}

function write(): void {
  const list = MUTANTS.flatMap(({ name }) => kills.get(name) ?? [])
  writeFileSync(KILLS_FILE, `${JSON.stringify(list, null, 2)}\n`)
  writeFileSync(TABLE_FILE, tableText(MUTANTS, list, readScenarioKills()))
  writeFileSync(FAILURES_FILE, failuresText())
}
