/**
 * Private rows on their way out. Everything one call or one market event changed is pushed once, in its final state:
 * order rows, then executions, positions, wallet. A position row follows every order action, changed or not
 * (facts §7.4); the wallet row follows money (facts §7.5: nothing for unrealised P&L).
 */

import { moneyOf, pictureOf, positionRow, walletRow } from './accountrows.ts'
import { type Exposure, exposureOf } from './margin.ts'
import type { Account, Execution, Order, Position, Rules, Venue } from './model.ts'
import { isOpen } from './model.ts'
import { executionRow, orderRow } from './orderrows.ts'
import type { Row } from './texts.ts'
import type { PrivateTopic } from './types.ts'

export function touchOrder(venue: Venue, order: Order): void {
  if (order.isTouched) return
  order.isTouched = true
  const { outbox } = order.account
  outbox.orders = withOneMore(outbox.orders, order)
  list(venue, order.account)
}

export function touchPosition(venue: Venue, position: Position): void {
  if (position.isTouched) return
  position.isTouched = true
  const { account } = position.holding
  account.outbox.positions = withOneMore(account.outbox.positions, position)
  list(venue, account)
}

export function tellExecution(venue: Venue, account: Account, execution: Execution): void {
  account.outbox.executions = withOneMore(account.outbox.executions, execution)
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
  // Popped, not cut to nothing: the array keeps its room for the next call.
  while (changed.length > 0) changed.pop()
}

function flush(venue: Venue, account: Account): void {
  const { outbox } = account
  const { orders, positions } = outbox
  for (const order of orders) order.isTouched = false
  for (const position of positions) position.isTouched = false
  const exposure = exposureOf(account)
  for (const topic of venue.rules.doubts.frameOrder) pushTopic(venue, account, topic, exposure)
  if (orders.length > 0) outbox.orders = []
  if (positions.length > 0) outbox.positions = []
  if (outbox.executions.length > 0) outbox.executions = []
  outbox.walletChanged = false
  outbox.isListed = false
}

function pushTopic(venue: Venue, account: Account, topic: PrivateTopic, exposure: Exposure): void {
  const { orders, executions, positions, walletChanged } = account.outbox
  switch (topic) {
    case 'order':
      if (orders.length > 0) venue.pushes.push(new PrivatePush(venue, account, topic, orders.map(lasting), orderRow))
      return
    case 'execution':
      if (executions.length > 0) venue.pushes.push(new PrivatePush(venue, account, topic, executions, executionRow))
      return
    case 'position':
      for (const frame of positionFrames(positions, venue.rules)) {
        const pictures = frame.map((position) => pictureOf(position, exposure))
        venue.pushes.push(new PrivatePush(venue, account, topic, pictures, positionRow))
      }
      return
    case 'wallet':
      if (walletChanged)
        venue.pushes.push(new PrivatePush(venue, account, topic, [moneyOf(venue, account, exposure)], walletRow))
  }
}

/** All in one frame, or the second leg of a symbol in a frame of its own (a doubt, facts §7.4). */
function positionFrames(positions: readonly Position[], { doubts }: Rules): readonly (readonly Position[])[] {
  if (positions.length < 2) return positions.length === 0 ? NO_FRAMES : [positions]
  const first: Position[] = []
  const second: Position[] = []
  for (const position of positions) {
    const isSecond = first.some((other) => other.holding === position.holding)
    if (isSecond && doubts.hedgeLegFrames === 'apart') second.push(position)
    else first.push(position)
  }
  return [first, second].filter((frame) => frame.length > 0)
}

const NO_FRAMES: readonly (readonly Position[])[] = []

/** Rows are sixty pieces of text: they are written when somebody reads them, from a picture taken now. */
class PrivatePush<T> {
  readonly kind = 'private'
  readonly accountId: string
  readonly topic: PrivateTopic
  readonly dueMs: number
  readonly #pictures: readonly T[]
  readonly #rowOf: (picture: T, rules: Rules) => Row
  readonly #rules: Rules
  #rows: Row[] | null = null

  constructor(
    venue: Venue,
    account: Account,
    topic: PrivateTopic,
    pictures: readonly T[],
    rowOf: (picture: T, rules: Rules) => Row,
  ) {
    this.accountId = account.id
    this.topic = topic
    this.dueMs = venue.delays.frameDueMs(account.id, topic, venue.nowMs)
    this.#pictures = pictures
    this.#rowOf = rowOf
    this.#rules = venue.rules
  }

  get rows(): readonly Row[] {
    this.#rows ??= this.#pictures.map((picture) => this.#rowOf(picture, this.#rules))
    return this.#rows
  }
}

/** The order as it is now: nothing changes any more about one that has ended, all others are copied. */
function lasting(order: Order): Order {
  return isOpen(order) ? { ...order } : order
}

/** Adds to a list that mostly holds one: an array that is pushed to when empty takes room for seventeen. */
export function withOneMore<T>(all: T[], one: T): T[] {
  if (all.length === 0) return [one]
  all.push(one)
  return all
}
