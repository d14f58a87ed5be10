/**
 * What the execution stage is given: everything it touches besides the pure rules. Wired in runtime.ts, replaced in tests.
 */
import type { Instrument } from '../domain/instrument.ts'
import type { Quote } from '../domain/quote.ts'
import type { EventData, EventType } from '../journal/events.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Clock } from '../seams/clock.ts'
import type { Gateway } from '../venue/gateway.ts'

export interface JournalPort {
  append<T extends EventType>(type: T, data: EventData[T]): void
  /** Returns when everything appended so far has been handed to the operating system. */
  flush(): void
}

export type MetricsPort = Pick<Metrics, 'count' | 'skip' | 'record'>

export interface ExecutionPorts {
  readonly gateway: Gateway
  readonly clock: Clock
  readonly journal: JournalPort
  readonly metrics: MetricsPort
  /** In the order of the run's symbol list. */
  readonly instruments: readonly Instrument[]
  /** The newest quote of an instrument, null before the first. */
  latestQuote(symbolIndex: number): Quote | null
  /** Order creates the account may still send in the current rolling second. */
  createsFree(): number
}
