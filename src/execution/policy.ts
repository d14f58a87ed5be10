/**
 * The bounds a trade lives by, out of the run's configuration.
 */
import type { Config } from '../config.ts'
import type { TradePolicy } from '../domain/trade.ts'

export function policyOf(config: Config): TradePolicy {
  const { legTimeoutMs, orderTimeoutMs, unknownMaxMs, readLagMs, entryRetriesMax, unwindsMax, legTimeoutPolicy } =
    config
  const recvWindowMs = config.orderRecvWindowMs
  return {
    legTimeoutMs,
    orderTimeoutMs,
    unknownMaxMs,
    recvWindowMs,
    readLagMs,
    entryRetriesMax,
    unwindsMax,
    legTimeoutPolicy,
  }
}
