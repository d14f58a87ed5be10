/**
 * A trade is a list of orders and a goal.
 *
 *   decide(trade, now) ─► actions ─► performed on the venue ─► facts ─► apply(trade, fact) ─► trade ─► decide …
 *
 * `apply` (apply.ts) records and never chooses; `decide` (decide.ts) chooses and never remembers. Entry, leg timeout, hedge,
 * emergency close and exit are all orders added to the list until every order is settled and the legs agree.
 *
 * What "atomic" can honestly promise: two orders cannot be one. Both legs are submitted as one action; afterwards the
 * trade is hedged to the lot, or flat, or halted with the naked amount named; and no client order id is sent twice.
 */
import type { LegName, OrderPurpose, OrderStatus, Side, TimeInForce } from './order.ts'

/** The bounds a trade lives by. All in ms unless named otherwise. */
export interface TradePolicy {
  /** A resting leg is cancelled after so long. */
  readonly legTimeoutMs: number
  /** A reply is awaited for so long; then the outcome is unknown. */
  readonly orderTimeoutMs: number
  /** From the submit: so long the system may be blind before it cancels by id. */
  readonly unknownMaxMs: number
  /** The venue may accept a request until its timestamp plus this. */
  readonly recvWindowMs: number
  /** The venue's reads may lag its writes by so much. */
  readonly readLagMs: number
  readonly entryRetriesMax: number
  readonly unwindsMax: number
  /** What to do when a leg times out with nothing filled. */
  readonly legTimeoutPolicy: 'unwind' | 'hedge'
}

export interface Fill {
  readonly execId: string
  readonly lots: number
  readonly priceTicks: number
  readonly feeUsd: number
  readonly venueMs: number
}

/** What `decide` wants to be sent. The price is put on it by the performer, from the newest quote. */
export interface NewOrder {
  readonly clientId: string
  readonly place: number
  readonly leg: LegName
  readonly side: Side
  readonly purpose: OrderPurpose
  readonly lots: number
  readonly reduceOnly: boolean
  /** Sent as quantity "0" with close-on-trigger: below the venue's minimum nothing else closes a leg. */
  readonly closeAll: boolean
  readonly timeInForce: TimeInForce
  /** Market instead of a capped limit. */
  readonly market: boolean
  /** The slippage cap is widened so many times: an unwind that did not fill tries harder. */
  readonly capMultiple: number
}

/** The newest request to cancel an order. */
export interface Cancel {
  readonly askedMs: number
  /** When the first of them was asked. */
  readonly firstMs: number
  readonly answer: 'none' | 'done' | 'refused' | 'unknown'
}

export interface TradeOrder extends NewOrder {
  readonly status: OrderStatus
  readonly sentMs: number
  /** The timestamp the submit was signed with, venue ms. */
  readonly venueTimestampMs: number
  /** Since when the venue is known to have it (acknowledgement, row or fill). */
  readonly liveMs: number | null
  /** The answer that ended it came at this moment (refused, absent, done). */
  readonly endedMs: number | null
  readonly refusal: { readonly code: number; readonly retryAtMs: number | null } | null
  readonly fills: readonly Fill[]
  /** When the last of them was told. */
  readonly filledMs: number | null
  readonly filledLots: number
  /** The most the venue's own rows claim is filled. */
  readonly claimedLots: number
  readonly cancel: Cancel | null
  readonly inquiry: { readonly askedMs: number; readonly answered: boolean } | null
}

export interface Trade {
  readonly id: string
  readonly runId: string
  readonly symbol: string
  /** Lots wanted on each leg. */
  readonly lots: number
  /** An order for fewer lots is below the venue's minimum quantity or notional. */
  readonly minOrderLots: number
  readonly policy: TradePolicy
  readonly startedMs: number
  readonly goal: 'open' | 'close'
  readonly closeReason: string | null
  /** `place`: orders from this place on belong to the emergency close. */
  readonly failed: { readonly reason: string; readonly dueMs: number; readonly place: number } | null
  readonly halted: string | null
  readonly orders: readonly TradeOrder[]
}

/** What became known. `atMs` is monotonic ms. */
export type Fact =
  | { readonly is: 'sent'; readonly order: NewOrder; readonly atMs: number; readonly venueTimestampMs: number }
  | { readonly is: 'acknowledged'; readonly clientId: string; readonly atMs: number }
  | {
      readonly is: 'refused'
      readonly clientId: string
      readonly code: number
      readonly atMs: number
      readonly retryAtMs: number | null
    }
  | { readonly is: 'lost'; readonly clientId: string; readonly atMs: number }
  | {
      readonly is: 'row'
      readonly clientId: string
      readonly filledLots: number
      readonly ended: boolean
      readonly atMs: number
    }
  | { readonly is: 'fill'; readonly clientId: string; readonly fill: Fill; readonly atMs: number }
  | { readonly is: 'cancelAsked'; readonly clientId: string; readonly atMs: number }
  | { readonly is: 'cancelAnswered'; readonly clientId: string; readonly answer: 'done' | 'refused' | 'unknown' }
  | { readonly is: 'inquired'; readonly clientId: string; readonly atMs: number }
  /** Every book was asked and none knows the id; `askedVenueMs` null when a book could not be read. */
  | {
      readonly is: 'notFound'
      readonly clientId: string
      readonly askedVenueMs: number | null
      readonly atMs: number
    }
  | { readonly is: 'inquiryAnswered'; readonly clientId: string }
  | { readonly is: 'failed'; readonly reason: string; readonly dueMs: number }
  | { readonly is: 'close'; readonly reason: string }
  | { readonly is: 'halted'; readonly reason: string }

