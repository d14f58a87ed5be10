/**
 * Wire rows of the topics `order` and `execution`: the full field sets of facts §7.2 and §7.3, everything text unless
 * marked there. The REST rows are the same ones, less a few fields.
 */
import type { Execution, Listing, Order, Rules } from './model.ts'
import { isOpen } from './model.ts'
import { e8Text } from './money.ts'
import { settledRow } from './settledrows.ts'
import { averageText, lotsText, msText, priceText, type Row } from './texts.ts'

/** A row of topic `order`. */
export function orderRow(order: Order): Row {
  const { listing } = order
  // After the end nothing is left to fill, whatever was not filled (facts §4.1).
  const leaves = isOpen(order) ? order.leaves : 0
  return {
    category: 'linear',
    orderId: order.id,
    orderLinkId: order.linkId,
    parentOrderLinkId: order.stop?.parentLinkId ?? '',
    isLeverage: '',
    blockTradeId: '',
    symbol: listing.instrument.symbol,
    price: priceText(listing, order.priceTicks),
    brokerOrderPrice: '',
    qty: lotsText(listing, order.lots),
    side: order.isBuy ? 'Buy' : 'Sell',
    positionIdx: order.idx,
    orderStatus: order.status,
    createType: createTypeOf(order),
    cancelType: order.cancelType,
    rejectReason: order.rejectReason,
    avgPrice: averageText(listing, order.valueE8, order.filledLots),
    leavesQty: lotsText(listing, leaves),
    leavesValue: e8Text(leaves * order.priceTicks * listing.valueScale),
    cumExecQty: lotsText(listing, order.filledLots),
    cumExecValue: e8Text(order.valueE8),
    cumExecFee: e8Text(order.feeE8),
    closedPnl: e8Text(order.closedPnlE8),
    feeCurrency: '',
    timeInForce: order.timeInForce,
    orderType: order.isMarket ? 'Market' : 'Limit',
    stopOrderType: order.stop?.type ?? 'UNKNOWN',
    ocoTriggerBy: '',
    orderIv: '',
    marketUnit: '',
    slippageToleranceType: order.tolerance?.type ?? 'UNKNOWN',
    slippageTolerance: order.tolerance?.text ?? '',
    triggerPrice: order.stop === null ? '' : priceText(listing, order.stop.triggerTicks),
    takeProfit: targetText(listing, order.attached?.takeProfit?.ticks),
    stopLoss: targetText(listing, order.attached?.stopLoss?.ticks),
    tpslMode: tpslModeOf(order),
    tpLimitPrice: targetText(listing, order.attached?.takeProfit?.limitTicks),
    slLimitPrice: targetText(listing, order.attached?.stopLoss?.limitTicks),
    tpTriggerBy: order.attached?.takeProfit?.by ?? 'UNKNOWN',
    slTriggerBy: order.attached?.stopLoss?.by ?? 'UNKNOWN',
    triggerDirection: order.stop === null ? 0 : order.stop.isRise ? 1 : 2,
    triggerBy: order.stop?.by ?? 'UNKNOWN',
    lastPriceOnCreated: priceText(listing, order.lastTicksOnCreated),
    reduceOnly: order.reduceOnly,
    closeOnTrigger: order.closeOnTrigger,
    placeType: '',
    smpType: order.smpType,
    smpGroup: 0,
    smpOrderId: order.smpOrderId,
    createdTime: msText(order.createdMs),
    updatedTime: msText(order.updatedMs),
    cumFeeDetail: order.feeE8 === 0 ? {} : { USDT: e8Text(order.feeE8) },
    rpiTakerAccess: order.rpiTakerAccess,
    rpiMatchedQty: order.rpiLots === 0 ? '0' : lotsText(listing, order.rpiLots),
  }
}

/** Who made the order: its owner, a conditional order's trigger, or a position's TP, SL or trailing stop. */
function createTypeOf({ stop, isLiquidation }: Order): string {
  if (stop === null) return isLiquidation ? 'CreateByLiq' : 'CreateByUser'
  return stop.type === 'Stop' ? 'CreateByStopOrder' : `CreateBy${stop.type}`
}

/** For the whole position or for some of its lots; "" for orders that have nothing to do with TP and SL. */
function tpslModeOf({ stop, attached }: Order): string {
  if (attached !== null) return attached.mode
  if (stop === null || stop.type === 'Stop') return ''
  return stop.type.startsWith('Partial') ? 'Partial' : 'Full'
}

function targetText(listing: Listing, ticks: number | undefined): string {
  return ticks === undefined || ticks === 0 ? '' : priceText(listing, ticks)
}

/** The same order as REST shows it (facts §3.2). */
export function orderRestRow(order: Order): Row {
  const { category: _category, closedPnl: _closedPnl, feeCurrency: _feeCurrency, ...row } = orderRow(order)
  return row
}

/** A row of topic `execution`. */
export function executionRow(execution: Execution, rules: Rules): Row {
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
    createType: createTypeOf(order),
    orderType: order.isMarket ? 'Market' : 'Limit',
    stopOrderType: order.stop?.type ?? 'UNKNOWN',
    execFee: e8Text(execution.feeE8),
    execId: execution.id,
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
export function executionRestRow(execution: Execution, rules: Rules): Row {
  const {
    category: _category,
    isLeverage: _isLeverage,
    execPnl: _pnl,
    marketUnit: _unit,
    ...row
  } = executionRow(execution, rules)
  return { ...row, execFeeV2: '' }
}
