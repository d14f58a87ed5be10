/**
 * What a journal says its run may have left at the venue.
 *
 *   recovery.started (not yet recovered) ─┐
 *   trades that are not known to be over ─┴─► orders, known fills, since when
 */
import type { Leftover, LeftoverFill, LeftoverOrder } from '../domain/leftover.ts'
import { RECOVERY_TRADE } from '../domain/leftover.ts'
import { heldBy } from './checks/stated.ts'
import type { Run, RunOrder, RunTrade } from './run.ts'
import { linesOf, venueMsAt } from './run.ts'

/** A fill may still follow the cancel that lost its race: trades that ended so shortly before are asked about too, µs. */
const LATE_US = 2_000_000

/**
 * Null: nothing was sent that is not known to be over, or the run ended and said what it left; `asked` counts that as well.
 * Damaged lines are passed over: a kill may cut the last one.
 */
export function leftoverOf(run: Run, { asked = false }: { readonly asked?: boolean } = {}): Leftover | null {
  const { started } = run
  const inherited = inheritedBy(run)
  const counts = run.finished === null || inherited !== null || asked
  const own = counts && started !== null ? ownOrders(run) : []
  const orders = [...(inherited?.orders ?? []), ...own.map(leftoverOrder)]
  if (orders.length === 0) return null
  const firstUs = own[0]?.submitted.at
  const runIds = [...(inherited?.runIds ?? [])]
  if (started !== null) runIds.push(started.data.runId)
  return {
    runIds,
    orders,
    fills: [...(inherited?.fills ?? []), ...own.flatMap(leftoverFills)],
    // Our own orders came after what was inherited.
    sinceVenueMs: inherited?.sinceVenueMs ?? venueMsAt(started!, firstUs!),
    restUrl: inherited?.restUrl ?? String(started!.data.config['restUrl']),
    account: inherited?.account ?? started?.data.account ?? null,
  }
}

/** What this run was to recover and did not. */
function inheritedBy(run: Run): Leftover | null {
  return isRecovered(run) ? null : (linesOf(run, 'recovery.started')[0]?.data ?? null)
}

function isRecovered(run: Run): boolean {
  return linesOf(run, 'recovered').some(({ data }) => data.complete)
}

type SentOrder = RunOrder & { readonly submitted: NonNullable<RunOrder['submitted']> }

/** Orders of trades that may still hold something, in the order of submission. */
function ownOrders(run: Run): SentOrder[] {
  const lastUs = run.events.at(-1)?.at ?? 0
  return [...run.trades.values()]
    .filter((trade) => !isOver(trade, lastUs) && !(trade.tradeId === RECOVERY_TRADE && isRecovered(run)))
    .flatMap((trade) => trade.orders)
    .filter((order): order is SentOrder => order.submitted !== null)
    .sort((a, b) => a.submitted.at - b.submitted.at)
}

function isOver({ flat, orders }: RunTrade, lastUs: number): boolean {
  if (flat === null || flat.at > lastUs - LATE_US) return false
  const { longLots, shortLots } = heldBy(orders)
  return longLots === 0 && shortLots === 0
}

function leftoverOrder({ submitted }: SentOrder): LeftoverOrder {
  const { clientId, symbol, leg, side, lots, reduceOnly } = submitted.data
  return { clientId, symbol, leg, side, lots, reduceOnly }
}

function leftoverFills({ fills }: RunOrder): LeftoverFill[] {
  return fills.map(({ data: { clientId, execId, lots } }) => ({ clientId, execId, lots }))
}
