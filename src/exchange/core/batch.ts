/**
 * Several orders in one request: each is a single call of its own, answered in its place.
 *
 *   { category, request: [a, b, c] } ─► result.list     [A, B, C]          what became of each
 *                                       retExtInfo.list [{code, msg} × 3]  the retCode the single call would have had
 *
 * The outer retCode stays 0 when items fail. Every order is one visit of the batch endpoint's counter; what the budget
 * does not cover are the last ones, refused with 10006. Source: facts §3.0 and §3.2; Bybit v5 docs, batch-place,
 * batch-cancel, rate limit.
 */
import type { Account, Answer, Venue } from './model.ts'
import { OK, refuse } from './model.ts'
import { amendOrder, cancelOrder, createOrder } from './orders.ts'
import { symbolProblem } from './rights.ts'
import { msText } from './texts.ts'
import { badParam, type Params, textOf } from './validate.ts'

type Single = (venue: Venue, account: Account, params: Params) => Answer
type Ids = Readonly<Record<'orderId' | 'orderLinkId', string>>
/** `admitted`: how many of the orders the account's budget covers. */
type Batch = (venue: Venue, account: Account, params: Params, admitted: number) => Answer
/** The row of one item; null ids when it failed. */
type ItemRow = (item: Params, ids: Ids | null, nowMs: number) => Readonly<Record<string, string>>

export const TOO_MANY_VISITS = refuse(10006, 'Too many visits. Exceeded the API Rate Limit.')

/** More orders than any batch may hold count no further. */
const ORDERS_MAX = 20

/** How many visits a batch is: its orders; a malformed one counts once. */
export function ordersIn(params: Params): number {
  const items = params['request']
  return Array.isArray(items) ? Math.min(ORDERS_MAX, Math.max(1, items.length)) : 1
}

/** POST /v5/order/create-batch: a failed item has no order id and no time, only the client's id. */
export const createBatch = batchOf(createOrder, (item, ids, nowMs) => ({
  orderId: ids?.orderId ?? '',
  orderLinkId: textOf(item['orderLinkId']),
  createAt: ids === null ? '' : msText(nowMs),
}))

/** POST /v5/order/amend-batch: a failed item gives back the ids it was sent. */
export const amendBatch = batchOf(amendOrder, idsRow)

/** POST /v5/order/cancel-batch: likewise. */
export const cancelBatch = batchOf(cancelOrder, idsRow)

function idsRow(item: Params, ids: Ids | null): Ids {
  return ids ?? { orderId: textOf(item['orderId']), orderLinkId: textOf(item['orderLinkId']) }
}

function batchOf(single: Single, rowOf: ItemRow): Batch {
  return (venue, account, params, admitted) => {
    const items = itemsOf(venue, params)
    if (!Array.isArray(items)) return items
    if (admitted === 0 && venue.rules.doubts.spentBatch === 'request') return TOO_MANY_VISITS
    const list: Readonly<Record<string, string>>[] = []
    const outcomes: { readonly code: number; readonly msg: string }[] = []
    for (const [at, item] of items.entries()) {
      const { retCode, retMsg, result } =
        at < admitted ? (symbolProblem(account, item) ?? single(venue, account, item)) : TOO_MANY_VISITS
      const ids = retCode === 0 ? (result as Ids) : null
      list.push({ category: 'linear', symbol: textOf(item['symbol']), ...rowOf(item, ids, venue.nowMs) })
      outcomes.push({ code: retCode, msg: retMsg })
    }
    return { ...OK({ list }), retExtInfo: { list: outcomes } }
  }
}

/** The items as parameters of single calls. What is no object is an empty one: the single call says what it lacks. */
function itemsOf(venue: Venue, params: Params): Params[] | Answer {
  if (textOf(params['category']) !== 'linear') return badParam('category')
  const items: unknown = params['request']
  if (!Array.isArray(items) || items.length === 0) return badParam('request')
  const max = venue.rules.doubts.batchMaxOrders
  if (items.length > max) return refuse(10001, `params error: request holds more than ${max} orders`)
  return items.map((item: unknown) => ({ ...(typeof item === 'object' ? item : null), category: 'linear' }))
}
