/**
 * An overwriting single-producer single-consumer ring of quotes over shared memory (D8).
 *
 *   feed thread                                                             strategy thread
 *   push ──► [ r │ oldest … newest │ w ] ──► pop
 *              ▲                     ▲
 *              │ full: the producer  │ only the producer moves w
 *              │ moves r, and counts
 *
 * Promises
 * - A full ring never blocks and never refuses: the oldest quote goes and is counted.
 * - What is popped was pushed exactly so: never torn, never twice, in order.
 * - pushed = popped + dropped + queued.
 * - Nothing is allocated after creation.
 *
 * How. `w` and `r` run freely through all 32 bits and are only ever compared as `(w − r) | 0`; masking happens when a
 * slot is addressed. Both sides may move `r`, so both move it by compare-and-swap: the producer when it needs the oldest
 * slot, the consumer when it has *finished copying*. A consumer that loses the swap has copied a slot that was being
 * overwritten; it throws the copy away and looks again. A producer that loses it has been given room, and needs no
 * second try. (An unchanged `r` proves an untouched slot unless the consumer slept through exactly 2^32 pushes.)
 */
import type { Quote } from '../domain/quote.ts'
import type { MutableQuote } from './slots.ts'
import { FIELDS_PER_QUOTE, loadQuote, storeQuote } from './slots.ts'

/** What travels between threads: plain shared memory, posted once. */
export interface RingMemory {
  readonly capacity: number
  readonly counters: SharedArrayBuffer
  readonly slots: SharedArrayBuffer
}

/** One thread's end. A second producer on the same memory breaks every promise. */
export interface RingProducer {
  /** Never fails: when the ring is full the oldest quote goes and is counted. `pushedUs`: monotonic µs. */
  push(quote: Quote, pushedUs: number): void
}

/** The other thread's end. A second consumer on the same memory breaks every promise. */
export interface RingConsumer {
  /** Copies the oldest quote into `into`; false when the ring is empty. */
  pop(into: MutableQuote): boolean
  readonly queued: number
  /** Quotes the producer has dropped so far. Seen no later than the quote whose push dropped them. */
  readonly dropped: number
}

/** Exact when both ends rest; while they run, each number is right but not all of the same instant. */
export interface RingCounts {
  readonly pushed: number
  readonly dropped: number
  readonly popped: number
  readonly queued: number
}

/** Bytes between two words that different threads write: two 64-byte lines, as CPUs fetch lines in pairs. */
const APART = 128
/** Words of the counter memory, as Int32 indices. */
const WRITE = 0
const READ = APART / 4
/** The consumer's "I sleep" flag; used by `doorbell.ts`. */
export const SLEEPING = (2 * APART) / 4
/**
 * Totals, as Float64 indices beside the word of the thread that writes them. They count beyond 2^32. An aligned 64-bit
 * store is one instruction on every machine this runs on, so a reader never sees half of one.
 */
const PUSHED = 1
const DROPPED = 2
const POPPED = (3 * APART) / 8

const CAPACITY_MAX = 2 ** 20

/**
 * Shared memory for a ring of `capacity` quotes, a power of two from 2 to 2^20; anything else throws a RangeError.
 * `startAt` is where both counters begin, for tests near 2^31 and 2^32. Default 0.
 */
export function createRingMemory(capacity: number, options: { readonly startAt?: number } = {}): RingMemory {
  if (!Number.isInteger(capacity) || capacity < 2 || capacity > CAPACITY_MAX || (capacity & (capacity - 1)) !== 0) {
    throw new RangeError(`ring capacity must be a power of two from 2 to ${CAPACITY_MAX}, got ${capacity}`)
  }
  const counters = new SharedArrayBuffer(4 * APART)
  const words = new Int32Array(counters)
  words[WRITE] = (options.startAt ?? 0) | 0
  words[READ] = (options.startAt ?? 0) | 0
  return { capacity, counters, slots: new SharedArrayBuffer(capacity * FIELDS_PER_QUOTE * 8) }
}

/** The producer's end. */
export function producerOf(memory: RingMemory): RingProducer {
  const words = new Int32Array(memory.counters)
  const totals = new Float64Array(memory.counters)
  const fields = new Float64Array(memory.slots)
  const { capacity } = memory
  const mask = capacity - 1
  let write = Atomics.load(words, WRITE)
  // A remembered read counter can only be too low, that is too careful: it is fetched again when it says "full".
  let readSeen = Atomics.load(words, READ)

  const makeRoom = (): void => {
    readSeen = Atomics.load(words, READ)
    if (((write - readSeen) | 0) < capacity) return
    const next = (readSeen + 1) | 0
    if (Atomics.compareExchange(words, READ, readSeen, next) !== readSeen) return // the consumer made room first
    readSeen = next
    totals[DROPPED]! += 1
  }

  return {
    push(quote, pushedUs) {
      if (((write - readSeen) | 0) >= capacity) makeRoom()
      storeQuote(fields, (write & mask) * FIELDS_PER_QUOTE, quote, pushedUs)
      write = (write + 1) | 0
      totals[PUSHED]! += 1
      Atomics.store(words, WRITE, write)
    },
  }
}

/** The consumer's end. */
export function consumerOf(memory: RingMemory): RingConsumer {
  const words = new Int32Array(memory.counters)
  const totals = new Float64Array(memory.counters)
  const fields = new Float64Array(memory.slots)
  const mask = memory.capacity - 1

  return {
    pop(into) {
      // Every lap of this loop but the last means the producer took a quote meanwhile: it ends as soon as it pauses.
      for (;;) {
        const read = Atomics.load(words, READ)
        if (((Atomics.load(words, WRITE) - read) | 0) <= 0) return false
        loadQuote(fields, (read & mask) * FIELDS_PER_QUOTE, into)
        if (Atomics.compareExchange(words, READ, read, (read + 1) | 0) === read) {
          totals[POPPED]! += 1
          return true
        }
      }
    },
    get queued() {
      return queuedIn(words, memory.capacity)
    },
    get dropped() {
      return totals[DROPPED]!
    },
  }
}

/** The ring's books, from any thread. */
export function countsOf(memory: RingMemory): RingCounts {
  const totals = new Float64Array(memory.counters)
  return {
    pushed: totals[PUSHED]!,
    dropped: totals[DROPPED]!,
    popped: totals[POPPED]!,
    queued: queuedIn(new Int32Array(memory.counters), memory.capacity),
  }
}

/** Whether a pop would find something. For the doorbell, which must look before it sleeps. */
export function hasQuotes(words: Int32Array): boolean {
  const read = Atomics.load(words, READ)
  return ((Atomics.load(words, WRITE) - read) | 0) > 0
}

function queuedIn(words: Int32Array, capacity: number): number {
  // Read first: the write counter fetched after it is never behind it, though it may have run ahead by more than a lap.
  const read = Atomics.load(words, READ)
  return Math.min((Atomics.load(words, WRITE) - read) | 0, capacity)
}
