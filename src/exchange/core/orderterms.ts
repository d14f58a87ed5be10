/**
 * What is said of one order and one fill, without whom they belong to: words as on the wire, prices in ticks, quantities
 * in lots, money in 1e-8 USDT, times in ms.
 */
import type { ExecutionKind } from './books.ts'

export type OrderStatusText =
  | 'New'
  | 'PartiallyFilled'
  | 'Filled'
  | 'Cancelled'
  | 'Rejected'
  | 'Untriggered'
  | 'Triggered'
  | 'Deactivated'
export type TimeInForceText = 'GTC' | 'IOC' | 'FOK' | 'PostOnly' | 'RPI'
export type TriggerBy = 'LastPrice' | 'IndexPrice' | 'MarkPrice'
export type StopType = 'Stop' | 'TakeProfit' | 'StopLoss' | 'TrailingStop' | 'PartialTakeProfit' | 'PartialStopLoss'
export type SmpType = 'None' | 'CancelMaker' | 'CancelTaker' | 'CancelBoth'

/** What an order waits for, and what it is called for that. Replaced, never changed: rows are written from it later. */
export interface Stop {
  readonly type: StopType
  readonly by: TriggerBy
  readonly isRise: boolean
  /** For a trailing stop the price that sets it going; 0 is at once. */
  readonly triggerTicks: number
  /** How far a trailing stop stays behind the best price; 0 for all others. */
  readonly trailTicks: number
  readonly isTriggered: boolean
  /** A take-profit and a stop-loss for the same lots have the same number; 0 is neither's. */
  readonly pair: number
  /** Client id of the order that brought it along; "" for all others. */
  readonly parentLinkId: string
}

/** One price at which to leave a position; a limit price of 0 leaves by market order. */
export interface Target {
  readonly ticks: number
  readonly by: TriggerBy
  readonly limitTicks: number
}

/** Take-profit and stop-loss an order brings to its position with its first fill. */
export interface Attached {
  readonly mode: 'Full' | 'Partial'
  readonly takeProfit: Target | null
  readonly stopLoss: Target | null
}

/** What an order's fills come to so far. Replaced, never changed: all orders that have none share one. */
export interface Filled {
  readonly lots: number
  /** Of those, lots taken from retail price improvement orders. */
  readonly rpiLots: number
  readonly valueE8: number
  readonly feeE8: number
  readonly closedPnlE8: number
}

/** Why an order ended without being filled; what is not said is UNKNOWN and EC_NoError. */
export interface Ending {
  readonly status?: 'Cancelled' | 'Rejected'
  readonly cancelType?: string
  readonly rejectReason?: string
  readonly smpOrderId?: string
}

/** Orders waiting for a price, by the price they look at; triggers.ts has the picture. */
export interface Triggers<O> {
  /** How many there are in all, so that a moving price costs one look when nobody waits. */
  count: number
  readonly rises: Readonly<Record<TriggerBy, O[]>>
  readonly falls: Readonly<Record<TriggerBy, O[]>>
  readonly trails: Trail<O>[]
}

export interface Trail<O> {
  readonly order: O
  isGoing: boolean
  bestTicks: number
}

/** An order's own numbers and words; model.ts joins it to its account, its symbol and its neighbours. */
export interface OrderTerms {
  /** 1, 2, 3 … in the order of creation over all accounts. */
  readonly number: number
  readonly id: string
  readonly linkId: string
  readonly isBuy: boolean
  readonly isMarket: boolean
  readonly timeInForce: TimeInForceText
  readonly reduceOnly: boolean
  readonly closeOnTrigger: boolean
  readonly smpType: SmpType
  readonly createdMs: number
  readonly lastTicksOnCreated: number
  readonly rpiTakerAccess: boolean
  /** Slippage a market order allows, as it was asked for: TickSize or Percent, and how much. */
  readonly tolerance: { readonly type: string; readonly text: string } | null
  stop: Stop | null
  attached: Attached | null
  priceTicks: number
  lots: number
  /** Lots still wanted; kept after the end for nobody (rows say 0 then). */
  leaves: number
  filled: Filled
  /** Margin held for what is still open, 1e-8 USDT; for `leaves` lots. */
  holdE8: number
  status: OrderStatusText
  /** Says nothing as long as the order is open, or was filled. */
  ending: Ending
  updatedMs: number
  /** Not matched before this moment; 0 once it has met the book. */
  matchAtMs: number
  /** A cancel was accepted and takes effect at this moment; 0 when there is none. */
  cancelAtMs: number
  /** The order has a row to be pushed. */
  isTouched: boolean
  /** Place in its level's queue; book.ts has the picture. */
  aheadAt: number
  /** Which of the account's closed orders it is; -1 while open. */
  closedAs: number
  /** Made by the risk engine (CreateByLiq), not by its owner. */
  readonly isLiquidation?: true
}

/** A fill's own numbers. */
export interface ExecutionTerms {
  readonly number: number
  readonly priceTicks: number
  readonly lots: number
  readonly leavesAfter: number
  readonly valueE8: number
  readonly feeE8: number
  readonly pnlE8: number
  readonly closedLots: number
  /** Fees once paid for opening what this closed. */
  readonly openFeeE8: number
  readonly kind: ExecutionKind
  /** The account's cash and the position's lots once this was booked. */
  readonly cashAfterE8: number
  readonly lotsAfter: number
  readonly leverageCents: number
  /** What a funding settled at; "" for all others. */
  readonly fundingRate: string
  readonly isMaker: boolean
  readonly markTicks: number
  readonly atMs: number
  readonly seq: number
}
