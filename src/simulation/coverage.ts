/**
 * How often everything that can happen to a trade did happen, over many runs, read off their journals.
 *
 *   journal ─► order table  status × event    replayed with the table itself (domain/order.ts)
 *          ├─► trade        phase × fact
 *          ├─► rules        what was sent and why; why a trade failed or halted
 *          ├─► faults       party × verdict
 *          └─► routes       how what became of an order was found out
 *
 * Nothing in production code counts for this. The price: the journal has no line for a row that changed nothing, for a
 * question asked, nor for a cancel sent, so the pairs with these are not counted (`coverage-pairs.ts` names them).
 */
import { RECOVERY_TRADE, SWEEP_TRADE } from '../domain/leftover.ts'
import { nextStatus, type OrderEvent, type OrderStatus } from '../domain/order.ts'
import type { Phase } from '../domain/trade.ts'
import type { JournalEvent } from '../journal/events.ts'
import type { Run } from '../journal/run.ts'

export type CoverageTable = 'order' | 'trade' | 'rules' | 'faults' | 'routes'
export const COVERAGE_TABLES: readonly CoverageTable[] = ['order', 'trade', 'rules', 'faults', 'routes']

/** Names of pairs, each with how often it was seen. Plain JSON: a worker's can be added to everybody's. */
export type Coverage = Readonly<Record<CoverageTable, Record<string, number>>>

export function newCoverage(): Coverage {
  return { order: {}, trade: {}, rules: {}, faults: {}, routes: {} }
}

/** Counts what a run exercised. */
export function cover(counts: Coverage, run: Run): void {
  const count = (table: CoverageTable, name: string): void => add(counts[table], name, 1)
  const orders = new Map<string, ReplayedOrder>()
  const phases = new Map<string, Phase>()
  for (const event of run.events) {
    const { tradeId = SWEEP_TRADE } = event.data as { readonly tradeId?: string }
    if (!CLOSERS.has(tradeId)) {
      const phase = phases.get(tradeId)
      const fact = factOf(event)
      if (phase !== undefined && fact !== null) count('trade', `${phase} × ${fact}`)
      phases.set(tradeId, phaseAfter(event, phase))
      countOrder(event, orders, count)
    }
    for (const rule of rulesOf(event)) count('rules', rule)
    for (const route of routesOf(event)) count('routes', route)
    if (event.type === 'fault.applied') count('faults', faultName(event.data))
  }
}

/** Adds a part to the whole. */
export function addCoverage(whole: Coverage, part: Coverage): void {
  for (const table of COVERAGE_TABLES) {
    for (const [name, times] of Object.entries(part[table])) add(whole[table], name, times)
  }
}

function add(counts: Record<string, number>, name: string, times: number): void {
  counts[name] = (counts[name] ?? 0) + times
}

// ── The order table ─────────────────────────────────────────────────────────────────────────────────────────────────

interface ReplayedOrder {
  readonly status: OrderStatus
  readonly lots: number
  readonly filledLots: number
  readonly closeAll: boolean
}

type Count = (table: CoverageTable, name: string) => void

/** Follows an order through the table, as `apply` does, by the facts that are written down. */
function countOrder(event: JournalEvent, orders: Map<string, ReplayedOrder>, count: Count): void {
  if (event.type === 'order.submitted') {
    const { clientId, lots, closeAll } = event.data
    count('order', 'planned × send')
    orders.set(clientId, { status: nextStatus('planned', 'send'), lots, filledLots: 0, closeAll })
    return
  }
  const { clientId = '' } = event.data as { readonly clientId?: string }
  const order = orders.get(clientId)
  if (order === undefined) return
  const filledLots = order.filledLots + (event.type === 'order.filled' ? event.data.lots : 0)
  const happened = orderEvent(event, { ...order, filledLots })
  if (happened === null) return
  count('order', `${order.status} × ${happened}`)
  orders.set(clientId, { ...order, filledLots, status: nextStatus(order.status, happened) })
}

function orderEvent(event: JournalEvent, order: ReplayedOrder): OrderEvent | null {
  switch (event.type) {
    case 'order.acknowledged':
      return 'acknowledge'
    case 'order.refused':
      return 'refuse'
    case 'order.unknown':
      return 'lose'
    case 'order.absent':
      return 'miss'
    case 'order.filled':
      return !order.closeAll && order.filledLots >= order.lots ? 'see-done' : 'see-live'
    case 'order.ended':
      // The end that a fill, a refusal or a proof has told already is no second event.
      return event.data.how === 'done' && order.status !== 'done' ? 'see-done' : null
    case 'order.queried':
      // Its executions are booked first and have lines of their own, as an end has that is news.
      return order.status === 'done' || seenBy(event.data.found) === 'see-live' ? seenBy(event.data.found) : null
    default:
      return null
  }
}

