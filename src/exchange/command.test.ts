import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseArguments, runExchange } from './command.ts'
import { DEFAULT_WORLD } from './default-world.ts'

function parsed(...argv: string[]) {
  const problems: string[] = []
  return { command: parseArguments(argv, problems), problems }
}

function recorder() {
  const texts: string[] = []
  return { write: (text: string) => texts.push(text), text: () => texts.join('') }
}

test('every argument can be given, in either spelling', () => {
  const { command, problems } = parsed(
    '--world',
    'w.json',
    '--host=0.0.0.0',
    '--port',
    '8080',
    '--demo-port=8081',
    '--admin-port=0',
    '--admin-host=0.0.0.0',
    '--seed',
    's',
    '--end-with=stdin',
    '--faults=plan.json',
    '--fault-handlers=handlers.ts',
    '--journal=out.jsonl',
  )
  expect(problems).toEqual([])
  expect(command).toEqual({
    worldFile: 'w.json',
    host: '0.0.0.0',
    port: 8080,
    demoPort: 8081,
    adminPort: 0,
    adminHost: '0.0.0.0',
    seed: 's',
    endWith: 'stdin',
    watched: { faultsFile: 'plan.json', handlersFile: 'handlers.ts', journalFile: 'out.jsonl' },
  })
})

test('without arguments it listens on loopback, on a free port, with the admin side closed', () => {
  const { command, problems } = parsed()
  expect(problems).toEqual([])
  const defaults = {
    host: '127.0.0.1',
    port: 0,
    adminPort: null,
    adminHost: '127.0.0.1',
    seed: null,
    endWith: 'signal',
  }
  expect(command).toMatchObject(defaults)
  expect(command.worldFile).toMatch(/fixtures\/worlds\/calm\.json$/)
})

test('bad arguments are all named at once and nothing starts', async () => {
  const stdout = recorder()
  const stderr = recorder()
  const argv = [
    '--port',
    '70000',
    '--admin-port',
    'yes',
    '--colour',
    '--world',
    '/no/such/world.json',
    '--end-with',
    'joy',
    '--seed',
  ]
  expect(await runExchange(argv, stdout, stderr)).toBe(2)
  expect(stdout.text()).toBe('')
  const lines = stderr.text().trimEnd().split('\n')
  expect([lines.length, lines.every((line) => line.startsWith('exchange: '))]).toEqual([6, true])
  for (const named of [
    '--port',
    '"70000"',
    '--admin-port',
    '"yes"',
    'or off',
    '--colour',
    '/no/such/world.json',
    '"joy"',
    '--seed',
  ]) {
    expect(stderr.text()).toContain(named)
  }
})

test('help names every argument and the exit codes', async () => {
  const stdout = recorder()
  expect(await runExchange(['--help'], stdout, recorder())).toBe(0)
  for (const named of [
    '--world',
    '--host',
    '--port',
    '--admin-port',
    '--admin-host',
    '--seed',
    '--end-with',
    '--faults',
    '--fault-handlers',
    '--journal',
    'Exit codes',
  ]) {
    expect(stdout.text()).toContain(named)
  }
})

test('a world without a key for demo cannot be shown as demo: exit code 2, with the reason', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'world-'))
  try {
    const worldFile = join(folder, 'mainnet.json')
    const calm = JSON.parse(readFileSync(DEFAULT_WORLD, 'utf8')) as { accounts: object[] }
    const accounts = calm.accounts.map((each) => ({ ...each, environment: 'mainnet' }))
    writeFileSync(worldFile, JSON.stringify({ ...calm, accounts }))
    const stderr = recorder()
    expect(await runExchange(['--world', worldFile, '--demo-port', '0'], recorder(), stderr)).toBe(2)
    expect(stderr.text()).toContain('a demo listener needs an account')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
