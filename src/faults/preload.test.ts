import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { faultLaunchArguments } from './launch-arguments.ts'
import type { Fault } from './plan-types.ts'
import { startDisturbedClient } from './test-support/disturbed-client.ts'
import { startTestVenue } from './test-support/venue.ts'

/** Runs a line of code behind the preload until it ends by itself. */
async function run(
  code: string,
  plan: unknown,
  environment: Record<string, string> = {},
): Promise<{ code: unknown; out: string; err: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'))
  const planPath = join(folder, 'plan.json')
  writeFileSync(planPath, JSON.stringify(plan))
  const launch = faultLaunchArguments({ planPath, journalPath: join(folder, 'journal.jsonl') })
  const { BYBIT_DEMO_API_SECRET: _secret, ...inherited } = process.env
  const child = spawn(process.execPath, [...launch.execArgv, '--input-type=module', '-e', code], {
    env: { ...inherited, ...launch.environment, ...environment },
  })
  const output = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    output.out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    output.err += chunk.toString()
  })
  const [exitCode] = (await once(child, 'close')) as [number]
  rmSync(folder, { recursive: true })
  return { code: exitCode, ...output }
}

const fault = (more: Partial<Fault>): Fault => ({
  name: 'planned',
  party: 'rest-request',
  op: 'create',
  verdict: { do: 'drop' },
  ...more,
})

test('a plan with mistakes stops the process before it begins, naming every one', async () => {
  const { code, out, err } = await run('process.stdout.write("began")', {
    faults: [{ ...fault({}), times: 0, op: 'socket' }],
  })
  expect(code).toBe(2)
  expect(out).toBe('')
  expect(err).toContain('faults[0].times = 0')
  expect(err).toContain('faults[0].op = "socket"')
})

test('a plan that changes orders needs the secret to sign them with', async () => {
  const plan = { faults: [fault({ name: 'halve', verdict: { do: 'shrink', fraction: 0.5 } })] }
  const without = await run('process.stdout.write("began")', plan)
  const having = await run('process.stdout.write("began")', plan, { BYBIT_DEMO_API_SECRET: 'secret' })

  expect([without.code, without.out]).toEqual([2, ''])
  expect(without.err).toContain('"halve"')
  expect([having.code, having.out, having.err]).toEqual([0, 'began', ''])
})

test('a mounted plan does not keep a process alive, however far away its windows are', async () => {
  const windowMs = { from: 500_000, to: 600_000 }
  const faults = [
    fault({ name: 'far', windowMs }),
    fault({ name: 'farther', party: 'public-stream', op: 'socket', verdict: { do: 'reset' }, windowMs }),
  ]
  expect(await run('process.stdout.write("began")', { faults })).toEqual({ code: 0, out: 'began', err: '' })
})

test('workers without an execArgv of their own are mounted too, and count windows from the same moment', async () => {
  const body = 'process.stdout.write(process.env.FAULT_MOUNTED_AT_US + " ")'
  const code = `import { Worker } from 'node:worker_threads'; ${body}; new Worker(${JSON.stringify(body)}, { eval: true })`
  const { out } = await run(code, { faults: [fault({})] })
  const [main, worker] = out.trim().split(' ')
  expect(Number(main)).toBeGreaterThan(0)
  expect(worker).toBe(main)
})

test('a user’s own handlers are asked before the plan, and what they answer is written down', async () => {
  await using venue = await startTestVenue()
  await using client = await startDisturbedClient({
    venue,
    handlers: fileURLToPath(new URL('./test-support/handlers.ts', import.meta.url)),
    faults: [
      fault({ name: 'never reached', op: 'time', verdict: { do: 'http', status: 500 } }),
      fault({ name: 'reached', afterCreates: 1, verdict: { do: 'http', status: 503 } }),
    ],
  })
  const time = await client.rest('GET', '/v5/market/time')
  const create = await client.create('a', 'long')

  expect(time.text).toContain('handler')
  expect(create.status).toBe(503)
  expect(client.journal().map(({ data }) => data.name)).toEqual(['handler GET */v5/market/time', 'reached'])
  expect(venue.requests).toEqual([])
  expect(client.stderr()).toBe('')
})
