/**
 * What an account can still be asked about: its orders, those that have ended too, and its executions.
 *
 *   open orders    holding.open      by number                        cancel, amend
 *   all orders     account.orders    oldest first, so by number, too  order by id, history
 *   ended last     account.closed    the last few                     realtime
 *
 * Lists are bounded: twice what is kept, then the older half is forgotten at once, but for orders that are still open.
 */
import type { Account, Execution, Order, Venue } from './model.ts'

/** Ended orders and executions an account's queries can still find. */
const KEPT = 20_000

export function rememberOrder(order: Order): void {
  const { account } = order
  account.orders.push(order)
  if (order.linkId !== '') account.byLink.set(order.linkId, order)
  if (account.orders.length > 2 * KEPT) forgetOrders(account)
}

function forgetOrders(account: Account): void {
  const old = account.orders.slice(0, KEPT)
  for (const order of old) {
    if (order.closedAs >= 0 && account.byLink.get(order.linkId) === order) account.byLink.delete(order.linkId)
  }
  account.orders = [...old.filter((order) => order.closedAs < 0), ...account.orders.slice(KEPT)]
}

export function rememberExecution(account: Account, execution: Execution): void {
  account.executions.push(execution)
  if (account.executions.length > 2 * KEPT) account.executions = account.executions.slice(-KEPT)
}

/** An order of the account, ended or not, by the venue's id. */
export function orderById(venue: Venue, { orders }: Account, id: string): Order | undefined {
  const number = venue.ids.order.numberIn(id)
  let low = 0
  let high = orders.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (orders[middle]!.number < number) low = middle + 1
    else high = middle
  }
  const found = orders[low]
  return found?.number === number ? found : undefined
}
