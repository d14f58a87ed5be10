/**
 * What to do next with a trade. Pure: the trade and the time in, actions out; asking twice is harmless.
 *
 *   an order not settled? ─► chase it: ask after the unknown, cancel the late, fetch missing fills
 *   all settled, opening? ─► hedged | retry the rest | even out the legs | give up (fail ─► close)
 *   all settled, closing? ─► flat | reduce what is held | halt with the amount
 *
 * While a leg is unknown the rules only ask. They do not unwind the other leg, because the unknown one may be filled
 * and unwinding would then create the exposure. That waiting is bounded (D10).
 */
import type { LegName, OrderPurpose } from './order.ts'
import { sideOf } from './order.ts'
import type { NewOrder, Trade, TradeOrder } from './trade.ts'
import { clientIdOf, entryTargetLots, heldLots, isSettled, settledDueMs } from './trade.ts'

export type Action =
  | { readonly do: 'submit'; readonly orders: readonly NewOrder[] }
  | { readonly do: 'cancel'; readonly clientId: string }
  | { readonly do: 'inquire'; readonly clientId: string }
  | { readonly do: 'fail'; readonly reason: string; readonly dueMs: number }
  | { readonly do: 'halt'; readonly reason: string }

export interface Decision {
  readonly actions: readonly Action[]
  /** Decide again at this moment even if nothing becomes known before it; null when only a fact can change anything. */
  readonly againMs: number | null
}

/** A question is repeated after so long while its answer does not settle the order, ms. */
const ASK_AGAIN_MS = 150
/** An order that should be over (IOC, or its cancel answered) is asked after when its row stays away so long, ms. */
const ROW_PATIENCE_MS = 200
/** The rows claim fills we lack: their executions are awaited for so long before they are asked for, ms. */
const FILL_PATIENCE_MS = 50
/** A cancel whose outcome is unknown, or that changed nothing, is repeated after so long, ms. */
const CANCEL_AGAIN_MS = 250
/** An unknown outcome past its bound by so much halts entries and names the legs; the asking goes on, ms. */
const UNRESOLVED_GRACE_MS = 2_000
/**
 * An order that took what there was has changed the very quote the next one is priced by: the next attempt on a leg waits
 * for so long, two and a half times the venue's quote cadence of 10 ms.
 */
const NEXT_ATTEMPT_MS = 25
/** A refused closing order is repeated after so long, doubled each time: what refuses now may not in a moment, ms. */
const REFUSED_PAUSE_MS = 100
const REFUSED_DOUBLINGS_MAX = 4
/** No trade needs more orders than this; more means a loop of refusals, and ends in a halt. */
const ORDERS_MAX = 24
/** Closing orders that get no chance (limit, clock, no connection) are tried for so long: a restart takes seconds, ms. */
const BLOCKED_MAX_MS = 10_000
/** The HTTP status of an address ban: no order can be sent until it ends. */
const BANNED = 403

const LEGS: readonly LegName[] = ['long', 'short']
const NOTHING: Decision = { actions: [], againMs: null }

export function decide(trade: Trade, nowMs: number): Decision {
  if (trade.orders.length === 0) {
    if (trade.goal === 'close') return NOTHING
    return submit(
      trade,
      LEGS.map((leg) => ({ leg, lots: trade.lots, purpose: 'entry' })),
      nowMs,
    )
  }
  const dead = trade.goal === 'open' ? trade.orders.find(isDeadEntry) : undefined
  if (dead !== undefined) {
    // Known the moment one leg can never be; what the other leg still does is chased with the goal to close.
    return fail(`${dead.leg}-${dead.status}`, dead.endedMs ?? nowMs)
  }
  const open = trade.orders.filter((order) => !isSettled(order))
  if (open.length > 0) return merge(open.map((order) => chase(trade, order, nowMs)))
  return trade.goal === 'open' ? decideEntry(trade, nowMs) : decideClose(trade, nowMs)
}

// ── Orders that are not settled ─────────────────────────────────────────────────────────────────────────────────────

