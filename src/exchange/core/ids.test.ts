import { expect, test } from 'vitest'
import { idOf, numberIn } from './ids.ts'

const PREFIX = '3f2a91c0-77de-4b10-9c55-'

test.each([0, 1, 10, 255, 4_096, 0xdead_beef, 16 ** 12 - 1])('the number %i is read back from its id', (number) => {
  const id = idOf(PREFIX, number)
  expect(id).toHaveLength(36)
  expect(numberIn(PREFIX, id)).toBe(number)
})

test.each([
  ['nothing', ''],
  ['a number alone', '0000000000ff'],
  ['another venue', '3f2a91c0-77de-4b10-9c56-0000000000ff'],
  ['capitals', '3f2a91c0-77de-4b10-9c55-0000000000FF'],
  ['a digit too few', '3f2a91c0-77de-4b10-9c55-000000000ff'],
  ['a digit too many', '3f2a91c0-77de-4b10-9c55-00000000000ff'],
  ['something else than digits', '3f2a91c0-77de-4b10-9c55-00000000 0ff'],
  ['letters beyond f', '3f2a91c0-77de-4b10-9c55-0000000000fg'],
])('an id of %s names no order', (_, id) => {
  expect(numberIn(PREFIX, id)).toBeNaN()
})
