/**
 * Senseless input, seeded: values of every kind, frames that nearly make sense, bytes that do not. What a test did with
 * one seed it does again with it: `FUZZ_SEED=that-seed npx vitest run src/exchange/fuzz` runs that seed alone.
 */
import type { Random } from '../../seams/random.ts'

/** Each is in the names of its tests. */
export const SEEDS: readonly string[] = process.env['FUZZ_SEED']?.split(',') ?? ['one', 'two', 'three']

export const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  'BTCUSDT',
  '0',
  [],
  {},
  [[]],
  { a: { b: [] } },
  JSON.parse('['.repeat(2000) + ']'.repeat(2000)),
  '\u0000',
  '💥',
]

export const pick = <T>(random: Random, from: readonly T[]): T => from[random.integer(0, from.length - 1)]!

/** What the frames of a stream are made of. */
export interface Words {
  readonly ops: readonly string[]
  readonly args: readonly unknown[]
  /** The name of the request's id. */
  readonly id: 'req_id' | 'reqId'
}

/** A well-formed frame with senseless content, or its text with some characters gone wrong. */
export function anyFrame(random: Random, { ops, args: known, id }: Words): string {
  const args = Array.from({ length: random.integer(0, 4) }, () =>
    random.next() < 0.7 ? pick(random, known) : pick(random, VALUES),
  )
  const frame = {
    op: random.next() < 0.9 ? pick(random, ops) : pick(random, VALUES),
    args: random.next() < 0.9 ? args : pick(random, VALUES),
    [id]: pick(random, VALUES),
    header: random.next() < 0.5 ? { 'X-BAPI-TIMESTAMP': pick(random, VALUES) } : pick(random, VALUES),
  }
  return damaged(random, JSON.stringify(random.next() < 0.9 ? frame : pick(random, VALUES)))
}

/** Mostly the text itself. */
export function damaged(random: Random, text: string): string {
  if (random.next() < 0.6) return text
  const at = random.integer(0, text.length)
  const middle = String.fromCharCode(random.integer(1, 0xd7ff)).repeat(random.integer(0, 3))
  return text.slice(0, at) + middle + text.slice(at + random.integer(0, 5))
}

/** So many bytes of any kind. */
export function anyBytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.integer(0, 255)))
}
