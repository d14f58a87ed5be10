/**
 * The table of mutants, as text.
 */
import type { Killed, ScenarioKill } from './kills.ts'
import type { Mutant } from './mutant.ts'

export const TABLE_FILE = new URL('MUTANTS.md', import.meta.url)

const HEAD = `# Mutants

Executors, reconcilers and venue clients that are broken on purpose, each by a patch of one place (\`of-*.ts\`), and what
noticed them when they were last put to the schedules (\`node src/simulation/mutants/hunt-command.ts\`).

Noticed by a promise (P1 to P9): the untouched source judges the broken one's journal and the venue's books, and holds the
same schedule with nothing broken beside it. \`end\`: no promise broke, but the trade ended otherwise than with nothing
broken. \`P10\`: the disturbance never met its moment, since the broken client did not ask. \`test\`: no schedule
notices it, a test beside the source does.

Mutants of the recovery (\`of-recover*.ts\`) are put to schedules that kill the process (\`killed-trials.ts\`): with an order meant and
not sent, one leg sent, both, in the middle of a write, before and after the third order (an exit, a hedge, an unwind), and once more
at five moments of the recovery. Judged is the last life, and all together, \`lives\`: an order without an intent on record, an id
meant or accepted twice, anything left at the venue, anything of a stranger's gone, last words that deny it.

In schedules: of those of the tests of known failures and those written for mutants, or of those that kill; where none of them notices, of the
matrix's, the documented errors' and the explorer's (the larger number). The smallest: what the explorer's shrinker
(\`explore-shrink.ts\`) leaves of one of them, beside the calm schedule, while the same check still notices;
\`kills.test.ts\` plays every one of these with every run of the unit tests.

Mistakes put in mechanically, as a general mutation tool does, are in [GENERAL.md](GENERAL.md), with why it is not Stryker.

`

export function tableText(
  mutants: readonly Mutant[],
  kills: readonly Killed[],
  scenarioKills: readonly ScenarioKill[],
): string {
  const byName = new Map(kills.map((each) => [each.mutant, each]))
  const rows = mutants.map((mutant) => row(mutant, byName.get(mutant.name)))
  const head =
    '| mutant | what it does wrong | modelled on | noticed by | in schedules | the smallest |\n|---|---|---|---|--:|---|'
  const first = `${HEAD}${summary(mutants, kills)}\n\n${[head, ...rows].join('\n')}\n`
  return `${first}\n${scenarioTable(mutants, scenarioKills, byName)}`
}

const SCENARIO_HEAD = `## By the scenarios alone

Real processes and real sockets, in two steps (\`node src/simulation/mutants/scenarios-command.ts [part of a name …]\`). First one
run of each scenario's story: its world, faults and terms, held to its central check (P11), the promises and the exit code. What
none of these notices is put to the scenario files themselves, with every test and expectation they have (those of 07 that start
the command line start it without the mutant). Noticed means: the same check or test fails twice with the mutant, and holds in
between with nothing broken; a scenario that failed by itself is passed over.

The first step was run for all, two hours, for most of them without the exit code. The second takes minutes for each survivor: it
was run for those, and with those files, that looked likely to notice; the last column says which files pass as a whole. Mutants of
the recovery were not run: what is patched here lives once.

The scenarios are seven stories, each with one trouble; a mutant that survives them needs another one. Which, was found in
virtual time: for each of them the last column says what no scenario has.
`

function scenarioTable(
  mutants: readonly Mutant[],
  kills: readonly ScenarioKill[],
  byName: ReadonlyMap<string, Killed>,
): string {
  const rows = kills.map(({ mutant, scenario, how, passed = [] }) => {
    const whole = passed.length === 0 ? '' : `; ${passed.join(', ')} ${passed.length === 1 ? 'passes' : 'pass'}`
    const why = scenario === null ? `${needs(byName.get(mutant))}${whole}` : how.slice(0, 160)
    return `| ${[mutant, scenario ?? '**none**', why].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  const found = kills.filter(({ scenario }) => scenario !== null)
  const each = Map.groupBy(found, ({ scenario }) => scenario)
  const list = [...each].map(([scenario, of]) => `${scenario} ${of.length}`).toSorted()
  const count = `${kills.length} of ${mutants.length} mutants were run; the scenarios noticed ${found.length} of them: ${list.join(', ')}.`
  return `${[SCENARIO_HEAD, count, '', '| mutant | noticed in | how, or what no scenario has |', '|---|---|---|', ...rows].join('\n')}\n`
}

/** What it takes to notice it. */
function needs(killed: Killed | undefined): string {
  if (killed?.trial != null) return `no scenario has: ${killed.trial.smallest} (${killed.trial.name})`
  return killed?.test == null ? 'nothing notices it' : `no schedule notices it, only a test: ${killed.test.name}`
}

function summary(mutants: readonly Mutant[], kills: readonly Killed[]): string {
  const checks = kills.map(({ trial, test }) => trial?.check ?? (test === null ? 'nothing' : 'a test'))
  const counts = [...Map.groupBy(checks, (check) => check)].map(([check, list]) => `${check} ${list.length}`).toSorted()
  return `${mutants.length} mutants; noticed first of all by: ${counts.join(', ')}.`
}

function row({ name, why, modelledOn, file }: Mutant, killed: Killed | undefined): string {
  const from = modelledOn ?? ''
  const cells = [name, `${why} (\`${file.slice(4)}\`)`, from, ...noticed(killed)]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function noticed(killed: Killed | undefined): string[] {
  if (killed === undefined) return ['not run', '', '']
  const { trial, test } = killed
  if (trial !== null) {
    const { check, how, kills, of, name, smallest } = trial
    return [`${check}: ${how.slice(0, 140)}`, `${kills} of ${of}`, `${smallest} (${name})`]
  }
  return test === null ? ['**nothing**', '', ''] : [`test: ${test.name} (\`${test.file.slice(4)}\`)`, 'none', '']
}
