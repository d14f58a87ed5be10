/**
 * Requests per rolling window, per account and endpoint. Source: facts §9 (a window that slides, not a bucket that
 * refills: 10 at once, then none until a second after the first of them).
 */
export interface EndpointLimit {
  readonly limit: number
  readonly windowMs: number
  /** Times of the visits in the window: a ring that grows when it has to, its oldest at `first`. */
  times: number[]
  first: number
  held: number
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
  return { limit, windowMs, times: [], first: 0, held: 0 }
}

/** Counts visits one by one until they are one too many; those beyond the limit leave no trace. */
export function visit(counter: EndpointLimit, nowMs: number, asked = 1): LimitVerdict {
  forget(counter, nowMs)
  const { limit, windowMs } = counter
  const free = limit - counter.held
  const admitted = Math.min(asked, free)
  for (let n = 0; n < admitted; n += 1) note(counter, nowMs)
  const resetMs = admitted < asked ? Math.ceil(counter.times[counter.first]! + windowMs) : Math.floor(nowMs)
  return { admitted, limit, remaining: free - admitted, resetMs }
}

function note(counter: EndpointLimit, nowMs: number): void {
  if (counter.held === counter.times.length) grow(counter)
  const { times, first, held } = counter
  const at = first + held
  // Compared, not divided by the length: this runs with every request.
  times[at < times.length ? at : at - times.length] = nowMs
  counter.held += 1
}

function grow(counter: EndpointLimit): void {
  const { times, first } = counter
  const inOrder = [...times.slice(first), ...times.slice(0, first)]
  counter.times = inOrder.concat(new Array<number>(Math.max(8, times.length)).fill(0))
  counter.first = 0
}

function forget(counter: EndpointLimit, nowMs: number): void {
  const { times, windowMs } = counter
  while (counter.held > 0 && nowMs - times[counter.first]! >= windowMs) {
    counter.first = counter.first + 1 < times.length ? counter.first + 1 : 0
    counter.held -= 1
  }
}
