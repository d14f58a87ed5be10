/**
 * The venue's endpoints: which function answers, and what each counts against (facts §9).
 */
import type { LimitGroup } from './limits.ts'
import { fundingHistory, instrumentsInfo, marketTime, orderbook, priceLimit, tickers } from './marketqueries.ts'
import type { Account, Answer, Venue } from './model.ts'
import { amendOrder, cancelAll, cancelOrder, createOrder } from './orders.ts'
import { executionList, orderHistory, positionList, realtimeOrders, walletBalance } from './queries.ts'
import { accountInfo, feeRate, queryApi, setLeverage, setPriceAction, switchMode } from './settings.ts'
import type { Params } from './validate.ts'

export interface PublicRoute {
  readonly limit: null
  readonly answer: (venue: Venue, params: Params) => Answer
}

export interface PrivateRoute {
  readonly limit: LimitGroup
  readonly answer: (venue: Venue, account: Account, params: Params) => Answer
}

const open = (answer: PublicRoute['answer']): PublicRoute => ({ limit: null, answer })
const own = (limit: LimitGroup, answer: PrivateRoute['answer']): PrivateRoute => ({ limit, answer })

/** By "METHOD path". */
export const ROUTES: ReadonlyMap<string, PublicRoute | PrivateRoute> = new Map<string, PublicRoute | PrivateRoute>([
  ['GET /v5/market/time', open(marketTime)],
  ['GET /v5/market/instruments-info', open(instrumentsInfo)],
  ['GET /v5/market/tickers', open(tickers)],
  ['GET /v5/market/orderbook', open(orderbook)],
  ['GET /v5/market/price-limit', open(priceLimit)],
  ['GET /v5/market/funding/history', open(fundingHistory)],
  ['POST /v5/order/create', own('create', createOrder)],
  ['POST /v5/order/amend', own('amend', amendOrder)],
  ['POST /v5/order/cancel', own('cancel', cancelOrder)],
  ['POST /v5/order/cancel-all', own('cancelAll', cancelAll)],
  ['GET /v5/order/realtime', own('read', realtimeOrders)],
  ['GET /v5/order/history', own('read', orderHistory)],
  ['GET /v5/execution/list', own('read', executionList)],
  ['GET /v5/position/list', own('read', positionList)],
  ['POST /v5/position/switch-mode', own('settings', switchMode)],
  ['POST /v5/position/set-leverage', own('settings', setLeverage)],
  ['GET /v5/account/wallet-balance', own('read', walletBalance)],
  ['GET /v5/account/info', own('read', accountInfo)],
  ['GET /v5/account/fee-rate', own('settings', feeRate)],
  ['POST /v5/account/set-limit-px-action', own('settings', setPriceAction)],
  ['GET /v5/user/query-api', own('settings', queryApi)],
])
