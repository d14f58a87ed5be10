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
/** How likely the next gap is of the same kind, and the next move of the same direction, as the last. */
const GAP_STAYS = 0.5
const RUN_STAYS = 0.6
/** Smoothing of mark, index and premium, ms. */
const MARK_MS = 1_000
const INDEX_MS = 5_000
const PREMIUM_MS = 30_000

export function createMarket(
  venue: () => Venue,
  listing: Listing,
  spec: Spec,
  options: { readonly random: Random; readonly startMs: number; readonly rank: number },
): Market {
  const gaps = createGaps(options.random.fork('gaps'), spec)
  const changes = createChanges(venue, listing, spec, options)
  const refillMs = spec.book?.refillMs ?? null
  const maxQuietMs = spec.maxQuietMs ?? Number.POSITIVE_INFINITY
  let isHeld = false
  let nextEventMs = options.startMs + Math.min(gaps.next(), maxQuietMs)
  let nextRefillMs = refillMs === null ? Number.POSITIVE_INFINITY : options.startMs + refillMs
  return {
    nextMs: Math.min(nextEventMs, nextRefillMs),
    heapAt: -1,
    rank: options.rank,
    run: (atMs) => {
      venue().nowMs = atMs
      if (isHeld) return Number.POSITIVE_INFINITY
      if (nextRefillMs <= atMs) {
        changes.refill()
        nextRefillMs += refillMs ?? Number.POSITIVE_INFINITY
      } else {
        nextEventMs = Math.min(atMs + gaps.next(), changes.next(atMs) + maxQuietMs)
      }
      return Math.min(nextEventMs, nextRefillMs)
    },
    move: changes.move,
    setDepth: changes.setDepth,
    hold: (on, nowMs) => {
      if (isHeld && !on) {
        changes.resume(nowMs)
        nextEventMs = nowMs + Math.min(gaps.next(), maxQuietMs)
        if (refillMs !== null) nextRefillMs = nowMs + refillMs
      }
      isHeld = on
      return on ? Number.POSITIVE_INFINITY : Math.min(nextEventMs, nextRefillMs)
    },
  }
}

interface Changes extends Pick<Market, 'move' | 'setDepth'> {
  /** Makes one change; answers when the touch last changed, ms. */
  next(nowMs: number): number
  refill(): void
  /** Forgets how long it has been quiet. */
  resume(nowMs: number): void
}

/** What a change is: a size most of the time, else a move of the price or a trade. */
function createChanges(
  venue: () => Venue,
  listing: Listing,
  spec: Spec,
  { random, startMs }: { readonly random: Random; readonly startMs: number },
): Changes {
  const prices = createPrices(random.fork('prices'), listing, spec)
  const flow = random.fork('flow')
  const bids = createLadder(venue, listing, spec, { isBid: true, random: random.fork('bids') })
  const asks = createLadder(venue, listing, spec, { isBid: false, random: random.fork('asks') })
  const marks = createMarks(listing, startMs)
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
    else if (draw < spec.priceShare) follow(listing, prices.next(), bids, asks)
    else if (draw < spec.priceShare + spec.tradeShare) {
      tradeAtTouch(venue(), listing, { bids, asks }, { isBuy: flow.next() < 0.5, lots: tradeLots(flow, spec) })
    } else changeSize(nowMs)
  }

  follow(listing, prices.quote(), bids, asks)
  marks.jump()
  return {
    next: (nowMs) => {
      change(nowMs)
      marks.update(nowMs)
      bookChanged(venue(), listing)
      return touchedMs
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
      follow(listing, prices.shift(Math.round((listing.bidTicks * bps) / 10_000)), bids, asks)
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

/** Moves both sides to a quote; the side that recedes goes first, so that the market never meets itself. */
function follow(
  listing: Listing,
  quote: { readonly bid: number; readonly ask: number },
  bids: Ladder,
  asks: Ladder,
): void {
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

interface Prices {
  quote(): { readonly bid: number; readonly ask: number }
  next(): { readonly bid: number; readonly ask: number }
  shift(ticks: number): { readonly bid: number; readonly ask: number }
}

/** The best bid and ask: moves in runs, with a size such that the mid wanders by `volatilityBps` a second. */
function createPrices(random: Random, listing: Listing, spec: Spec): Prices {
  const start = listing.openTicks - Math.floor(spec.spreadTicks / 2)
  const movesPerSecond = Math.max(1e-9, spec.updatesPerSecond * spec.priceShare * (1 - spec.spreadBurstShare))
  // Runs make the same moves go further: variance times (1 + r) / (1 - r), r the correlation of neighbours.
  const r = 2 * RUN_STAYS - 1
  const wantedTicks = (spec.volatilityBps / 10_000) * listing.openTicks
  const moveTicks = wantedTicks / Math.sqrt(movesPerSecond * ((1 + r) / (1 - r)))
  const moveShare = Math.min(1, moveTicks * moveTicks)
  let bid = start
  let widened = 0
  let isUp = true

  const quote = (): { readonly bid: number; readonly ask: number } => ({ bid, ask: bid + spec.spreadTicks + widened })
  const next = (): { readonly bid: number; readonly ask: number } => {
    const isBurst = random.next() < spec.spreadBurstShare
    const size = exponential(random)
    const draw = random.next()
    if (isBurst) {
      const more = 1 + Math.floor(size * 2)
      if (draw < 0.5) bid -= more
      widened += more
      return quote()
    }
    // A widened spread closes before anything else moves, from either side.
    if (widened > 0) {
      if (draw < 0.5) bid += widened
      widened = 0
      return quote()
    }
    if (draw >= RUN_STAYS) isUp = !isUp
    if (random.next() >= moveShare) return quote()
    const ticks = Math.max(1, Math.round((size * moveTicks) / Math.SQRT2))
    // Far from home it turns round: a long run must not leave the instrument's own bounds.
    if (bid > start * 1.5) isUp = false
    if (bid < start * 0.6) isUp = true
    bid += isUp ? ticks : -ticks
    return quote()
  }
  const shift = (ticks: number): { readonly bid: number; readonly ask: number } => {
    bid = Math.max(listing.instrument.minPriceTicks, bid + ticks)
    return quote()
  }
  return { quote, next, shift }
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

function createMarks(listing: Listing, startMs: number): { update(nowMs: number): void; jump(): void } {
  let lastMs = startMs
  let mark = listing.openTicks
  let index = mark
  const mid = (): number => (listing.bidTicks + listing.askTicks) / 2
  const publish = (): void => {
    listing.markTicks = Math.round(mark)
    listing.indexTicks = Math.round(index)
  }
  return {
    update: (nowMs) => {
      const passedMs = nowMs - lastMs
      lastMs = nowMs
      mark += (mid() - mark) * (1 - Math.exp(-passedMs / MARK_MS))
      index += (mid() - index) * (1 - Math.exp(-passedMs / INDEX_MS))
      listing.premiumTicks += (mid() - mark - listing.premiumTicks) * (1 - Math.exp(-passedMs / PREMIUM_MS))
      publish()
    },
    jump: () => {
      mark = mid()
      index = mark
      publish()
    },
  }
}

/** Exponential with mean 1. */
function exponential(random: Random): number {
  return -Math.log(1 - random.next())
}
