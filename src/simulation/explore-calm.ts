/**
 * The calm schedule beside another one: the same symbols, one trade, a deep market, nothing disturbed. What a failing
 * schedule is shrunk towards, so what is left of it is what matters.
 */
import type { ScheduleFile } from './explore-file.ts'
import { TEMPLATES } from './explore-worlds.ts'

const CALM_SETTINGS = {
  SYNTHETIC_SPREAD_BPS: '45',
  SYNTHETIC_FUNDING_DELTA: '0.01',
  TRADE_SIZE_USD: '310',
  SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '1000',
  MAX_HOLD_MS: '600',
  MAX_TRADES: '1',
}

const CALM_MARKET = { updatesPerSecond: 8, volatilityBps: 0.2, levels: 10, maxQuietMs: 300 }
/** Worth of one level of its book, USD. */
const LEVEL_USD = 120_000

const CALM_ACCOUNT = {
  accountId: '1000001',
  apiKey: 'exampleKeyMain00001',
  apiSecret: 'exampleSecretMain01',
  usdt: '100000',
}

export function calmOf({ settings, about, kills }: ScheduleFile): ScheduleFile {
  const symbols = settings['SYMBOLS_TO_TRADE'] ?? TEMPLATES[0]!.symbol
  const listed = TEMPLATES.filter(({ symbol }) => symbols.split(',').includes(symbol))
  return {
    ...(about === undefined ? {} : { about }),
    seed: 'calm',
    settings: { ...CALM_SETTINGS, SYMBOLS_TO_TRADE: symbols },
    world: {
      name: 'explored',
      seed: 1,
      instruments: listed.map(({ filters, midPrice, lotUsd }) => ({
        ...filters,
        market: { midPrice, ...CALM_MARKET, levelLots: Math.round(LEVEL_USD / lotUsd) },
      })),
      accounts: [CALM_ACCOUNT],
    },
    faults: [],
    changes: [],
    ...(kills === undefined ? {} : { kills: [] }),
    latency: { fromMs: 0.5, toMs: 0.5 },
    clockAheadMs: 0,
    tradeMs: 6_000,
    healsAtMs: 3_000,
  }
}
