/**
 * Requests per rolling window, per account and endpoint. Source: facts §9 (a window that slides, not a bucket that
 * refills: 10 at once, then none until a second after the first of them).
 */
export interface EndpointLimit {
  readonly limit: number
  readonly windowMs: number
  /** Times of visits that were let through, oldest first; those before `first` are out of the window. */
  readonly times: number[]
  first: number
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
  return { limit, windowMs, times: [], first: 0 }
}

/** Counts visits one by one until they are one too many; those beyond the limit leave no trace. */
export function visit(counter: EndpointLimit, nowMs: number, asked = 1): LimitVerdict {
  forget(counter, nowMs)
  const { limit, times, windowMs } = counter
  const free = limit - (times.length - counter.first)
  const admitted = Math.min(asked, free)
  for (let n = 0; n < admitted; n += 1) times.push(nowMs)
  const resetMs = admitted < asked ? Math.ceil(times[counter.first]! + windowMs) : Math.floor(nowMs)
  return { admitted, limit, remaining: free - admitted, resetMs }
}

/** Once in a while, so that moving the rest to the front costs next to nothing for each visit. */
const FORGOTTEN_AT_LEAST = 64

function forget(counter: EndpointLimit, nowMs: number): void {
  const { times, windowMs } = counter
  while (counter.first < times.length && nowMs - times[counter.first]! >= windowMs) counter.first += 1
  if (counter.first < FORGOTTEN_AT_LEAST || 2 * counter.first < times.length) return
  times.copyWithin(0, counter.first)
  times.length -= counter.first
  counter.first = 0
}
