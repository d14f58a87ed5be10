/** Two instruments for tests, with filters like Bybit's. */
import type { Instrument } from '../../domain/instrument.ts'

export const BTC: Instrument = {
  symbol: 'BTCUSDT',
  baseCoin: 'BTC',
  tick: { units: 10, decimals: 2 },
  lot: { units: 1, decimals: 3 },
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
}

export const ETH: Instrument = {
  ...BTC,
  symbol: 'ETHUSDT',
  baseCoin: 'ETH',
  tick: { units: 1, decimals: 2 },
  lot: { units: 1, decimals: 2 },
}
