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
