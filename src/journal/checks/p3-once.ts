/**
 * P3 exactly-once: every client order id is sent once by the executor and accepted at most once by the venue; what the
 * venue has is what was meant; and the venue has nothing of ours that was not meant.
 */

import { positionIdxOf } from '../../domain/order.ts'
import type { VenueOrderRow } from '../../domain/rows.ts'
import type { EventData } from '../events.ts'
import { atMost, firstOf, type Judgement, plural } from '../finding.ts'
import type { Books } from './books.ts'

interface Fault {
  readonly clientId: string
  readonly what: string
}

export function checkExactlyOnce(books: Books): Judgement {
  const altered = alteredOnTheWire(books)
  const faults = [
    ...sentAgain(books),
    ...acceptedAgain(books),
    ...neverMeant(books),
    ...notAsMeant(books, altered),
    ...neverArrived(books),
  ]
  const evidence = {
    intents: books.intents.size,
    venueOrders: books.orders.length,
    refusedYetPresent: refusedYetPresent(books),
    alteredOnTheWire: [...altered],
    faults: firstOf(faults),
  }
  const measure = atMost(faults.length, 0, 'orders')
  if (faults.length > 0) {
    const summary = `${plural(faults.length, 'order')} broke it; first ${faults[0]!.clientId}: ${faults[0]!.what}`
    return { verdict: 'fail', summary, measure, evidence }
  }
  const summary = `${plural(books.intents.size, 'intent')}, each sent once; ${books.orders.length} accepted, none twice`
  return { verdict: 'pass', summary, measure, evidence }
}

function sentAgain(books: Books): Fault[] {
  return [...Map.groupBy(books.intentLines, (line) => line.data.clientId)]
    .filter(([, lines]) => lines.length > 1)
    .map(([clientId, lines]) => ({ clientId, what: `sent ${lines.length} times` }))
}

function acceptedAgain(books: Books): Fault[] {
  return [...books.ordersByClientId]
    .filter(([, orders]) => orders.length > 1)
    .map(([clientId, orders]) => ({ clientId, what: `the venue has it ${orders.length} times` }))
}

function neverMeant(books: Books): Fault[] {
  return books.orders
    .filter((order) => order.intent === null)
    .map(({ row }) => ({ clientId: row.clientId, what: 'the venue has it, but the journal has no intent' }))
}

function notAsMeant(books: Books, altered: ReadonlySet<string>): Fault[] {
  return books.orders.flatMap(({ row, intent }) => {
    const what = intent === null ? null : difference(row, intent.data, altered.has(row.clientId))
    return what === null ? [] : [{ clientId: row.clientId, what }]
  })
}

/** The first way in which the venue's order is not the intent; null when it is. */
function difference(row: VenueOrderRow, intent: EventData['order.submitted'], altered: boolean): string | null {
  const idx = positionIdxOf(intent.leg)
  if (row.symbol !== intent.symbol) return `meant for ${intent.symbol}, placed on ${row.symbol}`
  if (row.side !== intent.side) return `meant to ${intent.side}, placed to ${row.side}`
  if (row.idx !== idx) return `meant for position index ${idx}, placed on ${row.idx}`
  if (row.reduceOnly !== intent.reduceOnly) return `reduce-only is ${row.reduceOnly}, meant ${intent.reduceOnly}`
  // An order that closes everything is sent without a quantity; the venue may fill in what it found.
  if (intent.closeAll) return row.closeOnTrigger ? null : 'meant to close everything, placed without close-on-trigger'
  if (row.lots === intent.lots || (altered && row.lots < intent.lots)) return null
  return `meant ${intent.lots} lots, placed ${row.lots}`
}

/** Acknowledged, filled or seen to end, yet absent from the venue's books. */
function neverArrived(books: Books): Fault[] {
  const faults: Fault[] = []
  for (const trade of books.run.trades.values()) {
    for (const order of trade.orders) {
      if (books.ordersByClientId.has(order.clientId)) continue
      if (order.acknowledged !== null) {
        faults.push({ clientId: order.clientId, what: 'acknowledged, but the venue has no such order' })
      }
    }
  }
  return faults
}

/** Told that it was refused or absent, yet there: recovered from, so no breach, but worth seeing. */
function refusedYetPresent(books: Books): string[] {
  return [...books.run.trades.values()]
    .flatMap((trade) => trade.orders)
    .filter((order) => (order.refused ?? order.absent) !== null && books.ordersByClientId.has(order.clientId))
    .map((order) => order.clientId)
}

/** Creates that a fault forwarded with a smaller quantity (D18): the one difference that is not ours. */
function alteredOnTheWire(books: Books): Set<string> {
  const shrunk = books.run.faults.applied.filter(({ data }) => /\bshrink\b/.test(data.verdict))
  return new Set(shrunk.flatMap(({ data }) => (data.clientId === null ? [] : [data.clientId])))
}
