/**
 * A create request, from its parameters to the account's balance. What passes is a draft in integers.
 *
 *   words (side, type, …) ─► trigger, slippage ─► price ─► TP/SL ─► quantity ─► limits ─► money (not before a trigger)
 */
import { parseSteps } from '../../domain/steps.ts'
import { bestLevel } from './book.ts'
import { checkMoney } from './margin.ts'
import type { Account, Answer, Holding, Listing, Venue } from './model.ts'
import { isOpen, refuse } from './model.ts'
import type { Draft } from './neworder.ts'
import type { Attached, SmpType, Stop, TimeInForceText } from './orderterms.ts'
import { attachedOf, bboPrice, NO_MARKET_PRICE, stopOf, type Tolerance, toleranceOf, tolerancePrice } from './terms.ts'
import {
  badParam,
  bandPrice,
  checkLots,
  checkReduce,
  flagOf,
  isAnswer,
  listingOf,
  marketCap,
  maxLotsOf,
  type Params,
  parsePrice,
  positionIdxOf,
  textOf,
} from './validate.ts'

/** Active orders of one account in one symbol, and conditional ones; facts §5. */
const OPEN_ORDERS_MAX = 500
const STOPS_MAX = 10
const TIMES_IN_FORCE: ReadonlySet<string> = new Set(['GTC', 'IOC', 'FOK', 'PostOnly', 'RPI'])
const SMP_TYPES: ReadonlySet<string> = new Set(['None', 'CancelMaker', 'CancelTaker', 'CancelBoth'])
const LINK_ID = /^[A-Za-z0-9_-]{1,36}$/

export function checkOrder(venue: Venue, account: Account, params: Params): Draft | Answer {
  const listing = listingOf(venue, params)
  if (isAnswer(listing)) return listing
  const said = checkWords(params)
  if (isAnswer(said)) return said
  const holding = account.holdings[listing.index]!
  const idx = positionIdxOf(params, holding)
  if (idx === null) return refuse(10001, 'position idx not match position mode')
  if (isTaken(venue, account, said.linkId)) return refuse(110072, 'OrderLinkedID is duplicate')
  // In hedge mode the side against the leg can only close it, whatever the flag says.
  const reduceOnly = said.reduceOnly || said.closeOnTrigger || (idx !== 0 && said.isBuy !== (idx === 1))
  const words = reduceOnly === said.reduceOnly ? said : { ...said, reduceOnly }
  const terms = checkTerms(venue, account, listing, params, words)
  if (isAnswer(terms)) return terms
  const { stop, priceTicks } = terms
  const asked = checkQty(venue, listing, params, words, priceTicks)
  if (typeof asked !== 'number') return asked
  const maxLots = maxLotsOf(listing, words.isMarket)
  const lots = reduceOnly && stop === null ? checkReduce(venue, holding, idx, words.isBuy, asked, maxLots) : asked
  if (typeof lots !== 'number') return lots
  const tooMany = checkCount(holding, stop)
  if (tooMany !== null) return tooMany
  const money = { idx, isBuy: words.isBuy, reduceOnly, lots, priceTicks }
  const holdE8 = stop === null ? checkMoney(venue, holding, money) : 0
  if (typeof holdE8 !== 'number') return holdE8
  const { isBuy, isMarket, timeInForce, closeOnTrigger, smpType, linkId, rpiTakerAccess } = words
  const { tolerance, attached } = terms
  // Field by field: a draft spread together of three objects costs as much as all the checks.
  return {
    listing,
    holding,
    isBuy,
    isMarket,
    timeInForce,
    idx,
    reduceOnly,
    closeOnTrigger,
    smpType,
    linkId,
    rpiTakerAccess,
    tolerance,
    stop,
    attached,
    priceTicks,
    lots,
    holdE8,
  }
}

/** Ids of open orders always are; whether those of ended ones are is in doubt (facts §10.9). */
function isTaken(venue: Venue, account: Account, linkId: string): boolean {
  const former = linkId === '' ? undefined : account.byLink.get(linkId)
  return former !== undefined && (isOpen(former) || venue.rules.doubts.linkIdReuse === 'refused')
}

interface Words {
  readonly isBuy: boolean
  readonly isMarket: boolean
  readonly timeInForce: TimeInForceText
  readonly reduceOnly: boolean
  readonly closeOnTrigger: boolean
  readonly smpType: SmpType
  readonly linkId: string
  readonly rpiTakerAccess: boolean
}

