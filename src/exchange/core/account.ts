/**
 * An account's money and positions.
 *
 *   cash' = cash - fee + realised P&L          sum of executions = positions, to the lot
 *
 * A closing fill takes its share of the cost with it (average price, rounded down to 1e-8 USDT); what stays is the
 * rest, so nothing is lost between them.
 */
import type { WorldAccount } from '../world.ts'
import type { Books, Exposure, Figures } from './books.ts'
import { createLatest } from './latest.ts'
import { createLimit, type EndpointLimit, type LimitGroup, windowMsOf } from './limits.ts'
import type { Account, Holding, Listing, Order, Position, PositionIdx, Venue } from './model.ts'
import { count } from './model.ts'
import { e8FromText, mulDiv } from './money.ts'

/** Ended orders that `realtime` still finds. */
export const RECENT_CLOSED = 500

export function createAccount(
  world: WorldAccount,
  listings: readonly Listing[],
  limits: Readonly<Record<LimitGroup, number>>,
  endpoints: ReadonlyMap<string, LimitGroup>,
  { takerRateE8, openedMs }: { readonly takerRateE8: number; readonly openedMs: number },
): Account {
  const counters = new Map<string, EndpointLimit>()
  for (const [path, group] of endpoints) counters.set(path, createLimit(limits[group], windowMsOf(group)))
  const holdings: Holding[] = []
  const account: Account = {
    id: world.accountId,
    apiKey: world.apiKey,
    apiSecret: world.apiSecret,
    key: world,
    holdings,
    cashE8: e8FromText(world.usdt),
    startCashE8: e8FromText(world.usdt),
    realisedE8: 0,
    feesPaidE8: 0,
    orderHoldE8: 0,
    exposure: NO_EXPOSURE,
    takerRateE8,
    books: createBooks(openedMs),
    live: new Set(),
    modifiesPrices: true,
    byLink: new Map(),
    orders: [],
    closed: createLatest(RECENT_CLOSED),
    closedCount: 0,
    recentFrom: 0,
    executions: [],
    limits: counters,
    outbox: { orders: [], executions: [], positions: [], walletChanged: false, isListed: false },
  }
  for (const listing of listings) holdings.push(createHolding(account, listing, world))
  return account
}

function createBooks(settingsMs: number): Books {
  return {
    coins: new Map(),
    transfers: [],
    insuredE8: 0,
    dcp: new Map(),
    dcpDueMs: Number.POSITIVE_INFINITY,
    hedgesSpot: false,
    settingsMs,
  }
}

function createHolding(account: Account, listing: Listing, world: WorldAccount): Holding {
  const positions: Position[] = []
  const holding = {
    account,
    listing,
    isHedge: world.positionMode === 3,
    leverageCents: Math.round(Number(world.leverage) * 100),
    positions: positions as unknown as Holding['positions'],
    open: new Map<number, Order>(),
    stops: new Set<Order>(),
  }
  for (const idx of [0, 1, 2] as const) positions.push(createPosition(holding, idx))
  return holding
}

const NO_EXPOSURE: Exposure = { cashE8: 0, uplE8: 0, initialE8: 0, maintenanceE8: 0 }

/** Those of no position: the first question finds them out of date. */
const NO_FIGURES: Figures = {
  markTicks: 0,
  lots: 0,
  costE8: 0,
  leverageCents: 0,
  valueE8: 0,
  uplE8: 0,
  initialE8: 0,
  maintenanceE8: 0,
}

function createPosition(holding: Holding, idx: PositionIdx): Position {
  return {
    holding,
    idx,
    lots: 0,
    costE8: 0,
    openFeeE8: 0,
    isLiq: false,
    curRealisedE8: 0,
    cumRealisedE8: 0,
    createdMs: 0,
    updatedMs: 0,
    openMs: 0,
    seq: -1,
    figures: NO_FIGURES,
    picture: null,
    picturedIn: null,
    isTouched: false,
    stops: [],
    takeProfitTicks: 0,
    stopLossTicks: 0,
    trailTicks: 0,
  }
}

