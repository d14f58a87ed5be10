/**
 * What the journal itself says was left behind: by trades that were halted, and by trades open when the run ended.
 */
import { sideOf } from '../../domain/order.ts'
import type { Run, RunOrder, RunTrade } from '../run.ts'

export interface Stated {
  readonly how: 'halted' | 'left open'
  readonly symbol: string
  readonly longLots: number
  readonly shortLots: number
  /** As written, without its sign. */
  readonly nakedLots: number
}

/** By trade id. A trade that became flat after all has left nothing. The run's last word beats the trade's. */
export function statedRemainders(run: Run): Map<string, Stated> {
  const stated = new Map<string, Stated>()
  for (const trade of run.trades.values()) {
    const { halted } = trade
    if (halted === null || isFlatSince(trade, halted.at)) continue
    const { symbol, longLots, shortLots, nakedLots } = halted.data
    stated.set(trade.tradeId, { how: 'halted', symbol, longLots, shortLots, nakedLots: Math.abs(nakedLots) })
  }
  for (const { tradeId, symbol, nakedLots } of run.finished?.data.tradesLeftOpen ?? []) {
    const trade = run.trades.get(tradeId)
    const held = heldBy([...(trade?.orders ?? []), ...sweptOn(run, symbol)])
    // The run names only the difference; the legs are our own fills. When those disagree, nothing is explained.
    const agrees = Math.abs(held.longLots - held.shortLots) === Math.abs(nakedLots)
    const { longLots, shortLots } = agrees ? held : { longLots: 0, shortLots: 0 }
    const how = trade?.halted == null ? 'left open' : 'halted'
    stated.set(tradeId, { how, symbol, longLots, shortLots, nakedLots: Math.abs(nakedLots) })
  }
  return stated
}

/** What took off without ever having opened: the final sweep, which goes on where a trade has stopped. */
function sweptOn(run: Run, symbol: string): RunOrder[] {
  const opens = ({ submitted }: RunOrder): boolean =>
    submitted !== null && submitted.data.side === sideOf(submitted.data.leg, false)
  return [...run.trades.values()]
    .filter(({ orders }) => !orders.some(opens))
    .flatMap(({ orders }) => orders.filter(({ submitted }) => submitted?.data.symbol === symbol))
}

/** What orders add up to on each leg, by our own record of fills. */
export function heldBy(orders: readonly RunOrder[]): { readonly longLots: number; readonly shortLots: number } {
  const held = { longLots: 0, shortLots: 0 }
  for (const order of orders) {
    const intent = order.submitted?.data
    const sign = intent !== undefined && intent.side === sideOf(intent.leg, true) ? -1 : 1
    for (const fill of order.fills) {
      if (fill.data.leg === 'long') held.longLots += sign * fill.data.lots
      else held.shortLots += sign * fill.data.lots
    }
  }
  return held
}

function isFlatSince(trade: RunTrade, at: number): boolean {
  return trade.flat !== null && trade.flat.at >= at
}
