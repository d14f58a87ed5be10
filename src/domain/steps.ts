/**
 * Decimal text at the edge, integers inside.
 *
 *   "60617.10"  --parseSteps(tick 0.10)-->  606171 ticks  --formatSteps-->  "60617.10"
 *
 * A step is the smallest move of a price (tick) or a quantity (lot). A step of 0.10 is kept as
 * `{ units: 10, decimals: 2 }`: ten hundredths. Counts of steps are safe integers, so no price or quantity
 * is ever a float, and what is written on the wire has exactly the decimals of the venue's own step text.
 */

export interface Step {
  /** The step in units of 10^-decimals; a positive safe integer. */
  readonly units: number
  /** Decimal places written on the wire. */
  readonly decimals: number
}

/** Reads a step from the venue's decimal text, e.g. "0.10". Throws on text that is not a positive decimal. */
export function stepFromText(text: string): Step {
  const decimals = decimalsOf(text)
  const units = decimals === undefined ? undefined : parseUnits(text, decimals)
  if (decimals === undefined || units === undefined || units <= 0) {
    throw new RangeError(`step must be a positive decimal such as "0.10", got ${JSON.stringify(text)}`)
  }
  return { units, decimals }
}

/**
 * Number of whole steps in a decimal text, or `undefined` when the text is no plain decimal, is not a multiple of
 * the step, or does not fit a safe integer. Trailing zeros beyond the step's decimals are accepted: "1.500" is 1.5.
 */
export function parseSteps(text: string, step: Step): number | undefined {
  const units = parseUnits(text, step.decimals)
  if (units === undefined) return undefined
  const count = units / step.units
  return Number.isInteger(count) ? count : undefined
}

/** Decimal text of `count` steps, with the step's own number of decimals. */
export function formatSteps(count: number, step: Step): string {
  const units = count * step.units
  if (!Number.isSafeInteger(count) || !Number.isSafeInteger(units)) {
    throw new RangeError(`steps must be a whole number that fits a safe integer, got ${count}`)
  }
  if (step.decimals === 0) return String(units)
  const digits = String(Math.abs(units)).padStart(step.decimals + 1, '0')
  const point = digits.length - step.decimals
  return `${units < 0 ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** Value of `count` steps as a float. For scores, profit and loss and display only, never back onto the wire. */
export function stepsToNumber(count: number, step: Step): number {
  return (count * step.units) / 10 ** step.decimals
}

/** Plain decimal digits only: no exponent, no sign but a leading minus, no blanks. */
const DECIMAL = /^-?\d{1,15}(?:\.\d{1,18})?$/
const WHOLE_MAX = 15
const FRACTION_MAX = 18
const LENGTH_MAX = '-.'.length + WHOLE_MAX + FRACTION_MAX
const ZERO = '0'.charCodeAt(0)
const NINE = '9'.charCodeAt(0)
const POINT = '.'.charCodeAt(0)
const MINUS = '-'.charCodeAt(0)

function decimalsOf(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined
  const point = text.indexOf('.')
  return point < 0 ? 0 : text.length - point - 1
}

/** One look at every character: prices and quantities of each order come by here. What `DECIMAL` would not match is undefined. */
function parseUnits(text: string, decimals: number): number | undefined {
  if (text.length > LENGTH_MAX) return undefined
  const start = text.charCodeAt(0) === MINUS ? 1 : 0
  let units = 0
  let point = text.length
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === POINT && point === text.length) point = at
    else if (code < ZERO || code > NINE) return undefined
    else if (at - point <= decimals) units = 10 * units + code - ZERO
    else if (code !== ZERO) return undefined
  }
  const places = Math.max(0, text.length - point - 1)
  if (!isWithin(point - start, WHOLE_MAX)) return undefined
  if (point < text.length && !isWithin(places, FRACTION_MAX)) return undefined
  for (let place = places; place < decimals; place += 1) units *= 10
  if (!Number.isSafeInteger(units)) return undefined
  return start === 1 ? -units : units
}

function isWithin(count: number, max: number): boolean {
  return count > 0 && count <= max
}
