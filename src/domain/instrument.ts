import type { Step } from './steps.ts'
import { stepsToNumber } from './steps.ts'

/**
 * What one linear USDT perpetual allows. Venue filters as integers; source: `GET /v5/market/instruments-info`.
 */
export interface Instrument {
  readonly symbol: string
  readonly baseCoin: string
  readonly tick: Step
  readonly lot: Step
  readonly minPriceTicks: number
  readonly maxPriceTicks: number
  readonly minLots: number
  /** Largest limit order. */
  readonly maxLots: number
  /** Largest market order. */
  readonly maxMarketLots: number
  /** An opening order worth less than this is refused (110094). */
  readonly minNotionalUsd: number
  readonly maxLeverage: number
  readonly fundingIntervalMinutes: number
  /** Price band: `priceLimitRatioX` and `priceLimitRatioY` as fractions, e.g. 0.01 and 0.02. */
  readonly bandX: number
  readonly bandY: number
}

/** Price in USD of a count of ticks. A float: for scores and display only. */
export function priceUsd(instrument: Instrument, ticks: number): number {
  return stepsToNumber(ticks, instrument.tick)
}

/** Worth in USD of `lots` at `ticks`. A float: for limits, scores and display only. */
export function notionalUsd(instrument: Instrument, ticks: number, lots: number): number {
  return stepsToNumber(ticks, instrument.tick) * stepsToNumber(lots, instrument.lot)
}
