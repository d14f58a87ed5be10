/**
 * Numbers as the wire writes them.
 */
import { formatSteps } from '../../domain/steps.ts'
import type { Listing } from './model.ts'
import { e8Text, mulDiv } from './money.ts'

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

/** Turnover in USDT. */
export function turnoverText(usd: number): string {
  return usd.toFixed(4)
}

/** Average price of `lots` that cost so much: 8 decimals at most. */
export function averageText(listing: Listing, costE8: number, lots: number): string {
  if (lots === 0) return '0'
  const { lot } = listing.instrument
  return e8Text(mulDiv(costE8, 10 ** lot.decimals, lots * lot.units))
}
