/**
 * How one quote lies in shared memory: nine Float64 fields. Every field is a count or a time well below 2^53, so a
 * Float64 holds it exactly.
 */
import type { Quote } from '../domain/quote.ts'

/** A quote that is overwritten in place: by the next pop, by the next read. `pushedUs`: when it was handed over. */
export type MutableQuote = { -readonly [K in keyof Quote]: Quote[K] } & { pushedUs: number }

/** Float64 fields of one quote. */
export const FIELDS_PER_QUOTE = 9

/** A quote to read into. All zero until then. */
export function blankQuote(): MutableQuote {
  return {
    symbolIndex: 0,
    bidTicks: 0,
    bidLots: 0,
    askTicks: 0,
    askLots: 0,
    venueMs: 0,
    receivedUs: 0,
    updateId: 0,
    pushedUs: 0,
  }
}

/** Plain stores: the caller orders them with the atomics around it. */
export function storeQuote(fields: Float64Array, at: number, quote: Quote, pushedUs: number): void {
  fields[at] = quote.symbolIndex
  fields[at + 1] = quote.bidTicks
  fields[at + 2] = quote.bidLots
  fields[at + 3] = quote.askTicks
  fields[at + 4] = quote.askLots
  fields[at + 5] = quote.venueMs
  fields[at + 6] = quote.receivedUs
  fields[at + 7] = quote.updateId
  fields[at + 8] = pushedUs
}

/** Plain loads: the copy is only worth something once the caller has proved that nobody wrote meanwhile. */
export function loadQuote(fields: Float64Array, at: number, into: MutableQuote): void {
  into.symbolIndex = fields[at]!
  into.bidTicks = fields[at + 1]!
  into.bidLots = fields[at + 2]!
  into.askTicks = fields[at + 3]!
  into.askLots = fields[at + 4]!
  into.venueMs = fields[at + 5]!
  into.receivedUs = fields[at + 6]!
  into.updateId = fields[at + 7]!
  into.pushedUs = fields[at + 8]!
}
