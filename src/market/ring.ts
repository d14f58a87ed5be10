/**
 * An overwriting single-producer single-consumer ring of quotes over shared memory (D8).
 */
import type { Quote } from '../domain/quote.ts'

/** What travels between threads: plain shared memory, posted once. */
export interface RingMemory {
  readonly capacity: number
  readonly counters: SharedArrayBuffer
  readonly slots: SharedArrayBuffer
}

/** Reused by the consumer: fields are overwritten by the next pop. */
export type MutableQuote = { -readonly [K in keyof Quote]: Quote[K] } & { pushedUs: number }

export interface RingProducer {
  /** Never fails: when the ring is full the oldest quote goes and is counted. */
  push(quote: Quote, pushedUs: number): void
}

export interface RingConsumer {
  /** Copies the oldest quote into `into`; false when the ring is empty. */
  pop(into: MutableQuote): boolean
  readonly queued: number
}

export interface RingCounts {
  readonly pushed: number
  readonly dropped: number
  readonly popped: number
}
