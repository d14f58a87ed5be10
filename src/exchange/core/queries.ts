/**
 * What an account can ask about itself. An id beats every other filter (facts §3.2); what was accepted less than the
 * world's read lag ago is not there yet.
 */

import { RECENT_CLOSED } from './account.ts'
import { positionRestRow } from './accountrows.ts'
import type { Account, Answer, Order, Venue } from './model.ts'
import { isOpen, OK, refuse } from './model.ts'
import { executionRestRow, orderRestRow } from './orderrows.ts'
import { cursorOf, newestPage, pageSizeOf, windowOf } from './page.ts'
import { orderById } from './remembered.ts'
import { fitsFilter } from './stoplist.ts'
import { badParam, isAnswer, type Params, textOf } from './validate.ts'

const DAY_MS = 24 * 3_600_000
/** Demo keeps orders for so long (facts §1). */
const DEMO_KEPT_MS = 7 * DAY_MS
const EMPTY_CURSOR = { nextPageCursor: '' }
/** Categories that exist at the venue and hold nothing here. */
const OTHER_CATEGORIES: ReadonlySet<string> = new Set(['spot', 'inverse', 'option'])

/** Answers for categories other than linear: an empty list where the venue has them. Null for linear. */
export function otherCategory(params: Params): Answer | null {
  const category = textOf(params['category'])
  if (category === 'linear') return null
  return OTHER_CATEGORIES.has(category) ? OK({ category, list: [], ...EMPTY_CURSOR }) : badParam('category')
}

/** Where a world refuses the categories it holds nothing of (a doubt, facts §10.26), the refusal; else null. */
export function refusesCategory(venue: Venue, params: Params): Answer | null {
  const isRefused = venue.rules.doubts.otherCategories === 'refused' && OTHER_CATEGORIES.has(textOf(params['category']))
  return isRefused ? badParam('category') : null
}

/** Which orders, executions or positions are meant by symbol > baseCoin > settleCoin. Null when the symbol is unknown. */
function coinFilter(venue: Venue, params: Params): ((symbol: string, baseCoin: string) => boolean) | null {
  const symbol = textOf(params['symbol'])
  const baseCoin = textOf(params['baseCoin'])
  const settleCoin = textOf(params['settleCoin'])
  if (symbol !== '') return venue.bySymbol.has(symbol) ? (each) => each === symbol : null
  if (baseCoin !== '') return (_, each) => each === baseCoin
  return () => settleCoin === '' || settleCoin === 'USDT'
}

function hasCoin(params: Params): boolean {
  return ['symbol', 'baseCoin', 'settleCoin'].some((name) => textOf(params[name]) !== '')
}

/** The order an id in the query names, if any was given: orderId beats orderLinkId. Undefined without an id. */
function orderByIds(venue: Venue, account: Account, params: Params): Order | null | undefined {
  const orderId = textOf(params['orderId'])
  const linkId = textOf(params['orderLinkId'])
  if (orderId !== '') return orderById(venue, account, orderId) ?? null
  return linkId === '' ? undefined : (account.byLink.get(linkId) ?? null)
}

function isVisible(venue: Venue, sinceMs: number): boolean {
  return sinceMs + venue.rules.readLagMs <= venue.nowMs
}

const ordersAnswer = (orders: readonly Order[], nextPageCursor = ''): Answer =>
  OK({ category: 'linear', nextPageCursor, list: orders.map(orderRestRow) })

/** GET /v5/order/realtime */
export function realtimeOrders(venue: Venue, account: Account, params: Params): Answer {
  const other = otherCategory(params)
  if (other !== null) return other
  const recentFrom = Math.max(account.recentFrom, account.closedCount - RECENT_CLOSED)
  const isRecent = (order: Order): boolean => isOpen(order) || order.closedAs >= recentFrom
  const byId = orderByIds(venue, account, params)
  if (byId !== undefined) {
    const isFound = byId !== null && isRecent(byId) && isVisible(venue, byId.createdMs)
    return ordersAnswer(isFound ? [byId] : [])
  }
  if (!hasCoin(params)) return refuse(10001, 'params error: symbol, settleCoin or baseCoin is required')
  const filter = coinFilter(venue, params)
  if (filter === null) return badParam('symbol')
  const after = cursorOf(params)
  if (after === null) return badParam('cursor')
  const limit = pageSizeOf(venue, params, 20, 50)
  if (typeof limit !== 'number') return limit
  const orderFilter = textOf(params['orderFilter'])
  const rows =
    textOf(params['openOnly']) === '1' ? account.closed.newest(RECENT_CLOSED).filter(isRecent) : openOrders(account)
  const page = newestPage([...rows].sort(byNumber), {
    limit,
    after,
    numberOf: (order) => order.number,
    matches: (order) =>
      passes(order, filter) && isVisible(venue, order.createdMs) && fitsFilter(venue, order, orderFilter),
  })
  return ordersAnswer(page.rows, page.nextPageCursor)
}

