/**
 * What fills do to an account's cash: fees, and the profit that closing realises, per leg against its average entry price.
 *
 *   opening ─► − fee           closing ─► (price − average entry) × lots − fee      the short leg with its sign turned round
 *
 * Source: Bybit help center, "P&L calculations (USDT contract)"; in hedge mode each leg has an average of its own. Floats:
 * money is compared within a tolerance, never to the last digit.
 */
import { type Instrument, notionalUsd } from './instrument.ts'
import { type LegName, type Side, sideOf } from './order.ts'

export interface CashFill {
  readonly symbol: string
  readonly leg: LegName
  readonly opens: boolean
  readonly lots: number
  /** Worth at the price of the fill. */
  readonly valueUsd: number
  /** Below zero for a rebate. */
  readonly feeUsd: number
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
}

export function cashFillOf(instrument: Instrument, { leg, side }: FilledOrder, fill: FilledLots): CashFill {
  const { lots, priceTicks, feeUsd } = fill
  const valueUsd = notionalUsd(instrument, priceTicks, lots)
  return { symbol: instrument.symbol, leg, opens: side === sideOf(leg, false), lots, valueUsd, feeUsd }
}

/** Two accounts of the same money may lie apart by so much, USD: rounding adds up, and the smallest fee there is, is ten times that. */
export const CASH_TOLERANCE_USD = 0.0001

export function createCashBook(): CashBook {
  const held = new Map<string, { lots: number; costUsd: number }>()
  const bySymbol = new Map<string, number>()
  return {
    bySymbol,
    add({ symbol, leg, opens, lots, valueUsd, feeUsd }) {
      const key = `${symbol}/${leg}`
      const position = held.get(key) ?? { lots: 0, costUsd: 0 }
      held.set(key, position)
      let usd = -feeUsd
      if (opens) {
        position.lots += lots
        position.costUsd += valueUsd
      } else {
        const costUsd = position.lots === 0 ? valueUsd : (position.costUsd * lots) / position.lots
        position.lots -= lots
        position.costUsd -= costUsd
        usd += leg === 'long' ? valueUsd - costUsd : costUsd - valueUsd
      }
      bySymbol.set(symbol, (bySymbol.get(symbol) ?? 0) + usd)
    },
  }
}
