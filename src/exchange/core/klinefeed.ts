/**
 * `kline.{interval}.{symbol}`: the candle in progress, at most once a second and at least once a minute, and each candle
 * once more when it is over, marked `confirm`. Source: Bybit v5 docs, websocket/public/kline ("1-60s"; key order and the
 * one-row array as in its example; what `end` is before the end is in doubt).
 */
import { type Candle, candleStart, type Interval, nextCandleStart } from './candles.ts'
import { lotsText, priceText, turnoverText } from './texts.ts'
import { type Frame, nextSlot, say, type TopicFeed, type TopicTerms } from './topic.ts'

const INTERVAL_MS = 1_000
const REPEAT_MS = 60_000

export function createKlineFeed(terms: TopicTerms, interval: Interval): TopicFeed {
  const { venue, listing, topic, rank } = terms
  const endsNow = venue.rules.doubts.openCandleEnd === 'now'
  let startMs = candleStart(interval, venue.nowMs)
  let lastSentMs = venue.nowMs
  let tradedMs = venue.nowMs

  const frame = (nowMs: number, confirm: boolean): Frame => {
    const [candle] = listing.record.last.candles(interval, { fromMs: startMs, toMs: startMs, limit: 1 })
    const data = candle === undefined ? [] : [row(candle, nowMs, confirm)]
    return { topic, data, ts: Math.floor(nowMs), type: 'snapshot' }
  }
  const row = (candle: Candle, nowMs: number, confirm: boolean): Readonly<Record<string, unknown>> => ({
    start: candle.startMs,
    end: endsNow && !confirm ? Math.floor(nowMs) : nextCandleStart(interval, candle.startMs) - 1,
    interval,
    open: priceText(listing, candle.open),
    close: priceText(listing, candle.close),
    high: priceText(listing, candle.high),
    low: priceText(listing, candle.low),
    volume: lotsText(listing, candle.lots),
    turnover: turnoverText(candle.turnoverUsd),
    confirm,
    timestamp: Math.floor(tradedMs),
  })
  const feed: TopicFeed = {
    nextMs: Math.min(nextCandleStart(interval, startMs), lastSentMs + REPEAT_MS),
    heapAt: -1,
    rank,
    onBook: () => {},
    onTrade: (trade) => {
      // A trade at the very moment the next candle begins belongs to that one: the old one is closed first.
      if (trade.atMs < nextCandleStart(interval, startMs)) tradedMs = trade.atMs
      const slotMs = nextSlot(trade.atMs, lastSentMs, INTERVAL_MS)
      if (slotMs < feed.nextMs) venue.agenda.schedule(feed, slotMs)
    },
    run: (atMs) => {
      const endMs = nextCandleStart(interval, startMs)
      const isOver = atMs >= endMs
      say(terms, frame(atMs, isOver))
      lastSentMs = atMs
      if (isOver) startMs = candleStart(interval, atMs)
      return Math.min(nextCandleStart(interval, startMs), atMs + REPEAT_MS)
    },
    snapshot: (nowMs) => [frame(nowMs, false)],
    restart: () => {},
  }
  return feed
}
