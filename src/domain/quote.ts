/**
 * The best bid and ask of one instrument at one moment, in integers.
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
