/**
 * Orders in: create, amend, cancel, cancel-all. Acknowledged means taken in, nothing more (facts §3.0): a post-only
 * or immediate order is acknowledged with 0 and may be dead before its row is out.
 *
 *   create ─► checks ─► New ──(matching delay)──► meets the book ─► rests, fills, or ends
 *                └────► Untriggered ──(its price)──► stops.ts ──┘
 */
import { checkOrder } from './admission.ts'
import { type Source, sourceOf } from './agenda.ts'
import { type AmendedTerms, amendedTerms } from './amending.ts'
import { bestLevel, crosses, leave, lotsWithin } from './book.ts'
import { bookChanged, cancel, crossesRpi, preventsSelfMatch, rest, rpiSideFor, sideOf, sweep } from './matching.ts'
import type { Account, Answer, DelayedOrders, Order, Venue } from './model.ts'
import { isOpen, OK, refuse } from './model.ts'
import { takeIn } from './neworder.ts'
import type { Ending } from './orderterms.ts'
import { touchOrder, touchPosition } from './outbox.ts'
import { awaitNextPiece, takeableLots } from './partials.ts'
import { enlist, fitsFilter, rewatch } from './stoplist.ts'
import { badParam, isAnswer, listingOf, maxLotsOf, type Params, textOf } from './validate.ts'

const TOO_LATE_TO_CANCEL = 'order not exists or too late to cancel'
const TOO_LATE_TO_REPLACE = 'order not exists or too late to replace'
const BY_USER: Ending = { cancelType: 'CancelByUser', rejectReason: 'EC_PerCancelRequest' }
const LOST_RACE: Ending = { cancelType: 'CancelByUser', rejectReason: 'EC_OrigClOrdIDDoesNotExist' }

export function createOrder(venue: Venue, account: Account, params: Params): Answer {
  const draft = checkOrder(venue, account, params)
  if (isAnswer(draft)) return draft
  const maxLots = draft.stop === null ? maxLotsOf(draft.listing, draft.isMarket) : draft.lots
  const order = takeIn(venue, account, draft.lots > maxLots ? { ...draft, lots: maxLots } : draft)
  if (order.stop === null) place(venue, order)
  else enlist(venue, order)
  // A reducing order beyond the maximum goes on as further orders, which have no client id.
  for (let left = draft.lots - maxLots; left > 0; left -= maxLots) {
    place(venue, takeIn(venue, account, { ...draft, linkId: '', lots: Math.min(left, maxLots) }))
  }
  return OK({ orderId: order.id, orderLinkId: order.linkId })
}

/** Sends an order that waits for nothing else to the book, at once or after the world's matching delay. */
export function place(venue: Venue, order: Order): void {
  const delayMs = matchDelay(venue, order)
  if (delayMs > 0) {
    order.matchAtMs = venue.nowMs + delayMs
    venue.delayed.add(order)
  } else {
    meetBook(venue, order)
  }
}

function matchDelay(venue: Venue, order: Order): number {
  const { buy, sell } = order.listing.matchDelayMs
  const ofSide = order.reduceOnly ? 0 : order.isBuy ? buy : sell
  return Math.max(ofSide, venue.rules.ackDelayMs) + venue.delays.matchJitterMs()
}

