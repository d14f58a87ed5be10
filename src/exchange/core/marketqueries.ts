/**
 * What anybody can ask about the market (facts §3.1).
 */
import { formatSteps } from '../../domain/steps.ts'
import { levelFromBest, shownLots } from './book.ts'
import type { Answer, BookSide, Listing, Venue } from './model.ts'
import { OK, refuse } from './model.ts'
import { cursorOf, limitOf, newestPage } from './page.ts'
import { otherCategory } from './queries.ts'
import { lotsText, priceText } from './texts.ts'
import { nextFundingMs, tickerRow } from './ticker.ts'
import { badParam, isAnswer, listingOf, type Params, priceBand, textOf } from './validate.ts'

/** GET /v5/market/time */
export function marketTime(venue: Venue): Answer {
  const ms = Math.floor(venue.nowMs)
  return OK({ timeSecond: String(Math.floor(ms / 1_000)), timeNano: `${ms}000000` })
}

/** GET /v5/market/instruments-info */
export function instrumentsInfo(venue: Venue, params: Params): Answer {
  const other = otherCategory(params)
  if (other !== null) return other
  const symbol = textOf(params, 'symbol')
  const baseCoin = textOf(params, 'baseCoin')
  if (symbol !== '' && !venue.bySymbol.has(symbol)) return badParam('symbol')
  const after = cursorOf(params)
  if (after === null) return badParam('cursor')
  const page = newestPage(venue.listings.toReversed(), {
    limit: limitOf(params, 500, 1_000),
    after: Number.isFinite(after) ? after : Number.POSITIVE_INFINITY,
    // Pages go downwards from the newest row, so the first listing has the highest number.
    numberOf: (listing) => venue.listings.length - listing.index,
    matches: ({ instrument }) =>
      (symbol === '' || instrument.symbol === symbol) && (baseCoin === '' || instrument.baseCoin === baseCoin),
  })
  return OK({ category: 'linear', list: page.rows.map(instrumentRow), nextPageCursor: page.nextPageCursor })
}

function instrumentRow(listing: Listing): Record<string, unknown> {
  const { instrument } = listing
  const { lot, tick } = instrument
  const maxQty = lotsText(listing, instrument.maxLots)
  return {
    symbol: instrument.symbol,
    symbolId: listing.index + 1,
    contractType: 'LinearPerpetual',
    status: 'Trading',
    baseCoin: instrument.baseCoin,
    quoteCoin: 'USDT',
    launchTime: '1585526400000',
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
    upperFundingRate: '0.005',
    lowerFundingRate: '-0.005',
    isPreListing: false,
    preListingInfo: null,
    riskParameters: { priceLimitRatioX: String(instrument.bandX), priceLimitRatioY: String(instrument.bandY) },
    symbolType: '',
    displayName: '',
    forbidUplWithdrawal: false,
  }
}

/** GET /v5/market/tickers */
export function tickers(venue: Venue, params: Params): Answer {
  const other = otherCategory(params)
  if (other !== null) return other
  const symbol = textOf(params, 'symbol')
  if (symbol !== '' && !venue.bySymbol.has(symbol)) return badParam('symbol')
  const listings = venue.listings.filter((each) => symbol === '' || each.instrument.symbol === symbol)
  const list = listings.map((each) => ({
    ...tickerRow(each, venue.nowMs),
    predictedDeliveryPrice: '',
    basisRate: '',
    basis: '',
    basisRateYear: '',
    deliveryFeeRate: '',
    deliveryTime: '0',
  }))
  return OK({ category: 'linear', list })
}

/** GET /v5/market/orderbook */
export function orderbook(venue: Venue, params: Params): Answer {
  const listing = listingOf(venue, params)
  if (isAnswer(listing)) return listing
  const limit = limitOf(params, 25, 1_000)
  return OK({
    s: listing.instrument.symbol,
    b: levels(listing, listing.bids, limit),
    a: levels(listing, listing.asks, limit),
    ts: Math.floor(venue.nowMs),
    u: listing.seq,
    seq: listing.seq,
    cts: Math.floor(listing.changedMs),
  })
}

function levels(listing: Listing, side: BookSide, limit: number): [string, string][] {
  const rows: [string, string][] = []
  for (let n = 0; n < limit; n += 1) {
    const level = levelFromBest(side, n)
    if (level === undefined) break
    rows.push([priceText(listing, level.priceTicks), lotsText(listing, shownLots(level))])
  }
  return rows
}

/** GET /v5/market/price-limit; the category defaults to linear. */
export function priceLimit(venue: Venue, params: Params): Answer {
  const listing = venue.bySymbol.get(textOf(params, 'symbol'))
  if (listing === undefined) return badParam('symbol')
  const { maxBuyTicks, minSellTicks } = priceBand(listing)
  return OK({
    symbol: listing.instrument.symbol,
    buyLmt: priceText(listing, maxBuyTicks),
    sellLmt: priceText(listing, minSellTicks),
    ts: String(Math.floor(venue.nowMs)),
  })
}

/** GET /v5/market/funding/history: the same rate at every interval. */
export function fundingHistory(venue: Venue, params: Params): Answer {
  const listing = listingOf(venue, params)
  if (isAnswer(listing)) return listing
  const start = Number(textOf(params, 'startTime') || 0)
  const end = textOf(params, 'endTime')
  if (start > 0 && end === '') return refuse(10001, 'startTime needs endTime')
  const intervalMs = listing.instrument.fundingIntervalMinutes * 60_000
  const list: Record<string, string>[] = []
  const limit = limitOf(params, 200, 200)
  for (
    let atMs = nextFundingMs(listing, end === '' ? venue.nowMs : Math.min(Number(end), venue.nowMs)) - intervalMs;
    atMs >= Math.max(start, 1) && list.length < limit;
    atMs -= intervalMs
  ) {
    list.push({
      symbol: listing.instrument.symbol,
      fundingRate: listing.fundingRate,
      fundingRateTimestamp: String(atMs),
    })
  }
  return OK({ category: 'linear', list })
}
