/**
 * Which trade an execution belongs to.
 *
 * Mostly the trade of its order. An order that closes more than its own trade holds of that leg (the final sweep holds
 * nothing at all) takes off what other trades left behind, oldest first: there it counts.
 */
import { opensLeg } from '../../domain/order.ts'
import type { OurExecution } from './books.ts'
import type { Change } from './exposure.ts'

/** A change and the execution it is of: one that closes for several trades is shared among them. */
export interface AttributedChange extends Change {
  readonly execId: string
}

/** What was executed for one trade on one symbol, in the order of time. */
export interface TradeChanges {
  /** The trade's id, or the client order id where no intent names a trade. */
  readonly trade: string
  readonly symbol: string
  readonly changes: AttributedChange[]
}

/** `executions` in the order of time. */
export function changesByTrade(executions: readonly OurExecution[]): TradeChanges[] {
  const groups = new Map<string, TradeChanges>()
  const held = new Map<string, Map<TradeChanges, number>>()
  for (const execution of executions) {
    const own = groupOf(groups, execution)
    for (const { group, lots } of sharesOf(held, own, execution)) {
      const { row, signedLots, valueUsd } = execution
      group.changes.push({
        execId: row.execId,
        atMs: row.venueMs,
        signedLots: signedLots < 0 ? -lots : lots,
        lotUsd: row.lots === 0 ? 0 : valueUsd / row.lots,
      })
    }
  }
  return [...groups.values()].filter((group) => group.changes.length > 0)
}

interface Share {
  readonly group: TradeChanges
  readonly lots: number
}

function sharesOf(held: Map<string, Map<TradeChanges, number>>, own: TradeChanges, execution: OurExecution): Share[] {
  const { leg, row } = execution
  const key = `${row.symbol} ${leg}`
  const holders = held.get(key) ?? new Map<TradeChanges, number>()
  held.set(key, holders)
  if (leg === null || opensLeg({ leg, side: row.side })) {
    holders.set(own, (holders.get(own) ?? 0) + row.lots)
    return [{ group: own, lots: row.lots }]
  }
  const shares: Share[] = []
  let rest = row.lots
  for (const group of [own, ...holders.keys()]) {
    const lots = Math.min(rest, holders.get(group) ?? 0)
    if (lots === 0) continue
    shares.push({ group, lots })
    rest -= lots
    if (lots === holders.get(group)) holders.delete(group)
    else holders.set(group, holders.get(group)! - lots)
    if (rest === 0) break
  }
  // Closed more than anybody held: the venue turned it into something else, and it stays with whoever asked.
  if (rest > 0) shares.push({ group: own, lots: rest })
  return shares
}

function groupOf(groups: Map<string, TradeChanges>, { tradeId, clientId, row }: OurExecution): TradeChanges {
  const trade = tradeId ?? clientId
  const key = `${trade} ${row.symbol}`
  const known = groups.get(key)
  if (known !== undefined) return known
  const group: TradeChanges = { trade, symbol: row.symbol, changes: [] }
  groups.set(key, group)
  return group
}
