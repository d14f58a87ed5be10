/**
 * What anybody can ask about the market's past: candles, open interest, funding (facts §3.1; Bybit v5 docs, market/kline
 * and its siblings).
 *
 *   launch ──────── flat, nothing traded ──────── opening ─── as it happened ─── now
 *
 * Before the venue opened the price stood still at the world's mid price; what is older than the last 1,500 candles of an
 * interval is not kept.
 */
import { type Candle, candleStart, type Interval, isInterval, nextCandleStart, type Track } from './candles.ts'
import { rateAt } from './funding.ts'
import { LAUNCH_MS, orLinear } from './marketqueries.ts'
import type { Answer, Listing, Venue } from './model.ts'
import { OK, refuse } from './model.ts'
import { cursorOf, limitOf, newestPage, type Page } from './page.ts'
import { lotsText, priceText, turnoverText } from './texts.ts'
import { nextFundingMs } from './ticker.ts'
import { badParam, isAnswer, listingOf, type Params, textOf } from './validate.ts'

/** A moment in a request, ms; `absent` when there is none, null when it is no moment. */
function momentOf(params: Params, name: string, absent: number): number | null {
  const text = textOf(params[name])
  if (text === '') return absent
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}

const BAD_TIME = refuse(10001, 'Time is invalid')

/** What one kind of chart shows. */
interface Chart {
  readonly track: (listing: Listing) => Track
  readonly value: (listing: Listing, value: number) => string
  readonly hasVolume: boolean
}

const asRate = (_: Listing, millionths: number): string => (millionths / 1e6).toFixed(6)

/** GET /v5/market/kline */
export const kline = chartQuery({ track: ({ record }) => record.last, value: priceText, hasVolume: true })
/** GET /v5/market/mark-price-kline */
export const markPriceKline = chartQuery({ track: ({ record }) => record.mark, value: priceText, hasVolume: false })
/** GET /v5/market/index-price-kline */
export const indexPriceKline = chartQuery({ track: ({ record }) => record.index, value: priceText, hasVolume: false })
/** GET /v5/market/premium-index-price-kline */
export const premiumIndexPriceKline = chartQuery({
  track: ({ record }) => record.premiumIndex,
  value: asRate,
  hasVolume: false,
})

function chartQuery(chart: Chart): (venue: Venue, params: Params) => Answer {
  return (venue, params) => {
    const listing = listingOf(venue, orLinear(params))
    if (isAnswer(listing)) return listing
    const interval = textOf(params['interval'])
    if (!isInterval(interval)) return refuse(10001, 'params error: intervalTime is invalid')
    const limit = limitOf(params, 200, 1_000)
    const terms = chartWindow(params, interval, limit, venue.nowMs)
    if (terms === null) return BAD_TIME
    const row = (candle: Candle): string[] => {
      const prices = [candle.open, candle.high, candle.low, candle.close].map((value) => chart.value(listing, value))
      const volume = chart.hasVolume ? [lotsText(listing, candle.lots), turnoverText(candle.turnoverUsd)] : []
      return [String(candle.startMs), ...prices, ...volume]
    }
    const list = chart.track(listing).candles(interval, terms).map(row)
    return OK({ symbol: listing.instrument.symbol, category: 'linear', list })
  }
}

interface Window {
  readonly fromMs: number
  readonly toMs: number
  readonly limit: number
}

/** A start alone is the oldest candle wanted and the page goes on from there; else the page ends with the end, or now. */
function chartWindow(params: Params, interval: Interval, limit: number, nowMs: number): Window | null {
  const start = momentOf(params, 'start', Number.NaN)
  const end = momentOf(params, 'end', Number.NaN)
  if (start === null || end === null || start > end) return null
  const fromMs = Number.isNaN(start) ? LAUNCH_MS : Math.max(start, LAUNCH_MS)
  const toMs = Number.isNaN(end) && !Number.isNaN(start) ? lastFrom(interval, fromMs, limit) : end
  return { fromMs, toMs: Number.isNaN(toMs) ? nowMs : Math.min(toMs, nowMs), limit }
}

/** Start of the last of `count` candles, of which the first begins at or after a moment. */
function lastFrom(interval: Interval, fromMs: number, count: number): number {
  let startMs = candleStart(interval, fromMs)
  if (startMs < fromMs) startMs = nextCandleStart(interval, startMs)
  for (let n = 1; n < count; n += 1) startMs = nextCandleStart(interval, startMs)
  return startMs
}

