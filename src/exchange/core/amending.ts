/**
 * What an amend request asks for, checked against the order as it is now (facts §3.2): quantity and price, the trigger
 * of an order that waits, TP and SL of one that is not filled yet. What is not sent stays as it is.
 */
import { parseSteps } from '../../domain/steps.ts'
import { boundPrice } from './admission.ts'
import { checkMoney } from './margin.ts'
import type { Answer, Order, Venue } from './model.ts'
import { refuse } from './model.ts'
import type { Attached, Stop } from './orderterms.ts'
import { isProtective } from './stoplist.ts'
import { attachedOf, ticksOf, triggerByOf, wrongSide } from './terms.ts'
import { badParam, bandPrice, checkLots, isAnswer, type Params, parsePrice, textOf } from './validate.ts'

export interface AmendedTerms {
  readonly lots: number
  readonly priceTicks: number
  readonly holdE8: number
  readonly stop: Stop | null
  readonly attached: Attached | null
}

export function amendedTerms(venue: Venue, order: Order, params: Params): AmendedTerms | Answer {
  const stop = amendedStop(order, params)
  if (stop !== null && isAnswer(stop)) return stop
  const priceTicks = amendedPrice(venue, order, params)
  if (typeof priceTicks !== 'number') return priceTicks
  const lots = amendedLots(venue, order, params, priceTicks)
  if (typeof lots !== 'number') return lots
  const attached = amendedTargets(order, params, priceTicks)
  if (attached !== null && isAnswer(attached)) return attached
  const isSame =
    lots === order.lots && priceTicks === order.priceTicks && stop === order.stop && attached === order.attached
  if (isSame) return refuse(10001, 'order not modified')
  const { isBuy, idx, reduceOnly } = order
  const money = { idx, isBuy, reduceOnly, lots: lots - order.filled.lots, priceTicks }
  const holdE8 = order.status === 'Untriggered' ? 0 : checkMoney(venue, order.holding, money, order.holdE8)
  return typeof holdE8 === 'number' ? { lots, priceTicks, holdE8, stop, attached } : holdE8
}

/** The trigger can move as long as it waits, and only to where the price is not yet. */
function amendedStop(order: Order, params: Params): Stop | null | Answer {
  const { listing, stop } = order
  const triggerTicks = params['triggerPrice'] === undefined ? null : ticksOf(listing, params, 'triggerPrice')
  if (triggerTicks !== null && typeof triggerTicks !== 'number') return triggerTicks
  const isAsked = triggerTicks !== null && triggerTicks > 0
  if (stop === null || order.status !== 'Untriggered') return isAsked ? badParam('triggerPrice') : stop
  const by = triggerByOf(params, 'triggerBy', stop.by)
  if (typeof by !== 'string') return by
  const next = isAsked ? triggerTicks : stop.triggerTicks
  if (next === stop.triggerTicks && by === stop.by) return stop
  const moved = { ...stop, by, triggerTicks: next }
  return stop.trailTicks > 0 ? moved : (wrongSide(listing, moved) ?? moved)
}

function amendedPrice(venue: Venue, order: Order, params: Params): number | Answer {
  const { listing, account, isBuy } = order
  const text = textOf(params['price'])
  if (text === '' || order.isMarket) return order.priceTicks
  const ticks = parsePrice(venue, listing, text, isBuy)
  if (ticks === undefined || ticks <= 0) return refuse(10001, 'Price invalid')
  return order.status === 'Untriggered' ? boundPrice(listing, ticks) : bandPrice(account, listing, isBuy, ticks)
}

function amendedLots(venue: Venue, order: Order, params: Params, priceTicks: number): number | Answer {
  const { listing, isMarket, reduceOnly } = order
  const text = textOf(params['qty'])
  if (text === '') return order.lots
  const lots = parseSteps(text, listing.instrument.lot)
  if (lots === undefined) return refuse(10001, 'Qty invalid')
  const checked = checkLots(venue, listing, { isMarket, reduceOnly, priceTicks }, lots)
  if (typeof checked !== 'number') return checked
  if (lots <= order.filled.lots) return refuse(110064, 'The quantity must be above what is filled already')
  // TP and SL of a whole position follow its size by themselves.
  const isFixed = isProtective(order) && !order.stop?.type.startsWith('Partial')
  if (isFixed && lots !== order.lots) return badParam('qty')
  if (reduceOnly && lots > order.lots) return refuse(110022, 'A reduce-only order cannot grow')
  return lots
}

function amendedTargets(order: Order, params: Params, priceTicks: number): Attached | null | Answer {
  const { listing, attached } = order
  const baseTicks = order.isMarket ? (order.stop?.triggerTicks ?? null) : priceTicks
  const next = attachedOf(listing, params, { isLong: order.isBuy, baseTicks }, attached)
  if (next !== null && next !== attached && order.reduceOnly && !isAnswer(next)) {
    return refuse(10001, 'params error: a reduce-only order cannot have TP/SL')
  }
  return next
}
