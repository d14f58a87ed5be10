/**
 * What the naive venue keeps, and its arithmetic of one position. Prices are ticks and quantities lots; one lot at one tick
 * is worth `unitE8`, money is BigInt of 1e-8 USDT.
 */

export interface NaiveTerms {
  readonly unitE8: bigint
  readonly takerRateE8: bigint
  readonly makerRateE8: bigint
  readonly minLots: number
  readonly maxLots: number
  readonly maxMarketLots: number
  readonly minNotionalE8: bigint
  readonly minTicks: number
  readonly maxTicks: number
  readonly markTicks: number
  /** Percent: a limit price further from mark than this moves to the edge, a market order is capped there (§5, §4.2). */
  readonly bandPercent: number
}

export type NaiveTif = 'GTC' | 'IOC' | 'FOK' | 'PostOnly'
export type NaiveSmp = 'None' | 'CancelMaker' | 'CancelTaker' | 'CancelBoth'
export type NaiveIdx = 0 | 1 | 2

export interface NaiveCreate {
  readonly name: string
  readonly isBuy: boolean
  readonly isMarket: boolean
  readonly tif: NaiveTif
  readonly ticks: number
  /** 0 with `reduceOnly` and `closeOnTrigger`: whatever the position holds. */
  readonly lots: number
  readonly idx: NaiveIdx
  readonly reduceOnly: boolean
  readonly closeOnTrigger: boolean
  readonly smp: NaiveSmp
}

export interface NaiveOrder {
  /** Null: a quote of the market, which has neither account nor name. */
  readonly account: NaiveAccount | null
  readonly name: string
  readonly isBuy: boolean
  readonly tif: NaiveTif
  readonly idx: NaiveIdx
  readonly reduceOnly: boolean
  readonly smp: NaiveSmp
  ticks: number
  lots: number
  filled: number
  /** Place in time: smaller is earlier. */
  since: number
  status: 'New' | 'PartiallyFilled' | 'Filled' | 'Cancelled'
  cancelType: string
  /** Null where the rules name no reason. */
  rejectReason: string | null
  smpOrder: string
}

export interface NaiveFill {
  readonly account: string
  readonly name: string
  readonly isBuy: boolean
  readonly ticks: number
  readonly lots: number
  readonly leaves: number
  readonly isMaker: boolean
  readonly feeE8: bigint
  readonly pnlE8: bigint
  readonly closedLots: number
}

export interface NaivePosition {
  /** Long above zero. */
  lots: number
  /** What was paid for what is held, never negative. */
  costE8: bigint
  /** P&L realised since ever, fees taken off. */
  realisedE8: bigint
}

export interface NaiveAccount {
  readonly id: string
  isHedge: boolean
  cashE8: bigint
  readonly positions: readonly [NaivePosition, NaivePosition, NaivePosition]
}

export const isOpen = (order: NaiveOrder): boolean => order.status === 'New' || order.status === 'PartiallyFilled'
export const leavesOf = (order: NaiveOrder): number => (isOpen(order) ? order.lots - order.filled : 0)

export const emptyPosition = (): NaivePosition => ({ lots: 0, costE8: 0n, realisedE8: 0n })

/** How many lots an order of this side can close. */
export function closableLots(position: NaivePosition, isBuy: boolean): number {
  return Math.max(0, isBuy ? -position.lots : position.lots)
}

/** Moves a position by one fill at average cost; answers the P&L of what it closed, before fees. */
export function fillPosition(
  position: NaivePosition,
  { isBuy, lots, closedLots, oneE8 }: { isBuy: boolean; lots: number; closedLots: number; oneE8: bigint },
): bigint {
  const wasLong = position.lots > 0
  // What leaves takes its share of the cost along, rounded down; what stays keeps the rest.
  const costE8 = closedLots === 0 ? 0n : (position.costE8 * BigInt(closedLots)) / BigInt(Math.abs(position.lots))
  const worthE8 = oneE8 * BigInt(closedLots)
  position.lots += isBuy ? lots : -lots
  position.costE8 += oneE8 * BigInt(lots - closedLots) - costE8
  return wasLong ? worthE8 - costE8 : costE8 - worthE8
}

/** From 1e-16 to 1e-8, half up. */
export function roundedE8(e16: bigint): bigint {
  return (e16 + 50_000_000n) / 100_000_000n
}

export function end(
  order: NaiveOrder,
  why: { readonly cancelType?: string; readonly rejectReason?: string | null; readonly smpOrder?: string },
): void {
  order.status = 'Cancelled'
  order.cancelType = why.cancelType ?? 'UNKNOWN'
  order.rejectReason = why.rejectReason === undefined ? null : why.rejectReason
  order.smpOrder = why.smpOrder ?? ''
}
