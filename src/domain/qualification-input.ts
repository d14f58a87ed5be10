/**
 * Reads the terms of a qualification and refuses, by name and all at once, what cannot be judged. Nothing that is not a
 * number gets as far as the arithmetic, so a verdict never contains NaN.
 */
import type { QualificationInput, Signals } from './qualification.ts'

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
