/**
 * Everything that is written down, once, in one file: JSON lines of `{ seq, at, by, type, data }`.
 *
 * The journal is the only record. Console, checks and report are its readers; nothing reads live objects. Types are
 * past-tense facts. Secrets never enter: `run.started` carries the configuration without them.
 *
 * `at` is monotonic µs, comparable between the processes of one machine; `venueMs` values are the venue's clock.
 * Quantities are lots and prices ticks of the instrument named in `run.started`.
 */
import type { Leftover, RecoveredOrder, RecoveredPosition } from '../domain/leftover.ts'
import type { Opportunity } from '../domain/opportunity.ts'
import type { LegName, OrderPurpose, Side, TimeInForce } from '../domain/order.ts'
import type { Qualification } from '../domain/qualification.ts'
import type { PositionRow, VenueExecutionRow, VenueOrderRow } from '../domain/rows.ts'
import type { BooksCompared, WalletCompared } from './compared.ts'

/**
 * Who wrote the line. `seq` counts per writer and opening of the file, from 1 (a writer with several threads: from thread
 * × 1,000,000 + 1), so that a reader sees when a line is missing.
 */
export type Writer = 'runtime' | 'feed' | 'faults' | 'harness' | 'venue'

export interface JournalLine<T extends EventType = EventType> {
  readonly seq: number
  readonly at: number
  readonly by: Writer
  readonly type: T
  readonly data: EventData[T]
}

/** A journal line of any type, discriminated by `type`. */
export type JournalEvent = { [T in EventType]: JournalLine<T> }[EventType]
export type EventType = keyof EventData

export interface JournaledInstrument {
  readonly symbol: string
  readonly tick: string
  readonly lot: string
  readonly minLots: number
  readonly minNotionalUsd: number
}

/** The bounds the promises are judged by: computed from the configuration, never chosen per test. */
export interface Bounds {
  readonly orderTimeoutMs: number
  readonly legTimeoutMs: number
  readonly unknownMaxMs: number
  readonly orderRecvWindowMs: number
  readonly readLagMs: number
  readonly recoveryBoundMs: number
  readonly entryRetriesMax: number
  readonly unwindsMax: number
  readonly maxConcurrentTrades: number
  readonly maxNotionalUsd: number
  /** P6: emergency close, from both clocks. */
  readonly closeBudgetMs: number
  /** P1: longest allowed stretch of naked exposure. */
  readonly nakedMaxMs: number
  /** Order creates allowed in any rolling second. */
  readonly createsPerSecond: number
}

export type OpportunityRecord = Opportunity

/** Percentiles of one stage, µs. `percentile` values beyond what `count` supports are null, never guessed. */
export interface StageSummary {
  readonly count: number
  readonly p50Us: number | null
  readonly p95Us: number | null
  readonly p99Us: number | null
  readonly p999Us: number | null
  readonly maxUs: number | null
  /** HdrHistogram V2, compressed, base64: the whole distribution. */
  readonly hdr: string
}

export type StageName = 'socketToRing' | 'ringToStrategy' | 'detection' | 'placement' | 'endToEnd'

export interface MetricsSnapshot {
  /** Since the run started, ms. */
  readonly elapsedMs: number
  readonly counters: Readonly<Record<string, number>>
  readonly skips: Readonly<Record<string, number>>
  readonly stages: Readonly<Record<StageName, StageSummary>>
  /** The longest time between two looks at the ring, µs (D15). */
  readonly ringGapMaxUs: number
  readonly rssMb: number
  readonly strategyCpuPercent: number
}

