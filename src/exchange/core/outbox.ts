/**
 * Private rows on their way out. Everything one call or one market event changed is pushed once, in its final state:
 * order rows, then executions, positions, wallet. A position row follows every order action, changed or not
 * (facts §7.4); the wallet row follows money (facts §7.5: nothing for unrealised P&L).
 */

import { moneyOf, pictureOf, positionRow, walletRow } from './accountrows.ts'
import type { Account, Order, Position, Rules, Venue } from './model.ts'
import { executionRow, orderRow } from './orderrows.ts'
import type { Row } from './texts.ts'
import type { PrivateTopic } from './types.ts'

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

/** Turns what changed into pushes; they are due a stream delay of their topic after `venue.nowMs`. */
export function flushOutboxes(venue: Venue): void {
  if (venue.changed.length === 0) return
  for (const account of venue.changed) flush(venue, account)
  venue.changed.length = 0
}

function flush(venue: Venue, account: Account): void {
  const { orders, executions, positions } = account.outbox
  for (const topic of venue.rules.doubts.frameOrder) pushTopic(venue, account, topic)
  for (const order of orders) order.isTouched = false
  for (const position of positions) position.isTouched = false
  orders.length = 0
  executions.length = 0
  positions.length = 0
  account.outbox.walletChanged = false
  account.outbox.isListed = false
}

function pushTopic(venue: Venue, account: Account, topic: PrivateTopic): void {
  const { orders, executions, positions, walletChanged } = account.outbox
  const { rules, pushes } = venue
  const due = (): Due => ({ accountId: account.id, atMs: venue.delays.frameDueMs(account.id, topic, venue.nowMs) })
  if (topic === 'order' && orders.length > 0) pushes.push(new PrivatePush(due(), topic, orders.map(copyOf), orderRow))
  if (topic === 'execution' && executions.length > 0) {
    pushes.push(new PrivatePush(due(), topic, [...executions], (each) => executionRow(each, rules)))
  }
  if (topic === 'position') {
    for (const frame of positionFrames(positions, rules)) {
      pushes.push(new PrivatePush(due(), topic, frame.map(pictureOf), positionRow))
    }
  }
  if (topic === 'wallet' && walletChanged) pushes.push(new PrivatePush(due(), topic, [moneyOf(venue, account)], walletRow))
}

/** All in one frame, or the second leg of a symbol in a frame of its own (a doubt, facts §7.4). */
function positionFrames(positions: readonly Position[], { doubts }: Rules): (readonly Position[])[] {
  const first: Position[] = []
  const second: Position[] = []
  for (const position of positions) {
    const isSecond = first.some((other) => other.holding === position.holding)
    if (isSecond && doubts.hedgeLegFrames === 'apart') second.push(position)
    else first.push(position)
  }
  return [first, second].filter((frame) => frame.length > 0)
}

/** Rows are sixty pieces of text: they are written when somebody reads them, from a picture taken now. */
class PrivatePush<T> {
  readonly kind = 'private'
  readonly accountId: string
  readonly topic: PrivateTopic
  readonly dueMs: number
  readonly #pictures: readonly T[]
  readonly #rowOf: (picture: T) => Row
  #rows: Row[] | null = null

  constructor(due: Due, topic: PrivateTopic, pictures: readonly T[], rowOf: (picture: T) => Row) {
    this.accountId = due.accountId
    this.topic = topic
    this.dueMs = due.atMs
    this.#pictures = pictures
    this.#rowOf = rowOf
  }

  get rows(): readonly Row[] {
    this.#rows ??= this.#pictures.map(this.#rowOf)
    return this.#rows
  }
}

interface Due {
  readonly accountId: string
  readonly atMs: number
}

function copyOf(order: Order): Order {
  return { ...order }
}
