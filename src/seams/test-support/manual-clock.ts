/**
 * A clock that stands still until it is told to move. Its timers fire while it moves, in their order.
 *
 *   advance(ms)   the process was away: everything due fires late, at the new moment
 *   pass(ms)      time goes by: every timer at its own moment, what it set off is done before the next
 */
import type { Clock } from '../clock.ts'

export interface ManualClock extends Clock {
  advance(ms: number): void
  pass(ms: number): Promise<void>
  /** Timers that wait. */
  readonly waiting: number
}

/** Everything that can happen without time going by has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

export function manualClock(startUs = 1_000_000): ManualClock {
  let nowUs = startUs
  const timers = new Map<symbol, { readonly dueUs: number; readonly callback: () => void }>()
  const after = (ms: number, callback: () => void): (() => void) => {
    const key = Symbol('timer')
    timers.set(key, { dueUs: nowUs + ms * 1_000, callback })
    return () => void timers.delete(key)
  }
  const inOrder = (): [symbol, { readonly dueUs: number; readonly callback: () => void }][] =>
    [...timers].sort(([, a], [, b]) => a.dueUs - b.dueUs)
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
      for (const [key, { dueUs, callback }] of inOrder()) {
        if (dueUs > nowUs || !timers.delete(key)) continue
        callback()
      }
    },
    async pass(ms) {
      const endUs = nowUs + ms * 1_000
      await settled()
      for (let next = inOrder()[0]; next !== undefined && next[1].dueUs <= endUs; next = inOrder()[0]) {
        const [key, { dueUs, callback }] = next
        nowUs = Math.max(nowUs, dueUs)
        timers.delete(key)
        callback()
        await settled()
      }
      nowUs = endUs
    },
  }
}
