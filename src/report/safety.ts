/**
 * The money-safety line: four numbers that must be zero.
 *
 * Null means nobody knows: the venue's books were never asked, or the journal is cut off, so zero would be a guess.
 */
import type { Finding } from '../journal/finding.ts'
import { linesOf, type Run } from '../journal/run.ts'

export interface Safety {
  /** Trades whose exposure was naked longer than the bound of the configuration, or never ended (P1). */
  readonly nakedBeyondBound: number | null
  /** Client order ids sent more than once, or held by more than one order at the venue. */
  readonly duplicateOrders: number | null
  /** Orders that were sent and whose fate was never learned. */
  readonly unknownOutcomes: number | null
  /** Positions at the venue, after the run, that were not there before. */
  readonly positionsLeft: number | null
}

export function safetyOf(run: Run, findings: readonly Finding[]): Safety {
  return {
    nakedBeyondBound: nakedBeyondBound(findings.find((finding) => finding.promise === 'P1')),
    duplicateOrders: duplicates(run),
    unknownOutcomes: run.finished === null ? null : unknownsLeft(run),
    positionsLeft: positionsLeft(run),
  }
}

export interface SafetyTotal {
  readonly total: number
  /** Runs that cannot say. */
  readonly silent: number
}

/** One of the four numbers over all runs. A run that cannot say is counted apart: its zero would be a guess. */
export function totalOf(parts: readonly Safety[], name: keyof Safety): SafetyTotal {
  const values = parts.map((part) => part[name])
  return {
    total: values.reduce<number>((sum, value) => sum + (value ?? 0), 0),
    silent: values.filter((value) => value === null).length,
  }
}

/** As P1 judged it by the venue's books, so that the line and the promise cannot disagree. */
function nakedBeyondBound(finding: Finding | undefined): number | null {
  if (finding === undefined || finding.verdict === 'unknown') return null
  if (finding.verdict === 'pass') return 0
  const broken = finding.evidence['broken']
  const counted = typeof broken === 'object' && broken !== null && 'count' in broken ? broken.count : null
  return typeof counted === 'number' ? Math.max(counted, 1) : 1
}

function duplicates(run: Run): number | null {
  const sent = linesOf(run, 'order.submitted').map((line) => line.data.clientId)
  const twiceSent = [...Map.groupBy(sent, (id) => id)].filter(([, ids]) => ids.length > 1)
  const held = (run.truth?.data.orders ?? []).filter((order) => order.clientId !== '')
  const byId = Map.groupBy(held, (order) => order.clientId)
  const twiceHeld = [...byId].filter(([, rows]) => new Set(rows.map((row) => row.venueOrderId)).size > 1)
  const total = new Set([...twiceSent, ...twiceHeld].map(([id]) => id)).size
  return total === 0 && run.truth === null ? null : total
}

function unknownsLeft(run: Run): number {
  const orders = [...run.trades.values()].flatMap((trade) => trade.orders)
  return orders.filter(
    ({ acknowledged, refused, absent, ended, fills }) =>
      acknowledged === null && refused === null && absent === null && ended === null && fills.length === 0,
  ).length
}

function positionsLeft(run: Run): number | null {
  if (run.truth === null) return null
  const before = run.baseline?.data.positions ?? []
  const lotsBefore = new Map(before.map((row) => [`${row.symbol} ${row.idx}`, signed(row)]))
  const now = run.truth.data.positions
  return now.filter((row) => signed(row) !== (lotsBefore.get(`${row.symbol} ${row.idx}`) ?? 0)).length
}

function signed(row: { readonly side: string | null; readonly lots: number }): number {
  return row.side === 'sell' ? -row.lots : row.lots
}
