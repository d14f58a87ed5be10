/**
 * What fills do to an account's cash: fees, and the profit that closing realises, per leg against its average entry price.
 *
 *   opening ─► − fee           closing ─► (price − average entry) × lots − fee      the short leg with its sign turned round
 *
 * Source: Bybit help center, "P&L calculations (USDT contract)"; in hedge mode each leg has an average of its own. Floats:
 * money is compared within a tolerance, never to the last digit.
 */
import { type Instrument, notionalUsd } from './instrument.ts'
import { type LegName, opensLeg, type Side } from './order.ts'

export interface CashFill {
  readonly symbol: string
  readonly leg: LegName
  readonly opens: boolean
  readonly lots: number
  /** Worth at the price of the fill. */
  readonly valueUsd: number
  /** Below zero for a rebate. */
  readonly feeUsd: number
  /** When it was made, by the venue's clock. */
  readonly venueMs: number
}

export interface CashBook {
  add(fill: CashFill): void
  /** What all fills together did, by symbol, USD. */
  readonly bySymbol: ReadonlyMap<string, number>
}

interface FilledOrder {
  readonly leg: LegName
  readonly side: Side
}

interface FilledLots {
  readonly lots: number
  readonly priceTicks: number
  readonly feeUsd: number
  readonly venueMs: number
}

export function cashFillOf(instrument: Instrument, order: FilledOrder, fill: FilledLots): CashFill {
  const { lots, priceTicks, feeUsd, venueMs } = fill
  const valueUsd = notionalUsd(instrument, priceTicks, lots)
  return { symbol: instrument.symbol, leg: order.leg, opens: opensLeg(order), lots, valueUsd, feeUsd, venueMs }
}

/** Two accounts of the same money may lie apart by so much, USD: rounding adds up, and the smallest fee there is, is ten times that. */
export const CASH_TOLERANCE_USD = 0.0001

/**
 * So many fills of a leg may be told in another order than they were made: a query tells what an order got after the stream
 * has told of those that came later.
 */
const REORDER_MAX = 64

interface Leg {
  /** What was told long ago. */
  lots: number
  costUsd: number
  /** Since then, in the order in which they were made. */
  recent: CashFill[]
  /** What the recent ones did, USD. */
  recentUsd: number
}

/** The venue counts in 1e-8 of the coin. */
export function toE8(usd: number): number {
  return Math.round(usd * 1e8) / 1e8 + 0
}

export function createCashBook(): CashBook {
  const legs = new Map<string, Leg>()
  const bySymbol = new Map<string, number>()
  return {
    bySymbol,
    add(fill) {
      const key = `${fill.symbol}/${fill.leg}`
      const leg = legs.get(key) ?? { lots: 0, costUsd: 0, recent: [], recentUsd: 0 }
      legs.set(key, leg)
      leg.recent.push(fill)
      leg.recent.sort(byMoment)
      const { usd } = replay(leg, leg.recent)
      bySymbol.set(fill.symbol, (bySymbol.get(fill.symbol) ?? 0) + usd - leg.recentUsd)
      leg.recentUsd = usd
      if (leg.recent.length > REORDER_MAX) settle(leg)
    },
  }
}

/** What opens comes first within a millisecond: nothing is closed before it is held. */
function byMoment(a: CashFill, b: CashFill): number {
  return a.venueMs - b.venueMs || Number(b.opens) - Number(a.opens)
}

interface Position {
  readonly lots: number
  readonly costUsd: number
}

function replay(from: Position, fills: readonly CashFill[]): { readonly usd: number; readonly position: Position } {
  let { lots, costUsd } = from
  let usd = 0
  for (const fill of fills) {
    usd -= fill.feeUsd
    if (fill.opens) {
      lots += fill.lots
      costUsd += fill.valueUsd
      continue
    }
    const closedUsd = lots === 0 ? fill.valueUsd : (costUsd * fill.lots) / lots
    lots -= fill.lots
    costUsd -= closedUsd
    usd += fill.leg === 'long' ? fill.valueUsd - closedUsd : closedUsd - fill.valueUsd
  }
  return { usd, position: { lots, costUsd } }
}

/** The oldest fill keeps its place for good. */
function settle(leg: Leg): void {
  const { usd, position } = replay(leg, leg.recent.slice(0, 1))
  Object.assign(leg, position)
  leg.recent.shift()
  leg.recentUsd -= usd
}
