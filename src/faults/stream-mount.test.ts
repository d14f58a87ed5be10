import { expect, test } from 'vitest'
import type { Fault, FaultVerdict } from './plan-types.ts'
import { type DisturbedClient, startDisturbedClient } from './test-support/disturbed-client.ts'
import { startTestVenue, type TestVenue } from './test-support/venue.ts'

const PUBLIC = '/v5/public/linear'
const PRIVATE = '/v5/private'

interface Bench {
  readonly venue: TestVenue
  readonly client: DisturbedClient
  /** Opens a client socket and returns what it saw. */
  open(
    name: string,
    path: string,
    more?: { thread?: 'worker'; handshakeTimeoutMs?: number },
  ): Promise<readonly string[]>
  /** What the socket had seen once it saw so many events starting so. */
  seen(name: string, event: string, count?: number, thread?: 'worker'): Promise<readonly string[]>
}

async function withFaults(faults: readonly Fault[], body: (bench: Bench) => Promise<void>): Promise<void> {
  await using venue = await startTestVenue()
  await using client = await startDisturbedClient({ venue, faults })
  await body({
    venue,
    client,
    open: (name, path, more) => client.run({ do: 'open', name, url: venue.streamOrigin + path, ...more }),
    seen: (name, event, count = 1, thread = undefined) =>
      client.run({ do: 'await', name, event, count, ...(thread === undefined ? {} : { thread }) }),
  })
  expect(client.stderr()).toBe('')
}

const fault = (party: Fault['party'], op: Fault['op'], verdict: FaultVerdict, more: Partial<Fault> = {}): Fault => ({
  name: `${op} ${verdict.do}`,
  party,
  op,
  verdict,
  ...more,
})
const book = (symbol: string, u: number) => ({
  topic: `orderbook.1.${symbol}`,
  type: 'snapshot',
  ts: u,
  data: { s: symbol, u },
})
const ticker = (symbol: string) => ({ topic: `tickers.${symbol}`, type: 'delta', data: { symbol } })
const execution = (...rows: [execId: string, orderLinkId: string][]) => ({
  topic: 'execution',
  data: rows.map(([execId, orderLinkId]) => ({ symbol: 'BTCUSDT', execId, orderLinkId })),
})
/** Short names of the frames among the events. */
function frames(events: readonly string[]): string[] {
  return events
    .filter((event) => event.startsWith('message:'))
    .map((event) => {
      try {
        const { topic, data } = JSON.parse(event.slice(8)) as {
          topic: string
          data: { u?: number } | { execId: string }[]
        }
        return Array.isArray(data)
          ? data.map(({ execId }) => execId).join('+')
          : `${topic.split('.')[0]} ${data.u ?? ''}`.trim()
      } catch {
        return 'broken'
      }
    })
}

test('frames no fault is planned for arrive as they were sent', async () => {
  await withFaults([fault('public-stream', 'orderbook', { do: 'drop' }, { symbol: 'ETHUSDT' })], async (bench) => {
    await bench.open('p', PUBLIC)
    await bench.open('q', PRIVATE)
    bench.venue.push(PUBLIC, book('BTCUSDT', 1))
    bench.venue.push(PRIVATE, execution(['e1', 'a'], ['e2', 'b']))

    expect((await bench.seen('p', 'message'))[1]).toBe(`message:${JSON.stringify(book('BTCUSDT', 1))}`)
    expect(frames(await bench.seen('q', 'message'))).toEqual(['e1+e2'])
    expect(bench.client.journal()).toEqual([])
  })
})

test('a dropped frame is withheld, and only that one', async () => {
  const drop = fault('public-stream', 'orderbook', { do: 'drop' }, { symbol: 'BTCUSDT', skip: 1 })
  await withFaults([drop], async (bench) => {
    await bench.open('p', PUBLIC)
    for (const u of [1, 2, 3]) bench.venue.push(PUBLIC, book('BTCUSDT', u))
    bench.venue.push(PUBLIC, book('ETHUSDT', 9))

    expect(frames(await bench.seen('p', 'message', 3))).toEqual(['orderbook 1', 'orderbook 3', 'orderbook 9'])
    expect(bench.client.journal().map(({ data }) => data)).toEqual([
      {
        name: 'orderbook drop',
        party: 'public-stream',
        op: 'orderbook',
        verdict: 'drop',
        occurrence: 2,
        clientId: null,
      },
    ])
  })
})

