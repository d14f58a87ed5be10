/**
 * Everything that coverage can count, whether it was ever seen or not, and why some of it never is.
 */
import { nextStatus, type OrderEvent, type OrderStatus } from '../domain/order.ts'
import type { Phase } from '../domain/trade.ts'
import { verdictsFor } from '../faults/plan-table.ts'
import type { FaultOp, FaultParty } from '../faults/plan-types.ts'
import { COVERAGE_TABLES, type Coverage, type CoverageTable } from './coverage.ts'

const STATUSES: readonly OrderStatus[] = ['planned', 'sent', 'live', 'unknown', 'done', 'refused', 'absent']
const EVENTS: readonly OrderEvent[] = ['send', 'acknowledge', 'see-live', 'see-done', 'refuse', 'lose', 'miss']
const PHASES: readonly Phase[] = ['entering', 'hedged', 'closing', 'flat', 'halted']
const FACTS = [
  'sent',
  'acknowledged',
  'refused',
  'lost',
  'row: ended',
  'fill',
  'cancel done',
  'cancel refused',
  'answer to a question',
  'not found',
  'proved absent',
  'failed',
  'close',
  'halted',
] as const

const RULES = [
  ...['entry', 'retry', 'hedge', 'unwind', 'exit'].map((purpose) => `submit: ${purpose}`),
  ...['hedge', 'unwind', 'exit'].map((purpose) => `submit: ${purpose} at market`),
  'submit: whatever is held',
  ...['leg-refused', 'leg-absent', 'leg-ended', 'leg-timeout', 'leg-unfilled'].map((reason) => `fail: ${reason}`),
  ...['both-ended', 'both-timeout', 'both-unfilled', 'rate-limited'].map((reason) => `fail: ${reason}`),
  ...['hedge-below-minimum', 'remainder-below-minimum', 'evening-out-failed', 'no-order'].map(
    (reason) => `fail: ${reason}`,
  ),
  'halt: over-closed',
  'halt: address banned',
  'halt: no closing order got its chance',
  'halt: attempts used up',
  'halt: nobody tells',
  "halt: a stranger's order",
  'entries halted',
]

/** A part of the wire by an operation that stands for it. */
const PARTS: readonly (readonly [string, FaultParty, FaultOp])[] = [
  ['rest-request', 'rest-request', 'create'],
  ['rest-reply', 'rest-reply', 'create'],
  ['public-stream connect', 'public-stream', 'connect'],
  ['public-stream socket', 'public-stream', 'socket'],
  ['public-stream frame', 'public-stream', 'any-frame'],
  ['private-stream connect', 'private-stream', 'connect'],
  ['private-stream socket', 'private-stream', 'socket'],
  ['private-stream frame', 'private-stream', 'any-frame'],
  ['process', 'process', 'process'],
  ['clock', 'clock', 'clock'],
]

const ROUTES = [
  'fill by stream',
  'fill by query',
  'fill by reconcile',
  'query: open row',
  'query: ended row',
  'query: executions alone',
  'query: nothing',
  'query: unknown',
  'query: refused',
  'absence proved',
  'reconciled: private gap',
  'reconciled: private gap, fills recovered',
  'reconciled: timer, fills recovered',
  'reconciled: before the sweep',
  'reconciled: before the sweep, fills recovered',
  'sweep: a position closed',
  'recover: complete',
  'recover: incomplete',
]

/** Every pair there is, by table. */
function allPairs(): Readonly<Record<CoverageTable, readonly string[]>> {
  return {
    order: STATUSES.flatMap((status) =>
      EVENTS.filter((event) => hasCell(status, event)).map((event) => `${status} × ${event}`),
    ),
    trade: PHASES.flatMap((phase) => FACTS.map((fact) => `${phase} × ${fact}`)),
    rules: RULES,
    faults: PARTS.flatMap(([part, party, op]) => verdictsFor(party, op).map((verdict) => `${part}: ${verdict}`)),
    routes: ROUTES,
  }
}

/** The table throws where it has no cell. */
function hasCell(status: OrderStatus, event: OrderEvent): boolean {
  try {
    nextStatus(status, event)
    return true
  } catch {
    return false
  }
}

export interface NeverSeen {
  readonly table: CoverageTable
  readonly pair: string
  /** Null: nobody has an explanation. */
  readonly why: string | null
}

