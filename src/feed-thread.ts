/**
 * The feed's thread: nothing but the public socket and the producer's end of the ring.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { Instrument } from './domain/instrument.ts'
import type { FeedMemory } from './feed.ts'
import { startFeed } from './feed.ts'
import { doorbellOf } from './market/doorbell.ts'
import { pinThisThread } from './seams/affinity.ts'
import { systemClock } from './seams/clock.ts'
import { seededRandom } from './seams/random.ts'
import type { StreamEvent } from './venue/socket.ts'

/** What the strategy thread hands over at the start. */
export interface FeedThreadData {
  readonly url: string
  readonly instruments: readonly Instrument[]
  readonly memory: FeedMemory
  readonly silenceMs: number
  readonly pingIntervalMs: number
  readonly seed: string
  /** The core to stay on (D7). */
  readonly core: number
}

const data = workerData as FeedThreadData
const port = parentPort
if (port === null) throw new Error('the feed thread is started by the runtime, as a worker')

const { warning } = await pinThisThread(data.core)
if (warning !== null)
  port.postMessage({ type: 'run.warned', data: { message: `feed thread: ${warning}` } } satisfies StreamEvent)

const feed = startFeed({
  ...data,
  clock: systemClock,
  random: seededRandom(data.seed),
  doorbell: doorbellOf(data.memory.ring),
  onEvent: (event) => port.postMessage(event),
})

port.once('message', () => {
  void feed.stop().then(() => port.close())
})
