/**
 * The order book on the public stream, one feed per depth (facts §6.4).
 *
 *   book changes ─► onBook ─► (next slot of the depth) ─► new picture ─► snapshot (depth 1) or delta (deeper)
 *
 * A delta deletes only levels that were told before, and a newcomer's snapshot is exactly the state the next delta
 * applies to. Depth 1 repeats itself after three seconds without a change, under the same update id.
 */
import { type BookPicture, createPicture, type PicturedLevel } from './bookpicture.ts'
import type { Listing } from './model.ts'
import { lotsText, priceText } from './texts.ts'
import { type Frame, nextSlot, say, type TopicFeed, type TopicTerms } from './topic.ts'

/** Push intervals by depth, ms. There is no 500 any more. */
const INTERVAL_MS: Readonly<Record<string, number>> = { 1: 10, 50: 20, 200: 100, 1000: 200 }
const RESEND_MS = 3_000
/** REST shows this depth, under the update ids of its stream (facts §3.1). */
export const REST_DEPTH = 1_000

export function isDepth(text: string): boolean {
  return Object.hasOwn(INTERVAL_MS, text)
}

/** The book of a depth as last told; made at the first call, kept from then on. */
export function pictureOf(listing: Listing, depth: number): BookPicture {
  const known = listing.record.pictures.get(depth)
  if (known !== undefined) return known
  const picture = createPicture(listing, depth)
  listing.record.pictures.set(depth, picture)
  return picture
}

/** Levels as the wire has them. */
export function levelRows(listing: Listing, levels: readonly PicturedLevel[]): [string, string][] {
  return levels.map(([price, lots]) => [priceText(listing, price), lots === 0 ? '0' : lotsText(listing, lots)])
}

export interface DepthFeed extends TopicFeed {
  readonly depth: number
}

export function createDepthFeed(terms: TopicTerms, depth: number): DepthFeed {
  const { venue, listing, topic, rank } = terms
  const intervalMs = INTERVAL_MS[depth]!
  const picture = pictureOf(listing, depth)
  const isTop = depth === 1
  let lastSentMs = venue.nowMs
  let isRestarted = false

  const frame = (type: 'snapshot' | 'delta', nowMs: number): Frame => {
    const rows = (side: 'bids' | 'asks'): [string, string][] =>
      levelRows(listing, type === 'delta' ? picture[side].delta() : picture[side].all())
    const data = { s: listing.instrument.symbol, b: rows('bids'), a: rows('asks'), u: picture.u, seq: picture.seq }
    const ts = Math.floor(nowMs)
    const cts = Math.floor(Math.min(picture.changedMs, nowMs))
    return isTop ? { topic, ts, type, data, cts } : { topic, type, ts, data, cts }
  }
  const feed: DepthFeed = {
    depth,
    nextMs: Number.POSITIVE_INFINITY,
    heapAt: -1,
    rank,
    onBook: (atMs) => {
      const slotMs = nextSlot(atMs, lastSentMs, intervalMs)
      if (slotMs < feed.nextMs) venue.agenda.schedule(feed, slotMs)
    },
    onTrade: () => {},
    run: (atMs) => {
      const isNews = picture.take()
      if (!isNews && !(isTop && atMs - lastSentMs >= RESEND_MS)) return isTop ? lastSentMs + RESEND_MS : Infinity
      say(terms, frame(isTop || isRestarted ? 'snapshot' : 'delta', atMs))
      isRestarted = false
      lastSentMs = atMs
      return isTop ? atMs + RESEND_MS : Number.POSITIVE_INFINITY
    },
    snapshot: (nowMs) => [frame('snapshot', nowMs)],
    restart: (nowMs) => {
      isRestarted = true
      venue.agenda.schedule(feed, nowMs)
    },
  }
  picture.take()
  if (isTop) feed.nextMs = venue.nowMs + RESEND_MS
  return feed
}

/** The book as REST shows it: what the stream of that depth has told while somebody listens to it, else as it is now. */
export function restPicture(listing: Listing): BookPicture {
  const picture = pictureOf(listing, REST_DEPTH)
  const isTold = listing.feeds.some((feed) => 'depth' in feed && feed.depth === REST_DEPTH)
  if (!isTold) picture.take()
  return picture
}

/** All depths begin a new life: update ids start at 1 again, with a snapshot (facts §6.4). */
export function restartPictures(listing: Listing): void {
  for (const picture of listing.record.pictures.values()) picture.restart()
}
