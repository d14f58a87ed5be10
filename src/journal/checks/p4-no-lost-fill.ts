/**
 * P4 no-lost-fill: every execution of ours at the venue is in the trade's books within the recovery bound, once, with the
 * same lots and price; and the books hold no fill that the venue does not know.
 *
 * The venue's time of the execution is compared with our monotonic time of the record, laid onto the venue's clock.
 */
import { atMost, firstOf, type Judgement, mostOf, plural, round } from '../finding.ts'
import { linesOf } from '../run.ts'
import type { Books } from './books.ts'

interface Fault {
  readonly execId: string
  readonly clientId: string
  readonly what: string
}

export function checkNoLostFill(books: Books): Judgement {
  const boundMs = books.bounds.recoveryBoundMs
  const recorded = Map.groupBy(linesOf(books.run, 'order.filled'), (line) => line.data.execId)
  const faults: Fault[] = [...unexplained(books)]
  const late: LateFill[] = []
  let slowestMs = 0
  for (const { row, clientId, tradeId } of books.executions) {
    const fault = (what: string): number => faults.push({ execId: row.execId, clientId, what })
    const lines = recorded.get(row.execId)
    const first = lines?.[0]
    if (lines === undefined || first === undefined) {
      fault(`${row.lots} lots at the venue, never in our books`)
      continue
    }
    const tookMs = books.venueMs(first.at) - row.venueMs
    slowestMs = Math.max(slowestMs, tookMs)
    if (tookMs > boundMs) {
      late.push({ tradeId, tookMs })
      fault(`reached our books after ${round(tookMs)} ms, more than ${boundMs}`)
    }
    if (lines.length > 1) fault(`in our books ${lines.length} times`)
    const { lots, priceTicks } = first.data
    if (first.data.clientId !== clientId) fault(`booked to ${first.data.clientId}`)
    if (lots !== row.lots || priceTicks !== row.priceTicks) {
      fault(`booked as ${lots} lots at ${priceTicks} ticks, was ${row.lots} at ${row.priceTicks}`)
    }
  }
  const known = new Set(books.executions.map(({ row }) => row.execId))
  for (const [execId, lines] of recorded) {
    const { clientId, lots } = lines[0]!.data
    if (!known.has(execId)) faults.push({ execId, clientId, what: `${lots} lots in our books, unknown to the venue` })
  }
  const evidence = {
    executions: books.executions.length,
    from: sources(books),
    faults: firstOf(faults),
    late: firstOf(latest(late)),
  }
  const measure = atMost(round(slowestMs), boundMs, 'ms')
  if (faults.length > 0) {
    const { execId, what } = faults[0]!
    const summary = `${plural(faults.length, 'fault')} in ${plural(books.executions.length, 'execution')}; first ${execId}: ${what}`
    return { verdict: 'fail', summary, measure, onlyLate: faults.length === late.length, evidence }
  }
  const summary = `${plural(books.executions.length, 'execution')} booked, the slowest after ${round(slowestMs)} of ${boundMs} ms`
  return { verdict: 'pass', summary, measure, evidence }
}

interface LateFill {
  readonly tradeId: string | null
  readonly tookMs: number
}

/** Each trade with late fills, and how late it was at worst. */
function latest(late: readonly LateFill[]): { readonly tradeId: string | null; readonly worstMs: number }[] {
  return [...Map.groupBy(late, ({ tradeId }) => tradeId)].map(([tradeId, fills]) => ({
    tradeId,
    worstMs: round(mostOf(fills, ({ tookMs }) => tookMs)),
  }))
}

/** Fills of earlier runs that the recovery did not find. */
function unexplained(books: Books): Fault[] {
  const found = new Set(
    linesOf(books.run, 'recovered').flatMap(({ data }) => data.orders.flatMap((order) => order.execIds)),
  )
  return books.inherited.executions
    .filter(({ row }) => !found.has(row.execId))
    .map(({ row, clientId }) => ({ execId: row.execId, clientId, what: 'left by an earlier run and never found' }))
}

/** How many fills came by which way. */
function sources(books: Books): Readonly<Record<string, number>> {
  const counts = { stream: 0, query: 0, reconcile: 0 }
  for (const line of linesOf(books.run, 'order.filled')) counts[line.data.from] += 1
  return counts
}
