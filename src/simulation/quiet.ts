/**
 * How long after a run's end the venue's books are asked.
 *
 *   sent ─► its process stands still ─► the wire ─► arrives ─► meets the book ─► its last piece ─► cancelled ─► in the books
 *
 * After a run that ended well: when whatever it sent last must have gone all of this way. After any other: when its schedule
 * says, since what a run leaves open counts as open until somebody looks, however soon it could have been seen.
 */
import type { RunResult } from '../runtime-types.ts'
import type { Schedule } from './stage.ts'

/** Unless the schedule says otherwise, ms. */
const QUIET_MS = 5_000
/** The venue acts at whole milliseconds: one more at every stop of the way. */
const ROUNDED_MS = 10

export function quietMsAfter({ exitCode }: Pick<RunResult, 'exitCode'>, schedule: Schedule): number {
  if (exitCode !== 0) return schedule.quietMs ?? QUIET_MS
  return wireMsMax(schedule) + venueMsMax(schedule) + ROUNDED_MS
}

/** From the call that sends an order to its arrival, at most. */
function wireMsMax({ faults, latency }: Schedule): number {
  let pausedMs = 0
  let delayedMs = 0
  for (const { verdict, times } of faults.faults) {
    if (verdict.do === 'pause') pausedMs += verdict.ms * (times ?? 1)
    // One fault at most strikes a request on its way.
    if (verdict.do === 'delay') delayedMs = Math.max(delayedMs, verdict.ms)
  }
  // What arrives twice leaves for the second time when the first answer is there.
  return pausedMs + delayedMs + 3 * latency.toMs
}

/** From an order's arrival to where its end shows in the books, at most. */
function venueMsMax({ world, changes = [] }: Schedule): number {
  const { delays, partialFills, ackDelayMs, jitterMs, cancelDelayMs } = world.matching
  const changed = changes.map(({ change }) => (change.do === 'matchDelay' ? change.delayMs : 0))
  const matchMs = Math.max(ackDelayMs, ...changed, ...delays.map(({ delayMs }) => delayMs)) + jitterMs
  // A piece of a schedule that was made small may say nothing of when: it comes at once.
  const pieceMs = Math.max(0, ...partialFills.flatMap(({ fills }) => fills.map(({ afterMs = 0 }) => afterMs)))
  return matchMs + pieceMs + cancelDelayMs + world.readLagMs
}
