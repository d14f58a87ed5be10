/**
 * The best bid and ask of one instrument at one moment, in integers. A side nobody is on has zero lots at zero ticks: such a
 * quote replaces the one before it, and nothing is traded on it.
 */
export interface Quote {
  /** Position of the instrument in the run's symbol list. */
  readonly symbolIndex: number
  readonly bidTicks: number
  readonly bidLots: number
  readonly askTicks: number
  readonly askLots: number
  /** The venue's own time of the frame, ms since 1970 (`ts`). */
  readonly venueMs: number
  /** When the bytes reached this process, monotonic µs. */
  readonly receivedUs: number
  /** The venue's update id (`u`): an equal one is a keep-alive, a lower one is old, 1 is a restart. */
  readonly updateId: number
}

/** Somebody bids and somebody offers. */
export function hasBothSides(quote: Pick<Quote, 'bidTicks' | 'askTicks' | 'bidLots' | 'askLots'>): boolean {
  return quote.bidTicks > 0 && quote.askTicks > 0 && quote.bidLots > 0 && quote.askLots > 0
}
