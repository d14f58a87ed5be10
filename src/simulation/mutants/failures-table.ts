/**
 * The table of known failures, as text.
 */
import { KNOWN_FAILURES, type KnownFailure } from './known-failures.ts'
import { MUTANTS } from './mutants.ts'

export const FAILURES_FILE = new URL('../FAILURES.md', import.meta.url)

const HEAD = `# Ways real executors have failed

Each with the test that covers it, and what that test was seen to fail with: the source broken in one place, as the
mutant of that name (\`mutants/of-*.ts\`). \`mutants/known-failures.test.ts\` breaks it anew with every run of the unit
tests, and looks that this test fails.

| failure | test | fails with |
|---|---|---|
`

export function failuresText(): string {
  return `${HEAD}${KNOWN_FAILURES.map(rowOf).join('\n')}\n`
}

function rowOf({ failure, file, title, mutants }: KnownFailure): string {
  const broken = mutants.map((name) => {
    const { why, file: source } = MUTANTS.find((mutant) => mutant.name === name)!
    return `**${name}**: ${why} (\`${source.slice(4)}\`)`
  })
  return `| ${failure} | "${title}", \`${file}\` | ${broken.join('; ')} |`
}
