/**
 * What the executor needs from a venue, in our words. `venue/rest.ts` is the Bybit one; tests and the simulation have
 * others. No method ever rejects: what the world does wrong is a value.
 */
import type { LegName, Side, TimeInForce } from '../domain/order.ts'
import type { PositionRow, VenueExecutionRow, VenueOrderRow } from '../domain/rows.ts'

/**
 * Did it happen? The one question to ask of an answer.
 * `refused` is certain: nothing was placed, a new submit may follow. After `unknown` only a query may follow.
 */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | {
      readonly kind: 'refused'
      /** The venue's retCode, or the HTTP status when there was none, or 0 when nothing was ever sent. */
      readonly code: number
      readonly reason: string
      /** Rate limited: worth trying again after so long. */
      readonly retryAfterMs?: number
      /** 403: every REST call is refused without being sent until this monotonic moment. */
      readonly bannedUntilUs?: number
    }
  | { readonly kind: 'unknown'; readonly code: number; readonly reason: string }

export interface OrderRequest {
  readonly clientId: string
  readonly symbol: string
  readonly leg: LegName
  readonly side: Side
  readonly lots: number
  /** Null sends a market order. */
  readonly priceTicks: number | null
  readonly timeInForce: TimeInForce
  readonly reduceOnly: boolean
  readonly closeAll: boolean
}

export interface Submitted {
  readonly venueOrderId: string
}

/** What every book says of one client order id. */
export interface OrderInquiry {
  /** The newest row found in `order/realtime`, else `order/history`; null when neither knows the id. */
  readonly row: VenueOrderRow | null
  readonly executions: readonly VenueExecutionRow[]
  /** The venue's clock before the first of the questions was asked, ms. */
  readonly askedVenueMs: number
}

export interface Gateway {
  /** `venueTimestampMs` is what the request was signed with: the venue may accept until it plus the receive window. */
  submit(request: OrderRequest): { readonly venueTimestampMs: number; readonly reply: Promise<Outcome<Submitted>> }
  /**
   * Done means accepted, not cancelled: the order may still fill. Refused with 110001, 110008 or 110010 means there was
   * nothing left to cancel (filled, cancelled or never there alike): inquire before concluding anything.
   */
  cancel(symbol: string, clientId: string): Promise<Outcome<null>>
  /** Realtime, history and executions by id, all three. Unknown when any of them could not be read. */
  inquire(symbol: string, clientId: string): Promise<Outcome<OrderInquiry>>
  /** A leg without a row is flat: the venue leaves flat ones out when several symbols are asked for. */
  positions(symbols: readonly string[]): Promise<Outcome<readonly PositionRow[]>>
  openOrders(symbols: readonly string[]): Promise<Outcome<readonly VenueOrderRow[]>>
  /** Executions of the symbols since a venue time, oldest first, all pages. */
  executionsSince(symbols: readonly string[], sinceMs: number): Promise<Outcome<readonly VenueExecutionRow[]>>
  /** All orders of the symbols since a venue time: open ones and history, all pages. */
  ordersSince(symbols: readonly string[], sinceMs: number): Promise<Outcome<readonly VenueOrderRow[]>>
  /** The venue's clock as far as we know it, ms, fraction kept. Never ahead of it, once synchronised. */
  venueNowMs(): number
}

/** A change of the account's cash in the settle coin, as the venue's own log has it. */
export interface CashChange {
  readonly id: string
  /** The venue's own word: TRADE, SETTLEMENT (funding), LIQUIDATION, TRANSFER_IN, … */
  readonly type: string
  /** Empty when it is about none: a transfer. */
  readonly symbol: string
  /** Empty when no order of a client caused it. */
  readonly clientId: string
  /** USD; fees and what was paid are below zero. */
  readonly usd: number
  readonly venueMs: number
}

/** The money side of the venue's books. Whoever trades in the account moves it. */
export interface WalletReader {
  wallet(): Promise<Outcome<WalletSummary>>
  /** Changes of cash since a venue time, at most a day: all pages, of every symbol and of none. */
  cashChangesSince(sinceMs: number): Promise<Outcome<readonly CashChange[]>>
}

export interface WalletSummary {
  /** USD, as the venue values it. */
  readonly equityUsd: number
  readonly availableUsd: number
  /** `walletBalance` of the settle coin: what was paid in, realised and paid in fees; open profit is not in it. */
  readonly cashUsd: number
}

/** What the private stream tells. Rows may repeat, overtake each other and overtake replies. */
export type PrivateEvent =
  | { readonly kind: 'order'; readonly row: VenueOrderRow }
  | { readonly kind: 'execution'; readonly row: VenueExecutionRow }
  | { readonly kind: 'ready' } // authenticated and subscribed
  | { readonly kind: 'gap'; readonly fromUs: number; readonly toUs: number } // heard nothing in between; followed by ready
