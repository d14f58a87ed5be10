/**
 * P6 emergency-close: when one leg fails and the other has filled, the survivor is taken off in time, by two clocks.
 *
 *   venue:    later of {survivor's first fill, end of the other leg} ──────► execution that brings the net to 0
 *   executor: dueUs ──≤ 50 ms──► trade.failed ─────────────────────────────► fill that brings our net to 0
 *
 * The end of the other leg is the moment after which nobody had to wait for it: the venue ended its order, or refused
 * it, or never saw it until the deadline of a submit that got no answer had passed.
 *
 * An unwind whose own outcome is unknown may not be repeated before it is known (D10). How long that took is told, and it
 * is allowed for only as far as the configuration allows it; when the net came back to 0 the venue's books tell.
 */
import { sideOf } from '../../domain/order.ts'
import type { JournalLine } from '../events.ts'
import { atMost, firstOf, type Judgement, mostOf, plural, round } from '../finding.ts'
import type { RunOrder, RunTrade } from '../run.ts'
import { changesByTrade } from './attribution.ts'
import { type Books, isTerminal, type OurExecution } from './books.ts'
import { type Change, firstZeroFrom } from './exposure.ts'

/** How long after it could be known a failure may be noticed, ms. Design §4. */
const DETECTION_MAX_MS = 50

interface EmergencyClose {
  readonly tradeId: string
  /** Null: never closed. */
  readonly venueMs: number | null
  readonly executorMs: number | null
  readonly detectionMs: number
  /** What the close may take: the budget, and what its own unknown outcomes cost. */
  readonly boundMs: number
  readonly wrong: string | null
}

export function checkEmergencyClose(books: Books): Judgement {
  const byTrade = Map.groupBy(books.executions, (execution) => execution.tradeId)
  const changes = new Map(changesByTrade(books.executions).map((group) => [group.trade, group.changes]))
  const closes: EmergencyClose[] = []
  for (const trade of books.run.trades.values()) {
    if (trade.failed === null) continue
    const own = byTrade.get(trade.tradeId) ?? []
    const close = closeOf(books, trade, trade.failed, own, changes.get(trade.tradeId) ?? [])
    if (close !== null) closes.push(close)
  }
  if (closes.length === 0) {
    return { verdict: 'pass', summary: 'no trade failed with a leg filled', evidence: { closes: firstOf(closes) } }
  }
  const broken = closes.filter((close) => close.wrong !== null)
  const worst = closes.reduce((a, b) => (spareMs(b) < spareMs(a) ? b : a))
  const slowest = mostOf(closes, (close) => close.detectionMs)
  const evidence = { slowestDetectionMs: round(slowest), closes: firstOf(closes), broken: firstOf(broken) }
  const isLate = slowest > DETECTION_MAX_MS && spareMs(worst) >= 0
  const measure = isLate
    ? atMost(round(slowest), DETECTION_MAX_MS, 'ms')
    : atMost(round(tookMs(worst)), round(worst.boundMs), 'ms')
  if (broken.length > 0) {
    const summary = `${plural(broken.length, 'emergency close')} broke it; first ${broken[0]!.tradeId}: ${broken[0]!.wrong}`
    const onlyLate = broken.every(({ venueMs, executorMs }) => venueMs !== null && executorMs !== null)
    return { verdict: 'fail', summary, measure, onlyLate, evidence }
  }
  const summary = `${plural(closes.length, 'emergency close')}, flat within ${measure.worst} of ${measure.bound} ms, noticed within ${round(slowest)} of ${DETECTION_MAX_MS} ms`
  return { verdict: 'pass', summary, measure, evidence }
}

/** By the slower of the two clocks. */
function tookMs({ venueMs, executorMs }: EmergencyClose): number {
  return Math.max(venueMs ?? 0, executorMs ?? 0)
}

function spareMs(close: EmergencyClose): number {
  return close.boundMs - tookMs(close)
}

/** The two times and the detection of one failed trade; null when no leg survived the other. */
function closeOf(
  books: Books,
  trade: RunTrade,
  failed: JournalLine<'trade.failed'>,
  executions: readonly OurExecution[],
  changes: readonly Change[],
): EmergencyClose | null {
  const survivor = survivorOf(executions)
  if (survivor === null) return null
  const firstFillMs = executions.find((each) => each.leg === survivor)!.row.venueMs
  const fromMs = Math.max(firstFillMs, endOfOtherLegMs(books, trade, survivor, failed.at))
  const zeroMs = firstZeroFrom(changes, fromMs)
  const venueMs = zeroMs === null ? null : zeroMs - fromMs
  const executorMs = executorTook(trade, failed.at)
  const detectionMs = (failed.at - failed.data.dueUs) / 1e3
  const boundMs = books.bounds.closeBudgetMs + blindMs(books, trade, failed.at)
  const wrong = wrongWith({ venueMs, executorMs, detectionMs }, boundMs)
  return { tradeId: trade.tradeId, venueMs, executorMs, detectionMs, boundMs, wrong }
}

