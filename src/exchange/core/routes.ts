/**
 * The venue's endpoints: which function answers, and what each counts against (facts §9).
 */
import { accountInfo, coinInfo, feeRate, queryApi, smpGroup, walletBalance } from './accountqueries.ts'
import { amendBatch, cancelBatch, createBatch, ordersIn } from './batch.ts'
import { closedPnl } from './closedpnl.ts'
import { dcpInfo, setDcp } from './dcp.ts'
import { applyMoney } from './demofunds.ts'
import {
  accountRatio,
  fundingHistory,
  indexPriceKline,
  kline,
  markPriceKline,
  openInterest,
  premiumIndexPriceKline,
} from './historyqueries.ts'
import { transactionLog } from './ledger.ts'
import type { LimitGroup } from './limits.ts'
import { instrumentsInfo, marketTime, orderbook, priceLimit, recentTrades, tickers } from './marketqueries.ts'
import type { Account, Answer, Venue } from './model.ts'
import { amendOrder, cancelAll, cancelOrder, createOrder } from './orders.ts'
import { executionList, orderHistory, positionList, realtimeOrders } from './queries.ts'
import { insurance, riskLimit } from './riskqueries.ts'
import {
  addMargin,
  setAutoAddMargin,
  setHedgingMode,
  setLeverage,
  setMarginMode,
  setPriceAction,
  switchMode,
  symbolInfo,
} from './settings.ts'
import { tradingStop } from './tradingstop.ts'
import type { CoreReply, CoreRequest } from './types.ts'
import type { Params } from './validate.ts'

/** How an endpoint's envelope differs from the common one when it succeeds (facts §3.0; the samples of each). */
interface Manner {
  /** `retMsg` of success where it is not "OK". */
  readonly says?: string
  /** Parts of the envelope its documented sample leaves out. */
  readonly omits?: CoreReply['omits']
}

export interface PublicRoute extends Manner {
  readonly method: 'GET'
  readonly limit: null
  readonly answer: (venue: Venue, params: Params) => Answer
}

export interface PrivateRoute extends Manner {
  readonly method: CoreRequest['method']
  readonly limit: LimitGroup
  /** A batch is as many visits as it has orders, and is answered even when the budget covers none of them. */
  readonly visits: ((params: Params) => number) | null
  /** `admitted`: how many of the visits the budget covers. */
  readonly answer: (venue: Venue, account: Account, params: Params, admitted: number) => Answer
}

const open = (answer: PublicRoute['answer'], manner: Manner = {}): PublicRoute => {
  return { method: 'GET', limit: null, answer, ...manner }
}
const read = (limit: LimitGroup, answer: PrivateRoute['answer'], manner: Manner = {}): PrivateRoute => {
  return { method: 'GET', limit, visits: null, answer, ...manner }
}
const write = (limit: LimitGroup, answer: PrivateRoute['answer'], manner: Manner = {}): PrivateRoute => {
  return { method: 'POST', limit, visits: null, answer, ...manner }
}
const batch = (limit: LimitGroup, answer: PrivateRoute['answer']): PrivateRoute => {
  return { method: 'POST', limit, visits: ordersIn, answer }
}

/** Of the whole envelope, code and message alone. */
const BARE: CoreReply['omits'] = ['result', 'retExtInfo', 'time']

/** By path; each has one method. */
export const ROUTES: ReadonlyMap<string, PublicRoute | PrivateRoute> = new Map<string, PublicRoute | PrivateRoute>([
  ['/v5/market/time', open(marketTime)],
  ['/v5/market/instruments-info', open(instrumentsInfo)],
  ['/v5/market/tickers', open(tickers)],
  ['/v5/market/orderbook', open(orderbook)],
  ['/v5/market/price-limit', open(priceLimit, { says: '' })],
  ['/v5/market/funding/history', open(fundingHistory)],
  ['/v5/market/open-interest', open(openInterest)],
  ['/v5/market/account-ratio', open(accountRatio)],
  ['/v5/market/recent-trade', open(recentTrades)],
  ['/v5/market/kline', open(kline)],
  ['/v5/market/mark-price-kline', open(markPriceKline)],
  ['/v5/market/index-price-kline', open(indexPriceKline)],
  ['/v5/market/premium-index-price-kline', open(premiumIndexPriceKline)],
  ['/v5/market/risk-limit', open(riskLimit)],
  ['/v5/market/insurance', open(insurance)],
  ['/v5/order/create', write('create', createOrder)],
  ['/v5/order/amend', write('amend', amendOrder)],
  ['/v5/order/cancel', write('cancel', cancelOrder)],
  ['/v5/order/cancel-all', write('cancelAll', cancelAll)],
  ['/v5/order/create-batch', batch('createBatch', createBatch)],
  ['/v5/order/amend-batch', batch('amendBatch', amendBatch)],
  ['/v5/order/cancel-batch', batch('cancelBatch', cancelBatch)],
  ['/v5/order/realtime', read('read', realtimeOrders)],
  ['/v5/order/history', read('read', orderHistory)],
  ['/v5/execution/list', read('read', executionList)],
  ['/v5/position/list', read('read', positionList)],
  ['/v5/position/switch-mode', write('settings', switchMode)],
  ['/v5/position/set-leverage', write('settings', setLeverage)],
  ['/v5/position/symbol-info', read('read', symbolInfo)],
  ['/v5/position/closed-pnl', read('read', closedPnl)],
  ['/v5/position/add-margin', write('settings', addMargin)],
  ['/v5/position/set-auto-add-margin', write('settings', setAutoAddMargin)],
  ['/v5/position/trading-stop', write('settings', tradingStop)],
  ['/v5/account/wallet-balance', read('read', walletBalance)],
  ['/v5/account/info', read('read', accountInfo, { omits: ['retExtInfo', 'time'] })],
  ['/v5/account/fee-rate', read('rare', feeRate)],
  ['/v5/account/transaction-log', read('transactionLog', transactionLog)],
  ['/v5/account/smp-group', read('rare', smpGroup, { says: 'success' })],
  ['/v5/account/set-margin-mode', write('rare', setMarginMode, { says: 'Request accepted' })],
  ['/v5/account/set-hedging-mode', write('settings', setHedgingMode, { says: 'SUCCESS', omits: BARE })],
  ['/v5/account/demo-apply-money', write('applyMoney', applyMoney)],
  ['/v5/account/query-dcp-info', read('rare', dcpInfo, { says: 'success' })],
  ['/v5/order/disconnected-cancel-all', write('rare', setDcp, { says: 'success', omits: BARE })],
  ['/v5/asset/coin/query-info', read('rare', coinInfo, { says: '' })],
  ['/v5/account/set-limit-px-action', write('settings', setPriceAction, { says: 'success' })],
  ['/v5/user/query-api', read('settings', queryApi, { says: '' })],
])
