/**
 * What anybody can ask about the market as it is now (facts §3.1); historyqueries.ts answers for the past.
 */
import { formatSteps } from '../../domain/steps.ts'
import { levelRows, REST_DEPTH, restPicture } from './depthfeed.ts'
import type { Answer, Listing, PublicTrade, Venue } from './model.ts'
import { OK } from './model.ts'
import { cursorOf, limitOf, newestPage } from './page.ts'
import { bandRow } from './pricelimitfeed.ts'
import { otherCategory } from './queries.ts'
import { lotsText, msText, priceText } from './texts.ts'
import { FUNDING_CAP, tickerRestRow } from './ticker.ts'
import { badParam, isAnswer, listingOf, type Params, textOf } from './validate.ts'

/** When every symbol here was launched, ms: charts and funding history reach back to it. */
export const LAUNCH_MS = 1_585_526_400_000

/** GET /v5/market/time */
export function marketTime(venue: Venue): Answer {
  const ms = Math.floor(venue.nowMs)
  return OK({ timeSecond: String(Math.floor(ms / 1_000)), timeNano: `${ms}000000` })
}

/** GET /v5/market/instruments-info. Only what trades is listed unless another status is asked for. */
export function instrumentsInfo(venue: Venue, params: Params): Answer {
  const other = otherCategory(params)
  if (other !== null) return other
  const symbol = textOf(params['symbol'])
  const baseCoin = textOf(params['baseCoin'])
  const status = textOf(params['status']) || 'Trading'
  const symbolType = textOf(params['symbolType'])
  if (symbol !== '' && !venue.bySymbol.has(symbol)) return badParam('symbol')
  const page = listingPage(venue, params, limitOf(params, 500, 1_000), (listing) => {
    const { instrument } = listing
    return (
      (symbol === '' || instrument.symbol === symbol) &&
      (baseCoin === '' || instrument.baseCoin === baseCoin) &&
      statusOf(listing) === status &&
      (symbolType === '' || symbolType === SYMBOL_TYPE)
    )
  })
  if (page === null) return badParam('cursor')
  return OK({ category: 'linear', list: page.rows.map(instrumentRow), nextPageCursor: page.nextPageCursor })
}

/** Listings a page at a time, in the world's order; null for a cursor that is none of ours. */
export function listingPage(
  venue: Venue,
  params: Params,
  limit: number,
  matches: (listing: Listing) => boolean,
): { readonly rows: readonly Listing[]; readonly nextPageCursor: string } | null {
  const after = cursorOf(params)
  if (after === null) return null
  // Pages go downwards from the newest row, so the first listing has the highest number.
  const numberOf = (listing: Listing): number => venue.listings.length - listing.index
  return newestPage(venue.listings.toReversed(), { limit, after, numberOf, matches })
}

/** Of no region in particular. */
const SYMBOL_TYPE = ''

/** A symbol that may only be reduced still shows as trading (facts §8.2: 110023). */
function statusOf({ status }: Listing): string {
  return status === 'ReduceOnly' ? 'Trading' : status
}

function instrumentRow(listing: Listing): Readonly<Record<string, unknown>> {
  const { instrument } = listing
  const { lot, tick } = instrument
  const maxQty = lotsText(listing, instrument.maxLots)
  return {
    symbol: instrument.symbol,
    symbolId: listing.index + 1,
    contractType: 'LinearPerpetual',
    status: statusOf(listing),
    baseCoin: instrument.baseCoin,
    quoteCoin: 'USDT',
    launchTime: String(LAUNCH_MS),
    deliveryTime: '0',
    deliveryFeeRate: '',
    priceScale: String(tick.decimals),
    leverageFilter: { minLeverage: '1', maxLeverage: instrument.maxLeverage.toFixed(2), leverageStep: '0.01' },
    priceFilter: {
      minPrice: priceText(listing, instrument.minPriceTicks),
      maxPrice: priceText(listing, instrument.maxPriceTicks),
      tickSize: formatSteps(1, tick),
    },
    lotSizeFilter: {
      maxOrderQty: maxQty,
      minOrderQty: lotsText(listing, instrument.minLots),
      qtyStep: formatSteps(1, lot),
      postOnlyMaxOrderQty: maxQty,
      maxMktOrderQty: lotsText(listing, instrument.maxMarketLots),
      minNotionalValue: String(instrument.minNotionalUsd),
    },
    unifiedMarginTrade: true,
    fundingInterval: instrument.fundingIntervalMinutes,
    settleCoin: 'USDT',
    copyTrading: 'none',
    upperFundingRate: FUNDING_CAP,
    lowerFundingRate: `-${FUNDING_CAP}`,
    isPreListing: false,
    preListingInfo: null,
    riskParameters: { priceLimitRatioX: String(instrument.bandX), priceLimitRatioY: String(instrument.bandY) },
    symbolType: SYMBOL_TYPE,
    displayName: '',
    forbidUplWithdrawal: false,
  }
}

/** GET /v5/market/tickers */
export function tickers(venue: Venue, params: Params): Answer {
  const other = otherCategory(params)
  if (other !== null) return other
  const symbol = textOf(params['symbol'])
  if (symbol !== '' && !venue.bySymbol.has(symbol)) return badParam('symbol')
  const listings = venue.listings.filter((each) => symbol === '' || each.instrument.symbol === symbol)
  return OK({ category: 'linear', list: listings.map((each) => tickerRestRow(each, venue.nowMs)) })
}

/** GET /v5/market/orderbook */
export function orderbook(venue: Venue, params: Params): Answer {
  const listing = listingOf(venue, params)
  if (isAnswer(listing)) return listing
  const limit = limitOf(params, 25, REST_DEPTH)
  const picture = restPicture(listing)
  return OK({
    s: listing.instrument.symbol,
    b: levelRows(listing, picture.bids.all().slice(0, limit)),
    a: levelRows(listing, picture.asks.all().slice(0, limit)),
    ts: Math.floor(venue.nowMs),
    u: picture.u,
    seq: picture.seq,
    cts: Math.floor(picture.changedMs),
  })
}

/** GET /v5/market/price-limit */
export function priceLimit(venue: Venue, params: Params): Answer {
  const listing = listingOf(venue, orLinear(params))
  if (isAnswer(listing)) return listing
  return OK({ ...bandRow(listing), ts: msText(venue.nowMs) })
}

/** Some endpoints take linear for granted. */
export function orLinear(params: Params): Params {
  return textOf(params['category']) === '' ? { ...params, category: 'linear' } : params
}

/** GET /v5/market/recent-trade, newest first. Source: Bybit v5 docs, market/recent-trade. */
export function recentTrades(venue: Venue, params: Params): Answer {
  const listing = listingOf(venue, params)
  if (isAnswer(listing)) return listing
  const trades = listing.record.trades.newest(limitOf(params, 500, 1_000))
  const row = (trade: PublicTrade): Readonly<Record<string, unknown>> => ({
    execId: venue.ids.trade.of(trade.number),
    symbol: listing.instrument.symbol,
    price: priceText(listing, trade.priceTicks),
    size: lotsText(listing, trade.lots),
    side: trade.takerBuys ? 'Buy' : 'Sell',
    time: msText(trade.atMs),
    isBlockTrade: false,
    isRPITrade: trade.isRpi,
    seq: String(trade.seq),
  })
  return OK({ category: 'linear', list: trades.map(row) })
}
