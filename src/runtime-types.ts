/**
 * What a run is given, and what it tells its parent.
 */
import type { Config } from './config.ts'
import type { Leftover } from './domain/leftover.ts'
import type { Journal } from './journal/append.ts'
import type { MetricsSnapshot } from './journal/events.ts'
import type { ProcessUsage } from './metrics/process.ts'
import type { Clock } from './seams/clock.ts'
import type { Transport } from './venue/transport.ts'

export interface RuntimeOptions {
  readonly config: Config
  readonly clock: Clock
  readonly journal: Journal
  readonly plannedFaults: readonly string[]
  /** What earlier runs may have left at the venue: it is closed before anything is traded. Journaled by whoever hands it in. */
  readonly leftover?: Leftover | undefined
  /** Default: the network. Anything else needs the `inline` topology. */
  readonly transport?: Transport
  /** Default: drawn, never the same twice. */
  readonly runId?: string
  /** Default: this process. */
  readonly usage?: ProcessUsage
  /** Whether the run's last snapshot carries every latency's whole distribution. Default true. */
  readonly distributions?: boolean
  /** Whether the strategy thread is pinned to a core where that is possible (D7). Default true. */
  readonly pins?: boolean
  /** Lines for people: warnings, the periodic line, the summary. */
  print(text: string): void
  onProgress?(progress: Progress): void
}

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

/** What a run could not close: a trade, or what the venue still shows of a symbol. */
export interface LeftOpen {
  readonly tradeId: string
  readonly symbol: string
  readonly longLots: number
  readonly shortLots: number
  /** Long lots minus short lots. */
  readonly nakedLots: number
}

export interface RunResult {
  readonly exitCode: number
  readonly reason: string
  readonly left: readonly LeftOpen[]
  /** Null when the run ended before it began. */
  readonly metrics: MetricsSnapshot | null
}
