/**
 * The feed: public socket ─► ring and quote table. One per run, in a thread of its own or inside the strategy thread.
 *
 *   public stream ─► quote ─► table (newest per symbol) ─► ring ─► doorbell        tickers ─► reference prices
 *
 * Everything it hands over is shared memory; nothing is posted per quote.
 */
import type { Instrument } from './domain/instrument.ts'
import type { Doorbell } from './market/doorbell.ts'
import type { QuoteTableMemory } from './market/quotes.ts'
import { createQuoteTableMemory, quoteWriterOf } from './market/quotes.ts'
import type { RingMemory } from './market/ring.ts'
import { createRingMemory, producerOf } from './market/ring.ts'
import type { Clock } from './seams/clock.ts'
import type { Random } from './seams/random.ts'
import { createPublicStream } from './venue/public-stream.ts'
import type { StreamEvent } from './venue/socket.ts'
import type { Transport } from './venue/transport.ts'

/** What the two threads share. */
export interface FeedMemory {
  readonly ring: RingMemory
  readonly table: QuoteTableMemory
  /** Two float64 per symbol: mark and index price in ticks, fraction kept, 0 until told on this connection. Each is read alone, so no lock is needed. */
  readonly reference: SharedArrayBuffer
  /** Float64 counts, by `FEED_COUNTS`. */
  readonly counts: SharedArrayBuffer
}

/** Index of each count in the shared counts. */
export const FEED_COUNTS = { quotes: 0, framesRefused: 1 } as const

export interface FeedOptions {
  readonly url: string
  readonly instruments: readonly Instrument[]
  readonly memory: FeedMemory
  readonly silenceMs: number
  readonly pingIntervalMs: number
  readonly clock: Clock
  readonly random: Random
  readonly doorbell: Doorbell
  /** Default: the network. */
  readonly transport?: Transport | undefined
  onEvent(event: StreamEvent): void
}

export interface Feed {
  stop(): Promise<void>
}

/** Shared memory for so many symbols. */
export function createFeedMemory(symbolCount: number, ringCapacity: number): FeedMemory {
  return {
    ring: createRingMemory(ringCapacity),
    table: createQuoteTableMemory(symbolCount),
    reference: new SharedArrayBuffer(symbolCount * 16),
    counts: new SharedArrayBuffer(Object.keys(FEED_COUNTS).length * 8),
  }
}

export function startFeed(options: FeedOptions): Feed {
  const { clock, doorbell, instruments, memory } = options
  const producer = producerOf(memory.ring)
  const table = quoteWriterOf(memory.table)
  const reference = new Float64Array(memory.reference)
  const counts = new Float64Array(memory.counts)
  const stream = createPublicStream({
    url: options.url,
    instruments,
    clock,
    random: options.random,
    silenceMs: options.silenceMs,
    pingIntervalMs: options.pingIntervalMs,
    transport: options.transport,
    onQuote(quote) {
      const pushedUs = clock.nowUs()
      counts[FEED_COUNTS.quotes]! += 1
      table.write(quote, pushedUs)
      producer.push(quote, pushedUs)
      doorbell.ring()
    },
    onTicker(ticker) {
      reference[2 * ticker.symbolIndex] = ticker.markTicks
      reference[2 * ticker.symbolIndex + 1] = ticker.indexTicks
    },
    onEvent(event) {
      // What was told before a gap may be far away by now, and quotes come first.
      if (event.type === 'stream.opened') reference.fill(0)
      if (event.type === 'frame.refused') counts[FEED_COUNTS.framesRefused]! += 1
      options.onEvent(event)
    },
  })
  return { stop: () => stream.close() }
}