/** How long the close was blind: each of its orders of unknown outcome until something was known of it, as long as it may. */
function blindMs(books: Books, trade: RunTrade, failedAtUs: number): number {
  const closing = trade.orders.filter(({ submitted }) => submitted !== null && submitted.at >= failedAtUs)
  return closing.reduce((sum, { submitted, unknown, acknowledged, absent, ended, fills }) => {
    if (unknown === null) return sum
    const known = [acknowledged, absent, ended, fills[0]].flatMap((line) => (line == null ? [] : [line.at]))
    const forMs = (Math.min(...known) - submitted!.at) / 1e3
    return sum + Math.min(Math.max(forMs, 0), unansweredMaxMs(books))
  }, 0)
}

/** D10: no answer is no refusal. Until the venue can no longer accept it and its books can be trusted, it may exist. */
function unansweredMaxMs({ bounds }: Books): number {
  const { orderTimeoutMs, unknownMaxMs, orderRecvWindowMs, readLagMs } = bounds
  return Math.max(orderTimeoutMs, unknownMaxMs, orderRecvWindowMs + readLagMs)
}

function wrongWith(
  took: Pick<EmergencyClose, 'venueMs' | 'executorMs' | 'detectionMs'>,
  boundMs: number,
): string | null {
  if (took.venueMs === null) return 'never closed at the venue'
  if (took.executorMs === null) return 'never closed in our books'
  if (took.venueMs > boundMs) return `${round(took.venueMs)} ms by the venue's clock, more than ${boundMs}`
  if (took.executorMs > boundMs) return `${round(took.executorMs)} ms by our clock, more than ${boundMs}`
  if (took.detectionMs > DETECTION_MAX_MS) {
    return `noticed ${round(took.detectionMs)} ms after it could be known, more than ${DETECTION_MAX_MS}`
  }
  return null
}

/** The leg that opened more than the other; null when neither did. */
function survivorOf(executions: readonly OurExecution[]): 'long' | 'short' | null {
  const opened = { long: 0, short: 0 }
  for (const { leg, row } of executions) {
    if (leg !== null && row.side === sideOf(leg, false)) opened[leg] += row.lots
  }
  if (opened.long === opened.short) return null
  return opened.long > opened.short ? 'long' : 'short'
}

/** The latest end of the other leg's opening orders, on the venue's clock; minus infinity when it had none. */
function endOfOtherLegMs(books: Books, trade: RunTrade, survivor: 'long' | 'short', failedAtUs: number): number {
  return trade.orders
    .filter((order) => isOpeningOf(order, survivor === 'long' ? 'short' : 'long', failedAtUs))
    .reduce((latest, order) => Math.max(latest, endMs(books, order)), Number.NEGATIVE_INFINITY)
}

function isOpeningOf(order: RunOrder, leg: 'long' | 'short', beforeUs: number): boolean {
  const intent = order.submitted
  return intent !== null && intent.at <= beforeUs && intent.data.leg === leg && intent.data.side === sideOf(leg, false)
}

function endMs(books: Books, order: RunOrder): number {
  const row = books.ordersByClientId.get(order.clientId)?.[0]?.row
  if (row !== undefined && isTerminal(row)) return row.updatedMs
  if (order.refused !== null) return books.venueMs(order.refused.at)
  if (order.submitted === null) return Number.NEGATIVE_INFINITY
  return books.venueMs(order.submitted.at) + unansweredMaxMs(books)
}

/** From `trade.failed` until our own books are even again, ms; null when they never are. */
function executorTook(trade: RunTrade, failedAtUs: number): number | null {
  const intents = new Map(trade.orders.map((order) => [order.clientId, order.submitted?.data.side]))
  const changes = trade.fills.map((fill) => ({
    atMs: fill.at / 1e3,
    signedLots: intents.get(fill.data.clientId) === 'sell' ? -fill.data.lots : fill.data.lots,
  }))
  const failedMs = failedAtUs / 1e3
  // A survivor's fill may be learned after the failure; before it our books are even because they are empty.
  const zeroMs = firstZeroFrom(changes, Math.max(failedMs, changes[0]?.atMs ?? failedMs))
  return zeroMs === null ? null : zeroMs - failedMs
}
