/**
 * The container target with a real engine: what starts, who can reach it, and that nothing is left. Without an engine each
 * test says so and is skipped, but for the one that shows what a user is told then.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { getContainerRuntimeClient, ImageName } from 'testcontainers'
import type { TestContext } from 'vitest'
import { expect, test } from 'vitest'
import { runCheck } from './check-command.ts'
import { parseConfig } from './config-parse.ts'
import { startContainer } from './exchange/container.ts'
import { CONTAINERFILE } from './exchange/container-image.ts'
import { control, readCounters } from './exchange/spawn.ts'
import { call, connect, post } from './exchange/test-support/clients.ts'
import { systemClock } from './seams/clock.ts'
import { openTarget } from './targets.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const WORLDS = join(ROOT, 'fixtures', 'worlds')
/** An image may have to be built first. */
const START_MAX_MS = 120_000

const client = await getContainerRuntimeClient().catch(() => null)
const missing = await whatIsMissing()

async function whatIsMissing(): Promise<string | null> {
  if (client === null) return 'no Docker engine answers on this machine'
  const base = /^FROM (\S+)/m.exec(readFileSync(CONTAINERFILE, 'utf8'))![1]!
  const pulled = client.image.pull(ImageName.fromString(base)) // asks nobody when it is there
  return pulled.then(
    () => null,
    (error: Error) => `the base image ${base} is not to be had: ${error.message}`,
  )
}

/** The engine, for a look at what we started; skips the test where there is none, or no image to build on. */
function engineFor(context: TestContext) {
  if (missing !== null) context.skip(missing)
  return client!.container.dockerode
}

test(
  'the venue in a container answers like the embedded one: REST, streams, administration, a world of its own',
  async (context) => {
    engineFor(context)
    await using target = await openTarget(parseConfig({ SCENARIO_TARGET: 'container' }), {
      worldFile: join(WORLDS, 'load.json'),
    })
    const { config, adminUrl } = target
    expect(target).toMatchObject({ name: 'container', can: { setWorld: true } })
    expect(await call(`${config.restUrl}/v5/market/time`)).toMatchObject({ status: 200, json: { retCode: 0 } })
    using stream = await connect(config.publicUrl)
    // Only the world `load` has this instrument.
    expect(await stream.ask({ op: 'subscribe', args: ['orderbook.1.UNIUSDT'] })).toMatchObject({ success: true })
    expect(await stream.next()).toMatchObject({ topic: 'orderbook.1.UNIUSDT' })
    await control(adminUrl!, { do: 'move', symbol: 'UNIUSDT', bps: 5 })
    expect((await readCounters(adminUrl!)).frames['orderbook.1']).toBeGreaterThanOrEqual(1)
  },
  START_MAX_MS,
)

test(
  'it runs as an ordinary user, healthy, its ports on loopback alone; stopped, it exits 0 and is gone',
  async (context) => {
    const engine = engineFor(context)
    await using venue = await startContainer()
    const container = engine.getContainer(venue.containerId)
    const { Config, HostConfig, State, Image } = await container.inspect()
    expect(Config.User).toMatch(/^[1-9]\d*:[1-9]\d*$/)
    expect(State.Running).toBe(true)
    const bound = Object.values(HostConfig.PortBindings as Record<string, { HostIp: string }[]>).flat()
    expect(bound.map(({ HostIp }) => HostIp)).toEqual(['127.0.0.1', '127.0.0.1'])
    for (const address of otherAddresses()) {
      await expect(call(`http://${address}:${new URL(venue.adminUrl).port}/counters`)).rejects.toThrow('ECONNREFUSED')
    }
    expect(await run(engine, venue.containerId, Config.Healthcheck!.Test!.slice(1))).toBe(0)

    const ended = container.wait() as Promise<{ readonly StatusCode: number }>
    await venue.stop()
    expect(await ended).toMatchObject({ StatusCode: 0 })
    await expect(container.inspect()).rejects.toMatchObject({ statusCode: 404 })
    expect(await engine.getImage(Image).inspect()).toMatchObject({ Id: Image })
  },
  START_MAX_MS,
)