/** What a fill did to the account's books. */
export interface Settled {
  /** Realised P&L of what was closed, before fees. */
  readonly pnlE8: number
  readonly closedLots: number
  /** Fees once paid for opening what was closed. */
  readonly openFeeE8: number
  /** The same P&L after the fees of opening and closing: what closed-pnl shows. */
  readonly netE8: number
}

/** Books one fill: position, realised P&L, fee, cash. Answers what it closed. */
export function settleFill(
  order: Order,
  fill: {
    readonly lots: number
    readonly valueE8: number
    readonly feeE8: number
    readonly atMs: number
    readonly seq: number
  },
): Settled {
  const position = order.holding.positions[order.idx]
  const { account } = order
  const held = position.lots
  const isClosing = order.isBuy ? held < 0 : held > 0
  const closedLots = isClosing ? Math.min(Math.abs(held), fill.lots) : 0
  const closedCostE8 = closedLots === 0 ? 0 : mulDiv(position.costE8, closedLots, Math.abs(held))
  const closedValueE8 = closedLots === fill.lots ? fill.valueE8 : (fill.valueE8 / fill.lots) * closedLots
  const pnlE8 = closedLots === 0 ? 0 : held > 0 ? closedValueE8 - closedCostE8 : closedCostE8 - closedValueE8
  const openFeeE8 = closedLots === 0 ? 0 : mulDiv(position.openFeeE8, closedLots, Math.abs(held))
  const closeFeeE8 = closedLots === 0 ? 0 : mulDiv(fill.feeE8, closedLots, fill.lots)
  // From flat, or through it to the other side: a new position begins.
  if (held === 0 || closedLots < fill.lots) openNew(position, held, closedLots, fill.atMs)
  position.lots += order.isBuy ? fill.lots : -fill.lots
  position.costE8 += fill.valueE8 - closedValueE8 - closedCostE8
  position.openFeeE8 += fill.feeE8 - closeFeeE8 - openFeeE8
  book(position, pnlE8 - fill.feeE8, fill.atMs)
  position.seq = fill.seq
  if (position.lots === 0) account.live.delete(position)
  else account.live.add(position)
  account.feesPaidE8 += fill.feeE8
  return { pnlE8, closedLots, openFeeE8, netE8: closedLots === 0 ? 0 : pnlE8 - openFeeE8 - closeFeeE8 }
}

/** Money that came in or went out because of a position: cash and what was realised change alike. */
export function book(position: Position, changeE8: number, atMs: number): void {
  const { account } = position.holding
  position.curRealisedE8 += changeE8
  position.cumRealisedE8 += changeE8
  position.updatedMs = atMs
  account.cashE8 += changeE8
  account.realisedE8 += changeE8
}

function openNew(position: Position, held: number, closedLots: number, atMs: number): void {
  if (held !== 0 && closedLots === 0) return
  position.curRealisedE8 = 0
  position.openMs = atMs
  if (position.createdMs === 0) position.createdMs = atMs
}

/** Lots an order of this side can close in its position: 0 when the position is flat or on the same side. */
export function closableLots(position: Position, isBuy: boolean): number {
  return isBuy ? Math.max(0, -position.lots) : Math.max(0, position.lots)
}

/** Gives back the margin held for the part of an order that is no longer open. */
export function releaseHold(order: Order, leavesBefore: number): void {
  const keptE8 = leavesBefore === 0 ? 0 : mulDiv(order.holdE8, order.leaves, leavesBefore)
  order.account.orderHoldE8 -= order.holdE8 - keptE8
  order.holdE8 = keptE8
}

/** Marks an order as ended: out of the open set, margin given back. */
export function closeOrder(venue: Venue, order: Order, status: Order['status']): void {
  const { account } = order
  order.status = status
  order.updatedMs = venue.nowMs
  order.account.orderHoldE8 -= order.holdE8
  order.holdE8 = 0
  order.holding.open.delete(order.number)
  order.closedAs = account.closedCount
  account.closedCount += 1
  account.closed.add(order)
  if (status !== 'Filled') count(venue, 'ordersCancelled')
}
