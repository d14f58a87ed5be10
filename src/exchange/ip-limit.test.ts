import { expect, test } from 'vitest'
import { createIpLimit } from './ip-limit.ts'

test('an address may make its calls in any five seconds, and one more bans it', () => {
  const limit = createIpLimit({ callsPer5s: 3, banMs: 60_000 })
  expect([0, 10, 20].map((ms) => limit.admit('a', ms))).toEqual([true, true, true])
  expect(limit.admit('a', 4999)).toBe(false)
  expect(limit.admit('a', 5000)).toBe(false)
  expect(limit.admit('a', 4999 + 59_999)).toBe(false)
  expect(limit.admit('a', 4999 + 60_000)).toBe(true)
})

test('the window slides: a call is free again five seconds after it was made', () => {
  const limit = createIpLimit({ callsPer5s: 2, banMs: 60_000 })
  expect([0, 4000, 5000, 9000, 10_000].map((ms) => limit.admit('a', ms))).toEqual([true, true, true, true, true])
  expect(limit.admit('a', 10_001)).toBe(false)
})

test('one address does not spend the budget of another', () => {
  const limit = createIpLimit({ callsPer5s: 1, banMs: 60_000 })
  expect(limit.admit('a', 0)).toBe(true)
  expect(limit.admit('a', 1)).toBe(false)
  expect(limit.admit('b', 1)).toBe(true)
})

test('the budget of an address can be read without spending any of it', () => {
  const limit = createIpLimit({ callsPer5s: 3, banMs: 60_000 })
  limit.admit('a', 0)
  expect(limit.budget('a', 1)).toMatchObject({ limit: 3, remaining: 2, resetMs: 1 })
  expect(limit.budget('a', 2)).toMatchObject({ remaining: 2 })
  expect(limit.budget('a', 5000)).toMatchObject({ remaining: 3 })
})

test('a flood from ever new addresses is forgotten from its beginning, and no bound is lost for those that stay', () => {
  const limit = createIpLimit({ callsPer5s: 1, banMs: 60_000 })
  for (let i = 0; i < 4096; i += 1) expect(limit.admit(`10.0.${i >> 8}.${i & 255}`, 0)).toBe(true)
  expect(limit.admit('10.0.0.1', 1)).toBe(false)
  expect(limit.admit('fresh', 1)).toBe(true)
  expect(limit.admit('10.0.0.0', 1), 'the first of them has been forgotten').toBe(true)
  expect(limit.admit('10.0.15.255', 1)).toBe(false)
})