test('a delayed frame holds back what is behind it, in order', async () => {
  await withFaults([fault('public-stream', 'orderbook', { do: 'delay', ms: 60 })], async (bench) => {
    await bench.open('p', PUBLIC)
    bench.venue.push(PUBLIC, book('BTCUSDT', 1))
    bench.venue.push(PUBLIC, ticker('BTCUSDT'))
    bench.venue.push(PUBLIC, book('BTCUSDT', 2))

    expect(frames(await bench.seen('p', 'message', 3))).toEqual(['orderbook 1', 'tickers', 'orderbook 2'])
    expect(bench.client.journal()).toHaveLength(1)
  })
})

test('a reordered frame is overtaken by the next of its topic, not by others', async () => {
  await withFaults([fault('public-stream', 'orderbook', { do: 'reorder' })], async (bench) => {
    await bench.open('p', PUBLIC)
    bench.venue.push(PUBLIC, book('BTCUSDT', 1))
    bench.venue.push(PUBLIC, book('ETHUSDT', 7))
    bench.venue.push(PUBLIC, book('BTCUSDT', 2))

    expect(frames(await bench.seen('p', 'message', 3))).toEqual(['orderbook 7', 'orderbook 2', 'orderbook 1'])
  })
})

test('a duplicated frame arrives twice and a malformed one broken', async () => {
  const faults = [
    fault('private-stream', 'execution', { do: 'duplicate' }),
    fault('private-stream', 'execution', { do: 'malformed' }, { skip: 1 }),
  ]
  await withFaults(faults, async (bench) => {
    await bench.open('q', PRIVATE)
    for (const id of ['e1', 'e2', 'e3']) bench.venue.push(PRIVATE, execution([id, 'a']))

    expect(frames(await bench.seen('q', 'message', 4))).toEqual(['e1', 'e1', 'broken', 'e3'])
  })
})

test('executions of one leg are withheld out of a frame that carries both legs', async () => {
  await withFaults(
    [fault('private-stream', 'execution', { do: 'drop' }, { leg: 'short', times: null })],
    async (bench) => {
      await bench.open('q', PRIVATE)
      await bench.client.create('a', 'long')
      await bench.client.create('b', 'short')
      bench.venue.push(PRIVATE, execution(['e1', 'a'], ['e2', 'b'], ['e3', 'a']))
      bench.venue.push(PRIVATE, execution(['e4', 'a']))

      expect(frames(await bench.seen('q', 'message', 3))).toEqual(['e1', 'e3', 'e4'])
      expect(bench.client.journal().map(({ data }) => data.clientId)).toEqual(['b'])
    },
  )
})

test('a pong is withheld whether it is a JSON frame or a control frame', async () => {
  await withFaults([fault('public-stream', 'pong', { do: 'drop' }, { times: 2 })], async (bench) => {
    await bench.open('p', PUBLIC)
    bench.venue.push(PUBLIC, { success: true, ret_msg: 'pong', conn_id: 'c', req_id: '', op: 'ping' })
    await bench.client.run({ do: 'ping', name: 'p' })
    await bench.client.run({ do: 'ping', name: 'p' })

    expect(await bench.seen('p', 'pong')).toEqual(['open', 'pong'])
    expect(bench.client.journal().map(({ data }) => data.occurrence)).toEqual([1, 2])
  })
})

test('a socket closed by a fault looks closed by the venue, and the next one lives', async () => {
  await withFaults(
    [fault('public-stream', 'socket', { do: 'close', code: 1012 }, { windowMs: { from: 0, to: 60_000 } })],
    async (bench) => {
      await bench.open('p', PUBLIC)
      expect(await bench.seen('p', 'close')).toEqual(['open', 'close:1012'])
      await bench.venue.until(() => bench.venue.sockets[0]?.events.includes('close:1012') === true)

      await bench.open('again', PUBLIC)
      bench.venue.push(PUBLIC, book('BTCUSDT', 1))
      expect(frames(await bench.seen('again', 'message'))).toEqual(['orderbook 1'])
      expect(bench.client.journal().map(({ data }) => data.verdict)).toEqual(['close 1012'])
    },
  )
})

test('a socket is reset when the create it waits for is sent, and the create arrives all the same', async () => {
  await withFaults([fault('private-stream', 'socket', { do: 'reset' }, { afterCreates: 2 })], async (bench) => {
    await bench.open('q', PRIVATE)
    await bench.open('p', PUBLIC)
    await bench.client.create('a', 'long')
    expect(bench.venue.sockets[0]?.events).toEqual([])
    await bench.client.create('b', 'short')

    expect(await bench.seen('q', 'close')).toEqual(['open', 'close:1006'])
    await bench.venue.until(() => bench.venue.sockets[0]?.events.includes('close:1006') === true)
    expect(bench.venue.sockets[0]?.events).toEqual(['error:ECONNRESET', 'close:1006'])
    expect(bench.venue.sockets[1]?.events).toEqual([])
    expect(bench.venue.requests).toHaveLength(2)
  })
})