const byNumber = (one: Order, other: Order): number => one.number - other.number

function openOrders(account: Account): Order[] {
  return account.holdings.flatMap((holding) => [...holding.open.values()])
}

function passes(order: Order, filter: (symbol: string, baseCoin: string) => boolean): boolean {
  const { symbol, baseCoin } = order.listing.instrument
  return filter(symbol, baseCoin)
}

/** GET /v5/order/history: what has ended. Orders that ended without any fill are there for a day only. */
export function orderHistory(venue: Venue, account: Account, params: Params): Answer {
  const other = otherCategory(params)
  if (other !== null) return other
  const keptMs = account.key.environment === 'demo' ? DEMO_KEPT_MS : Number.POSITIVE_INFINITY
  const isShown = (order: Order): boolean =>
    !isOpen(order) &&
    isVisible(venue, order.updatedMs) &&
    venue.nowMs - order.updatedMs < (order.filled.lots > 0 ? keptMs : DAY_MS)
  const byId = orderByIds(venue, account, params)
  if (byId !== undefined) return ordersAnswer(byId !== null && isShown(byId) ? [byId] : [])
  const filter = coinFilter(venue, params)
  if (filter === null) return badParam('symbol')
  const after = cursorOf(params)
  if (after === null) return badParam('cursor')
  const limit = pageSizeOf(venue, params, 20, 50)
  if (typeof limit !== 'number') return limit
  const window = windowOf(params, venue.nowMs)
  if (isAnswer(window)) return window
  const status = textOf(params['orderStatus'])
  const orderFilter = textOf(params['orderFilter'])
  const page = newestPage(account.orders, {
    limit,
    after,
    numberOf: (order) => order.number,
    matches: (order) =>
      isShown(order) &&
      passes(order, filter) &&
      fitsFilter(venue, order, orderFilter) &&
      (status === '' || order.status === status) &&
      order.createdMs >= window.fromMs &&
      order.createdMs <= window.toMs,
  })
  return ordersAnswer(page.rows, page.nextPageCursor)
}

/** GET /v5/execution/list */
export function executionList(venue: Venue, account: Account, params: Params): Answer {
  const other = otherCategory(params)
  if (other !== null) return other
  const byId = orderByIds(venue, account, params)
  const filter = coinFilter(venue, params)
  if (filter === null) return badParam('symbol')
  const after = cursorOf(params)
  if (after === null) return badParam('cursor')
  const limit = pageSizeOf(venue, params, 50, 100)
  if (typeof limit !== 'number') return limit
  const window = windowOf(params, venue.nowMs)
  if (isAnswer(window)) return window
  const execType = textOf(params['execType'])
  const rows = byId === undefined ? account.executions : (byId?.executions ?? [])
  const page = newestPage(rows, {
    limit,
    after,
    numberOf: (execution) => execution.number,
    matches: (execution) =>
      isVisible(venue, execution.atMs) &&
      (byId !== undefined ||
        ((execType === '' || execType === execution.kind) &&
          passes(execution.order, filter) &&
          execution.atMs >= window.fromMs &&
          execution.atMs <= window.toMs)),
  })
  return OK({
    category: 'linear',
    nextPageCursor: page.nextPageCursor,
    list: page.rows.map((each) => executionRestRow(each, venue)),
  })
}

/** GET /v5/position/list: by symbol flat rows too, by coin only what is held (facts §3.3). */
export function positionList(venue: Venue, account: Account, params: Params): Answer {
  const other = otherCategory(params)
  if (other !== null) return other
  if (textOf(params['symbol']) === '' && textOf(params['settleCoin']) === '') {
    return refuse(10001, 'params error: symbol or settleCoin is required')
  }
  const symbol = textOf(params['symbol'])
  const listing = venue.bySymbol.get(symbol)
  if (symbol !== '' && listing === undefined) return badParam('symbol')
  const after = cursorOf(params)
  if (after === null) return badParam('cursor')
  const limit = pageSizeOf(venue, params, 20, 200)
  if (typeof limit !== 'number') return limit
  const rows = account.holdings
    .filter((holding) => symbol === '' || holding.listing === listing)
    .flatMap(({ isHedge, positions: [both, long, short] }) => {
      if (!isHedge) return [both]
      // Not by index, as seen live: what is held comes before what is not (facts §3.3).
      return long.lots === 0 ? [short, long] : [long, short]
    })
    .filter((position) => symbol !== '' || (position.lots !== 0 && textOf(params['settleCoin']) === 'USDT'))
  const numbered = rows.map((position, at) => ({ position, number: rows.length - at }))
  const page = newestPage(numbered.toReversed(), {
    limit,
    after,
    numberOf: (row) => row.number,
    matches: () => true,
  })
  const list = page.rows.map((row) => positionRestRow(row.position))
  return OK({ category: 'linear', nextPageCursor: page.nextPageCursor, list })
}
