/**
 * What the promises do not cover: how much longer a trade may take in a schedule than the bounds say, and why.
 *
 *   bound of the promise                 one answer lost anywhere, a venue that is prompt, a market that takes orders
 * + what each disturbance itself takes   the delay it names, the time until a client gives up what never comes
 * + the world's own slowness             once for every order: matching, streams, the wire
 * + no bound at all                      where the venue or the market would not take what closes the trade
 *
 * It is read off what really happened (faults applied, orders the venue ended short), never off what was planned. Only
 * times are ever excused here; amounts, ids and books are not.
 */
import { RECOVERY_TRADE, SWEEP_TRADE } from '../domain/leftover.ts'
import type { FaultPlan } from '../faults/plan-types.ts'
import type { JournalLine } from '../journal/events.ts'
import { linesOf, type Run, type RunOrder, type RunTrade } from '../journal/run.ts'
import type { Schedule } from './stage.ts'

export interface Allowance {
  /** On top of every bound, ms. */
  readonly moreMs: number
  /** Why no bound holds at all; null when they do. */
  readonly because: 'banned' | 'not taken' | null
}

/** Reads are tried three times, with pauses; so long may be lost by one question that never gets its answer, ms. */
const QUESTION_MS = 3_000
/** A limit counts any rolling second, and the client keeps a little more between itself and it, ms. */
const LIMIT_MS = 1_050
/** Reconnecting takes a handshake, a login, a subscription, a reconciliation and a pause before that, ms. */
const RECONNECT_MS = 1_500
/** Round trips in the life of one order: it is sent, cancelled, asked after. */
const TRIPS_PER_ORDER = 4

/** What a trade is excused. */
export function allowanceOf(schedule: Schedule, run: Run, trade: RunTrade): Allowance {
  // What a trade leaves is the sweep's to close, and late by what disturbs the sweep.
  const untilUs = trade.flat === null ? Math.max(trade.lastUs, run.trades.get(SWEEP_TRADE)?.lastUs ?? 0) : trade.lastUs
  const met = run.faults.applied.filter(({ at }) => at <= untilUs)
  const [first] = met
  const disturbedMs = met.reduce((sum, line) => sum + costMs(schedule, line), 0)
  // One lost answer is in the bounds already; a limit is none. For what a kill left, the kill was as good as one.
  const isOnlyAnswer =
    met.length === 1 &&
    trade.tradeId !== RECOVERY_TRADE &&
    first!.data.party.startsWith('rest') &&
    !first!.data.verdict.startsWith('rate-limit')
  const moreMs = (isOnlyAnswer ? 0 : disturbedMs) + slowMs(schedule) * Math.max(1, trade.orders.length)
  return { moreMs, because: isBanned(run) ? 'banned' : isNotTaken(run, trade) ? 'not taken' : null }
}

/** What is left of a trade may have been the sweep's to close, and as little taken. */
function isNotTaken(run: Run, { symbol, orders }: RunTrade): boolean {
  const swept = run.trades.get(SWEEP_TRADE)?.orders ?? []
  const closing = [...orders, ...swept.filter(({ submitted }) => submitted?.data.symbol === symbol)]
  return closing.some((order) => wasNotTaken(run, order))
}

/** An address ban ends everything for ten minutes: nothing can be asked or closed. */
export function isBanned(run: Run): boolean {
  return run.faults.applied.some(({ data }) => data.verdict === 'http 403')
}

/** A create, or the whole process between meaning one and sending it, was held up. */
export function werePostponed(run: Run): boolean {
  return run.faults.applied.some(({ data: { party, op, verdict } }) => {
    const isCreate = party === 'rest-request' && op === 'create' && verdict.startsWith('delay')
    return isCreate || party === 'process'
  })
}

/**
 * A create that arrived twice was refused once and taken once, since what the venue takes had changed in between, and the
 * client heard of the refusal only: its trade is over until the venue's executions are read.
 */
export function wasRefusedYetTaken(run: Run): boolean {
  const taken = new Set(
    run.truth?.data.orders.filter(({ filledLots }) => filledLots > 0).map(({ clientId }) => clientId),
  )
  const doubled = run.faults.applied.filter(({ data }) => data.verdict === 'duplicate')
  return linesOf(run, 'order.refused').some(
    ({ data: { clientId } }) => taken.has(clientId) && doubled.some(({ data }) => isCreateOf(data, clientId)),
  )
}