function chase(trade: Trade, order: TradeOrder, nowMs: number): Decision {
  return merge([chaseByStatus(trade, order, nowMs), haltUnresolved(trade, order, nowMs)])
}

function chaseByStatus(trade: Trade, order: TradeOrder, nowMs: number): Decision {
  const { policy } = trade
  // The reply is the performer's to time out; should even that fail to come, the books are asked.
  if (order.status === 'sent') return ask(order, nowMs, order.sentMs + policy.orderTimeoutMs + ROW_PATIENCE_MS)
  if (order.status === 'done') return ask(order, nowMs, (order.endedMs ?? nowMs) + FILL_PATIENCE_MS)
  if (order.status === 'live') return chaseLive(trade, order, nowMs)
  return merge([ask(order, nowMs, order.sentMs), cancelFrom(order, nowMs, order.sentMs + policy.unknownMaxMs)])
}

/** Past every bound the legs are named and entries stop; the asking goes on. */
function haltUnresolved(trade: Trade, order: TradeOrder, nowMs: number): Decision {
  if (trade.halted !== null) return NOTHING
  const { policy } = trade
  const bound = policy.legTimeoutMs + policy.unknownMaxMs + policy.recvWindowMs + policy.readLagMs
  const hopelessMs = order.sentMs + bound + UNRESOLVED_GRACE_MS
  if (nowMs < hopelessMs) return { actions: [], againMs: hopelessMs }
  return haltOnce(trade, `${order.leg} order ${order.clientId} stays ${order.status}: nobody tells how it ended`)
}

function chaseLive(trade: Trade, order: TradeOrder, nowMs: number): Decision {
  const liveMs = order.liveMs ?? order.sentMs
  if (order.timeInForce === 'ioc') return ask(order, nowMs, liveMs + ROW_PATIENCE_MS)
  const lateMs = trade.goal === 'close' ? nowMs : order.sentMs + trade.policy.legTimeoutMs
  const decisions = [cancelFrom(order, nowMs, lateMs)]
  if (order.cancel !== null) {
    // "Does not exist" covers filled, cancelled and never-existed alike: look before concluding anything.
    const patience = order.cancel.answer === 'refused' ? 0 : ROW_PATIENCE_MS
    decisions.push(ask(order, nowMs, order.cancel.askedMs + patience))
  }
  return merge(decisions)
}

/** The venue refused it for good, or it is proved never to have arrived: this leg can never be. */
function isDeadEntry(order: TradeOrder): boolean {
  if (order.purpose !== 'entry') return false
  return order.status === 'absent' || (order.status === 'refused' && order.refusal?.retryAtMs == null)
}

function ask(order: TradeOrder, nowMs: number, fromMs: number): Decision {
  // One question at a time; the answer itself brings the next decision.
  if (order.inquiry !== null && !order.inquiry.answered) return NOTHING
  const dueMs = order.inquiry === null ? fromMs : Math.max(fromMs, order.inquiry.askedMs + ASK_AGAIN_MS)
  if (nowMs < dueMs) return { actions: [], againMs: dueMs }
  return { actions: [{ do: 'inquire', clientId: order.clientId }], againMs: null }
}

function cancelFrom(order: TradeOrder, nowMs: number, fromMs: number): Decision {
  if (order.cancel !== null && order.cancel.answer === 'none') return NOTHING
  const dueMs = order.cancel === null ? fromMs : Math.max(fromMs, order.cancel.askedMs + CANCEL_AGAIN_MS)
  if (nowMs < dueMs) return { actions: [], againMs: dueMs }
  return { actions: [{ do: 'cancel', clientId: order.clientId }], againMs: null }
}

// ── All settled, opening ────────────────────────────────────────────────────────────────────────────────────────────

interface Wish {
  readonly leg: LegName
  readonly lots: number
  readonly purpose: OrderPurpose
}

