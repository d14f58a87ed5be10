/**
 * The second mount of the fault layer: what happens to the streams of a bot that knows nothing of it.
 */
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { FaultVerdict } from '../faults/plan-types.ts'
import { systemClock } from '../seams/clock.ts'
import type { RunningExchange } from './shell.ts'
import { authFrame, connect } from './test-support/clients.ts'
import { fault, withFaults } from './test-support/fault-bench.ts'

async function privateSocket({ privateUrl, apiKey, apiSecret }: RunningExchange) {
  const client = await connect(privateUrl)
  await client.ask(authFrame(systemClock.wallMs() + 5_000, apiKey, apiSecret))
  await client.ask({ op: 'subscribe', args: ['order'] })
  return client
}
const idsIn = (frame: Readonly<Record<string, unknown>>): unknown =>
  (frame['data'] as { orderLinkId: string }[]).map(({ orderLinkId }) => orderLinkId).join()

test.each<[FaultVerdict, readonly string[]]>([
  [{ do: 'drop' }, ['b', 'c']],
  [{ do: 'duplicate' }, ['a', 'a', 'b', 'c']],
  [{ do: 'reorder' }, ['b', 'a', 'c']],
  [{ do: 'delay', ms: 150 }, ['a', 'b', 'c']],
])('a private frame suffers %j at the venue', (verdict, ids) =>
  withFaults([fault('private-stream', 'order', verdict)], async (bench) => {
    using client = await privateSocket(bench.exchange)
    const startUs = systemClock.nowUs()
    for (const id of ['a', 'b', 'c']) await bench.create(id)
    const heard: unknown[] = []
    for (let i = 0; i < ids.length; i += 1) heard.push(idsIn(await client.next()))
    expect(heard).toEqual(ids)
    expect(bench.applied()).toHaveLength(1)
    if (verdict.do === 'delay') expect(systemClock.nowUs() - startUs).toBeGreaterThan(140_000)
  }),
)

test('rows of one side are withheld, the other side is told, in the order of the venue', () =>
  withFaults([fault('private-stream', 'order', { do: 'drop' }, { side: 'buy', times: null })], async (bench) => {
    using client = await privateSocket(bench.exchange)
    for (const [id, side] of [
      ['a', 'Buy'],
      ['b', 'Sell'],
      ['c', 'Buy'],
      ['d', 'Sell'],
    ] as const)
      await bench.create(id, { side })
    expect([idsIn(await client.next()), idsIn(await client.next())]).toEqual(['b', 'd'])
    expect(bench.applied()).toHaveLength(2)
  }))

test('frames arrive broken or replaced when so planned', () =>
  withFaults(
    [
      fault('public-stream', 'orderbook', { do: 'malformed' }),
      fault('public-stream', 'orderbook', { do: 'replace', text: 'x' }),
    ],
    async ({ exchange }) => {
      const socket = new WebSocket(exchange.publicUrl)
      const texts: string[] = []
      await new Promise<void>((resolve) => {
        socket.on('open', () => socket.send('{"op":"subscribe","args":["orderbook.1.BTCUSDT"]}'))
        socket.on('message', (data: Buffer) => {
          texts.push(data.toString())
          if (texts.length === 4) resolve()
        })
      })
      socket.terminate()
      expect(() => JSON.parse(texts[1]!) as unknown).toThrow(SyntaxError)
      expect(texts[2]).toBe('x')
      expect(JSON.parse(texts[3]!)).toMatchObject({ topic: 'orderbook.1.BTCUSDT' })
    },
  ))

test.each<[FaultVerdict, number]>([
  [{ do: 'close', code: 1012 }, 1012],
  [{ do: 'reset' }, 1006],
])('a socket suffers %j when the create it waits for comes, and the order is placed all the same', (verdict, code) =>
  withFaults([fault('private-stream', 'socket', verdict, { afterCreates: 2 })], async (bench) => {
    using client = await privateSocket(bench.exchange)
    await bench.create('a')
    expect(idsIn(await client.next())).toBe('a')
    await bench.create('b')
    expect(await client.closed).toBe(code)
    expect(await bench.order('b')).toBeDefined()
    using again = await privateSocket(bench.exchange)
    await bench.create('c')
    expect(idsIn(await again.next())).toBe('c')
  }),
)

test('a silent socket hears nothing more, not even the answer to a ping, and is not closed', () =>
  withFaults([fault('private-stream', 'socket', { do: 'silence' }, { afterCreates: 1 })], async (bench) => {
    using client = await privateSocket(bench.exchange)
    const heard: string[] = []
    for (const event of ['message', 'pong', 'close']) client.socket.on(event, () => heard.push(event))
    await bench.create('a')
    client.socket.ping()
    client.send({ op: 'ping' })
    using other = await privateSocket(bench.exchange)
    for (const id of ['b', 'c', 'd']) await bench.create(id)
    for (let i = 0; i < 3; i += 1) await other.next()
    expect(heard).toEqual([])
  }))

test.each<[FaultVerdict, RegExp]>([
  [{ do: 'http', status: 503 }, /Unexpected server response: 503/],
  [{ do: 'reset' }, /ECONNRESET|socket hang up/],
  [{ do: 'drop' }, /handshake has timed out/],
])('a handshake suffers %j, and the next one does not', (verdict, why) =>
  withFaults([fault('public-stream', 'connect', verdict)], async ({ exchange }) => {
    const refused = new WebSocket(exchange.publicUrl, { handshakeTimeout: 300 })
    const error = await new Promise<Error>((resolve) => refused.once('error', resolve))
    expect(error.message).toMatch(why)
    using next = await connect(exchange.publicUrl)
    expect(await next.ask({ op: 'ping' })).toMatchObject({ ret_msg: 'pong' })
  }),
)
