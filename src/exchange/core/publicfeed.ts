/**
 * Public topics: frames at the venue's own cadence, whatever the book does in between (facts §6.3–6.5).
 *
 *   book changes ─► onBook ─► (next slot of the topic) ─► compare with what was published ─► frame, or nothing
 *
 * A feed knows what it has published, so deltas delete only levels a subscriber holds, and a newcomer's snapshot is
 * exactly the state the next delta applies to.
 */
import { levelFromBest, shownLots } from './book.ts'
import type { BookSide, Listing, PublicTrade, Venue } from './model.ts'
import { lotsText, priceText } from './texts.ts'
import { createTickerFeed } from './ticker.ts'
import { type Frame, nextSlot, type TopicFeed } from './topic.ts'

/** Push intervals by depth, ms. */
const BOOK_INTERVAL_MS: Readonly<Record<string, number>> = { 1: 10, 50: 20, 200: 100, 1000: 200 }
const RESEND_MS = 3_000
/** At most so many trades in one frame. */
const TRADES_MAX = 1_024

/** The feed of a topic, or null when there is no such topic. */
export function createFeed(
  venue: Venue,
  topic: string,
): { readonly feed: TopicFeed; readonly listing: Listing } | null {
  const [kind, depthOrSymbol = '', symbol = ''] = topic.split('.')
  const listing = venue.bySymbol.get(kind === 'orderbook' ? symbol : depthOrSymbol)
  if (listing === undefined) return null
  const rank = 1_000_000 + listing.index * 10
  if (kind === 'orderbook' && Object.hasOwn(BOOK_INTERVAL_MS, depthOrSymbol) && topic.split('.').length === 3) {
    const depth = Number(depthOrSymbol)
    const intervalMs = BOOK_INTERVAL_MS[depthOrSymbol]!
    return {
      listing,
      feed: createBookFeed(venue, listing, { topic, depth, intervalMs, rank: rank + Math.log10(depth) }),
    }
  }
  if (topic === `tickers.${listing.instrument.symbol}`) {
    return { listing, feed: createTickerFeed(venue, listing, { topic, rank: rank + 5 }) }
  }
  if (topic === `publicTrade.${listing.instrument.symbol}`) {
    return { listing, feed: createTradeFeed(venue, listing, { topic, rank: rank + 6 }) }
  }
  return null
}

interface BookTopic {
  readonly topic: string
  readonly depth: number
  readonly intervalMs: number
  readonly rank: number
}

function createBookFeed(venue: Venue, listing: Listing, { topic, depth, intervalMs, rank }: BookTopic): TopicFeed {
  const bids = createPublishedSide(depth)
  const asks = createPublishedSide(depth)
  const isTop = depth === 1
  let updateId = 0
  let lastSentMs = Number.NEGATIVE_INFINITY
  let seq = 0
  let changedMs = 0

  const take = (): boolean => {
    const bidsChanged = bids.take(listing.bids)
    const asksChanged = asks.take(listing.asks)
    if (!bidsChanged && !asksChanged) return false
    updateId += 1
    listing.seq += 1
    seq = listing.seq
    changedMs = listing.changedMs
    return true
  }
  const frame = (type: 'snapshot' | 'delta', nowMs: number): Frame => {
    const data = {
      s: listing.instrument.symbol,
      b: type === 'delta' ? bids.delta(listing) : bids.all(listing),
      a: type === 'delta' ? asks.delta(listing) : asks.all(listing),
      u: updateId,
      seq,
    }
    const ts = Math.floor(nowMs)
    const cts = Math.floor(Math.min(changedMs, nowMs))
    return isTop ? { topic, ts, type, data, cts } : { topic, type, ts, data, cts }
  }
  const feed: TopicFeed = {
    nextMs: Number.POSITIVE_INFINITY,
    heapAt: -1,
    rank,
    onBook: (atMs) => {
      const slotMs = nextSlot(atMs, lastSentMs, intervalMs)
      if (slotMs < feed.nextMs) venue.agenda.schedule(feed, slotMs)
    },
    onTrade: () => {},
    run: (atMs) => {
      const isNews = take()
      // Level 1 repeats itself after three seconds without a change, under the same update id.
      if (!isNews && !(isTop && atMs - lastSentMs >= RESEND_MS)) return isTop ? lastSentMs + RESEND_MS : Infinity
      venue.pushes.push({ kind: 'public', topic, frame: frame(isTop ? 'snapshot' : 'delta', atMs) })
      lastSentMs = atMs
      return isTop ? atMs + RESEND_MS : Number.POSITIVE_INFINITY
    },
    snapshot: (nowMs) => [frame('snapshot', nowMs)],
  }
  take()
  lastSentMs = venue.nowMs
  if (isTop) feed.nextMs = venue.nowMs + RESEND_MS
  return feed
}