/** The moment an order meets the book: what can trade does, the rest stays or ends as its time in force says. */
export function meetBook(venue: Venue, order: Order): void {
  order.matchAtMs = 0
  const opposite = order.isBuy ? order.listing.asks : order.listing.bids
  const best = bestLevel(opposite)
  const crossesBook = best !== undefined && crosses(order.isBuy, order.priceTicks, best.priceTicks)
  if (crossesBook && (order.timeInForce === 'PostOnly' || order.timeInForce === 'RPI')) {
    cancel(venue, order, { status: venue.rules.doubts.postOnlyStatus, rejectReason: 'EC_PostOnlyWillTakeLiquidity' })
    return
  }
  if (order.timeInForce === 'FOK') {
    const isOwn = (maker: Order): boolean => preventsSelfMatch(venue, order, maker)
    const rpiSide = rpiSideFor(order)
    // Unless the maker is the one to go, an own order in the way ends this one before it is full: all or nothing.
    const stopsAtOwn = order.smpType === 'CancelTaker' || order.smpType === 'CancelBoth'
    const rpiLots = rpiSide === null ? 0 : lotsWithin(rpiSide, order.priceTicks, order.leaves, isOwn, stopsAtOwn)
    const lots = rpiLots + lotsWithin(opposite, order.priceTicks, order.leaves, isOwn, stopsAtOwn)
    if (Math.min(lots, takeableLots(venue, order)) < order.leaves) {
      cancel(venue, order, { rejectReason: venue.rules.doubts.fokRejectReason })
      return
    }
  }
  const canTrade = crossesBook || crossesRpi(order)
  if (canTrade) {
    const who = { taker: order, isBuy: order.isBuy, limitTicks: order.priceTicks }
    sweep(venue, order.listing, who, takeableLots(venue, order))
  }
  if (!isOpen(order)) return
  if (order.timeInForce === 'IOC' || order.timeInForce === 'FOK') {
    cancel(venue, order, { rejectReason: 'EC_NoImmediateQtyToFill' })
    return
  }
  if (canTrade && awaitNextPiece(venue, order)) return
  rest(venue, order)
  touchOrder(venue, order)
}

/** Finds the order a cancel or amend means; orderId wins when both are given. */
function findOpen(venue: Venue, account: Account, params: Params, tooLate: string): Order | Answer {
  const listing = listingOf(venue, params)
  if (isAnswer(listing)) return listing
  const orderId = textOf(params['orderId'])
  const linkId = textOf(params['orderLinkId'])
  if (orderId === '' && linkId === '') return refuse(10001, 'params error: OrderId or orderLinkId is required')
  const { open } = account.holdings[listing.index]!
  const number = orderId !== '' ? venue.ids.order.numberIn(orderId) : account.byLink.get(linkId)?.number
  const order = number === undefined ? undefined : open.get(number)
  if (order === undefined) return refuse(110001, tooLate)
  // An earlier change of this order is on its way (facts §8.2).
  return order.cancelAtMs > 0 ? refuse(110079, 'The order is being processed, please try again later') : order
}

export function cancelOrder(venue: Venue, account: Account, params: Params): Answer {
  const order = findOpen(venue, account, params, TOO_LATE_TO_CANCEL)
  if (isAnswer(order)) return order
  cancelByUser(venue, order)
  return OK({ orderId: order.id, orderLinkId: order.linkId })
}

/** A cancel is accepted now and takes effect later, if the world says so; until then the order may still be filled. */
function cancelByUser(venue: Venue, order: Order): void {
  const { cancelDelayMs } = venue.rules
  if (cancelDelayMs === 0) return endByUser(venue, order)
  order.cancelAtMs = venue.nowMs + cancelDelayMs
  venue.cancels.add(order)
}

function endByUser(venue: Venue, order: Order): void {
  cancel(venue, order, BY_USER)
}

/** A cancel takes effect, or has lost the race: then a second row of the filled order says so (facts §4.1). */
export function cancelDue(venue: Venue, order: Order): void {
  order.cancelAtMs = 0
  if (isOpen(order)) endByUser(venue, order)
  else if (order.status === 'Filled') {
    const lost = { ...order, ending: LOST_RACE }
    lost.isTouched = false
    touchOrder(venue, lost)
  }
}

