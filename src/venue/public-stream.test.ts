import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { systemClock } from '../seams/clock.ts'
import { seededRandom } from '../seams/random.ts'
import { createPublicStream } from './public-stream.ts'
import type { StreamEvent } from './socket.ts'
import { BTC } from './test-support/instruments.ts'
import { heard, listen, quoteFrame, WAIT } from './test-support/public-listener.ts'
import { fixture } from './test-support/rows.ts'
import { startWsVenue } from './test-support/ws-venue.ts'

test('subscribes all topics in one request and delivers quotes as integers with their age', async () => {
  await using venue = await startWsVenue()
  const listener = listen(venue.url)
  const connection = await venue.ready(0)
  expect(connection.seen[0]).toMatchObject({
    op: 'subscribe',
    args: ['tickers.BTCUSDT', 'orderbook.1.BTCUSDT', 'tickers.ETHUSDT', 'orderbook.1.ETHUSDT'],
  })
  const sentUs = systemClock.nowUs()
  connection.push(quoteFrame(7))
  await expect.poll(() => listener.quotes.length, WAIT).toBe(1)
  const [quote] = listener.quotes
  expect(quote).toEqual({
    symbolIndex: 0,
    bidTicks: 606_171,
    bidLots: 1204,
    askTicks: 606_172,
    askLots: 350,
    venueMs: 1_767_225_600_120,
    receivedUs: expect.any(Number) as number,
    updateId: 7,
  })
  expect(quote!.receivedUs).toBeGreaterThan(sentUs)
  expect(quote!.receivedUs).toBeLessThan(systemClock.nowUs())
})

test('an old update is dropped, an equal one confirms the quote, a restart at 1 is accepted', async () => {
  await using venue = await startWsVenue()
  const listener = listen(venue.url)
  const connection = await venue.ready(0)
  for (const u of [10, 9, 10, 11, 1, 2, 1]) connection.push(quoteFrame(u))
  await heard(listener, venue, 0)
  expect(listener.quotes.map(({ updateId }) => updateId)).toEqual([10, 10, 11, 1, 2, 1])
  expect(listener.quotes[1]!.receivedUs).toBeGreaterThanOrEqual(listener.quotes[0]!.receivedUs)
})

test('a venue that begins anew and whose first frame is lost is heard again from the next one', async () => {
  await using venue = await startWsVenue()
  const listener = listen(venue.url)
  const connection = await venue.ready(0)
  const at = (u: number, laterMs: number) => ({ ...quoteFrame(u), ts: 1_767_225_600_120 + laterMs })
  for (const frame of [at(10, 0), at(9, 0), at(2, 5), at(3, 5)]) connection.push(frame)
  await heard(listener, venue, 0)
  expect(listener.quotes.map(({ updateId }) => updateId)).toEqual([10, 2, 3])
})

test('frames that cannot be understood are written down with the reason, and the stream goes on', async () => {
  await using venue = await startWsVenue()
  const listener = listen(venue.url)
  const connection = await venue.ready(0)
  connection.push('{"topic":"orderbook.1.BTC')
  connection.push(quoteFrame(1, '60617.15'))
  connection.push(quoteFrame(1, '60617.20', '60617.20'))
  connection.push({ topic: 'orderbook.1.NOPE', data: {} })
  connection.push({ hello: 'world' })
  connection.push('[1,2]')
  connection.push({ ...quoteFrame(1), type: 'delta' })
  connection.push(quoteFrame(3))
  await expect.poll(() => listener.quotes.length, WAIT).toBe(1)
  expect(listener.of('frame.refused').map(({ why }) => why.split(':')[0])).toEqual([
    'frame is not JSON',
    'bid (on the steps, positive) not understood',
    'book (bid below ask) not understood',
    'topic was not subscribed',
    'frame has neither a topic nor a known op',
    'frame is no object',
    'type (level 1 is snapshots only) not understood',
  ])
})

