/**
 * The venue's budgets as far as we know them: per endpoint in any rolling second, per address in any 5 s, and the ban.
 *
 *   tryTake(op) ─► null: send          observe(op, headers): the cap is learnt, foreign use and resets respected
 *               └► denial: do not      ban(untilUs): nothing is sent until then
 *
 * A token bucket would let 19 creates pass in one of the venue's windows, so calls are counted by the time they were
 * sent. Nothing queues here: no budget means no call, and the caller decides what is worth waiting for.
 */
import type { Clock } from '../seams/clock.ts'
import type { EndpointName } from './endpoints.ts'
import { ENDPOINTS } from './endpoints.ts'
import type { HttpHeaders } from './http.ts'

/** Why a call was not sent. Becomes a refusal; nothing left this process. */
export interface Denial {
  readonly code: 10006 | 403
  readonly reason: string
  readonly retryAfterMs: number
  readonly bannedUntilUs?: number
}

export interface LimitsOptions {
  /** Order creates that may be sent in any rolling second; fewer when the venue's headers allow fewer, never more (P8). */
  readonly createsPerSecond: number
  /** REST calls of all kinds this address may send in any 5 s. */
  readonly ipCallsPer5s: number
  readonly clock: Clock
  /** The venue's clock, ms, to read the reset header by. */
  readonly venueNowMs?: () => number
}

export interface Limits {
  /** Order creates that may be sent now. */
  createsFree(): number
  /** Whether a look at the books that nobody waits for may be sent: a quarter of the address's budget is free. */
  mayLook(): boolean
  /** Counts a call that is about to be sent, or says why it must not be. */
  tryTake(op: EndpointName): Denial | null
  /** Reads the `X-Bapi-Limit*` headers of a reply to a call sent at `sentUs` (default: now). */
  observe(op: EndpointName, headers: HttpHeaders, sentUs?: number): void
  /** Refuses everything until a monotonic moment, µs. */
  ban(untilUs: number): void
  bannedUntilUs(): number
}

/** The venue counts arrivals, we count departures: two calls a second apart may arrive closer together. */
const SLACK_US = 50_000
const SECOND_US = 1_000_000
const IP_SPAN_US = 5_000_000
/** Calls of the address's budget that only orders and cancels may use: reads must not starve an unwind. */
const IP_RESERVED = 20
/** A reset header further away than this is not believed. */
const RESET_MAX_MS = 10_000
/**
 * Without a reset to go by. What is limited may be an unwind, whose own bound is one second (P6), so it must get a second
 * chance before that is over; an opening leg should not be waited for that long, so it is more than a leg may rest.
 */
const RESET_UNKNOWN_MS = 600
const CAP_MAX = 100_000

interface Counter {
  /** What the venue allows, as far as it has said. */
  cap: number
  /** What we allow ourselves of it. */
  readonly ownMax: number
  readonly window: Window
  /** Calls somebody else made on this account, as the last reply's headers imply. */
  foreign: number
  foreignUntilUs: number
  blockedUntilUs: number
  /** The venue itself has said when this counter is free again, in its last reply. */
  resetNamed: boolean
}

export function createLimits({ createsPerSecond, ipCallsPer5s, clock, venueNowMs }: LimitsOptions): Limits {
  const counters = new Map<EndpointName, Counter>()
  for (const [name, { perSecond }] of Object.entries(ENDPOINTS) as [EndpointName, { perSecond: number | null }][]) {
    if (name === 'create') counters.set(name, newCounter(createsPerSecond, createsPerSecond))
    else if (perSecond !== null) counters.set(name, newCounter(perSecond, CAP_MAX))
  }
  const address = createWindow(IP_SPAN_US + SLACK_US)
  const reserved = Math.min(IP_RESERVED, Math.floor(ipCallsPer5s / 4))
  let bannedUntilUs = 0

  const ipFreeAt = (nowUs: number): number => (nowUs < bannedUntilUs ? 0 : ipCallsPer5s - address.count(nowUs))

  return {
    createsFree() {
      const nowUs = clock.nowUs()
      return Math.max(0, Math.min(freeOf(counters.get('create')!, nowUs), ipFreeAt(nowUs)))
    },
    mayLook: () => ipFreeAt(clock.nowUs()) > ipCallsPer5s / 4,
    tryTake(op) {
      const nowUs = clock.nowUs()
      if (nowUs < bannedUntilUs) return banned(bannedUntilUs, nowUs)
      const { operation } = ENDPOINTS[op]
      const kept = operation === 'submit' || operation === 'cancel' ? 0 : reserved
      if (ipFreeAt(nowUs) <= kept) {
        return limited(`${ipCallsPer5s} calls per 5 s from this address are used up`, address.freesInMs(nowUs))
      }
      const counter = counters.get(op)
      if (counter !== undefined && sendableOf(counter, nowUs) <= 0) {
        return limited(
          `${Math.min(counter.ownMax, counter.cap)} ${op} calls per second are used up`,
          waitMs(counter, nowUs),
        )
      }
      address.add(nowUs)
      counter?.window.add(nowUs)
      return null
    },
    observe(op, headers, sentUs) {
      const counter = counters.get(op)
      const nowUs = clock.nowUs()
      if (counter !== undefined) learn(counter, headers, sentUs ?? nowUs, nowUs, venueNowMs?.() ?? clock.wallMs())
    },
    ban(untilUs) {
      bannedUntilUs = Math.max(bannedUntilUs, untilUs)
    },
    bannedUntilUs: () => bannedUntilUs,
  }
}

