/**
 * Wire rows of the topics `order` and `execution`: the full field sets of facts §7.2 and §7.3, everything text unless
 * marked there. The REST rows are the same ones, less a few fields.
 */
import type { Execution, Listing, Order, Venue } from './model.ts'
import { isOpen } from './model.ts'
import { e8Text } from './money.ts'
import { settledRow } from './settledrows.ts'
import { averageText, lotsText, msText, priceText, type Row } from './texts.ts'

/** An order, and what changes about it as it was at one moment. */
export interface OrderPicture {
  readonly order: Order
  readonly now: OrderNow
}

type OrderNow = Pick<Order, 'status' | 'ending' | 'closedAs' | 'updatedMs'> &
  Pick<Order, 'priceTicks' | 'lots' | 'leaves' | 'filled' | 'stop' | 'attached'>

/** Nothing changes any more about an order that has ended. */
export function pictureOfOrder(order: Order): OrderPicture {
  if (!isOpen(order)) return { order, now: order }
  const now = {
    status: order.status,
    ending: order.ending,
    closedAs: order.closedAs,
    updatedMs: order.updatedMs,
    priceTicks: order.priceTicks,
    lots: order.lots,
    leaves: order.leaves,
    filled: order.filled,
    stop: order.stop,
    attached: order.attached,
  }
  return { order, now }
}

/** A row of topic `order`. */
export function orderRow({ order, now }: OrderPicture): Row {
  const { listing } = order
  const { filled, ending } = now
  // After the end nothing is left to fill, whatever was not filled (facts §4.1).
  const leaves = isOpen(now) ? now.leaves : 0
  return {
    category: 'linear',
    orderId: order.id,
    orderLinkId: order.linkId,
    parentOrderLinkId: now.stop?.parentLinkId ?? '',
    isLeverage: '',
    blockTradeId: '',
    symbol: listing.instrument.symbol,
    price: priceText(listing, now.priceTicks),
    brokerOrderPrice: '',
    qty: lotsText(listing, now.lots),
    side: order.isBuy ? 'Buy' : 'Sell',
    positionIdx: order.idx,
    orderStatus: now.status,
    createType: createTypeOf(now, order),
    cancelType: ending.cancelType ?? 'UNKNOWN',
    rejectReason: ending.rejectReason ?? 'EC_NoError',
    avgPrice: averageText(listing, filled.valueE8, filled.lots),
    leavesQty: lotsText(listing, leaves),
    leavesValue: e8Text(leaves * now.priceTicks * listing.valueScale),
    cumExecQty: lotsText(listing, filled.lots),
    cumExecValue: e8Text(filled.valueE8),
    cumExecFee: e8Text(filled.feeE8),
    closedPnl: e8Text(filled.closedPnlE8),
    feeCurrency: '',
    timeInForce: order.timeInForce,
    orderType: order.isMarket ? 'Market' : 'Limit',
    stopOrderType: now.stop?.type ?? 'UNKNOWN',
    ocoTriggerBy: '',
    orderIv: '',
    marketUnit: '',
    slippageToleranceType: order.tolerance?.type ?? 'UNKNOWN',
    slippageTolerance: order.tolerance?.text ?? '',
    triggerPrice: now.stop === null ? '' : priceText(listing, now.stop.triggerTicks),
    takeProfit: targetText(listing, now.attached?.takeProfit?.ticks),
    stopLoss: targetText(listing, now.attached?.stopLoss?.ticks),
    tpslMode: tpslModeOf(now),
    tpLimitPrice: targetText(listing, now.attached?.takeProfit?.limitTicks),
    slLimitPrice: targetText(listing, now.attached?.stopLoss?.limitTicks),
    tpTriggerBy: now.attached?.takeProfit?.by ?? 'UNKNOWN',
    slTriggerBy: now.attached?.stopLoss?.by ?? 'UNKNOWN',
    triggerDirection: now.stop === null ? 0 : now.stop.isRise ? 1 : 2,
    triggerBy: now.stop?.by ?? 'UNKNOWN',
    lastPriceOnCreated: priceText(listing, order.lastTicksOnCreated),
    reduceOnly: order.reduceOnly,
    closeOnTrigger: order.closeOnTrigger,
    placeType: '',
    smpType: order.smpType,
    smpGroup: 0,
    smpOrderId: ending.smpOrderId ?? '',
    createdTime: msText(order.createdMs),
    updatedTime: msText(now.updatedMs),
    cumFeeDetail: filled.feeE8 === 0 ? {} : { USDT: e8Text(filled.feeE8) },
    rpiTakerAccess: order.rpiTakerAccess,
    rpiMatchedQty: filled.rpiLots === 0 ? '0' : lotsText(listing, filled.rpiLots),
  }
}

