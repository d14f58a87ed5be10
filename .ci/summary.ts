/**
 * The gate's last lines: counts every step, says what did not run or could not be judged, then what failed and how each
 * failure begins, so that the end of the output alone tells what broke.
 *
 *   node .ci/summary.ts FOLDER tests=0 exploration=0 [container=0]
 *
 *   FOLDER/<step>.log   what the step printed
 *   FOLDER/<step>.json  what the test runner counted; a step without one is a single check
 *
 * The number behind a step is its exit code. Ends with "N passed, N failed"; the exit code is the number of failures, at most 255.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

interface Failure {
  readonly name: string
  /** How it begins; the rest is above, or in the report. */
  readonly lines: readonly string[]
}

interface Outcome {
  readonly passed: number
  readonly notRun: readonly string[]
  readonly failures: readonly Failure[]
}

/** The part of Vitest's JSON report that is read here. */
interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages?: readonly string[]
    }[]
  }[]
}

/** What all failures together may take, so that a reader of the last sixty lines sees every one of them. */
const LINES_MAX = 50
const LINES_EACH_MAX = 8
const WIDTH_MAX = 300
const SCHEDULES_MAX = 5
const [folder = '.', ...steps] = process.argv.slice(2)
const outcomes = steps.map((step) => {
  const [name = '', code = ''] = step.split('=')
  return outcomeOf(name, Number(code))
})
const failures = outcomes.flatMap((outcome) => outcome.failures)
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0)
const said = [
  ...outcomes.flatMap(({ notRun }) => notRun),
  ...shortened(failures),
  `${passed} passed, ${failures.length} failed`,
]
process.stdout.write(`${said.join('\n')}\n`)
process.exitCode = Math.min(failures.length, 255)

function outcomeOf(step: string, code: number): Outcome {
  const path = join(folder, `${step}.json`)
  if (existsSync(path)) return countedOutcome(step, code, JSON.parse(readFileSync(path, 'utf8')) as Report)
  if (code === 0 && step === 'exploration') return { passed: 1, notRun: [], failures: [] }
  const how = code === 124 || code === 137 ? 'was ended, the time for the whole gate was over,' : `ended with ${code}`
  const name = step === 'exploration' ? how : `${how} and left no report`
  return { passed: 0, notRun: [], failures: [{ name: `${step}: ${name}`, lines: tellingLines(step) }] }
}

function countedOutcome(step: string, code: number, { testResults }: Report): Outcome {
  const where = step === 'tests' ? '' : ` (${step})`
  const tests = testResults.flatMap((file) => {
    const name = relative(process.cwd(), file.name) + where
    return file.assertionResults.map((test) => ({ ...test, title: `${name}: ${test.fullName}` }))
  })
  const failures: Failure[] = tests
    .filter(({ status }) => status === 'failed')
    .map(({ title, failureMessages }) => ({ name: title, lines: beginningOf(failureMessages?.join('\n') ?? '') }))
  // A file that could not be loaded, or whose hooks failed, has no failed test to count.
  for (const { name, status, message, assertionResults } of testResults) {
    if (status === 'failed' && assertionResults.every((test) => test.status !== 'failed')) {
      failures.push({ name: relative(process.cwd(), name) + where, lines: beginningOf(message) })
    }
  }
  if (code !== 0 && failures.length === 0) {
    failures.push({ name: `${step}: ended with ${code} though no test failed`, lines: tellingLines(step) })
  }
  const rest = tests.filter(({ status }) => status !== 'failed' && status !== 'passed')
  // The scenarios' own report says why.
  const told = logOf(step).filter((line) => /^ {2}(skipped|not judged): /.test(line))
  const untold = rest.filter(({ fullName }) => !told.some((line) => line.startsWith(`  skipped: ${fullName}: `)))
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    notRun: [...untold.map(({ title }) => `not run: ${title}`), ...told.map((line) => line.trimStart() + where)],
    failures,
  }
}

/** The message, and the first place of ours in its stack. */
function beginningOf(message: string): string[] {
  const lines = plainLines(message)
  const isPlace = (line: string): boolean => /^\s+at /.test(line)
  const place = lines.find((line) => isPlace(line) && !line.includes('node_modules') && !line.includes('node:'))
  return [
    ...lines.filter((line) => !isPlace(line)).slice(0, LINES_EACH_MAX - 1),
    ...(place === undefined ? [] : [place]),
  ]
}

/** Of a step without a failed test: violated schedules, each with the line that plays it again; else errors and the last lines. */
function tellingLines(step: string): string[] {
  const lines = logOf(step)
  const violated = lines.flatMap((line, at) => (line.startsWith('VIOLATED: ') ? [violationAt(lines, at)] : []))
  if (violated.length > 0) {
    const rest = violated.length - SCHEDULES_MAX
    return [...violated.slice(0, SCHEDULES_MAX).flat(), ...(rest > 0 ? [`and ${rest} more violated, see above`] : [])]
  }
  const errors = lines.filter((line) => /error TS\d|Error: |^ {2}(failed|void|unknown): /.test(line))
  return [...new Set([...errors.slice(0, 15), ...lines.slice(-15)])]
}

/** The schedule, the first rule it broke, and how to play it again: from the seed, and from the file of the shrunk one. */
function violationAt(lines: readonly string[], at: number): string[] {
  const following = lines.slice(at + 1)
  const next = following.findIndex((line) => line.startsWith('VIOLATED: '))
  const own = next < 0 ? following : following.slice(0, next)
  return [lines[at]!, ...own.slice(0, 1), ...own.filter((line) => line.startsWith('  again: ')).slice(0, 2)]
}

function logOf(step: string): string[] {
  const path = join(folder, `${step}.log`)
  return existsSync(path) ? plainLines(readFileSync(path, 'utf8')) : []
}

function plainLines(text: string): string[] {
  return stripVTControlCharacters(text)
    .split('\n')
    .map((line) => line.trimEnd().slice(0, WIDTH_MAX))
    .filter((line) => line !== '')
}

/** Every failure by name; of each so many lines that all of them fit. */
function shortened(all: readonly Failure[]): string[] {
  if (all.length === 0) return []
  const each = Math.max(0, Math.floor(LINES_MAX / all.length) - 1)
  return [
    '',
    `== what failed (${all.length})`,
    ...all.flatMap(({ name, lines }) => [
      `failed: ${name}`,
      ...lines.slice(0, each).map((line) => `    ${line.trimStart()}`),
    ]),
  ]
}
