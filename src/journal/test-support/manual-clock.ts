/**
 * A clock that stands still until it is told to move. Its timers fire while it moves, in their order.
 */
import type { Clock } from '../../seams/clock.ts'

export interface ManualClock extends Clock {
  advance(ms: number): void
  /** Timers that wait. */
  readonly waiting: number
}

export function manualClock(startUs = 1_000_000): ManualClock {
  let nowUs = startUs
  const timers = new Map<symbol, { readonly dueUs: number; readonly callback: () => void }>()
  const after = (ms: number, callback: () => void): (() => void) => {
    const key = Symbol('timer')
    timers.set(key, { dueUs: nowUs + ms * 1_000, callback })
    return () => void timers.delete(key)
  }
  return {
    nowUs: () => nowUs,
    wallMs: () => nowUs / 1_000,
    sleep: (ms) => new Promise((resolve) => void after(ms, resolve)),
    after,
    get waiting() {
      return timers.size
    },
    advance(ms) {
      nowUs += ms * 1_000
      for (const [key, { dueUs, callback }] of [...timers].sort(([, a], [, b]) => a.dueUs - b.dueUs)) {
        if (dueUs > nowUs || !timers.delete(key)) continue
        callback()
      }
    },
  }
}
