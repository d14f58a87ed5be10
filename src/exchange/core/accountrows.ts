/**
 * Wire rows of the topics `position` and `wallet`: the full field sets of facts §7.4 and §7.5, everything text unless
 * marked there. The REST position row has one field renamed.
 */
import type { OtherCoin } from './books.ts'
import { breakEvenText, liquidationText, liquidationTicks } from './estimates.ts'
import { exposureOf, figuresOf } from './margin.ts'
import type { Account, Position, PositionPicture, Venue } from './model.ts'
import { e8Text, mulDiv, USDT_E8 } from './money.ts'
import { leverageText, tierAt } from './risktiers.ts'
import { averageText, lotsText, msText, priceText, type Row } from './texts.ts'

/** `exposure` is the account's, now. */
export function pictureOf(position: Position, exposure = exposureOf(position.holding.account)): PositionPicture {
  const figures = figuresOf(position)
  const { picture } = position
  const isSame = picture !== null && picture.figures === figures && isStillSo(picture, position)
  // A leg's liquidation price follows from its own figures and the account's sums; in hedge mode from the other leg's, too.
  if (isSame && position.picturedIn === exposure && !position.holding.isHedge) return picture
  const ticks = liquidationTicks(position, exposure)
  position.picturedIn = exposure
  if (isSame && Object.is(picture.liquidationTicks, ticks)) return picture
  const then = isSame ? picture.position : { ...position, picture: null }
  position.picture = { position: then, figures, liquidationTicks: ticks }
  return position.picture
}

/** Most rows follow orders that changed nothing about the position: what was pictured then will do again. */
function isStillSo({ position: then }: PositionPicture, now: Position): boolean {
  return (
    then.curRealisedE8 === now.curRealisedE8 &&
    then.cumRealisedE8 === now.cumRealisedE8 &&
    then.createdMs === now.createdMs &&
    then.updatedMs === now.updatedMs &&
    then.openMs === now.openMs &&
    then.seq === now.seq &&
    then.isLiq === now.isLiq &&
    then.takeProfitTicks === now.takeProfitTicks &&
    then.stopLossTicks === now.stopLossTicks &&
    then.trailTicks === now.trailTicks
  )
}

