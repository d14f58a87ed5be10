import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runExplore } from './explore-command.ts'
import { calmOf } from './simulation/explore-calm.ts'
import { scheduleAt } from './simulation/explore-schedules.ts'

const folder = mkdtempSync(join(os.tmpdir(), 'explore-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function explore(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const code = await runExplore(argv, { write: (text) => (out += text) }, { write: (text) => (err += text) })
  return { code, out, err }
}

function written(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(content))
  return path
}

test('--help says what it does and how it ends', async () => {
  const { code, out } = await explore('--help')
  expect(code).toBe(0)
  expect(out).toMatch(/--replay FILE[\s\S]*Exit codes: 0 /)
})

test('bad input is refused with every problem at once', async () => {
  const { code, err } = await explore('--runs', 'x', '--jobs', '0', '--shard', '3/2', '--what', '--replay', 'nowhere')
  expect(code).toBe(2)
  for (const problem of [
    /--runs is "x"/,
    /--jobs is "0"/,
    /--shard is "3\/2"/,
    /"--what"/,
    /--replay nowhere/,
    /stands alone/,
  ])
    expect(err).toMatch(problem)
})

test('a schedule file that is wrong is refused with everything that is wrong with it', async () => {
  const { code, err } = await explore(
    '--replay',
    written('wrong.json', { ...calmOf(scheduleAt('1', 0)), tradeMs: 'x', seed: 1 }),
  )
  expect(code).toBe(2)
  expect(err).toMatch(/tradeMs[\s\S]*seed|seed[\s\S]*tradeMs/)
})

test('a kept schedule is replayed, with its timeline, and says whether anything was violated', async () => {
  const { code, out } = await explore('--replay', written('calm.json', calmOf(scheduleAt('1', 0))))
  expect(code).toBe(0)
  expect(out).toMatch(/ms {2}who {7}long +short\n/)
  expect(out).toMatch(/sends buy [\s\S]* is flat[\s\S]*nothing violated/)
})

test('a few schedules of a seed are explored, counted and timed; two processes count the same', async () => {
  const counts = ({ out }: { out: string }): string =>
    out.slice(out.indexOf('schedules in which'), out.indexOf(' in ', out.lastIndexOf('schedules')))
  const files = [join(folder, 'one.txt'), join(folder, 'two.txt')] as const
  const one = await explore('--runs', '8', '--seed', 'command', '--keep', folder, '--coverage', files[0])
  expect(one.out).toMatch(/seed command, schedules 0 to 7[\s\S]*8 of 8 schedules in \d+ s, \d+ a minute; 0 violated/)
  expect(one.code).toBe(0)
  expect(one.out).toMatch(/\ncoverage: order \d+ of \d+, trade .*\nnot exercised here:\n/)
  const two = await explore('--runs', '8', '--seed', 'command', '--jobs', '2', '--coverage', files[1])
  expect(counts(two)).toBe(counts(one))
  const [whole, merged] = files.map((file) => readFileSync(file, 'utf8'))
  expect(whole).toMatch(/^order: \d+ of \d+\n +\d+ {2}\S[\s\S]*\nroutes: \d+ of \d+\n[\s\S]*\nnever:\n/)
  expect(merged).toBe(whole)
  const shards = await Promise.all(
    ['1/2', '2/2'].map((shard) => explore('--runs', '8', '--seed', 'command', '--shard', shard)),
  )
  expect(shards.map(({ out }) => /schedules (\d+ to \d+)/.exec(out)![1])).toEqual(['0 to 3', '4 to 7'])
  expect(readdirSync(folder).filter((name) => /^p\d/.test(name))).toEqual([])
}, 60_000)
