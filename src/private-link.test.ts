/**
 * The private stream on a real loopback socket, the executor behind it: what happens when it is lost and comes back.
 */
import { expect, onTestFinished, test } from 'vitest'
import { heldLots } from './domain/trade.ts'
import type { Bench } from './execution/test-support/bench.ts'
import { createBench, id } from './execution/test-support/bench.ts'
import { linkPrivateStream } from './private-link.ts'
import type { Clock } from './seams/clock.ts'
import { systemClock } from './seams/clock.ts'
import { seededRandom } from './seams/random.ts'
import { settled } from './seams/test-support/manual-clock.ts'
import { fixture } from './venue/test-support/rows.ts'
import type { WsVenue } from './venue/test-support/ws-venue.ts'
import { startWsVenue } from './venue/test-support/ws-venue.ts'

/** Patience for a busy machine: it bounds a failure, a passing test does not wait. */
const WAIT = { interval: 2, timeout: 60_000 }
const DOWN = 'private-stream-down'

interface Linked {
  readonly bench: Bench
  readonly stream: WsVenue
  readonly ready: Promise<void>
  /** Connections that were lost so far. */
  closed(): number
  /** `executionsSince` calls so far, with the moment they asked from. */
  asked(): string[]
}

/** A bench whose private rows come over a socket; only the sockets live in real time. */
async function linked({
  clock = systemClock,
  answers = true,
}: {
  clock?: Clock
  answers?: boolean
} = {}): Promise<Linked> {
  const stream = await startWsVenue(answers ? {} : { answer: () => null })
  const bench = createBench({ privateUrl: stream.url, apiKey: 'key', apiSecret: 'secret' })
  bench.executor.privateLost()
  const types: string[] = []
  const link = linkPrivateStream({
    ports: { ...bench.ports, clock },
    executor: bench.executor,
    config: bench.config,
    random: seededRandom('link'),
    onJournal: (event) => types.push(event.type),
    onRecovered: () => undefined,
  })
  onTestFinished(async () => {
    await link.close()
    await stream[Symbol.asyncDispose]()
  })
  return {
    bench,
    stream,
    ready: link.ready,
    closed: () => types.filter((type) => type === 'stream.closed').length,
    asked: () => bench.log.filter((entry) => entry.startsWith('executionsSince')),
  }
}

/** Holds back every read that begins from now on, until it is opened. */
function shutGate(bench: Bench): () => void {
  const { promise, resolve } = Promise.withResolvers<void>()
  bench.venue.readGate = promise
  return resolve
}

test('entries open when the stream is authenticated and subscribed, without asking for what was never missed', async () => {
  const { bench, ready, asked } = await linked()
  expect(bench.executor.refusal(0)).toBe(DOWN)
  await ready
  expect(bench.executor.refusal(0)).toBeNull()
  expect(asked()).toEqual([])
})

test('rows of the stream reach the trade they belong to', async () => {
  const { bench, stream, ready } = await linked()
  await ready
  const run = await bench.open()
  const frame = fixture('private-execution')
  const [row] = frame['data'] as Record<string, unknown>[]
  const data = [{ ...row, orderLinkId: id(0), execQty: '0.010' }]
  const connection = await stream.ready(0)
  connection.push({ ...frame, data })
  await expect.poll(() => heldLots(run.trade, 'long'), WAIT).toBe(10)
})

test('a lost stream stops entries at once; they are back only when what was missed is known', async () => {
  const { bench, stream, ready, closed, asked } = await linked()
  await ready
  const open = shutGate(bench)
  const connection = await stream.ready(0)
  connection.reset()
  await expect.poll(closed, WAIT).toBe(1)
  // Long before it is back.
  expect(bench.executor.refusal(0)).toBe(DOWN)
  await stream.ready(1)
  await expect.poll(() => asked().length, WAIT).toBe(1)
  expect(bench.executor.refusal(0)).toBe(DOWN)
  expect(bench.lines('reconciled')).toEqual([])
  open()
  await expect.poll(() => bench.executor.refusal(0), WAIT).toBeNull()
  expect(bench.lines('reconciled')).toMatchObject([{ cause: 'private gap' }])
})

test('a fill that happened while the stream was down is in the books before anything new is started', async () => {
  const { bench, stream, ready } = await linked()
  await ready
  const run = await bench.open()
  bench.venue.streamDown = true
  const open = shutGate(bench)
  const connection = await stream.ready(0)
  connection.reset()
  await expect.poll(() => bench.executor.refusal(1), WAIT).toBe(DOWN)
  for (const clientId of [id(0), id(1)]) bench.venue.fill(clientId)
  expect(run.phase).toBe('entering')
  open()
  await expect.poll(() => bench.executor.refusal(1), WAIT).toBeNull()
  expect(run.phase).toBe('hedged')
  expect(bench.lines('order.filled')).toHaveLength(2)
})

test('a loss during the recovery: entries stay shut, and the next recovery begins at the earlier moment', async () => {
  const { bench, stream, ready, closed, asked } = await linked()
  await ready
  const openFirst = shutGate(bench)
  const first = await stream.ready(0)
  first.reset()
  const second = await stream.ready(1)
  await expect.poll(() => asked().length, WAIT).toBe(1)
  const openSecond = shutGate(bench)
  second.reset()
  await expect.poll(closed, WAIT).toBe(2)
  openFirst()
  await expect.poll(() => bench.lines('reconciled').length, WAIT).toBe(1)
  await settled()
  expect(bench.executor.refusal(0)).toBe(DOWN)
  await stream.ready(2)
  await expect.poll(() => asked().length, WAIT).toBe(2)
  expect(bench.executor.refusal(0)).toBe(DOWN)
  openSecond()
  await expect.poll(() => bench.executor.refusal(0), WAIT).toBeNull()
  // The venue's clock stands still here, so only the very same moment gives the same figure.
  expect(asked()[1]).toBe(asked()[0])
})

test('a later gap, after a complete recovery, is asked for from its own moment', async () => {
  const { bench, stream, ready, asked } = await linked()
  await ready
  const first = await stream.ready(0)
  first.reset()
  const second = await stream.ready(1)
  await expect.poll(() => bench.executor.refusal(0), WAIT).toBeNull()
  second.reset()
  await expect.poll(() => asked().length, WAIT).toBe(2)
  await expect.poll(() => bench.executor.refusal(0), WAIT).toBeNull()
  expect(asked()[1]).not.toBe(asked()[0])
})

test('a recovery that could not read the books is tried again, and entries wait for it', async () => {
  const { bench, stream, ready, asked } = await linked()
  await ready
  bench.venue.readsFail = true
  const connection = await stream.ready(0)
  connection.reset()
  await expect.poll(() => asked().length, WAIT).toBe(2)
  expect(bench.executor.refusal(0)).toBe(DOWN)
  bench.venue.readsFail = false
  await expect.poll(() => bench.executor.refusal(0), WAIT).toBeNull()
  expect(new Set(asked()).size).toBe(1)
})

test('a stream that is never ready is an error, with how long was waited', async () => {
  const hasty: Clock = { ...systemClock, after: (ms, callback) => systemClock.after(ms / 200, callback) }
  const { ready } = await linked({ clock: hasty, answers: false })
  await expect(ready).rejects.toThrow('the private stream was not ready within 10000 ms')
})
