/**
 * Money as whole numbers of 1e-8 USDT ("E8"), and its decimal text.
 *
 *   value = ticks × lots × valueScale      all safe integers; nothing here is ever rounded but fees and averages
 */

/** One USDT. */
export const USDT_E8 = 100_000_000

/** a / b, rounded towards zero, exactly. A remainder of floats is twenty times as slow as a division: it is the last resort. */
function quotient(a: number, b: number): number {
  if (!Number.isSafeInteger(a)) return (a - (a % b)) / b
  // "+ 0" makes a plain zero of minus zero.
  const whole = Math.trunc(a / b) + 0
  const rest = a - whole * b
  // The division was rounded up to a whole number that is one too far from zero.
  return rest !== 0 && rest > 0 !== a > 0 ? whole - Math.sign(whole) : whole
}

/** a × b / c of safe integers, rounded towards zero, exactly, also when the product is not a safe integer. */
export function mulDiv(a: number, b: number, c: number): number {
  const product = a * b
  if (Number.isSafeInteger(product)) return quotient(product, c)
  // a = whole × c + rest: most of the product needs no division.
  const times = quotient(a, c)
  const whole = times * b
  const part = (a - times * c) * b
  const sum = whole + quotient(part, c)
  if (Number.isSafeInteger(whole) && Number.isSafeInteger(part) && Number.isSafeInteger(sum)) return sum
  return Number((BigInt(a) * BigInt(b)) / BigInt(c))
}

/**
 * Fee on a value, rounded half up to 1e-8 USDT, exactly, whatever the size of the value. The rate is in 1e-8, too:
 * 0.00055 is 55,000; below zero it is a rebate.
 */
export function feeOf(valueE8: number, rateE8: number): number {
  if (rateE8 < 0) return -feeOf(valueE8, -rateE8)
  const whole = quotient(valueE8, USDT_E8)
  const low = Number.isSafeInteger(valueE8) ? valueE8 - whole * USDT_E8 : valueE8 % USDT_E8
  return whole * rateE8 + quotient(low * rateE8 + USDT_E8 / 2, USDT_E8)
}

/** 1e-8 units from decimal text with at most 8 decimals; the text was checked before. */
export function e8FromText(text: string): number {
  const negative = text.startsWith('-')
  const [whole = '0', fraction = ''] = (negative ? text.slice(1) : text).split('.')
  const units = Number(whole) * USDT_E8 + Number(fraction.padEnd(8, '0').slice(0, 8))
  return negative ? -units : units
}

/** Decimal text without trailing zeros: 150000000 is "1.5". */
export function e8Text(unitsE8: number): string {
  if (unitsE8 === 0) return '0'
  const magnitude = Math.abs(unitsE8)
  const fraction = magnitude % USDT_E8
  const whole = (magnitude - fraction) / USDT_E8
  const sign = unitsE8 < 0 ? '-' : ''
  if (fraction === 0) return `${sign}${whole}`
  return `${sign}${whole}.${trimZeros(fraction.toString().padStart(8, '0'))}`
}

function trimZeros(digits: string): string {
  let end = digits.length
  while (digits.charCodeAt(end - 1) === 48) end -= 1
  return digits.slice(0, end)
}