function decideEntry(trade: Trade, nowMs: number): Decision {
  const target = entryTargetLots(trade)
  if (target === 0) return giveUp(trade, nowMs)
  const limitedMs = Math.max(...trade.orders.map((order) => order.refusal?.retryAtMs ?? 0))
  if (limitedMs > nowMs) return waitForLimit(trade, limitedMs, nowMs)

  const wishes = LEGS.map((leg) => ({ leg, lots: target - heldLots(trade, leg) }))
  const purpose = trade.policy.legTimeoutPolicy === 'hedge' ? 'hedge' : 'retry'
  const missing = wishes.filter((wish) => wish.lots > 0)
  if (missing.length > 0)
    return submit(
      trade,
      missing.map((wish) => ({ ...wish, purpose })),
      nowMs,
    )
  const excess = wishes.find((wish) => wish.lots < 0)
  return excess === undefined ? NOTHING : evenOut(trade, { leg: excess.leg, lots: -excess.lots, target }, nowMs)
}

/** A rate limit is worth waiting out only while the legs still have time to fill. */
function waitForLimit(trade: Trade, limitedMs: number, nowMs: number): Decision {
  const inTime = limitedMs <= trade.startedMs + trade.policy.legTimeoutMs && trade.orders.length < ORDERS_MAX
  return inTime ? { actions: [], againMs: limitedMs } : fail('rate-limited', nowMs)
}

/** No pair can come of it any more, for the leg that filled nothing; due with the last of all orders, whichever leg's. */
function giveUp(trade: Trade, nowMs: number): Decision {
  const empty = LEGS.filter((leg) => heldLots(trade, leg) === 0)
  const last = trade.orders.findLast((order) => order.leg === empty[0])
  if (last === undefined) return fail('no-order', nowMs)
  const why = last.purpose === 'entry' ? (last.cancel === null ? 'ended' : 'timeout') : 'unfilled'
  const dueMs = Math.max(...trade.orders.map((order) => settledDueMs(trade.policy, order)))
  return fail(`${empty.length === 2 ? 'both' : empty[0]}-${why}`, dueMs)
}

/** Retries are used up: the larger leg is reduced to the smaller, or everything is closed when that cannot be. */
function evenOut(trade: Trade, excess: { leg: LegName; lots: number; target: number }, nowMs: number): Decision {
  const { leg, lots, target } = excess
  const tried = trade.orders.filter((order) => order.leg === leg && order.reduceOnly).length
  if (target < trade.minOrderLots) return fail('hedge-below-minimum', nowMs)
  if (lots < trade.minOrderLots) return fail('remainder-below-minimum', nowMs)
  if (tried >= trade.policy.unwindsMax) return fail('evening-out-failed', nowMs)
  return submit(trade, [{ leg, lots, purpose: 'unwind' }], nowMs)
}

// ── All settled, closing ────────────────────────────────────────────────────────────────────────────────────────────

function decideClose(trade: Trade, nowMs: number): Decision {
  const wishes: Wish[] = []
  for (const leg of LEGS) {
    const held = heldLots(trade, leg)
    if (held === 0) continue
    if (held < 0) return haltOnce(trade, `${leg} leg is over-closed by ${-held} lots`)
    const tries = closingOrders(trade, leg)
    const last = tries.at(-1)
    if (last?.refusal?.code === BANNED) return haltOnce(trade, `address banned with ${held} lots ${leg} open`)
    const limited = last?.refusal?.retryAtMs ?? null
    const lateMs = (blockedSinceMs(tries) ?? nowMs) + BLOCKED_MAX_MS
    if (nowMs >= lateMs) return haltOnce(trade, `${held} lots ${leg} still open: no closing order got its chance`)
    if (limited !== null && limited > nowMs) return { actions: [], againMs: Math.min(limited, lateMs) }
    // What never got its chance (rate limit, no connection) is not an attempt.
    const spent = tries.filter((order) => order.refusal?.retryAtMs == null).length
    if (spent >= trade.policy.unwindsMax || trade.orders.length >= ORDERS_MAX) {
      return haltOnce(trade, `${held} lots ${leg} still open after ${tries.length} attempts`)
    }
    wishes.push({ leg, lots: held, purpose: trade.failed === null ? 'exit' : 'unwind' })
  }
  return wishes.length === 0 ? NOTHING : submit(trade, wishes, nowMs)
}

