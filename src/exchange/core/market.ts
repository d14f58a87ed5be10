/**
 * The rest of the market: a seeded generator of size changes, price moves and trades, each at a moment of its own.
 *
 *   quiet … burst: size size size trade size MOVE MOVE size … quiet …
 *
 * It moves as recorded books do (market figures): arrivals in bursts, sizes change far more often than prices, moves of
 * several ticks that come in runs. What accounts do never changes what is drawn here, only what of it they consume: the
 * same seed gives the same market. Marks follow the market's own mid, so no account can push them.
 */
import type { Random } from '../../seams/random.ts'
import type { WorldInstrument } from '../world.ts'
import type { Source } from './agenda.ts'
import { createLadder, type Ladder } from './ladder.ts'
import { bookChanged, sweep } from './matching.ts'
import type { Listing, Venue } from './model.ts'
import { createPricePath, exponential, type Moment, type PricePath, type Quote } from './pricepath.ts'
import { marksMoved } from './triggers.ts'

export interface Market extends Source {
  /** Shifts everything by so many bps, marks too, at once. */
  move(bps: number): void
  /** Every level holds so many lots; null restores what the world says. */
  setDepth(levelLots: number | null): void
  /** Freezes or resumes the market's own changes, refills included. */
  hold(on: boolean, nowMs: number): number
}

type Spec = WorldInstrument['market']

/** Bursts: this share of gaps is short; short and long means as multiples of the mean gap (they average to 1). */
const SHORT_SHARE = 0.7
const SHORT_MEAN = 0.35
const LONG_MEAN = 2.5
/** How likely the next gap is of the same kind as the last. */
const GAP_STAYS = 0.5
/** Smoothing of mark and index, ms. */
const MARK_MS = 1_000
const INDEX_MS = 5_000

export function createMarket(
  venue: () => Venue,
  listing: Listing,
  spec: Spec,
  options: { readonly random: Random; readonly startMs: number; readonly rank: number },
): Market {
  const gaps = createGaps(options.random.fork('gaps'), spec)
  const path = createPricePath(options.random.fork('prices'), listing, spec, options.startMs)
  const changes = createChanges(venue, listing, spec, { ...options, path })
  const refillMs = spec.book?.refillMs ?? null
  const maxQuietMs = spec.maxQuietMs ?? Number.POSITIVE_INFINITY
  let heldMs: number | null = null
  let nextEventMs = options.startMs + Math.min(gaps.next(), maxQuietMs)
  let nextRefillMs = refillMs === null ? Number.POSITIVE_INFINITY : options.startMs + refillMs
  const nextMs = (): number => Math.min(nextEventMs, nextRefillMs, path.dueMs())
  return {
    nextMs: nextMs(),
    heapAt: -1,
    rank: options.rank,
    run: (atMs) => {
      venue().nowMs = atMs
      if (heldMs !== null) return Number.POSITIVE_INFINITY
      if (path.dueMs() <= atMs) {
        changes.show(path.take(), atMs)
      } else if (nextRefillMs <= atMs) {
        changes.refill()
        nextRefillMs += refillMs ?? Number.POSITIVE_INFINITY
      } else {
        nextEventMs = Math.min(atMs + gaps.next(), changes.next(atMs) + maxQuietMs)
      }
      return nextMs()
    },
    move: changes.move,
    setDepth: changes.setDepth,
    hold: (on, nowMs) => {
      if (on) {
        heldMs ??= nowMs
      } else if (heldMs !== null) {
        path.postpone(nowMs - heldMs)
        heldMs = null
        changes.resume(nowMs)
        nextEventMs = nowMs + Math.min(gaps.next(), maxQuietMs)
        if (refillMs !== null) nextRefillMs = nowMs + refillMs
      }
      return on ? Number.POSITIVE_INFINITY : nextMs()
    },
  }
}

interface Changes extends Pick<Market, 'move' | 'setDepth'> {
  /** Makes one change; answers when the touch last changed, ms. */
  next(nowMs: number): number
  /** What the path says at a moment of its own. */
  show(moment: Moment, nowMs: number): void
  refill(): void
  /** Forgets how long it has been quiet. */
  resume(nowMs: number): void
}

