/**
 * Requests per rolling window, per account and endpoint. Source: facts §9 (a window that slides, not a bucket that
 * refills: 10 at once, then none until a second after the first of them).
 */
export interface EndpointLimit {
  readonly limit: number
  readonly windowMs: number
  /** Times of the latest `limit` visits that were let through, as a ring. */
  readonly times: Float64Array
  next: number
}

export interface LimitVerdict {
  /** How many of the visits asked for were let through. */
  readonly admitted: number
  readonly limit: number
  readonly remaining: number
  /** When the next visit would be let through; now unless the limit was exceeded. ms. */
  readonly resetMs: number
}

/** What an endpoint counts as, by the name it has in the world's `limits`; endpoints of one group have a counter each. */
export type LimitGroup =
  | 'create'
  | 'amend'
  | 'cancel'
  | 'cancelAll'
  | 'createBatch'
  | 'amendBatch'
  | 'cancelBatch'
  | 'read'
  | 'transactionLog'
  | 'settings'
  | 'rare'
  | 'applyMoney'

/** What an account starts with, and demo keeps (facts §1, §9). */
export const DEFAULT_TIER: Readonly<Record<LimitGroup, number>> = {
  create: 10,
  amend: 10,
  cancel: 10,
  cancelAll: 10,
  createBatch: 10,
  amendBatch: 10,
  cancelBatch: 10,
  read: 50,
  transactionLog: 25,
  settings: 10,
  rare: 5,
  applyMoney: 1,
}

const SECOND_MS = 1_000
const MINUTE_MS = 60_000

/** Demo funds are counted by the minute, everything else by the second. */
export function windowMsOf(group: LimitGroup): number {
  return group === 'applyMoney' ? MINUTE_MS : SECOND_MS
}

export function createLimit(limit: number, windowMs: number): EndpointLimit {
  return { limit, windowMs, times: new Float64Array(limit).fill(Number.NEGATIVE_INFINITY), next: 0 }
}

/** Counts visits one by one until they are one too many; those beyond the limit leave no trace. */
export function visit(counter: EndpointLimit, nowMs: number, asked = 1): LimitVerdict {
  const { limit, times, windowMs } = counter
  let admitted = 0
  while (admitted < asked && nowMs - times[counter.next]! >= windowMs) {
    times[counter.next] = nowMs
    counter.next = (counter.next + 1) % limit
    admitted += 1
  }
  if (admitted < asked) {
    return { admitted, limit, remaining: 0, resetMs: Math.ceil(times[counter.next]! + windowMs) }
  }
  return { admitted, limit, remaining: limit - usedSince(counter, nowMs - windowMs), resetMs: Math.floor(nowMs) }
}

/** How many of the remembered visits are younger than `sinceMs`: a binary search, as the ring is in order of time. */
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