/** Who made the order: its owner, a conditional order's trigger, or a position's TP, SL or trailing stop. */
function createTypeOf({ stop }: Pick<Order, 'stop'>, { isLiquidation }: Order): string {
  if (stop === null) return isLiquidation ? 'CreateByLiq' : 'CreateByUser'
  return stop.type === 'Stop' ? 'CreateByStopOrder' : `CreateBy${stop.type}`
}

/** For the whole position or for some of its lots; "" for orders that have nothing to do with TP and SL. */
function tpslModeOf({ stop, attached }: OrderNow): string {
  if (attached !== null) return attached.mode
  if (stop === null || stop.type === 'Stop') return ''
  return stop.type.startsWith('Partial') ? 'Partial' : 'Full'
}

function targetText(listing: Listing, ticks: number | undefined): string {
  return ticks === undefined || ticks === 0 ? '' : priceText(listing, ticks)
}

/** The same order as REST shows it (facts §3.2). */
export function orderRestRow(order: Order): Row {
  const {
    category: _category,
    closedPnl: _closedPnl,
    feeCurrency: _feeCurrency,
    ...row
  } = orderRow({ order, now: order })
  return row
}

/** A row of topic `execution`. */
export function executionRow(execution: Execution, { ids, rules }: Venue): Row {
  const { order } = execution
  const { listing } = order
  const row = {
    category: 'linear',
    symbol: listing.instrument.symbol,
    isLeverage: '0',
    orderId: order.id,
    orderLinkId: order.linkId,
    side: order.isBuy ? 'Buy' : 'Sell',
    orderPrice: priceText(listing, order.priceTicks),
    orderQty: lotsText(listing, order.lots),
    leavesQty: lotsText(listing, execution.leavesAfter),
    createType: createTypeOf(order, order),
    orderType: order.isMarket ? 'Market' : 'Limit',
    stopOrderType: order.stop?.type ?? 'UNKNOWN',
    execFee: e8Text(execution.feeE8),
    execId: ids.execution.of(execution.number),
    execPrice: priceText(listing, execution.priceTicks),
    execQty: lotsText(listing, execution.lots),
    execPnl: e8Text(execution.pnlE8),
    execType: 'Trade',
    execValue: e8Text(execution.valueE8),
    execTime: String(execution.atMs),
    isMaker: execution.isMaker,
    feeRate: execution.isMaker ? rules.makerRate : rules.takerRate,
    tradeIv: '',
    markIv: '',
    markPrice: priceText(listing, execution.markTicks),
    indexPrice: '',
    underlyingPrice: '',
    blockTradeId: '',
    closedSize: execution.closedLots === 0 ? '' : lotsText(listing, execution.closedLots),
    extraFees: '',
    seq: execution.seq,
    feeCurrency: 'USDT',
    marketUnit: '',
  }
  return execution.kind === 'Trade' ? row : settledRow(execution, row)
}

/** The same execution as REST shows it. */
export function executionRestRow(execution: Execution, venue: Venue): Row {
  const {
    category: _category,
    isLeverage: _isLeverage,
    execPnl: _pnl,
    marketUnit: _unit,
    ...row
  } = executionRow(execution, venue)
  return { ...row, execFeeV2: '' }
}
