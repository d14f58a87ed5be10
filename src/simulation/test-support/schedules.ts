/**
 * A calm schedule to change: one symbol, one trade, a deep book, nothing disturbed.
 */
import { parseConfig } from '../../config-parse.ts'
import { shippedWorld } from '../../exchange/test-support/worlds.ts'
import type { Finding } from '../../journal/finding.ts'
import type { Schedule } from '../stage.ts'

const SETTINGS = {
  SYNTHETIC_SPREAD_BPS: '45',
  SYNTHETIC_FUNDING_DELTA: '0.01',
  TRADE_SIZE_USD: '600',
  SYMBOLS_TO_TRADE: 'BTCUSDT',
  MAX_HOLD_MS: '600',
  SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '500',
}

/** One trade in the calm world; settings are environment variables on top of terms that qualify. */
export function schedule(changes: Partial<Schedule> = {}, settings: Readonly<Record<string, string>> = {}): Schedule {
  return {
    seed: 'calm',
    world: shippedWorld('calm'),
    config: { ...parseConfig({ ...SETTINGS, ...settings }), maxTrades: 1 },
    faults: { faults: [] },
    latency: { fromMs: 0.3, toMs: 1.5 },
    tradeMs: 8_000,
    ...changes,
  }
}

/** Promises that did not hold, one line each. */
export function broken(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ verdict }) => verdict !== 'pass')
    .map((one) => `${one.promise} ${one.verdict}: ${one.summary}`)
}

/** A fault that leaves a pair open to the end. */
export const CLOSING_REFUSED = {
  name: 'the venue refuses every closing order',
  party: 'rest-request',
  op: 'create',
  reduceOnly: true,
  times: null,
  verdict: { do: 'retCode', code: 110005, message: 'position status' },
} as const
