import { expect, test } from 'vitest'
import { seededRandom } from '../../seams/random.ts'
import { e8FromText, e8Text, feeOf, mulDiv } from './money.ts'

test('shares of a cost are rounded down, exactly, also beyond 2^53', () => {
  expect([mulDiv(10, 2, 3), mulDiv(5, 1, 3), mulDiv(0, 5, 7), mulDiv(9, 3, 3)]).toEqual([6, 1, 0, 9])
  const seed = 7
  const random = seededRandom(seed)
  for (let n = 0; n < 2_000; n += 1) {
    const c = random.integer(1, 1_190_000)
    const b = random.integer(0, c)
    const a = random.integer(0, 7_000_000_000_000_000)
    expect(mulDiv(a, b, c), `seed ${seed}`).toBe(Number((BigInt(a) * BigInt(b)) / BigInt(c)))
    expect(mulDiv(-a - 1, b + 1, c), `seed ${seed}`).toBe(Number((BigInt(-a - 1) * BigInt(b + 1)) / BigInt(c)))
    // Just below a whole number, where a division of floats rounds up to it.
    const edge = Math.floor(a / c) * c + c - 1
    expect(mulDiv(edge, 1, c), `seed ${seed}`).toBe(Number(BigInt(edge) / BigInt(c)))
  }
})

test('a fee is its value times its rate, rounded half up to 1e-8 USDT', () => {
  expect(feeOf(e8FromText('47950.05'), e8FromText('0.00055'))).toBe(e8FromText('26.3725275'))
  // 0.0001 USDT at 0.055 % is 5.5 units.
  expect(feeOf(10_000, 55_000)).toBe(6)
  const big = 7_100_000_000_000_001
  expect(feeOf(big, 55_000)).toBe(Number((BigInt(big) * 55_000n + 50_000_000n) / 100_000_000n))
})

test('money is written without trailing zeros and read back', () => {
  expect([0, 150_000_000, -1, 100_000_000, 12_345_678_901].map(e8Text)).toEqual([
    '0',
    '1.5',
    '-0.00000001',
    '1',
    '123.45678901',
  ])
  for (const units of [0, 150_000_000, -1, -100_000_000, 12_345_678_901]) expect(e8FromText(e8Text(units))).toBe(units)
})
