/**
 * An order's life, as one table.
 *
 *                 acknowledged            row: terminal, or all fills in
 *   planned ─► sent ──────────► live ─────────────────────────────────► done
 *                │ reply lost     ▲                                       ▲
 *                ├────────► unknown ──────────────────────────────────────┤
 *                │              └────► absent (proved: it never arrived)  │
 *                └────► refused (certainly not placed)                    └ a fill may still follow a cancel
 *
 * `unknown` accepts every fact. `done` never leads back; `refused` and `absent` are what the venue told us, and only the
 * venue's own books can overrule them. A missing cell is our bug and throws.
 */

export type LegName = 'long' | 'short'
export type Side = 'buy' | 'sell'
export type TimeInForce = 'gtc' | 'ioc'

/** Why an order was put on the list. `entry` and `retry` and `hedge` open; `unwind` and `exit` reduce. */
export type OrderPurpose = 'entry' | 'retry' | 'hedge' | 'unwind' | 'exit'

export type OrderStatus = 'planned' | 'sent' | 'live' | 'unknown' | 'done' | 'refused' | 'absent'

export type OrderEvent =
  | 'send' // handed to the wire
  | 'acknowledge' // the venue says: accepted for processing
  | 'see-live' // a row or a query shows it open, or a fill arrived
  | 'see-done' // a row or a query shows it ended
  | 'refuse' // certainly not placed
  | 'lose' // the reply is lost: it may have been placed
  | 'miss' // proved absent: every book, asked late enough, says no

const NEXT: Readonly<Record<OrderStatus, Readonly<Partial<Record<OrderEvent, OrderStatus>>>>> = {
  planned: { send: 'sent' },
  sent: {
    acknowledge: 'live',
    'see-live': 'live', // fills and rows may overtake the acknowledgement
    'see-done': 'done',
    refuse: 'refused',
    lose: 'unknown',
  },
  live: {
    acknowledge: 'live',
    'see-live': 'live',
    'see-done': 'done',
    lose: 'live', // the stream already proved it: a lost reply tells nothing new
    refuse: 'live', // a refusal of an order already seen at the venue cannot be true; the venue's books win
    miss: 'live',
  },
  unknown: {
    acknowledge: 'live', // a late reply
    'see-live': 'live',
    'see-done': 'done',
    refuse: 'refused',
    lose: 'unknown',
    miss: 'absent',
  },
  // Terminal. A late acknowledgement, a repeated row or a late loss changes nothing.
  done: { acknowledge: 'done', 'see-live': 'done', 'see-done': 'done', lose: 'done', refuse: 'done', miss: 'done' },
  // The venue's books win over its own answer: an order it refused, or denied knowing, and then shows, exists.
  refused: { 'see-live': 'live', 'see-done': 'done', refuse: 'refused', lose: 'refused', miss: 'refused' },
  absent: {
    'see-live': 'live',
    'see-done': 'done',
    acknowledge: 'live',
    refuse: 'absent',
    lose: 'absent',
    miss: 'absent',
  },
}

/** The status after an event. Throws where the table has no cell: that is a bug of ours, not of the venue. */
export function nextStatus(status: OrderStatus, event: OrderEvent): OrderStatus {
  const next = NEXT[status][event]
  if (next === undefined) throw new Error(`order status ${status} has no cell for ${event}`)
  return next
}

/** The side of an order that opens (or, reducing, closes) a leg. */
export function sideOf(leg: LegName, reduceOnly: boolean): Side {
  return (leg === 'long') === reduceOnly ? 'sell' : 'buy'
}

/** Whether an order opens its leg; if not, it closes it. */
export function opensLeg({ leg, side }: { readonly leg: LegName; readonly side: Side }): boolean {
  return side === sideOf(leg, false)
}

/** What a fill does to its leg: opening adds, closing takes off. */
export function signedLots(order: { readonly leg: LegName; readonly side: Side }, lots: number): number {
  return opensLeg(order) ? lots : -lots
}

/** Hedge mode's position index of a leg: 1 holds the long, 2 the short. Source: Bybit v5 enum `positionIdx`. */
export function positionIdxOf(leg: LegName): 1 | 2 {
  return leg === 'long' ? 1 : 2
}
