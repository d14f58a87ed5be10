/**
 * So many events in any stretch of time: a ring of the last N moments. One is too many when the moment N places ago is
 * younger than the stretch; it is not counted then, so refused events do not lengthen a refusal.
 */
export interface Rolling {
  /** Counts one event, unless it is one too many. */
  admit(nowMs: number): boolean
  /** When the latest event was counted, ms; minus infinity before the first. */
  latestMs(): number
}

export function createRolling(count: number, windowMs: number): Rolling {
  const times = new Float64Array(count).fill(Number.NEGATIVE_INFINITY)
  let next = 0
  return {
    admit(nowMs) {
      if (nowMs - times[next]! < windowMs) return false
      times[next] = nowMs
      next = (next + 1) % count
      return true
    },
    latestMs: () => times[(next + count - 1) % count]!,
  }
}
