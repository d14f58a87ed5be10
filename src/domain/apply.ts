/**
 * What became known goes into a trade: `apply` records and never chooses.
 *
 * Facts may repeat, overtake each other and come late; a repeated one changes nothing.
 */
import type { OrderEvent } from './order.ts'
import { nextStatus } from './order.ts'
import type { Fact, Fill, NewOrder, Trade, TradeOrder, TradePolicy } from './trade.ts'

/** The trade with one more fact in it; the very same trade when the fact says nothing new. */
export function apply(trade: Trade, fact: Fact): Trade {
  switch (fact.is) {
    case 'sent':
      return { ...trade, orders: [...trade.orders, sentOrder(fact.order, fact.atMs, fact.venueTimestampMs)] }
    case 'failed':
      return {
        ...trade,
        failed: trade.failed ?? { reason: fact.reason, dueMs: fact.dueMs, place: trade.orders.length },
        goal: 'close',
        closeReason: trade.closeReason ?? fact.reason,
      }
    case 'close':
      return { ...trade, goal: 'close', closeReason: trade.closeReason ?? fact.reason }
    case 'halted':
      return {
        ...trade,
        halted: trade.halted ?? fact.reason,
        goal: 'close',
        closeReason: trade.closeReason ?? 'halted',
      }
    default:
      return withOrder(trade, fact.clientId, (order) => applyToOrder(trade.policy, order, fact))
  }
}

type OrderFact = Exclude<Fact, { readonly is: 'sent' | 'failed' | 'close' | 'halted' }>

function applyToOrder(policy: TradePolicy, order: TradeOrder, fact: OrderFact): TradeOrder {
  switch (fact.is) {
    case 'acknowledged':
      return step(order, 'acknowledge', fact.atMs)
    case 'refused':
      return { ...step(order, 'refuse', fact.atMs), refusal: { code: fact.code, retryAtMs: fact.retryAtMs } }
    case 'lost':
      return step(order, 'lose', fact.atMs)
    case 'row': {
      const seen = step(order, fact.ended ? 'see-done' : 'see-live', fact.atMs)
      return { ...seen, claimedLots: Math.max(seen.claimedLots, fact.filledLots) }
    }
    case 'fill':
      return applyFill(order, fact.fill, fact.atMs)
    case 'cancelAsked':
      return { ...order, cancel: { askedMs: fact.atMs, firstMs: order.cancel?.firstMs ?? fact.atMs, answer: 'none' } }
    case 'cancelAnswered':
      return order.cancel === null ? order : { ...order, cancel: { ...order.cancel, answer: fact.answer } }
    case 'inquired':
      return { ...order, inquiry: { askedMs: fact.atMs, answered: false } }
    case 'inquiryAnswered':
      return order.inquiry === null ? order : { ...order, inquiry: { ...order.inquiry, answered: true } }
    case 'notFound':
      return provesAbsent(policy, order, fact.askedVenueMs) ? step(order, 'miss', fact.atMs) : order
  }
}

/** No book knows it, and they were asked later than the venue could have accepted it and shown it (D10). */
function provesAbsent(policy: TradePolicy, order: TradeOrder, askedVenueMs: number | null): boolean {
  if (order.status !== 'unknown' || askedVenueMs === null) return false
  return askedVenueMs > order.venueTimestampMs + policy.recvWindowMs + policy.readLagMs
}

function applyFill(order: TradeOrder, fill: Fill, atMs: number): TradeOrder {
  if (order.fills.some((known) => known.execId === fill.execId)) return order
  const filledLots = order.filledLots + fill.lots
  // A whole fill ends a limit order by itself; the last row only confirms it. A close-all order asked for "whatever is
  // held", so only its row can say that it is over.
  const whole = !order.closeAll && filledLots >= order.lots
  const seen = step(order, whole ? 'see-done' : 'see-live', atMs)
  const claimedLots = Math.max(seen.claimedLots, filledLots)
  return { ...seen, fills: [...seen.fills, fill], filledMs: atMs, filledLots, claimedLots }
}

function step(order: TradeOrder, event: OrderEvent, atMs: number): TradeOrder {
  const status = nextStatus(order.status, event)
  if (status === order.status) return order
  const ended = status === 'done' || status === 'refused' || status === 'absent'
  return {
    ...order,
    status,
    liveMs: order.liveMs ?? (status === 'live' || status === 'done' ? atMs : null),
    endedMs: ended ? atMs : null,
  }
}

function sentOrder(order: NewOrder, sentMs: number, venueTimestampMs: number): TradeOrder {
  return {
    ...order,
    status: nextStatus('planned', 'send'),
    sentMs,
    venueTimestampMs,
    liveMs: null,
    endedMs: null,
    refusal: null,
    fills: [],
    filledMs: null,
    filledLots: 0,
    claimedLots: 0,
    cancel: null,
    inquiry: null,
  }
}

function withOrder(trade: Trade, clientId: string, change: (order: TradeOrder) => TradeOrder): Trade {
  const index = trade.orders.findIndex((order) => order.clientId === clientId)
  const before = trade.orders[index]
  if (before === undefined) throw new Error(`trade ${trade.id} has no order ${clientId}`)
  const after = change(before)
  return after === before ? trade : { ...trade, orders: trade.orders.with(index, after) }
}
