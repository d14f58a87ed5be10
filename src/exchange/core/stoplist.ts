/**
 * The lists an order with a stop stands on while it is open, and what a position shows of its own.
 *
 *   enlist ─► holding.stops, the price's queue, position.stops (TP, SL, trailing) ─► forget
 */
import type { Order, Position, Venue } from './model.ts'
import { unwatch, watch } from './triggers.ts'

/** Puts a new order with a stop on its lists; when its price is there already, it is fired. */
export function enlist(venue: Venue, order: Order): void {
  order.holding.stops.add(order)
  if (isProtective(order)) positionOf(order).stops.push(order)
  watch(venue, order)
  showTargets(positionOf(order))
}

/** Takes an order that has ended off its lists. */
export function forget(order: Order): void {
  if (order.holding.stops.delete(order)) unwatch(order)
  if (!isProtective(order)) return
  const { stops } = positionOf(order)
  const at = stops.indexOf(order)
  if (at >= 0) stops.splice(at, 1)
  showTargets(positionOf(order))
}

/** Waits for another price instead. */
export function rewatch(venue: Venue, order: Order, stop: Order['stop']): void {
  unwatch(order)
  order.stop = stop
  watch(venue, order)
  showTargets(positionOf(order))
}

/** Facts §3.2: an active order, or one that waits for a price (or ended waiting). What `OpenOrder` adds is in doubt. */
export function fitsFilter(venue: Venue, order: Order, filter: string): boolean {
  const waits = order.stop !== null && !order.stop.isTriggered
  if (filter === 'Order') return !waits
  if (filter === 'StopOrder') return waits
  if (filter === 'OpenOrder') return !waits || (venue.rules.doubts.openOrderFilter === 'placed' && !isProtective(order))
  return true
}

/** TP, SL and trailing stop belong to a position and go with it; other stops stand alone. */
export function isProtective(order: Order): boolean {
  return order.stop !== null && order.stop.type !== 'Stop'
}

export function positionOf(order: Order): Position {
  return order.holding.positions[order.idx]
}

/** The prices a position row shows: those for the whole position. */
function showTargets(position: Position): void {
  position.takeProfitTicks = 0
  position.stopLossTicks = 0
  position.trailTicks = 0
  for (const { stop } of position.stops) {
    if (stop?.type === 'TakeProfit') position.takeProfitTicks = stop.triggerTicks
    if (stop?.type === 'StopLoss') position.stopLossTicks = stop.triggerTicks
    if (stop?.type === 'TrailingStop') position.trailTicks = stop.trailTicks
  }
}
