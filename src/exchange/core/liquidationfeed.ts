/**
 * `allLiquidation.{symbol}`: every position the venue has taken over, 500 ms apart at least. `S` is the side of the
 * position, Buy for a long one; `p` is its bankruptcy price. Source: Bybit v5 docs, websocket/public/all-liquidation.
 */
import type { Liquidation } from './books.ts'
import { lotsText, priceText } from './texts.ts'
import { nextSlot, say, type TopicFeed, type TopicTerms } from './topic.ts'

const INTERVAL_MS = 500

export function createLiquidationFeed(terms: TopicTerms): TopicFeed {
  const { venue, listing, topic, rank } = terms
  let pending: Liquidation[] = []
  let lastSentMs = Number.NEGATIVE_INFINITY
  const row = ({ isLong, lots, priceTicks, atMs }: Liquidation): Readonly<Record<string, unknown>> => ({
    T: Math.floor(atMs),
    s: listing.instrument.symbol,
    S: isLong ? 'Buy' : 'Sell',
    v: lotsText(listing, lots),
    p: priceText(listing, priceTicks),
  })
  const feed: TopicFeed = {
    nextMs: Number.POSITIVE_INFINITY,
    heapAt: -1,
    rank,
    onBook: () => {},
    onTrade: () => {},
    onLiquidation: (liquidation) => {
      pending.push(liquidation)
      const slotMs = nextSlot(liquidation.atMs, lastSentMs, INTERVAL_MS)
      if (slotMs < feed.nextMs) venue.agenda.schedule(feed, slotMs)
    },
    run: (atMs) => {
      say(terms, { topic, type: 'snapshot', ts: Math.floor(atMs), data: pending.map(row) })
      pending = []
      lastSentMs = atMs
      return Number.POSITIVE_INFINITY
    },
    snapshot: () => [],
    restart: () => {},
  }
  return feed
}
