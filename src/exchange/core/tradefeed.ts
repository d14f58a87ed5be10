/**
 * `publicTrade.{symbol}`: every match at once, the oldest first, at most 1,024 in one frame (facts §6.5).
 */
import type { PublicTrade } from './model.ts'
import { lotsText, priceText } from './texts.ts'
import { say, type TopicFeed, type TopicTerms } from './topic.ts'

const TRADES_MAX = 1_024

export function createTradeFeed(terms: TopicTerms): TopicFeed {
  const { venue, listing, topic, rank } = terms
  let pending: PublicTrade[] = []
  const row = (trade: PublicTrade): Readonly<Record<string, unknown>> => ({
    T: Math.floor(trade.atMs),
    s: listing.instrument.symbol,
    S: trade.takerBuys ? 'Buy' : 'Sell',
    v: lotsText(listing, trade.lots),
    p: priceText(listing, trade.priceTicks),
    L: trade.direction,
    i: venue.ids.trade.of(trade.number),
    BT: false,
    RPI: trade.isRpi,
    seq: trade.seq,
  })
  const feed: TopicFeed = {
    nextMs: Number.POSITIVE_INFINITY,
    heapAt: -1,
    rank,
    onBook: () => {},
    onTrade: (trade) => {
      pending.push(trade)
      if (trade.atMs < feed.nextMs) venue.agenda.schedule(feed, trade.atMs)
    },
    run: (atMs) => {
      for (let from = 0; from < pending.length; from += TRADES_MAX) {
        const data = pending.slice(from, from + TRADES_MAX).map(row)
        say(terms, { topic, type: 'snapshot', ts: Math.floor(atMs), data })
      }
      pending = []
      return Number.POSITIVE_INFINITY
    },
    snapshot: () => [],
    restart: () => {},
  }
  return feed
}
