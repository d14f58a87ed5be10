/**
 * Ids as the venue writes them: UUID-shaped, a prefix of the venue's own and a number in the last twelve digits.
 *
 *   idOf(prefix, 255) ─► "3f2a91c0-77de-4b10-9c55-0000000000ff" ─► numberIn(prefix, id) = 255
 *
 * Everything is kept by its number, which costs next to nothing to look for; the text is written for the wire.
 */

const DIGITS = 12

export function idOf(prefix: string, number: number): string {
  return prefix + number.toString(16).padStart(DIGITS, '0')
}

/** The number in an id; NaN for any text that `idOf` would not have written with this prefix. */
export function numberIn(prefix: string, id: string): number {
  if (id.length !== prefix.length + DIGITS || !id.startsWith(prefix)) return Number.NaN
  let number = 0
  for (let at = prefix.length; at < id.length; at += 1) number = 16 * number + digitOf(id.charCodeAt(at))
  return number
}

/** Of a hexadecimal digit in lower case; NaN for anything else. */
function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  return code >= 0x61 && code <= 0x66 ? code - 0x61 + 10 : Number.NaN
}