/** A row of topic `position`; both legs of hedge mode have a row each. */
export function positionRow(picture: PositionPicture): Row {
  const { position, figures } = picture
  const { markTicks, lots, leverageCents, valueE8 } = figures
  const { listing } = position.holding
  const size = Math.abs(lots)
  const tier = tierAt(listing, valueE8)
  const initial = e8Text(figures.initialE8)
  const maintenance = e8Text(figures.maintenanceE8)
  const side = lots === 0 ? '' : lots > 0 ? 'Buy' : 'Sell'
  const targetText = (ticks: number): string => (ticks === 0 ? '0' : priceText(listing, ticks))
  return {
    category: 'linear',
    positionIdx: position.idx,
    tradeMode: 0,
    riskId: tier + 1,
    riskLimitValue: e8Text(listing.riskTiers[tier]!.limitE8),
    symbol: listing.instrument.symbol,
    side,
    size: lots === 0 ? '0' : lotsText(listing, size),
    entryPrice: averageText(listing, position.costE8, size),
    leverage: leverageText(leverageCents),
    breakEvenPrice: breakEvenText(position),
    positionValue: e8Text(valueE8),
    positionBalance: initial,
    markPrice: priceText(listing, markTicks),
    positionIM: initial,
    positionIMByMp: initial,
    positionMM: maintenance,
    positionMMByMp: maintenance,
    takeProfit: targetText(position.takeProfitTicks),
    stopLoss: targetText(position.stopLossTicks),
    trailingStop: targetText(position.trailTicks),
    unrealisedPnl: e8Text(figures.uplE8),
    curRealisedPnl: e8Text(position.curRealisedE8),
    cumRealisedPnl: e8Text(position.cumRealisedE8),
    sessionAvgPrice: '0',
    createdTime: msText(position.createdMs),
    updatedTime: msText(position.updatedMs),
    openTime: lots === 0 ? 0 : Math.floor(position.openMs),
    tpslMode: 'Full',
    liqPrice: liquidationText(listing, lots, markTicks, picture.liquidationTicks),
    bustPrice: '',
    positionStatus: position.isLiq ? 'Liq' : 'Normal',
    adlRankIndicator: lots === 0 ? 0 : 2,
    autoAddMargin: 0,
    leverageSysUpdatedTime: '',
    mmrSysUpdatedTime: '',
    seq: position.seq,
    isReduceOnly: listing.status === 'ReduceOnly',
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
  readonly initialE8: number
  readonly maintenanceE8: number
  readonly realisedE8: number
  readonly coins: readonly CoinPicture[]
}

interface CoinPicture {
  readonly coin: OtherCoin
  /** In 1e-8 of the coin, and what that is worth in 1e-8 USDT. */
  readonly unitsE8: number
  readonly worthE8: number
}

export function moneyOf(
  venue: Pick<Venue, 'bySymbol'>,
  account: Account,
  { uplE8, initialE8, maintenanceE8 } = exposureOf(account),
): MoneyPicture {
  const { cashE8, orderHoldE8, realisedE8, books } = account
  const coins: CoinPicture[] = []
  for (const [coin, unitsE8] of books.coins) coins.push({ coin, unitsE8, worthE8: worthOf(venue, coin, unitsE8) })
  return { cashE8, uplE8, orderHoldE8, initialE8, maintenanceE8, realisedE8, coins }
}

/** At the index price of the coin's own perpetual; a coin without one is worth nothing here, USDC is worth a USDT. */
function worthOf({ bySymbol }: Pick<Venue, 'bySymbol'>, coin: OtherCoin, unitsE8: number): number {
  if (coin === 'USDC') return unitsE8
  const listing = bySymbol.get(`${coin}USDT`)
  if (listing === undefined) return 0
  const { tick } = listing.instrument
  return mulDiv(unitsE8, listing.indexTicks * tick.units * 10 ** (8 - tick.decimals), USDT_E8)
}

/** A row of topic `wallet`, and the one of `wallet-balance`. */
export function walletRow(money: MoneyPicture): Row {
  const { cashE8, uplE8, orderHoldE8, maintenanceE8, coins } = money
  const marginE8 = cashE8 + uplE8
  const initialE8 = orderHoldE8 + money.initialE8
  const othersE8 = coins.reduce((sum, each) => sum + each.worthE8, 0)
  const imRate = rateText(initialE8, marginE8)
  const mmRate = rateText(maintenanceE8, marginE8)
  return {
    accountType: 'UNIFIED',
    accountIMRate: imRate,
    accountIMRateByMp: imRate,
    accountMMRate: mmRate,
    accountMMRateByMp: mmRate,
    accountLTV: '0',
    totalEquity: e8Text(marginE8 + othersE8),
    totalWalletBalance: e8Text(cashE8 + othersE8),
    totalMarginBalance: e8Text(marginE8),
    totalAvailableBalance: e8Text(Math.max(0, marginE8 - initialE8)),
    totalPerpUPL: e8Text(uplE8),
    totalInitialMargin: e8Text(initialE8),
    totalInitialMarginByMp: e8Text(initialE8),
    totalMaintenanceMargin: e8Text(maintenanceE8),
    totalMaintenanceMarginByMp: e8Text(maintenanceE8),
    coin: [settleCoinRow(money), ...coins.map(otherCoinRow)],
  }
}

/** The coin everything here is margined and settled in. */
function settleCoinRow({ cashE8, uplE8, orderHoldE8, initialE8, maintenanceE8, realisedE8 }: MoneyPicture): Row {
  const equity = e8Text(cashE8 + uplE8)
  return {
    ...plainCoinRow('USDT', equity, e8Text(cashE8)),
    usdValue: equity,
    totalOrderIM: e8Text(orderHoldE8),
    totalPositionIM: e8Text(initialE8),
    totalPositionMM: e8Text(maintenanceE8),
    unrealisedPnl: e8Text(uplE8),
    cumRealisedPnl: e8Text(realisedE8),
    collateralSwitch: true,
  }
}

function otherCoinRow({ coin, unitsE8, worthE8 }: CoinPicture): Row {
  const units = e8Text(unitsE8)
  return { ...plainCoinRow(coin, units, units), usdValue: e8Text(worthE8) }
}

/** A coin that is held and does nothing; asked for by name it has a row even when there is none of it. */
export function plainCoinRow(coin: string, equity = '0', walletBalance = '0'): Row {
  return {
    coin,
    equity,
    usdValue: '0',
    walletBalance,
    locked: '0',
    spotHedgingQty: '0',
    borrowAmount: '0',
    accruedInterest: '0',
    totalOrderIM: '0',
    totalPositionIM: '0',
    totalPositionMM: '0',
    unrealisedPnl: '0',
    cumRealisedPnl: '0',
    bonus: '0',
    collateralSwitch: false,
    marginCollateral: true,
    colRes: '0',
    spotBorrow: '0',
    availableToBorrow: '',
    availableToWithdraw: '',
  }
}

function rateText(part: number, whole: number): string {
  return whole <= 0 ? '0' : (part / whole).toFixed(4)
}
