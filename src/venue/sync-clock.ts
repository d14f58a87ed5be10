/**
 * Asking the venue's time: four questions on four sockets at once, the fastest answer counts. The sockets are opened
 * and kept warm by the same questions, so that no leg of a trade pays for a connection.
 */
import type { Clock } from '../seams/clock.ts'
import type { Caller } from './call.ts'
import type { Outcome } from './gateway.ts'
import { misunderstood, READ_RECV_WINDOW_MS } from './paging.ts'
import type { ClockSample, VenueClock } from './venue-clock.ts'

export interface ClockSync {
  /** Venue clock minus this machine's wall clock, ms. */
  readonly offsetMs: number
  readonly roundTripMs: number
}

export interface ClockSyncOptions {
  readonly caller: Caller
  readonly clock: Clock
  readonly venueClock: VenueClock
  readonly readTimeoutMs: number
  readonly onSynced: (sync: ClockSync) => void
}

/**
 * Two per leg: undici frees a socket one turn of the event loop after its reply, so an order sent in answer to a reply
 * (an unwind, say) needs another socket than the one the reply came on.
 */
const WARM_SOCKETS = 4

/** Calls made while one is under way share its answer. Not repeated inside: the caller syncs again anyway. */
export function createClockSync(options: ClockSyncOptions): () => Promise<Outcome<ClockSync>> {
  let underWay: Promise<Outcome<ClockSync>> | null = null
  return () => {
    underWay ??= sync(options).finally(() => {
      underWay = null
    })
    return underWay
  }
}

async function sync(options: ClockSyncOptions): Promise<Outcome<ClockSync>> {
  const { clock, venueClock, onSynced } = options
  const answers = await Promise.all(Array.from({ length: WARM_SOCKETS }, () => ask(options)))
  let best: ClockSample | null = null
  for (const answer of answers) {
    if (answer.kind === 'done' && (best === null || tripUs(answer.value) < tripUs(best))) best = answer.value
  }
  if (best === null) return answers[0] as Exclude<Outcome<never>, { kind: 'done' }>
  venueClock.adopt(best)
  const synced = { offsetMs: venueClock.nowMs() - clock.wallMs(), roundTripMs: tripUs(best) / 1000 }
  onSynced(synced)
  return { kind: 'done', value: synced }
}

async function ask({ caller, clock, readTimeoutMs }: ClockSyncOptions): Promise<Outcome<ClockSample>> {
  const askedUs = clock.nowUs()
  const limits = { timeoutMs: readTimeoutMs, recvWindowMs: READ_RECV_WINDOW_MS }
  const { outcome } = await caller('time', {}, limits).called
  if (outcome.kind !== 'done') return outcome
  const { venueMs } = outcome.value
  if (venueMs === null) return misunderstood('time', 'the envelope has no time')
  return { kind: 'done', value: { askedUs, answeredUs: clock.nowUs(), venueMs } }
}

function tripUs({ askedUs, answeredUs }: ClockSample): number {
  return answeredUs - askedUs
}
