import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { authFrame, call, connect } from './test-support/clients.ts'
import { OK, orderPush } from './test-support/fake-core.ts'
import { NOW_MS } from './test-support/setting.ts'
import { alive, frame, setUpRoomy, upgrade, wire } from './test-support/wires.ts'

/**
 * What a client may do to the venue without its noticing: each ends in an answer or a closed connection, and somebody
 * else is served meanwhile. Here: frames and sockets.
 */

test.each([
  ['a frame longer than 64 KiB', frame(1, Buffer.alloc(1000), { declared: 65_537 }), 1009],
  ['a frame of 2 GiB, announced', frame(1, Buffer.alloc(10), { declared: 0x7fffffff }), 1009],
  ['a message of 2,000 pieces', Buffer.concat(Array(2000).fill(frame(0, Buffer.from('x'), { isFinal: false }))), 1008],
  ['an unmasked frame', Buffer.from([0x81, 0x01, 0x78]), 1002],
  ['an unknown opcode', frame(3, Buffer.alloc(0)), 1002],
  ['text that is no UTF-8', frame(1, Buffer.from([0xff, 0xfe])), 1007],
  ['a ping longer than 125 bytes', frame(9, Buffer.alloc(126)), 1002],
  ['a close frame of one byte', frame(8, Buffer.from([3])), 1002],
])('%s closes its socket, and no other', async (name, bytes, code) => {
  await using setting = await setUpRoomy()
  const { socket, said } = await wire(setting.port)
  socket.write(upgrade('/v5/public/linear'))
  await new Promise((resolve) => socket.once('data', resolve))
  const isPieces = name.includes('pieces')
  socket.write(isPieces ? Buffer.concat([frame(1, Buffer.from('x'), { isFinal: false }), bytes]) : bytes)
  const told = await said
  const close = told.indexOf('\x88\x02')
  expect(Buffer.from(told.slice(close + 2, close + 4), 'latin1').readUInt16BE()).toBe(code)
  socket.destroy()
  await alive(setting)
})

test('a client that never answers a close frame is cut off', async () => {
  await using setting = await setUpRoomy({ httpBounds: { goodbyeMaxMs: 50 } })
  const { socket, said } = await wire(setting.port)
  socket.write(upgrade('/v5/private'))
  await new Promise((resolve) => socket.once('data', resolve))
  expect(setting.exchange.cutStreams('private', 'close')).toBe(1)
  expect(await said).toContain('\x88\x02\x03\xe9')
  socket.destroy()
  await alive(setting)
})

test('a client that hangs up one half is let go of with the other', async () => {
  await using setting = await setUpRoomy()
  const { socket, said } = await wire(setting.port)
  socket.write(upgrade('/v5/public/linear'))
  await new Promise((resolve) => socket.once('data', resolve))
  socket.write(frame(1, Buffer.from('{"op":"subscribe","args":["tickers.AUSDT"]}')))
  await new Promise((resolve) => socket.once('data', resolve))
  socket.end()
  await said
  await alive(setting)
  expect(setting.core.subscribed).toEqual(new Set())
})

test('binary frames are taken as text', async () => {
  await using setting = await setUpRoomy()
  using client = await connect(setting.exchange.publicUrl)
  client.socket.send(Buffer.from('{"op":"ping"}'))
  expect(await client.next()).toMatchObject({ ret_msg: 'pong' })
})

test.each(['publicUrl', 'privateUrl', 'tradeUrl'] as const)(
  'JSON nested thousands deep gets an answer (%s)',
  async (stream) => {
    await using setting = await setUpRoomy()
    using client = await connect(setting.exchange[stream])
    if (stream !== 'publicUrl') await client.ask(authFrame(NOW_MS + 1000))
    const deep = `${'['.repeat(15_000)}${']'.repeat(15_000)}`
    for (const op of ['subscribe', 'unsubscribe', 'auth', 'ping', 'order.create', 'fly']) {
      for (const args of [deep, `[${deep}]`, `[{"category":${deep}}]`, `[{"category":"linear","symbol":${deep}}]`]) {
        client.send(`{"op":"${op}","args":${args},"req_id":${deep.slice(0, 0)}null}`)
        expect(await client.next()).toHaveProperty('op')
      }
    }
    await alive(setting)
  },
)

