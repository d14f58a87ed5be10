/**
 * Orders by socket under a plan, as a bot on `/v5/trade` meets them: what the client is told, and what the venue did.
 */
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Fault, FaultVerdict } from '../faults/plan-types.ts'
import { systemClock } from '../seams/clock.ts'
import { authFrame, connect, type Frame, type SocketClient } from './test-support/clients.ts'
import { type Bench, fault, withFaults } from './test-support/fault-bench.ts'

interface Trader extends Disposable {
  readonly client: SocketClient
  /** Sends without waiting; the client order id is the request id too. */
  send(op: string, clientId: string, fields?: object, windowMs?: number): void
  ask(op: string, clientId: string, fields?: object): Promise<Frame>
}

const ORDER = { symbol: 'BTCUSDT', side: 'Buy', orderType: 'Limit', qty: '0.010', price: '50000.00', positionIdx: 0 }
const SELL = { ...ORDER, side: 'Sell', price: '65000.00' }

async function trader({ exchange }: Bench): Promise<Trader> {
  const client = await connect(exchange.tradeUrl)
  await client.ask(authFrame(systemClock.wallMs() + 5_000, exchange.apiKey, exchange.apiSecret))
  const send: Trader['send'] = (op, orderLinkId, fields = op === 'order.create' ? ORDER : {}, windowMs = 5_000) => {
    const header = { 'X-BAPI-TIMESTAMP': String(systemClock.wallMs()), 'X-BAPI-RECV-WINDOW': String(windowMs) }
    client.send({ reqId: orderLinkId, header, op, args: [{ category: 'linear', ...fields, orderLinkId }] })
  }
  const ask: Trader['ask'] = (op, clientId, fields) => {
    send(op, clientId, fields)
    return client.next()
  }
  return { client, send, ask, [Symbol.dispose]: () => client[Symbol.dispose]() }
}

const onOrder = (party: Fault['party'], verdict: FaultVerdict, more: Partial<Fault> = {}): Fault =>
  fault(party, 'create', verdict, more)

const PARTIES = [
  { party: 'trade-request', reaches: false },
  { party: 'trade-reply', reaches: true },
] as const

