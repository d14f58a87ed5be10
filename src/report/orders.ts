/**
 * Orders as the page shows them. Times are µs since the trade began, on the executor's clock.
 */
import type { EventData, JournalEvent } from '../journal/events.ts'
import type { RunOrder } from '../journal/run.ts'

export interface FillRecord {
  readonly atUs: number
  readonly lots: number
  readonly priceTicks: number
  readonly from: EventData['order.filled']['from']
}

export type OrderOutcome = 'filled' | 'part filled' | 'ended' | 'refused' | 'absent' | 'unknown' | 'open'

export interface OrderRecord {
  readonly clientId: string
  readonly leg: 'long' | 'short'
  readonly side: 'buy' | 'sell'
  readonly purpose: string
  /** 0 for an order that closes whatever the leg holds. */
  readonly lots: number
  /** Null for a market order. */
  readonly priceTicks: number | null
  readonly reduceOnly: boolean
  readonly sentUs: number
  readonly acknowledgedUs: number | null
  /** When nothing more was to come of it; null while open or unknown. */
  readonly endedUs: number | null
  readonly outcome: OrderOutcome
  readonly filledLots: number
  readonly fills: readonly FillRecord[]
  /** What happened to it, in order: refusals, lost replies, queries, cancels. */
  readonly notes: readonly string[]
}

/** Null for an order whose intent the journal lacks. `facts` are all lines that name it, in the order of time. */
export function orderRecord(order: RunOrder, facts: readonly JournalEvent[], startUs: number): OrderRecord | null {
  if (order.submitted === null) return null
  const { clientId, leg, side, purpose, lots, priceTicks, reduceOnly } = order.submitted.data
  const fills = fillsOf(order, startUs)
  const filledLots = fills.reduce((sum, fill) => sum + fill.lots, 0)
  const outcome = outcomeOf(order, filledLots, lots)
  const end = order.ended ?? order.refused ?? order.absent ?? order.fills.at(-1)
  return {
    ...{ clientId, leg, side, purpose, lots, priceTicks, reduceOnly, outcome, filledLots, fills },
    sentUs: order.submitted.at - startUs,
    acknowledgedUs: order.acknowledged === null ? null : order.acknowledged.at - startUs,
    endedUs: outcome === 'open' || outcome === 'unknown' || end === undefined ? null : end.at - startUs,
    notes: facts.map(noteOf).filter((note) => note !== null),
  }
}

function fillsOf(order: RunOrder, startUs: number): FillRecord[] {
  const seen = new Set<string>() // a fill may be written down again when it is recovered a second time
  return order.fills.flatMap(({ at, data }) => {
    if (seen.has(data.execId)) return []
    seen.add(data.execId)
    return [{ atUs: at - startUs, lots: data.lots, priceTicks: data.priceTicks, from: data.from }]
  })
}

function outcomeOf(order: RunOrder, filledLots: number, lots: number): OrderOutcome {
  if (filledLots > 0 && filledLots >= lots) return 'filled'
  if (order.ended !== null) return filledLots > 0 ? 'part filled' : 'ended'
  if (order.refused !== null) return 'refused'
  if (order.absent !== null) return 'absent'
  return order.unknown !== null && order.acknowledged === null && filledLots === 0 ? 'unknown' : 'open'
}

function noteOf(fact: JournalEvent): string | null {
  switch (fact.type) {
    case 'order.refused':
      return `refused (${fact.data.code}): ${fact.data.reason}`
    case 'order.unknown':
      return `outcome unknown: ${fact.data.reason}`
    case 'order.absent':
      return 'proved absent'
    case 'order.queried':
      return `asked: ${fact.data.found}`
    case 'order.cancelled':
      return 'cancelled'
    case 'order.cancelRefused':
      return `cancel refused (${fact.data.code})`
    case 'order.ended':
      return `ended: ${fact.data.how}`
    default:
      return null
  }
}
