/**
 * Rows of the venue's books, in our words and integers. They cross every stage, so they live with the values.
 */
import type { Side } from './order.ts'

/** One position row as the venue shows it; `idx` 0 one-way, 1 long, 2 short of hedge mode. `lots` is never negative. */
export interface PositionRow {
  readonly symbol: string
  readonly idx: 0 | 1 | 2
  readonly side: Side | null
  readonly lots: number
}

export interface VenueOrderRow {
  readonly symbol: string
  /** Our client order id (`orderLinkId`), empty when the order has none. */
  readonly clientId: string
  readonly venueOrderId: string
  readonly idx: 0 | 1 | 2
  readonly side: Side
  /** As sent; 0 for an order that closes whatever the position holds. */
  readonly lots: number
  /** `cumExecQty`. */
  readonly filledLots: number
  /** The venue's own word: New, PartiallyFilled, Filled, Cancelled, Rejected, … */
  readonly status: string
  readonly cancelType: string
  readonly rejectReason: string
  readonly reduceOnly: boolean
  readonly closeOnTrigger: boolean
  readonly createdMs: number
  readonly updatedMs: number
}

export interface VenueExecutionRow {
  readonly execId: string
  readonly symbol: string
  readonly clientId: string
  readonly venueOrderId: string
  readonly side: Side
  readonly lots: number
  readonly priceTicks: number
  readonly feeUsd: number
  readonly venueMs: number
}