for (const { party, reaches } of PARTIES) {
  const there = reaches ? 'done at the venue' : 'never seen there'

  test(`a ${party} that is dropped is ${there}; what is behind it goes on`, () =>
    withFaults([onOrder(party, { do: 'drop' })], async (bench) => {
      using desk = await trader(bench)
      desk.send('order.create', 'a')
      expect(await desk.ask('order.create', 'b')).toMatchObject({ reqId: 'b', retCode: 0 })
      expect((await bench.order('a')) !== undefined).toBe(reaches)
      expect(bench.applied()).toMatchObject([{ party, op: 'create', verdict: 'drop', clientId: 'a' }])
    }))

  test(`a ${party} that is answered by a reset is ${there}`, () =>
    withFaults([onOrder(party, { do: 'reset' })], async (bench) => {
      using desk = await trader(bench)
      desk.send('order.create', 'a')
      expect(await desk.client.closed).toBe(1006)
      expect((await bench.order('a')) !== undefined).toBe(reaches)
      using again = await trader(bench)
      expect(await again.ask('order.create', 'b')).toMatchObject({ retCode: 0 })
    }))

  test(`the retCode planned for a ${party} comes in the venue's own frame; the order is ${there}`, () =>
    withFaults([onOrder(party, { do: 'retCode', code: 110007, message: 'planned' })], async (bench) => {
      using desk = await trader(bench)
      expect(await desk.ask('order.create', 'a')).toEqual({
        reqId: 'a',
        retCode: 110007,
        retMsg: 'planned',
        op: 'order.create',
        data: {},
        retExtInfo: {},
        header: { Traceid: expect.stringMatching(/^[0-9a-f]{32}$/), Timenow: expect.stringMatching(/^\d{13}$/) },
        connId: expect.any(String),
      })
      expect((await bench.order('a')) !== undefined).toBe(reaches)
    }))

  test.each<[FaultVerdict, RegExp]>([
    [{ do: 'replace', text: '{"odd":true}' }, /^\{"odd":true\}$/],
    [{ do: 'malformed' }, /^\{"reqId":"a",(?!.*"connId")/],
  ])(`a ${party} suffers %j, ${there}`, (verdict, text) =>
    withFaults([onOrder(party, verdict)], async (bench) => {
      using desk = await trader(bench)
      desk.client.socket.removeAllListeners('message')
      const heard = new Promise<string>((resolve) =>
        desk.client.socket.once('message', (data: Buffer) => resolve(data.toString())),
      )
      desk.send('order.create', 'a')
      expect(await heard).toMatch(text)
      expect((await bench.order('a')) !== undefined).toBe(reaches)
    }),
  )
}

test('a rate limit is 10006 with the moment at which to come again in its header', () =>
  withFaults([onOrder('trade-request', { do: 'rate-limit', resetMs: 500 })], async (bench) => {
    using desk = await trader(bench)
    const { retCode, header } = await desk.ask('order.create', 'a')
    expect(retCode).toBe(10006)
    const { 'X-Bapi-Limit-Reset-Timestamp': reset, Timenow: now } = header as Record<string, string>
    expect(Number(reset) - Number(now)).toBeLessThanOrEqual(500)
    expect(Number(reset)).toBeGreaterThan(Number(now) - 500)
  }))

test('an answer that is late holds nothing else up', () =>
  withFaults([onOrder('trade-reply', { do: 'delay', ms: 150 })], async (bench) => {
    using desk = await trader(bench)
    desk.send('order.create', 'a')
    desk.send('order.create', 'b')
    expect([(await desk.client.next())['reqId'], (await desk.client.next())['reqId']]).toEqual(['b', 'a'])
  }))

test('a late order is judged by the time it was sent with: beyond its window it is refused', () =>
  withFaults([onOrder('trade-request', { do: 'delay', ms: 300 }, { times: 2 })], async (bench) => {
    using desk = await trader(bench)
    desk.send('order.create', 'a')
    desk.send('order.create', 'b', ORDER, 100)
    const told = [await desk.client.next(), await desk.client.next()]
    expect(Object.fromEntries(told.map(({ reqId, retCode }) => [reqId, retCode]))).toEqual({ a: 0, b: 10002 })
    expect(await bench.order('b')).toBeUndefined()
  }))

test('an order that comes twice is placed once: the second is refused for its request id', () =>
  withFaults(
    [onOrder('trade-request', { do: 'duplicate' }), onOrder('trade-reply', { do: 'duplicate' }, { skip: 1 })],
    async (bench) => {
      using desk = await trader(bench)
      expect(await desk.ask('order.create', 'a')).toMatchObject({ retCode: 0 })
      expect(await desk.ask('order.create', 'b')).toMatchObject({ retCode: 20006 })
      expect(await bench.order('b')).toMatchObject({ orderLinkId: 'b' })
    },
  ))

test('an order is changed on its way, one side is told from the other, and a cancel by its id', () => {
  const faults = [
    onOrder('trade-request', { do: 'shrink', fraction: 0.5 }, { side: 'sell' }),
    fault('trade-reply', 'cancel', { do: 'retCode', code: 110001, message: 'gone' }, { side: 'sell' }),
  ]
  return withFaults(faults, async (bench) => {
    using desk = await trader(bench)
    await desk.ask('order.create', 'a')
    await desk.ask('order.create', 'b', SELL)
    expect([(await bench.order('a'))?.['qty'], (await bench.order('b'))?.['qty']]).toEqual(['0.010', '0.005'])
    const cancel = { symbol: 'BTCUSDT' }
    expect(await desk.ask('order.cancel', 'a', cancel)).toMatchObject({ retCode: 20006 }) // its reqId was the create's
    const header = { 'X-BAPI-TIMESTAMP': String(systemClock.wallMs()), 'X-BAPI-RECV-WINDOW': '5000' }
    const args = [{ category: 'linear', symbol: 'BTCUSDT', orderLinkId: 'b' }]
    expect(await desk.client.ask({ reqId: 'c', header, op: 'order.cancel', args })).toMatchObject({ retCode: 110001 })
    expect((await bench.order('b'))?.['orderStatus']).toBe('Cancelled')
  })
})

test("a cancel by socket that names the venue's id alone is matched by its order's side", () =>
  withFaults(
    [fault('trade-reply', 'cancel', { do: 'retCode', code: 110001, message: 'gone' }, { side: 'sell' })],
    async (bench) => {
      using desk = await trader(bench)
      const taken = [await desk.ask('order.create', 'a'), await desk.ask('order.create', 'b', SELL)]
      const codes: unknown[] = []
      for (const [place, answer] of taken.entries()) {
        const { orderId } = answer['data'] as { orderId: string }
        const header = { 'X-BAPI-TIMESTAMP': String(systemClock.wallMs()), 'X-BAPI-RECV-WINDOW': '5000' }
        const args = [{ category: 'linear', symbol: 'BTCUSDT', orderId }]
        const told = await desk.client.ask({ reqId: `cancel ${place}`, header, op: 'order.cancel', args })
        codes.push(told['retCode'])
      }
      expect(codes).toEqual([0, 110001])
    },
  ))

test('one order of a batch by socket is refused in its place', () =>
  withFaults(
    [fault('trade-request', 'create-in-batch', { do: 'retCode', code: 110007, message: 'planned' }, { skip: 1 })],
    async (bench) => {
      using desk = await trader(bench)
      const request = ['a', 'b', 'c'].map((orderLinkId) => ({ ...ORDER, orderLinkId }))
      const told = await desk.ask('order.create-batch', 'batch', { request })
      const codes = (told['retExtInfo'] as { list: { code: number }[] }).list.map(({ code }) => code)
      const ids = (told['data'] as { list: { orderLinkId: string }[] }).list.map(({ orderLinkId }) => orderLinkId)
      expect([ids, codes]).toEqual([
        ['a', 'b', 'c'],
        [0, 110007, 0],
      ])
      expect(await bench.order('b')).toBeUndefined()
    },
  ))

test.each<[FaultVerdict, number]>([
  [{ do: 'close', code: 1012 }, 1012],
  [{ do: 'reset' }, 1006],
])('the trade socket itself suffers %j, and the order it waited for is placed all the same', (verdict, code) =>
  withFaults([fault('trade-stream', 'socket', verdict, { afterCreates: 1 })], async (bench) => {
    using desk = await trader(bench)
    desk.send('order.create', 'a')
    expect(await desk.client.closed).toBe(code)
    expect(await bench.order('a')).toBeDefined()
  }),
)

test('the handshake of the trade socket is refused once, its acknowledgement lost once', () =>
  withFaults(
    [
      fault('trade-stream', 'connect', { do: 'http', status: 503 }),
      fault('trade-stream', 'ack', { do: 'drop' }),
      fault('trade-stream', 'pong', { do: 'duplicate' }),
    ],
    async ({ exchange, applied }) => {
      const refused = new WebSocket(exchange.tradeUrl)
      const error = await new Promise<Error>((resolve) => refused.once('error', resolve))
      expect(error.message).toMatch(/503/)
      using client = await connect(exchange.tradeUrl)
      client.send(authFrame(systemClock.wallMs() + 5_000, exchange.apiKey, exchange.apiSecret))
      expect([await client.ask({ op: 'ping' }), await client.next()]).toMatchObject([{ op: 'pong' }, { op: 'pong' }])
      expect(applied().map(({ op }) => op)).toEqual(['connect', 'ack', 'pong'])
    },
  ))