interface PublishedSide {
  /** Reads the book; answers whether anything differs from what was read before. */
  take(side: BookSide): boolean
  all(listing: Listing): [string, string][]
  delta(listing: Listing): [string, string][]
}

/** The levels of one side as last published, and how they differ from those before. */
function createPublishedSide(depth: number): PublishedSide {
  let prices: number[] = []
  let lots: number[] = []
  let gone: number[] = []
  let changed: number[] = []

  const isSame = (side: BookSide): boolean => {
    const shown = Math.min(depth, side.prices.length)
    if (shown !== prices.length) return false
    for (let at = 0; at < shown; at += 1) {
      const level = levelFromBest(side, at)!
      if (level.priceTicks !== prices[at] || shownLots(level) !== lots[at]) return false
    }
    return true
  }
  return {
    take: (side) => {
      if (isSame(side)) {
        gone = []
        changed = []
        return false
      }
      const before = new Map<number, number>()
      for (let at = 0; at < prices.length; at += 1) before.set(prices[at]!, lots[at]!)
      prices = []
      lots = []
      changed = []
      for (let at = 0; at < depth; at += 1) {
        const level = levelFromBest(side, at)
        if (level === undefined) break
        const size = shownLots(level)
        prices.push(level.priceTicks)
        lots.push(size)
        if (before.get(level.priceTicks) !== size) changed.push(at)
        before.delete(level.priceTicks)
      }
      gone = [...before.keys()]
      return true
    },
    all: (listing) => prices.map((price, at) => [priceText(listing, price), lotsText(listing, lots[at]!)]),
    delta: (listing) => [
      ...gone.map((price): [string, string] => [priceText(listing, price), '0']),
      ...changed.map((at): [string, string] => [priceText(listing, prices[at]!), lotsText(listing, lots[at]!)]),
    ],
  }
}

function createTradeFeed(
  venue: Venue,
  listing: Listing,
  options: { readonly topic: string; readonly rank: number },
): TopicFeed {
  let pending: PublicTrade[] = []
  const row = (trade: PublicTrade): Record<string, unknown> => ({
    T: Math.floor(trade.atMs),
    s: listing.instrument.symbol,
    S: trade.takerBuys ? 'Buy' : 'Sell',
    v: lotsText(listing, trade.lots),
    p: priceText(listing, trade.priceTicks),
    L: trade.direction,
    i: trade.id,
    BT: false,
    RPI: false,
    seq: trade.seq,
  })
  const feed: TopicFeed = {
    nextMs: Number.POSITIVE_INFINITY,
    heapAt: -1,
    rank: options.rank,
    onBook: () => {},
    onTrade: (trade) => {
      pending.push(trade)
      if (trade.atMs < feed.nextMs) venue.agenda.schedule(feed, trade.atMs)
    },
    run: (atMs) => {
      while (pending.length > 0) {
        const data = pending.slice(0, TRADES_MAX).map(row)
        pending = pending.slice(TRADES_MAX)
        const frame = { topic: options.topic, type: 'snapshot', ts: Math.floor(atMs), data }
        venue.pushes.push({ kind: 'public', topic: options.topic, frame })
      }
      return Number.POSITIVE_INFINITY
    },
    snapshot: () => [],
  }
  return feed
}
