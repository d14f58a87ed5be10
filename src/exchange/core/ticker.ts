/**
 * The ticker of one instrument: the REST row, and the stream's snapshot and deltas (facts §6.3: every 100 ms, a delta
 * leaves out what has not changed).
 */
import { bestLevel, shownLots } from './book.ts'
import type { Listing, Venue } from './model.ts'
import { lotsText, priceText } from './texts.ts'
import { nextSlot, type TopicFeed } from './topic.ts'

const INTERVAL_MS = 100
/** Lots held open by everybody: a plausible figure that does not move. */
const OPEN_INTEREST_LOTS = 50_000_000

/** The fields both the stream and REST have. */
export function tickerRow(listing: Listing, nowMs: number): Record<string, string> {
  const { instrument } = listing
  const bid = bestLevel(listing.bids)
  const ask = bestLevel(listing.asks)
  const price = (ticks: number): string => priceText(listing, ticks)
  const openInterest = lotsText(listing, OPEN_INTEREST_LOTS)
  const openInterestUsd = (Number(openInterest) * Number(price(listing.markTicks))).toFixed(2)
  return {
    symbol: instrument.symbol,
    tickDirection: listing.lastDirection,
    price24hPcnt: ((listing.lastTicks - listing.openTicks) / listing.openTicks).toFixed(6),
    lastPrice: price(listing.lastTicks),
    prevPrice24h: price(listing.openTicks),
    highPrice24h: price(listing.highTicks),
    lowPrice24h: price(listing.lowTicks),
    prevPrice1h: price(listing.openTicks),
    markPrice: price(listing.markTicks),
    indexPrice: price(listing.indexTicks),
    openInterest,
    openInterestValue: openInterestUsd,
    singleOpenInterest: openInterest,
    singleOpenInterestValue: openInterestUsd,
    turnover24h: listing.turnoverUsd.toFixed(4),
    volume24h: lotsText(listing, listing.volumeLots),
    fundingIntervalHour: String(instrument.fundingIntervalMinutes / 60),
    fundingCap: '0.005',
    nextFundingTime: String(nextFundingMs(listing, nowMs)),
    fundingRate: listing.fundingRate,
    bid1Price: bid === undefined ? '' : price(bid.priceTicks),
    bid1Size: bid === undefined ? '' : lotsText(listing, shownLots(bid)),
    ask1Price: ask === undefined ? '' : price(ask.priceTicks),
    ask1Size: ask === undefined ? '' : lotsText(listing, shownLots(ask)),
    preOpenPrice: '',
    preQty: '',
    curPreListingPhase: '',
  }
}

/** Funding falls on whole multiples of the interval since 1970. */
export function nextFundingMs(listing: Listing, nowMs: number): number {
  const intervalMs = listing.instrument.fundingIntervalMinutes * 60_000
  return (Math.floor(nowMs / intervalMs) + 1) * intervalMs
}

export function createTickerFeed(
  venue: Venue,
  listing: Listing,
  { topic, rank }: { readonly topic: string; readonly rank: number },
): TopicFeed {
  let published = tickerRow(listing, venue.nowMs)
  let lastSentMs = venue.nowMs
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
      const data = changes(published, row)
      published = row
      lastSentMs = atMs
      if (data === null) return Number.POSITIVE_INFINITY
      listing.seq += 1
      const frame = { topic, type: 'delta', data, cs: listing.seq, ts: Math.floor(atMs) }
      venue.pushes.push({ kind: 'public', topic, frame })
      return Number.POSITIVE_INFINITY
    },
    snapshot: (nowMs) => [{ topic, type: 'snapshot', data: published, cs: listing.seq, ts: Math.floor(nowMs) }],
  }
  return feed
}

/** The symbol and what differs; null when nothing does. */
function changes(before: Record<string, string>, after: Record<string, string>): Record<string, string> | null {
  const data: Record<string, string> = { symbol: after['symbol']! }
  let isEmpty = true
  for (const key in after) {
    if (before[key] === after[key]) continue
    data[key] = after[key]!
    isEmpty = false
  }
  return isEmpty ? null : data
}
