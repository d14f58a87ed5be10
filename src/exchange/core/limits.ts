/**
 * Requests per rolling second, per account and endpoint. Source: facts §9 (a window that slides, not a bucket that
 * refills: 10 at once, then none until a second after the first of them).
 */
export interface EndpointLimit {
  readonly limit: number
  /** Times of the latest `limit` requests that were let through, as a ring. */
  readonly times: Float64Array
  next: number
}

export interface LimitVerdict {
  readonly allowed: boolean
  readonly limit: number
  readonly remaining: number
  /** When the next request would be let through; now unless the limit was exceeded. ms. */
  readonly resetMs: number
}

const WINDOW_MS = 1_000

/** What an endpoint counts as; endpoints of one group still have a counter each. */
export type LimitGroup = 'create' | 'amend' | 'cancel' | 'cancelAll' | 'read' | 'settings'

export function createLimit(limit: number): EndpointLimit {
  return { limit, times: new Float64Array(limit).fill(Number.NEGATIVE_INFINITY), next: 0 }
}

/** Counts one request, unless it is one too many. */
export function visit(counter: EndpointLimit, nowMs: number): LimitVerdict {
  const { limit, times } = counter
  const oldestMs = times[counter.next]!
  if (nowMs - oldestMs < WINDOW_MS)
    return { allowed: false, limit, remaining: 0, resetMs: Math.ceil(oldestMs + WINDOW_MS) }
  times[counter.next] = nowMs
  counter.next = (counter.next + 1) % limit
  return { allowed: true, limit, remaining: limit - usedSince(counter, nowMs - WINDOW_MS), resetMs: Math.floor(nowMs) }
}

/** How many of the remembered requests are younger than `sinceMs`: a binary search, as the ring is in order of time. */
function usedSince(counter: EndpointLimit, sinceMs: number): number {
  const { limit, times, next } = counter
  let low = 0
  let high = limit
  while (low < high) {
    const middle = (low + high) >> 1
    if (times[(next + middle) % limit]! > sinceMs) high = middle
    else low = middle + 1
  }
  return limit - low
}
