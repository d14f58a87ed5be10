/**
 * Wire rows of the private topics: the full field sets of facts §7.2–7.5, everything text unless marked there.
 * The REST rows are the same ones, less a few fields (see `orderRestRow`) or with one renamed (`positionRestRow`).
 */
import { formatSteps } from '../../domain/steps.ts'
import { MAINTENANCE_RATE_E8, positionMargin, unrealised, unrealisedAll } from './account.ts'
import type { Account, Execution, Listing, Order, Position, Rules } from './model.ts'
import { isOpen } from './model.ts'
import { e8Text, feeOf, mulDiv, USDT_E8 } from './money.ts'

export type Row = Record<string, unknown>

export function priceText(listing: Listing, ticks: number): string {
  return formatSteps(ticks, listing.instrument.tick)
}

export function lotsText(listing: Listing, lots: number): string {
  return formatSteps(lots, listing.instrument.lot)
}

export function msText(ms: number): string {
  return String(Math.floor(ms))
}

/** Average price of `lots` that cost so much: 8 decimals at most. */
export function averageText(listing: Listing, costE8: number, lots: number): string {
  if (lots === 0) return '0'
  const { lot } = listing.instrument
  return e8Text(mulDiv(costE8, 10 ** lot.decimals, lots * lot.units))
}

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

/** Everything a position row shows, as it was at one moment. */
export interface PositionPicture {
  readonly position: Position
  readonly leverageCents: number
  readonly markTicks: number
  readonly marginE8: number
}

export function pictureOf(position: Position): PositionPicture {
  const { leverageCents, listing } = position.holding
  return { position: { ...position }, leverageCents, markTicks: listing.markTicks, marginE8: positionMargin(position) }
}

/** A row of topic `position`; both legs of hedge mode have a row each. */
export function positionRow({ position, leverageCents, markTicks, marginE8 }: PositionPicture): Row {
  const { lots } = position
  const { listing } = position.holding
  const size = Math.abs(lots)
  const maintenanceE8 = feeOf(position.costE8, MAINTENANCE_RATE_E8)
  const side = lots === 0 ? '' : lots > 0 ? 'Buy' : 'Sell'
  return {
    category: 'linear',
    positionIdx: position.idx,
    tradeMode: 0,
    riskId: 1,
    riskLimitValue: String(listing.riskLimitUsd),
    symbol: listing.instrument.symbol,
    side,
    size: lots === 0 ? '0' : lotsText(listing, size),
    entryPrice: averageText(listing, position.costE8, size),
    leverage: e8Text((leverageCents * USDT_E8) / 100),
    breakEvenPrice: averageText(listing, position.costE8, size),
    positionValue: e8Text(position.costE8),
    positionBalance: e8Text(marginE8),
    markPrice: priceText(listing, markTicks),
    positionIM: e8Text(marginE8),
    positionIMByMp: e8Text(marginE8),
    positionMM: e8Text(maintenanceE8),
    positionMMByMp: e8Text(maintenanceE8),
    takeProfit: '0',
    stopLoss: '0',
    trailingStop: '0',
    unrealisedPnl: lots === 0 ? '0' : e8Text(unrealised(position, markTicks)),
    curRealisedPnl: e8Text(position.curRealisedE8),
    cumRealisedPnl: e8Text(position.cumRealisedE8),
    sessionAvgPrice: '0',
    createdTime: msText(position.createdMs),
    updatedTime: msText(position.updatedMs),
    openTime: lots === 0 ? 0 : Math.floor(position.openMs),
    tpslMode: 'Full',
    liqPrice: '',
    bustPrice: '',
    positionStatus: 'Normal',
    adlRankIndicator: lots === 0 ? 0 : 2,
    autoAddMargin: 0,
    leverageSysUpdatedTime: '',
    mmrSysUpdatedTime: '',
    seq: position.seq,
    isReduceOnly: false,
  }
}

/** The same position as REST shows it: `avgPrice` instead of `entryPrice`, no category. */
export function positionRestRow(position: Position): Row {
  const { category: _category, entryPrice, ...row } = positionRow(pictureOf(position))
  return { ...row, avgPrice: entryPrice }
}

/** Everything a wallet row shows, as it was at one moment, in 1e-8 USDT. */
export interface MoneyPicture {
  readonly cashE8: number
  readonly uplE8: number
  readonly orderHoldE8: number
  readonly positionMarginE8: number
  readonly maintenanceE8: number
  readonly realisedE8: number
}

export function moneyOf(account: Account): MoneyPicture {
  let costE8 = 0
  for (const position of account.live) costE8 += position.costE8
  return {
    cashE8: account.cashE8,
    uplE8: unrealisedAll(account),
    orderHoldE8: account.orderHoldE8,
    positionMarginE8: account.positionMarginE8,
    maintenanceE8: feeOf(costE8, MAINTENANCE_RATE_E8),
    realisedE8: account.realisedE8,
  }
}

/** A row of topic `wallet`, and the one of `wallet-balance`. */
export function walletRow(money: MoneyPicture): Row {
  const { cashE8, uplE8, orderHoldE8, positionMarginE8, maintenanceE8 } = money
  const equityE8 = cashE8 + uplE8
  const initialE8 = orderHoldE8 + positionMarginE8
  const imRate = rateText(initialE8, equityE8)
  const mmRate = rateText(maintenanceE8, equityE8)
  const equity = e8Text(equityE8)
  return {
    accountType: 'UNIFIED',
    accountIMRate: imRate,
    accountIMRateByMp: imRate,
    accountMMRate: mmRate,
    accountMMRateByMp: mmRate,
    accountLTV: '0',
    totalEquity: equity,
    totalWalletBalance: e8Text(cashE8),
    totalMarginBalance: equity,
    totalAvailableBalance: e8Text(Math.max(0, equityE8 - initialE8)),
    totalPerpUPL: e8Text(uplE8),
    totalInitialMargin: e8Text(initialE8),
    totalInitialMarginByMp: e8Text(initialE8),
    totalMaintenanceMargin: e8Text(maintenanceE8),
    totalMaintenanceMarginByMp: e8Text(maintenanceE8),
    coin: [
      {
        coin: 'USDT',
        equity,
        usdValue: equity,
        walletBalance: e8Text(cashE8),
        locked: '0',
        spotHedgingQty: '0',
        borrowAmount: '0',
        accruedInterest: '0',
        totalOrderIM: e8Text(orderHoldE8),
        totalPositionIM: e8Text(positionMarginE8),
        totalPositionMM: e8Text(maintenanceE8),
        unrealisedPnl: e8Text(uplE8),
        cumRealisedPnl: e8Text(money.realisedE8),
        bonus: '0',
        collateralSwitch: true,
        marginCollateral: true,
        colRes: '0',
        spotBorrow: '0',
        availableToBorrow: '',
        availableToWithdraw: '',
      },
    ],
  }
}

function rateText(part: number, whole: number): string {
  return whole <= 0 ? '0' : (part / whole).toFixed(4)
}
