/**
 * Where the feed lives: in a thread of its own (`threads`) or in the strategy's (`inline`). Same parts, same ring (D7).
 */
import { Worker } from 'node:worker_threads'
import type { Config } from './config.ts'
import type { Instrument } from './domain/instrument.ts'
import { priceUsd } from './domain/instrument.ts'
import type { Feed, FeedMemory } from './feed.ts'
import { startFeed } from './feed.ts'
import type { FeedThreadData } from './feed-thread.ts'
import { inlineDoorbell, waitForQuotes } from './market/doorbell.ts'
import { countsOf } from './market/ring.ts'
import type { Clock } from './seams/clock.ts'
import { seededRandom } from './seams/random.ts'
import type { StreamEvent } from './venue/socket.ts'
import type { Transport } from './venue/transport.ts'

export interface FeedHostOptions {
  readonly config: Config
  readonly clock: Clock
  readonly instruments: readonly Instrument[]
  readonly memory: FeedMemory
  /** Only for a feed within this thread: one of its own has the network. */
  readonly transport?: Transport | undefined
  /** There are quotes in the ring. Called once per batch. */
  onQuotes(): void
  onEvent(event: StreamEvent): void
  /** The thread died: without its feed a run is blind. */
  onDeath(reason: string): void
}

/** The feed's core, where there are enough of them. */
const FEED_CORE = 2
const STOP_MAX_MS = 1_000
/** A thread with little to do gets little memory: this is most of what keeps two threads under 100 MB. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 24, codeRangeSizeMb: 8, stackSizeMb: 1 }

export function hostFeed(options: FeedHostOptions): Feed {
  const { config, instruments, memory } = options
  const shared = {
    url: config.publicUrl,
    instruments,
    memory,
    silenceMs: config.silencePublicMs,
    pingIntervalMs: config.pingIntervalMs,
  }
  const seed = `${config.runSeed}/public stream`
  if (config.topology === 'threads') return inThread({ ...shared, seed, core: FEED_CORE }, options)
  const { clock, onEvent, transport } = options
  return startFeed({
    ...shared,
    clock,
    transport,
    random: seededRandom(seed),
    // Whoever brings a wire brings its time as well, in which a turn of the real event loop never comes by itself.
    doorbell: inlineDoorbell(
      memory.ring,
      options.onQuotes,
      transport === undefined ? undefined : (act) => void clock.after(0, act),
    ),
    onEvent,
  })
}

function inThread(data: FeedThreadData, options: FeedHostOptions): Feed {
  const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = new Worker(new URL(`./feed-thread.${suffix}`, import.meta.url), {
    workerData: data,
    resourceLimits: RESOURCE_LIMITS,
  })
  let stopping = false
  const stopWaiting = waitForQuotes(data.memory.ring, options.onQuotes)
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  worker.on('message', options.onEvent)
  worker.on('error', (error) => options.onDeath(`the feed thread died: ${error.message}`))
  worker.on('exit', (code) => {
    if (!stopping) options.onDeath(`the feed thread ended by itself with code ${code}`)
  })
  return {
    stop: async () => {
      stopping = true
      worker.postMessage('stop')
      const giveUp = options.clock.after(STOP_MAX_MS, () => void worker.terminate())
      await exited
      giveUp()
      stopWaiting()
      // What the feed had still pushed is taken as well, so that received equals popped at the end.
      for (let turn = 0; turn <= data.memory.ring.capacity && countsOf(data.memory.ring).queued > 0; turn += 1) {
        options.onQuotes()
      }
    },
  }
}

/** Reads the shared reference prices: mark and index in USD, or null until the venue has told both on this connection. */
export function referenceReader(
  memory: FeedMemory,
  instruments: readonly Instrument[],
): (symbolIndex: number) => { markUsd: number; indexUsd: number } | null {
  const reference = new Float64Array(memory.reference)
  const tickUsd = instruments.map((instrument) => priceUsd(instrument, 1))
  return (symbolIndex) => {
    const mark = reference[2 * symbolIndex]!
    const index = reference[2 * symbolIndex + 1]!
    if (mark <= 0 || index <= 0) return null
    return { markUsd: mark * tickUsd[symbolIndex]!, indexUsd: index * tickUsd[symbolIndex]! }
  }
}