test(
  'it misbehaves by a plan and keeps a journal on this side, which the check command judges',
  async (context) => {
    engineFor(context)
    const folder = mkdtempSync(join(tmpdir(), 'container-'))
    context.onTestFinished(() => rmSync(folder, { recursive: true }))
    const journalFile = join(folder, 'out.jsonl')
    const faultsFile = join(ROOT, 'fixtures', 'faults', 'short-refused-balance.json')
    const venue = await startContainer({ faultsFile, journalFile })
    const { apiKey: key, apiSecret: secret } = venue
    const send = (path: string, fields: object) => {
      const body = JSON.stringify({ category: 'linear', symbol: 'BTCUSDT', ...fields })
      return post(`${venue.restUrl}${path}`, body, { timestampMs: systemClock.wallMs(), key, secret })
    }
    const order = { orderType: 'Market', qty: '0.010' }
    const codes = [
      await send('/v5/position/switch-mode', { mode: 3 }),
      await send('/v5/order/create', { ...order, side: 'Buy', positionIdx: 1, orderLinkId: 'a' }),
      await send('/v5/order/create', { ...order, side: 'Sell', positionIdx: 2, orderLinkId: 'b' }),
    ].map(({ json }) => json?.['retCode'])
    expect(codes).toEqual([0, 0, 110007])
    await venue.stop()

    const said: string[] = []
    const print = { write: (text: string) => said.push(text) }
    const bounds = join(ROOT, 'fixtures', 'bounds', 'two-legs.json')
    expect(await runCheck([journalFile, '--bounds', bounds], print, print)).toBe(1)
    expect(said.join('')).toMatch(/fail {5}P1.*BTCUSDT ended naked by 10 lots/)
    expect(said.join('')).toMatch(/pass {5}P10/)
  },
  START_MAX_MS,
)

test(
  'a fault plan that asks for the impossible is refused with its problems, and no container stays behind',
  async (context) => {
    const engine = engineFor(context)
    const before = (await engine.listContainers({ all: true })).length
    const starting = startContainer({ faultsFile: join(ROOT, 'fixtures', 'faults', 'process-paused.json') })
    await expect(starting).rejects.toThrow(/did not start:.*faults\[0\]\.party = "process"/s)
    await expect.poll(async () => (await engine.listContainers({ all: true })).length, { timeout: 60_000 }).toBe(before)
  },
  START_MAX_MS,
)

test(
  'a world that makes no sense is refused with its problems, and no container stays behind',
  async (context) => {
    const engine = engineFor(context)
    const before = (await engine.listContainers({ all: true })).length
    const starting = openTarget(parseConfig({ SCENARIO_TARGET: 'container' }), {
      worldFile: join(ROOT, 'package.json'),
    })
    await expect(starting).rejects.toThrow(/the venue's container did not start:.*accounts/s)
    await expect.poll(async () => (await engine.listContainers({ all: true })).length, { timeout: 60_000 }).toBe(before)
  },
  START_MAX_MS,
)

test(
  'when whoever started it is killed without a word, the container ends and is removed',
  async (context) => {
    const engine = engineFor(context)
    const script = `
    const { startContainer } = await import(${JSON.stringify(new URL('./exchange/container.ts', import.meta.url).href)})
    const venue = await startContainer()
    console.log(venue.containerId)`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const failed = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the starter ended with ${code}`)))
    failed.catch(() => {}) // it is killed below
    const [id] = (await Promise.race([once(createInterface({ input: child.stdout }), 'line'), failed])) as [string]
    expect((await engine.getContainer(id).inspect()).State.Running).toBe(true)
    child.kill('SIGKILL')
    await expect
      .poll(
        () =>
          engine
            .getContainer(id)
            .inspect()
            .then(
              () => 'there',
              () => 'gone',
            ),
        { timeout: 60_000 },
      )
      .toBe('gone')
  },
  START_MAX_MS,
)

test('where no engine answers the command line says so in one line, and exits 2', async () => {
  // Hides an engine that this machine may have: its socket, and whatever a home directory says.
  const hide = `import fs, { existsSync } from 'node:fs'
    fs.existsSync = (path) => !String(path).endsWith('docker.sock') && existsSync(path)`
  const argv = [`--import=data:text/javascript,${encodeURIComponent(hide)}`, join(ROOT, 'src', 'cli.ts')]
  const env = { PATH: process.env['PATH'] ?? '', HOME: tmpdir() }
  const ended = promisify(execFile)(process.execPath, [...argv, 'run', '--target', 'container'], { env })
  const { code, stderr } = await ended.then(
    () => ({ code: 0, stderr: '' }),
    (error: { code: number; stderr: string }) => error,
  )
  expect(code, stderr).toBe(2)
  expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/^run: no Docker engine answers/)])
}, 60_000)

function otherAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flat()
    .flatMap((one) => (one !== undefined && !one.internal && one.family === 'IPv4' ? [one.address] : []))
}

/** Runs a command in a container; resolves with its exit code. */
async function run(
  engine: ReturnType<typeof engineFor>,
  id: string,
  command: readonly string[],
): Promise<number | null> {
  const exec = await engine.getContainer(id).exec({ Cmd: [...command], AttachStdout: true })
  const output = await exec.start({})
  await once(output.resume(), 'end')
  return (await exec.inspect()).ExitCode
}
