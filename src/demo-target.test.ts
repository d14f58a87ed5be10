/**
 * The demo target, as far as it can be shown without Bybit: the scenarios run as a user would run them, against a mock
 * venue at overridden URLs whose administration side is closed. What cannot be forced there is skipped, with a reason.
 */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { SpawnedExchange } from './exchange/spawn.ts'
import { spawnExchange } from './exchange/spawn.ts'
import type { ReportDocument } from './report/document.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const REPORTS = 'reports/demo'
const RUNNER = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')

interface Ended {
  readonly code: number | null
  readonly output: string
}

/** `SCENARIO_TARGET=demo npx vitest run scenarios`, with nothing else of this process's environment. */
function runScenarios(env: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<Ended> {
  const child = spawn(process.execPath, [RUNNER, 'run', 'scenarios', ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', SCENARIO_TARGET: 'demo', SCENARIO_REPORTS: REPORTS, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })))
}

/** As on demo: orders and the account at the demo listener, quotes from the other one, since demo has none (D13). */
function demoEnvironment({ publicUrl, demo }: SpawnedExchange): Record<string, string> {
  const { restUrl, privateUrl, apiKey, apiSecret } = demo!
  return {
    BYBIT_DEMO_REST_URL: restUrl,
    BYBIT_DEMO_PUBLIC_URL: publicUrl,
    BYBIT_DEMO_PRIVATE_URL: privateUrl,
    BYBIT_DEMO_API_KEY: apiKey,
    BYBIT_DEMO_API_SECRET: apiSecret,
  }
}

test('the scenarios pass on the demo target, skip with reasons what it cannot force, and let no secret out', async () => {
  rmSync(join(ROOT, REPORTS), { recursive: true, force: true })
  const worldFile = join(ROOT, 'fixtures', 'worlds', 'calm.json')
  await using venue = await spawnExchange({ worldFile, admin: false, demo: true })
  const { code, output } = await runScenarios(demoEnvironment(venue))
  expect(code, output).toBe(0)
  expect(output).toMatch(/scenarios: \d+ passed, 0 failed/)
  expect(output).not.toContain('skipped without a reason')
  const skips = output.split('\n').filter((line) => line.startsWith('  skipped: '))
  expect(skips.length).toBeGreaterThan(5)
  // More is shown than skipped, and each of the seven files shows something or says why it cannot.
  const passed = Number(/scenarios: (\d+) passed/.exec(output)![1])
  expect(passed).toBeGreaterThan(skips.length)

  // What is used instead of a world of its own is said beside the scenario, in the page as well.
  const report = JSON.parse(readFileSync(join(ROOT, REPORTS, 'report.json'), 'utf8')) as ReportDocument
  const unforced = report.scenarios.filter(({ notForced }) => notForced.length > 0).map(({ file }) => file)
  expect(unforced.filter((file) => file.includes('02-leg-timeout')).length).toBeGreaterThanOrEqual(3)
  expect(unforced.some((file) => file.includes('04-partial-fill'))).toBe(true)
  expect(report.scenarios.filter(({ skipReason, outcome }) => outcome === 'skipped' && skipReason === null)).toEqual([])
  expect(readFileSync(join(ROOT, REPORTS, 'index.html'), 'utf8')).toContain('slow matching')

  const files = readdirSync(join(ROOT, REPORTS), { recursive: true, withFileTypes: true }).filter((file) =>
    file.isFile(),
  )
  expect(files.map((file) => file.name)).toEqual(expect.arrayContaining(['index.html', 'junit.xml', 'report.json']))
  const leaks = files.filter((file) => readFileSync(join(file.parentPath, file.name), 'utf8').includes(venue.apiSecret))
  expect(leaks.map((file) => file.name)).toEqual([])
  expect(output).not.toContain(venue.apiSecret)
}, 400_000)

test('a mainnet trading host is refused, whatever else is set', async () => {
  const env = {
    BYBIT_DEMO_REST_URL: 'https://api.bybit.com',
    BYBIT_DEMO_API_KEY: 'someKey00000001',
    BYBIT_DEMO_API_SECRET: 'someSecret000000000001',
    TRADING_HOSTS_ALLOWED: 'api.bybit.com',
  }
  const { code, output } = await runScenarios(env, ['-t', 'never'])
  expect(code).not.toBe(0)
  expect(output).toContain('api.bybit.com')
  expect(output).toMatch(/refused|not allowed|allowed:/)
  expect(output).not.toContain(env.BYBIT_DEMO_API_SECRET)
}, 60_000)

test('what is missing for the demo target is said in one message', async () => {
  const { code, output } = await runScenarios({}, ['-t', 'never'])
  expect(code).not.toBe(0)
  expect(output).toContain('BYBIT_DEMO_API_KEY')
  expect(output).toContain('BYBIT_DEMO_API_SECRET')
}, 60_000)
