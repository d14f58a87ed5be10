/**
 * Chance enters here and nowhere else: one seed per run, a generator per label, so that a new draw in one part
 * does not shift the draws of all others.
 */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [low, high], both ends included. */
  integer(low: number, high: number): number
  /** A generator of its own for one part of the program; the same label gives the same sequence. */
  fork(label: string): Random
}

/** A seeded generator (sfc32 over a hashed seed; Doty-Humphrey's small fast counting generator). */
export function seededRandom(seed: number | string): Random {
  const text = String(seed)
  let a = hash(text, 0x9e3779b9)
  let b = hash(text, 0x243f6a88)
  let c = hash(text, 0xb7e15162)
  let counter = 1
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return (sum >>> 0) / 4294967296
  }
  for (let warm = 0; warm < 12; warm += 1) next()
  return {
    next,
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    fork: (label) => seededRandom(`${text}/${label}`),
  }
}

/** FNV-1a over the text with a chosen start value, 32 bits. */
function hash(text: string, start: number): number {
  let value = start | 0
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value ^ (value >>> 15)
}
