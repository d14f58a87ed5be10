/**
 * The risk limit: the larger a position, the less leverage and the more maintenance margin.
 *
 *   leverage ≤ 100   up to  2,000,000   0.5 %        leverage ≤ 50   up to 4,000,000   1 %        …
 *
 * Source: Bybit help center, "Risk Limit (Perpetual and Futures Contracts)"; texts of the error page (110013, 110090).
 */
import type { WorldInstrument } from '../world.ts'
import type { RiskTier } from './books.ts'
import type { Answer, Holding, Listing } from './model.ts'
import { refuse } from './model.ts'
import { e8FromText, e8Text, feeOf, USDT_E8 } from './money.ts'

/** Maintenance margin where the world names no tiers: 0.5 %. */
const ONLY_RATE = '0.005'

/** An instrument's tiers, the smallest first; one for all where the world names none. */
export function riskTiersOf(spec: WorldInstrument): readonly RiskTier[] {
  const only = { limitUsd: spec.riskLimitUsd, maxLeverage: spec.maxLeverage, maintenanceRate: ONLY_RATE }
  const tiers: RiskTier[] = []
  for (const each of spec.riskTiers.length === 0 ? [only] : spec.riskTiers) {
    const former = tiers.at(-1)
    const maintenanceRateE8 = e8FromText(each.maintenanceRate)
    // At the border both tiers ask for the same.
    const stepE8 = former === undefined ? 0 : feeOf(former.limitE8, maintenanceRateE8 - former.maintenanceRateE8)
    tiers.push({
      limitE8: each.limitUsd * USDT_E8,
      maxLeverageCents: centsOf(each.maxLeverage),
      maintenanceRateE8,
      deductionE8: (former?.deductionE8 ?? 0) + stepE8,
    })
  }
  return tiers
}

export function centsOf(leverage: string): number {
  return Math.round(Number(leverage) * 100)
}

export function leverageText(leverageCents: number): string {
  return e8Text((leverageCents * USDT_E8) / 100)
}

/** Which tier a position of this value is in; the last one for what is larger than all. 0 is the first. */
export function tierAt(listing: Listing, valueE8: number): number {
  const { riskTiers } = listing
  let at = 0
  while (at < riskTiers.length - 1 && valueE8 > riskTiers[at]!.limitE8) at += 1
  return at
}

/** The largest position this leverage allows, 1e-8 USDT; 0 when it is too much for every tier. */
export function limitAt(listing: Listing, leverageCents: number): number {
  let limitE8 = 0
  for (const tier of listing.riskTiers) if (leverageCents <= tier.maxLeverageCents) limitE8 = tier.limitE8
  return limitE8
}

/** 110090 for a position that would be larger than its leverage allows; null when it may be. */
export function sizeProblem({ listing, leverageCents }: Holding, valueE8: number): Answer | null {
  if (valueE8 <= limitAt(listing, leverageCents)) return null
  const enough = listing.riskTiers.find((tier) => valueE8 <= tier.limitE8)
  const text = 'Order placement failed as your position may exceed the max limit.'
  if (enough === undefined) return refuse(110090, text)
  const leverage = leverageText(enough.maxLeverageCents)
  return refuse(
    110090,
    `${text} Please adjust your leverage to ${leverage} or below to increase the max. position limit`,
  )
}
