/**
 * "These terms can never qualify", said before a run waits in vain.
 *
 * The synthetic terms are constant for a run, so one verdict decides for all of it. Beside the failed constraints the
 * advice names what would work: the smallest spread at the configured funding delta and size, if there is one, and
 * always two pairs that are known to qualify.
 */
import type { Constraint, Qualification } from './qualification.ts'
import { qualify } from './qualification.ts'

/** The two venues every synthetic opportunity is between. */
export const LONG_VENUE = 'bybit'
export const SHORT_VENUE = 'bybit_synthetic'

/** What a run's synthetic opportunities are made of. */
export interface SyntheticTerms {
  readonly spreadBps: number
  /** Fraction per 8 h. */
  readonly fundingDelta8h: number
  readonly positionSizeUsd: number
}

export interface Advice {
  readonly verdict: Qualification
  readonly failed: readonly Constraint[]
  /** The smallest spread, to 0.01 bps, that qualifies with the funding delta and size as they are; null when none does. */
  readonly smallestSpreadBps: number | null
  /** Ready to print, several lines. */
  readonly message: string
}

/** Pairs that qualify at any size up to 25,000 USD: all confidence from the spread's side, and from funding's. */
export const KNOWN_GOOD = [
  { spreadBps: 40, fundingDelta8h: 0.01 },
  { spreadBps: 50, fundingDelta8h: 0.006667 },
] as const

/** The verdict on synthetic terms: no boosts, depth estimated from the spread. Throws as `qualify` does. */
export function judgeSynthetic(terms: SyntheticTerms): Qualification {
  return qualify({ ...terms, longVenue: LONG_VENUE, shortVenue: SHORT_VENUE })
}

/** Null when opportunities with these terms qualify; else why they never do, and what would. Throws as `qualify` does. */
export function neverQualifies(terms: SyntheticTerms): Advice | null {
  const verdict = judgeSynthetic(terms)
  if (verdict.qualified) return null
  const failed = verdict.constraints.filter((constraint) => !constraint.passed)
  const smallestSpreadBps = smallestSpread(terms)
  return { verdict, failed, smallestSpreadBps, message: messageOf(terms, failed, smallestSpreadBps) }
}

/** Hundredths of a bps at which spread has given all the confidence it can. */
const FULL_SCORE_HUNDREDTHS = 5_000

/**
 * Halving finds it. Up to 50 bps the estimated depth is the same and every other constraint only gets easier as the
 * spread grows. Above 50 nothing new can pass: confidence stays, depth can only shrink, and what costs take (at most
 * 26 bps) has long been earned. So a spread that fails at 50 bps fails everywhere.
 */
function smallestSpread(terms: SyntheticTerms): number | null {
  const qualifies = (hundredths: number): boolean => judgeSynthetic({ ...terms, spreadBps: hundredths / 100 }).qualified
  if (!qualifies(FULL_SCORE_HUNDREDTHS)) return null
  let fails = 0
  let passes = FULL_SCORE_HUNDREDTHS
  while (passes - fails > 1) {
    const middle = (fails + passes) >> 1
    if (qualifies(middle)) passes = middle
    else fails = middle
  }
  return passes / 100
}

function messageOf(terms: SyntheticTerms, failed: readonly Constraint[], smallestSpreadBps: number | null): string {
  const { spreadBps, fundingDelta8h, positionSizeUsd } = terms
  const pairs = KNOWN_GOOD.map((pair) => `(${pair.spreadBps} bps, ${pair.fundingDelta8h})`).join(' and ')
  const smallest =
    smallestSpreadBps === null
      ? `  No spread qualifies with a funding delta of ${fundingDelta8h} and a position of ${positionSizeUsd} USD.`
      : `  The smallest spread that qualifies with a funding delta of ${fundingDelta8h}: ${smallestSpreadBps} bps.`
  return [
    `These terms can never qualify: spread ${spreadBps} bps, funding delta ${fundingDelta8h}, position ${positionSizeUsd} USD.`,
    ...failed.map((constraint) => `  ${describe(constraint)}`),
    smallest,
    `  These pairs qualify at up to 25,000 USD: ${pairs}.`,
  ].join('\n')
}

const NEEDS = {
  funding: { what: 'funding delta', relation: 'more than', unit: '' },
  depth: { what: 'book depth', relation: 'at least', unit: ' USD' },
  confidence: { what: 'confidence', relation: 'at least', unit: '' },
  profit: { what: 'profit after costs', relation: 'more than', unit: ' bps' },
} as const

/** One constraint in words, e.g. "confidence: 15, needs at least 70 (margin -55)". */
export function describe(constraint: Constraint): string {
  const { what, relation, unit } = NEEDS[constraint.name]
  const { value, threshold, margin } = constraint
  return `${what}: ${brief(value)}${unit}, needs ${relation} ${brief(threshold)}${unit} (margin ${brief(margin)}${unit})`
}

/** Up to eight significant digits, without the noise of binary fractions. */
function brief(value: number): string {
  return String(Number(value.toPrecision(8)))
}
