import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPicture, type PicturedLevel } from './bookpicture.ts'

interface Side {
  prices: number[]
  byPrice: Map<number, { marketLots: number; orderLots: number }>
}

const book = fc.record({
  bids: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.nat(3)), { selector: ([price]) => price }),
  asks: fc.uniqueArray(fc.tuple(fc.integer({ min: 31, max: 60 }), fc.nat(3)), { selector: ([price]) => price }),
})

function sideOf(levels: readonly (readonly [number, number])[], isBid: boolean): Side {
  const sorted = levels.toSorted((one, other) => (isBid ? one[0] - other[0] : other[0] - one[0]))
  return {
    prices: sorted.map(([price]) => price),
    byPrice: new Map(sorted.map(([price, lots]) => [price, { marketLots: lots, orderLots: 1 }])),
  }
}

test('whoever applies the deltas has the book, and is never told to delete what he does not hold', () => {
  fc.assert(
    fc.property(fc.array(book, { minLength: 2, maxLength: 8 }), fc.integer({ min: 1, max: 8 }), (books, depth) => {
      const now = { bids: sideOf([], true), asks: sideOf([], false), seq: 0, changedMs: 0 }
      const picture = createPicture(now, depth)
      const held = { bids: new Map<number, number>(), asks: new Map<number, number>() }
      for (const [at, next] of books.entries()) {
        now.bids = sideOf(next.bids, true)
        now.asks = sideOf(next.asks, false)
        now.seq = at
        const before = picture.u
        const hasChanged = picture.take()
        expect(picture.u).toBe(hasChanged ? before + 1 : before)
        for (const side of ['bids', 'asks'] as const) {
          for (const [price, lots] of picture[side].delta()) {
            if (lots > 0) held[side].set(price, lots)
            else expect(held[side].delete(price)).toBe(true)
          }
          const shown = now[side].prices.toReversed().slice(0, depth)
          const told = shown.map((price): PicturedLevel => [price, held[side].get(price)!])
          expect(picture[side].all()).toEqual(told)
          expect(held[side].size).toBe(shown.length)
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('a picture of an unchanged book is no news; after a restart it is, under update id 1', () => {
  const side = sideOf([[5, 1]], true)
  const picture = createPicture({ bids: side, asks: sideOf([], false), seq: 3, changedMs: 7 }, 50)
  expect([picture.take(), picture.take()]).toEqual([true, false])
  expect(picture.u).toBeGreaterThan(1)
  picture.restart()
  expect([picture.take(), picture.u, picture.take(), picture.u]).toEqual([true, 1, false, 1])
})
