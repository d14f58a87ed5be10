/**
 * Ids as the venue writes them: UUID-shaped, a prefix of the venue's own and a number in the last twelve digits.
 *
 *   255 ─► of ─► "3f2a91c0-77de-4b10-9c55-0000000000ff" ─► numberIn ─► 255
 *
 * Everything is kept by its number, which costs next to nothing to look for; the text is for the wire.
 */
import type { Random } from '../../seams/random.ts'

export interface Ids {
  of(number: number): string
  /** The number in an id; NaN for any text that `of` would not have written. */
  numberIn(id: string): number
}

const DIGITS = 12
/** The last three digits of a number, all of them written once: the nine before stay the same for 4,096 ids. */
const TAILS = Array.from({ length: 16 ** 3 }, (_, number) => hex(number, 3))

export function createIds(random: Random): Ids {
  const prefix = prefixFrom(random)
  const length = prefix.length + DIGITS
  let high = Number.NaN
  let head = ''
  return {
    of: (number) => {
      const above = Math.floor(number / TAILS.length)
      if (above !== high) {
        high = above
        head = prefix + hex(above, DIGITS - 3)
      }
      return head + TAILS[number % TAILS.length]!
    },
    numberIn: (id) => {
      if (id.length !== length || !id.startsWith(prefix)) return Number.NaN
      let number = 0
      for (let at = prefix.length; at < length; at += 1) number = 16 * number + digitOf(id.charCodeAt(at))
      return number
    },
  }
}

/** The first four groups of a UUID; a number fills the last one. */
function prefixFrom(random: Random): string {
  const draw = (digits: number): string => hex(random.integer(0, 16 ** digits - 1), digits)
  return `${draw(8)}-${draw(4)}-4${draw(3)}-${hex(8 + random.integer(0, 3), 1)}${draw(3)}-`
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0')
}

/** Of a hexadecimal digit in lower case; NaN for anything else. */
function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  return code >= 0x61 && code <= 0x66 ? code - 0x61 + 10 : Number.NaN
}
