/**
 * A run as its readers see it: the journal's lines in the order of time, and the same lines again, grouped.
 *
 *   lines ─► by trade ─► by order ─► fills
 *        └─► streams · faults · metrics · comparisons · the venue's own books · how it ended
 *
 * Groups hold whole lines, so that the moment (`at`) and the writer stay with every fact.
 */
import type { EventType, JournalEvent, JournalLine, MetricsSnapshot, Writer } from './events.ts'

/** One order of a trade: what was meant, what was heard of it, and what it got. */
export interface RunOrder {
  readonly clientId: string
  /** Null when facts mention an order whose intent the journal lacks. */
  readonly submitted: JournalLine<'order.submitted'> | null
  readonly acknowledged: JournalLine<'order.acknowledged'> | null
  readonly refused: JournalLine<'order.refused'> | null
  readonly unknown: JournalLine<'order.unknown'> | null
  readonly absent: JournalLine<'order.absent'> | null
  readonly cancelled: JournalLine<'order.cancelled'> | null
  readonly ended: JournalLine<'order.ended'> | null
  readonly fills: readonly JournalLine<'order.filled'>[]
}

export type RunTradePhase = 'planned' | 'hedged' | 'failed' | 'closing' | 'flat' | 'halted'

/** One trade. Of facts that can repeat the first is kept; of the two ends, `flat` and `halted`, the last. */
export interface RunTrade {
  readonly tradeId: string
  /** Empty when neither a plan nor an order names it. */
  readonly symbol: string
  readonly planned: JournalLine<'trade.planned'> | null
  /** In the order of submission. */
  readonly orders: readonly RunOrder[]
  /** In the order in which we learned of them. */
  readonly fills: readonly JournalLine<'order.filled'>[]
  readonly hedged: JournalLine<'trade.hedged'> | null
  readonly failed: JournalLine<'trade.failed'> | null
  readonly closing: JournalLine<'trade.closing'> | null
  readonly flat: JournalLine<'trade.flat'> | null
  readonly halted: JournalLine<'trade.halted'> | null
  readonly marks: readonly JournalLine<'trade.marked'>[]
  /** The last of its phases that was written down. */
  readonly phase: RunTradePhase
  /** Monotonic µs of the first and the last line that names the trade. */
  readonly firstUs: number
  readonly lastUs: number
}

export type StreamLine = JournalLine<'stream.opened' | 'stream.subscribed' | 'stream.closed' | 'stream.gap'>

export interface RunGroups {
  readonly started: JournalLine<'run.started'> | null
  readonly baseline: JournalLine<'run.baseline'> | null
  readonly stopping: JournalLine<'run.stopping'> | null
  readonly finished: JournalLine<'run.finished'> | null
  /** By trade id, in the order in which they began. */
  readonly trades: ReadonlyMap<string, RunTrade>
  readonly streams: readonly StreamLine[]
  readonly faults: {
    readonly planned: readonly string[]
    readonly applied: readonly JournalLine<'fault.applied'>[]
  }
  readonly metrics: {
    readonly last: MetricsSnapshot | null
    readonly series: readonly JournalLine<'metrics.snapshot'>[]
  }
  readonly compared: readonly JournalLine<'books.compared'>[]
  /** The venue's own books; the newest when they were asked more than once. */
  readonly truth: JournalLine<'venue.truth'> | null
}

/** A line of a type this reader does not know: kept as it is. */
export interface UnknownLine {
  readonly seq: number
  readonly at: number
  readonly by: Writer
  readonly type: string
  readonly data: unknown
}

/** Something that keeps the journal from being believed whole. `line` counts from 1; null when it is about no line. */
export interface JournalProblem {
  readonly line: number | null
  readonly what: string
}

export interface Run extends RunGroups {
  readonly path: string
  /** Every line in the order of `at`. */
  readonly events: readonly JournalEvent[]
  readonly unknownLines: readonly UnknownLine[]
  readonly unknownTypes: Readonly<Record<string, number>>
  readonly problems: readonly JournalProblem[]
  /** The last line is half a line: its writer was stopped, or is still at it. */
  readonly torn: boolean
  /** Started once, finished, and nothing missing in between. Anything else is judged `unknown`, never green. */
  readonly complete: boolean
}

/** All lines of one type, in order. */
export function linesOf<T extends EventType>(run: Pick<Run, 'events'>, type: T): JournalLine<T>[] {
  return run.events.filter((event): event is JournalEvent & JournalLine<T> => event.type === type)
}

/** A moment of the monotonic clock, laid onto the venue's clock by the pair written at the start; ms, fraction kept. */
export function venueMsAt(started: JournalLine<'run.started'>, atUs: number): number {
  const { clock } = started.data
  return clock.venueMs + (atUs - clock.atUs) / 1e3
}
