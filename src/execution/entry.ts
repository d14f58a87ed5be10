/**
 * Who is let in: every reason for not starting a trade, in one place, and the window of failures that closes the door.
 */
import type { Config } from '../config.ts'
import type { Clock } from '../seams/clock.ts'
import type { TradeBooks } from './books.ts'

export type EntryRefusal =
  | 'halted'
  | 'stopping'
  | 'private-stream-down'
  | 'foreign-position'
  | 'symbol-busy'
  | 'max-concurrent'
  | 'max-trades'
  | 'max-notional'
  | 'rate-limit'

export interface EntryQuestion {
  readonly config: Config
  readonly books: TradeBooks
  readonly symbol: string
  readonly tradesStarted: number
  readonly createsFree: number
  readonly halted: boolean
  readonly stopping: boolean
  readonly privateReady: boolean
  readonly foreign: boolean
}

/** Two entry orders, and two reducing ones that must stay possible (D12). */
const CREATES_PER_ENTRY = 4

/** The first reason that forbids an entry now, or null. Opportunities are never queued: what is refused is gone. */
export function entryRefusal(question: EntryQuestion): EntryRefusal | null {
  const { config, books, symbol } = question
  if (question.halted) return 'halted'
  if (question.stopping) return 'stopping'
  if (!question.privateReady) return 'private-stream-down'
  if (question.foreign) return 'foreign-position'
  if (books.bySymbol(symbol) !== undefined) return 'symbol-busy'
  if (books.openCount >= config.maxConcurrentTrades) return 'max-concurrent'
  if (config.maxTrades !== null && question.tradesStarted >= config.maxTrades) return 'max-trades'
  // Lots are rounded down, so a pair is never worth more than twice the configured size.
  if (books.openNotionalUsd + 2 * config.tradeSizeUsd > config.maxNotionalUsd) return 'max-notional'
  if (question.createsFree < books.reservedCreates + CREATES_PER_ENTRY) return 'rate-limit'
  return null
}

const WINDOW_MS = 60_000
const FAILURES_MAX = 3

/** Failed trades of the last minute; the third closes the door (D11). */
export class FailureWindow {
  readonly #clock: Clock
  #times: number[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts a failed trade; returns the reason to halt entries once there are too many. */
  add(what: string): string | null {
    const nowMs = this.#clock.nowUs() / 1000
    this.#times = [...this.#times.filter((at) => at > nowMs - WINDOW_MS), nowMs]
    if (this.#times.length < FAILURES_MAX) return null
    return `${FAILURES_MAX} failed trades within ${WINDOW_MS / 1000} s, the last: ${what}`
  }
}
