import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Listing, Order, Venue } from './model.ts'
import type { Stop, TriggerBy } from './orderterms.ts'
import { createTriggers, priceMoved, unwatch, watch } from './triggers.ts'

const KINDS: readonly TriggerBy[] = ['LastPrice', 'IndexPrice', 'MarkPrice']

/** A listing and a venue with no more than triggers look at. */
function setUp() {
  const fired: number[] = []
  const listing = { triggers: createTriggers(), lastTicks: 100, markTicks: 100, indexTicks: 100 } as unknown as Listing
  const venue = { stops: { fire: (order: Order) => fired.push(order.number) } } as unknown as Venue
  const orderWith = (number: number, stop: Partial<Stop>): Order => {
    const plain = {
      type: 'Stop',
      by: 'LastPrice',
      isRise: true,
      triggerTicks: 0,
      trailTicks: 0,
      isTriggered: false,
      pair: 0,
      parentLinkId: '',
    }
    return { number, listing, isBuy: false, stop: { ...plain, ...stop } } as unknown as Order
  }
  const moveTo = (by: TriggerBy, ticks: number): number[] => {
    if (by === 'LastPrice') listing.lastTicks = ticks
    else if (by === 'MarkPrice') listing.markTicks = ticks
    else listing.indexTicks = ticks
    priceMoved(venue, listing, by)
    return fired.splice(0)
  }
  return { listing, venue, orderWith, moveTo, fired }
}

const ticks = fc.integer({ min: 80, max: 120 })
const by = fc.constantFrom(...KINDS)
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('add' as const), by, isRise: fc.boolean(), ticks }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), which: fc.nat(30) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('move' as const), by, ticks }) },
)

test('each move fires exactly those whose price it reaches, nearest first, oldest first at one price', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { listing, venue, orderWith, moveTo, fired } = setUp()
      const waiting: Order[] = []
      const prices = { LastPrice: 100, IndexPrice: 100, MarkPrice: 100 }
      let number = 0
      for (const each of steps) {
        if (each.do === 'add') {
          const current = prices[each.by]
          if (each.isRise ? each.ticks <= current : each.ticks >= current) continue
          number += 1
          const order = orderWith(number, { by: each.by, isRise: each.isRise, triggerTicks: each.ticks })
          waiting.push(order)
          watch(venue, order)
          expect(fired).toEqual([])
        } else if (each.do === 'drop') {
          const [order] = waiting.splice(each.which, 1)
          if (order !== undefined) unwatch(order)
        } else {
          prices[each.by] = each.ticks
          const expected = waiting
            .filter(({ stop }) => stop!.by === each.by)
            .filter(({ stop }) => (stop!.isRise ? each.ticks >= stop!.triggerTicks : each.ticks <= stop!.triggerTicks))
          const numbers = moveTo(each.by, each.ticks)
          expect([...numbers].sort()).toEqual(expected.map((order) => order.number).sort())
          for (const [at, one] of numbers.entries()) {
            const next = numbers[at + 1]
            if (next === undefined) continue
            const [a, b] = [one, next].map((wanted) => waiting.find((order) => order.number === wanted)!.stop!) as [
              Stop,
              Stop,
            ]
            if (a.isRise !== b.isRise) continue
            expect(a.isRise ? a.triggerTicks <= b.triggerTicks : a.triggerTicks >= b.triggerTicks).toBe(true)
            if (a.triggerTicks === b.triggerTicks) expect(one).toBeLessThan(next)
          }
          for (const order of expected) waiting.splice(waiting.indexOf(order), 1)
        }
        expect(listing.triggers.count).toBe(waiting.length)
      }
    }),
  )
})

test('a price that is there already fires at once', () => {
  const { venue, orderWith, fired, listing } = setUp()
  watch(venue, orderWith(1, { isRise: true, triggerTicks: 100 }))
  watch(venue, orderWith(2, { isRise: false, triggerTicks: 101 }))
  expect(fired).toEqual([1, 2])
  expect(listing.triggers.count).toBe(0)
})

test('a trailing stop is its distance behind the best price since it was set going, on either side', () => {
  const { venue, orderWith, moveTo, listing } = setUp()
  watch(venue, orderWith(1, { type: 'TrailingStop', trailTicks: 5 }))
  for (const price of [104, 110, 106]) expect(moveTo('LastPrice', price)).toEqual([])
  expect(moveTo('LastPrice', 105)).toEqual([1])
  const short = { ...orderWith(2, { type: 'TrailingStop', trailTicks: 5, triggerTicks: 90 }), isBuy: true }
  watch(venue, short)
  for (const price of [95, 101, 90, 85, 89]) expect(moveTo('LastPrice', price)).toEqual([])
  expect(moveTo('LastPrice', 90)).toEqual([2])
  expect(listing.triggers.count).toBe(0)
})
