/**
 * The market's own levels on one side of the book, as the generator sees them.
 *
 *   deep book:   best, best∓1 tick, … with drawn sizes; a level redrawn is a level refilled
 *   fixed book:  best, best∓gap, … with a stock each; what is taken is missing until a refill, if there is one
 *
 * Putting lots where an account's order already rests on the other side is a trade: the order has them, at its price.
 */
import type { Random } from '../../seams/random.ts'
import type { WorldInstrument } from '../world.ts'
import { marketLotsAt, setMarketLots } from './book.ts'
import { sweep } from './matching.ts'
import type { Listing, Venue } from './model.ts'

export interface Ladder {
  readonly levels: number
  readonly isFixed: boolean
  moveTo(bestTicks: number): void
  /** Changes the size of one level. */
  redraw(level: number): void
  /** The best level holds so many lots, until the path says otherwise or the price moves. */
  setTouch(lots: number): void
  /** Fills every level of a fixed book up again. */
  refill(): void
  setDepth(levelLots: number | null): void
}

type Spec = WorldInstrument['market']

export function createLadder(
  venue: () => Venue,
  listing: Listing,
  spec: Spec,
  options: { readonly isBid: boolean; readonly random: Random },
): Ladder {
  return spec.book === undefined
    ? deepLadder(venue, listing, spec, options)
    : fixedLadder(venue, listing, spec, options)
}

interface Place {
  readonly venue: () => Venue
  readonly listing: Listing
  readonly isBid: boolean
}

/** Price of a level, the best one being 0; below one tick there is none. */
function priceAt(isBid: boolean, bestTicks: number, offsetTicks: number): number {
  return isBid ? bestTicks - offsetTicks : bestTicks + offsetTicks
}

/** Sets the market's lots at a price, trading first with whoever stands in the way. Answers what is there now. */
function put({ venue, listing, isBid }: Place, priceTicks: number, lots: number): number {
  if (priceTicks < 1) return 0
  const left = lots === 0 ? 0 : sweep(venue(), listing, { taker: null, isBuy: isBid, limitTicks: priceTicks }, lots)
  setMarketLots(isBid ? listing.bids : listing.asks, priceTicks, left)
  return left
}

function deepLadder(
  venue: () => Venue,
  listing: Listing,
  spec: Spec,
  { isBid, random }: { readonly isBid: boolean; readonly random: Random },
): Ladder {
  const place: Place = { venue, listing, isBid }
  const { levels } = spec
  let best = Number.NaN
  let depth: number | null = null
  let isTouchSet = false

  const draw = (): number => {
    const size = 0.25 + 0.75 * Math.min(6, -Math.log(1 - random.next()))
    return depth === null
      ? Math.max(1, Math.round(spec.levelLots * size))
      : Math.round(depth * (0.8 + 0.2 * random.next()))
  }
  const redrawAll = (): void => {
    for (let level = 0; level < levels; level += 1) put(place, priceAt(isBid, best, level), draw())
  }
  return {
    levels,
    isFixed: false,
    redraw: (level) => {
      const lots = draw()
      if (level > 0 || !isTouchSet) put(place, priceAt(isBid, best, level), lots)
    },
    setTouch: (lots) => {
      isTouchSet = true
      put(place, best, lots)
    },
    refill: () => {},
    moveTo: (bestTicks) => {
      if (bestTicks === best) return
      const before = best
      best = bestTicks
      isTouchSet = false
      const wasHere = (ticks: number): boolean => {
        const offset = isBid ? before - ticks : ticks - before
        return offset >= 0 && offset < levels
      }
      const isStillHere = (ticks: number): boolean => {
        const offset = isBid ? best - ticks : ticks - best
        return offset >= 0 && offset < levels
      }
      for (let level = 0; level < levels; level += 1) {
        const old = priceAt(isBid, before, level)
        if (!Number.isNaN(old) && !isStillHere(old)) put(place, old, 0)
      }
      // Prices that were in the book before keep what they have: only new ones are drawn.
      for (let level = 0; level < levels; level += 1) {
        const price = priceAt(isBid, best, level)
        if (!wasHere(price)) put(place, price, draw())
      }
    },
    setDepth: (levelLots) => {
      depth = levelLots
      redrawAll()
    },
  }
}

function fixedLadder(venue: () => Venue, listing: Listing, spec: Spec, { isBid }: { readonly isBid: boolean }): Ladder {
  const place: Place = { venue, listing, isBid }
  const { levels, levelGapTicks, levelLots } = spec.book!
  const full = typeof levelLots === 'number' ? levelLots : isBid ? levelLots.bids : levelLots.asks
  let depth = full
  let best = Number.NaN
  const stock = new Array<number>(levels).fill(full)
  const shown = new Array<number>(levels).fill(0)
  const side = isBid ? listing.bids : listing.asks
  const priceOf = (level: number): number => priceAt(isBid, best, level * levelGapTicks)

  /** Books what accounts have taken since we last looked. */
  const absorb = (level: number): void => {
    if (Number.isNaN(best)) return
    const now = marketLotsAt(side, priceOf(level))
    stock[level]! -= shown[level]! - now
    shown[level] = now
  }
  const show = (level: number, lots: number): void => {
    const now = put(place, priceOf(level), lots)
    stock[level]! -= lots - now
    shown[level] = now
  }
  const restock = (): void => {
    for (let level = 0; level < levels; level += 1) {
      stock[level] = depth
      show(level, depth)
    }
  }
  return {
    levels,
    isFixed: true,
    /** Sizes flicker by one lot, so that quotes stay fresh; the lot held back is not lost. An empty level passes it on. */
    redraw: (from) => {
      let level = from
      absorb(level)
      while (stock[level]! < 2 && level + 1 < levels) {
        level += 1
        absorb(level)
      }
      const isWhole = shown[level] === stock[level]
      if (stock[level]! > 1) show(level, stock[level]! - (isWhole ? 1 : 0))
    },
    setTouch: (lots) => {
      stock[0] = lots
      show(0, lots)
    },
    refill: restock,
    moveTo: (bestTicks) => {
      if (bestTicks === best) return
      for (let level = 0; level < levels; level += 1) {
        absorb(level)
        if (!Number.isNaN(best)) put(place, priceOf(level), 0)
      }
      best = bestTicks
      for (let level = 0; level < levels; level += 1) show(level, stock[level]!)
    },
    setDepth: (lots) => {
      depth = lots ?? full
      restock()
    },
  }
}
