/**
 * What somebody else gets: the tarball, installed into an empty project, used from there.
 *
 * Slow (it builds, packs and installs), so all tests share one installation. Dependencies come from npm's cache where it
 * has them; only what is missing is fetched.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const NAME = 'bybit-synthetic-test'
const INSTALL_MAX_MS = 240_000
const run = promisify(execFile)

/** The Node that runs this test comes first on the PATH; nothing of an outer `npm test` reaches the inner npm but its cache. */
const env: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([key]) => !/^npm_(?!config_(?:cache|registry|userconfig|globalconfig)$)/i.test(key),
    ),
  ),
  PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
}

let project = ''
let installed = ''

beforeAll(async () => {
  project = await mkdtemp(join(os.tmpdir(), `${NAME}-`))
  installed = join(project, 'node_modules', NAME)
  await writeFile(join(project, 'package.json'), '{ "name": "empty", "private": true }')
  await run('npm', ['pack', '--silent', '--pack-destination', project], { cwd: ROOT, env })
  const tarball = (await readdir(project)).find((name) => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('npm pack made no tarball')
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  await run('npm', ['install', ...quiet, `./${tarball}`], { cwd: project, env })
}, INSTALL_MAX_MS)

afterAll(async () => {
  if (project !== '') await rm(project, { recursive: true, force: true })
})

test('the package holds built JavaScript with types, and no test and no source Node could not run', async () => {
  const files = await readdir(installed, { recursive: true })
  const own = files.filter((name) => !name.startsWith('node_modules'))
  expect(own).toEqual(expect.arrayContaining(['README.md', '.env.example', join('dist', 'src', 'index.d.ts')]))
  expect(own.some((name) => name.startsWith(join('fixtures', 'worlds')))).toBe(true)
  expect(own.filter((name) => /\.(?:test|bench)\.|test-support|mutants/.test(name))).toEqual([])
  expect(own.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))).toEqual([])
})

test('every file the package starts or loads by name at run time is in it', async () => {
  for (const file of [
    'cli',
    'runtime-main',
    'feed-thread',
    'exchange/main',
    'faults/preload',
    'simulation/explore-worker',
  ]) {
    expect([file, existsSync(join(installed, 'dist', 'src', `${file}.js`))]).toEqual([file, true])
  }
  expect(existsSync(join(installed, 'src', 'exchange', 'Containerfile'))).toBe(true)
})

test('the exchange command listens, answers as a venue does, and ends when told to', async () => {
  const command = join(project, 'node_modules', '.bin', NAME)
  const venue = spawn(process.execPath, [command, 'exchange'], { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    let complaints = ''
    venue.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text
    })
    const exited = once(venue, 'exit')
    const firstLine = once(createInterface({ input: venue.stdout }), 'line') as Promise<[string]>
    const ended = exited.then(([code]) => [`ended with ${code}: ${complaints}`] as [string])
    const [line] = await Promise.race([firstLine, ended])
    const addresses = parsed(line)
    expect(addresses).toMatchObject({
      rest: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      publicStream: expect.stringMatching(/^ws:/),
      privateStream: expect.stringMatching(/^ws:/),
      apiKey: expect.stringMatching(/./),
      apiSecret: expect.stringMatching(/./),
    })
    const reply = await fetch(`${addresses['rest']}/v5/market/time`)
    expect(await reply.json()).toMatchObject({ retCode: 0, retMsg: 'OK' })
    venue.kill('SIGTERM')
    expect([await exited, complaints]).toEqual([[0, null], ''])
  } finally {
    venue.kill('SIGKILL')
  }
})

test('the run command trades on its own venue from there: processes and threads start as built JavaScript', async () => {
  const terms = { SYNTHETIC_SPREAD_BPS: '45', SYNTHETIC_FUNDING_DELTA: '0.01', TRADE_SIZE_USD: '300' }
  const command = join(project, 'node_modules', '.bin', NAME)
  const { stdout } = await run(process.execPath, [command, 'run', '--target', 'embedded', '--duration', '2s'], {
    cwd: project,
    env: { ...env, ...terms },
  })
  expect(stdout).toContain('=== Test Metrics Summary ===')
  expect(stdout).toMatch(/Trades Executed: [1-9]/)
  expect(stdout).toContain('Flat: no position and no order of this run is left.')
  expect(existsSync(join(project, 'reports', 'run', 'index.html'))).toBe(true)
})

test('qualify is imported by name and gives its verdict', async () => {
  const script = `
    import { qualify } from '${NAME}'
    const terms = { fundingDelta8h: 0.01, positionSizeUsd: 1000, longVenue: 'bybit', shortVenue: 'bybit_synthetic' }
    const verdicts = [45, 15].map((spreadBps) => qualify({ spreadBps, ...terms }))
    process.stdout.write(JSON.stringify(verdicts))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: project, env })
  const [good, bad] = JSON.parse(stdout) as Record<string, unknown>[]
  // 45 bps: trunc(0.9 * 50 + 30) = 75; 45 - 11 fees - 10 funding - (2 + 3 * 1000 / 50000) slippage = 21.94
  expect(good).toMatchObject({ qualified: true, rejectedBy: null, confidence: 75, feesBps: 11, fundingCostBps: 10 })
  expect(good!['projectedProfitBps']).toBeCloseTo(21.94, 9)
  expect(bad).toMatchObject({ qualified: false, rejectedBy: 'confidence', confidence: 45 })
})

test('a TypeScript project sees the types', async () => {
  const program = `
    import { type Qualification, parseConfig, qualify } from '${NAME}'
    const verdict: Qualification = qualify({ spreadBps: 45, fundingDelta8h: 0.01, positionSizeUsd: 1000, longVenue: 'bybit', shortVenue: 'okx' })
    export const passed: boolean = verdict.qualified
    // @ts-expect-error a spread is a number
    qualify({ spreadBps: '45', fundingDelta8h: 0.01, positionSizeUsd: 1000, longVenue: 'bybit', shortVenue: 'okx' })
    parseConfig`
  await writeFile(join(project, 'use.mts'), program)
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2024', '--types', '']
  const result = await run(process.execPath, [compiler, ...flags, 'use.mts'], { cwd: project, env }).catch(
    (error: { stdout?: string }) => error,
  )
  expect(result.stdout).toBe('')
})

test('the manifest names only what is there', async () => {
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    bin: Record<string, string>
    exports: Record<string, { types: string; default: string } | string>
  }
  const named = [
    ...Object.values(manifest.bin),
    ...Object.values(manifest.exports).flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry))),
  ]
  expect(named.filter((file) => !existsSync(join(installed, file)))).toEqual([])
})

/** The exchange's first line, or a failure that shows what came instead. */
function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    throw new Error(`expected a line of JSON, got: ${line}`)
  }
}
