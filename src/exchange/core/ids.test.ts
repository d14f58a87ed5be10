import { expect, test } from 'vitest'
import { seededRandom } from '../../seams/random.ts'
import { createIds } from './ids.ts'

const ids = createIds(seededRandom('ids'))
const known = ids.of(255)
const other = createIds(seededRandom('other ids')).of(255)

test.each([0, 1, 10, 255, 4_095, 4_096, 0xdead_beef, 16 ** 12 - 1, 255])(
  'the number %i is read back from its id',
  (n) => {
    expect(ids.of(n)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(ids.of(n).endsWith(n.toString(16).padStart(12, '0'))).toBe(true)
    expect(ids.numberIn(ids.of(n))).toBe(n)
  },
)

test.each([
  ['nothing', ''],
  ['a number alone', '0000000000ff'],
  ['another venue', other],
  ['capitals', `${known.slice(0, -2)}FF`],
  ['a digit too few', known.slice(0, -1)],
  ['a digit too many', `${known}f`],
  ['something else than digits', `${known.slice(0, -3)} ff`],
  ['letters beyond f', `${known.slice(0, -1)}g`],
])('an id of %s names no order', (_, id) => {
  expect(ids.numberIn(id)).toBeNaN()
})
