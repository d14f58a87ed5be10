/**
 * How noisy this machine was while a budget was measured: asked only when a value lies outside its budget.
 *
 * The scenario's own process is idle during a load run. Whenever its event loop is late all the same, somebody else had
 * the processors; a percentile measured then tells about the neighbours.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 5
/** An idle loop on a quiet machine is woken within a millisecond or two of its timer. */
const LATE_P99_MS = 8

/** Starts watching; `stop` returns why the machine was too noisy to judge, or null. */
export function watchMachine(): { stop(): string | null } {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  return {
    stop() {
      delay.disable()
      const lateMs = delay.percentile(99) / 1e6 - RESOLUTION_MS
      if (lateMs <= LATE_P99_MS) return null
      return `the machine was too noisy: an idle event loop was ${lateMs.toFixed(1)} ms late at p99 while this was measured`
    },
  }
}
