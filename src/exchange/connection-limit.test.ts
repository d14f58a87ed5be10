import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createConnectionLimit } from './connection-limit.ts'
import { type ServeOptions, serveCore } from './shell.ts'
import { connect, manualClock } from './test-support/clients.ts'
import { createFakeCore } from './test-support/fake-core.ts'

const NOW_MS = 1767225600000
const MINUTES_5 = 300_000

test('in any five minutes an address opens so many connections, refused ones not counted', () => {
  const limit = createConnectionLimit({ newPer5Min: 3, marketDataPerAddress: 100 })
  const admitted = [0, 10, 20, 30, MINUTES_5 - 1, MINUTES_5, MINUTES_5 + 1].map((ms) => limit.admit('a', false, ms))
  expect(admitted).toEqual([true, true, true, false, false, true, false])
  expect(limit.admit('b', false, 40)).toBe(true)
  expect(limit.refused()).toBe(3)
})

test('an address holds so many market data connections, whatever else it has open', () => {
  const limit = createConnectionLimit({ newPer5Min: 100, marketDataPerAddress: 2 })
  expect([1, 2, 3].map((ms) => limit.admit('a', true, ms))).toEqual([true, true, false])
  expect(limit.admit('a', false, 4)).toBe(true)
  expect(limit.admit('b', true, 5)).toBe(true)
  limit.release('a')
  expect(limit.admit('a', true, 6)).toBe(true)
})

test('a flood of addresses leaves nothing behind once their five minutes are over', () => {
  const limit = createConnectionLimit({ newPer5Min: 500, marketDataPerAddress: 1000 })
  const before = arrayBuffersAlive()
  for (let i = 0; i < 50_000; i += 1) limit.admit(`10.0.${i >> 8}.${i & 255}`, false, i * 1000)
  // 4 kB of times for each address that is remembered: 1,000 of them and a few more, not 50,000.
  expect(arrayBuffersAlive() - before).toBeLessThan(10_000_000)
  expect(limit.refused()).toBe(0)
})

/** Bytes, once what is dead has been collected. */
function arrayBuffersAlive(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect() // what the first one found dead is given back by another thread, and the second waits for that
  return process.memoryUsage().arrayBuffers
}

async function handshakes(count: number, options: ServeOptions): Promise<string[]> {
  await using exchange = await serveCore(createFakeCore(), { clock: manualClock(NOW_MS), ...options })
  const told: string[] = []
  const open: Disposable[] = []
  for (let i = 0; i < count; i += 1) {
    const outcome = await connect(exchange.publicUrl).then(
      (client) => {
        open.push(client)
        return 'open'
      },
      (error: Error) => /\d{3}/.exec(error.message)?.[0] ?? error.message,
    )
    told.push(outcome)
  }
  told.push(`refused ${exchange.counters().refusedHandshakes}`)
  for (const client of open) client[Symbol.dispose]()
  return told
}

test('a handshake beyond the limits answers 403, or 429 where the world says so', async () => {
  expect(await handshakes(3, { connections: { newPer5Min: 2 } })).toEqual(['open', 'open', '403', 'refused 1'])
  const doubts = { refusedHandshake: 429 } as const
  expect(await handshakes(2, { connections: { marketDataPerAddress: 1 }, doubts })).toEqual([
    'open',
    '429',
    'refused 1',
  ])
})

test('a market data connection that has ended makes room for another; other streams need none', async () => {
  const options = { clock: manualClock(NOW_MS), connections: { marketDataPerAddress: 1 } }
  await using exchange = await serveCore(createFakeCore(), options)
  const first = await connect(exchange.publicUrl)
  using account = await connect(exchange.privateUrl)
  await expect(connect(exchange.publicUrl)).rejects.toThrow('403')
  first.socket.terminate()
  await first.closed
  // The end of the wire is heard before the next frame of another one.
  await account.ask({ op: 'ping' })
  using second = await connect(exchange.publicUrl)
  expect(await second.ask({ op: 'ping' })).toMatchObject({ ret_msg: 'pong' })
})

test('each listener has limits of its own', async () => {
  const listeners = [{ persona: 'mainnet-like' }, { persona: 'demo' }] as const
  const options = { clock: manualClock(NOW_MS), connections: { newPer5Min: 1 }, listeners }
  await using exchange = await serveCore(createFakeCore(), options)
  for (const { privateUrl } of exchange.listeners) {
    using client = await connect(privateUrl)
    expect(await client.ask({ op: 'ping' })).toMatchObject({ op: 'pong' })
    await expect(connect(privateUrl)).rejects.toThrow('403')
  }
})
