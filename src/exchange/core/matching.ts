/**
 * Matching by price, then time.
 *
 *   taker ─► best level ─► front of its queue: market lots, an order, market lots, an order … ─► next level ─► …
 *
 * The taker is an account's order, or nobody (`null`): the market's own flow. What the market gives is gone until the
 * market itself puts something back. Prices are always the resting side's.
 */
import { closableLots, closeOrder, releaseHold, settleFill } from './account.ts'
import { bestLevel, crosses, dropIfEmpty, join, leave, marketAhead, takeMarket } from './book.ts'
import type { ExecutionKind } from './books.ts'
import type { BookSide, Execution, Level, Listing, Order, PublicTrade, TickDirection, Venue } from './model.ts'
import { count, isOpen } from './model.ts'
import { feeOf } from './money.ts'
import { NONE_YET } from './neworder.ts'
import type { Ending } from './orderterms.ts'
import { tellExecution, touchOrder, touchPosition, touchWallet } from './outbox.ts'
import { rememberExecution } from './remembered.ts'
import { forget } from './stoplist.ts'
import { priceMoved } from './triggers.ts'

/** Whom the sweep is for, and how far it may go. */
export interface Sweep {
  readonly taker: Order | null
  readonly isBuy: boolean
  readonly limitTicks: number
}

/**
 * Takes up to `lots` from the other side. Answers what is left; a taker that ended on the way leaves 0. Everything it
 * takes is one match, under one sequence number (facts §7.3).
 */
export function sweep(venue: Venue, listing: Listing, who: Sweep, lots: number): number {
  const book = who.isBuy ? listing.asks : listing.bids
  const rpi = who.taker === null ? null : rpiSideFor(who.taker)
  listing.seq += 1
  const { seq } = listing
  let left = lots
  while (left > 0) {
    const side = rpi !== null && isAhead(rpi, book) ? rpi : book
    const level = bestLevel(side)
    if (level === undefined || !crosses(who.isBuy, who.limitTicks, level.priceTicks)) break
    left = sweepLevel(venue, listing, who, level, left, seq)
    dropIfEmpty(side, level)
  }
  if (left !== lots) bookChanged(venue, listing)
  return left
}

/** Where a taker finds retail price improvement orders; null when it did not ask for them. */
export function rpiSideFor(taker: Order): BookSide | null {
  if (!taker.rpiTakerAccess) return null
  return taker.isBuy ? taker.listing.rpiAsks : taker.listing.rpiBids
}

/** Whether a taker would trade with such an order at once. */
export function crossesRpi(taker: Order): boolean {
  const side = rpiSideFor(taker)
  const best = side === null ? undefined : bestLevel(side)
  return best !== undefined && crosses(taker.isBuy, taker.priceTicks, best.priceTicks)
}

/** At the same price the book's own orders come first. */
function isAhead(rpi: BookSide, book: BookSide): boolean {
  const inner = bestLevel(rpi)
  const outer = bestLevel(book)
  if (inner === undefined || outer === undefined) return inner !== undefined
  return rpi.isBid ? inner.priceTicks > outer.priceTicks : inner.priceTicks < outer.priceTicks
}

/** Tells the feeds that the book is not what it was. */
export function bookChanged(venue: Venue, listing: Listing): void {
  listing.changedMs = venue.nowMs
  for (const feed of listing.feeds) feed.onBook(venue.nowMs)
}

function sweepLevel(venue: Venue, listing: Listing, who: Sweep, level: Level, lots: number, seq: number): number {
  let left = lots
  while (left > 0) {
    const maker = level.first
    const ahead = marketAhead(level)
    if (ahead > 0) {
      const taken = Math.min(left, ahead)
      takeMarket(level, taken)
      left -= taken
      publish(venue, listing, who.isBuy, level.priceTicks, taken, seq)
      if (who.taker !== null) fill(venue, who.taker, { lots: taken, priceTicks: level.priceTicks, isMaker: false, seq })
    } else if (maker === null) {
      break
    } else if (who.taker !== null && preventsSelfMatch(venue, who.taker, maker)) {
      stopSelfMatch(venue, who.taker, maker)
      if (!isOpen(who.taker)) return 0
    } else {
      left -= trade(venue, listing, who, maker, left, seq)
    }
    if (who.taker !== null && !isOpen(who.taker)) return 0
  }
  return left
}

