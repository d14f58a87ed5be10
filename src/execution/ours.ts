/**
 * Whether an order the venue shows under one of our ids is the one that was sent.
 */
import type { VenueOrderRow } from '../domain/rows.ts'
import type { TradeOrder } from '../domain/trade.ts'

/** The venue's clock and our idea of it may differ by so much, ms. */
const CLOCK_SLACK_MS = 1_000

/** "Exists" only if it is what this run sent: symbol, side, quantity and creation time match. */
export function isOurs(order: TradeOrder, row: VenueOrderRow, symbol: string): boolean {
  const sameSize = order.closeAll || row.lots === order.lots
  const fresh = row.createdMs >= order.venueTimestampMs - CLOCK_SLACK_MS
  return row.symbol === symbol && row.side === order.side && sameSize && fresh
}
