/**
 * Money as whole numbers of 1e-8 USDT ("E8"), and its decimal text.
 *
 *   value = ticks × lots × valueScale      all safe integers; nothing here is ever rounded but fees and averages
 */

/** One USDT. */
export const USDT_E8 = 100_000_000

/** a × b / c of safe integers, rounded towards zero, exactly, also when the product is not a safe integer. */
export function mulDiv(a: number, b: number, c: number): number {
  const product = a * b
  if (Number.isSafeInteger(product)) return (product - (product % c)) / c
  // a = whole × c + rest: most of the product needs no division.
  const rest = a % c
  const whole = ((a - rest) / c) * b
  const part = rest * b
  const sum = whole + (part - (part % c)) / c
  if (Number.isSafeInteger(whole) && Number.isSafeInteger(part) && Number.isSafeInteger(sum)) return sum
  return Number((BigInt(a) * BigInt(b)) / BigInt(c))
}

/**
 * Fee on a value, rounded half up to 1e-8 USDT, exactly, whatever the size of the value. The rate is in 1e-8, too:
 * 0.00055 is 55,000; below zero it is a rebate.
 */
export function feeOf(valueE8: number, rateE8: number): number {
  if (rateE8 < 0) return -feeOf(valueE8, -rateE8)
  const low = valueE8 % USDT_E8
  const part = low * rateE8 + USDT_E8 / 2
  return ((valueE8 - low) / USDT_E8) * rateE8 + (part - (part % USDT_E8)) / USDT_E8
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
