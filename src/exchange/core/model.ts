/**
 * What the exchange keeps: plain data that the other files of the core change in place.
 *
 *   Venue ─┬─ Listing (instrument, its two book sides, its marks)      one per symbol
 *          └─ Account ─┬─ Holding per symbol: mode, leverage, three positions (idx 0, 1, 2), open orders
 *                      └─ orders, executions, cash
 */
import type { Instrument } from '../../domain/instrument.ts'
import type { WorldAccount } from '../world.ts'
import type { Doubts } from '../world-doubts.ts'
import type { PartialFill } from '../world-matching.ts'
import type { Agenda } from './agenda.ts'
import type { Books, Exposure, Figures, Liquidation, ListingStatus, RiskTier, Watch } from './books.ts'
import type { Delays } from './delays.ts'
import type { Ids } from './ids.ts'
import type { Latest } from './latest.ts'
import type { EndpointLimit } from './limits.ts'
import type { MarketRecord } from './marketrecord.ts'
import type { ExecutionTerms, OrderTerms, Triggers } from './orderterms.ts'
import type { CoreReply, Push } from './types.ts'

export type PositionIdx = 0 | 1 | 2
/** One price of one side; book.ts has the picture. */
export interface Level {
  readonly priceTicks: number
  /** Somebody is there: its price is one of the side's. */
  isListed: boolean
  marketLots: number
  /** Lots accounts' orders still want at this level. */
  orderLots: number
  /** Market lots that have traded away from the front. */
  gone: number
  first: Order | null
  last: Order | null
}

export interface BookSide {
  readonly isBid: boolean
  /** Levels in use, and some empty ones. */
  readonly byPrice: Map<number, Level>
  /** Prices in use, the best one last, so that taking the best is a pop. */
  readonly prices: number[]
}

/** One instrument with everything that changes about it. Prices in ticks, quantities in lots. */
export interface Listing {
  readonly index: number
  readonly instrument: Instrument
  /** Worth of one lot at a price of one tick, 1e-8 USDT. */
  readonly valueScale: number
  /** Smallest first; the last one's limit is the largest position of one account. */
  readonly riskTiers: readonly RiskTier[]
  /** Decimal text of the rate the next funding settles at. */
  fundingRate: string
  /** Rates of past settlements by their time in ms, oldest first; bounded. */
  readonly settledRates: Map<number, string>
  status: ListingStatus
  readonly bids: BookSide
  readonly asks: BookSide
  /** Retail price improvement orders: in no public book, for takers that ask for them (facts §3.2, §6.4). */
  readonly rpiBids: BookSide
  readonly rpiAsks: BookSide
  /** Orders that wait for a price. */
  readonly triggers: Triggers<Order>
  /** Orders frames of this symbol across all topics and executions. */
  seq: number
  bidTicks: number
  askTicks: number
  markTicks: number
  indexTicks: number
  /** 30 s mean of mid minus mark, ticks (a float: it only shifts the band); and how much of it counts. */
  premiumTicks(): number
  readonly premiumShare: number
  readonly openTicks: number
  lastTicks: number
  lastDirection: TickDirection
  /** Candles, trades, open interest; what the stream has told. */
  readonly record: MarketRecord<PublicTrade>
  /** Time of the latest change of the book, ms. */
  changedMs: number
  /** Delay between acknowledgement and matching of orders that open, ms. */
  readonly matchDelayMs: { buy: number; sell: number }
  /** In which pieces orders that open are filled; null: as the book has it. */
  readonly fillPlan: { buy: FillPlan | null; sell: FillPlan | null }
  /** Public feeds that want to hear of changes and trades. */
  readonly feeds: Feed[]
}

/** The pieces in which one side of a symbol is filled; partials.ts has the picture. */
export interface FillPlan {
  readonly fills: PartialFill['fills']
  /** Orders under way: when each met the book, and which piece is next. */
  readonly progress: WeakMap<Order, { readonly metMs: number; next: number }>
}

export type TickDirection = 'PlusTick' | 'ZeroPlusTick' | 'MinusTick' | 'ZeroMinusTick'

export interface PublicTrade {
  readonly number: number
  readonly atMs: number
  readonly takerBuys: boolean
  readonly priceTicks: number
  readonly lots: number
  readonly direction: TickDirection
  readonly seq: number
  readonly isRpi: boolean
}

export interface Feed {
  onBook(atMs: number): void
  onTrade(trade: PublicTrade): void
  onLiquidation?(liquidation: Liquidation): void
}

export interface Order extends OrderTerms {
  readonly account: Account
  readonly listing: Listing
  readonly holding: Holding
  readonly idx: PositionIdx
  executions: Execution[]
  /** Place in the book. */
  level: Level | null
  prev: Order | null
  next: Order | null
}

export interface Execution extends ExecutionTerms {
  readonly order: Order
}

