import { expect, test } from 'vitest'
import { systemClock } from '../seams/clock.ts'
import { type RunningExchange, serveCore } from './shell.ts'
import { control, cutStreams, readCounters } from './spawn.ts'
import { authFrame, call, connect } from './test-support/clients.ts'
import { createFakeCore, type FakeCore } from './test-support/fake-core.ts'

interface Setting extends AsyncDisposable {
  readonly core: FakeCore
  readonly exchange: RunningExchange
  readonly admin: string
}

async function setUp(): Promise<Setting> {
  const core = createFakeCore()
  const exchange = await serveCore(core, { adminPort: 0 })
  return { core, exchange, admin: exchange.adminUrl!, [Symbol.asyncDispose]: exchange.close }
}

test('the admin side is closed unless asked for, and never shares the port of the venue', async () => {
  await using exchange = await serveCore(createFakeCore())
  expect(exchange.adminUrl).toBeNull()
  expect(await call(`${exchange.restUrl}/counters`)).toMatchObject({ status: 404 })
})

/** Where all of 127/8 is this machine, another of its addresses stands for another machine. */
const hasManyLoopbacks = process.platform === 'linux'

test.skipIf(!hasManyLoopbacks)(
  'the admin side listens on loopback, elsewhere only when told to (seen on Linux)',
  async () => {
    await using exchange = await serveCore(createFakeCore(), { host: '0.0.0.0', adminPort: 0 })
    const port = new URL(exchange.adminUrl!).port
    await expect(call(`http://127.0.0.2:${port}/counters`)).rejects.toThrow('ECONNREFUSED')
    const venuePort = new URL(exchange.restUrl).port
    expect(await call(`http://127.0.0.2:${venuePort}/v5/market/time`)).toMatchObject({ status: 200 })
    await using open = await serveCore(createFakeCore(), { adminPort: 0, adminHost: '0.0.0.0' })
    expect(open.adminUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(await call(`http://127.0.0.2:${new URL(open.adminUrl!).port}/counters`)).toMatchObject({ status: 200 })
  },
)

test('counters tell what the core counted, what was sent and who is connected', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.publicUrl)
  await client.ask({ op: 'subscribe', args: ['orderbook.50.AUSDT'] })
  await client.next()
  await call(`${setting.exchange.restUrl}/v5/market/time`)
  expect(await readCounters(setting.admin)).toEqual({
    core: { requests: 1 },
    http: { requests: 1, refused: 0 },
    frames: { 'orderbook.50': 1, order: 0, execution: 0, 'execution.fast': 0, position: 0, wallet: 0 },
    connections: {
      public: { open: 1, opened: 1, slowCut: 0, idleClosed: 0 },
      private: { open: 0, opened: 0, slowCut: 0, idleClosed: 0 },
      trade: { open: 0, opened: 0, slowCut: 0, idleClosed: 0 },
    },
    refusedHandshakes: 0,
  })
})

test('the world can be changed while it runs', async () => {
  await using setting = await setUp()
  await control(setting.admin, { do: 'move', symbol: 'AUSDT', bps: -20 })
  await control(setting.admin, { do: 'depth', symbol: 'AUSDT', levelLots: null })
  await control(setting.admin, { do: 'matchDelay', symbol: 'AUSDT', side: 'sell', delayMs: 300 })
  await control(setting.admin, { do: 'hold', symbol: 'AUSDT', on: true })
  expect(setting.core.changes.map((change) => change.do)).toEqual(['move', 'depth', 'matchDelay', 'hold'])
})

test('a change that makes no sense is refused by name and changes nothing', async () => {
  await using setting = await setUp()
  const send = (body: string) => call(`${setting.admin}/control`, { method: 'POST', body })
  for (const body of ['{', '{}', '{"do":"explode"}', '{"do":"hold","symbol":"AUSDT","on":"yes"}']) {
    expect(await send(body)).toMatchObject({ status: 400, json: { problems: [expect.any(String)] } })
  }
  const two = await send('{"do":"move","symbol":"","bps":"far"}')
  expect(two.json?.['problems']).toEqual([expect.stringMatching(/^symbol: /), expect.stringMatching(/^bps: /)])
  const unknown = control(setting.admin, { do: 'hold', symbol: 'NOPEUSDT', on: true })
  await expect(unknown).rejects.toThrow('NOPEUSDT')
  expect(setting.core.changes).toEqual([])
})

test('a request with an origin is refused, whatever it asks', async () => {
  await using setting = await setUp()
  const headers = { origin: 'http://localhost' }
  const body = '{"do":"hold","symbol":"AUSDT","on":true}'
  expect(await call(`${setting.admin}/counters`, { headers })).toMatchObject({ status: 403 })
  expect(await call(`${setting.admin}/control`, { method: 'POST', body, headers })).toMatchObject({ status: 403 })
  expect(setting.core.changes).toEqual([])
})

test('a stream cut cleanly ends with a close frame, the other stream goes on', async () => {
  await using setting = await setUp()
  using open = await connect(setting.exchange.publicUrl)
  using secret = await connect(setting.exchange.privateUrl)
  expect(await cutStreams(setting.admin, 'public', 'close')).toBe(1)
  expect(await open.closed).toBe(1001)
  expect(await secret.ask({ op: 'ping' })).toMatchObject({ op: 'pong' })
})

test('a stream that is reset ends without a close frame', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.privateUrl)
  await client.ask(authFrame(systemClock.wallMs() + 5000))
  expect(await cutStreams(setting.admin, 'private', 'reset')).toBe(1)
  expect(await client.closed).toBe(1006)
})

test('a silenced stream stays open and says nothing, while new connections are served', async () => {
  await using setting = await setUp()
  using silenced = await connect(setting.exchange.publicUrl)
  await silenced.ask({ op: 'subscribe', args: ['tickers.AUSDT'] })
  await silenced.next()
  expect(await cutStreams(setting.admin, 'public', 'silence')).toBe(1)
  let heard = 0
  silenced.socket.on('message', () => {
    heard += 1
  })
  silenced.socket.on('pong', () => {
    heard += 1
  })
  silenced.send({ op: 'ping' })
  silenced.socket.ping()
  using fresh = await connect(setting.exchange.publicUrl)
  for (let i = 0; i < 5; i += 1) await fresh.ask({ op: 'ping' })
  expect({ heard, state: silenced.socket.readyState }).toEqual({ heard: 0, state: silenced.socket.OPEN })
  expect(setting.core.subscribed).toEqual(new Set())
})