function trade(venue: Venue, listing: Listing, who: Sweep, maker: Order, wanted: number, seq: number): number {
  const lots = Math.min(wanted, maker.leaves)
  const { priceTicks } = maker
  const isRpi = maker.timeInForce === 'RPI'
  publish(venue, listing, who.isBuy, priceTicks, lots, seq, isRpi)
  if (maker.level !== null) maker.level.orderLots -= lots
  const closedByMaker = bookFill(venue, maker, { lots, priceTicks, isMaker: true, seq })
  if (who.taker === null) {
    followUp(venue, maker, lots, closedByMaker)
    return lots
  }
  const closedByTaker = bookFill(venue, who.taker, { lots, priceTicks, isMaker: false, seq, isRpi })
  // Only now: what one side's fill ends must not be the other side of this very match.
  followUp(venue, maker, lots, closedByMaker)
  followUp(venue, who.taker, lots, closedByTaker)
  return lots
}

/** One trade, as everybody sees it. */
function publish(
  venue: Venue,
  listing: Listing,
  takerBuys: boolean,
  priceTicks: number,
  lots: number,
  seq: number,
  isRpi = false,
): void {
  venue.tradeNumber += 1
  listing.lastDirection = direction(listing, priceTicks)
  listing.lastTicks = priceTicks
  if (listing.feeds.length > 0) {
    const trade: PublicTrade = {
      number: venue.tradeNumber,
      atMs: venue.nowMs,
      takerBuys,
      priceTicks,
      lots,
      direction: listing.lastDirection,
      seq,
      isRpi,
    }
    for (const feed of listing.feeds) feed.onTrade(trade)
  }
  if (listing.triggers.count > 0) priceMoved(venue, listing, 'LastPrice')
}

function direction(listing: Listing, priceTicks: number): TickDirection {
  if (priceTicks > listing.lastTicks) return 'PlusTick'
  if (priceTicks < listing.lastTicks) return 'MinusTick'
  return listing.lastDirection === 'PlusTick' || listing.lastDirection === 'ZeroPlusTick'
    ? 'ZeroPlusTick'
    : 'ZeroMinusTick'
}

interface Fill {
  readonly lots: number
  readonly priceTicks: number
  readonly isMaker: boolean
  readonly seq: number
  /** Of the other side, a retail price improvement order. */
  readonly isRpi?: boolean
  readonly kind?: ExecutionKind
}

/** Books one fill of an order, tells its account, and lets everything follow that depends on the position. */
export function fill(venue: Venue, order: Order, terms: Fill): void {
  followUp(venue, order, terms.lots, bookFill(venue, order, terms))
}

