/**
 * What is kept of the market of one listing; record.ts writes it.
 */
import type { BookPicture } from './bookpicture.ts'
import type { Track } from './candles.ts'
import type { Latest } from './latest.ts'
import type { PremiumMean } from './premium.ts'

export interface MarketRecord<Trade> {
  /** Prices in ticks. */
  readonly last: Track
  readonly mark: Track
  readonly index: Track
  /** (mark − index) / index, millionths. */
  readonly premiumIndex: Track
  /** Lots held open on one side by everybody. */
  readonly openInterest: Track
  openInterestLots: number
  readonly trades: Latest<Trade>
  /** Of the price band. */
  readonly premium: PremiumMean
  /** The book as it was last told, by depth (depthfeed.ts). */
  readonly pictures: Map<number, BookPicture>
}