export interface EventData {
  'run.started': {
    readonly runId: string
    readonly target: string
    readonly seed: string
    readonly versions: Readonly<Record<string, string>>
    readonly config: Readonly<Record<string, unknown>>
    readonly bounds: Bounds
    readonly instruments: readonly JournaledInstrument[]
    /** Monotonic µs and venue ms of one moment, so that the two clocks can be laid side by side. */
    readonly clock: { readonly atUs: number; readonly venueMs: number }
    readonly plannedFaults: readonly string[]
    /** Which key traded: the beginning of its SHA-256. */
    readonly account?: string | undefined
  }
  /** What the account held before us (D19). P2, P5 and P9 are relative to it. */
  'run.baseline': {
    readonly positions: readonly PositionRow[]
    readonly openOrders: readonly { readonly symbol: string; readonly venueOrderId: string }[]
    readonly refusedSymbols: readonly string[]
    /** Cash of the settle coin, USD. */
    readonly cashUsd?: number | undefined
  }
  /** What an earlier run may have left, written down before its journal is put aside: a chain of killed runs loses nothing. */
  'recovery.started': Leftover
  /** Every order of it as the venue has it, every position explained. Incomplete: the run does not start. */
  recovered: {
    readonly runIds: readonly string[]
    readonly complete: boolean
    readonly orders: readonly RecoveredOrder[]
    readonly positions: readonly RecoveredPosition[]
    readonly tookMs: number
  }
  'run.warned': { readonly message: string }
  'run.stopping': { readonly reason: string }
  'run.finished': {
    readonly exitCode: number
    readonly reason: string
    readonly tradesLeftOpen: readonly {
      readonly tradeId: string
      readonly symbol: string
      /** Long minus short. Must agree with the fills written for the trade, or it explains nothing (P5). */
      readonly nakedLots: number
      readonly longLots?: number | undefined
      readonly shortLots?: number | undefined
    }[]
  }

  'stream.opened': { readonly stream: 'public' | 'private'; readonly attempt: number }
  'stream.subscribed': { readonly stream: 'public' | 'private'; readonly topics: readonly string[] }
  'stream.closed': { readonly stream: 'public' | 'private'; readonly code: number; readonly reason: string }
  /** A gap is over: nothing was heard between the two moments. */
  'stream.gap': { readonly stream: 'public' | 'private'; readonly fromUs: number; readonly toUs: number }
  /** A frame that could not be understood. Counted, written down, never thrown through. */
  'frame.refused': { readonly stream: 'public' | 'private'; readonly why: string; readonly sample: string }

  'trade.planned': {
    readonly tradeId: string
    readonly symbol: string
    readonly lots: number
    readonly opportunity: OpportunityRecord
    readonly verdict: Qualification
  }
  'order.submitted': {
    readonly tradeId: string
    readonly clientId: string
    readonly symbol: string
    readonly place: number
    readonly leg: LegName
    readonly side: Side
    readonly purpose: OrderPurpose
    readonly lots: number
    /** Null for a market order. */
    readonly priceTicks: number | null
    readonly timeInForce: TimeInForce
    readonly reduceOnly: boolean
    /** Quantity "0" with close-on-trigger: closes whatever the leg still holds. */
    readonly closeAll: boolean
    /** USD at the price sent (or at the touch for a market order). */
    readonly notionalUsd: number
  }
  'order.acknowledged': { readonly tradeId: string; readonly clientId: string; readonly venueOrderId: string }
  'order.refused': {
    readonly tradeId: string
    readonly clientId: string
    readonly code: number
    readonly reason: string
  }
  'order.unknown': { readonly tradeId: string; readonly clientId: string; readonly reason: string }
  /** Proved not to exist: every book was asked later than the venue could still have accepted it. */
  'order.absent': { readonly tradeId: string; readonly clientId: string; readonly askedVenueMs: number }
  'order.cancelled': { readonly tradeId: string; readonly clientId: string }
  'order.cancelRefused': { readonly tradeId: string; readonly clientId: string; readonly code: number }
  'order.queried': { readonly tradeId: string; readonly clientId: string; readonly found: string }
  'order.ended': {
    readonly tradeId: string
    readonly clientId: string
    readonly filledLots: number
    readonly how: string
  }
  'order.filled': {
    readonly tradeId: string
    readonly clientId: string
    readonly execId: string
    readonly leg: LegName
    readonly lots: number
    readonly priceTicks: number
    readonly feeUsd: number
    readonly venueMs: number
    /** How the fill reached us. */
    readonly from: 'stream' | 'query' | 'reconcile'
  }
  'trade.hedged': { readonly tradeId: string; readonly lots: number; readonly sinceStartUs: number }
  /**
   * The entry did not work out; what was filled is taken off.
   * `dueUs`: the monotonic moment at which it could first be known (the reply, or the deadline that passed).
   */
  'trade.failed': { readonly tradeId: string; readonly reason: string; readonly dueUs: number }
  'trade.marked': {
    readonly tradeId: string
    readonly syntheticPnlBps: number
    readonly venuePnlUsd: number
    readonly marks: number
  }
  'trade.closing': { readonly tradeId: string; readonly reason: string }
  'trade.flat': {
    readonly tradeId: string
    readonly reason: string
    readonly venuePnlUsd: number
    readonly feesUsd: number
    readonly syntheticPnlBps: number | null
    readonly marks: number
    readonly everHedged: boolean
  }
  'trade.halted': {
    readonly tradeId: string
    readonly symbol: string
    readonly longLots: number
    readonly shortLots: number
    /** Long minus short. P1 holds it against the venue, to the lot. */
    readonly nakedLots: number
    readonly nakedUsd: number
    readonly reason: string
  }
  /** No new entries until restart (D11). */
  'entries.halted': { readonly reason: string }
  reconciled: {
    readonly cause: string
    readonly ordersAsked: number
    readonly fillsRecovered: number
    readonly tookMs: number
  }
  /** The executor's books beside the venue's, asked at the same moment (P9): exact where nothing is in flight. */
  'books.compared': BooksCompared
  /** A quiet point: the account's cash, and what explains how it got there from the start. */
  'wallet.compared': WalletCompared
  'metrics.snapshot': MetricsSnapshot