/** What a change is: a size most of the time, else a move of the price or a trade. */
function createChanges(
  venue: () => Venue,
  listing: Listing,
  spec: Spec,
  { random, startMs, path }: { readonly random: Random; readonly startMs: number; readonly path: PricePath },
): Changes {
  const flow = random.fork('flow')
  const bids = createLadder(venue, listing, spec, { isBid: true, random: random.fork('bids') })
  const asks = createLadder(venue, listing, spec, { isBid: false, random: random.fork('asks') })
  const marks = createMarks(venue, listing, startMs)
  let touchedMs = startMs

  const changeSize = (nowMs: number): void => {
    const level = flow.next() < spec.touchShare ? 0 : Math.floor(flow.next() * bids.levels)
    if (level === 0) touchedMs = nowMs
    if (flow.next() < 0.5) bids.redraw(level)
    else asks.redraw(level)
  }
  const change = (nowMs: number): void => {
    const isQuiet = spec.maxQuietMs !== undefined && nowMs - touchedMs >= spec.maxQuietMs
    const draw = flow.next()
    if (isQuiet || draw < spec.priceShare) touchedMs = nowMs
    if (isQuiet && draw < 0.5) bids.redraw(0)
    else if (isQuiet) asks.redraw(0)
    else if (draw < spec.priceShare) follow(listing, path.next(), bids, asks)
    else if (draw < spec.priceShare + spec.tradeShare) {
      tradeAtTouch(venue(), listing, { bids, asks }, { isBuy: flow.next() < 0.5, lots: tradeLots(flow, spec) })
    } else changeSize(nowMs)
  }

  const show = (moment: Moment): void => {
    if (moment.levelLots !== undefined) for (const side of [bids, asks]) side.setDepth(moment.levelLots)
    follow(listing, moment, bids, asks)
    if (moment.bidLots !== undefined) bids.setTouch(moment.bidLots)
    if (moment.askLots !== undefined) asks.setTouch(moment.askLots)
  }

  show(path.quote())
  marks.jump()
  begin(listing, startMs)
  return {
    next: (nowMs) => {
      change(nowMs)
      marks.update(nowMs)
      bookChanged(venue(), listing)
      return touchedMs
    },
    show: (moment, nowMs) => {
      // Until now the old price held: the marks follow the new one from here on.
      marks.update(nowMs)
      show(moment)
      touchedMs = nowMs
      bookChanged(venue(), listing)
    },
    refill: () => {
      bids.refill()
      asks.refill()
      bookChanged(venue(), listing)
    },
    resume: (nowMs) => {
      touchedMs = nowMs
    },
    move: (bps) => {
      follow(listing, path.shift(Math.round((listing.bidTicks * bps) / 10_000)), bids, asks)
      marks.jump()
      bookChanged(venue(), listing)
    },
    setDepth: (levelLots) => {
      bids.setDepth(levelLots)
      asks.setDepth(levelLots)
      bookChanged(venue(), listing)
    },
  }
}

/** The first book is a change, too: whoever asks before the next one is told when it was made. */
function begin(listing: Listing, startMs: number): void {
  listing.changedMs = startMs
  listing.seq += 1
}

/** Moves both sides to a quote; the side that recedes goes first, so that the market never meets itself. */
function follow(listing: Listing, quote: Quote, bids: Ladder, asks: Ladder): void {
  const isRising = quote.bid > listing.bidTicks
  listing.bidTicks = quote.bid
  listing.askTicks = quote.ask
  if (isRising) asks.moveTo(quote.ask)
  bids.moveTo(quote.bid)
  if (!isRising) asks.moveTo(quote.ask)
}

/** Times between changes, ms: a mixture of short and long ones, the kind sticking for a while. */
function createGaps(random: Random, spec: Spec): { next(): number } {
  const meanMs = 1_000 / spec.updatesPerSecond
  let isShort = true
  return {
    next: () => {
      if (random.next() >= GAP_STAYS) isShort = random.next() < SHORT_SHARE
      return Math.max(0.001, exponential(random) * meanMs * (isShort ? SHORT_MEAN : LONG_MEAN))
    },
  }
}

function tradeLots(random: Random, spec: Spec): number {
  const lots = Math.ceil(exponential(random) * spec.levelLots * 0.15)
  // One trade in twenty is large: it takes the whole touch and more, and stops there.
  return random.next() < 0.05 ? lots * 20 : lots
}

/** Others trade at the touch: orders of accounts at or inside it have their turn. Fixed books are left alone. */
function tradeAtTouch(
  venue: Venue,
  listing: Listing,
  sides: { readonly bids: Ladder; readonly asks: Ladder },
  trade: { readonly isBuy: boolean; readonly lots: number },
): void {
  if (sides.bids.isFixed) return
  const limitTicks = trade.isBuy ? listing.askTicks : listing.bidTicks
  sweep(venue, listing, { taker: null, isBuy: trade.isBuy, limitTicks }, trade.lots)
}

function createMarks(
  venue: () => Venue,
  listing: Listing,
  startMs: number,
): { update(nowMs: number): void; jump(): void } {
  let lastMs = startMs
  let mark = listing.openTicks
  let index = mark
  const mid = (): number => (listing.bidTicks + listing.askTicks) / 2
  const publish = (): void => {
    listing.markTicks = Math.round(mark)
    listing.indexTicks = Math.round(index)
    marksMoved(venue(), listing)
  }
  return {
    update: (nowMs) => {
      const passedMs = nowMs - lastMs
      lastMs = nowMs
      mark += (mid() - mark) * (1 - Math.exp(-passedMs / MARK_MS))
      index += (mid() - index) * (1 - Math.exp(-passedMs / INDEX_MS))
      publish()
    },
    jump: () => {
      mark = mid()
      index = mark
      publish()
    },
  }
}
