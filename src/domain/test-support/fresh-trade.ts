/**
 * Trades for tests of the rules: a policy, a fresh trade.
 */
import type { Trade, TradePolicy } from '../trade.ts'
import { newTrade } from '../trade.ts'

const POLICY: TradePolicy = {
  legTimeoutMs: 500,
  orderTimeoutMs: 1_000,
  unknownMaxMs: 1_000,
  recvWindowMs: 1_000,
  readLagMs: 250,
  entryRetriesMax: 2,
  unwindsMax: 3,
  legTimeoutPolicy: 'unwind',
}

/** Ten lots a leg unless told otherwise. */
export function fresh(policy: Partial<TradePolicy> = {}, lots = 10, minOrderLots = 1): Trade {
  const terms = { id: 't1', runId: 'r', symbol: 'BTCUSDT', lots, minOrderLots, startedMs: 0 }
  return newTrade({ ...terms, policy: { ...POLICY, ...policy } })
}
