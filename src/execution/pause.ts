/**
 * How long a closing order waits after a refusal that says nothing of the order itself.
 */
import type { NewOrder, Trade } from '../domain/trade.ts'

/** Never sent (0: no connection), and our timestamp (10002: the clock is being asked anew). */
export const NOT_A_CHANCE = new Set([0, 10002])
const PAUSE_MS = 100
const PAUSE_MAX_MS = 2_000

/** Doubled with each such refusal of the trade, up to a maximum; null when the refusal is the venue's answer. */
export function pauseMs(trade: Trade, order: NewOrder, code: number): number | null {
  if (!order.reduceOnly || !NOT_A_CHANCE.has(code)) return null
  const before = trade.orders.filter((one) => one.reduceOnly && one.refusal?.retryAtMs != null).length
  return Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** before)
}
