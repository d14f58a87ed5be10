import { readFileSync } from 'node:fs'
import { connect as connectWire } from 'node:net'
import { expect, test } from 'vitest'
import { type Random, seededRandom } from '../seams/random.ts'
import { ROUTES } from './routes.ts'
import { startExchange } from './server.ts'
import { type RunningExchange, serveCore } from './shell.ts'
import { authFrame, call, connect, get, manualClock, post, signedHeaders } from './test-support/clients.ts'
import { createFakeCore } from './test-support/fake-core.ts'
import { parseWorld } from './world.ts'

/**
 * Whatever arrives, the venue answers or hangs up, and goes on serving others. Seeds are fixed so that a failure can be
 * had again; the seed is in the test's name.
 */
const NOW_MS = 1767225600000
const SEEDS = ['one', 'two', 'three']

const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  'BTCUSDT',
  '0',
  [],
  {},
  [[]],
  { a: { b: [] } },
  '\u0000',
  '💥',
]
const CALM = parseWorld(JSON.parse(readFileSync(new URL('../../fixtures/worlds/calm.json', import.meta.url), 'utf8')))
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
}
const OPS = ['subscribe', 'unsubscribe', 'auth', 'ping', 'fly', '', '__proto__']
const TOPICS = ['tickers.AUSDT', 'orderbook.1.BUSDT', 'orderbook..', '.', '', 'order', 'constructor', '__proto__']

const pick = <T>(random: Random, from: readonly T[]): T => from[random.integer(0, from.length - 1)]!

/** A well-formed frame with senseless content, or its text with some characters gone wrong. */
function anyFrame(random: Random): string {
  const args = Array.from({ length: random.integer(0, 4) }, () =>
    random.next() < 0.7 ? pick(random, TOPICS) : pick(random, VALUES),
  )
  const frame = {
    op: random.next() < 0.9 ? pick(random, OPS) : pick(random, VALUES),
    args,
    req_id: pick(random, VALUES),
  }
  return damaged(random, JSON.stringify(random.next() < 0.9 ? frame : pick(random, VALUES)))
}

function damaged(random: Random, text: string): string {
  if (random.next() < 0.6) return text
  const at = random.integer(0, text.length)
  const middle = String.fromCharCode(random.integer(1, 0xd7ff)).repeat(random.integer(0, 3))
  return text.slice(0, at) + middle + text.slice(at + random.integer(0, 5))
}

async function alive(exchange: RunningExchange): Promise<void> {
  expect(await call(`${exchange.restUrl}/v5/market/time`)).toMatchObject({ status: 200 })
}

async function setUp(): Promise<RunningExchange> {
  return serveCore(createFakeCore(), { clock: manualClock(NOW_MS), ipCallsPer5s: 100_000 })
}

for (const seed of SEEDS) {
  test(`every frame gets an answer, and the next one too (seed ${seed})`, async () => {
    await using exchange = await setUp()
    const random = seededRandom(seed)
    for (const url of [exchange.publicUrl, exchange.privateUrl]) {
      using client = await connect(url)
      if (random.next() < 0.5) await client.ask(authFrame(NOW_MS + 1000))
      for (let i = 0; i < 200; i += 1) client.send(anyFrame(random))
      client.send({ op: 'ping', req_id: 'last' })
      for (let frame = await client.next(); frame['req_id'] !== 'last'; frame = await client.next()) {
        expect('topic' in frame || 'op' in frame).toBe(true)
      }
    }
    await alive(exchange)
  })

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
      for (let i = 0; i < 15; i += 1) {
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
      const noise = Buffer.from(Array.from({ length: 64 }, () => random.integer(0, 255)))
      const wire = connectWire(port, '127.0.0.1')
      const ended = new Promise((resolve) => wire.on('close', resolve))
      wire.on('error', () => undefined)
      wire.on('data', () => undefined)
      wire.end(Buffer.concat([Buffer.from(random.next() < 0.5 ? upgrade : ''), noise]))
      await ended
    }
    await alive(exchange)
  })
}
