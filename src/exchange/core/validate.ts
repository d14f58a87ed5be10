/**
 * Is this order one the venue would take? Codes and texts of facts §5 and §4.4; where no text is known the wording is
 * ours. What passes is a draft in integers.
 */
import { parseSteps, type Step } from '../../domain/steps.ts'
import { availableBalance, closableLots } from './account.ts'
import { bestLevel } from './book.ts'
import type { Account, Answer, Holding, Listing, PositionIdx, SmpType, TimeInForceText, Venue } from './model.ts'
import { isOpen, refuse } from './model.ts'
import { feeOf, mulDiv, USDT_E8 } from './money.ts'

export type Params = Readonly<Record<string, unknown>>

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
  readonly priceTicks: number
  readonly lots: number
  /** Margin to hold while the order is open, 1e-8 USDT. */
  readonly holdE8: number
}

/** Active orders of one account in one symbol; facts §5. */
const OPEN_ORDERS_MAX = 500
const TIMES_IN_FORCE: ReadonlySet<string> = new Set(['GTC', 'IOC', 'FOK', 'PostOnly'])
const SMP_TYPES: ReadonlySet<string> = new Set(['None', 'CancelMaker', 'CancelTaker', 'CancelBoth'])
const LINK_ID = /^[A-Za-z0-9_-]{1,36}$/
/** What this venue does not do; an order that asks for it must not be taken for a plain one. */
const UNSUPPORTED = ['triggerPrice', 'takeProfit', 'stopLoss', 'bboSideType', 'slippageTolerance'] as const

