import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../seams/clock.ts'
import { seededRandom } from '../seams/random.ts'
import type { PrivateEvent } from './gateway.ts'
import type { PrivateStreamOptions } from './private-stream.ts'
import { createPrivateStream } from './private-stream.ts'
import { signStream } from './sign.ts'
import type { StreamEvent } from './socket.ts'
import { BTC, ETH } from './test-support/instruments.ts'
import { fixture } from './test-support/rows.ts'
import { startWsVenue } from './test-support/ws-venue.ts'

/** Patience for a busy machine: it bounds a failure, a passing test does not wait. */
const WAIT = { interval: 2, timeout: 60_000 }

interface Listener {
  readonly events: PrivateEvent[]
  readonly journal: StreamEvent[]
  closed(): string[]
}

function listen(url: string, more: Partial<PrivateStreamOptions> = {}): Listener {
  const events: PrivateEvent[] = []
  const journal: StreamEvent[] = []
  const stream = createPrivateStream({
    url,
    apiKey: 'testKey',
    apiSecret: 'testSecret',
    instruments: [BTC, ETH],
    clock: systemClock,
    random: seededRandom('private'),
    silenceMs: 30_000,
    pingIntervalMs: 20_000,
    onEvent: (event) => events.push(event),
    onJournal: (event) => journal.push(event),
    ...more,
  })
  onTestFinished(() => stream.close())
  const closed = (): string[] => journal.flatMap((event) => (event.type === 'stream.closed' ? [event.data.reason] : []))
  return { events, journal, closed }
}

test('logs in, waits for the acknowledgement, then subscribes and is ready', async () => {
  await using venue = await startWsVenue()
  const listener = listen(venue.url, { venueNowMs: () => 1_700_000_000_000.5 })
  const connection = await venue.ready(0)
  await expect.poll(() => listener.events, WAIT).toEqual([{ kind: 'ready' }])
  const expires = 1_700_000_010_000
  expect(connection.seen).toMatchObject([
    { op: 'auth', args: ['testKey', expires, signStream('testSecret', expires)] },
    { op: 'subscribe', args: ['order', 'execution'] },
  ])
})

test('rows come as events in our words; other symbols, categories and funding do not', async () => {
  await using venue = await startWsVenue()
  const listener = listen(venue.url)
  const connection = await venue.ready(0)
  const { data, ...frame } = fixture('private-order') as { data: object[] }
  connection.push({
    ...frame,
    data: [
      { ...data[0], symbol: 'XRPUSDT' },
      { ...data[0], category: 'inverse' },
    ],
  })
  connection.push({ ...frame, data })
  connection.push(fixture('private-execution'))
  await expect.poll(() => listener.events.length, WAIT).toBe(4)
  expect(listener.events.slice(1)).toMatchObject([
    { kind: 'order', row: { symbol: 'BTCUSDT', status: 'Cancelled', filledLots: 5, lots: 12, idx: 1 } },
    { kind: 'order', row: { symbol: 'ETHUSDT', clientId: '', side: 'sell', lots: 10, reduceOnly: true } },
    { kind: 'execution', row: { execId: 'exec-1', lots: 12, priceTicks: 606_050, feeUsd: 0.39999 } },
  ])
  expect(listener.journal.filter(({ type }) => type === 'frame.refused')).toEqual([])
})

test('one row that is not understood is written down and the others are delivered', async () => {
  await using venue = await startWsVenue()
  const listener = listen(venue.url)
  const connection = await venue.ready(0)
  const frame = fixture('private-execution') as { data: object[] }
  connection.push({ ...frame, data: [{ ...frame.data[0], execQty: '0.0001' }, frame.data[0]] })
  connection.push({ ...frame, data: {} })
  connection.push({ ...frame, topic: 'wallet' })
  await expect.poll(() => listener.journal.filter(({ type }) => type === 'frame.refused').length, WAIT).toBe(3)
  expect(listener.events.map(({ kind }) => kind)).toEqual(['ready', 'execution'])
})

test.for(['clean close', 'reset', 'silence'] as const)(
  'after a %s it logs in again, announces from when to when nothing was heard, then is ready',
  async (how) => {
    await using venue = await startWsVenue()
    const listener = listen(venue.url, { silenceMs: 150, pingIntervalMs: 50 })
    const first = await venue.ready(0)
    await expect.poll(() => listener.events.length, WAIT).toBe(1)
    const cutUs = systemClock.nowUs()
    if (how === 'clean close') first.socket.close(1000)
    else if (how === 'reset') first.reset()
    else first.silence()
    await expect.poll(() => listener.events.length, WAIT).toBe(3)
    const [, gap, ready] = listener.events
    expect(ready).toEqual({ kind: 'ready' })
    expect(gap).toMatchObject({ kind: 'gap' })
    const { fromUs, toUs } = gap as { fromUs: number; toUs: number }
    // Heard last at the cut or before it, or (silence) never after it.
    expect(fromUs).toBeLessThan(cutUs + 100_000)
    expect(toUs).toBeGreaterThan(cutUs)
  },
)

test('a refused login is tried again and never shows the key', async () => {
  await using venue = await startWsVenue({
    answer: ({ op }, index) =>
      op === 'auth' && index < 2 ? { success: false, ret_msg: 'Params Error testKey', op } : undefined,
  })
  const listener = listen(venue.url)
  await expect.poll(() => listener.events, WAIT).toEqual([{ kind: 'ready' }])
  expect(listener.closed()).toEqual(['login refused: Params Error (api key)', 'login refused: Params Error (api key)'])
})

test('a login or a subscription that is not acknowledged is given up and tried again', async () => {
  await using venue = await startWsVenue({
    answer: ({ op }, index) =>
      (op === 'auth' && index === 0) || (op === 'subscribe' && index === 1) ? null : undefined,
  })
  const listener = listen(venue.url, { ackTimeoutMs: 300 })
  await expect.poll(() => listener.events, WAIT).toEqual([{ kind: 'ready' }])
  expect(listener.closed()).toEqual([
    'login not acknowledged within 300 ms',
    'subscribe not acknowledged within 300 ms',
  ])
})

test('without one of its two topics it is not ready: it says so and tries again', async () => {
  let healed = false
  await using venue = await startWsVenue({
    answer({ op, args }) {
      const poisoned = op === 'subscribe' && !healed && (args as string[]).includes('execution')
      return poisoned ? { success: false, ret_msg: 'error:handler not found,topic:execution', op } : undefined
    },
  })
  const listener = listen(venue.url)
  await expect.poll(() => listener.closed().length, WAIT).toBe(1)
  expect(listener.events).toEqual([])
  healed = true
  await expect.poll(() => listener.events, WAIT).toEqual([{ kind: 'ready' }])
  expect(listener.journal.find(({ type }) => type === 'run.warned')).toBeDefined()
})

test('once ready it outlives the deadlines of its handshake', async () => {
  await using venue = await startWsVenue()
  const listener = listen(venue.url, { silenceMs: 300, pingIntervalMs: 30, ackTimeoutMs: 200 })
  const connection = await venue.ready(0)
  await expect.poll(() => connection.seen.filter(({ op }) => op === 'ping').length, WAIT).toBeGreaterThan(9)
  expect(listener.closed()).toEqual([])
})
