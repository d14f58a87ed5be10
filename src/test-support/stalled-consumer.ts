/**
 * A consumer that stops before it has begun, and then goes on, behind a feed that floods: the ring overflows meanwhile.
 *
 *   feed thread ─► ring ─╳ nothing is popped until ten times its capacity has come ─► intake ─► what is delivered
 *
 * One symbol says a single thing and then nothing, while the others flood: its quote is among the first that are dropped.
 */
import { Worker } from 'node:worker_threads'
import type { Config } from '../config.ts'
import { openReader } from '../execution/reader.ts'
import { createFeedMemory, type FeedMemory } from '../feed.ts'
import type { FeedThreadData } from '../feed-thread.ts'
import { waitForQuotes } from '../market/doorbell.ts'
import { createIntake, type IntakeCounts } from '../market/intake.ts'
import { quoteReaderOf } from '../market/quotes.ts'
import { consumerOf, countsOf, type RingCounts } from '../market/ring.ts'
import { systemClock } from '../seams/clock.ts'

export interface Delivered {
  readonly symbolIndex: number
  readonly receivedUs: number
}

/** Plain JSON. */
export interface StalledConsumer {
  /** While nothing was popped. */
  readonly stalled: RingCounts
  /** When the feed had ended and the ring was empty. */
  readonly ended: RingCounts
  readonly intake: IntakeCounts
  readonly delivered: readonly Delivered[]
}

export const STALLED_CAPACITY = 128
export const QUIET_SYMBOL = 'DOTUSDT'
const QUOTES_PER_TURN = 1_000

/** A copy of the load world in which one symbol speaks once. */
// biome-ignore lint/suspicious/noExplicitAny: a world file's JSON; the mock venue validates it
export function silenceOne(world: Record<string, any>): void {
  const quiet = world['instruments'].find((one: { symbol: string }) => one.symbol === QUIET_SYMBOL)
  Object.assign(quiet.market, { updatesPerSecond: 0.001 })
  delete quiet.market.maxQuietMs
}

/** `feedThread`: the thread's own file, as built or as source. Throws when what is waited for stays away. */
export async function stallConsumer(config: Config, feedThread: string | URL, patienceMs: number) {
  await using feed = await startFeedThread(config, feedThread)
  const { ring, table } = feed.memory
  const intake = createIntake({ consumer: consumerOf(ring), table: quoteReaderOf(table), clock: systemClock })
  await until(() => countsOf(ring).pushed > 10 * STALLED_CAPACITY, patienceMs)
  const stalled = countsOf(ring)
  const delivered: Delivered[] = []
  const stopWaiting = waitForQuotes(ring, () => {
    intake.drain(({ symbolIndex, receivedUs }) => delivered.push({ symbolIndex, receivedUs }), QUOTES_PER_TURN)
  })
  await until(() => delivered.length > 3 * STALLED_CAPACITY, patienceMs)
  await feed.stop()
  await until(() => countsOf(ring).queued === 0, patienceMs)
  stopWaiting()
  return { stalled, ended: countsOf(ring), intake: intake.counts(), delivered } satisfies StalledConsumer
}

async function startFeedThread(config: Config, feedThread: string | URL): Promise<RunningFeed> {
  await using reader = await openReader(config)
  const { instruments } = reader
  const memory = createFeedMemory(instruments.length, STALLED_CAPACITY)
  const workerData: FeedThreadData = {
    url: config.publicUrl,
    instruments,
    memory,
    silenceMs: 5_000,
    pingIntervalMs: 20_000,
    seed: 'stalled consumer',
    core: 2,
  }
  const worker = new Worker(feedThread, { workerData })
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  let stopping: Promise<void> | null = null
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      worker.postMessage('stop')
      await exited
    })()
    return stopping
  }
  return { memory, stop, [Symbol.asyncDispose]: stop }
}

interface RunningFeed extends AsyncDisposable {
  readonly memory: FeedMemory
  stop(): Promise<void>
}

async function until(condition: () => boolean, patienceMs: number): Promise<void> {
  const deadlineUs = systemClock.nowUs() + patienceMs * 1000
  while (!condition()) {
    if (systemClock.nowUs() > deadlineUs) throw new Error(`not within ${patienceMs} ms: ${condition}`)
    await systemClock.sleep(5)
  }
}
