/**
 * Private rows on their way out. Everything one call or one market event changed is pushed once, in its final state:
 * order rows, then executions, positions, wallet. A position row follows every order action, changed or not
 * (facts §7.4); the wallet row follows money (facts §7.5: nothing for unrealised P&L).
 */
import type { Account, Order, Position, Venue } from './model.ts'
import { executionRow, orderRow, positionRow, walletRow } from './rows.ts'
import type { Push } from './types.ts'

export function touchOrder(venue: Venue, order: Order): void {
  if (order.isTouched) return
  order.isTouched = true
  order.account.outbox.orders.push(order)
  list(venue, order.account)
}

export function touchPosition(venue: Venue, position: Position): void {
  if (position.isTouched) return
  position.isTouched = true
  position.holding.account.outbox.positions.push(position)
  list(venue, position.holding.account)
}

export function touchWallet(venue: Venue, account: Account): void {
  account.outbox.walletChanged = true
  list(venue, account)
}

export function list(venue: Venue, account: Account): void {
  if (account.outbox.isListed) return
  account.outbox.isListed = true
  venue.changed.push(account)
}

/** Turns what changed into pushes; they are due a stream delay after `venue.nowMs`. */
export function flushOutboxes(venue: Venue): void {
  if (venue.changed.length === 0) return
  for (const account of venue.changed) flush(venue, account)
  venue.changed.length = 0
}

function flush(venue: Venue, account: Account): void {
  const { orders, executions, positions } = account.outbox
  const dueMs = venue.nowMs + venue.rules.streamDelayMs
  const push = (topic: 'order' | 'execution' | 'position' | 'wallet', rows: Record<string, unknown>[]): void => {
    venue.pushes.push({ kind: 'private', accountId: account.id, topic, rows, dueMs } satisfies Push)
  }
  if (orders.length > 0) push('order', orders.map(orderRow))
  if (executions.length > 0)
    push(
      'execution',
      executions.map((each) => executionRow(each, venue.rules)),
    )
  if (positions.length > 0) push('position', positions.map(positionRow))
  if (account.outbox.walletChanged) push('wallet', [walletRow(account)])
  for (const order of orders) order.isTouched = false
  for (const position of positions) position.isTouched = false
  orders.length = 0
  executions.length = 0
  positions.length = 0
  account.outbox.walletChanged = false
  account.outbox.isListed = false
}
