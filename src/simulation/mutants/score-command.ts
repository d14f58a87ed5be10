/**
 * Mechanical mistakes in `domain/` and `execution/`, a sample drawn by seed: `node score-command.ts --seed S --sample N
 * [--only part of a path]`. Prints what came of each, then a table by file.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { seededRandom } from '../../seams/random.ts'
import { mistakesIn } from './operators.ts'
import type { Patch } from './patch.ts'
import { type Fate, fateOf, testsFor } from './score.ts'

const SOURCE = new URL('../../', import.meta.url)
const FOLDERS = ['domain', 'execution']

const seed = option('seed') ?? '1'
const sample = Number(option('sample') ?? '100')
const only = option('only') ?? ''

const all = FOLDERS.flatMap(filesIn)
  .filter((file) => file.includes(only))
  .flatMap((file) => mistakesIn(file, readFileSync(new URL(file.slice(4), SOURCE), 'utf8')))
const chosen = shuffled(all).slice(0, sample)
print(`${chosen.length} of ${all.length} mistakes, seed ${seed}`)

const fates: { readonly file: string; readonly fate: Fate }[] = []
for (const patch of chosen) {
  const fate = await fateOf(patch, testsFor(patch.file))
  fates.push({ file: patch.file, fate })
  print(`${fate.is.padEnd(8)} ${patch.name}${fate.is === 'killed' ? `   by: ${fate.by}` : ''}`)
}

print('\n| file | mistakes | killed | survived | score |\n|---|--:|--:|--:|--:|')
for (const [file, list] of [...Map.groupBy(fates, (each) => each.file)].toSorted()) print(row(file, list))
print(row('together', fates))

function row(name: string, list: readonly { readonly fate: Fate }[]): string {
  const count = (is: Fate['is']): number => list.filter(({ fate }) => fate.is === is).length
  const [killed, survived] = [count('killed'), count('survived')]
  return `| ${name} | ${killed + survived} | ${killed} | ${survived} | ${Math.round((100 * killed) / Math.max(1, killed + survived))} % |`
}

function filesIn(folder: string): string[] {
  return readdirSync(new URL(`${folder}/`, SOURCE))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => `src/${folder}/${name}`)
}

function shuffled(patches: readonly Patch[]): Patch[] {
  const random = seededRandom(seed)
  return patches
    .map((patch) => ({ patch, at: random.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ patch }) => patch)
}

function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? undefined : process.argv[at + 1]
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