export interface Position {
  readonly holding: Holding
  readonly idx: PositionIdx
  /** Signed: long above zero. idx 1 is never below, idx 2 never above. */
  lots: number
  /** What was paid for what is held now, 1e-8 USDT, never negative. */
  costE8: number
  /** Fees paid for opening what is held now. */
  openFeeE8: number
  /** Being liquidated: it can be neither traded nor left. */
  isLiq: boolean
  /** Realised since this position was opened, fees included. */
  curRealisedE8: number
  cumRealisedE8: number
  createdMs: number
  updatedMs: number
  openMs: number
  seq: number
  /** What margin.ts last worked out for it. */
  figures: Figures
  /** What was last told of it. */
  picture: PositionPicture | null
  /** What its account's sums were then. */
  picturedIn: Exposure | null
  isTouched: boolean
  /** Its take-profits, stop-losses and trailing stop, as long as they are open. */
  readonly stops: Order[]
  /** What the row shows of them, whole position only; 0 is none. */
  takeProfitTicks: number
  stopLossTicks: number
  trailTicks: number
}

/** Everything a position row shows, as it was at one moment. */
export interface PositionPicture {
  readonly position: Position
  readonly figures: Figures
  /** A float; NaN is none. */
  readonly liquidationTicks: number
}

/** One symbol of one account. */
export interface Holding {
  readonly account: Account
  readonly listing: Listing
  isHedge: boolean
  /** Hundredths: 1000 is 10×. */
  leverageCents: number
  readonly positions: readonly [Position, Position, Position]
  /** By number, oldest first. */
  readonly open: Map<number, Order>
  /** Those of `open` that wait for a price. */
  readonly stops: Set<Order>
}

export interface Account {
  readonly id: string
  readonly apiKey: string
  readonly apiSecret: string
  /** What the key may do. */
  readonly key: Pick<
    WorldAccount,
    'readOnly' | 'permissions' | 'ips' | 'symbols' | 'refusedWith' | 'rsaPublicKey' | 'environment'
  >
  readonly holdings: readonly Holding[]
  cashE8: number
  readonly startCashE8: number
  /** Futures P&L realised, fees included. */
  realisedE8: number
  feesPaidE8: number
  /** Margin held by open orders. */
  orderHoldE8: number
  /** What margin.ts last worked out for it. */
  exposure: Exposure
  /** What closing a position is expected to cost, in 1e-8 of its value. */
  readonly takerRateE8: number
  readonly books: Books
  /** Positions that are not flat. */
  readonly live: Set<Position>
  /** Out-of-band prices move to the band's edge; false refuses them. */
  modifiesPrices: boolean
  readonly byLink: Map<string, Order>
  /** Oldest first, so in the order of their numbers; bounded (remembered.ts). */
  orders: Order[]
  /** The last ones that have ended, and how many ever did. */
  readonly closed: Latest<Order>
  closedCount: number
  /** Number of the first closed order that `realtime` may still show; a restart of the venue moves it. */
  recentFrom: number
  executions: Execution[]
  readonly limits: ReadonlyMap<string, EndpointLimit>
  readonly outbox: Outbox
}

/** What changed for one account and was not pushed yet. */
export interface Outbox {
  readonly orders: Order[]
  readonly executions: Execution[]
  readonly positions: Position[]
  walletChanged: boolean
  isListed: boolean
}

export interface Rules {
  readonly takerRateE8: number
  readonly makerRateE8: number
  readonly takerRate: string
  readonly makerRate: string
  readonly readLagMs: number
  readonly ackDelayMs: number
  readonly cancelDelayMs: number
  readonly doubts: Doubts
}

export interface Venue {
  nowMs: number
  readonly agenda: Agenda
  readonly rules: Rules
  readonly delays: Delays
  readonly listings: readonly Listing[]
  readonly bySymbol: ReadonlyMap<string, Listing>
  readonly accounts: ReadonlyMap<string, Account>
  readonly ids: { readonly order: Ids; readonly execution: Ids; readonly trade: Ids }
  orderNumber: number
  executionNumber: number
  tradeNumber: number
  /** Accounts with something in their outbox. */
  readonly changed: Account[]
  /** Pushes of the call in progress. */
  readonly pushes: Push[]
  readonly counters: Record<string, number>
  /** Hands an order to the matching later; orders.ts sets the moment. */
  readonly delayed: DelayedOrders
  /** Cancels accepted and not yet in effect. */
  readonly cancels: DelayedOrders
  readonly stops: StopOrders
  readonly watch: Watch
}

/** What matching tells of prices and fills; stops.ts and protection.ts act on it. */
export interface StopOrders {
  /** A trigger price was reached: the order's turn comes when the work at hand is done. */
  fire(order: Order): void
  /** A fill of an order that brings TP/SL, or of a position that has some. */
  filled(order: Order, lots: number): void
}

export interface DelayedOrders {
  add(order: Order): void
  remove(order: Order): void
}

/** The answer of an endpoint; the router adds what every reply has. */
export type Answer = Pick<CoreReply, 'retCode' | 'retMsg' | 'result'> & { readonly retExtInfo?: unknown }

export const OK = (result: unknown): Answer => ({ retCode: 0, retMsg: 'OK', result })
export const refuse = (retCode: number, retMsg: string): Answer => ({ retCode, retMsg, result: {} })

export function count(venue: Venue, name: string, by = 1): void {
  venue.counters[name] = (venue.counters[name] ?? 0) + by
}

export function isOpen(order: Pick<Order, 'closedAs'>): boolean {
  return order.closedAs < 0
}