test('a silent socket hears nothing, says nothing and reports nothing until the client itself gives up', async () => {
  await withFaults([fault('private-stream', 'socket', { do: 'silence' }, { afterCreates: 1 })], async (bench) => {
    await bench.open('q', PRIVATE)
    bench.venue.push(PRIVATE, execution(['e1', 'a']))
    await bench.seen('q', 'message')
    await bench.client.create('a', 'long')
    bench.venue.push(PRIVATE, execution(['e2', 'a']))
    await bench.client.run({ do: 'send', name: 'q', text: 'is anybody there?' })
    await bench.client.run({ do: 'ping', name: 'q' })
    await bench.open('later', PRIVATE)
    bench.venue.push(PRIVATE, execution(['e3', 'a']))
    expect(frames(await bench.seen('later', 'message'))).toEqual(['e3'])
    bench.venue.sockets[0]?.socket.terminate()
    await bench.venue.until(() => bench.venue.sockets[0]?.events.length === 1)
    await bench.client.rest('GET', '/v5/market/time')

    expect(await bench.client.run({ do: 'seen', name: 'q' })).toEqual(['open', expect.stringContaining('e1')])
    expect(bench.venue.sockets[0]?.events).toEqual(['close:1006'])
    await bench.client.run({ do: 'terminate', name: 'q' })
    expect((await bench.seen('q', 'close')).at(-1)).toBe('close:1006')
  })
})

test('a window opens by itself while the socket is quiet', async () => {
  // The window is far enough away that the socket is open before it, and P10 would tell if it never fired.
  await withFaults(
    [fault('private-stream', 'socket', { do: 'close', code: 1001 }, { windowMs: { from: 2500, to: 60_000 } })],
    async (bench) => {
      await bench.open('q', PRIVATE)
      expect(await bench.seen('q', 'close')).toEqual(['open', 'close:1001'])
      const [line] = bench.client.journal()
      expect(line?.data.name).toBe('socket close')
    },
  )
})

test.for([
  { verdict: { do: 'http', status: 503 }, sees: ['error:Unexpected server response: 503', 'close:1006'] },
  { verdict: { do: 'reset' }, sees: ['error:read ECONNRESET', 'close:1006'] },
  { verdict: { do: 'drop' }, sees: ['error:Opening handshake has timed out', 'close:1006'] },
  { verdict: { do: 'delay', ms: 50 }, sees: ['open'] },
] as const)('a handshake suffers $verdict.do, and the next one does not', async ({ verdict, sees }) => {
  await withFaults([fault('private-stream', 'connect', verdict)], async (bench) => {
    await bench.open('p', PUBLIC)
    await bench.open('q', PRIVATE, { handshakeTimeoutMs: 300 })
    if (!sees.includes('open' as never)) await bench.seen('q', 'close')
    expect(await bench.client.run({ do: 'seen', name: 'q' })).toEqual(sees)
    expect(await bench.open('again', PRIVATE)).toEqual(['open'])
    expect(bench.client.journal().map(({ data }) => [data.party, data.op])).toEqual([['private-stream', 'connect']])
  })
})

test('a worker thread has its own mount: its socket suffers the public faults, and its lines never reuse a number', async () => {
  const faults = [
    fault('public-stream', 'orderbook', { do: 'drop' }),
    fault('rest-request', 'create', { do: 'http', status: 503 }),
  ]
  await withFaults(faults, async (bench) => {
    await bench.open('p', PUBLIC, { thread: 'worker' })
    await bench.client.create('a', 'long')
    for (const u of [1, 2]) bench.venue.push(PUBLIC, book('BTCUSDT', u))

    expect(frames(await bench.seen('p', 'message', 1, 'worker'))).toEqual(['orderbook 2'])
    const lines = bench.client.journal()
    expect(lines.map(({ data }) => data.name).toSorted()).toEqual(['create http', 'orderbook drop'])
    expect(new Set(lines.map(({ seq }) => seq)).size).toBe(2)
    expect(lines.map(({ seq }) => Math.floor(seq / 1_000_000)).toSorted()).toEqual([0, 1])
  })
})

test('a replaced frame is what the client hears in its place, in its place', () =>
  withFaults([fault('public-stream', 'orderbook', { do: 'replace', text: '{"topic":"odd"}' })], async (bench) => {
    await bench.open('a', PUBLIC)
    for (const u of [1, 2]) bench.venue.push(PUBLIC, book('BTCUSDT', u))
    const seen = await bench.seen('a', 'message', 2)
    expect(seen.filter((event) => event.startsWith('message'))).toEqual([
      'message:{"topic":"odd"}',
      `message:${JSON.stringify(book('BTCUSDT', 2))}`,
    ])
  }))
