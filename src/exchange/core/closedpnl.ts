/**
 * Closed P&L: one row for every order that closed something, from the executions that did it.
 *
 *   closedPnl = ± (exit value − entry value) − fees once paid to open − fees paid to close
 *
 * Source: Bybit v5 docs, get closed PnL; rows by creation, newest first, 1 to 100 a page (50), at most 7 days.
 */
import type { Account, Answer, Execution, Order, Venue } from './model.ts'
import { OK } from './model.ts'
import { e8Text, mulDiv } from './money.ts'
import { cursorOf, limitOf, newestPage, windowOf } from './page.ts'
import { otherCategory } from './queries.ts'
import { leverageText } from './risktiers.ts'
import { averageText, lotsText, priceText, type Row } from './texts.ts'
import { badParam, isAnswer, type Params, textOf } from './validate.ts'

/** What one order has closed. */
interface Closed {
  readonly order: Order
  readonly first: Execution
  last: Execution
  lots: number
  entryE8: number
  exitE8: number
  openFeeE8: number
  closeFeeE8: number
  fills: number
}

/** GET /v5/position/closed-pnl */
export function closedPnl(venue: Venue, account: Account, params: Params): Answer {
  const other = otherCategory(params)
  if (other !== null) return other
  const symbol = textOf(params['symbol'])
  if (symbol !== '' && !venue.bySymbol.has(symbol)) return badParam('symbol')
  const after = cursorOf(params)
  if (after === null) return badParam('cursor')
  const window = windowOf(params, venue.nowMs)
  if (isAnswer(window)) return window
  const page = newestPage(closedBy(venue, account), {
    limit: limitOf(params, 50, 100),
    after,
    numberOf: (closed) => closed.first.number,
    matches: ({ order, first }) =>
      (symbol === '' || symbol === order.listing.instrument.symbol) &&
      first.atMs >= window.fromMs &&
      first.atMs <= window.toMs,
  })
  return OK({ category: 'linear', nextPageCursor: page.nextPageCursor, list: page.rows.map(closedRow) })
}

/** By order, in the order of their first closing fills. */
function closedBy(venue: Venue, { executions }: Account): readonly Closed[] {
  const all = new Map<Order, Closed>()
  for (const execution of executions) {
    if (execution.closedLots === 0 || execution.atMs + venue.rules.readLagMs > venue.nowMs) continue
    const { order } = execution
    const closed = all.get(order) ?? opened(order, execution)
    all.set(order, closed)
    add(closed, execution)
  }
  return [...all.values()]
}

function opened(order: Order, first: Execution): Closed {
  return { order, first, last: first, lots: 0, entryE8: 0, exitE8: 0, openFeeE8: 0, closeFeeE8: 0, fills: 0 }
}

function add(closed: Closed, execution: Execution): void {
  const { lots, closedLots, valueE8, feeE8, pnlE8, openFeeE8, order } = execution
  const exitE8 = (valueE8 / lots) * closedLots
  closed.last = execution
  closed.lots += closedLots
  closed.exitE8 += exitE8
  // A sale closes a long: it brought in what it cost and the P&L.
  closed.entryE8 += order.isBuy ? exitE8 + pnlE8 : exitE8 - pnlE8
  closed.openFeeE8 += openFeeE8
  closed.closeFeeE8 += mulDiv(feeE8, closedLots, lots)
  closed.fills += 1
}

function closedRow({ order, first, last, lots, entryE8, exitE8, openFeeE8, closeFeeE8, fills }: Closed): Row {
  const { listing } = order
  const grossE8 = order.isBuy ? entryE8 - exitE8 : exitE8 - entryE8
  return {
    symbol: listing.instrument.symbol,
    orderId: order.id,
    side: order.isBuy ? 'Buy' : 'Sell',
    qty: lotsText(listing, order.lots),
    orderPrice: priceText(listing, order.priceTicks),
    orderType: order.isMarket ? 'Market' : 'Limit',
    execType: last.kind,
    closedSize: lotsText(listing, lots),
    cumEntryValue: e8Text(entryE8),
    avgEntryPrice: averageText(listing, entryE8, lots),
    cumExitValue: e8Text(exitE8),
    avgExitPrice: averageText(listing, exitE8, lots),
    closedPnl: e8Text(grossE8 - openFeeE8 - closeFeeE8),
    fillCount: String(fills),
    leverage: leverageText(last.leverageCents),
    openFee: e8Text(openFeeE8),
    closeFee: e8Text(closeFeeE8),
    createdTime: String(first.atMs),
    updatedTime: String(last.atMs),
  }
}
