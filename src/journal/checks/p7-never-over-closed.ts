/**
 * P7 never-over-closed: no reducing order asks for more than was closable when it reached the venue.
 *
 *   closable = what our orders opened − what ended reducing orders closed − what open reducing orders still may close
 *
 * A fill of a reducing order lowers the position and the order's own remainder alike, so only openings, arrivals and ends
 * matter. The venue's clock has whole milliseconds: what opened or ended in the very millisecond of an arrival counts
 * as before it. Only what we opened may be closed, so the baseline does not count.
 */
import { positionIdxOf, sideOf } from '../../domain/order.ts'
import { firstOf, type Judgement, plural } from '../finding.ts'
import { type Books, isTerminal, type OurOrder, positionKey } from './books.ts'

export interface Asked {
  readonly clientId: string
  readonly position: string
  readonly askedLots: number
  readonly closableLots: number
}

export function checkNeverOverClosed(books: Books): Judgement {
  const openings = openingsByPosition(books)
  const orders = [...books.inherited.orders, ...books.orders].sort((a, b) => a.row.createdMs - b.row.createdMs)
  const reducing = Map.groupBy(orders.filter(isReducing), ({ row }) => positionKey(row.symbol, row.idx))
  const asked = [...reducing].flatMap(([position, orders]) =>
    judgeReducing(position, orders, openings.get(position) ?? []),
  )
  const over = asked.filter((each) => each.askedLots > each.closableLots)
  const tightest = asked.reduce<Asked | null>((a, b) => (a === null || spare(b) < spare(a) ? b : a), null)
  const evidence = { reducingOrders: asked.length, tightest, over: firstOf(over) }
  const measure =
    tightest === null
      ? {}
      : { measure: { worst: tightest.askedLots, bound: tightest.closableLots, margin: spare(tightest), unit: 'lots' } }
  if (over.length > 0) {
    const { clientId, askedLots, closableLots } = over[0]!
    const summary = `${plural(over.length, 'order')} asked too much; first ${clientId}: ${askedLots} lots when ${closableLots} could be closed`
    return { verdict: 'fail', summary, ...measure, evidence }
  }
  const summary = `${plural(asked.length, 'reducing order')}, none asked for more than it could close`
  return { verdict: 'pass', summary, ...measure, evidence }
}

function spare(asked: Asked): number {
  return asked.closableLots - asked.askedLots
}

/** In hedge mode the side and the index decide; the flag alone would miss an order that forgot it. */
export function isReducing({ row }: Pick<OurOrder, 'row'>): boolean {
  if (row.idx === 0) return row.reduceOnly
  return row.side === sideOf(row.idx === 1 ? 'long' : 'short', true)
}

export interface Opening {
  readonly atMs: number
  readonly lots: number
}

function openingsByPosition(books: Books): Map<string, Opening[]> {
  const openings = new Map<string, Opening[]>()
  for (const { leg, row } of [...books.inherited.executions, ...books.executions]) {
    if (leg === null || row.side !== sideOf(leg, false)) continue
    const key = positionKey(row.symbol, positionIdxOf(leg))
    const list = openings.get(key) ?? []
    list.push({ atMs: row.venueMs, lots: row.lots })
    openings.set(key, list)
  }
  return openings
}

/** Walks one position's arrivals, with its openings and the ends of its reducing orders, all in the order of time. */
export function judgeReducing(position: string, orders: readonly OurOrder[], openings: readonly Opening[]): Asked[] {
  const ends = orders.filter(({ row }) => isTerminal(row) && row.updatedMs > row.createdMs)
  ends.sort((a, b) => a.row.updatedMs - b.row.updatedMs)
  const reserved = new Map<string, number>()
  let opened = 0
  let taken = 0
  let nextOpening = 0
  let nextEnd = 0
  return orders.map(({ row, intent }) => {
    for (; nextOpening < openings.length && openings[nextOpening]!.atMs <= row.createdMs; nextOpening += 1) {
      opened += openings[nextOpening]!.lots
    }
    for (; nextEnd < ends.length && ends[nextEnd]!.row.updatedMs <= row.createdMs; nextEnd += 1) {
      const ended = ends[nextEnd]!.row
      taken += ended.filledLots - (reserved.get(ended.venueOrderId) ?? 0)
    }
    const closableLots = opened - taken
    // Quantity 0 with close-on-trigger asks for exactly what is held, whatever that is.
    const all = row.closeOnTrigger && (row.lots === 0 || intent?.data.closeAll === true)
    const askedLots = all ? Math.max(0, closableLots) : row.lots
    const endedAtOnce = isTerminal(row) && row.updatedMs <= row.createdMs
    const reserve = endedAtOnce ? row.filledLots : Math.max(askedLots, row.filledLots)
    reserved.set(row.venueOrderId, reserve)
    taken += reserve
    return { clientId: row.clientId, position, askedLots, closableLots }
  })
}
