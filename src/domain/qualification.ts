/**
 * Is a spread worth trading? Four hard constraints, in the order of the original dashboard.
 *
 *   |funding| > 0.0001 ─► both depths >= 2 × size ─► confidence >= 70 ─► profit after all costs > 0 ─► qualified
 *
 * The numbers are computed in the same order of operations as the original's Rust, so that a float that lands a hair
 * below an edge there lands below it here. Where its sketch is ambiguous, this is what holds:
 *   - It adds unsigned bytes to a float score. Here the base is cut to a whole number first (toward zero, as Rust's
 *     `as u8`), and the boosts are whole numbers added to it one after the other, each result kept within 0..100.
 *   - Its funding gravity asks one venue only. Here it is the larger of the two venues'; a venue whose time to funding
 *     is left out adds nothing.
 *   - "Aligned" order book imbalance is long > 0.1 and short < -0.1; "partial" is one of the two. That boost and the
 *     open interest one need both sides known.
 */
import type { QualificationInput, Signals } from './qualification-input.ts'
import { readTerms } from './qualification-input.ts'

export type ConstraintName = 'funding' | 'depth' | 'confidence' | 'profit'

export interface Constraint {
  readonly name: ConstraintName
  readonly passed: boolean
  readonly value: number
  readonly threshold: number
  /** How far the value is on the good side; negative when it fails. A strict bound fails at 0. */
  readonly margin: number
}

export interface Qualification {
  readonly qualified: boolean
  /** The first constraint that failed, in the order funding, depth, confidence, profit. */
  readonly rejectedBy: ConstraintName | null
  readonly confidence: number
  readonly feesBps: number
  readonly slippageBps: number
  readonly fundingCostBps: number
  readonly projectedProfitBps: number
  readonly constraints: readonly Constraint[]
}

/** The absolute funding difference must be more than this. */
export const FUNDING_DELTA_MIN = 0.0001
/** Each side of the book must hold so many times the position. */
export const DEPTH_MULTIPLE = 2
/** The smallest confidence that passes, of 100. */
export const CONFIDENCE_MIN = 70
/** Set aside for funding, whatever the delta. */
export const FUNDING_COST_BPS = 10
/** A taker fee the table does not list. */
const UNKNOWN_VENUE_FEE_BPS = 6

const TAKER_FEE_BPS: ReadonlyMap<string, number> = new Map([
  ['binance', 4],
  ['okx', 5],
  ['bybit', 5.5],
  ['bybit_synthetic', 5.5],
  ['bitget', 6],
  ['kucoin', 6],
  ['hyperliquid', 3.5],
  ['paradex', 5],
  ['gateio', 6],
])

/**
 * Judges one spread. The verdict carries every constraint with its value, threshold and margin, passed or not.
 *
 * Throws when an input is no number where one is needed (TypeError) or is outside what is allowed (RangeError); the
 * message names every bad field at once, with its value and what is allowed.
 */
export function qualify(input: QualificationInput): Qualification {
  const terms = readTerms(input)
  const { spreadBps, positionSizeUsd: sizeUsd } = terms
  const depthUsd = smallerDepthUsd(spreadBps, terms.depthLongUsd, terms.depthShortUsd)
  const confidence = boosted(baseConfidence(spreadBps, terms.fundingDelta8h), terms.signals ?? NO_SIGNALS)
  const feesBps = takerFeeBps(terms.longVenue) + takerFeeBps(terms.shortVenue)
  const slippageBps = slippageBpsOf(sizeUsd, depthUsd)
  const projectedProfitBps = spreadBps - feesBps - FUNDING_COST_BPS - slippageBps

  const constraints: readonly Constraint[] = [
    moreThan('funding', Math.abs(terms.fundingDelta8h), FUNDING_DELTA_MIN),
    atLeast('depth', depthUsd, sizeUsd * DEPTH_MULTIPLE),
    atLeast('confidence', confidence, CONFIDENCE_MIN),
    moreThan('profit', projectedProfitBps, 0),
  ]
  const rejectedBy = constraints.find((constraint) => !constraint.passed)?.name ?? null
  return {
    qualified: rejectedBy === null,
    rejectedBy,
    confidence,
    feesBps,
    slippageBps,
    fundingCostBps: FUNDING_COST_BPS,
    projectedProfitBps,
    constraints,
  }
}

/** Taker fee of a venue, bps; case does not matter, an unknown venue pays 6. */
export function takerFeeBps(venue: string): number {
  return TAKER_FEE_BPS.get(venue.toLowerCase()) ?? UNKNOWN_VENUE_FEE_BPS
}

/** The depth a spread suggests when the books are not known, USD: the wider the spread, the thinner the market. */
export function estimateDepthUsd(spreadBps: number): number {
  if (spreadBps > 200) return 5_000
  if (spreadBps > 100) return 10_000
  return 50_000
}

// ── Helpers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const NO_SIGNALS: Signals = {}

/** Both sides must hold the position, so only the thinner one matters. One unknown side makes both an estimate. */
function smallerDepthUsd(spreadBps: number, long: number | undefined, short: number | undefined): number {
  if (long === undefined || short === undefined || long === 0 || short === 0) return estimateDepthUsd(spreadBps)
  return Math.min(long, short)
}

/** `(size / depth) × 3`, in this order, as the original; at most 5 bps. */
function slippageBpsOf(sizeUsd: number, depthUsd: number): number {
  return Math.min(2 + (sizeUsd / depthUsd) * 3, 5)
}

/** Half of the score from the spread (full at 50 bps), three tenths from funding (full at 1 %): 0..80. */
function baseConfidence(spreadBps: number, fundingDelta8h: number): number {
  const spreadScore = Math.min(spreadBps / 50, 1) * 100
  const fundingScore = Math.min(Math.abs(fundingDelta8h) / 0.01, 1) * 100
  return within0And100(Math.trunc(spreadScore * 0.5 + fundingScore * 0.3))
}

function boosted(base: number, signals: Signals): number {
  const withObi = within0And100(base + obiBoost(signals.obiLong, signals.obiShort))
  const withOi = within0And100(withObi + oiBoost(signals.oiRatioLong, signals.oiRatioShort))
  const long = gravityBoost(signals.minutesToFundingLong)
  const short = gravityBoost(signals.minutesToFundingShort)
  return within0And100(withOi + Math.max(long, short))
}

function within0And100(score: number): number {
  return Math.min(100, Math.max(0, score))
}

function obiBoost(long: number | undefined, short: number | undefined): number {
  if (long === undefined || short === undefined) return 0
  const aligned = Number(long > 0.1) + Number(short < -0.1)
  return aligned * 10
}

function oiBoost(long: number | undefined, short: number | undefined): number {
  if (long === undefined || short === undefined) return 0
  const mean = (long + short) / 2
  if (mean < 0.8) return 15
  return mean > 1.2 ? -10 : 0
}

function gravityBoost(minutesToFunding: number | undefined): number {
  if (minutesToFunding === undefined) return 0
  if (minutesToFunding < 5) return 30
  return minutesToFunding < 15 ? 15 : 0
}

function moreThan(name: ConstraintName, value: number, threshold: number): Constraint {
  return { name, passed: value > threshold, value, threshold, margin: value - threshold }
}

function atLeast(name: ConstraintName, value: number, threshold: number): Constraint {
  return { name, passed: value >= threshold, value, threshold, margin: value - threshold }
}
