/**
 * What a run that never ended may have left at the venue: every order it meant to send and did not see the end of.
 *
 * Intents are written down before they are sent, so an order that is not here was never sent.
 */
import type { LegName, Side } from './order.ts'

export interface LeftoverOrder {
  readonly clientId: string
  readonly symbol: string
  readonly leg: LegName
  readonly side: Side
  /** As meant; what it may have done. */
  readonly lots: number
  readonly reduceOnly: boolean
}

/** A fill that the journal already knew: the venue's books may not reach back so far. */
export interface LeftoverFill {
  readonly clientId: string
  readonly execId: string
  readonly lots: number
}

export interface Leftover {
  /** Runs whose orders these are, the oldest first: more than one when a recovery itself was cut off. */
  readonly runIds: readonly string[]
  readonly orders: readonly LeftoverOrder[]
  readonly fills: readonly LeftoverFill[]
  /** The first of the orders was sent no earlier, venue ms. */
  readonly sinceVenueMs: number
  /** Where they were sent, and with which key (its fingerprint; null in journals that do not say). */
  readonly restUrl: string
  readonly account: string | null
}

/** An order of an earlier run as the venue has it. */
export interface RecoveredOrder {
  readonly clientId: string
  readonly symbol: string
  readonly leg: LegName
  readonly side: Side
  /** The venue's own word; null: it never arrived. */
  readonly status: string | null
  readonly filledLots: number
  readonly execIds: readonly string[]
}

/** A position of earlier runs, explained. Lots of the leg. */
export interface RecoveredPosition {
  readonly symbol: string
  readonly idx: 1 | 2
  /** What the earlier runs' fills add up to. */
  readonly heldLots: number
  /** What the recovery's own orders took off. */
  readonly closedLots: number
  /** What is still there of it. */
  readonly leftLots: number
}

/** Trade id of the recovery's own orders, in journals and client order ids. */
export const RECOVERY_TRADE = 'recover'

/** The same of the sweep at a run's end. */
export const SWEEP_TRADE = 'sweep'