const INTERVAL_TIMES: Readonly<Record<string, Interval>> = {
  '5min': '5',
  '15min': '15',
  '30min': '30',
  '1h': '60',
  '4h': '240',
  '1d': 'D',
}

/** GET /v5/market/open-interest: as it was at whole multiples of the interval, newest first. */
export function openInterest(venue: Venue, params: Params): Answer {
  const listing = listingOf(venue, params)
  if (isAnswer(listing)) return listing
  const page = momentPage(venue, listing, params, { intervalName: 'intervalTime', limitMax: 200 })
  if (isAnswer(page)) return page
  const list = page.rows.map((row) => ({
    openInterest: lotsText(listing, 2 * row.open),
    singleOpenInterest: lotsText(listing, row.open),
    timestamp: String(row.startMs),
  }))
  const { symbol } = listing.instrument
  return OK({ symbol, category: 'linear', list, nextPageCursor: page.nextPageCursor })
}

/** GET /v5/market/account-ratio: as many accounts are long as short. Source: Bybit v5 docs, market/long-short-ratio. */
export function accountRatio(venue: Venue, params: Params): Answer {
  const listing = listingOf(venue, params)
  if (isAnswer(listing)) return listing
  const page = momentPage(venue, listing, params, { intervalName: 'period', limitMax: 500 })
  if (isAnswer(page)) return page
  const { symbol } = listing.instrument
  const list = page.rows.map((row) => ({ symbol, buyRatio: '0.5', sellRatio: '0.5', timestamp: String(row.startMs) }))
  return OK({ list, nextPageCursor: page.nextPageCursor })
}

/** Open interest at whole multiples of an interval, 50 at a time unless more are asked for; or what is wrong. */
function momentPage(
  venue: Venue,
  listing: Listing,
  params: Params,
  { intervalName, limitMax }: { readonly intervalName: string; readonly limitMax: number },
): Page<Candle> | Answer {
  const interval = textOf(params[intervalName])
  if (!Object.hasOwn(INTERVAL_TIMES, interval)) return badParam(intervalName)
  const start = momentOf(params, 'startTime', LAUNCH_MS)
  const end = momentOf(params, 'endTime', venue.nowMs)
  if (start === null || end === null || start > end) return BAD_TIME
  const after = cursorOf(params)
  if (after === null) return badParam('cursor')
  const limit = limitOf(params, 50, limitMax)
  // One more than the page holds tells whether there is another page.
  const rows = listing.record.openInterest.candles(INTERVAL_TIMES[interval]!, {
    fromMs: Math.max(start, LAUNCH_MS),
    toMs: Math.min(end, venue.nowMs, after - 1),
    limit: limit + 1,
  })
  return newestPage(rows.toReversed(), { limit, after, numberOf: (row) => row.startMs, matches: () => true })
}

/** GET /v5/market/funding/history. Before the first settlement it was always that rate. A start without an end is an error. */
export function fundingHistory(venue: Venue, params: Params): Answer {
  const listing = listingOf(venue, params)
  if (isAnswer(listing)) return listing
  const start = momentOf(params, 'startTime', Number.NaN)
  const end = momentOf(params, 'endTime', Number.NaN)
  if (start === null || end === null || start > end) return BAD_TIME
  if (!Number.isNaN(start) && Number.isNaN(end)) return BAD_TIME
  const { symbol, fundingIntervalMinutes } = listing.instrument
  const intervalMs = fundingIntervalMinutes * 60_000
  const fromMs = Math.max(LAUNCH_MS, Number.isNaN(start) ? 0 : start)
  const toMs = Number.isNaN(end) ? venue.nowMs : Math.min(end, venue.nowMs)
  const limit = limitOf(params, 200, 200)
  const list: Readonly<Record<string, string>>[] = []
  for (
    let atMs = nextFundingMs(listing, toMs) - intervalMs;
    atMs >= fromMs && list.length < limit;
    atMs -= intervalMs
  ) {
    list.push({ symbol, fundingRate: rateAt(listing, atMs), fundingRateTimestamp: String(atMs) })
  }
  return OK({ category: 'linear', list })
}
