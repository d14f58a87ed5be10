import { connect as connectWire } from 'node:net'
import { expect, test } from 'vitest'
import { seededRandom } from '../seams/random.ts'
import { ROUTES } from './routes.ts'
import { startExchange } from './server.ts'
import { type RunningExchange, serveCore } from './shell.ts'
import { call, get, manualClock, post, signedHeaders } from './test-support/clients.ts'
import { createFakeCore } from './test-support/fake-core.ts'
import { anyBytes, damaged, pick, SEEDS, VALUES } from './test-support/noise.ts'
import { shippedWorld } from './test-support/worlds.ts'

/**
 * Whatever arrives over HTTP, the venue answers or hangs up, and goes on serving others. The seed is in each test's name;
 * test-support/noise.ts says how to have it again.
 */
const NOW_MS = 1767225600000

const CALM = shippedWorld('calm')
/** Fields of orders and queries together: every endpoint takes what it knows. */
const ORDER: Readonly<Record<string, unknown>> = {
  category: 'linear',
  symbol: 'BTCUSDT',
  side: 'Buy',
  orderType: 'Limit',
  qty: '0.010',
  price: '50000.0',
  timeInForce: 'GTC',
  positionIdx: 0,
  orderLinkId: 'noise-1',
  reduceOnly: false,
  accountType: 'UNIFIED',
  limit: '5',
  cursor: '',
  mode: 3,
  buyLeverage: '5',
  sellLeverage: '5',
  request: [{ symbol: 'BTCUSDT', side: 'Buy', orderType: 'Market', qty: '0.010' }, { orderId: [] }, null],
}
async function alive(exchange: RunningExchange): Promise<void> {
  expect(await call(`${exchange.restUrl}/v5/market/time`)).toMatchObject({ status: 200 })
}

async function setUp(): Promise<RunningExchange> {
  return serveCore(createFakeCore(), { clock: manualClock(NOW_MS), ipCallsPer5s: 100_000 })
}

for (const seed of SEEDS) {
  test(`every call gets a status and a body of its kind (seed ${seed})`, async () => {
    await using exchange = await setUp()
    const random = seededRandom(`${seed}/rest`)
    const paths = [...ROUTES.keys(), '/v5/none', '/', '//', '/v5/order/create/']
    for (let i = 0; i < 100; i += 1) {
      const query = damaged(random, 'category=linear&symbol=%42&a=%&a=2')
        .replaceAll(/[^\x21-\x7e]/g, '%')
        .replaceAll('#', '%')
      const body = random.next() < 0.5 ? undefined : damaged(random, JSON.stringify(pick(random, VALUES)))
      const signed = signedHeaders(body ?? query, { timestampMs: NOW_MS })
      const answer = await call(`${exchange.restUrl}${pick(random, paths)}?${query}`, {
        method: pick(random, ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']),
        headers: random.next() < 0.8 ? signed : {},
        ...(body === undefined ? {} : { body }),
      })
      expect([200, 400, 403, 404]).toContain(answer.status)
      if (answer.status === 200) expect(answer.json).toMatchObject({ retCode: expect.any(Number), time: NOW_MS })
    }
    await alive(exchange)
  })

  test(`every signed order with senseless fields gets a retCode from the real core (seed ${seed})`, async () => {
    const limits = Object.fromEntries(Object.keys(CALM.limits).map((name) => [name, 10_000])) as typeof CALM.limits
    const world = { ...CALM, limits, ipCallsPer5s: 100_000 }
    await using exchange = await startExchange({ world, clock: manualClock(NOW_MS) })
    const random = seededRandom(`${seed}/orders`)
    const secret = { timestampMs: NOW_MS, key: exchange.apiKey, secret: exchange.apiSecret }
    for (const [path, { method }] of ROUTES) {
      for (let i = 0; i < 8; i += 1) {
        const fields = Object.entries(ORDER).filter(() => random.next() < 0.9)
        const params = Object.fromEntries(
          fields.map(([name, value]) => [name, random.next() < 0.85 ? value : pick(random, VALUES)]),
        )
        const query = new URLSearchParams(params as Record<string, string>).toString()
        const url = `${exchange.restUrl}${path}`
        const answer =
          method === 'GET' ? await get(url, query, secret) : await post(url, JSON.stringify(params), secret)
        expect(answer, `${path} ${JSON.stringify(params)}`).toMatchObject({ status: 200 })
        expect(answer.json?.['retCode']).toBeTypeOf('number')
        expect(answer.json?.['time'] ?? NOW_MS, 'a time, where the envelope has one').toBe(NOW_MS)
      }
    }
    await alive(exchange)
  })

  test(`bytes that are no HTTP and no WebSocket end their own connection only (seed ${seed})`, async () => {
    await using exchange = await setUp()
    const random = seededRandom(`${seed}/bytes`)
    const port = Number(new URL(exchange.restUrl).port)
    const upgrade =
      'GET /v5/private HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'
    for (let i = 0; i < 30; i += 1) {
      const noise = anyBytes(random, 64)
      const wire = connectWire(port, '127.0.0.1')
      const ended = new Promise((resolve) => wire.on('close', resolve))
      wire.on('error', () => undefined)
      wire.on('data', () => undefined)
      wire.end(Buffer.concat([Buffer.from(random.next() < 0.5 ? upgrade : ''), noise]))
      await ended
    }
    await alive(exchange)
  })

  test(`whatever the admin side is asked, it answers with its problems or does it (seed ${seed})`, async () => {
    await using exchange = await serveCore(createFakeCore(), { clock: manualClock(NOW_MS), adminPort: 0 })
    const random = seededRandom(`${seed}/admin`)
    const change = { do: 'hold', symbol: 'AUSDT', on: true, bps: 1, stream: 'private', how: 'close', accountId: '1' }
    for (let i = 0; i < 150; i += 1) {
      const fields = Object.entries(change).filter(() => random.next() < 0.8)
      const noise = fields.map(([name, value]) => [name, random.next() < 0.7 ? value : pick(random, VALUES)])
      const words = ['move', 'depth', 'matchDelay', 'hold', 'restart', 'status', 'fundingRate', 'dcp']
      const body = { ...Object.fromEntries(noise), ...(random.next() < 0.7 ? { do: pick(random, words) } : {}) }
      const path = pick(random, ['/control', '/streams/cut', '/counters', '/', '/control?x', '//'])
      const answer = await call(`${exchange.adminUrl}${path}`, {
        method: pick(random, ['GET', 'POST', 'PUT']),
        body: damaged(random, JSON.stringify(body)),
      })
      expect([200, 400, 403, 404]).toContain(answer.status)
      if (answer.status === 200) expect(answer.json).not.toBeNull()
      else expect(answer.json?.['problems']).toBeInstanceOf(Array)
    }
    await alive(exchange)
  })
}
