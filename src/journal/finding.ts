/**
 * What a check of a promise says.
 */

export type PromiseId = 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'P6' | 'P7' | 'P8' | 'P9' | 'P10'

/** `unknown`: the journal does not hold what is needed to judge. Never green. */
export type Verdict = 'pass' | 'fail' | 'unknown'

export interface Finding {
  readonly promise: PromiseId
  /** E.g. "naked-bound". */
  readonly name: string
  readonly verdict: Verdict
  /** One sentence. Begins with "void:" when a planned fault never fired, so that the run shows nothing. */
  readonly summary: string
  /** The number nearest to, or furthest over, its bound. Null when there was nothing to measure. */
  readonly worst: number | null
  readonly bound: number | null
  /** How far `worst` is on the good side of `bound`; negative when it fails. */
  readonly margin: number | null
  readonly unit: string | null
  /** All that is wrong came too late, by no more than `worst` is over `bound`: on a machine that stood still it may be right. */
  readonly onlyLate: boolean
  /** Plain JSON for the reader who digs; lists hold the first twenty. */
  readonly evidence: Readonly<Record<string, unknown>>
}

/** What a check works out itself; promise and name are added by `checkJournal`. */
export interface Judgement {
  readonly verdict: Verdict
  readonly summary: string
  readonly measure?: { readonly worst: number; readonly bound: number; readonly margin: number; readonly unit: string }
  /** As in `Finding`; left out: no. */
  readonly onlyLate?: boolean
  readonly evidence: Readonly<Record<string, unknown>>
}

/** A measured value that must not exceed its bound. */
export function atMost(worst: number, bound: number, unit: string): NonNullable<Judgement['measure']> {
  return { worst, bound, margin: bound - worst, unit }
}

/** The first twenty of a list, and how many there are: evidence has a bound too. */
export function firstOf<T>(list: readonly T[]): { readonly count: number; readonly first: readonly T[] } {
  return { count: list.length, first: list.slice(0, 20) }
}

/** The largest of what `measure` says of each, at least 0. Spreading a long list into Math.max can overflow the stack. */
export function mostOf<T>(list: readonly T[], measure: (item: T) => number): number {
  return list.reduce((most, item) => Math.max(most, measure(item)), 0)
}

/** "1 trade", "3 trades". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** Rounds for display: at most two decimals. */
export function round(value: number): number {
  return Math.round(value * 100) / 100
}
