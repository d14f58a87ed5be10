/**
 * What a run tells its parent.
 */
import type { MetricsSnapshot } from './journal/events.ts'

/** A few numbers, several times a second, for whoever watches. */
export interface Progress {
  readonly elapsedMs: number
  readonly quotesPerSecond: number
  readonly opportunities: number
  readonly trades: number
  readonly openTrades: number
  /** Sum over open trades of what is not hedged now, USD. */
  readonly nakedUsd: number
  readonly endToEndP99Us: number | null
}

export interface LeftOpen {
  readonly tradeId: string
  readonly symbol: string
  readonly nakedLots: number
}

export interface RunResult {
  readonly exitCode: number
  readonly reason: string
  readonly left: readonly LeftOpen[]
  readonly metrics: MetricsSnapshot
}
