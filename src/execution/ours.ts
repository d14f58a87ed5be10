/**
 * What the venue's rows say of an order of ours: is it the one that was sent, has it ended, in words.
 */
import type { VenueOrderRow } from '../domain/rows.ts'
import type { Trade, TradeOrder } from '../domain/trade.ts'
import type { EventData } from '../journal/events.ts'
import type { OrderInquiry, Outcome } from '../venue/gateway.ts'

/** The venue's clock and our idea of it may differ by so much, ms. */
const CLOCK_SLACK_MS = 1_000

/** "Exists" only if it is what this run sent: symbol, side, quantity and creation time match. */
export function isOurs(order: TradeOrder, row: VenueOrderRow, symbol: string): boolean {
  const sameSize = order.closeAll || row.lots === order.lots
  const fresh = row.createdMs >= order.venueTimestampMs - CLOCK_SLACK_MS
  return row.symbol === symbol && row.side === order.side && sameSize && fresh
}

/** Order statuses after which nothing more can fill. Source: Bybit v5 enum `orderStatus`, linear. */
const ENDED = new Set(['Filled', 'Cancelled', 'Rejected', 'Deactivated', 'PartiallyFilledCanceled'])

/** Nothing more can fill. */
export function hasEnded(status: string): boolean {
  return ENDED.has(status)
}

/** What an inquiry found, for the journal. */
export function foundText(outcome: Outcome<OrderInquiry>): string {
  if (outcome.kind !== 'done') return outcome.kind
  const { row, executions } = outcome.value
  return row === null ? `nothing, ${executions.length} executions` : `${row.status}, ${executions.length} executions`
}

/** Orders that ended between two states of a trade: each is written down once. */
export function endingsBetween(before: Trade, after: Trade): EventData['order.ended'][] {
  return after.orders.flatMap((order, i) => {
    if (order.endedMs === null || before.orders[i]?.endedMs === order.endedMs) return []
    const filledLots = Math.max(order.filledLots, order.claimedLots)
    return [{ tradeId: after.id, clientId: order.clientId, filledLots, how: order.status }]
  })
}
