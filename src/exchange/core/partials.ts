/**
 * Orders filled in pieces on purpose: a world's schedule says how much of an incoming order trades, and when.
 *
 *   100 lots meet the book ─► 40 at once ─► … 500 ms … ─► 25 ─► the rest never: it waits for a cancel
 *
 * It holds for orders that open and would trade as they arrive; what does not cross rests as ever. Between its pieces an
 * order is out of the book, so nobody can trade with it and the book is never crossed; it can be cancelled, and amended
 * without a change of its schedule.
 * What is due at a piece's moment and finds no lots within its price rests, and its schedule is over. An order that
 * cannot wait (IOC, FOK, market) gets the pieces that are due at once and ends with those.
 */
import type { PartialFill } from '../world-matching.ts'
import type { FillPlan, Order, Venue } from './model.ts'

export function createFillPlan({ fills }: PartialFill): FillPlan {
  return { fills, progress: new WeakMap() }
}

function planOf(order: Order): FillPlan | null {
  if (order.reduceOnly) return null
  const { buy, sell } = order.listing.fillPlan
  return order.isBuy ? buy : sell
}

/** Lots an order that crosses may trade at this moment; all of them without a schedule. */
export function takeableLots(venue: Venue, order: Order): number {
  const plan = planOf(order)
  if (plan === null) return order.leaves
  const { metMs, next } = plan.progress.get(order) ?? { metMs: venue.nowMs, next: 0 }
  let sum = 0
  for (const { lots, share, afterMs } of plan.fills.slice(next)) {
    if (metMs + afterMs > venue.nowMs) break
    sum += lots ?? Math.max(1, Math.floor(order.lots * (share ?? 0)))
  }
  return Math.min(order.leaves, sum)
}

/** Puts what is left off to its next piece, or for good. Answers false for an order that has no schedule. */
export function awaitNextPiece(venue: Venue, order: Order): boolean {
  const plan = planOf(order)
  if (plan === null) return false
  const under = plan.progress.get(order) ?? { metMs: venue.nowMs, next: 0 }
  while (under.next < plan.fills.length && under.metMs + plan.fills[under.next]!.afterMs <= venue.nowMs) under.next += 1
  plan.progress.set(order, under)
  const next = plan.fills[under.next]
  order.matchAtMs = next === undefined ? Number.POSITIVE_INFINITY : under.metMs + next.afterMs
  venue.delayed.add(order)
  return true
}
