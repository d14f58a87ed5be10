/**
 * Orders that wait for a price. One queue per kind of price and direction, the nearest price last:
 *
 *   rises.LastPrice   64,000  62,000  61,000 ◄─ the next one to go when the last price rises
 *   falls.MarkPrice   55,000  58,000  59,500 ◄─ the next one to go when the mark falls
 *   trails            few, looked at one by one with every last price
 *
 * A price that reaches an order takes it out of its queue and hands it to `venue.stops`; nothing is matched here, as
 * prices move in the middle of a sweep.
 */
import type { Listing, Order, Venue } from './model.ts'
import type { Trail, TriggerBy, Triggers } from './orderterms.ts'

export function createTriggers(): Triggers<Order> {
  const queues = (): Record<TriggerBy, Order[]> => ({ LastPrice: [], IndexPrice: [], MarkPrice: [] })
  return { count: 0, rises: queues(), falls: queues(), trails: [] }
}

/** The price a trigger looks at, ticks. */
export function priceBy(listing: Listing, by: TriggerBy): number {
  if (by === 'LastPrice') return listing.lastTicks
  return by === 'MarkPrice' ? listing.markTicks : listing.indexTicks
}

/** Puts an order with a stop where its price will find it; a price that is there already fires it at once. */
export function watch(venue: Venue, order: Order): void {
  const { listing, stop } = order
  if (stop === null) throw new Error('an order without a stop waits for no price')
  const { triggers } = listing
  triggers.count += 1
  if (stop.trailTicks > 0) {
    triggers.trails.push({ order, isGoing: stop.triggerTicks === 0, bestTicks: listing.lastTicks })
  } else {
    const queue = queueOf(triggers, order)
    queue.splice(placeOf(queue, order), 0, order)
  }
  priceMoved(venue, listing, stop.by)
}

/** Forgets an order, if it was waiting at all. */
export function unwatch(order: Order): void {
  const { triggers } = order.listing
  const trailAt = triggers.trails.findIndex((trail) => trail.order === order)
  if (trailAt >= 0) {
    triggers.trails.splice(trailAt, 1)
    triggers.count -= 1
    return
  }
  if (order.stop === null) return
  const queue = queueOf(triggers, order)
  // Equal prices stand together, the oldest last.
  for (let at = placeOf(queue, order); at < queue.length; at += 1) {
    if (queue[at] !== order) continue
    queue.splice(at, 1)
    triggers.count -= 1
    return
  }
}

/** Called with every move of a price; with nobody waiting the caller need not call at all. */
export function priceMoved(venue: Venue, listing: Listing, by: TriggerBy): void {
  const { triggers } = listing
  if (triggers.count === 0) return
  const ticks = priceBy(listing, by)
  takeReached(venue, triggers, triggers.rises[by], (trigger) => ticks >= trigger)
  takeReached(venue, triggers, triggers.falls[by], (trigger) => ticks <= trigger)
  if (by === 'LastPrice' && triggers.trails.length > 0) moveTrails(venue, triggers, ticks)
}

/** Mark and index have moved. */
export function marksMoved(venue: Venue, listing: Listing): void {
  if (listing.triggers.count === 0) return
  priceMoved(venue, listing, 'MarkPrice')
  priceMoved(venue, listing, 'IndexPrice')
}

function takeReached(
  venue: Venue,
  triggers: Triggers<Order>,
  queue: Order[],
  reaches: (ticks: number) => boolean,
): void {
  for (let next = queue.at(-1); next !== undefined && reaches(triggerOf(next)); next = queue.at(-1)) {
    queue.pop()
    triggers.count -= 1
    venue.stops.fire(next)
  }
}

/** A trailing stop follows the best price since it was set going, and fires once the price is its distance behind. */
function moveTrails(venue: Venue, triggers: Triggers<Order>, ticks: number): void {
  const reached = triggers.trails.filter((trail) => hasTurned(trail, ticks))
  for (const { order } of reached) {
    unwatch(order)
    venue.stops.fire(order)
  }
}

function hasTurned(trail: Trail<Order>, ticks: number): boolean {
  const { isBuy, stop } = trail.order
  const { triggerTicks, trailTicks } = stop!
  if (!trail.isGoing) {
    trail.isGoing = isBuy ? ticks <= triggerTicks : ticks >= triggerTicks
    trail.bestTicks = ticks
    return false
  }
  trail.bestTicks = isBuy ? Math.min(trail.bestTicks, ticks) : Math.max(trail.bestTicks, ticks)
  return isBuy ? ticks >= trail.bestTicks + trailTicks : ticks <= trail.bestTicks - trailTicks
}

function queueOf(triggers: Triggers<Order>, { stop }: Order): Order[] {
  return (stop!.isRise ? triggers.rises : triggers.falls)[stop!.by]
}

function triggerOf(order: Order): number {
  return order.stop!.triggerTicks
}

/** Where an order belongs, in front of all of its own price: prices come nearer towards the end. */
function placeOf(queue: readonly Order[], order: Order): number {
  const own = triggerOf(order)
  let low = 0
  let high = queue.length
  while (low < high) {
    const middle = (low + high) >> 1
    const other = triggerOf(queue[middle]!)
    if (order.stop!.isRise ? other > own : other < own) low = middle + 1
    else high = middle
  }
  return low
}
