import { readFileSync } from 'node:fs'
import { connect as connectWire } from 'node:net'
import { expect, test } from 'vitest'
import { seededRandom } from '../seams/random.ts'
import { DEFAULT_WORLD } from './default-world.ts'
import { startExchange } from './server.ts'
import { type RunningExchange, serveCore } from './shell.ts'
import { authFrame, call, connect, manualClock } from './test-support/clients.ts'
import { createFakeCore } from './test-support/fake-core.ts'
import { anyBytes, anyFrame, pick, SEEDS, VALUES, type Words } from './test-support/noise.ts'
import { frame, upgrade } from './test-support/wires.ts'
import { parseWorld } from './world.ts'

/**
 * Whatever arrives on a socket, the venue answers or hangs up, and goes on serving others. The seed is in each test's
 * name; test-support/noise.ts says how to have it again.
 */
const NOW_MS = 1767225600000

const ORDER = {
  category: 'linear',
  symbol: 'BTCUSDT',
  side: 'Buy',
  orderType: 'Limit',
  qty: '0.010',
  price: '59500.0',
  timeInForce: 'GTC',
  positionIdx: 0,
  orderLinkId: 'noise-1',
  reduceOnly: false,
  triggerPrice: '59000',
  triggerDirection: 2,
  takeProfit: '70000',
  stopLoss: '50000',
  smpType: 'CancelMaker',
}
const ORDER_OPS = ['create', 'amend', 'cancel', 'create-batch', 'amend-batch', 'cancel-batch'].map(
  (op) => `order.${op}`,
)

const PUBLIC: Words = {
  ops: ['subscribe', 'unsubscribe', 'auth', 'ping', 'fly', '', '__proto__'],
  args: ['tickers.AUSDT', 'orderbook.1.BUSDT', 'orderbook..', '.', '', 'order', 'constructor', '__proto__'],
  id: 'req_id',
}
const PRIVATE: Words = {
  ...PUBLIC,
  args: ['order', 'order.linear', 'execution', 'execution.fast', 'dcp.future', 'wallet', 'order.', '', '__proto__'],
}
const TRADE: Words = {
  ops: [...ORDER_OPS, 'auth', 'ping', 'fly', '', '__proto__'],
  args: [ORDER, { category: 'linear', request: [ORDER] }, { category: '__proto__' }, []],
  id: 'reqId',
}

const STREAMS = [
  ['publicUrl', PUBLIC],
  ['privateUrl', PRIVATE],
  ['tradeUrl', TRADE],
] as const

async function alive(exchange: RunningExchange): Promise<void> {
  expect(await call(`${exchange.restUrl}/v5/market/time`)).toMatchObject({ status: 200 })
}

async function setUp(): Promise<RunningExchange> {
  const connections = { newPer5Min: 100_000 }
  return serveCore(createFakeCore(), { clock: manualClock(NOW_MS), ipCallsPer5s: 100_000, connections })
}

for (const seed of SEEDS) {
  test.each(STREAMS)(`every frame gets its answer, and the next one too (%s, seed ${seed})`, async (stream, words) => {
    await using exchange = await setUp()
    const random = seededRandom(`${seed}/${stream}`)
    for (const isKnown of [false, true]) {
      using client = await connect(exchange[stream])
      if (isKnown) await client.ask(authFrame(NOW_MS + 1000))
      const count = 200
      for (let i = 0; i < count; i += 1) client.send(anyFrame(random, words))
      client.send({ op: 'ping', [words.id]: 'last' })
      let answers = 0
      for (let each = await client.next(); each[words.id] !== 'last'; each = await client.next()) {
        expect('topic' in each || 'op' in each).toBe(true)
        if (!('topic' in each)) answers += 1
      }
      expect(answers).toBe(count)
    }
    await alive(exchange)
  })

  test(`frames of every kind and length end their own socket only (seed ${seed})`, async () => {
    await using exchange = await setUp()
    const random = seededRandom(`${seed}/wire`)
    const port = Number(new URL(exchange.restUrl).port)
    for (let i = 0; i < 60; i += 1) {
      const wire = connectWire(port, '127.0.0.1')
      const ended = new Promise((resolve) => wire.on('close', resolve))
      wire.on('error', () => undefined)
      wire.on('data', () => undefined)
      wire.write(
        upgrade(pick(random, ['/v5/public/linear', '/v5/private', '/v5/trade', '/v5/private?max_active_time=%'])),
      )
      for (let n = random.integer(0, 5); n > 0; n -= 1) {
        const payload = anyBytes(random, pick(random, [0, 1, 2, 125, 126, 1000]))
        const isFinal = random.next() < 0.8
        const declared = random.next() < 0.8 ? payload.length : random.integer(0, 100_000)
        wire.write(frame(random.integer(0, 15), payload, { isFinal, declared }))
      }
      wire.end(random.next() < 0.5 ? anyBytes(random, 20) : '')
      await ended
    }
    await alive(exchange)
  })

  test(`every order request with senseless fields gets a retCode from the real core (seed ${seed})`, async () => {
    const calm = parseWorld(JSON.parse(readFileSync(DEFAULT_WORLD, 'utf8')))
    const limits = Object.fromEntries(Object.keys(calm.limits).map((name) => [name, 10_000])) as typeof calm.limits
    await using exchange = await startExchange({ world: { ...calm, limits }, clock: manualClock(NOW_MS) })
    const random = seededRandom(`${seed}/orders`)
    using client = await connect(exchange.tradeUrl)
    await client.ask(authFrame(NOW_MS + 1000, exchange.apiKey, exchange.apiSecret))
    const senseless = (): object =>
      Object.fromEntries(
        Object.entries(ORDER)
          .filter(() => random.next() < 0.8)
          .map(([name, value]) => [name, random.next() < 0.85 ? value : pick(random, VALUES)]),
      )
    for (let i = 0; i < 300; i += 1) {
      const op = pick(random, ORDER_OPS)
      const orders = Array.from({ length: random.integer(0, 25) }, senseless)
      const batch = { category: 'linear', request: random.next() < 0.9 ? orders : pick(random, VALUES) }
      const args = [op.endsWith('batch') ? batch : { ...senseless(), category: 'linear' }]
      const answer = await client.ask({ op, header: { 'X-BAPI-TIMESTAMP': String(NOW_MS) }, args })
      expect(answer, JSON.stringify(args)).toMatchObject({ op, retCode: expect.any(Number), data: expect.any(Object) })
    }
    await alive(exchange)
  })
}
