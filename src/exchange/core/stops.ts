/**
 * What happens when a trigger price is reached. Facts §4.1; Bybit v5 docs, place-order: no margin before, checked then.
 *
 *   fire ─► (the work at hand is done) ─► row Triggered ─► money and position looked at now ─► New, the usual way
 *                                                                             └─► Cancelled or Rejected
 */
import { closableLots } from './account.ts'
import { type Source, sourceOf } from './agenda.ts'
import { checkMoney } from './margin.ts'
import { cancel } from './matching.ts'
import type { Order, StopOrders, Venue } from './model.ts'
import { isOpen } from './model.ts'
import { place } from './orders.ts'
import type { Ending } from './orderterms.ts'
import { flushOutboxes, touchOrder, touchPosition } from './outbox.ts'
import { followFill } from './protection.ts'
import { positionOf } from './stoplist.ts'
import { bandPrice, marketCap } from './validate.ts'

/** Orders whose price was reached, each in its turn at the moment it was. */
export function createStops(rank: number, venue: () => Venue): StopOrders & { readonly source: Source } {
  const fired: Order[] = []
  const source = sourceOf(rank, (atMs) => {
    venue().nowMs = atMs
    for (let order = fired.shift(); order !== undefined; order = fired.shift()) trigger(venue(), order)
    return Number.POSITIVE_INFINITY
  })
  return {
    source,
    fire: (order) => {
      fired.push(order)
      venue().agenda.schedule(source, venue().nowMs)
    },
    filled: (order, lots) => followFill(venue(), order, lots),
  }
}

function trigger(venue: Venue, order: Order): void {
  if (!isOpen(order) || order.stop === null) return
  // A row shows the final state of its moment; what was before this one, and this one, are to be seen by themselves.
  flushOutboxes(venue)
  order.stop = { ...order.stop, isTriggered: true }
  order.holding.stops.delete(order)
  order.status = 'Triggered'
  order.updatedMs = venue.nowMs
  touchOrder(venue, order)
  touchPosition(venue, positionOf(order))
  flushOutboxes(venue)
  const ready = readyTerms(venue, order)
  if ('lots' in ready) become(venue, order, ready)
  else cancel(venue, order, ready)
}

interface Ready {
  readonly priceTicks: number
  readonly lots: number
  readonly holdE8: number
}

/** Price, quantity and margin as they are now, or why the order ends here. */
function readyTerms(venue: Venue, order: Order): Ready | Ending {
  const { account, listing, holding, isBuy, idx, reduceOnly } = order
  const price = order.isMarket ? marketCap(listing, isBuy) : bandPrice(account, listing, isBuy, order.priceTicks)
  if (typeof price !== 'number') return { status: 'Rejected', rejectReason: 'EC_ReachMarketPriceLimit' }
  const closable = closableLots(positionOf(order), isBuy)
  if (reduceOnly && closable === 0) return { cancelType: 'CancelByReduceOnly' }
  const lots = reduceOnly ? Math.min(order.lots === 0 ? closable : order.lots, closable) : order.lots
  const holdE8 = checkMoney(venue, holding, { idx, isBuy, reduceOnly, lots, priceTicks: price })
  if (typeof holdE8 === 'number') return { priceTicks: price, lots, holdE8 }
  const status = venue.rules.doubts.unaffordableTrigger
  return { status, cancelType: 'CancelByCannotAffordOrderCost', rejectReason: 'EC_Others' }
}

function become(venue: Venue, order: Order, { priceTicks, lots, holdE8 }: Ready): void {
  order.priceTicks = priceTicks
  order.lots = lots
  order.leaves = lots
  order.holdE8 = holdE8
  order.account.orderHoldE8 += holdE8
  order.status = 'New'
  touchOrder(venue, order)
  place(venue, order)
}
