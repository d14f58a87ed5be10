/**
 * The latest quote of every instrument, in shared memory beside the ring (D9).
 *
 *   feed ──► ring ───────────► strategy       every quote, oldest dropped when full
 *     └────► quote table ◄──── strategy       newest per instrument, read after any drop
 *
 * A flood on one symbol may push another's only quote out of the ring; it is still here.
 *
 * Each row has a sequence number: odd while the writer is at work, raised by two per quote. A reader whose number was
 * even and is unchanged after the copy has read one whole quote. Writer and reader touch the number by
 * read-modify-write, not by plain store and load: only that keeps the plain field accesses on their side of it on
 * processors that reorder freely. (The number wraps to 0, "empty", for one quote in 2^31 of one symbol.)
 */
import type { Quote } from '../domain/quote.ts'
import type { MutableQuote } from './slots.ts'
import { loadQuote, storeQuote } from './slots.ts'

/** What travels between threads. */
export interface QuoteTableMemory {
  readonly symbolCount: number
  readonly sequences: SharedArrayBuffer
  readonly rows: SharedArrayBuffer
}

/** One thread's end. */
export interface QuoteTableWriter {
  /** Replaces the row of the quote's instrument. To be called *before* the ring's push, so that no drop precedes it. */
  write(quote: Quote, pushedUs: number): void
}

/** `empty`: no quote yet. `busy`: the writer was at work on that very row at every try; ask again later. */
export type QuoteTableAnswer = 'read' | 'empty' | 'busy'

/** Any other thread's end. */
export interface QuoteTableReader {
  readonly symbolCount: number
  read(symbolIndex: number, into: MutableQuote): QuoteTableAnswer
}

/** Rows and sequence numbers start this far apart, so that two symbols never share a cache line. */
const ROW_FIELDS = 16
const SEQUENCE_WORDS = 16
/** A write takes well under a microsecond: a reader that is disturbed so often meets a writer that never pauses. */
const TRIES_MAX = 64

/** Shared memory for `symbolCount` instruments. */
export function createQuoteTableMemory(symbolCount: number): QuoteTableMemory {
  if (!Number.isInteger(symbolCount) || symbolCount < 1) {
    throw new RangeError(`quote table needs a positive number of symbols, got ${symbolCount}`)
  }
  return {
    symbolCount,
    sequences: new SharedArrayBuffer(symbolCount * SEQUENCE_WORDS * 4),
    rows: new SharedArrayBuffer(symbolCount * ROW_FIELDS * 8),
  }
}

/** The writer's end. A symbol index outside the table throws: that is a bug of ours. */
export function quoteWriterOf(memory: QuoteTableMemory): QuoteTableWriter {
  const sequences = new Int32Array(memory.sequences)
  const rows = new Float64Array(memory.rows)
  return {
    write(quote, pushedUs) {
      const sequence = sequenceOf(memory, quote.symbolIndex)
      Atomics.add(sequences, sequence, 1)
      storeQuote(rows, quote.symbolIndex * ROW_FIELDS, quote, pushedUs)
      Atomics.add(sequences, sequence, 1)
    },
  }
}

/** A reader's end. A symbol index outside the table throws: that is a bug of ours. */
export function quoteReaderOf(memory: QuoteTableMemory): QuoteTableReader {
  const sequences = new Int32Array(memory.sequences)
  const rows = new Float64Array(memory.rows)
  return {
    symbolCount: memory.symbolCount,
    read(symbolIndex, into) {
      const sequence = sequenceOf(memory, symbolIndex)
      for (let tries = 0; tries < TRIES_MAX; tries += 1) {
        const before = Atomics.load(sequences, sequence)
        if (before === 0) return 'empty'
        if ((before & 1) === 1) continue
        loadQuote(rows, symbolIndex * ROW_FIELDS, into)
        if (Atomics.compareExchange(sequences, sequence, before, before) === before) return 'read'
      }
      return 'busy'
    },
  }
}

function sequenceOf(memory: QuoteTableMemory, symbolIndex: number): number {
  if (!(symbolIndex >= 0 && symbolIndex < memory.symbolCount && Number.isInteger(symbolIndex))) {
    throw new RangeError(`symbol index must be 0 to ${memory.symbolCount - 1}, got ${symbolIndex}`)
  }
  return symbolIndex * SEQUENCE_WORDS
}