/** Pairs that were not seen once. */
export function neverSeen(coverage: Coverage): NeverSeen[] {
  const pairs = allPairs()
  return COVERAGE_TABLES.flatMap((table) =>
    pairs[table]
      .filter((pair) => !(pair in coverage[table]))
      .map((pair) => ({ table, pair, why: whyNever(table, pair) })),
  )
}

/** What was seen and is in no list: the list is behind the code. */
export function unlisted(coverage: Coverage): string[] {
  const pairs = allPairs()
  return COVERAGE_TABLES.flatMap((table) =>
    Object.keys(coverage[table])
      .filter((name) => !pairs[table].includes(name))
      .map((name) => `${table}: ${name}`),
  )
}

/** Explanations, the first that matches. */
const WHY: readonly (readonly [CoverageTable, RegExp, string])[] = [
  ['order', /^(?:unknown|refused|absent) × (?:acknowledge|refuse|lose)$/, 'an order gets one reply; it has had it'],
  [
    'order',
    /^(?:live|done|refused|absent) × miss$/,
    'a proof of absence is written down only where it changes something',
  ],
  [
    'trade',
    /^hedged × (?:row: ended|fill|proved absent)$/,
    'a hedged pair is settled: nothing of it can end or fill any more',
  ],
  ['trade', /^hedged × (?:sent|failed|halted)$/, 'a pair is left by way of closing, and only then sent for or halted'],
  ['trade', /^closing × (?:failed|close)$/, 'what is being closed cannot fail to open, and is closed once'],
  ['trade', /^(?:flat|halted) × (?:failed|close|halted)$/, 'flat and halted are ends'],
  ['rules', /^fail: no-order$/, 'guards against a bug of ours: both legs are sent before anything can fail'],
  ['rules', /^halt: over-closed$/, 'the venue fills nothing that reduces beyond what is held'],
  ['rules', /^halt: a stranger's order$/, 'run ids are never drawn twice; unit tests of a trade make it so'],
  ['faults', /^process: kill$/, 'a process is killed by its schedule, at any call, not by a plan'],
]

/** Explanations that no pair needs any more. */
export function staleReasons(coverage: Coverage): string[] {
  const never = neverSeen(coverage)
  return WHY.filter(([of, pattern]) => !never.some(({ table, pair }) => table === of && pattern.test(pair))).map(
    ([of, pattern]) => `${of}: ${pattern.source}`,
  )
}

function whyNever(table: CoverageTable, pair: string): string | null {
  return WHY.find(([of, pattern]) => of === table && pattern.test(pair))?.[2] ?? null
}

/**
 * The tables in a few lines: how many of each table's pairs, and which of those that can happen did not. The tests reach each
 * of them elsewhere (coverage.test.ts).
 */
export function coverageSummary(coverage: Coverage): string {
  const pairs = allPairs()
  const seen = COVERAGE_TABLES.map((table) => {
    const known = pairs[table].filter((pair) => pair in coverage[table])
    return `${table} ${known.length} of ${pairs[table].length}`
  })
  const never = neverSeen(coverage)
  const missed = never.filter(({ why }) => why === null)
  const lines = COVERAGE_TABLES.flatMap((of) => {
    const list = missed.filter(({ table }) => table === of).map(({ pair }) => pair)
    return list.length === 0 ? [] : [`  ${of}: ${list.join(', ')}`]
  })
  return [
    `coverage: ${seen.join(', ')}; ${never.length - missed.length} pairs never happen for a reason`,
    ...(lines.length === 0 ? [] : ['not exercised here:', ...lines]),
  ].join('\n')
}

/** The tables, the least frequent first; what was never seen at the end, with its reason. */
export function coverageText(coverage: Coverage): string {
  const pairs = allPairs()
  const lines = COVERAGE_TABLES.map((table) => {
    const seen = Object.entries(coverage[table]).toSorted(([a, m], [b, n]) => m - n || a.localeCompare(b))
    const known = seen.filter(([name]) => pairs[table].includes(name))
    const list = seen.map(([name, times]) => `  ${String(times).padStart(9)}  ${name}`)
    return [`${table}: ${known.length} of ${pairs[table].length}`, ...list].join('\n')
  })
  const never = neverSeen(coverage).map(
    ({ table, pair, why }) => `  ${table}: ${pair} (${why ?? 'not here: the schedules of coverage.test.ts reach it'})`,
  )
  return [...lines, ...(never.length === 0 ? [] : ['never:', ...never])].join('\n')
}