/** A parameter as text: numbers are accepted, as the venue accepts them. Absent is "". */
export function textOf(params: Params, name: string): string {
  const value = params[name]
  if (typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : ''
}

export function flagOf(params: Params, name: string): boolean {
  return params[name] === true || params[name] === 'true'
}

export const badParam = (name: string): Answer => refuse(10001, `params error: ${name} invalid`)

/** Finds the symbol of a linear request, or says what is wrong with it. */
export function listingOf(venue: Venue, params: Params): Listing | Answer {
  if (textOf(params, 'category') !== 'linear') return badParam('category')
  return venue.bySymbol.get(textOf(params, 'symbol')) ?? badParam('symbol')
}

export function isAnswer(value: object): value is Answer {
  return 'retCode' in value
}

/** Checks a create request from its parameters to the account's balance. */
export function checkOrder(venue: Venue, account: Account, params: Params): Draft | Answer {
  const listing = listingOf(venue, params)
  if (isAnswer(listing)) return listing
  const words = checkWords(params)
  if (isAnswer(words)) return words
  const holding = account.holdings[listing.index]!
  const idx = positionIdxOf(params, holding)
  if (idx === null) return refuse(10001, 'position idx not match position mode')
  if (isTaken(venue, account, words.linkId)) return refuse(110072, 'OrderLinkedID is duplicate')
  // In hedge mode the side against the leg can only close it, whatever the flag says.
  const reduceOnly = words.reduceOnly || (idx !== 0 && words.isBuy !== (idx === 1))
  const priceTicks = checkPrice(venue, account, listing, params, words)
  if (typeof priceTicks !== 'number') return priceTicks
  const asked = checkQty(venue, listing, params, { ...words, reduceOnly, priceTicks })
  if (typeof asked !== 'number') return asked
  const lots = reduceOnly
    ? checkReduce(venue, holding, idx, words.isBuy, asked, maxLotsOf(listing, words.isMarket))
    : asked
  if (typeof lots !== 'number') return lots
  if (holding.open.size >= OPEN_ORDERS_MAX) return refuse(110020, 'You have reached the limit of 500 active orders.')
  const holdE8 = checkMoney(venue, holding, { idx, isBuy: words.isBuy, reduceOnly, lots, priceTicks })
  if (typeof holdE8 !== 'number') return holdE8
  return { listing, holding, idx, ...words, reduceOnly, priceTicks, lots, holdE8 }
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
}

function checkWords(params: Params): Words | Answer {
  const side = textOf(params, 'side')
  if (side !== 'Buy' && side !== 'Sell') return badParam('side')
  const orderType = textOf(params, 'orderType')
  if (orderType !== 'Limit' && orderType !== 'Market') return badParam('orderType')
  const isMarket = orderType === 'Market'
  // A market order is IOC whatever is sent; clients send GTC and legacy words with it.
  const timeInForce = isMarket ? 'IOC' : textOf(params, 'timeInForce') || 'GTC'
  if (!TIMES_IN_FORCE.has(timeInForce)) return badParam('timeInForce')
  const smpType = textOf(params, 'smpType') || 'None'
  if (!SMP_TYPES.has(smpType)) return badParam('smpType')
  const linkId = textOf(params, 'orderLinkId')
  if (linkId.length > 45) return refuse(10001, 'order link id is longer than 45')
  if (linkId !== '' && !LINK_ID.test(linkId)) return badParam('orderLinkId')
  for (const name of UNSUPPORTED) {
    const value = textOf(params, name)
    if (value !== '' && Number(value) !== 0)
      return refuse(10001, `params error: ${name} is not supported by this venue`)
  }
  return {
    isBuy: side === 'Buy',
    isMarket,
    timeInForce: timeInForce as TimeInForceText,
    reduceOnly: flagOf(params, 'reduceOnly'),
    closeOnTrigger: flagOf(params, 'closeOnTrigger'),
    smpType: smpType as SmpType,
    linkId,
  }
}

function positionIdxOf(params: Params, holding: Holding): PositionIdx | null {
  const text = textOf(params, 'positionIdx') || '0'
  if (holding.isHedge) return text === '1' ? 1 : text === '2' ? 2 : null
  return text === '0' ? 0 : null
}

/** The price in ticks: a limit inside the band, or the cap of a market order. */
function checkPrice(venue: Venue, account: Account, listing: Listing, params: Params, words: Words): number | Answer {
  if (words.isMarket) return marketCap(listing, words.isBuy)
  const ticks = parsePrice(venue, listing, textOf(params, 'price'), words.isBuy)
  if (ticks === undefined || ticks <= 0) return refuse(10001, 'Price invalid')
  return bandPrice(account, listing, words.isBuy, ticks)
}

/** Fine enough for any price a client may send, 1e-8 USDT. */
const FINE: Step = { units: 1, decimals: 8 }

/**
 * A limit price in ticks; undefined when it is none. What the venue does with a price between two ticks is in doubt: it
 * is none either, or it is moved to the tick that is no worse for the sender.
 */
export function parsePrice(venue: Venue, listing: Listing, text: string, isBuy: boolean): number | undefined {
  const { tick } = listing.instrument
  const exact = parseSteps(text, tick)
  if (exact !== undefined || venue.rules.doubts.priceOffTick === 'refused') return exact
  const fine = parseSteps(text, FINE)
  if (fine === undefined) return undefined
  const ticks = fine / (tick.units * 10 ** (FINE.decimals - tick.decimals))
  return isBuy ? Math.floor(ticks) : Math.ceil(ticks)
}

/** Inside the instrument's bounds and the band; beyond the band the price moves to its edge, or is refused. */
export function bandPrice(account: Account, listing: Listing, isBuy: boolean, ticks: number): number | Answer {
  const { minPriceTicks, maxPriceTicks } = listing.instrument
  const outside = refuse(110003, 'Order price is out of permissible range')
  if (ticks < minPriceTicks || ticks > maxPriceTicks) return outside
  const { maxBuyTicks, minSellTicks } = priceBand(listing)
  const edge = isBuy ? Math.min(ticks, maxBuyTicks) : Math.max(ticks, minSellTicks)
  if (edge === ticks) return ticks
  return account.modifiesPrices ? edge : outside
}

/** Facts §5: the highest price to buy and the lowest to sell at. */
export function priceBand(listing: Listing): { readonly maxBuyTicks: number; readonly minSellTicks: number } {
  const { markTicks: mark, indexTicks: index } = listing
  const premium = listing.premiumShare * listing.premiumTicks
  const { bandX, bandY } = listing.instrument
  const maxBuy = Math.min(mark * (1 + bandY), Math.max(index, mark * (1 + bandX) + Math.max(0, premium)))
  const minSell = Math.max(mark * (1 - bandY), Math.min(index, mark * (1 - bandX) + Math.min(0, premium)))
  return { maxBuyTicks: Math.floor(maxBuy), minSellTicks: Math.ceil(minSell) }
}

/** A market order is a limit order at this price: mark ± X, as the venue's sample shows (facts §4.2). */
function marketCap(listing: Listing, isBuy: boolean): number {
  const { bandX, minPriceTicks, maxPriceTicks } = listing.instrument
  const cap = isBuy ? Math.floor(listing.markTicks * (1 + bandX)) : Math.ceil(listing.markTicks * (1 - bandX))
  return Math.min(maxPriceTicks, Math.max(minPriceTicks, cap))
}

function maxLotsOf(listing: Listing, isMarket: boolean): number {
  return isMarket ? listing.instrument.maxMarketLots : listing.instrument.maxLots
}

interface QtyTerms extends Words {
  readonly priceTicks: number
}

/** Lots asked for; 0 stands for "whatever the position holds". */
function checkQty(venue: Venue, listing: Listing, params: Params, terms: QtyTerms): number | Answer {
  const { instrument } = listing
  const lots = parseSteps(textOf(params, 'qty'), instrument.lot)
  if (lots === undefined || lots < 0) return refuse(10001, 'Qty invalid')
  if (lots === 0 && terms.reduceOnly && terms.closeOnTrigger) return 0
  return checkLots(venue, listing, terms, lots)
}

/** The quantity filters for an explicit number of lots. */
export function checkLots(
  venue: Venue,
  listing: Listing,
  terms: Pick<QtyTerms, 'isMarket' | 'reduceOnly' | 'priceTicks'>,
  lots: number,
): number | Answer {
  const { instrument } = listing
  if (lots < instrument.minLots) return refuse(10001, 'The number of contracts exceeds minimum limit allowed')
  const maxLots = maxLotsOf(listing, terms.isMarket)
  if (lots > maxLots) {
    const scaled = (n: number): number => mulDiv(n * instrument.lot.units, USDT_E8, 10 ** instrument.lot.decimals)
    const sizes = `order_qty:${scaled(lots)} > max_qty:${scaled(maxLots)}`
    return refuse(10001, `The number of contracts exceeds maximum limit allowed: too large, ${sizes}`)
  }
  if (terms.reduceOnly && !venue.rules.doubts.reduceOnlyMinNotional) return lots
  const priceTicks = terms.isMarket ? listing.markTicks : terms.priceTicks
  if (lots * priceTicks * listing.valueScale < instrument.minNotionalUsd * USDT_E8) {
    return refuse(110094, `Order does not meet minimum order value ${instrument.minNotionalUsd}USDT`)
  }
  return lots
}

/** Trims a reducing order to what its position holds, or refuses what is more (facts §4.5); 0 asks for all of it. */
function checkReduce(
  venue: Venue,
  holding: Holding,
  idx: PositionIdx,
  isBuy: boolean,
  lots: number,
  maxLots: number,
): number | Answer {
  const position = holding.positions[idx]
  if (position.lots === 0) return refuse(110017, 'current position is zero, cannot fix reduce-only order qty')
  const closable = closableLots(position, isBuy)
  if (closable === 0) return refuse(110017, 'reduce-only order has same side with current position')
  if (lots > closable && venue.rules.doubts.reduceOnlyExcess === 'refused') {
    return refuse(110017, 'Reduce-only rule not satisfied')
  }
  return Math.min(lots === 0 ? closable : lots, closable, maxLots)
}

interface MoneyTerms {
  readonly idx: PositionIdx
  readonly isBuy: boolean
  readonly reduceOnly: boolean
  readonly lots: number
  readonly priceTicks: number
}

/** Margin and fee for the part that opens, against the balance and the risk limit. */
export function checkMoney(venue: Venue, holding: Holding, terms: MoneyTerms, heldBefore = 0): number | Answer {
  const { listing, account } = holding
  const position = holding.positions[terms.idx]
  const opening = terms.reduceOnly ? 0 : Math.max(0, terms.lots - closableLots(position, terms.isBuy))
  if (opening === 0) return 0
  const valueE8 = opening * reachableTicks(listing, terms) * listing.valueScale
  if (position.costE8 + valueE8 > listing.riskLimitUsd * USDT_E8) {
    return refuse(110090, 'Order placement failed as your position may exceed the max limit.')
  }
  const holdE8 = mulDiv(valueE8, 100, holding.leverageCents) + feeOf(valueE8, venue.rules.takerRateE8)
  if (holdE8 - heldBefore > availableBalance(account)) return refuse(110007, 'ab not enough for new order')
  return holdE8
}

/** Selling below the best bid is done at the bid at least, so that is what margin is for; buying costs its limit. */
function reachableTicks(listing: Listing, terms: MoneyTerms): number {
  if (terms.isBuy) return terms.priceTicks
  return Math.max(terms.priceTicks, bestLevel(listing.bids)?.priceTicks ?? 0)
}
