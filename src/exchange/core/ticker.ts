/**
 * The ticker of one instrument: the stream's snapshot and deltas (facts §6.3: every 100 ms, a delta leaves out what has
 * not changed), and the same figures as the REST row (facts §3.1).
 */
import { bestLevel, shownLots } from './book.ts'
import type { Listing } from './model.ts'
import { lotsText, priceText, turnoverText } from './texts.ts'
import { nextSlot, say, type TopicFeed, type TopicTerms } from './topic.ts'

const INTERVAL_MS = 100
/** Largest funding rate either way. */
export const FUNDING_CAP = '0.005'

export type TickerRow = Readonly<Record<string, string>>

/** The stream's fields of a perpetual. Written out, not put together: it is made ten times a second. */
export function tickerRow(listing: Listing, nowMs: number): TickerRow {
  const { instrument, record } = listing
  const price = (ticks: number): string => priceText(listing, ticks)
  const day = record.last.day(nowMs)
  const markPrice = price(listing.markTicks)
  // Long and short positions together, and one side of them (facts §6.3).
  const openInterest = lotsText(listing, 2 * record.openInterestLots)
  const singleOpenInterest = lotsText(listing, record.openInterestLots)
  const usdOf = (lots: string): string => (Number(lots) * Number(markPrice)).toFixed(2)
  const bid = bestLevel(listing.bids)
  const ask = bestLevel(listing.asks)
  return {
    symbol: instrument.symbol,
    tickDirection: listing.lastDirection,
    price24hPcnt: ((listing.lastTicks - day.dayAgo) / day.dayAgo).toFixed(6),
    lastPrice: price(listing.lastTicks),
    prevPrice24h: price(day.dayAgo),
    highPrice24h: price(day.high),
    lowPrice24h: price(day.low),
    prevPrice1h: price(day.hourAgo),
    markPrice,
    indexPrice: price(listing.indexTicks),
    openInterest,
    openInterestValue: usdOf(openInterest),
    singleOpenInterest,
    singleOpenInterestValue: usdOf(singleOpenInterest),
    turnover24h: turnoverText(day.turnoverUsd),
    volume24h: lotsText(listing, day.lots),
    fundingIntervalHour: String(instrument.fundingIntervalMinutes / 60),
    fundingCap: FUNDING_CAP,
    nextFundingTime: String(nextFundingMs(listing, nowMs)),
    fundingRate: listing.fundingRate,
    // An empty side has no price and no size.
    bid1Price: bid === undefined ? '' : price(bid.priceTicks),
    bid1Size: bid === undefined ? '' : lotsText(listing, shownLots(bid)),
    ask1Price: ask === undefined ? '' : price(ask.priceTicks),
    ask1Size: ask === undefined ? '' : lotsText(listing, shownLots(ask)),
    preOpenPrice: '',
    preQty: '',
    curPreListingPhase: '',
  }
}

/** The REST row: no tick direction, and what only expiring contracts fill in. */
export function tickerRestRow(listing: Listing, nowMs: number): TickerRow {
  const { tickDirection: _, ...row } = tickerRow(listing, nowMs)
  return {
    ...row,
    predictedDeliveryPrice: '',
    basisRate: '',
    basis: '',
    basisRateYear: '',
    deliveryFeeRate: '',
    deliveryTime: '0',
  }
}

/** Funding falls on whole multiples of the interval since 1970. */
export function nextFundingMs(listing: Listing, nowMs: number): number {
  const intervalMs = listing.instrument.fundingIntervalMinutes * 60_000
  return (Math.floor(nowMs / intervalMs) + 1) * intervalMs
}

export function createTickerFeed(terms: TopicTerms): TopicFeed {
  const { venue, listing, topic, rank } = terms
  let told = tickerRow(listing, venue.nowMs)
  let lastSentMs = venue.nowMs
  let isRestarted = false

  const snapshot = (nowMs: number): Readonly<Record<string, unknown>> => ({
    topic,
    type: 'snapshot',
    data: told,
    cs: listing.seq,
    ts: Math.floor(nowMs),
  })
  const feed: TopicFeed = {
    nextMs: Number.POSITIVE_INFINITY,
    heapAt: -1,
    rank,
    onBook: (atMs) => {
      const slotMs = nextSlot(atMs, lastSentMs, INTERVAL_MS)
      if (slotMs < feed.nextMs) venue.agenda.schedule(feed, slotMs)
    },
    onTrade: () => {},
    run: (atMs) => {
      const row = tickerRow(listing, atMs)
      const data = changes(told, row)
      told = row
      lastSentMs = atMs
      if (isRestarted) say(terms, snapshot(atMs))
      else if (data !== null) say(terms, { topic, type: 'delta', data, cs: listing.seq, ts: Math.floor(atMs) })
      isRestarted = false
      return Number.POSITIVE_INFINITY
    },
    snapshot: (nowMs) => [snapshot(nowMs)],
    restart: (nowMs) => {
      isRestarted = true
      venue.agenda.schedule(feed, nowMs)
    },
  }
  return feed
}

/** The symbol and what differs; null when nothing does. */
function changes(before: TickerRow, after: TickerRow): TickerRow | null {
  const data: Record<string, string> = { symbol: after['symbol']! }
  let isEmpty = true
  for (const key in after) {
    if (before[key] === after[key]) continue
    data[key] = after[key]!
    isEmpty = false
  }
  return isEmpty ? null : data
}