test('a client that floods and never reads is cut off before it fills the memory', async () => {
  await using setting = await setUpRoomy({ streamLimits: { bufferedMaxBytes: 100_000 } })
  const floods = {
    publicUrl: JSON.stringify({ op: 'subscribe', args: ['x'.repeat(20_000)] }),
    privateUrl: JSON.stringify({ op: 'ping', req_id: 'x'.repeat(20_000) }),
    tradeUrl: JSON.stringify({ op: 'ping', reqId: 'x'.repeat(20_000) }),
  } as const
  for (const [stream, text] of Object.entries(floods)) {
    using client = await connect(setting.exchange[stream as keyof typeof floods])
    client.socket.pause()
    const closed = new Promise<void>((resolve) =>
      client.socket.once('error', () => resolve()).once('close', () => resolve()),
    )
    let isOpen = true
    void closed.then(() => {
      isOpen = false
    })
    const cut = () =>
      Object.values(setting.exchange.counters().connections).reduce((sum, each) => sum + each.slowCut, 0)
    const before = cut()
    for (let i = 0; i < 5000 && isOpen && cut() === before; i += 1) {
      await new Promise<void>((resolve) => client.socket.send(text, () => resolve()))
    }
    expect(cut(), stream).toBe(before + 1)
  }
  await alive(setting)
})

test('a flood of control pings is answered or ends its socket, and others are served meanwhile', async () => {
  await using setting = await setUpRoomy()
  const { socket } = await wire(setting.port)
  socket.write(upgrade('/v5/private'))
  const pings = Buffer.concat(Array(1000).fill(frame(9, Buffer.alloc(100))))
  for (let i = 0; i < 50; i += 1) socket.write(pings)
  await alive(setting)
  socket.destroy()
})

test('a flood of subscribing and unsubscribing leaves nothing behind', async () => {
  await using setting = await setUpRoomy()
  using client = await connect(setting.exchange.publicUrl)
  const topics = ['tickers.AUSDT', 'orderbook.1.AUSDT', 'publicTrade.BUSDT']
  for (let i = 0; i < 1000; i += 1) {
    client.send({ op: 'subscribe', args: topics })
    client.send({ op: 'unsubscribe', args: topics, req_id: `u-${i}` })
  }
  for (let last = await client.next(); last['req_id'] !== 'u-999'; last = await client.next());
  expect(setting.core.subscribed).toEqual(new Set())
})

/** How many files this process may have open at once, and so sockets; null where nobody says. */
function openFilesMax(): number | null {
  if (process.platform !== 'linux') return null
  const [, max] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
  return max === undefined ? null : Number(max)
}

test('two thousand sockets hear the market and their account, and leave nothing behind', async (context) => {
  const count = 2000
  const filesMax = openFilesMax()
  if (filesMax !== null && filesMax < 2 * count + 200) context.skip(`only ${filesMax} files may be open here`)
  await using setting = await setUpRoomy()
  const { publicUrl, privateUrl } = setting.exchange
  const sockets: WebSocket[] = []
  let heard = 0
  const everybody = Promise.withResolvers<void>()
  const open = async (url: string, requests: readonly object[], topic: string): Promise<void> => {
    const socket = new WebSocket(url, { perMessageDeflate: false })
    sockets.push(socket)
    let acks = 0
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.once('open', () => {
        for (const each of requests) socket.send(JSON.stringify(each))
      })
      socket.on('message', (data: Buffer) => {
        const text = data.toString()
        if (!text.includes('"topic"')) acks += 1
        if (acks === requests.length) resolve()
        if (!text.includes(`"${topic}"`) || !text.includes('"told":true')) return
        heard += 1
        if (heard === count) everybody.resolve()
      })
    })
  }
  const watch = [{ op: 'subscribe', args: ['tickers.AUSDT'] }]
  const belong = [authFrame(NOW_MS + 1000), { op: 'subscribe', args: ['order'] }]
  for (let at = 0; at < count; at += 50) {
    const some = Array.from({ length: 50 }, (_, i) =>
      i % 2 === 0 ? open(publicUrl, watch, 'tickers.AUSDT') : open(privateUrl, belong, 'order'),
    )
    await Promise.all(some)
  }
  const before = process.memoryUsage().rss
  const told = { kind: 'public', topic: 'tickers.AUSDT', frame: { topic: 'tickers.AUSDT', told: true } } as const
  const row = { ...orderPush('1001', 'o-1'), rows: [{ told: true }] } as const
  setting.core.answer = { reply: OK, pushes: [told, row] }
  await call(`${setting.exchange.restUrl}/v5/market/time`)
  await everybody.promise
  expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000)
  expect(setting.exchange.counters().connections).toMatchObject({ public: { open: 1000 }, private: { open: 1000 } })
  const gone = Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))))
  for (const socket of sockets) socket.close()
  await gone
  await alive(setting)
  expect(setting.core.subscribed).toEqual(new Set())
})
