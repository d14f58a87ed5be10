/**
 * Prices a position row shows for orientation. Nothing is booked at them, so they are floats until they are text.
 *
 *   break-even     where closing as a taker brings back what this position has cost so far, fees and funding included
 *   liquidation    where, other marks standing still, the account's maintenance margin reaches its margin balance
 *
 * Source: Bybit v5 docs, position info (liqPrice is an estimate in cross margin, "" outside the instrument's prices).
 */
import type { Exposure } from './books.ts'
import { figuresOf } from './margin.ts'
import type { Listing, Position } from './model.ts'
import { mulDiv, USDT_E8 } from './money.ts'
import { tierAt } from './risktiers.ts'
import { priceText } from './texts.ts'

/** Break-even price as text; "0" for a flat position. */
export function breakEvenText(position: Position): string {
  const { lots, costE8, curRealisedE8, holding } = position
  if (lots === 0) return '0'
  const { listing, account } = holding
  const sign = lots > 0 ? 1 : -1
  const worthE8 = costE8 - sign * curRealisedE8
  const share = 1 - (sign * account.takerRateE8) / USDT_E8
  const ticks = worthE8 / (share * Math.abs(lots) * listing.valueScale)
  return finePriceText(listing, ticks)
}

/** Liquidation price in ticks at the present marks, a float; NaN where no price of this symbol alone leads there. */
export function liquidationTicks(position: Position, { cashE8, uplE8, maintenanceE8 }: Exposure): number {
  const { holding, lots } = position
  if (lots === 0) return Number.NaN
  const { listing } = holding
  let net = 0
  let needed = 0
  let othersE8 = maintenanceE8
  for (const leg of holding.positions) {
    if (leg.lots === 0) continue
    net += leg.lots
    // Of every tick of price this much is maintenance margin; the deduction does not move with it.
    const { maintenanceE8: legE8, valueE8 } = figuresOf(leg)
    const ownE8 = legE8 + listing.riskTiers[tierAt(listing, valueE8)]!.deductionE8
    needed += ownE8 / listing.markTicks / listing.valueScale
    othersE8 -= ownE8
  }
  const spareE8 = cashE8 + uplE8 - othersE8
  return (net * listing.markTicks - spareE8 / listing.valueScale) / (net - needed)
}

/** As a row shows it: "" for no price, one outside the instrument's, or one that helps the position. */
export function liquidationText(listing: Listing, lots: number, markTicks: number, ticks: number): string {
  const { minPriceTicks, maxPriceTicks } = listing.instrument
  if (Number.isNaN(ticks) || ticks <= minPriceTicks || ticks >= maxPriceTicks) return ''
  const isOnItsSide = lots > 0 ? ticks <= markTicks : ticks >= markTicks
  return isOnItsSide ? priceText(listing, Math.round(ticks)) : ''
}

/** A price between two ticks, to two digits more than the tick has. */
function finePriceText(listing: Listing, ticks: number): string {
  const { tick } = listing.instrument
  const fine = Math.round(ticks * 100)
  const whole = mulDiv(fine, tick.units, 1)
  return (whole / 10 ** (tick.decimals + 2)).toFixed(Math.min(8, tick.decimals + 2))
}
