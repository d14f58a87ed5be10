/**
 * Wire rows of the topics `position` and `wallet`: the full field sets of facts §7.4 and §7.5, everything text unless
 * marked there. The REST position row has one field renamed.
 */
import { MAINTENANCE_RATE_E8, positionMargin, unrealised, unrealisedAll } from './account.ts'
import type { Account, Position } from './model.ts'
import { e8Text, feeOf, USDT_E8 } from './money.ts'
import { averageText, lotsText, msText, priceText, type Row } from './texts.ts'

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