/** How long until the limit's reset header, ms; at least 1, and 600 when there is no believable header. */
export function resetAfterMs(headers: HttpHeaders, venueNowMs: number): number {
  const reset = count(headers['x-bapi-limit-reset-timestamp'])
  if (reset === null) return RESET_UNKNOWN_MS
  const wait = Math.ceil(reset - venueNowMs)
  return wait > RESET_MAX_MS ? RESET_UNKNOWN_MS : Math.max(1, wait)
}

function learn(counter: Counter, headers: HttpHeaders, sentUs: number, nowUs: number, venueNowMs: number): void {
  const cap = count(headers['x-bapi-limit'])
  const remaining = count(headers['x-bapi-limit-status'])
  if (cap !== null && cap >= 1 && cap <= CAP_MAX) counter.cap = cap
  if (remaining === null) return
  // What the venue counted when the call reached it, less what we had sent by then, somebody else sent.
  counter.foreign = Math.max(0, counter.cap - remaining - counter.window.count(sentUs))
  counter.foreignUntilUs = sentUs + SECOND_US + SLACK_US
  // The reset lies ahead only after the limit was exceeded; otherwise the header says "now".
  const resetMs = count(headers['x-bapi-limit-reset-timestamp'])
  counter.resetNamed = remaining === 0 && resetMs !== null && resetMs > venueNowMs
  if (!counter.resetNamed) return
  counter.blockedUntilUs = nowUs + resetAfterMs(headers, venueNowMs) * 1000
}

function freeOf(counter: Counter, nowUs: number): number {
  if (nowUs < counter.blockedUntilUs) return 0
  const foreign = nowUs < counter.foreignUntilUs ? counter.foreign : 0
  return Math.min(counter.ownMax, counter.cap - foreign) - counter.window.count(nowUs)
}

/**
 * Calls that may be tried now. What others use counts until a second has passed, unless the venue has named an earlier
 * moment: then an unwind waits no longer than it says. New trades are let in by `freeOf`, which stays careful.
 */
function sendableOf(counter: Counter, nowUs: number): number {
  const released = counter.resetNamed && nowUs >= counter.blockedUntilUs
  return released ? Math.min(counter.ownMax, counter.cap) - counter.window.count(nowUs) : freeOf(counter, nowUs)
}

function waitMs(counter: Counter, nowUs: number): number {
  const blockedMs = (counter.blockedUntilUs - nowUs) / 1000
  return Math.max(1, Math.ceil(blockedMs > 0 ? blockedMs : counter.window.freesInMs(nowUs)))
}

function newCounter(cap: number, ownMax: number): Counter {
  return {
    cap,
    ownMax,
    window: createWindow(SECOND_US + SLACK_US),
    foreign: 0,
    foreignUntilUs: 0,
    blockedUntilUs: 0,
    resetNamed: false,
  }
}

function limited(reason: string, retryAfterMs: number): Denial {
  return { code: 10006, reason: `not sent: ${reason}`, retryAfterMs: Math.max(1, Math.ceil(retryAfterMs)) }
}

function banned(untilUs: number, nowUs: number): Denial {
  const retryAfterMs = Math.ceil((untilUs - nowUs) / 1000)
  return { code: 403, reason: 'not sent: this address is banned by the venue', retryAfterMs, bannedUntilUs: untilUs }
}

function count(header: string | readonly string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : null
}

interface Window {
  /** Calls in the span that ends at a moment, which may lie up to two spans back. */
  count(atUs: number): number
  add(nowUs: number): void
  /** Until the oldest call that still counts leaves the window, ms; 0 when it is empty. */
  freesInMs(nowUs: number): number
}

/** A window has room for so many calls at first. */
const WINDOW_FIRST = 16

/** Times of calls, oldest first, in a circular buffer that grows when it must; forgotten after three spans. */
function createWindow(spanUs: number): Window {
  let times = new Array<number>(WINDOW_FIRST).fill(0)
  let head = 0
  let size = 0
  const at = (index: number): number => times[(head + index) % times.length]!
  /** How many of the kept times are not after a moment; they are in order, so by halving. */
  const upTo = (atUs: number): number => {
    let low = 0
    let high = size
    while (low < high) {
      const middle = (low + high) >> 1
      if (at(middle) <= atUs) low = middle + 1
      else high = middle
    }
    return low
  }
  const grow = (): void => {
    const larger = new Array<number>(times.length * 2).fill(0)
    for (let i = 0; i < size; i += 1) larger[i] = at(i)
    times = larger
    head = 0
  }
  return {
    count: (atUs) => upTo(atUs) - upTo(atUs - spanUs),
    add(nowUs) {
      const forgotten = upTo(nowUs - 3 * spanUs)
      head = (head + forgotten) % times.length
      size -= forgotten
      if (size === times.length) grow()
      times[(head + size) % times.length] = nowUs
      size += 1
    },
    freesInMs(nowUs) {
      const gone = upTo(nowUs - spanUs)
      return gone === size ? 0 : (at(gone) + spanUs - nowUs) / 1000
    },
  }
}
