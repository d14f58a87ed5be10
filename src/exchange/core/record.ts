/**
 * Keeps what a listing's market has done: candles, the last trades, open interest, the premium of the price band.
 *
 *   matching, market ─► listing.feeds ─► recorder ─► listing.record
 *
 * It is the first feed of every listing, so the topics that come after it find the record up to date.
 */
import { createTrack } from './candles.ts'
import { createLatest } from './latest.ts'
import type { MarketRecord } from './marketrecord.ts'
import type { BookSide, Feed, Listing, PublicTrade } from './model.ts'
import { USDT_E8 } from './money.ts'
import { createPremiumMean } from './premium.ts'

/** Trades kept: as many as one answer of recent-trade holds. */
const TRADES_KEPT = 1_000
/** Lots held open on each side at the opening, and how far open interest may move away from that. */
const OPEN_INTEREST_LOTS = 50_000_000
const OPEN_INTEREST_SPAN_LOTS = 25_000_000

export function createRecord(openTicks: number): MarketRecord<PublicTrade> {
  return {
    last: createTrack(openTicks),
    mark: createTrack(openTicks),
    index: createTrack(openTicks),
    premiumIndex: createTrack(0),
    openInterest: createTrack(OPEN_INTEREST_LOTS),
    openInterestLots: OPEN_INTEREST_LOTS,
    trades: createLatest(TRADES_KEPT),
    premium: createPremiumMean(),
    pictures: new Map(),
  }
}

/** The feed that writes the record. It also numbers the states of the book: `seq` orders frames of all depths. */
export function createRecorder(listing: Listing): Feed {
  const { record } = listing
  let markTicks = listing.markTicks
  let indexTicks = listing.indexTicks

  const noteMarks = (atMs: number): void => {
    markTicks = listing.markTicks
    indexTicks = listing.indexTicks
    record.mark.note(markTicks, atMs)
    record.index.note(indexTicks, atMs)
    record.premiumIndex.note(Math.round(((markTicks - indexTicks) / indexTicks) * 1e6), atMs)
  }
  return {
    onBook: (atMs) => {
      listing.seq += 1
      if (markTicks !== listing.markTicks || indexTicks !== listing.indexTicks) noteMarks(atMs)
      const bid = bestOf(listing.bids)
      const ask = bestOf(listing.asks)
      // With one side empty there is no mid: the difference stays what it was.
      if (bid !== undefined && ask !== undefined) record.premium.note((bid + ask) / 2 - markTicks, atMs)
    },
    onTrade: (trade) => {
      const turnoverUsd = (trade.lots * trade.priceTicks * listing.valueScale) / USDT_E8
      record.last.trade(trade.priceTicks, trade.atMs, trade.lots, turnoverUsd)
      record.trades.add(trade)
      record.openInterestLots = openInterestAfter(record.openInterestLots, trade)
      record.openInterest.note(record.openInterestLots, trade.atMs)
    },
  }
}

function bestOf(side: BookSide): number | undefined {
  return side.prices[side.prices.length - 1]
}

/**
 * Who opens and who closes is not told in a public trade, so it is made up from its number: a third of all trades opens
 * on both sides, a third closes on both, a third changes hands.
 */
function openInterestAfter(lots: number, trade: PublicTrade): number {
  const step = ((Math.imul(trade.number, 0x9e37_79b1) >>> 0) % 3) - 1
  const after = lots + step * trade.lots
  return Math.abs(after - OPEN_INTEREST_LOTS) > OPEN_INTEREST_SPAN_LOTS ? lots : after
}
