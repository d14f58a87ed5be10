/**
 * TP, SL and trailing stop of a position: conditional orders the venue makes itself. Source: facts §4.1 and §4.3; Bybit
 * v5 docs, trading-stop.
 *
 *   order with TP/SL ──first fill──► TakeProfit + StopLoss for the whole position (Full), following its size
 *                                    PartialTakeProfit + PartialStopLoss for what was filled (Partial), a pair
 *   position closed or turned ──► all of them go: CancelByTpSlTsClear          half a pair filled ──► so much less of the other
 */
import { cancel } from './matching.ts'
import type { Order, Position, Venue } from './model.ts'
import { isOpen } from './model.ts'
import { CLOSING_TERMS, takeIn } from './neworder.ts'
import type { Attached, Stop, StopType, Target } from './orderterms.ts'
import { touchOrder, touchPosition } from './outbox.ts'
import { enlist, isProtective, positionOf, rewatch } from './stoplist.ts'

/** After a fill: what protects the position follows it, and what the order brings with it is set. */
export function followFill(venue: Venue, order: Order, lots: number): void {
  const position = positionOf(order)
  if (isProtective(order)) shrinkPair(venue, order, lots)
  for (const stop of [...position.stops]) {
    if (position.lots === 0 || stop.isBuy === position.lots > 0) clear(venue, stop)
    else if (isWhole(stop)) resize(venue, stop, Math.abs(position.lots))
  }
  const { attached } = order
  if (attached === null || position.lots === 0 || order.isBuy !== position.lots > 0) return
  // What closes on the way to the other side needs no protection: only what is held now can be new.
  const openedLots = Math.min(lots, Math.abs(position.lots))
  if (attached.mode === 'Partial') attachPartial(venue, position, { order, attached, lots: openedLots })
  else if (order.filled.lots === lots || openedLots === Math.abs(position.lots)) {
    setWhole(venue, position, attached, order.linkId)
  }
}

/** Ends a TP, SL or trailing stop because it has nothing to protect any more, or was taken back. */
export function clear(venue: Venue, stop: Order): void {
  if (isOpen(stop)) cancel(venue, stop, { cancelType: 'CancelByTpSlTsClear', rejectReason: 'EC_PerCancelRequest' })
}

/** Its quantity is the position's. */
function isWhole({ stop }: Order): boolean {
  return stop?.type === 'TakeProfit' || stop?.type === 'StopLoss' || stop?.type === 'TrailingStop'
}

function resize(venue: Venue, stop: Order, lots: number): void {
  if (stop.status !== 'Untriggered' || stop.lots === lots) return
  stop.lots = lots
  stop.leaves = lots
  stop.updatedMs = venue.nowMs
  touchOrder(venue, stop)
}

function shrinkPair(venue: Venue, order: Order, lots: number): void {
  const pair = order.stop?.pair ?? 0
  if (pair === 0) return
  for (const other of [...positionOf(order).stops]) {
    if (other === order || other.stop?.pair !== pair) continue
    if (other.status === 'Untriggered' && other.lots > lots) resize(venue, other, other.lots - lots)
    else clear(venue, other)
  }
}

/** Sets the position's own TP and SL to an order's; what the order leaves open stays as it is. */
function setWhole(venue: Venue, position: Position, { takeProfit, stopLoss }: Attached, parentLinkId: string): void {
  if (takeProfit !== null) setTarget(venue, position, 'TakeProfit', takeProfit, parentLinkId)
  if (stopLoss !== null) setTarget(venue, position, 'StopLoss', stopLoss, parentLinkId)
}

/** The position's own order of a kind, as long as it waits. */
export function wholeStop(position: Position, type: StopType): Order | undefined {
  return position.stops.find((order) => order.stop?.type === type && order.status === 'Untriggered')
}

/** Sets or moves the TP or SL of the whole position; a moved one keeps its order id. */
export function setTarget(
  venue: Venue,
  position: Position,
  type: 'TakeProfit' | 'StopLoss',
  target: Target,
  parentLinkId = wholeStop(position, type)?.stop?.parentLinkId ?? '',
): void {
  const isRise = (type === 'TakeProfit') === position.lots > 0
  const { by, ticks: triggerTicks } = target
  setWholeStop(venue, position, { ...PLAIN, type, by, isRise, triggerTicks, parentLinkId })
}

/** Sets or moves the trailing stop; it always looks at the last price. */
export function setTrail(venue: Venue, position: Position, trailTicks: number, triggerTicks: number): void {
  const stop = { ...PLAIN, type: 'TrailingStop', by: 'LastPrice', isRise: position.lots < 0 } as const
  setWholeStop(venue, position, { ...stop, triggerTicks, trailTicks })
}

const PLAIN = { trailTicks: 0, isTriggered: false, pair: 0, parentLinkId: '' } as const

function setWholeStop(venue: Venue, position: Position, stop: Stop): void {
  const known = wholeStop(position, stop.type)
  if (known === undefined) {
    createStop(venue, position, { stop, limitTicks: 0, lots: Math.abs(position.lots) })
    return
  }
  rewatch(venue, known, stop)
  known.updatedMs = venue.nowMs
  touchOrder(venue, known)
  touchPosition(venue, position)
}

export interface PairTerms {
  readonly takeProfit: Target | null
  readonly stopLoss: Target | null
  readonly lots: number
  /** 0 when there is only one. */
  readonly pair: number
  readonly parentLinkId: string
}

/** TP and SL for some of the lots, as a pair when there are both. */
export function addPartial(venue: Venue, position: Position, terms: PairTerms): void {
  const { takeProfit, stopLoss, lots, pair, parentLinkId } = terms
  const add = (type: 'PartialTakeProfit' | 'PartialStopLoss', { ticks, by, limitTicks }: Target): void => {
    const isRise = (type === 'PartialTakeProfit') === position.lots > 0
    const stop = { ...PLAIN, type, by, isRise, triggerTicks: ticks, pair, parentLinkId }
    createStop(venue, position, { stop, limitTicks, lots })
  }
  if (takeProfit !== null) add('PartialTakeProfit', takeProfit)
  if (stopLoss !== null) add('PartialStopLoss', stopLoss)
}

/** Every fill of the order adds to the pair its first one made; a half that is gone stays gone. */
function attachPartial(
  venue: Venue,
  position: Position,
  { order, attached, lots }: { readonly order: Order; readonly attached: Attached; readonly lots: number },
): void {
  const pair = order.number
  const made = position.stops.filter(({ stop }) => stop?.pair === pair)
  if (made.length === 0) addPartial(venue, position, { ...attached, lots, pair, parentLinkId: order.linkId })
  for (const stop of made) resize(venue, stop, stop.lots + lots)
}

function createStop(
  venue: Venue,
  position: Position,
  terms: { readonly stop: Stop; readonly limitTicks: number; readonly lots: number },
): void {
  const { holding, idx } = position
  const isMarket = terms.limitTicks === 0
  const order = takeIn(venue, holding.account, {
    ...CLOSING_TERMS,
    listing: holding.listing,
    holding,
    isBuy: position.lots < 0,
    isMarket,
    timeInForce: isMarket ? 'IOC' : 'GTC',
    idx,
    stop: terms.stop,
    priceTicks: terms.limitTicks,
    lots: terms.lots,
  })
  enlist(venue, order)
}
