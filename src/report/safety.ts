/**
 * The money-safety line: four numbers that must be zero.
 *
 * Null means nobody knows: the venue's books were never asked, or the journal is cut off, so zero would be a guess.
 */
import type { Finding, PromiseId } from '../journal/finding.ts'
import { linesOf, type Run } from '../journal/run.ts'

export interface Safety {
  /** Trades whose exposure was naked longer than the bound of the configuration, or never ended (P1). */
  readonly nakedBeyondBound: number | null
  /** Client order ids sent more than once, or held by more than one order at the venue. */
  readonly duplicateOrders: number | null
  /** Orders that were sent and whose fate was never learned. */
  readonly unknownOutcomes: number | null
  /** Positions at the venue, after the run, that were not there before and that the run does not name to the lot (P5). */
  readonly positionsLeft: number | null
}

export function safetyOf(run: Run, findings: readonly Finding[]): Safety {
  return {
    nakedBeyondBound: counted(findings, 'P1', 'broken'),
    duplicateOrders: duplicates(run),
    unknownOutcomes: run.finished === null ? null : unknownsLeft(run),
    positionsLeft: counted(findings, 'P5', 'unexplained'),
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

/** As the promise was judged by the venue's books, so that the line and the promise cannot disagree. */
function counted(findings: readonly Finding[], promise: PromiseId, list: string): number | null {
  const finding = findings.find((one) => one.promise === promise)
  if (finding === undefined || finding.verdict === 'unknown') return null
  const found = finding.evidence[list]
  const count = typeof found === 'object' && found !== null && 'count' in found ? found.count : null
  return typeof count === 'number' ? count : finding.verdict === 'pass' ? 0 : 1
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
