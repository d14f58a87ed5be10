/**
 * The pieces every decoder is made of. No zod here: the runtime process has no room for it (design §5).
 *
 * Decoders never throw at what the venue sends: they answer a value, or `{ why }`. `wire.ts` says the same in zod,
 * and a test holds the two equal.
 */
import type { Instrument } from '../domain/instrument.ts'
import type { Step } from '../domain/steps.ts'

/** A frame, reply or row that could not be understood. */
export interface Refusal {
  readonly why: string
}

export type Decoded<T> = T | Refusal
export type Json = Readonly<Record<string, unknown>>

/** The instruments of this run by symbol, with their position in the run's symbol list. */
export type InstrumentIndex = ReadonlyMap<string, { readonly instrument: Instrument; readonly symbolIndex: number }>

export function indexInstruments(instruments: readonly Instrument[]): InstrumentIndex {
  return new Map(instruments.map((instrument, symbolIndex) => [instrument.symbol, { instrument, symbolIndex }]))
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'why' in value
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `JSON.parse` without the throw; `undefined` when the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

const ZERO = 48
const NINE = 57
const POINT = 46

/**
 * Whole steps in a decimal text, or −1 when it is no plain unsigned decimal, no multiple of the step, or no safe
 * integer. Accepts what `parseSteps` accepts (unsigned), without its allocations: this runs four times per quote.
 */
export function countSteps(text: unknown, step: Step): number {
  if (typeof text !== 'string') return -1
  let units = 0
  let point = -1
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charCodeAt(i)
    if (char === POINT && point < 0) {
      point = i
      continue
    }
    if (char < ZERO || char > NINE) return -1
    if (point < 0 || i - point <= step.decimals) units = units * 10 + (char - ZERO)
    else if (char !== ZERO) return -1
  }
  const whole = point < 0 ? text.length : point
  const fraction = point < 0 ? 0 : text.length - point - 1
  if (whole < 1 || whole > 15 || fraction > 18 || (point >= 0 && fraction === 0)) return -1
  for (let missing = step.decimals - fraction; missing > 0; missing -= 1) units *= 10
  return units <= Number.MAX_SAFE_INTEGER && units % step.units === 0 ? units / step.units : -1
}

const DECIMAL = /^-?\d{1,15}(?:\.\d{1,18})?$/
const DIGITS = /^\d{1,16}$/

/**
 * Reads the fields of one row and remembers the first that is wrong, so that a decoder reads straight down and asks
 * once at the end. After a problem the values are placeholders; only `why` counts.
 */
export class FieldReader {
  why: string | null = null
  readonly #row: Json

  constructor(row: Json) {
    this.#row = row
  }

  /** A text, empty allowed. */
  text(name: string): string {
    const value = this.#row[name]
    return typeof value === 'string' ? value : this.#wrong(name, 'a text', '')
  }

  /** A text that is not empty. */
  word(name: string): string {
    const value = this.text(name)
    return value === '' ? this.#wrong(name, 'a text that is not empty', '') : value
  }

  flag(name: string): boolean {
    const value = this.#row[name]
    return typeof value === 'boolean' ? value : this.#wrong(name, 'true or false', false)
  }

  /** A safe integer ≥ 0, as a JSON number. */
  integer(name: string): number {
    const value = this.#row[name]
    return Number.isSafeInteger(value) && (value as number) >= 0
      ? (value as number)
      : this.#wrong(name, 'a safe integer', 0)
  }

  /** A safe integer ≥ 0, as decimal digits. */
  digits(name: string): number {
    const value = this.#row[name]
    const count = typeof value === 'string' && DIGITS.test(value) ? Number(value) : Number.NaN
    return Number.isSafeInteger(count) ? count : this.#wrong(name, 'digits of a safe integer', 0)
  }

  /** A decimal of any sign as a float: fees and rates only. */
  decimal(name: string): number {
    const value = this.#row[name]
    return typeof value === 'string' && DECIMAL.test(value) ? Number(value) : this.#wrong(name, 'a decimal', 0)
  }

  /** Whole steps, at least `min`. */
  steps(name: string, step: Step, min: 0 | 1): number {
    const count = countSteps(this.#row[name], step)
    return count >= min ? count : this.#wrong(name, min === 0 ? 'a multiple of its step' : 'a positive multiple', 0)
  }

  oneOf<T>(name: string, choices: ReadonlyMap<unknown, T>, fallback: T): T {
    const value = choices.get(this.#row[name])
    return value === undefined ? this.#wrong(name, `one of ${[...choices.keys()].join('|')}`, fallback) : value
  }

  #wrong<T>(name: string, expected: string, placeholder: T): T {
    this.why ??= `${name} must be ${expected}, got ${show(this.#row[name])}`
    return placeholder
  }
}

/** A value as short text for a message. */
export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value))
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
