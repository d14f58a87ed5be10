/**
 * The table of mutants, as text.
 */
import type { Killed, ScenarioKill } from './kills.ts'
import type { Mutant } from './mutant.ts'

export const TABLE_FILE = new URL('MUTANTS.md', import.meta.url)

const HEAD = `# Mutants

Executors, reconcilers and venue clients that are broken on purpose, each by a patch of one place (\`of-*.ts\`), and what
noticed them when they were last put to the schedules (\`node src/simulation/mutants/hunt-command.ts\`; \`kills.test.ts\`
plays a sample again). **nothing**: the schedule that once noticed it does so no more since the source has moved on, or none
ever did; not looked for anew yet.

A promise (P1 to P9) is judged by the untouched source from the broken one's journal and the venue's books. \`end\`: no
promise broke, but the trade ended otherwise than with nothing broken. \`P10\`: the disturbance never met its moment, since
the broken client did not ask. \`test\`: no schedule notices it, a test beside the source does.

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
  return `${first}\n${scenarioTable(mutants, scenarioKills)}`
}

const SCENARIO_HEAD = `## By the scenarios alone

Real processes and real sockets: each mutant in the scenarios' worlds, with their faults and terms, one after another until
one notices it (\`node src/simulation/mutants/scenarios-command.ts\`). Those not named were not run.
`

function scenarioTable(mutants: readonly Mutant[], kills: readonly ScenarioKill[]): string {
  const rows = kills.map(({ mutant, scenario, how }) => {
    const cells = [mutant, scenario ?? '**none**', how.slice(0, 160)]
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  const found = kills.filter(({ scenario }) => scenario !== null).length
  const count = `${kills.length} of ${mutants.length} mutants were run; the scenarios noticed ${found} of them.`
  return `${[SCENARIO_HEAD, count, '', '| mutant | noticed in | how |', '|---|---|---|', ...rows].join('\n')}\n`
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
    return [
      `${check}: ${how.slice(0, 140)}`,
      kills === null ? '1 or more' : `${kills} of ${of}`,
      `${smallest} (${name})`,
    ]
  }
  return test === null ? ['**nothing**', '', ''] : [`test: ${test.name} (\`${test.file.slice(4)}\`)`, 'none', '']
}
