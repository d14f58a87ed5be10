/**
 * From a checked draft to an order the account has: the one place where orders are made.
 */
import type { Account, Execution, Holding, Listing, Order, PositionIdx, Venue } from './model.ts'
import { count } from './model.ts'
import type { Attached, Ending, Filled, SmpType, Stop, TimeInForceText } from './orderterms.ts'
import { touchOrder, touchPosition } from './outbox.ts'
import { rememberOrder } from './remembered.ts'

/** An order that has passed the checks, in ticks and lots. */
export interface Draft {
  readonly listing: Listing
  readonly holding: Holding
  readonly isBuy: boolean
  readonly isMarket: boolean
  readonly timeInForce: TimeInForceText
  readonly idx: PositionIdx
  readonly reduceOnly: boolean
  readonly closeOnTrigger: boolean
  readonly smpType: SmpType
  readonly linkId: string
  readonly rpiTakerAccess: boolean
  readonly tolerance: Order['tolerance']
  readonly stop: Stop | null
  readonly attached: Attached | null
  readonly priceTicks: number
  /** 0 for a conditional order that is to close whatever its position holds by then. */
  readonly lots: number
  /** Margin to hold while the order is open, 1e-8 USDT; a conditional order holds none. */
  readonly holdE8: number
}

/** What every order has that the venue itself makes to close a position. */
export const CLOSING_TERMS = {
  reduceOnly: true,
  closeOnTrigger: true,
  smpType: 'None',
  linkId: '',
  rpiTakerAccess: false,
  tolerance: null,
  attached: null,
  holdE8: 0,
} as const satisfies Partial<Draft>

/** Makes the order and puts it on the account's books; it has met neither the book nor a price yet. */
export function takeIn(venue: Venue, account: Account, draft: Draft): Order {
  const order = orderFrom(venue, account, draft)
  rememberOrder(order)
  order.holding.open.set(order.number, order)
  account.orderHoldE8 += order.holdE8
  count(venue, 'ordersAccepted')
  touchOrder(venue, order)
  touchPosition(venue, order.holding.positions[order.idx])
  return order
}

/** The fills of every order that has none. */
export const NONE_YET: Execution[] = []
const NOT_FILLED: Filled = { lots: 0, rpiLots: 0, valueE8: 0, feeE8: 0, closedPnlE8: 0 }
const NOT_ENDED: Ending = {}

/** The order alone, on nobody's books. */
export function orderFrom(venue: Venue, account: Account, draft: Draft): Order {
  venue.orderNumber += 1
  return {
    number: venue.orderNumber,
    id: venue.ids.order.of(venue.orderNumber),
    linkId: draft.linkId,
    account,
    listing: draft.listing,
    holding: draft.holding,
    isBuy: draft.isBuy,
    isMarket: draft.isMarket,
    timeInForce: draft.timeInForce,
    idx: draft.idx,
    reduceOnly: draft.reduceOnly,
    closeOnTrigger: draft.closeOnTrigger,
    smpType: draft.smpType,
    rpiTakerAccess: draft.rpiTakerAccess,
    tolerance: draft.tolerance,
    stop: draft.stop,
    attached: draft.attached,
    createdMs: venue.nowMs,
    lastTicksOnCreated: draft.listing.lastTicks,
    priceTicks: draft.priceTicks,
    lots: draft.lots,
    leaves: draft.lots,
    filled: NOT_FILLED,
    holdE8: draft.holdE8,
    status: draft.stop === null ? 'New' : 'Untriggered',
    ending: NOT_ENDED,
    updatedMs: venue.nowMs,
    matchAtMs: 0,
    cancelAtMs: 0,
    executions: NONE_YET,
    isTouched: false,
    level: null,
    prev: null,
    next: null,
    aheadAt: 0,
    closedAs: -1,
  }
}