/** symbol > baseCoin > settleCoin; one of them must be there (facts §3.2). */
export function cancelAll(venue: Venue, account: Account, params: Params): Answer {
  if (textOf(params['category']) !== 'linear') return badParam('category')
  const symbol = textOf(params['symbol'])
  const baseCoin = textOf(params['baseCoin'])
  const settleCoin = textOf(params['settleCoin'])
  if (symbol !== '' && !venue.bySymbol.has(symbol)) return badParam('symbol')
  if (symbol === '' && baseCoin === '' && settleCoin === '') {
    return refuse(10001, 'params error: symbol, settleCoin or baseCoin is required')
  }
  const holdings = account.holdings.filter(({ listing: { instrument } }) => {
    if (symbol !== '') return instrument.symbol === symbol
    return baseCoin !== '' ? instrument.baseCoin === baseCoin : settleCoin === 'USDT'
  })
  const orders = holdings.flatMap((each) => [...each.open.values()]).filter((each) => isMeant(venue, each, params))
  const ended = orders.slice(0, 500)
  for (const order of ended) cancelByUser(venue, order)
  return OK({ list: ended.map((each) => ({ orderId: each.id, orderLinkId: each.linkId })), success: '1' })
}

/** Which kinds of orders a cancel-all means; without a filter all of them, TP/SL too. */
function isMeant(venue: Venue, order: Order, params: Params): boolean {
  const isOfType = textOf(params['stopOrderType']) !== 'Stop' || order.stop?.type === 'Stop'
  return order.cancelAtMs === 0 && fitsFilter(venue, order, textOf(params['orderFilter'])) && isOfType
}

export function amendOrder(venue: Venue, account: Account, params: Params): Answer {
  const order = findOpen(venue, account, params, TOO_LATE_TO_REPLACE)
  if (isAnswer(order)) return order
  const terms = amendedTerms(venue, order, params)
  if (isAnswer(terms)) return terms
  applyAmend(venue, order, terms)
  return OK({ orderId: order.id, orderLinkId: order.linkId })
}

/** A smaller quantity keeps its place in the queue; a new price or a larger quantity goes to the back. */
function applyAmend(venue: Venue, order: Order, terms: AmendedTerms): void {
  const isResting = order.level !== null
  const keepsPlace = terms.priceTicks === order.priceTicks && terms.lots <= order.lots
  if (!keepsPlace) leave(sideOf(order), order)
  const leaves = terms.lots - order.filled.lots
  if (order.level !== null) order.level.orderLots += leaves - order.leaves
  order.account.orderHoldE8 += terms.holdE8 - order.holdE8
  order.holdE8 = terms.holdE8
  order.lots = terms.lots
  order.leaves = leaves
  order.priceTicks = terms.priceTicks
  order.attached = terms.attached
  order.updatedMs = venue.nowMs
  if (isResting) bookChanged(venue, order.listing)
  touchOrder(venue, order)
  touchPosition(venue, order.holding.positions[order.idx])
  if (isResting && !keepsPlace) meetBook(venue, order)
  if (terms.stop !== order.stop) rewatch(venue, order, terms.stop)
}

/** Orders that something happens to later, in the order of their moments. */
export function createDelayedOrders(
  rank: number,
  venue: () => Venue,
  what: { readonly momentOf: (order: Order) => number; readonly happens: (venue: Venue, order: Order) => void },
): DelayedOrders & { readonly source: Source } {
  const waiting: { readonly order: Order; readonly atMs: number }[] = []
  const nextMs = (): number => waiting[0]?.atMs ?? Number.POSITIVE_INFINITY
  const source = sourceOf(rank, (atMs) => {
    venue().nowMs = atMs
    const next = waiting.shift()
    if (next !== undefined) what.happens(venue(), next.order)
    return nextMs()
  })
  return {
    source,
    add: (order) => {
      const atMs = what.momentOf(order)
      let at = waiting.length
      while (at > 0 && waiting[at - 1]!.atMs > atMs) at -= 1
      waiting.splice(at, 0, { order, atMs })
      venue().agenda.schedule(source, nextMs())
    },
    remove: (order) => {
      const at = waiting.findIndex((each) => each.order === order)
      if (at >= 0) waiting.splice(at, 1)
      venue().agenda.schedule(source, nextMs())
    },
  }
}
