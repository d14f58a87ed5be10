import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { FAILURES_FILE, failuresText } from './failures-table.ts'
import { KNOWN_FAILURES, type KnownFailure } from './known-failures.ts'
import { MUTANTS } from './mutants.ts'
import { fateOf } from './score.ts'

test('the table says what is known', () => {
  expect(readFileSync(FAILURES_FILE, 'utf8')).toBe(failuresText())
})

test.each(KNOWN_FAILURES.map((known): [string, KnownFailure] => [known.failure, known]))(
  'the test of a known failure fails when the source has it: %s',
  { timeout: 120_000 },
  async (_, { file, title, mutants }) => {
    const path = fileURLToPath(new URL(`../${file}`, import.meta.url))
    for (const name of mutants) {
      const mutant = MUTANTS.find((each) => each.name === name)!
      const fate = await fateOf(mutant, [path], title)
      if (fate.is !== 'killed') expect.fail(`${name}: the test ${fate.is}`)
      expect([name, fate.file, fate.by.split(': ')[0]]).toEqual([name, path, title])
    }
  },
)

test('a title that is no longer there kills nothing', { timeout: 60_000 }, async () => {
  const [{ file, mutants }] = KNOWN_FAILURES as [KnownFailure]
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url))
  const mutant = MUTANTS.find(({ name }) => name === mutants[0])!
  expect(await fateOf(mutant, [path], 'no such title')).toEqual({ is: 'survived' })
})
