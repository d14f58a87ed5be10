/**
 * Where the best bid and ask of an instrument go: a seeded walk, a script, or a tape.
 *
 *   walk    asked for its next move whenever the market's own chance says "price"
 *   script  ┌─ dueMs ─► take ─► a moment: quote, and perhaps sizes ─► the two ladders follow
 *   tape    ┘
 *
 * A world changed by hand (`move`) shifts all three alike: what comes later comes shifted.
 */
import { parseSteps } from '../../domain/steps.ts'
import type { Random } from '../../seams/random.ts'
import type { WorldInstrument } from '../world.ts'
import type { ScriptedStep } from '../world-path.ts'
import type { Listing } from './model.ts'
import { playTape, type Tape } from './tape.ts'

/** Best prices, ticks. */
export interface Quote {
  readonly bid: number
  readonly ask: number
}

/** What a script or a tape says at one moment; sizes that are not there stay as they are. */
export interface Moment extends Quote {
  readonly bidLots?: number | undefined
  readonly askLots?: number | undefined
  /** Lots at every level from here on; null: as the market says. */
  readonly levelLots?: number | null | undefined
}

export interface PricePath {
  quote(): Moment
  /** Chance's own next move; the same quote again where chance has no say. */
  next(): Quote
  /** Everything from here on is so many ticks away. */
  shift(ticks: number): Quote
  /** When the path itself has something to say, ms; Infinity is never. */
  dueMs(): number
  /** Takes what is due. */
  take(): Moment
  /** Whatever is to come, comes so much later, ms. */
  postpone(ms: number): void
}

type Spec = WorldInstrument['market']

/** How likely the next move goes the same way as the last. */
const RUN_STAYS = 0.6

export function createPricePath(random: Random, listing: Listing, spec: Spec, startMs: number): PricePath {
  const { path } = spec
  if (path.kind === 'walk') return walkPath(random, listing, spec)
  if (path.kind === 'steps') return scriptedPath(listing, spec, path.steps, startMs)
  if (path.rows === undefined) throw new Error('a tape without rows: parseWorld refuses it')
  return tapePath(playTape(listing.instrument, { rows: path.rows, end: path.end }, startMs), listing)
}

/** Moves in runs, with a size such that the mid wanders by `volatilityBps` a second. */
function walkPath(random: Random, listing: Listing, spec: Spec): PricePath {
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

  const quote = (): Quote => ({ bid, ask: bid + spec.spreadTicks + widened })
  const next = (): Quote => {
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
  const shift = (ticks: number): Quote => {
    bid = Math.max(listing.instrument.minPriceTicks, bid + ticks)
    return quote()
  }
  return { quote, next, shift, dueMs: () => Number.POSITIVE_INFINITY, take: quote, postpone: () => {} }
}

/** Stands where the last step put it. */
function scriptedPath(listing: Listing, spec: Spec, steps: readonly ScriptedStep[], startMs: number): PricePath {
  const { tick, minPriceTicks } = listing.instrument
  let at = 0
  let mid = listing.openTicks
  let spread = spec.spreadTicks
  let shiftTicks = 0
  let fromMs = startMs

  const quote = (): Quote => {
    const bid = Math.max(minPriceTicks, mid + shiftTicks - Math.floor(spread / 2))
    return { bid, ask: bid + spread }
  }
  return {
    quote,
    next: quote,
    shift: (ticks) => {
      shiftTicks += ticks
      return quote()
    },
    dueMs: () => (at < steps.length ? fromMs + steps[at]!.atMs : Number.POSITIVE_INFINITY),
    take: () => {
      const { bps, midPrice, spreadTicks, levelLots } = steps[at]!
      at += 1
      if (midPrice !== undefined) mid = parseSteps(midPrice, tick)!
      if (bps !== undefined) mid = Math.round(listing.openTicks * (1 + bps / 10_000))
      spread = spreadTicks ?? spread
      return { ...quote(), levelLots }
    },
    postpone: (ms) => {
      fromMs += ms
    },
  }
}

function tapePath(tape: Tape, { instrument }: Listing): PricePath {
  let shiftTicks = 0
  const quote = (): Moment => {
    const { bid, ask, ...sizes } = tape.now()
    // However far it was shifted down, it stays above nothing.
    const up = Math.max(shiftTicks, instrument.minPriceTicks - bid)
    return { bid: bid + up, ask: ask + up, ...sizes }
  }
  return {
    quote,
    next: quote,
    shift: (ticks) => {
      shiftTicks += ticks
      return quote()
    },
    dueMs: tape.dueMs,
    take: () => {
      tape.step()
      return quote()
    },
    postpone: tape.postpone,
  }
}

/** Exponential with mean 1. */
export function exponential(random: Random): number {
  return -Math.log(1 - random.next())
}