  'fault.applied': {
    readonly name: string
    readonly party: string
    readonly op: string
    /** The verdict's own word first, e.g. "drop", "shrink to 0.5". */
    readonly verdict: string
    readonly occurrence: number
    /** The order it hit, where it hit one. P3 excuses a smaller quantity at the venue only if "shrink" names the order. */
    readonly clientId: string | null
  }

  /** The venue's own books, asked by the harness after the runtime has ended. Only what this run's ids or symbols touched. */
  'venue.truth': {
    readonly positions: readonly PositionRow[]
    readonly orders: readonly VenueOrderRow[]
    readonly executions: readonly VenueExecutionRow[]
    /** From the venue's administration side where there is one (mock only): frames sent to our streams, and so on. */
    readonly venueCounters: Readonly<Record<string, number>> | null
  }
  /** A venue's own journal begins, whoever trades there. Its lines are judged by `check`, by bounds the caller states. */
  'venue.started': {
    readonly seed: string
    readonly accounts: readonly string[]
    readonly instruments: readonly JournaledInstrument[]
    readonly clock: { readonly atUs: number; readonly venueMs: number }
    readonly plannedFaults: readonly string[]
  }
  /** An order has ended, or is still open when the venue closes. */
  'venue.order': { readonly accountId: string; readonly order: VenueOrderRow }
  'venue.execution': { readonly accountId: string; readonly execution: VenueExecutionRow }
  /** The venue itself refused a request with a retCode. What the fault layer answers is `fault.applied`. */
  'venue.refused': {
    readonly accountId: string
    readonly path: string
    readonly retCode: number
    readonly symbol: string | null
    readonly clientId: string | null
    readonly venueMs: number
  }
  'venue.finished': {
    readonly reason: string
    readonly venueMs: number
    /** As last told to their owners; flat ones are left out. */
    readonly positions: readonly { readonly accountId: string; readonly position: PositionRow }[]
    readonly venueCounters: Readonly<Record<string, number>>
  }
  'scenario.finished': {
    readonly scenario: string
    readonly test: string
    readonly state: 'passed' | 'failed' | 'skipped'
  }
}
