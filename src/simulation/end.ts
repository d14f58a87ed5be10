/**
 * How a played trade ended, in one word.
 */
import type { Run } from '../journal/run.ts'

/** `hedged`: it was a hedged pair and was left as one. `open`: neither flat nor said to be halted. */
export type TradeEnd = 'hedged' | 'flat' | 'halted' | 'open'

/** The end of the run's first trade. */
export function endOf(run: Run): TradeEnd {
  const trade = run.trades.get('t1')
  if (trade?.halted != null) return 'halted'
  if (trade?.flat == null) return 'open'
  return trade.hedged === null ? 'flat' : 'hedged'
}
