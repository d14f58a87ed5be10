/**
 * A venue's journal, indexed once for all of its checks.
 *
 *   venue.order ─────► by venue order id       venue.execution ─► in the order of the venue's time, each with its position
 */
import type { VenueExecutionRow, VenueOrderRow } from '../domain/rows.ts'
import { stepFromText, stepsToNumber } from '../domain/steps.ts'
import { positionChange } from './checks/books.ts'
import type { EventData } from './events.ts'
import { linesOf, type Run } from './run.ts'
import type { VenueBounds } from './venue-bounds.ts'

export interface VenueExecution {
  readonly accountId: string
  readonly row: VenueExecutionRow
  /** Null when the journal lacks its order. */
  readonly idx: 0 | 1 | 2 | null
  /** Plus for bought, minus for sold. */
  readonly signedLots: number
  /** What it does to the position of its index; 0 where that is not known. */
  readonly positionLots: number
  /** Worth of one lot at its price. */
  readonly lotUsd: number
}

export interface VenueBooks {
  readonly run: Run
  readonly bounds: VenueBounds
  readonly started: EventData['venue.started']
  readonly finished: EventData['venue.finished']
  /** By creation. */
  readonly orders: readonly { readonly accountId: string; readonly row: VenueOrderRow }[]
  readonly executions: readonly VenueExecution[]
  readonly refusals: readonly EventData['venue.refused'][]
}

/** Null when the journal does not begin or end as a venue's does. */
export function indexVenueBooks(run: Run, bounds: VenueBounds): VenueBooks | null {
  const started = linesOf(run, 'venue.started')[0]?.data
  const finished = linesOf(run, 'venue.finished')[0]?.data
  if (started === undefined || finished === undefined) return null
  const orders = linesOf(run, 'venue.order')
    .map(({ data }) => ({ accountId: data.accountId, row: data.order }))
    .sort((a, b) => a.row.createdMs - b.row.createdMs)
  const idxOf = new Map(orders.map(({ row }) => [row.venueOrderId, row.idx]))
  const steps = new Map(
    started.instruments.map(({ symbol, tick, lot }) => [
      symbol,
      stepsToNumber(1, stepFromText(tick)) * stepsToNumber(1, stepFromText(lot)),
    ]),
  )
  const executions = linesOf(run, 'venue.execution').map(({ data: { accountId, execution: row } }) => {
    const idx = idxOf.get(row.venueOrderId) ?? null
    return {
      accountId,
      row,
      idx,
      signedLots: row.side === 'buy' ? row.lots : -row.lots,
      positionLots: idx === null ? 0 : positionChange(idx, row.side, row.lots),
      lotUsd: row.priceTicks * (steps.get(row.symbol) ?? Number.NaN),
    }
  })
  executions.sort((a, b) => a.row.venueMs - b.row.venueMs)
  const refusals = linesOf(run, 'venue.refused').map(({ data }) => data)
  return { run, bounds, started, finished, orders, executions, refusals }
}

/** "account symbol idx": one position. */
export function positionOf(accountId: string, { symbol, idx }: { symbol: string; idx: 0 | 1 | 2 | null }): string {
  return `${accountId} ${symbol}#${idx ?? '?'}`
}
