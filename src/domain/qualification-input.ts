/**
 * What a qualification is asked about. What cannot be judged is refused by name, all at once: nothing that is not a
 * number gets as far as the arithmetic, so a verdict never contains NaN.
 */

/** What the market tells beyond the spread. A signal left out gives no boost. */
export interface Signals {
  /** Order book imbalance of each venue: finite, of any sign, usually -1..1. */
  readonly obiLong?: number | undefined
  readonly obiShort?: number | undefined
  /** Open interest over its own average: finite, not negative. */
  readonly oiRatioLong?: number | undefined
  readonly oiRatioShort?: number | undefined
  /** Until the next funding payout: finite, not negative. */
  readonly minutesToFundingLong?: number | undefined
  readonly minutesToFundingShort?: number | undefined
}

export interface QualificationInput {
  /** Finite and more than 0. */
  readonly spreadBps: number
  /** Difference of the two funding rates per 8 h as a fraction (0.0001 is one basis point); finite, of any sign. */
  readonly fundingDelta8h: number
  /** Finite and more than 0. */
  readonly positionSizeUsd: number
  /** Compared without regard to case; a venue the fee table does not know pays 6 bps. */
  readonly longVenue: string
  readonly shortVenue: string
  /** Finite and not negative. Left out or 0 on either side: both are estimated from the spread. */
  readonly depthLongUsd?: number | undefined
  readonly depthShortUsd?: number | undefined
  readonly signals?: Signals | undefined
}

type Rule = 'finite' | 'finite and more than 0' | 'finite and at least 0'

const REQUIRED: readonly (readonly [keyof QualificationInput, Rule])[] = [
  ['spreadBps', 'finite and more than 0'],
  ['fundingDelta8h', 'finite'],
  ['positionSizeUsd', 'finite and more than 0'],
]
const OPTIONAL: readonly (readonly [keyof QualificationInput, Rule])[] = [
  ['depthLongUsd', 'finite and at least 0'],
  ['depthShortUsd', 'finite and at least 0'],
]
const SIGNALS: readonly (readonly [keyof Signals, Rule])[] = [
  ['obiLong', 'finite'],
  ['obiShort', 'finite'],
  ['oiRatioLong', 'finite and at least 0'],
  ['oiRatioShort', 'finite and at least 0'],
  ['minutesToFundingLong', 'finite and at least 0'],
  ['minutesToFundingShort', 'finite and at least 0'],
]

interface Problems {
  readonly lines: string[]
  /** Something is not even of the right type. */
  ofType: boolean
}

/** The input itself when everything in it is usable. TypeError or RangeError otherwise, naming every bad field. */
export function readTerms(input: QualificationInput): QualificationInput {
  if (!isRecord(input)) throw new TypeError(`qualify: input must be an object of terms, got ${shown(input)}`)
  const problems: Problems = { lines: [], ofType: false }
  for (const [name, rule] of REQUIRED) checkNumber(problems, name, input[name], rule)
  for (const name of ['longVenue', 'shortVenue'] as const) {
    const venue: unknown = input[name]
    if (typeof venue !== 'string') complain(problems, `${name} must be a venue's name, got ${shown(venue)}`, true)
  }
  for (const [name, rule] of OPTIONAL) checkOptional(problems, name, input[name], rule)
  const signals: unknown = input.signals
  if (isRecord(signals)) {
    for (const [name, rule] of SIGNALS) checkOptional(problems, `signals.${name}`, signals[name], rule)
  } else if (signals !== undefined) {
    complain(problems, `signals must be an object or left out, got ${shown(signals)}`, true)
  }
  if (problems.lines.length === 0) return input
  const message = `qualify: ${problems.lines.join('; ')}`
  throw problems.ofType ? new TypeError(message) : new RangeError(message)
}

function checkOptional(problems: Problems, name: string, value: unknown, rule: Rule): void {
  if (value !== undefined) checkNumber(problems, name, value, rule)
}

function checkNumber(problems: Problems, name: string, value: unknown, rule: Rule): void {
  if (typeof value !== 'number') {
    complain(problems, `${name} must be a number, ${rule}, got ${shown(value)}`, true)
  } else if (!keeps(value, rule)) {
    complain(problems, `${name} must be ${rule}, got ${value}`, false)
  }
}

function keeps(value: number, rule: Rule): boolean {
  if (!Number.isFinite(value)) return false
  if (rule === 'finite') return true
  return rule === 'finite and more than 0' ? value > 0 : value >= 0
}

function complain(problems: Problems, line: string, ofType: boolean): void {
  problems.lines.push(line)
  problems.ofType ||= ofType
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'function') return 'a function'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