test('a side nobody is on is no quote to trade on, and no frame that was not understood', async () => {
  await using venue = await startWsVenue()
  const listener = listen(venue.url)
  const connection = await venue.ready(0)
  const { data, ...frame } = quoteFrame(7) as { data: object }
  connection.push({ ...frame, data: { ...data, b: [] } })
  connection.push({ ...frame, data: { ...data, a: [], u: 8 } })
  await expect.poll(() => listener.quotes.length, WAIT).toBe(2)
  expect(listener.quotes).toMatchObject([NO_BID, NO_ASK])
  expect(listener.of('frame.refused')).toEqual([])
})

const NO_BID = { bidTicks: 0, bidLots: 0, askTicks: 606_172, askLots: 350 }
const NO_ASK = { bidTicks: 606_171, bidLots: 1204, askTicks: 0, askLots: 0 }

test('ticker deltas merge into the snapshot; none is taken before it, or when it is old', async () => {
  await using venue = await startWsVenue()
  const listener = listen(venue.url)
  const connection = await venue.ready(0)
  const delta = fixture('public-tickers-delta')
  connection.push(delta)
  connection.push(fixture('public-tickers-snapshot'))
  connection.push(delta)
  connection.push({ ...delta, cs: 1, data: { symbol: 'BTCUSDT', markPrice: '1.00' } })
  await heard(listener, venue, 0)
  expect(listener.tickers).toHaveLength(2)
  expect(listener.tickers[1]!.markTicks).toBeCloseTo(606_150.2, 6)
  expect(listener.tickers[1]).toMatchObject({
    symbolIndex: 0,
    indexTicks: listener.tickers[0]!.indexTicks,
    fundingRate: 0.0001,
    nextFundingMs: 1_767_254_400_000,
    openInterest: 51_234.567,
  })
  expect(listener.of('frame.refused')[0]!.why).toBe('delta before a snapshot')
})

test.for(['clean close', 'reset', 'silence'] as const)(
  'after a %s it reconnects, subscribes again, announces the gap and starts anew',
  async (how) => {
    await using venue = await startWsVenue()
    const listener = listen(venue.url, { silenceMs: 150, pingIntervalMs: 50 })
    const first = await venue.ready(0)
    await expect.poll(() => listener.of('stream.subscribed').length, WAIT).toBe(1)
    first.push(quoteFrame(100))
    first.push(fixture('public-tickers-snapshot'))
    await expect.poll(() => listener.tickers.length, WAIT).toBe(1)
    const lastUs = listener.tickers[0]!.receivedUs
    if (how === 'clean close') first.socket.close(1001, 'maintenance')
    else if (how === 'reset') first.reset()
    else first.silence()
    const second = await venue.ready(1)
    expect(second.seen[0]).toEqual(first.seen[0])
    second.push(fixture('public-tickers-delta'))
    second.push(quoteFrame(50))
    await expect.poll(() => listener.quotes.length, WAIT).toBe(2)
    expect(listener.quotes[1]!.updateId).toBe(50)
    expect(listener.tickers).toHaveLength(1)
    const [gap] = listener.of('stream.gap')
    expect(gap!.fromUs).toBeGreaterThanOrEqual(lastUs)
    expect(gap!.toUs).toBeGreaterThan(gap!.fromUs)
    expect(listener.events.map(({ type }) => type).filter((type) => type.startsWith('stream'))).toEqual([
      'stream.opened',
      'stream.subscribed',
      'stream.closed',
      'stream.opened',
      'stream.subscribed',
      'stream.gap',
    ])
    expect(listener.of('stream.opened').map(({ attempt }) => attempt)).toEqual([1, 2])
    const { reason } = listener.of('stream.closed')[0]!
    expect(reason).toContain(
      { 'clean close': 'maintenance', reset: 'connection lost', silence: 'nothing heard for 150 ms' }[how],
    )
  },
)

