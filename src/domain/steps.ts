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
  const digits = Math.abs(units)
    .toString()
    .padStart(step.decimals + 1, '0')
  const sign = units < 0 ? '-' : ''
  if (step.decimals === 0) return sign + digits
  return `${sign}${digits.slice(0, -step.decimals)}.${digits.slice(-step.decimals)}`
}

/** Value of `count` steps as a float. For scores, profit and loss and display only, never back onto the wire. */
export function stepsToNumber(count: number, step: Step): number {
  return (count * step.units) / 10 ** step.decimals
}

/** Plain decimal digits only: no exponent, no sign but a leading minus, no blanks. */
const DECIMAL = /^-?\d{1,15}(?:\.\d{1,18})?$/
const ZERO = '0'.charCodeAt(0)

function decimalsOf(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined
  const point = text.indexOf('.')
  return point < 0 ? 0 : text.length - point - 1
}

function parseUnits(text: string, decimals: number): number | undefined {
  if (!DECIMAL.test(text)) return undefined
  const isNegative = text.startsWith('-')
  let units = 0
  let places = 0
  let isFraction = false
  for (let at = isNegative ? 1 : 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - ZERO
    if (digit < 0)
      isFraction = true // the point
    else if (isFraction && places === decimals && digit > 0) return undefined
    else if (!isFraction || places < decimals) {
      units = 10 * units + digit
      if (isFraction) places += 1
    }
  }
  for (; places < decimals; places += 1) units *= 10
  if (!Number.isSafeInteger(units)) return undefined
  return isNegative ? -units : units
}
