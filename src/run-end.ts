/**
 * The end of a run in words and amounts: what stays open, by the venue's books or, when it could not be asked, by ours.
 */
import type { PositionRow } from './domain/rows.ts'
import { heldLots, isSettled, nakedLots } from './domain/trade.ts'
import type { Road } from './road.ts'
import type { LeftOpen } from './runtime-types.ts'

export function openTrades(road: Road): LeftOpen[] {
  return road.executor.books.open().map(({ trade }) => ({
    tradeId: trade.id,
    symbol: trade.symbol,
    longLots: heldLots(trade, 'long'),
    shortLots: heldLots(trade, 'short'),
    nakedLots: nakedLots(trade),
  }))
}

/** Client order ids that may still rest, as far as our own books know. */
export function unsettledOrders(road: Road): string[] {
  return road.executor.books
    .open()
    .flatMap(({ trade }) => trade.orders.filter((order) => !isSettled(order)).map(({ clientId }) => clientId))
}

/** Null when the venue could not be asked: nobody knows then, and that is not flat. */
export function leftOpen(
  left: readonly PositionRow[] | null,
  tradeOf: (symbol: string) => string | undefined,
): readonly LeftOpen[] | null {
  if (left === null) return null
  return [...Map.groupBy(left, (row) => row.symbol)].map(([symbol, rows]) => {
    const lotsOf = (idx: number): number => rows.find((row) => row.idx === idx)?.lots ?? 0
    const [longLots, shortLots] = [lotsOf(1), lotsOf(2)]
    const tradeId = tradeOf(symbol) ?? 'unknown'
    return { tradeId, symbol, longLots, shortLots, nakedLots: longLots - shortLots }
  })
}

export function endText(
  reason: string,
  end: { readonly left: readonly LeftOpen[]; readonly resting: readonly string[]; readonly asked: boolean },
): string {
  const { left, resting, asked } = end
  const rows = left.map((one) => {
    const { tradeId, symbol, longLots, shortLots, nakedLots } = one
    return `  ${symbol} trade ${tradeId}: long ${longLots} lots, short ${shortLots} lots, naked ${nakedLots}`
  })
  const orders = resting.map((clientId) => `  order ${clientId} may still rest`)
  if (!asked) {
    const heading = `Ended (${reason}). NOT VERIFIED: the venue was not asked. STILL OPEN by our own books:`
    return [heading, ...(rows.length + orders.length === 0 ? ['  nothing'] : [...rows, ...orders])].join('\n')
  }
  if (rows.length + orders.length > 0) return [`Ended (${reason}). STILL OPEN:`, ...rows, ...orders].join('\n')
  return `Ended (${reason}). Flat: no position and no order of this run is left.`
}
