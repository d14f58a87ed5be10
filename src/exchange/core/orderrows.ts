/**
 * Wire rows of the topics `order` and `execution`: the full field sets of facts §7.2 and §7.3, everything text unless
 * marked there. The REST rows are the same ones, less a few fields.
 */
import type { Execution, Order, Rules } from './model.ts'
import { isOpen } from './model.ts'
import { e8Text } from './money.ts'
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
    parentOrderLinkId: '',
    isLeverage: '',
    blockTradeId: '',
    symbol: listing.instrument.symbol,
    price: priceText(listing, order.priceTicks),
    brokerOrderPrice: '',
    qty: lotsText(listing, order.lots),
    side: order.isBuy ? 'Buy' : 'Sell',
    positionIdx: order.idx,
    orderStatus: order.status,
    createType: 'CreateByUser',
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
    stopOrderType: 'UNKNOWN',
    ocoTriggerBy: '',
    orderIv: '',
    marketUnit: '',
    slippageToleranceType: 'UNKNOWN',
    slippageTolerance: '',
    triggerPrice: '',
    takeProfit: '',
    stopLoss: '',
    tpslMode: '',
    tpLimitPrice: '',
    slLimitPrice: '',
    tpTriggerBy: 'UNKNOWN',
    slTriggerBy: 'UNKNOWN',
    triggerDirection: 0,
    triggerBy: 'UNKNOWN',
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
    rpiTakerAccess: false,
    rpiMatchedQty: '0',
  }
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
  return {
    category: 'linear',
    symbol: listing.instrument.symbol,
    isLeverage: '0',
    orderId: order.id,
    orderLinkId: order.linkId,
    side: order.isBuy ? 'Buy' : 'Sell',
    orderPrice: priceText(listing, order.priceTicks),
    orderQty: lotsText(listing, order.lots),
    leavesQty: lotsText(listing, execution.leavesAfter),
    createType: 'CreateByUser',
    orderType: order.isMarket ? 'Market' : 'Limit',
    stopOrderType: 'UNKNOWN',
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
