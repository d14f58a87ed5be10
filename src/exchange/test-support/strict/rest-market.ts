/**
 * What the market endpoints answer (facts §3.1, §5), and the shapes of lists that every category shares.
 */
import { z } from 'zod'
import { tickerRestRow } from './public.ts'
import {
  amount,
  countText,
  cursor,
  decimal,
  empty,
  linear,
  maybeAmount,
  maybeDecimal,
  msNumber,
  msText,
  side,
  symbol,
} from './text.ts'

/** Categories the venue has and this one holds nothing of: an empty list. */
const emptyList = z.strictObject({
  category: z.enum(['spot', 'inverse', 'option']),
  list: z.array(z.never()).length(0),
  nextPageCursor: empty.optional(),
})
export const page = <T extends z.ZodType>(row: T) =>
  z.union([z.strictObject({ category: linear, list: z.array(row), nextPageCursor: cursor }), emptyList])
const list = <T extends z.ZodType>(row: T) =>
  z.union([z.strictObject({ category: linear, list: z.array(row) }), emptyList])

/** Facts §5. The last three came with contracts on shares; a linear crypto contract may leave them out. */
const instrument = z.strictObject({
  symbol,
  symbolId: z.int().positive(),
  contractType: z.literal('LinearPerpetual'),
  status: z.enum(['PreLaunch', 'Trading', 'Delivering', 'Closed']),
  baseCoin: z.string().min(1),
  quoteCoin: z.literal('USDT'),
  settleCoin: z.literal('USDT'),
  launchTime: msText,
  deliveryTime: z.union([z.literal('0'), msText]),
  deliveryFeeRate: maybeDecimal,
  priceScale: countText,
  leverageFilter: z.strictObject({ minLeverage: amount, maxLeverage: amount, leverageStep: amount }),
  priceFilter: z.strictObject({ minPrice: amount, maxPrice: amount, tickSize: amount }),
  lotSizeFilter: z.strictObject({
    minNotionalValue: amount,
    maxOrderQty: amount,
    maxMktOrderQty: amount,
    minOrderQty: amount,
    qtyStep: amount,
    postOnlyMaxOrderQty: amount,
  }),
  unifiedMarginTrade: z.boolean(),
  fundingInterval: z.int().positive(),
  copyTrading: z.enum(['none', 'both', 'utaOnly', 'normalOnly']),
  upperFundingRate: decimal,
  lowerFundingRate: decimal,
  isPreListing: z.boolean(),
  preListingInfo: z.union([z.null(), z.record(z.string(), z.unknown())]),
  riskParameters: z.strictObject({ priceLimitRatioX: amount, priceLimitRatioY: amount }),
  symbolType: z.string(),
  displayName: z.string(),
  forbidUplWithdrawal: z.boolean(),
  fullName: z.string().optional(),
  marketRegion: z.string().optional(),
  underlyingTicker: z.string().optional(),
})

const level = z.tuple([amount, amount.refine((text) => Number(text) > 0, 'a level is never empty')])
const candle = z.tuple([msText, amount, amount, amount, amount, amount, amount])
const priceCandle = z.tuple([msText, amount, amount, amount, amount])
const candles = <T extends z.ZodType>(row: T) => z.strictObject({ category: linear, symbol, list: z.array(row) })

const recentTrade = z.strictObject({
  execId: z.string().min(1),
  symbol,
  price: amount,
  size: amount,
  side,
  time: msText,
  isBlockTrade: z.boolean(),
  isRPITrade: z.boolean(),
  seq: countText,
})

const riskLimit = z.strictObject({
  id: z.int().positive(),
  symbol,
  riskLimitValue: amount,
  maintenanceMargin: amount,
  initialMargin: amount,
  isLowestRisk: z.union([z.literal(0), z.literal(1)]),
  maxLeverage: amount,
  mmDeduction: maybeAmount,
})

/** By path: the result of success. */
export const MARKET_RESULTS: Readonly<Record<string, z.ZodType>> = {
  '/v5/market/time': z.strictObject({ timeSecond: countText, timeNano: countText }),
  '/v5/market/instruments-info': page(instrument),
  '/v5/market/tickers': list(tickerRestRow),
  '/v5/market/orderbook': z.strictObject({
    s: symbol,
    b: z.array(level),
    a: z.array(level),
    ts: msNumber,
    u: z.int().positive(),
    seq: z.int().positive(),
    cts: msNumber,
  }),
  '/v5/market/kline': candles(candle),
  '/v5/market/mark-price-kline': candles(priceCandle),
  '/v5/market/index-price-kline': candles(priceCandle),
  '/v5/market/premium-index-price-kline': candles(z.tuple([msText, decimal, decimal, decimal, decimal])),
  '/v5/market/open-interest': z.strictObject({
    symbol,
    category: linear,
    list: z.array(z.strictObject({ openInterest: amount, singleOpenInterest: amount, timestamp: msText })),
    nextPageCursor: cursor,
  }),
  '/v5/market/funding/history': list(z.strictObject({ symbol, fundingRate: decimal, fundingRateTimestamp: msText })),
  '/v5/market/price-limit': z.strictObject({ symbol, buyLmt: amount, sellLmt: amount, ts: msText }),
  '/v5/market/account-ratio': z.strictObject({
    list: z.array(z.strictObject({ symbol, buyRatio: amount, sellRatio: amount, timestamp: msText })),
    nextPageCursor: cursor,
  }),
  '/v5/market/recent-trade': list(recentTrade),
  '/v5/market/risk-limit': page(riskLimit),
  '/v5/market/insurance': z.strictObject({
    updatedTime: msText,
    list: z.array(z.strictObject({ coin: z.string(), symbols: z.string(), balance: amount, value: amount })),
  }),
}
