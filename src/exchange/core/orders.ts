/**
 * Orders in: create, amend, cancel, cancel-all. Acknowledged means taken in, nothing more (facts §3.0): a post-only
 * or immediate order is acknowledged with 0 and may be dead before its row is out.
 *
 *   create ─► checks ─► New ──(matching delay)──► meets the book ─► rests, fills, or ends
 */

import { parseSteps } from '../../domain/steps.ts'
import { rememberOrder } from './account.ts'
import type { Source } from './agenda.ts'
import { bestLevel, crosses, leave, lotsWithin } from './book.ts'
import { bookChanged, cancel, preventsSelfMatch, rest, sideOf, sweep } from './matching.ts'
import type { Account, Answer, DelayedOrders, Order, Venue } from './model.ts'
import { count, idOf, isOpen, OK, refuse } from './model.ts'
import { touchOrder, touchPosition } from './outbox.ts'
import { awaitNextPiece, takeableLots } from './partials.ts'
import {
  badParam,
  bandPrice,
  checkLots,
  checkMoney,
  checkOrder,
  type Draft,
  isAnswer,
  listingOf,
  type Params,
  parsePrice,
  textOf,
} from './validate.ts'

const TOO_LATE_TO_CANCEL = 'order not exists or too late to cancel'
const TOO_LATE_TO_REPLACE = 'order not exists or too late to replace'

export function createOrder(venue: Venue, account: Account, params: Params): Answer {
  const draft = checkOrder(venue, account, params)
  if (isAnswer(draft)) return draft
  const order = orderFrom(venue, account, draft)
  rememberOrder(order)
  order.holding.open.add(order)
  account.orderHoldE8 += order.holdE8
  count(venue, 'ordersAccepted')
  touchOrder(venue, order)
  touchPosition(venue, order.holding.positions[order.idx])
  const delayMs = matchDelay(venue, order)
  if (delayMs > 0) {
    order.matchAtMs = venue.nowMs + delayMs
    venue.delayed.add(order)
  } else {
    meetBook(venue, order)
  }
  return OK({ orderId: order.id, orderLinkId: order.linkId })
}