/** Answers the lots it closed. */
function bookFill(venue: Venue, order: Order, terms: Fill): number {
  const { lots, priceTicks, isMaker, seq, isRpi = false, kind = 'Trade' } = terms
  const { listing, account } = order
  const atMs = Math.floor(venue.nowMs)
  const valueE8 = lots * priceTicks * listing.valueScale
  const feeE8 = feeOf(valueE8, isMaker ? venue.rules.makerRateE8 : venue.rules.takerRateE8)
  const leavesBefore = order.leaves
  order.leaves -= lots
  order.status = 'PartiallyFilled'
  order.updatedMs = venue.nowMs
  releaseHold(order, leavesBefore)
  const { pnlE8, closedLots, openFeeE8, netE8 } = settleFill(order, { lots, valueE8, feeE8, atMs, seq })
  const position = order.holding.positions[order.idx]
  const { filled } = order
  order.filled = {
    lots: filled.lots + lots,
    rpiLots: filled.rpiLots + (isRpi ? lots : 0),
    valueE8: filled.valueE8 + valueE8,
    feeE8: filled.feeE8 + feeE8,
    closedPnlE8: filled.closedPnlE8 + netE8,
  }
  if (closedLots < lots) venue.watch.opened()
  venue.executionNumber += 1
  const execution: Execution = {
    number: venue.executionNumber,
    order,
    priceTicks,
    lots,
    leavesAfter: order.leaves,
    valueE8,
    feeE8,
    pnlE8,
    closedLots,
    openFeeE8,
    kind,
    cashAfterE8: account.cashE8,
    lotsAfter: position.lots,
    leverageCents: order.holding.leverageCents,
    fundingRate: '',
    isMaker,
    markTicks: listing.markTicks,
    atMs,
    seq,
  }
  if (order.executions === NONE_YET) order.executions = [execution]
  else order.executions.push(execution)
  rememberExecution(account, execution)
  tellExecution(venue, account, execution)
  count(venue, 'executions')
  if (order.leaves === 0) end(venue, order, 'Filled')
  touchOrder(venue, order)
  touchPosition(venue, position)
  touchWallet(venue, account)
  return closedLots
}

function followUp(venue: Venue, order: Order, lots: number, closedLots: number): void {
  if (order.attached !== null || order.holding.positions[order.idx].stops.length > 0) venue.stops.filled(order, lots)
  if (closedLots > 0) cancelUncovered(venue, order)
}

/** Resting orders that may only reduce go when the position no longer covers them (facts §4.5). */
function cancelUncovered(venue: Venue, cause: Order): void {
  const position = cause.holding.positions[cause.idx]
  for (const order of cause.holding.open.values()) {
    if (!order.reduceOnly || order.idx !== cause.idx || order === cause || order.status === 'Untriggered') continue
    if (order.leaves > closableLots(position, order.isBuy)) cancel(venue, order, { cancelType: 'CancelByReduceOnly' })
  }
}

/** Ends an order, wherever it is: in the book, waiting to be matched, or on its way through a sweep. */
export function cancel(venue: Venue, order: Order, ending: Ending): void {
  order.ending = ending
  const isWaiting = order.status === 'Untriggered'
  end(venue, order, ending.status ?? (isWaiting ? venue.rules.doubts.cancelledStopStatus : 'Cancelled'))
  touchOrder(venue, order)
  touchPosition(venue, order.holding.positions[order.idx])
}

function end(venue: Venue, order: Order, status: Order['status']): void {
  if (order.level !== null) {
    leave(sideOf(order), order)
    bookChanged(venue, order.listing)
  }
  if (order.matchAtMs > 0) venue.delayed.remove(order)
  if (order.stop !== null) forget(order)
  closeOrder(venue, order, status)
}

/** The side an order rests on. */
export function sideOf(order: Order): BookSide {
  const { listing, isBuy } = order
  if (order.timeInForce === 'RPI') return isBuy ? listing.rpiBids : listing.rpiAsks
  return isBuy ? listing.bids : listing.asks
}

/** The incoming order's policy decides; the resting one's does not matter (facts §4.6). The other leg is in doubt. */
export function preventsSelfMatch(venue: Venue, taker: Order, maker: Order): boolean {
  if (taker.smpType === 'None' || taker.account !== maker.account) return false
  return taker.idx === maker.idx || venue.rules.doubts.smpAcrossLegs
}

function stopSelfMatch(venue: Venue, taker: Order, maker: Order): void {
  const ending = { cancelType: 'CancelBySmp', rejectReason: 'EC_BySelfMatch' }
  if (taker.smpType !== 'CancelTaker') cancel(venue, maker, { ...ending, smpOrderId: taker.id })
  if (taker.smpType !== 'CancelMaker') cancel(venue, taker, { ...ending, smpOrderId: maker.id })
}

/** Puts what is left of an order into the book. */
export function rest(venue: Venue, order: Order): void {
  join(sideOf(order), order)
  bookChanged(venue, order.listing)
}
