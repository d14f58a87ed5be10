import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CashFill, createCashBook } from './cash.ts'

const fill = (opens: boolean, lots: number, priceUsd: number, venueMs: number): CashFill => ({
  symbol: 'BTCUSDT',
  leg: 'long',
  opens,
  lots,
  valueUsd: lots * priceUsd,
  feeUsd: 0.1,
  venueMs,
})

/** What the cash did when the fills were told in this order, USD. */
function told(fills: readonly CashFill[]): number {
  const book = createCashBook()
  for (const each of fills) book.add(each)
  return book.bySymbol.get('BTCUSDT')!
}

test('closing realises against the average entry price; opening costs its fee alone', () => {
  expect(told([fill(true, 10, 100, 1)])).toBeCloseTo(-0.1)
  expect(told([fill(true, 10, 100, 1), fill(true, 10, 110, 2), fill(false, 10, 120, 3)])).toBeCloseTo(150 - 0.3)
})

test('a closing fill that is told before the opening one it closes comes to the same', () => {
  const [open, close] = [fill(true, 10, 100, 1), fill(false, 10, 107, 2)]
  expect(told([close, open])).toBeCloseTo(70 - 0.2)
})

test('fills told in any order come to what they come to in the order in which they were made', () => {
  const one = fc.record({
    opens: fc.boolean(),
    lots: fc.integer({ min: 1, max: 5 }),
    price: fc.integer({ min: 90, max: 110 }),
  })
  const story = fc.array(one, { minLength: 1, maxLength: 30 }).map((drawn) => {
    let held = 0
    return drawn.map(({ opens, lots, price }, at) => {
      const isOpening = opens || held < lots
      held += isOpening ? lots : -lots
      return fill(isOpening, lots, price, at)
    })
  })
  const shuffled = story.chain((fills) =>
    fc.tuple(fc.constant(fills), fc.shuffledSubarray(fills, { minLength: fills.length })),
  )
  fc.assert(
    fc.property(shuffled, ([made, heard]) => {
      const held = made.reduce((sum, { opens, lots }) => sum + (opens ? lots : -lots), 0)
      // Whatever is left is closed at the end: between two flat moments no order of telling may make a difference.
      const all = held === 0 ? made : [...made, fill(false, held, 100, 1_000)]
      const rest = held === 0 ? heard : [...heard, fill(false, held, 100, 1_000)]
      const flat = all.reduce((sum, { opens, valueUsd, feeUsd }) => sum + (opens ? -valueUsd : valueUsd) - feeUsd, 0)
      expect(told(all)).toBeCloseTo(flat, 6)
      expect(told(rest)).toBeCloseTo(flat, 6)
    }),
  )
})

test('fills of a leg that is never flat are settled in time, the oldest first', () => {
  const fills = Array.from({ length: 1_000 }, (_, at) => fill(at % 3 !== 2, 1, 100 + (at % 7), at))
  const swapped = fills.map((_, at) => fills[at ^ 1] ?? fills[at]!)
  expect(told(swapped)).toBeCloseTo(told(fills), 6)
})
