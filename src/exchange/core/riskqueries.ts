/**
 * Risk limits and the insurance pool, as anybody can ask for them. Source: Bybit v5 docs, market/risk-limit and
 * market/insurance.
 */
import { listingPage } from './marketqueries.ts'
import type { Answer, Listing, Venue } from './model.ts'
import { OK } from './model.ts'
import { e8Text, USDT_E8 } from './money.ts'
import { otherCategory } from './queries.ts'
import { msText } from './texts.ts'
import { badParam, type Params, textOf } from './validate.ts'

/** Symbols in one answer. */
const PAGE_SYMBOLS = 15
const DAY_MS = 24 * 3_600_000
/** What the pool holds, USDT: so much that what liquidations take from it does not show. */
const POOL_USDT = '250000000'

/** GET /v5/market/risk-limit */
export function riskLimit(venue: Venue, params: Params): Answer {
  const other = otherCategory(params)
  if (other !== null) return other
  const symbol = textOf(params['symbol'])
  if (symbol !== '' && !venue.bySymbol.has(symbol)) return badParam('symbol')
  const page = listingPage(
    venue,
    params,
    PAGE_SYMBOLS,
    ({ instrument }) => symbol === '' || instrument.symbol === symbol,
  )
  if (page === null) return badParam('cursor')
  return OK({ category: 'linear', list: page.rows.flatMap(riskRows), nextPageCursor: page.nextPageCursor })
}

function riskRows(listing: Listing): Readonly<Record<string, unknown>>[] {
  return listing.riskTiers.map((tier, at) => ({
    id: at + 1,
    symbol: listing.instrument.symbol,
    riskLimitValue: e8Text(tier.limitE8),
    maintenanceMargin: e8Text(tier.maintenanceRateE8),
    initialMargin: e8Text(Math.round((100 * USDT_E8) / tier.maxLeverageCents)),
    isLowestRisk: at === 0 ? 1 : 0,
    maxLeverage: (tier.maxLeverageCents / 100).toFixed(2),
    mmDeduction: at === 0 ? '' : e8Text(tier.deductionE8),
  }))
}

/** GET /v5/market/insurance: one pool for every symbol, told once a day. */
export function insurance(venue: Venue, params: Params): Answer {
  const coin = textOf(params['coin'])
  const symbols = venue.listings.map(({ instrument }) => instrument.symbol).join(',')
  const pool = { coin: 'USDT', symbols, balance: POOL_USDT, value: POOL_USDT }
  return OK({
    updatedTime: msText(Math.floor(venue.nowMs / DAY_MS) * DAY_MS),
    list: coin === '' || coin === 'USDT' ? [pool] : [],
  })
}
