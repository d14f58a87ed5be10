/**
 * The gate's last lines (`.ci/summary.ts`): whoever sees only the end of its output knows what broke, and the count is never
 * kinder than the steps were.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

interface OneTest {
  readonly status: 'passed' | 'failed' | 'skipped'
  readonly fullName: string
  readonly failureMessages?: readonly string[]
}

/** A file of the test runner's JSON report. */
function fileOf(name: string, assertionResults: readonly OneTest[], message = '') {
  const failed = message !== '' || assertionResults.some(({ status }) => status === 'failed')
  return { name: join(ROOT, name), status: failed ? 'failed' : 'passed', message, assertionResults }
}

/** What the gate says when its steps ended so and left these files behind. */
function closing(files: Readonly<Record<string, unknown>>, steps: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'gate-'))
  try {
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(
        join(folder, name),
        typeof content === 'string' ? content : JSON.stringify({ testResults: content }),
      )
    }
    const run = spawnSync(process.execPath, [join(ROOT, '.ci', 'summary.ts'), folder, ...steps], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    return { code: run.status, lines: run.stdout.trimEnd().split('\n'), errors: run.stderr }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const GREEN = [fileOf('src/a.test.ts', [{ status: 'passed', fullName: 'holds' }])]

test('every step green: what was not run is named, the counts come last', () => {
  const skipped = [...GREEN, fileOf('src/b.test.ts', [{ status: 'skipped', fullName: 'needs an engine' }])]
  expect(
    closing({ 'tests.json': skipped, 'container.json': GREEN }, ['tests=0', 'exploration=0', 'container=0']),
  ).toEqual({
    code: 0,
    lines: ['not run: src/b.test.ts: needs an engine', '3 passed, 0 failed'],
    errors: '',
  })
})

test('what a scenario could not judge is said with its reason', () => {
  const report = [fileOf('scenarios/a.test.ts', [{ status: 'skipped', fullName: 'is quick' }])]
  const log = [
    '  skipped: is quick: not judged: P6 80 of 50 ms; the machine was too slow',
    '  not judged: is steady: placement: the machine was too noisy',
  ]
  const { code, lines } = closing({ 'container.json': report, 'container.log': log.join('\n') }, ['container=0'])
  expect(code).toBe(0)
  expect(lines).toEqual([...log.map((line) => `${line.trimStart()} (container)`), '0 passed, 0 failed'])
})

test('a failed test is named with the beginning of its message and the first place of ours', () => {
  const message = [
    '\u001b[31mAssertionError: expected 5 to be less than 3\u001b[39m',
    '    at Proxy.x (file:///x/node_modules/vitest/y.js:1:1)',
    '    at src/c.test.ts:7:3',
    '    at src/d.test.ts:8:3',
  ].join('\n')
  const failed = fileOf('src/c.test.ts', [{ status: 'failed', fullName: 'is quick', failureMessages: [message] }])
  const { code, lines } = closing({ 'tests.json': GREEN, 'container.json': [failed] }, ['tests=0', 'container=1'])
  expect(code).toBe(1)
  expect(lines).toEqual([
    '',
    '== what failed (1)',
    'failed: src/c.test.ts (container): is quick',
    '    AssertionError: expected 5 to be less than 3',
    '    at src/c.test.ts:7:3',
    '1 passed, 1 failed',
  ])
})

test('forty failures are all named within the last sixty lines', () => {
  const many = Array.from({ length: 40 }, (_, i) =>
    fileOf(`src/f${i}.test.ts`, [
      { status: 'failed', fullName: `breaks ${i}`, failureMessages: [`Error: ${'line\n'.repeat(30)}`] },
    ]),
  )
  const { code, lines } = closing({ 'tests.json': many }, ['tests=1'])
  expect(code).toBe(40)
  for (let i = 0; i < 40; i += 1) expect(lines.slice(-60)).toContain(`failed: src/f${i}.test.ts: breaks ${i}`)
})

test.each([
  [
    'a file that could not be loaded',
    [fileOf('src/e.test.ts', [], 'SyntaxError: bad')],
    'src/e.test.ts',
    'SyntaxError: bad',
  ],
  ['an error outside the tests', GREEN, 'tests: ended with 1 though no test failed', 'Error: nobody caught this'],
])('%s is a failure too', (_, report, name, words) => {
  const { code, lines } = closing({ 'tests.json': report, 'tests.log': 'Error: nobody caught this\n' }, ['tests=1'])
  expect(code).toBe(1)
  expect(lines).toEqual(expect.arrayContaining([`failed: ${name}`, `    ${words}`]))
})

test.each([
  ['tests=2', 'tests: ended with 2 and left no report'],
  ['tests=0', 'tests: ended with 0 and left no report'],
  ['tests=124', 'tests: was ended, the time for the whole gate was over, and left no report'],
])('a step that left no report failed, whatever its exit code: %s', (step, name) => {
  const { code, lines } = closing({ 'tests.log': "src/x.ts(1,7): error TS2322: Type 'string'\nbye\n" }, [step])
  expect(code).toBe(1)
  expect(lines).toEqual([
    '',
    '== what failed (1)',
    `failed: ${name}`,
    "    src/x.ts(1,7): error TS2322: Type 'string'",
    '    bye',
    '0 passed, 1 failed',
  ])
})

test('a violated schedule is told with the line that plays it again', () => {
  const log = [
    'seed abc-20260101, schedules 0 to 9999, 2 processes',
    'VIOLATED: seed abc-20260101, schedule 36',
    '  P1: fail: 1 trade broke the bound',
    '  again: npx bybit-synthetic-test explore --seed abc-20260101 --from 36 --runs 1',
    'shrunk in 66 plays to 0 events: reports/schedules/p1-abc-36.json',
    '  P1: fail: 1 trade broke the bound',
    '  again: npx bybit-synthetic-test explore --replay reports/schedules/p1-abc-36.json',
    ...Array.from({ length: 200 }, (_, ms) => `  ${ms}.000  executor  plans t1`),
    '10000 of 10000 schedules in 75 s, 8000 a minute; 1 violated',
  ].join('\n')
  const { code, lines } = closing({ 'tests.json': GREEN, 'exploration.log': log }, ['tests=0', 'exploration=1'])
  expect(code).toBe(1)
  expect(lines).toEqual([
    '',
    '== what failed (1)',
    'failed: exploration: ended with 1',
    '    VIOLATED: seed abc-20260101, schedule 36',
    '    P1: fail: 1 trade broke the bound',
    '    again: npx bybit-synthetic-test explore --seed abc-20260101 --from 36 --runs 1',
    '    again: npx bybit-synthetic-test explore --replay reports/schedules/p1-abc-36.json',
    '1 passed, 1 failed',
  ])
})