/** Bybit's order statuses that an order may still leave. */
const OPEN_ROW = /^(New|PartiallyFilled|Untriggered|Triggered|Created), /
const ENDED_ROW = /^(Filled|Cancelled|Rejected|Deactivated|PartiallyFilledCanceled), /

function seenBy(found: string): OrderEvent | null {
  if (OPEN_ROW.test(found)) return 'see-live'
  return ENDED_ROW.test(found) ? 'see-done' : null
}

// ── The trade ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** The phase a trade is in after a line that names it. */
function phaseAfter(event: JournalEvent, before: Phase = 'entering'): Phase {
  switch (event.type) {
    case 'trade.hedged':
      return 'hedged'
    case 'trade.failed':
    case 'trade.closing':
      return before === 'halted' ? before : 'closing'
    case 'trade.flat':
      return 'flat'
    case 'trade.halted':
      return 'halted'
    default:
      return before
  }
}

/** What a line tells a trade; null when it tells it nothing. */
function factOf(event: JournalEvent): string | null {
  const { type } = event
  if (type === 'order.submitted') return 'sent'
  if (type === 'order.queried') return event.data.found.startsWith('nothing, 0') ? 'not found' : 'answer to a question'
  return FACTS[type] ?? null
}

const FACTS: Readonly<Partial<Record<JournalEvent['type'], string>>> = {
  'order.acknowledged': 'acknowledged',
  'order.refused': 'refused',
  'order.unknown': 'lost',
  'order.absent': 'proved absent',
  'order.ended': 'row: ended',
  'order.filled': 'fill',
  'order.cancelled': 'cancel done',
  'order.cancelRefused': 'cancel refused',
  'trade.failed': 'failed',
  'trade.closing': 'close',
  'trade.halted': 'halted',
}

/** What the rules chose: orders by purpose, reasons of failures and halts without their numbers and legs. */
function rulesOf(event: JournalEvent): string[] {
  if (event.type === 'trade.failed') return [`fail: ${event.data.reason.replace(/^(long|short)-/, 'leg-')}`]
  if (event.type === 'trade.halted') return [`halt: ${haltClass(event.data.reason)}`]
  if (event.type === 'entries.halted') return ['entries halted']
  if (event.type !== 'order.submitted' || CLOSERS.has(event.data.tradeId)) return []
  const { purpose, priceTicks, closeAll } = event.data
  const how = closeAll ? ['submit: whatever is held'] : priceTicks === null ? [`submit: ${purpose} at market`] : []
  return [`submit: ${purpose}`, ...how]
}

/** What closes what trades left: no trades, and under no rules of theirs. */
const CLOSERS: ReadonlySet<string> = new Set([SWEEP_TRADE, RECOVERY_TRADE])
const HALTS: readonly (readonly [RegExp, string])[] = [
  [/over-closed/, 'over-closed'],
  [/address banned/, 'address banned'],
  [/no closing order got its chance/, 'no closing order got its chance'],
  [/still open after/, 'attempts used up'],
  [/nobody tells how it ended/, 'nobody tells'],
  [/is not the one this run sent/, "a stranger's order"],
]

function haltClass(reason: string): string {
  return HALTS.find(([pattern]) => pattern.test(reason))?.[1] ?? reason
}

// ── Faults and recovery ─────────────────────────────────────────────────────────────────────────────────────────────

function faultName({ party, op, verdict }: { readonly party: string; readonly op: string; readonly verdict: string }) {
  const isWhole = party.startsWith('rest') || party === op // a process or a clock has no parts
  const part = isWhole ? party : `${party} ${op === 'socket' || op === 'connect' ? op : 'frame'}`
  return `${part}: ${verdict.split(' ', 1)[0]}`
}

/** How it was found out what became of an order, or of a position. */
function routesOf(event: JournalEvent): string[] {
  switch (event.type) {
    case 'order.filled':
      return [`fill by ${event.data.from}`]
    case 'order.queried':
      return [queryRoute(event.data.found)]
    case 'order.absent':
      return ['absence proved']
    case 'order.submitted':
      return event.data.tradeId === SWEEP_TRADE ? ['sweep: a position closed'] : []
    case 'reconciled':
      return [`reconciled: ${event.data.cause}${event.data.fillsRecovered > 0 ? ', fills recovered' : ''}`]
    case 'recovered':
      return [event.data.complete ? 'recover: complete' : 'recover: incomplete']
    default:
      return []
  }
}

function queryRoute(found: string): string {
  if (seenBy(found) !== null) return `query: ${seenBy(found) === 'see-done' ? 'ended' : 'open'} row`
  if (found.startsWith('nothing, 0')) return 'query: nothing'
  return found.startsWith('nothing') ? 'query: executions alone' : `query: ${found.split(',', 1)[0]}`
}
