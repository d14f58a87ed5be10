/**
 * The address budget: so many HTTP calls in any 5 s, whatever they ask. Who exceeds it is banned for a while, cancels
 * included. Source: Bybit v5 rate-limit page (600 calls per 5 s, 403 "access too frequent", wait 10 minutes).
 */
import { createLimit, type EndpointLimit, type LimitVerdict, visit } from './core/limits.ts'

const WINDOW_MS = 5000
/** Addresses remembered at once; beyond them the one that came first is forgotten, its ban with it. */
const ADDRESSES_MAX = 4096

export interface IpLimit {
  /** Counts one call; false when the address is banned, now or from this call on. */
  admit(address: string, nowMs: number): boolean
  /** What the address has left, without counting anything. */
  budget(address: string, nowMs: number): LimitVerdict
}

interface AddressBook {
  readonly calls: EndpointLimit
  bannedUntilMs: number
}

export function createIpLimit(options: { readonly callsPer5s: number; readonly banMs: number }): IpLimit {
  const books = new Map<string, AddressBook>()
  return { admit, budget: (address, nowMs) => visit(bookOf(address).calls, nowMs, 0) }

  function admit(address: string, nowMs: number): boolean {
    const book = bookOf(address)
    if (nowMs < book.bannedUntilMs) return false
    if (visit(book.calls, nowMs).admitted === 1) return true
    book.bannedUntilMs = nowMs + options.banMs
    return false
  }

  function bookOf(address: string): AddressBook {
    const known = books.get(address)
    if (known !== undefined) return known
    const [first] = books.keys()
    if (books.size >= ADDRESSES_MAX && first !== undefined) books.delete(first)
    const book = { calls: createLimit(options.callsPer5s, WINDOW_MS), bannedUntilMs: Number.NEGATIVE_INFINITY }
    books.set(address, book)
    return book
  }
}
