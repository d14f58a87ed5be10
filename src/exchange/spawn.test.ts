import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { control, readCounters, spawnExchange } from './spawn.ts'
import { authFrame, call, connect } from './test-support/clients.ts'

const CALM = fileURLToPath(new URL('../../fixtures/worlds/calm.json', import.meta.url))
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const SPAWN = new URL('./spawn.ts', import.meta.url).href

test('a spawned exchange serves REST and streams from a process of its own until it is stopped', async () => {
  await using exchange = await spawnExchange({ worldFile: CALM, admin: true })
  expect(exchange.pid).not.toBe(process.pid)
  expect(await call(`${exchange.restUrl}/v5/market/time`)).toMatchObject({ status: 200, json: { retCode: 0 } })
  using client = await connect(exchange.publicUrl)
  expect(await client.ask({ op: 'subscribe', args: ['orderbook.1.BTCUSDT'] })).toMatchObject({ success: true })
  expect(await client.next()).toMatchObject({ topic: 'orderbook.1.BTCUSDT' })
  await control(exchange.adminUrl!, { do: 'move', symbol: 'BTCUSDT', bps: 5 })
  expect((await readCounters(exchange.adminUrl!)).frames['orderbook.1']).toBeGreaterThanOrEqual(1)
  await exchange.stop()
  expect(await client.closed).toBe(1001)
  await expect(call(`${exchange.restUrl}/v5/market/time`)).rejects.toThrow('ECONNREFUSED')
})

test('a spawned exchange may show its market as demo does, at an address of its own', async () => {
  await using exchange = await spawnExchange({ worldFile: CALM, admin: false, demo: true })
  const { demo, restUrl, tradeUrl } = exchange
  expect(new URL(demo!.restUrl).port).not.toBe(new URL(restUrl).port)
  expect(await call(`${demo!.restUrl}/v5/market/time`)).toMatchObject({ status: 200, json: { retCode: 0 } })
  expect(await call(`${demo!.restUrl}/v5/asset/exchange/order-record`)).toMatchObject({ json: { retCode: 10032 } })
  using account = await connect(demo!.privateUrl)
  expect(await account.ask({ op: 'ping' })).toMatchObject({ op: 'pong' })
  using trading = await connect(tradeUrl)
  expect(await trading.ask(authFrame(Date.now() + 5000, exchange.apiKey, exchange.apiSecret))).toMatchObject({
    retCode: 0,
  })
})

test('without the admin side there is no address for it', async () => {
  await using exchange = await spawnExchange({ worldFile: CALM, admin: false, seed: 'another' })
  expect(exchange).toMatchObject({ adminUrl: null, demo: null })
  await exchange.stop()
  await exchange.stop()
})

test('an exchange that cannot start says why: every problem of its world', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'world-'))
  const worldFile = join(folder, 'bad.json')
  writeFileSync(worldFile, '{"name":"","accounts":[]}')
  try {
    const failure = spawnExchange({ worldFile, admin: false })
    await expect(failure).rejects.toThrow(/ended with 2 before it listened:.*name.*accounts/s)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} closes the process cleanly, with exit code 0 and one line of output`, async () => {
    const child = spawn(process.execPath, [MAIN, '--world', CALM], { stdio: ['ignore', 'pipe', 'inherit'] })
    const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
    const lines: string[] = []
    const said = createInterface({ input: child.stdout })
    said.on('line', (line) => lines.push(line))
    await Promise.race([exit, new Promise((resolve) => said.once('line', resolve))])
    expect(child.exitCode).toBeNull()
    using client = await connect((JSON.parse(lines[0]!) as { publicStream: string }).publicStream)
    child.kill(signal)
    expect(await exit).toBe(0)
    expect(await client.closed).toBe(1001)
    expect(lines).toHaveLength(1)
    const names = ['rest', 'publicStream', 'privateStream', 'apiKey', 'apiSecret']
    expect(Object.keys(JSON.parse(lines[0]!) as object)).toEqual(names)
  })
}

test('told to end with its input, the exchange ends when whoever holds that open is gone', async () => {
  const argv = [MAIN, '--world', CALM, '--end-with', 'stdin']
  const child = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'] })
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await Promise.race([exit, once(createInterface({ input: child.stdout }), 'line')])
  expect(child.exitCode).toBeNull()
  child.stdin.destroy()
  expect(await exit).toBe(0)
})

test('when the parent dies without a word, the exchange ends too', async () => {
  const script = `
    const { spawnExchange } = await import(${JSON.stringify(SPAWN)})
    const exchange = await spawnExchange({ worldFile: ${JSON.stringify(CALM)}, admin: false })
    process.stdout.write(exchange.publicUrl + '\\n')`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: parent.stdout }).once('line', resolve)
    parent.once('exit', (code) => reject(new Error(`the parent ended with ${code}`)))
  })
  using client = await connect(url)
  parent.kill('SIGKILL')
  expect(await client.closed).toBe(1001)
})