export interface NewTrade {
  readonly id: string
  readonly runId: string
  readonly symbol: string
  readonly lots: number
  readonly minOrderLots: number
  readonly policy: TradePolicy
  readonly startedMs: number
}

/** A trade with nothing sent yet. */
export function newTrade(terms: NewTrade): Trade {
  return { ...terms, goal: 'open', closeReason: null, failed: null, halted: null, orders: [] }
}

/** The client order id of a place in a trade's list: computed, so that deciding again yields the same id. */
export function clientIdOf(runId: string, tradeId: string, place: number): string {
  return `${runId}-${tradeId}-${place}`
}

/**
 * When its end and all its fills could be known: the deadline to cancel it, and how long cancelling took. Lateness of our own
 * is not excused. An order nobody has heard of is given until `unknownMax` (D10) before it is cancelled as late.
 */
export function settledDueMs(policy: TradePolicy, { sentMs, liveMs, endedMs, filledMs, cancel }: TradeOrder): number {
  const knownMs = Math.max(endedMs ?? sentMs, filledMs ?? sentMs)
  if (cancel === null) return knownMs
  const lateMs = sentMs + policy.legTimeoutMs
  const blindMs = Math.max(lateMs, sentMs + policy.unknownMaxMs)
  const deadlineMs = Math.min(Math.max(lateMs, liveMs ?? blindMs), blindMs)
  return deadlineMs + Math.max(0, knownMs - cancel.firstMs)
}

/** Nothing more can come of it, and every fill the venue claims is in our books. */
export function isSettled(order: TradeOrder): boolean {
  if (order.status === 'refused' || order.status === 'absent') return true
  return order.status === 'done' && order.filledLots >= order.claimedLots
}

/** Lots a leg holds: what opened it minus what reduced it, from fills alone. */
export function heldLots(trade: Trade, leg: LegName): number {
  let held = 0
  for (const order of trade.orders) {
    if (order.leg === leg) held += order.reduceOnly ? -order.filledLots : order.filledLots
  }
  return held
}

/** Long minus short: what is not hedged, in lots. */
export function nakedLots(trade: Trade): number {
  return heldLots(trade, 'long') - heldLots(trade, 'short')
}

export type Phase = 'entering' | 'hedged' | 'closing' | 'flat' | 'halted'

/** Where the trade stands. `flat` and `halted` are the ends; `halted` still listens to late facts. */
export function phaseOf(trade: Trade): Phase {
  const long = heldLots(trade, 'long')
  const short = heldLots(trade, 'short')
  const settled = trade.orders.length > 0 && trade.orders.every(isSettled)
  if (trade.goal === 'close') {
    if ((settled || trade.orders.length === 0) && long === 0 && short === 0) return 'flat'
    return trade.halted === null ? 'closing' : 'halted'
  }
  if (trade.halted !== null) return 'halted'
  return settled && long > 0 && long === short && long === entryTargetLots(trade) ? 'hedged' : 'entering'
}

/**
 * The lots each leg can still come to: all that were wanted while the rest may be asked for, else what is there. Zero
 * means that the pair cannot be. Once a leg has been reduced, the smaller leg is the measure.
 */
export function entryTargetLots(trade: Trade): number {
  const long = heldLots(trade, 'long')
  const short = heldLots(trade, 'short')
  if (trade.orders.some((order) => order.reduceOnly)) return Math.min(long, short)
  const reach = (leg: LegName, held: number): number => (canAskForMore(trade, leg, held) ? trade.lots : held)
  const target = Math.min(reach('long', long), reach('short', short))
  // What is missing must itself be an order the venue takes; if it is not, the smaller leg is the measure again.
  const tooSmall = [long, short].some((held) => held < target && target - held < trade.minOrderLots)
  return tooSmall ? Math.min(long, short) : target
}

function canAskForMore(trade: Trade, leg: LegName, held: number): boolean {
  const { entryRetriesMax, legTimeoutPolicy } = trade.policy
  const orders = trade.orders.filter((order) => order.leg === leg)
  const retries = orders.filter((order) => order.purpose !== 'entry' && order.refusal?.retryAtMs == null).length
  if (retries >= entryRetriesMax || trade.lots - held < trade.minOrderLots) return false
  // A leg that filled nothing in its time is given up, unless the policy hedges or it never got its chance.
  return held > 0 || legTimeoutPolicy === 'hedge' || orders.at(-1)?.refusal?.retryAtMs != null
}
