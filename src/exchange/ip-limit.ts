/**
 * The address budget: so many HTTP calls in any 5 s, whatever they ask. Who exceeds it is banned for a while, cancels
 * included. Source: Bybit v5 rate-limit page (600 calls per 5 s, 403 "access too frequent", wait 10 minutes).
 *
 * Per address a ring of the last N call times: a call is one too many when the call N places ago is younger than 5 s.
 */
const WINDOW_MS = 5000

export interface IpLimit {
  /** Counts one call; false when the address is banned, now or from this call on. */
  admit(address: string, nowMs: number): boolean
}

interface AddressBook {
  readonly times: Float64Array
  next: number
  bannedUntilMs: number
}

export function createIpLimit(options: { readonly callsPer5s: number; readonly banMs: number }): IpLimit {
  const books = new Map<string, AddressBook>()
  return { admit }

  function admit(address: string, nowMs: number): boolean {
    const book = bookOf(address)
    if (nowMs < book.bannedUntilMs) return false
    if (nowMs - book.times[book.next]! < WINDOW_MS) {
      book.bannedUntilMs = nowMs + options.banMs
      return false
    }
    book.times[book.next] = nowMs
    book.next = (book.next + 1) % options.callsPer5s
    return true
  }

  function bookOf(address: string): AddressBook {
    let book = books.get(address)
    if (book === undefined) {
      const times = new Float64Array(options.callsPer5s).fill(Number.NEGATIVE_INFINITY)
      book = { times, next: 0, bannedUntilMs: Number.NEGATIVE_INFINITY }
      books.set(address, book)
    }
    return book
  }
}
