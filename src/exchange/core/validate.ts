/**
 * What requests say, and the filters their prices and quantities must pass. Codes and texts of facts §5 and §4.4; where
 * no text is known the wording is ours.
 */
import { parseSteps, type Step } from '../../domain/steps.ts'
import { closableLots } from './account.ts'
import type { Account, Answer, Holding, Listing, PositionIdx, Venue } from './model.ts'
import { refuse } from './model.ts'
import { mulDiv, USDT_E8 } from './money.ts'

export type Params = Readonly<Record<string, unknown>>

/** The value of a parameter as text: numbers are accepted, as the venue accepts them. Absent is "". */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : ''
}

export function flagOf(value: unknown): boolean {
  return value === true || value === 'true'
}

export const badParam = (name: string): Answer => refuse(10001, `params error: ${name} invalid`)

/** Finds the symbol of a linear request, or says what is wrong with it. */
export function listingOf(venue: Venue, params: Params): Listing | Answer {
  if (textOf(params['category']) !== 'linear') return badParam('category')
  return venue.bySymbol.get(textOf(params['symbol'])) ?? badParam('symbol')
}

export function isAnswer(value: object): value is Answer {
  // Not `in`, which is slow where many kinds of objects come by.
  return (value as Partial<Answer>).retCode !== undefined
}

export function positionIdxOf(params: Params, holding: Holding): PositionIdx | null {
  const text = textOf(params['positionIdx']) || '0'
  if (holding.isHedge) return text === '1' ? 1 : text === '2' ? 2 : null
  return text === '0' ? 0 : null
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

const OUTSIDE = refuse(110003, 'Order price is out of permissible range')

/** Inside the instrument's bounds and the band; beyond the band the price moves to its edge, or is refused. */
export function bandPrice(account: Account, listing: Listing, isBuy: boolean, ticks: number): number | Answer {
  const { minPriceTicks, maxPriceTicks } = listing.instrument
  if (ticks < minPriceTicks || ticks > maxPriceTicks) return OUTSIDE
  const { maxBuyTicks, minSellTicks } = priceBand(listing)
  const edge = isBuy ? Math.min(ticks, maxBuyTicks) : Math.max(ticks, minSellTicks)
  if (edge === ticks) return ticks
  return account.modifiesPrices ? edge : OUTSIDE
}

/** Facts §5: the highest price to buy and the lowest to sell at. */
export function priceBand(listing: Listing): { readonly maxBuyTicks: number; readonly minSellTicks: number } {
  const { markTicks: mark, indexTicks: index } = listing
  const premium = listing.premiumShare * listing.premiumTicks()
  const { bandX, bandY } = listing.instrument
  const maxBuy = Math.min(mark * (1 + bandY), Math.max(index, mark * (1 + bandX) + Math.max(0, premium)))
  const minSell = Math.max(mark * (1 - bandY), Math.min(index, mark * (1 - bandX) + Math.min(0, premium)))
  return { maxBuyTicks: Math.floor(maxBuy), minSellTicks: Math.ceil(minSell) }
}

/** A market order is a limit order at this price: mark ± X, as the venue's sample shows (facts §4.2). */
export function marketCap(listing: Listing, isBuy: boolean): number {
  const { bandX, minPriceTicks, maxPriceTicks } = listing.instrument
  const cap = isBuy ? Math.floor(listing.markTicks * (1 + bandX)) : Math.ceil(listing.markTicks * (1 - bandX))
  return Math.min(maxPriceTicks, Math.max(minPriceTicks, cap))
}

export function maxLotsOf(listing: Listing, isMarket: boolean): number {
  return isMarket ? listing.instrument.maxMarketLots : listing.instrument.maxLots
}

/** The quantity filters for an explicit number of lots. */
export function checkLots(
  venue: Venue,
  listing: Listing,
  terms: { readonly isMarket: boolean; readonly reduceOnly: boolean; readonly priceTicks: number },
  lots: number,
): number | Answer {
  const { instrument } = listing
  if (lots < instrument.minLots) return refuse(10001, 'The number of contracts exceeds minimum limit allowed')
  const maxLots = maxLotsOf(listing, terms.isMarket)
  // A reducing order beyond the maximum is split, not refused (facts §3.2).
  if (lots > maxLots && !terms.reduceOnly) {
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
export function checkReduce(
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
  return lots === 0 ? Math.min(closable, maxLots) : Math.min(lots, closable)
}