function orderFrom(venue: Venue, account: Account, draft: Draft): Order {
  venue.orderNumber += 1
  return {
    number: venue.orderNumber,
    id: idOf(venue.idPrefix.order, venue.orderNumber),
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
    createdMs: venue.nowMs,
    lastTicksOnCreated: draft.listing.lastTicks,
    priceTicks: draft.priceTicks,
    lots: draft.lots,
    leaves: draft.lots,
    filledLots: 0,
    valueE8: 0,
    feeE8: 0,
    closedPnlE8: 0,
    holdE8: draft.holdE8,
    status: 'New',
    cancelType: 'UNKNOWN',
    rejectReason: 'EC_NoError',
    smpOrderId: '',
    updatedMs: venue.nowMs,
    matchAtMs: 0,
    executions: [],
    isTouched: false,
    level: null,
    prev: null,
    next: null,
    aheadAt: 0,
    closedAs: -1,
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
  const canTrade = best !== undefined && crosses(order.isBuy, order.priceTicks, best.priceTicks)
  if (order.timeInForce === 'PostOnly' && canTrade) {
    cancel(venue, order, { status: venue.rules.doubts.postOnlyStatus, rejectReason: 'EC_PostOnlyWillTakeLiquidity' })
    return
  }
  if (order.timeInForce === 'FOK') {
    const isOwn = (maker: Order): boolean => preventsSelfMatch(venue, order, maker)
    const lots = lotsWithin(opposite, order.priceTicks, order.leaves, isOwn)
    if (Math.min(lots, takeableLots(venue, order)) < order.leaves) {
      cancel(venue, order, { rejectReason: venue.rules.doubts.fokRejectReason })
      return
    }
  }
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
function findOpen(account: Account, params: Params, tooLate: string): Order | Answer {
  const orderId = textOf(params, 'orderId')
  const linkId = textOf(params, 'orderLinkId')
  if (orderId === '' && linkId === '') return refuse(10001, 'params error: OrderId or orderLinkId is required')
  const order = orderId !== '' ? account.byId.get(orderId) : account.byLink.get(linkId)
  const isRight = order !== undefined && isOpen(order) && order.listing.instrument.symbol === params['symbol']
  return isRight ? order : refuse(110001, tooLate)
}

export function cancelOrder(venue: Venue, account: Account, params: Params): Answer {
  const listing = listingOf(venue, params)
  if (isAnswer(listing)) return listing
  const order = findOpen(account, params, TOO_LATE_TO_CANCEL)
  if (isAnswer(order)) return order
  cancelByUser(venue, order)
  return OK({ orderId: order.id, orderLinkId: order.linkId })
}

function cancelByUser(venue: Venue, order: Order): void {
  cancel(venue, order, { cancelType: 'CancelByUser', rejectReason: 'EC_PerCancelRequest' })
}

/** symbol > baseCoin > settleCoin; one of them must be there (facts §3.2). */
export function cancelAll(venue: Venue, account: Account, params: Params): Answer {
  if (textOf(params, 'category') !== 'linear') return badParam('category')
  const symbol = textOf(params, 'symbol')
  const baseCoin = textOf(params, 'baseCoin')
  const settleCoin = textOf(params, 'settleCoin')
  if (symbol !== '' && !venue.bySymbol.has(symbol)) return badParam('symbol')
  if (symbol === '' && baseCoin === '' && settleCoin === '') {
    return refuse(10001, 'params error: symbol, settleCoin or baseCoin is required')
  }
  const holdings = account.holdings.filter(({ listing: { instrument } }) => {
    if (symbol !== '') return instrument.symbol === symbol
    return baseCoin !== '' ? instrument.baseCoin === baseCoin : settleCoin === 'USDT'
  })
  // Conditional orders are not known here, so asking for those alone cancels nothing.
  const orders = textOf(params, 'orderFilter') === 'StopOrder' ? [] : holdings.flatMap((each) => [...each.open])
  const ended = orders.slice(0, 500)
  for (const order of ended) cancelByUser(venue, order)
  return OK({ list: ended.map((each) => ({ orderId: each.id, orderLinkId: each.linkId })), success: '1' })
}

export function amendOrder(venue: Venue, account: Account, params: Params): Answer {
  const listing = listingOf(venue, params)
  if (isAnswer(listing)) return listing
  const order = findOpen(account, params, TOO_LATE_TO_REPLACE)
  if (isAnswer(order)) return order
  const terms = amendedTerms(venue, order, params)
  if (isAnswer(terms)) return terms
  applyAmend(venue, order, terms)
  return OK({ orderId: order.id, orderLinkId: order.linkId })
}

interface AmendedTerms {
  readonly lots: number
  readonly priceTicks: number
  readonly holdE8: number
}

function amendedTerms(venue: Venue, order: Order, params: Params): AmendedTerms | Answer {
  const { listing, account } = order
  const qtyText = textOf(params, 'qty')
  const priceText = textOf(params, 'price')
  const lots = qtyText === '' ? order.lots : parseSteps(qtyText, listing.instrument.lot)
  if (lots === undefined) return refuse(10001, 'Qty invalid')
  const ticks = priceText === '' ? order.priceTicks : parsePrice(venue, listing, priceText, order.isBuy)
  if (ticks === undefined || ticks <= 0) return refuse(10001, 'Price invalid')
  const priceTicks = bandPrice(account, listing, order.isBuy, ticks)
  if (typeof priceTicks !== 'number') return priceTicks
  const checked = checkLots(
    venue,
    listing,
    { isMarket: order.isMarket, reduceOnly: order.reduceOnly, priceTicks },
    lots,
  )
  if (typeof checked !== 'number') return checked
  if (lots <= order.filledLots) return refuse(110064, 'The quantity must be above what is filled already')
  if (lots === order.lots && priceTicks === order.priceTicks) return refuse(10001, 'order not modified')
  if (order.reduceOnly && lots > order.lots) return refuse(110022, 'A reduce-only order cannot grow')
  const { isBuy, idx, reduceOnly } = order
  const money = { idx, isBuy, reduceOnly, lots: lots - order.filledLots, priceTicks }
  const holdE8 = checkMoney(venue, order.holding, money, order.holdE8)
  return typeof holdE8 === 'number' ? { lots, priceTicks, holdE8 } : holdE8
}

/** A smaller quantity keeps its place in the queue; a new price or a larger quantity goes to the back. */
function applyAmend(venue: Venue, order: Order, terms: AmendedTerms): void {
  const isWaiting = order.matchAtMs > 0
  const keepsPlace = terms.priceTicks === order.priceTicks && terms.lots <= order.lots
  if (!isWaiting && !keepsPlace) leave(sideOf(order), order)
  const leaves = terms.lots - order.filledLots
  if (order.level !== null) order.level.orderLots += leaves - order.leaves
  order.account.orderHoldE8 += terms.holdE8 - order.holdE8
  order.holdE8 = terms.holdE8
  order.lots = terms.lots
  order.leaves = leaves
  order.priceTicks = terms.priceTicks
  order.updatedMs = venue.nowMs
  bookChanged(venue, order.listing)
  touchOrder(venue, order)
  touchPosition(venue, order.holding.positions[order.idx])
  if (!isWaiting && !keepsPlace) meetBook(venue, order)
}

/** Orders acknowledged and not yet matched, in the order of their moments. */
export function createDelayedOrders(rank: number, venue: () => Venue): DelayedOrders & { readonly source: Source } {
  const waiting: Order[] = []
  const nextMs = (): number => waiting[0]?.matchAtMs ?? Number.POSITIVE_INFINITY
  const source: Source = {
    nextMs: Number.POSITIVE_INFINITY,
    heapAt: -1,
    rank,
    run: (atMs) => {
      venue().nowMs = atMs
      const order = waiting.shift()
      if (order !== undefined) meetBook(venue(), order)
      return nextMs()
    },
  }
  return {
    source,
    add: (order) => {
      let at = waiting.length
      while (at > 0 && waiting[at - 1]!.matchAtMs > order.matchAtMs) at -= 1
      waiting.splice(at, 0, order)
      venue().agenda.schedule(source, nextMs())
    },
    remove: (order) => {
      const at = waiting.indexOf(order)
      if (at >= 0) waiting.splice(at, 1)
      venue().agenda.schedule(source, nextMs())
    },
  }
}