/** Orders meant to close the leg; what evened out the legs before that was another matter. */
function closingOrders(trade: Trade, leg: LegName): readonly TradeOrder[] {
  const { failed } = trade
  const closes = (order: TradeOrder): boolean =>
    failed === null ? order.purpose === 'exit' : order.place >= failed.place
  return trade.orders.filter((order) => order.leg === leg && order.reduceOnly && closes(order))
}

/** Since when the closing orders get no chance at all (limit, clock, no connection); null when the last one had it. */
function blockedSinceMs(tries: readonly TradeOrder[]): number | null {
  const lastChance = tries.findLastIndex((order) => order.refusal?.retryAtMs == null)
  return tries[lastChance + 1]?.sentMs ?? null
}

function haltOnce(trade: Trade, reason: string): Decision {
  return trade.halted === null ? { actions: [{ do: 'halt', reason }], againMs: null } : NOTHING
}

// ── Building blocks ─────────────────────────────────────────────────────────────────────────────────────────────────

function fail(reason: string, dueMs: number): Decision {
  return { actions: [{ do: 'fail', reason, dueMs }], againMs: null }
}

function submit(trade: Trade, wishes: readonly Wish[], nowMs: number): Decision {
  const waitMs = Math.max(...wishes.map((wish) => nextAttemptMs(trade, wish.leg)))
  if (nowMs < waitMs) return { actions: [], againMs: waitMs }
  const orders = wishes.map((wish, i) => newOrder(trade, wish, trade.orders.length + i))
  return { actions: [{ do: 'submit', orders }], againMs: null }
}

/** When the next order on a leg may follow the last: after what it took, and after what the venue refused. */
function nextAttemptMs(trade: Trade, leg: LegName): number {
  const last = trade.orders.findLast((order) => order.leg === leg)
  if (last === undefined || last.endedMs === null) return 0
  const refused = (order: TradeOrder): boolean => order.status === 'refused' && order.refusal?.retryAtMs == null
  if (refused(last) && last.reduceOnly) {
    const refusals = trade.orders.filter((order) => order.leg === leg && order.reduceOnly && refused(order))
    return last.endedMs + REFUSED_PAUSE_MS * 2 ** Math.min(refusals.length - 1, REFUSED_DOUBLINGS_MAX)
  }
  const fellShort = last.status === 'done' && last.timeInForce === 'ioc' && last.filledLots < last.lots
  return fellShort ? last.endedMs + NEXT_ATTEMPT_MS : 0
}

function newOrder(trade: Trade, wish: Wish, place: number): NewOrder {
  const reduceOnly = wish.purpose === 'exit' || wish.purpose === 'unwind'
  const closes = reduceOnly && wish.lots === heldLots(trade, wish.leg)
  const tries = trade.orders.filter((order) => order.leg === wish.leg && order.reduceOnly)
  // An unwind that was refused as too small is repeated as "close whatever is held", the one size always allowed.
  const tooSmall = wish.lots < trade.minOrderLots || tries.at(-1)?.refusal?.code === BELOW_MINIMUM
  return {
    clientId: clientIdOf(trade.runId, trade.id, place),
    place,
    leg: wish.leg,
    side: sideOf(wish.leg, reduceOnly),
    purpose: wish.purpose,
    lots: wish.lots,
    reduceOnly,
    closeAll: closes && tooSmall,
    timeInForce: wish.purpose === 'entry' ? 'gtc' : 'ioc',
    market: wish.purpose === 'hedge' || (closes && tooSmall) || tries.length >= 2,
    capMultiple: 1 + tries.length,
  }
}

/** Bybit's "order does not meet minimum order value". */
const BELOW_MINIMUM = 110094

function merge(decisions: readonly Decision[]): Decision {
  const actions: Action[] = []
  let againMs: number | null = null
  for (const decision of decisions) {
    actions.push(...decision.actions)
    if (decision.againMs !== null) againMs = Math.min(againMs ?? decision.againMs, decision.againMs)
  }
  return { actions, againMs }
}
