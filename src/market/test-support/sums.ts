/**
 * Quotes that betray a torn copy: every field is a function of one counter, and `pushedUs` is their sum.
 */
import type { QuoteTableMemory } from '../quotes.ts'
import type { RingMemory } from '../ring.ts'
import type { MutableQuote } from '../slots.ts'

/** What the producer thread is told. `gate`: [0] go, [1] quotes the consumer has taken (paced only). */
export interface ProducerOrder {
  readonly ring: RingMemory
  readonly table: QuoteTableMemory
  readonly gate: SharedArrayBuffer
  readonly quotes: number
  /** Quotes between two waits for the consumer; 0 is full speed. */
  readonly burst: number
}

/** Makes `quote` the `n`-th one of its stream; returns its checksum, to be pushed as `pushedUs`. */
export function fillQuote(quote: MutableQuote, n: number, symbolIndex: number): number {
  quote.symbolIndex = symbolIndex
  quote.bidTicks = n * 3 + 1
  quote.bidLots = n ^ 0x5555
  quote.askTicks = n * 3 + 2
  quote.askLots = n ^ 0x3333
  quote.venueMs = 1_700_000_000_000 + n
  quote.receivedUs = n + 0.25
  quote.updateId = n
  return sumOf(quote)
}

/** Whether what was read is one whole quote as it was filled. */
export function isWhole(quote: Readonly<MutableQuote>): boolean {
  return quote.pushedUs === sumOf(quote) && quote.bidTicks === quote.updateId * 3 + 1
}

function sumOf(quote: Readonly<MutableQuote>): number {
  const { symbolIndex, bidTicks, bidLots, askTicks, askLots, venueMs, receivedUs, updateId } = quote
  return (
    symbolIndex + bidTicks * 2 + bidLots * 3 + askTicks * 5 + askLots * 7 + venueMs + receivedUs * 11 + updateId * 13
  )
}