test('pongs alone keep a quiet stream alive', async () => {
  await using venue = await startWsVenue()
  const listener = listen(venue.url, { silenceMs: 250, pingIntervalMs: 30, ackTimeoutMs: 200 })
  const connection = await venue.ready(0)
  const pings = (): number => connection.seen.filter(({ op }) => op === 'ping').length
  await expect.poll(pings, WAIT).toBeGreaterThan(9)
  expect(venue.connections).toHaveLength(1)
  expect(listener.of('frame.refused')).toEqual([])
})

test('one poisoned topic does not take the others with it, and is reported', async () => {
  const refuses = { 'tickers.BTCUSDT': 'error:handler not found,topic:tickers.BTCUSDT' }
  await using venue = await startWsVenue({ refuses })
  const listener = listen(venue.url)
  await expect.poll(() => listener.of('stream.subscribed').length, WAIT).toBe(1)
  expect(listener.of('stream.subscribed')[0]!.topics).toEqual([
    'orderbook.1.BTCUSDT',
    'tickers.ETHUSDT',
    'orderbook.1.ETHUSDT',
  ])
  expect(listener.of('run.warned')[0]!.message).toContain('tickers.BTCUSDT is refused: error:handler not found')
  expect(venue.connections[0]!.seen).toHaveLength(5)
})

test('a topic the venue says is subscribed already counts as subscribed', async () => {
  const refuses = { 'tickers.BTCUSDT': 'error:already subscribed,topic:tickers.BTCUSDT' }
  await using venue = await startWsVenue({ refuses })
  const listener = listen(venue.url)
  await expect.poll(() => listener.of('stream.subscribed')[0]?.topics.length, WAIT).toBe(4)
})

test('a subscription that is never acknowledged, or wholly refused, is tried on a new connection', async () => {
  await using venue = await startWsVenue({
    answer: ({ op }, index) => {
      if (op !== 'subscribe' || index > 1) return undefined
      return index === 0 ? null : { success: false, ret_msg: 'error:handler not found', op }
    },
  })
  const listener = listen(venue.url, { ackTimeoutMs: 300 })
  await venue.ready(2)
  expect(listener.of('stream.closed').map(({ reason }) => reason)).toEqual([
    'subscribe not acknowledged within 300 ms',
    'every topic is refused',
  ])
})

test('a server that accepts the connection and never answers the handshake is given up', async () => {
  const mute = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1')
  await new Promise((resolve) => mute.on('listening', resolve))
  const listener = listen(`ws://127.0.0.1:${(mute.address() as AddressInfo).port}`, { ackTimeoutMs: 60 })
  await expect.poll(() => listener.of('stream.closed').length, WAIT).toBeGreaterThan(1)
  expect(listener.of('stream.closed')[0]!.reason).toContain('no connection within 60 ms')
  mute.close()
})

test('a refused connection is tried again, first after about 100 ms, later less often', async () => {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.on('listening', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  const atUs: number[] = []
  listen(`ws://127.0.0.1:${port}`, {
    onEvent: ({ type }) => type === 'stream.closed' && atUs.push(systemClock.nowUs()),
  })
  await expect.poll(() => atUs.length, WAIT).toBe(4)
  const waitsMs = atUs.slice(1).map((at, i) => (at - atUs[i]!) / 1000)
  expect(waitsMs[0]).toBeGreaterThan(74)
  expect(waitsMs[1]).toBeGreaterThan(149)
  expect(waitsMs[2]).toBeGreaterThan(299)
})

test('a closed stream stays closed, and closing twice is one closing', async () => {
  await using venue = await startWsVenue()
  const events: StreamEvent[] = []
  const stream = createPublicStream({
    url: venue.url,
    instruments: [BTC],
    clock: systemClock,
    random: seededRandom('close'),
    silenceMs: 1000,
    pingIntervalMs: 1000,
    onQuote: () => undefined,
    onEvent: (event) => events.push(event),
  })
  const connection = await venue.ready(0)
  const first = stream.close()
  expect(stream.close()).toBe(first)
  await first
  connection.push(quoteFrame(1))
  await systemClock.sleep(200)
  expect(venue.connections).toHaveLength(1)
  expect(events.at(-1)).toMatchObject({ type: 'stream.closed', data: { code: 1000 } })
})
