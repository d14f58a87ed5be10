/**
 * Two comparisons of our books with the venue's, as they are written down: positions, and the account's cash.
 */
import type { PositionRow } from '../domain/rows.ts'

export interface BooksCompared {
  readonly ours: readonly PositionRow[]
  readonly venue: readonly PositionRow[]
  /** Legs with an order under way: what the venue holds may lie so far from ours. */
  readonly underWay?: readonly UnderWay[] | undefined
}

/** How much below and above our own count the venue's may be, lots. */
export interface UnderWay {
  readonly symbol: string
  readonly idx: 1 | 2
  readonly belowLots: number
  readonly aboveLots: number
}

/** Cash of the settle coin, USD; all sums since the start. */
export interface WalletCompared {
  readonly startUsd: number
  readonly cashUsd: number
  /** By our own fills: fees and realised profit. In shared symbols by the venue's log. */
  readonly ownUsd: number
  readonly fundingUsd: number
  /** What nobody here did, by the venue's word for it. */
  readonly others: readonly OthersCash[]
  /** Symbols of ours in which somebody else traded as well: their average entry price is not ours alone. */
  readonly shared: readonly string[]
  readonly unexplainedUsd: number
}

export interface OthersCash {
  readonly type: string
  /** Empty when it is about none. */
  readonly symbol: string
  readonly usd: number
  readonly changes: number
}