function checkWords(params: Params): Words | Answer {
  const side = textOf(params['side'])
  if (side !== 'Buy' && side !== 'Sell') return badParam('side')
  const orderType = textOf(params['orderType'])
  if (orderType !== 'Limit' && orderType !== 'Market') return badParam('orderType')
  const isMarket = orderType === 'Market'
  // A market order is IOC whatever is sent; clients send GTC and legacy words with it.
  const timeInForce = isMarket ? 'IOC' : textOf(params['timeInForce']) || 'GTC'
  if (!TIMES_IN_FORCE.has(timeInForce)) return badParam('timeInForce')
  const smpType = textOf(params['smpType']) || 'None'
  if (!SMP_TYPES.has(smpType)) return badParam('smpType')
  const linkId = textOf(params['orderLinkId'])
  if (linkId.length > 45) return refuse(10001, 'order link id is longer than 45')
  if (linkId !== '' && !LINK_ID.test(linkId)) return badParam('orderLinkId')
  return {
    isBuy: side === 'Buy',
    isMarket,
    timeInForce: timeInForce as TimeInForceText,
    reduceOnly: flagOf(params['reduceOnly']),
    closeOnTrigger: flagOf(params['closeOnTrigger']),
    smpType: smpType as SmpType,
    linkId,
    rpiTakerAccess: flagOf(params['rpiTakerAccess']),
  }
}

interface Terms {
  readonly stop: Stop | null
  readonly tolerance: Tolerance | null
  readonly priceTicks: number
  readonly attached: Attached | null
}

function checkTerms(venue: Venue, account: Account, listing: Listing, params: Params, words: Words): Terms | Answer {
  const stop = stopOf(listing, params)
  if (stop !== null && isAnswer(stop)) return stop
  const hasTargets = Number(textOf(params['takeProfit'])) > 0 || Number(textOf(params['stopLoss'])) > 0
  if (hasTargets && words.reduceOnly) return refuse(10001, 'params error: a reduce-only order cannot have TP/SL')
  const tolerance = toleranceOf(params, { isMarket: words.isMarket, isPlain: stop === null && !hasTargets })
  if (tolerance !== null && isAnswer(tolerance)) return tolerance
  const priceTicks = checkPrice(venue, account, listing, params, { words, stop, tolerance })
  if (typeof priceTicks !== 'number') return priceTicks
  if (!hasTargets) return { stop, tolerance, priceTicks, attached: null }
  const baseTicks = words.isMarket ? (stop?.triggerTicks ?? null) : priceTicks
  const attached = attachedOf(listing, params, { isLong: words.isBuy, baseTicks })
  if (attached !== null && isAnswer(attached)) return attached
  return { stop, tolerance, priceTicks, attached }
}

interface PriceTerms {
  readonly words: Words
  readonly stop: Stop | null
  readonly tolerance: Tolerance | null
}

/** The price in ticks: a limit inside the band, or the cap of a market order. The band is for when it meets the book. */
function checkPrice(
  venue: Venue,
  account: Account,
  listing: Listing,
  params: Params,
  { words, stop, tolerance }: PriceTerms,
): number | Answer {
  const { isBuy, isMarket } = words
  if (isMarket && stop !== null) return 0
  if (isMarket && tolerance !== null) return tolerancePrice(listing, isBuy, tolerance)
  if (isMarket) return marketPrice(venue, listing, isBuy)
  const fromBook = bboPrice(listing, params, isBuy)
  const ticks = fromBook ?? parsePrice(venue, listing, textOf(params['price']), isBuy)
  if (ticks === undefined || (typeof ticks === 'number' && ticks <= 0)) return refuse(10001, 'Price invalid')
  if (typeof ticks !== 'number') return ticks
  return stop === null ? bandPrice(account, listing, isBuy, ticks) : boundPrice(listing, ticks)
}

/** With an empty book there is no price to start from; whether that is refused is in doubt (facts §4.2). */
function marketPrice(venue: Venue, listing: Listing, isBuy: boolean): number | Answer {
  const isEmpty = bestLevel(isBuy ? listing.asks : listing.bids) === undefined
  return isEmpty && venue.rules.doubts.emptyBookMarket === 'refused' ? NO_MARKET_PRICE : marketCap(listing, isBuy)
}

/** Inside the instrument's own bounds. */
export function boundPrice({ instrument }: Listing, ticks: number): number | Answer {
  const isInside = ticks >= instrument.minPriceTicks && ticks <= instrument.maxPriceTicks
  return isInside ? ticks : refuse(110003, 'Order price is out of permissible range')
}

/** Lots asked for; 0 stands for "whatever the position holds". */
function checkQty(
  venue: Venue,
  listing: Listing,
  params: Params,
  { isMarket, reduceOnly, closeOnTrigger }: Words,
  priceTicks: number,
): number | Answer {
  const lots = parseSteps(textOf(params['qty']), listing.instrument.lot)
  if (lots === undefined || lots < 0) return refuse(10001, 'Qty invalid')
  if (lots === 0 && reduceOnly && closeOnTrigger) return 0
  return checkLots(venue, listing, { isMarket, reduceOnly, priceTicks }, lots)
}

function checkCount({ open, stops }: Holding, stop: Stop | null): Answer | null {
  if (stop === null) {
    const isFull = open.size - stops.size >= OPEN_ORDERS_MAX
    return isFull ? refuse(110020, 'You have reached the limit of 500 active orders.') : null
  }
  let waiting = 0
  for (const order of stops) if (order.stop?.type === 'Stop') waiting += 1
  return waiting < STOPS_MAX ? null : refuse(110009, 'The number of stop orders exceeds the maximum of 10')
}
