/**
 * One side of one instrument's book: price levels, each with the market's own lots and a queue of accounts' orders.
 *
 *   level 600001:   market 700 │ order A │ market 300 │ order B │ market 500      (front ──► back)
 *                   └ ahead of A: 700    └ ahead of B: 1,000    └ marketLots: 1,500
 *
 * The market's lots are one number, not a list. `gone` counts what has left from the front since the level was made,
 * so an order's place is `aheadAt - gone` lots behind the front and needs no update when others trade.
 */
import type { BookSide, Level, Order } from './model.ts'

/** So many empty levels, and one for every level in use, are kept before they are let go. */
const EMPTY_KEPT = 256

export function createSide(isBid: boolean): BookSide {
  return { isBid, byPrice: new Map(), prices: [] }
}

export function bestLevel(side: BookSide): Level | undefined {
  const price = side.prices[side.prices.length - 1]
  return price === undefined ? undefined : side.byPrice.get(price)
}

/** The n-th level from the best one, 0 first. */
export function levelFromBest(side: BookSide, n: number): Level | undefined {
  const price = side.prices[side.prices.length - 1 - n]
  return price === undefined ? undefined : side.byPrice.get(price)
}

/** Whether somebody buying (or selling) up to a limit would trade at `priceTicks`. */
export function crosses(takerBuys: boolean, limitTicks: number, priceTicks: number): boolean {
  return takerBuys ? priceTicks <= limitTicks : priceTicks >= limitTicks
}

export function marketLotsAt(side: BookSide, priceTicks: number): number {
  return side.byPrice.get(priceTicks)?.marketLots ?? 0
}

/** What the book shows at a level: the market's lots and everybody's. */
export function shownLots(level: Level): number {
  return level.marketLots + level.orderLots
}

/**
 * Lots to be had up to a limit, stopping once `enough` is reached. Orders that `isOwn` names are left out; with
 * `stopsAtOwn` nothing behind the first of them can be had either.
 */
export function lotsWithin(
  side: BookSide,
  limitTicks: number,
  enough: number,
  isOwn: (order: Order) => boolean,
  stopsAtOwn = false,
): number {
  let sum = 0
  for (let n = 0; sum < enough; n += 1) {
    const level = levelFromBest(side, n)
    if (level === undefined || !crosses(!side.isBid, limitTicks, level.priceTicks)) break
    for (let order = level.first; order !== null; order = order.next) {
      if (!isOwn(order)) sum += order.leaves
      else if (stopsAtOwn) return sum + Math.max(0, order.aheadAt - level.gone)
    }
    sum += level.marketLots
  }
  return sum
}

/**
 * Sets the market's own lots at a price. What is new queues at the back; what goes leaves from the back, so an
 * order's place never gets worse, and gets better only when there is less in front of it than before.
 */
export function setMarketLots(side: BookSide, priceTicks: number, lots: number): void {
  const level = lots > 0 ? levelAt(side, priceTicks) : side.byPrice.get(priceTicks)
  if (level === undefined) return
  level.marketLots = lots
  const furthest = level.gone + lots
  for (let order = level.last; order !== null && order.aheadAt > furthest; order = order.prev) order.aheadAt = furthest
  dropIfEmpty(side, level)
}

/** Rests an order at the back of its level. */
export function join(side: BookSide, order: Order): void {
  const level = levelAt(side, order.priceTicks)
  order.level = level
  order.aheadAt = level.gone + level.marketLots
  order.prev = level.last
  order.next = null
  if (level.last === null) level.first = order
  else level.last.next = order
  level.last = order
  level.orderLots += order.leaves
}

/** Takes an order out of its level's queue. */
export function leave(side: BookSide, order: Order): void {
  const level = order.level
  if (level === null) return
  if (order.prev === null) level.first = order.next
  else order.prev.next = order.next
  if (order.next === null) level.last = order.prev
  else order.next.prev = order.prev
  level.orderLots -= order.leaves
  order.level = null
  order.prev = null
  order.next = null
  dropIfEmpty(side, level)
}

/** Market lots in front of the first order of a level, or all of them when there is none. */
export function marketAhead(level: Level): number {
  return level.first === null ? level.marketLots : Math.max(0, level.first.aheadAt - level.gone)
}

/** Lets market lots trade away from the front. */
export function takeMarket(level: Level, lots: number): void {
  level.marketLots -= lots
  level.gone += lots
}

export function dropIfEmpty(side: BookSide, level: Level): void {
  if (level.marketLots > 0 || level.first !== null || !level.isListed) return
  level.isListed = false
  const { prices } = side
  if (prices[prices.length - 1] === level.priceTicks) prices.pop()
  else prices.splice(placeOf(side, level.priceTicks), 1)
  if (side.byPrice.size > 2 * prices.length + EMPTY_KEPT) forgetEmpty(side)
}

/** Prices come back: a level that is empty is kept for the next order at its price, as long as there are not too many. */
function forgetEmpty({ byPrice }: BookSide): void {
  for (const level of byPrice.values()) if (!level.isListed) byPrice.delete(level.priceTicks)
}

function levelAt(side: BookSide, priceTicks: number): Level {
  const known = side.byPrice.get(priceTicks)
  if (known?.isListed) return known
  const level = known ?? emptyLevel(priceTicks)
  if (known === undefined) side.byPrice.set(priceTicks, level)
  level.isListed = true
  const at = placeOf(side, priceTicks)
  if (at === side.prices.length) side.prices.push(priceTicks)
  else side.prices.splice(at, 0, priceTicks)
  return level
}

function emptyLevel(priceTicks: number): Level {
  return { priceTicks, isListed: false, marketLots: 0, orderLots: 0, gone: 0, first: null, last: null }
}

/** Where a price is, or belongs, in the list that ends with the best. */
function placeOf(side: BookSide, priceTicks: number): number {
  let low = 0
  let high = side.prices.length
  while (low < high) {
    const middle = (low + high) >> 1
    const isWorse = side.isBid ? side.prices[middle]! < priceTicks : side.prices[middle]! > priceTicks
    if (isWorse) low = middle + 1
    else high = middle
  }
  return low
}