/** The most orders that were sent with less than a second between the first and the last. What the budget kept back was not. */
export function mostSentInASecond(run: Run): number {
  const kept = linesOf(run, 'order.refused').filter(({ data }) => data.reason.startsWith('not sent:'))
  const keptIds = new Set(kept.map(({ data }) => data.clientId))
  const sent = linesOf(run, 'order.submitted').filter(({ data }) => !keptIds.has(data.clientId))
  const atUs = sent.map(({ at }) => at)
  return Math.max(0, ...atUs.map((last, index) => index + 1 - atUs.findIndex((first) => last - first < 1_000_000)))
}

/**
 * A closing order that got nowhere: refused, never arrived (proved, or cut off by the end while a fault had kept it from
 * the venue), held back by the budget of orders, or ended short of what it asked, since the market would not take it.
 */
function wasNotTaken(run: Run, { submitted, refused, absent, clientId }: RunOrder): boolean {
  if (submitted === null || submitted.data.purpose === 'entry') return false
  if (refused !== null || absent !== null) return true
  if (run.truth === null) return false
  const row = run.truth.data.orders.find((order) => order.clientId === clientId)
  if (row === undefined) return run.faults.applied.some(({ data }) => isCreateOf(data, clientId))
  return row.status !== 'Filled' && row.filledLots < submitted.data.lots
}

function isCreateOf({ party, op, clientId }: JournalLine<'fault.applied'>['data'], id: string): boolean {
  return party === 'rest-request' && op === 'create' && clientId === id
}

function costMs({ config, faults }: Schedule, { data }: JournalLine<'fault.applied'>): number {
  const verdict = verdictOf(faults, data.name)
  const wait = verdict !== undefined && 'ms' in verdict ? Math.abs(verdict.ms) : 0
  // Wall time is asked for at the start alone; monotonic time and the venue's are never wrong.
  if (data.party === 'clock') return 0
  // What it had asked may be given up while the answer lies there, as if that were lost.
  if (data.party === 'process') return wait + settleMs(config)
  if (data.party.startsWith('rest')) {
    const reset = verdict?.do === 'rate-limit' ? Math.max(verdict.resetMs, LIMIT_MS) : 0
    return wait + reset + (data.op === 'create' || data.op === 'cancel' ? settleMs(config) : QUESTION_MS)
  }
  if (data.op === 'socket' || data.op === 'connect' || data.op === 'pong' || data.op === 'ack') {
    return wait + config.silencePrivateMs + config.pingIntervalMs + RECONNECT_MS
  }
  return wait + QUESTION_MS
}

/** Until an order whose answer is lost is known, as in the bounds: config.ts. */
function settleMs({
  orderTimeoutMs,
  unknownMaxMs,
  legTimeoutMs,
  orderRecvWindowMs,
  readLagMs,
}: Schedule['config']): number {
  return Math.max(orderTimeoutMs + Math.max(unknownMaxMs, legTimeoutMs), orderRecvWindowMs) + readLagMs
}

function verdictOf({ faults }: FaultPlan, name: string): FaultPlan['faults'][number]['verdict'] | undefined {
  return faults.find((fault) => fault.name === name)?.verdict
}

/** By how much one order may be later here than at a venue that is prompt, ms. */
function slowMs({ world, latency, changes = [] }: Schedule): number {
  const { ackDelayMs, cancelDelayMs, jitterMs, delays, partialFills } = world.matching
  const changed = changes.flatMap(({ change }) => (change.do === 'matchDelay' ? [change.delayMs] : []))
  const matching = Math.max(0, ...delays.map(({ delayMs }) => delayMs), ...changed)
  const pieces = Math.max(0, ...partialFills.flatMap(({ fills }) => fills.map(({ afterMs }) => afterMs)))
  const topics = Object.values(world.streamDelays).map((ms) => ms ?? 0)
  const streams = Math.max(world.streamDelayMs, ...topics) + world.streamJitterMs
  return ackDelayMs + cancelDelayMs + jitterMs + matching + pieces + streams + TRIPS_PER_ORDER * 2 * latency.toMs
}
