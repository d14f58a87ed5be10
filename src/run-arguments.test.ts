import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { RunArguments } from './run-arguments.ts'
import { parseRunArguments, RUN_HELP } from './run-arguments.ts'

const THIS_FILE = fileURLToPath(import.meta.url)

function parse(...argv: string[]): { readonly given: RunArguments; readonly problems: readonly string[] } {
  const problems: string[] = []
  return { given: parseRunArguments(argv, problems), problems }
}

test('without arguments everything is left to the environment and the defaults', () => {
  expect(parse()).toEqual({
    given: {
      target: null,
      worldFile: null,
      faultsFile: null,
      handlersFile: null,
      durationMs: null,
      maxTrades: null,
      recoverFile: null,
      out: 'reports/run',
    },
    problems: [],
  })
})

test('every argument is read, behind a space or an equals sign', () => {
  const given = {
    target: 'demo',
    worldFile: THIS_FILE,
    faultsFile: THIS_FILE,
    handlersFile: THIS_FILE,
    durationMs: 90_000,
    maxTrades: 7,
    recoverFile: THIS_FILE,
    out: 'a=b',
  }
  const pairs = ['--target', 'demo', '--world', THIS_FILE, '--faults', THIS_FILE, '--recover', THIS_FILE]
  pairs.push('--fault-handlers', THIS_FILE)
  expect(parse(...pairs, '--duration', '90s', '--max-trades', '7', '--out', 'a=b')).toEqual({ given, problems: [] })
  const inline = [
    `--world=${THIS_FILE}`,
    `--faults=${THIS_FILE}`,
    `--fault-handlers=${THIS_FILE}`,
    `--recover=${THIS_FILE}`,
    '--target=demo',
  ]
  expect(parse(...inline, '--duration=90s', '--max-trades=7', '--out=a=b')).toEqual({ given, problems: [] })
})

test.each([
  ['250ms', 250],
  ['90s', 90_000],
  ['1.5m', 90_000],
  ['0.5h', 1_800_000],
  ['596h', 596 * 3_600_000],
])('a duration of %s is %i ms', (text, durationMs) => {
  expect(parse('--duration', text)).toMatchObject({ given: { durationMs }, problems: [] })
})

test.each(['', '90', 's', '-1s', '0s', '1d', '1e3s', '1,5m', ' 1s', 'NaNs', '597h', 'Infinitys'])(
  'a duration of "%s" is refused, with what is allowed',
  (text) => {
    const { given, problems } = parse(`--duration=${text}`)
    expect(given.durationMs).toBeNull()
    expect(problems).toEqual([expect.stringMatching(/^--duration (?:is .*; allowed: a positive number|needs a value)/)])
  },
)

test.each(['0', '-1', '1.5', '1e2', 'all', '0x10', '9'.repeat(20)])('%s is no number of trades', (text) => {
  const { given, problems } = parse('--max-trades', text)
  expect(given.maxTrades).toBeNull()
  expect(problems).toEqual([`--max-trades is ${JSON.stringify(text)}; allowed: a whole number from 1`])
})

test('every problem is named at once, each with what is allowed', () => {
  const bad = [
    '--target',
    'mainnet',
    '--world',
    'no-such-file',
    '--faults=none',
    '--duration',
    'soon',
    '--max-trades=0',
  ]
  expect(parse(...bad, '--size', '--out', 'a', '--out', 'b', '--world').problems).toEqual([
    'unknown argument "--size"; allowed: --target, --duration, --max-trades, --world, --faults, --fault-handlers, --recover, --out, --help',
    '--out is given twice',
    '--world is given twice',
    '--world needs a value',
    '--target is "mainnet"; allowed: embedded, container, demo',
    '--world is "no-such-file"; allowed: a file that exists',
    '--faults is "none"; allowed: a file that exists',
    '--duration is "soon"; allowed: a positive number with ms, s, m or h, at most 596h',
    '--max-trades is "0"; allowed: a whole number from 1',
  ])
})

test('a value that was forgotten does not swallow the next argument', () => {
  const { given, problems } = parse('--out', '--duration', '90s')
  expect(given).toMatchObject({ out: 'reports/run', durationMs: 90_000 })
  expect(problems).toEqual(['--out needs a value'])
})

test('the help names every argument', () => {
  for (const name of [
    '--target',
    '--duration',
    '--max-trades',
    '--world',
    '--faults',
    '--recover',
    '--out',
    '--help',
  ]) {
    expect(RUN_HELP).toContain(`  ${name} `)
  }
})
