/**
 * How many stream connections an address may open and hold on one listener. Source: facts §9 (500 new ones in any 5
 * minutes for each domain, all streams together; 1,000 held for market data).
 */
import { createRolling, type Rolling } from './rolling.ts'

const WINDOW_MS = 5 * 60_000
/** With more addresses than this, those with nothing to remember are forgotten. */
const ADDRESSES_MAX = 1000

export interface ConnectionLimit {
  /** Counts one handshake and, for market data, one connection held until `release`. False: refuse it. */
  admit(address: string, isMarketData: boolean, nowMs: number): boolean
  /** A market data connection of this address has ended. */
  release(address: string): void
  /** Handshakes refused so far. */
  refused(): number
}

export interface ConnectionBounds {
  readonly newPer5Min: number
  readonly marketDataPerAddress: number
}

interface AddressBook {
  readonly handshakes: Rolling
  held: number
}

export function createConnectionLimit({ newPer5Min, marketDataPerAddress }: ConnectionBounds): ConnectionLimit {
  const books = new Map<string, AddressBook>()
  let refused = 0
  return { admit, release, refused: () => refused }

  function admit(address: string, isMarketData: boolean, nowMs: number): boolean {
    const book = bookOf(address, nowMs)
    const isFull = isMarketData && book.held >= marketDataPerAddress
    if (isFull || !book.handshakes.admit(nowMs)) {
      refused += 1
      return false
    }
    if (isMarketData) book.held += 1
    return true
  }

  function release(address: string): void {
    const book = books.get(address)
    if (book !== undefined) book.held -= 1
  }

  function bookOf(address: string, nowMs: number): AddressBook {
    let book = books.get(address)
    if (book === undefined) {
      if (books.size >= ADDRESSES_MAX) forgetIdle(nowMs)
      book = { handshakes: createRolling(newPer5Min, WINDOW_MS), held: 0 }
      books.set(address, book)
    }
    return book
  }

  function forgetIdle(nowMs: number): void {
    for (const [address, { held, handshakes }] of books) {
      if (held === 0 && nowMs - handshakes.latestMs() >= WINDOW_MS) books.delete(address)
    }
  }
}
