/**
 * How a played trade ended, in one word.
 */
import type { Run } from '../journal/run.ts'

/** `hedged`: it was a hedged pair and was left as one. `open`: neither flat nor said to be halted. */
export type TradeEnd = 'hedged' | 'flat' | 'halted' | 'open'

/** The end of a trade, the run's first unless told. */
export function endOf(run: Run, tradeId = 't1'): TradeEnd {
  const trade = run.trades.get(tradeId)
  if (trade?.halted != null) return 'halted'
  if (trade?.flat == null) return 'open'
  return trade.hedged === null ? 'flat' : 'hedged'
}
