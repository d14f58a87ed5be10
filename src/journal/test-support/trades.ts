/**
 * Trades as they usually go, told into a story.
 */
import type { Story } from './story.ts'

export interface PairTerms {
  readonly tradeId: string
  readonly symbol?: string
  readonly atMs: number
  readonly lots?: number
  /** From the submit to the venue's execution. */
  readonly longFillsAfterMs?: number
  readonly shortFillsAfterMs?: number
  readonly exitAfterMs?: number
}

/** Both legs fill, the pair is held, both legs are closed, flat. */
export function hedgedTrade(story: Story, terms: PairTerms): void {
  const { tradeId, symbol = 'BTCUSDT', atMs, lots = 10, longFillsAfterMs = 3, shortFillsAfterMs = 5 } = terms
  const exitMs = atMs + (terms.exitAfterMs ?? 200)
  const long = story.submit({ tradeId, symbol, atMs, leg: 'long', lots })
  const short = story.submit({ tradeId, symbol, atMs, leg: 'short', lots })
  const first = Math.ceil(lots / 3)
  story.fill(long, atMs + longFillsAfterMs, first)
  story.fill(long, atMs + longFillsAfterMs, lots - first)
  story.fill(short, atMs + shortFillsAfterMs, lots)
  story.write('trade.hedged', atMs + shortFillsAfterMs + 1, { tradeId, lots, sinceStartUs: 6_000 })
  story.write('trade.closing', exitMs, { tradeId, reason: 'profitable' })
  const longExit = story.submit({ tradeId, symbol, atMs: exitMs, leg: 'long', purpose: 'exit', lots })
  const shortExit = story.submit({ tradeId, symbol, atMs: exitMs, leg: 'short', purpose: 'exit', lots })
  story.fill(longExit, exitMs + 3, lots)
  story.fill(shortExit, exitMs + 4, lots)
  story.flat(tradeId, exitMs + 6)
}

export interface FailedTerms {
  readonly tradeId: string
  readonly symbol?: string
  readonly atMs: number
  readonly lots?: number
  /** From `trade.failed` to the execution of the unwind. */
  readonly closesAfterMs?: number
  /** From when it could be known to `trade.failed`. */
  readonly noticedAfterMs?: number
}

/** Long fills, short is refused, long is taken off: first a part of it, then the rest. */
export function failedTrade(story: Story, terms: FailedTerms): void {
  const { tradeId, symbol = 'BTCUSDT', atMs, lots = 10, closesAfterMs = 8, noticedAfterMs = 1 } = terms
  const long = story.submit({ tradeId, symbol, atMs, leg: 'long', lots })
  const short = story.submit({ tradeId, symbol, atMs, leg: 'short', lots, arrives: false })
  story.fill(long, atMs + 3, lots)
  story.write('order.refused', atMs + 5, { tradeId, clientId: short, code: 110007, reason: 'not enough balance' })
  const failedMs = atMs + 5 + noticedAfterMs
  const dueUs = 5_000_000 + (atMs + 5) * 1_000
  story.write('trade.failed', failedMs, { tradeId, reason: 'short-refused', dueUs })
  const first = story.submit({ tradeId, symbol, atMs: failedMs, leg: 'long', purpose: 'unwind', lots })
  story.fill(first, failedMs + 3, lots - 4)
  story.cancel(first, failedMs + 3)
  const second = story.submit({ tradeId, symbol, atMs: failedMs + 5, leg: 'long', purpose: 'unwind', lots: 4 })
  story.fill(second, failedMs + closesAfterMs, 4)
  story.flat(tradeId, failedMs + closesAfterMs + 2)
}
