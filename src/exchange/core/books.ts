/**
 * What the exchange keeps of money beside orders and positions: plain data, like model.ts.
 */

/** A part of the risk limit: up to so much position, so much leverage, and this share of it as maintenance margin. */
export interface RiskTier {
  readonly limitE8: number
  readonly maxLeverageCents: number
  /** Of the value, in 1e-8. */
  readonly maintenanceRateE8: number
  /** Taken off again, so that a position that enters the tier needs no more than before it did. */
  readonly deductionE8: number
}

/** What a position is worth and ties up at one mark price, 1e-8 USDT, and what that was worked out from. */
export interface Figures {
  readonly markTicks: number
  readonly lots: number
  readonly costE8: number
  readonly leverageCents: number
  /** Never negative, like both margins; those have the fee to close in them. */
  readonly valueE8: number
  readonly uplE8: number
  readonly initialE8: number
  readonly maintenanceE8: number
}

/** An account's cash, and its sums over its positions at the present marks, 1e-8 USDT. */
export interface Exposure {
  readonly cashE8: number
  readonly uplE8: number
  readonly initialE8: number
  readonly maintenanceE8: number
}

/** The venue's own words but for ReduceOnly, which it shows as Trading (facts §8.2: 110023). */
export type ListingStatus = 'Trading' | 'PreLaunch' | 'ReduceOnly' | 'Delivering' | 'Closed'

/** `execType` on the wire. */
export type ExecutionKind = 'Trade' | 'Funding' | 'BustTrade'

/** What an account has besides its futures. */
export interface Books {
  /** Coins other than USDT in 1e-8 of one; no collateral here. */
  readonly coins: Map<OtherCoin, number>
  /** Demo funds in and out, oldest first, bounded. */
  transfers: Transfer[]
  /** What the venue's fund paid when a liquidation could not be closed without loss, 1e-8 USDT. */
  insuredE8: number
  /** Disconnect protection where its window was ever set. */
  readonly dcp: Map<string, Dcp>
  /** When all its protected sockets are gone for long enough, ms; Infinity while one is there. */
  dcpDueMs: number
  hedgesSpot: boolean
  settingsMs: number
}

export type OtherCoin = 'BTC' | 'ETH' | 'USDC'

export interface Transfer {
  /** In one sequence with the executions. */
  readonly number: number
  readonly id: string
  readonly kind: 'TRANSFER_IN' | 'TRANSFER_OUT' | 'LIQUIDATION'
  readonly coin: OtherCoin | 'USDT'
  readonly changeE8: number
  readonly balanceAfterE8: number
  readonly atMs: number
}

/** A change of the window needs a while to take effect. */
export interface Dcp {
  readonly windowMs: number
  readonly sinceMs: number
  readonly formerMs: number
}

/** A position the venue took over, at its bankruptcy price. */
export interface Liquidation {
  readonly isLong: boolean
  readonly lots: number
  readonly priceTicks: number
  readonly atMs: number
}

/** What the risk engine and disconnect protection want to hear of; they look by themselves from then on. */
export interface Watch {
  /** A position was opened, or needs another margin than before. */
  opened(): void
  /** A deadline of disconnect protection was set. */
  deadline(): void
}
