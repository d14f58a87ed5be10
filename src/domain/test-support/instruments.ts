/**
 * Instruments for the domain's tests: the filters of three real ones, and one whose lot is worth less than the minimum.
 */
import type { Instrument } from '../instrument.ts'
import { stepFromText } from '../steps.ts'

function instrument(symbol: string, tick: string, lot: string, changes: Partial<Instrument> = {}): Instrument {
  return {
    symbol,
    baseCoin: symbol.replace('USDT', ''),
    tick: stepFromText(tick),
    lot: stepFromText(lot),
    minPriceTicks: 1,
    maxPriceTicks: 19_999_998,
    minLots: 1,
    maxLots: 1_190_000,
    maxMarketLots: 500_000,
    minNotionalUsd: 5,
    maxLeverage: 100,
    fundingIntervalMinutes: 480,
    bandX: 0.01,
    bandY: 0.02,
    ...changes,
  }
}

export const BTC = instrument('BTCUSDT', '0.10', '0.001')
export const ETH = instrument('ETHUSDT', '0.01', '0.01')
export const SOL = instrument('SOLUSDT', '0.010', '0.1')
/** Step 1, price about 0.2, minimum 5 USDT: a lot is worth 20 cents. */
export const DUST = instrument('DUSTUSDT', '0.0001', '1')
