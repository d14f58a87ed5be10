/**
 * Private rows on their way out. Everything one call or one market event changed is pushed once, in its final state:
 * order rows, then executions, positions, wallet. A position row follows every order action, changed or not
 * (facts §7.4); the wallet row follows money (facts §7.5: nothing for unrealised P&L).
 */

import { moneyOf, pictureOf, positionRow, walletRow } from './accountrows.ts'
import type { Exposure } from './books.ts'
import { exposureOf } from './margin.ts'
import type { Account, Execution, Order, Position, PositionPicture, Venue } from './model.ts'
import { executionRow, orderRow, pictureOfOrder } from './orderrows.ts'
import type { Row } from './texts.ts'
import type { PrivateTopic } from './types.ts'

export function touchOrder(venue: Venue, order: Order): void {
  if (order.isTouched) return
  order.isTouched = true
  const { outbox } = order.account
  outbox.orders.push(order)
  list(venue, order.account)
}

export function touchPosition(venue: Venue, position: Position): void {
  if (position.isTouched) return
  position.isTouched = true
  const { account } = position.holding
  account.outbox.positions.push(position)
  list(venue, account)
}

export function tellExecution(venue: Venue, account: Account, execution: Execution): void {
  account.outbox.executions.push(execution)
  list(venue, account)
}

export function touchWallet(venue: Venue, account: Account): void {
  account.outbox.walletChanged = true
  list(venue, account)
}

function list(venue: Venue, account: Account): void {
  if (account.outbox.isListed) return
  account.outbox.isListed = true
  venue.changed.push(account)
}

/** Turns what changed into pushes; they are due a stream delay of their topic after `venue.nowMs`. */
export function flushOutboxes(venue: Venue): void {
  const { changed } = venue
  if (changed.length === 0) return
  for (const account of changed) flush(venue, account)
  empty(changed)
}

function flush(venue: Venue, account: Account): void {
  const { outbox } = account
  const { orders, executions, positions } = outbox
  for (const order of orders) order.isTouched = false
  for (const position of positions) position.isTouched = false
  const exposure = exposureOf(account)
  for (const topic of venue.rules.doubts.frameOrder) pushTopic(venue, account, topic, exposure)
  empty(orders)
  empty(executions)
  empty(positions)
  outbox.walletChanged = false
  outbox.isListed = false
}

/** Popped, not cut to nothing: the array keeps its room for the next call. */
export function empty(list: unknown[]): void {
  while (list.length > 0) list.pop()
}

function pushTopic(venue: Venue, account: Account, topic: PrivateTopic, exposure: Exposure): void {
  const { orders, executions, positions, walletChanged } = account.outbox
  switch (topic) {
    case 'order':
      if (orders.length > 0) push(venue, account, topic, orders.map(pictureOfOrder), orderRow)
      return
    case 'execution':
      if (executions.length > 0) push(venue, account, topic, executions.slice(), executionRow)
      return
    case 'position':
      if (positions.length > 0) pushPositions(venue, account, exposure)
      return
    case 'wallet':
      if (walletChanged) push(venue, account, topic, [moneyOf(venue, account, exposure)], walletRow)
  }
}

/** All in one frame, or the second leg of a symbol in a frame of its own (a doubt, facts §7.4). */
function pushPositions(venue: Venue, account: Account, exposure: Exposure): void {
  const pictures = account.outbox.positions.map((position) => pictureOf(position, exposure))
  const isApart = venue.rules.doubts.hedgeLegFrames === 'apart' && pictures.length > 1
  const second = isApart ? secondLegs(pictures) : NONE
  const first = second.length === 0 ? pictures : pictures.filter((each) => !second.includes(each))
  push(venue, account, 'position', first, positionRow)
  if (second.length > 0) push(venue, account, 'position', second, positionRow)
}

const NONE: readonly PositionPicture[] = []

function secondLegs(pictures: readonly PositionPicture[]): readonly PositionPicture[] {
  const isSecond = ({ position: { holding } }: PositionPicture, at: number): boolean =>
    pictures.findIndex((other) => other.position.holding === holding) < at
  return pictures.filter(isSecond)
}

function push<T>(
  venue: Venue,
  account: Account,
  topic: PrivateTopic,
  pictures: readonly T[],
  rowOf: (picture: T, venue: Venue) => Row,
): void {
  venue.pushes.push(new PrivatePush(venue, account, topic, pictures, rowOf))
}

/** Rows are sixty pieces of text: they are written when somebody reads them, from a picture taken now. */
class PrivatePush<T> {
  readonly kind = 'private'
  readonly accountId: string
  readonly topic: PrivateTopic
  readonly dueMs: number
  readonly #pictures: readonly T[]
  readonly #rowOf: (picture: T, venue: Venue) => Row
  readonly #venue: Venue
  #rows: Row[] | null = null

  constructor(
    venue: Venue,
    account: Account,
    topic: PrivateTopic,
    pictures: readonly T[],
    rowOf: (picture: T, venue: Venue) => Row,
  ) {
    this.accountId = account.id
    this.topic = topic
    this.dueMs = venue.delays.frameDueMs(account.id, topic, venue.nowMs)
    this.#pictures = pictures
    this.#rowOf = rowOf
    this.#venue = venue
  }

  get rows(): readonly Row[] {
    this.#rows ??= this.#pictures.map((picture) => this.#rowOf(picture, this.#venue))
    return this.#rows
  }
}
