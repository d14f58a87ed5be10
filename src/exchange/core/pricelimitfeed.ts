/**
 * `priceLimit.{symbol}`: the price band, every 300 ms, or when it has moved: that is in doubt. The frame has no `type`.
 * Source: Bybit v5 docs, websocket/public/order-price-limit.
 */
import type { Listing } from './model.ts'
import { priceText } from './texts.ts'
import { nextSlot, say, type TopicFeed, type TopicTerms } from './topic.ts'
import { priceBand } from './validate.ts'

const INTERVAL_MS = 300

export interface BandRow {
  readonly symbol: string
  readonly buyLmt: string
  readonly sellLmt: string
}

/** The band in force now: what an order's price is held to. */
export function bandRow(listing: Listing): BandRow {
  const { maxBuyTicks, minSellTicks } = priceBand(listing)
  return {
    symbol: listing.instrument.symbol,
    buyLmt: priceText(listing, maxBuyTicks),
    sellLmt: priceText(listing, minSellTicks),
  }
}

export function createPriceLimitFeed(terms: TopicTerms): TopicFeed {
  const { venue, listing, topic, rank } = terms
  const isSteady = venue.rules.doubts.priceLimitPush === 'always'
  let told = bandRow(listing)
  let lastSentMs = venue.nowMs
  const feed: TopicFeed = {
    nextMs: isSteady ? venue.nowMs + INTERVAL_MS : Number.POSITIVE_INFINITY,
    heapAt: -1,
    rank,
    onBook: (atMs) => {
      const slotMs = nextSlot(atMs, lastSentMs, INTERVAL_MS)
      if (slotMs < feed.nextMs) venue.agenda.schedule(feed, slotMs)
    },
    onTrade: () => {},
    run: (atMs) => {
      const data = bandRow(listing)
      lastSentMs = atMs
      if (data.buyLmt === told.buyLmt && data.sellLmt === told.sellLmt && !isSteady) return Number.POSITIVE_INFINITY
      told = data
      say(terms, { topic, data, ts: Math.floor(atMs) })
      return isSteady ? atMs + INTERVAL_MS : Number.POSITIVE_INFINITY
    },
    snapshot: (nowMs) => [{ topic, data: told, ts: Math.floor(nowMs) }],
    restart: () => {},
  }
  return feed
}
