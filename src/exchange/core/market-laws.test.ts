/**
 * Laws of the market, held against markets drawn at random: walks, scripts and tapes, deep and fixed books, with two
 * accounts trading in them and the world changed by hand meanwhile. A failure prints the seed that replays it.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { World } from '../world.ts'
import { parseWorld } from '../world.ts'
import { type Bench, createBench, MAIN, noLimits, OTHER, worldOf } from './test-support/bench.ts'
import type { Push } from './types.ts'

const BTC = { symbol: 'BTCUSDT' }
const OPEN_TICKS = 600_000

const text = (ticks: number): string => (ticks / 10).toFixed(2)

const step = fc.record(
  {
    gapMs: fc.integer({ min: 1, max: 400 }),
    bps: fc.integer({ min: -900, max: 900 }),
    spreadTicks: fc.integer({ min: 1, max: 80 }),
    levelLots: fc.option(fc.integer({ min: 1, max: 400 })),
  },
  { requiredKeys: ['gapMs', 'bps'] },
)

const row = fc.record({
  gapMs: fc.integer({ min: 1, max: 300 }),
  bid: fc.integer({ min: OPEN_TICKS - 40, max: OPEN_TICKS + 40 }),
  spread: fc.integer({ min: 1, max: 40 }),
  bidLots: fc.option(fc.integer({ min: 1, max: 500 })),
  askLots: fc.option(fc.integer({ min: 1, max: 500 })),
})

/** Gaps between moments become moments, counted from the first. */
function moments<T extends { readonly gapMs: number }>(list: readonly T[], firstMs: number): (T & { atMs: number })[] {
  let atMs = firstMs
  return list.map((each, at) => {
    if (at > 0) atMs += each.gapMs
    return { ...each, atMs }
  })
}

const path = fc.oneof(
  fc.constant({ kind: 'walk' as const }),
  fc.array(step, { minLength: 1, maxLength: 12 }).map((list) => ({
    kind: 'steps' as const,
    steps: moments(list, list[0]!.gapMs).map(({ gapMs: _gapMs, ...rest }) => rest),
  })),
  fc
    .tuple(fc.array(row, { minLength: 2, maxLength: 12 }), fc.constantFrom('hold' as const, 'loop' as const))
    .map(([list, end]) => ({
      kind: 'tape' as const,
      end,
      rows: moments(list, 0).map(({ atMs, bid, spread, bidLots, askLots }) => ({
        atMs,
        bid: text(bid),
        ask: text(bid + spread),
        ...(bidLots === null ? {} : { bidSize: (bidLots / 1_000).toFixed(3) }),
        ...(askLots === null ? {} : { askSize: (askLots / 1_000).toFixed(3) }),
      })),
    })),
)

const market = fc.record({
  midPrice: fc.constant('60000.00'),
  updatesPerSecond: fc.integer({ min: 1, max: 400 }),
  volatilityBps: fc.integer({ min: 0, max: 40 }),
  levels: fc.integer({ min: 1, max: 30 }),
  levelLots: fc.integer({ min: 1, max: 60 }),
  spreadTicks: fc.integer({ min: 1, max: 12 }),
  priceShare: fc.double({ min: 0, max: 0.6, noNaN: true }),
  tradeShare: fc.double({ min: 0, max: 0.4, noNaN: true }),
  spreadBurstShare: fc.double({ min: 0, max: 0.5, noNaN: true }),
  path,
  book: fc.option(
    fc.record({
      levels: fc.integer({ min: 1, max: 8 }),
      levelLots: fc.integer({ min: 1, max: 30 }),
      levelGapTicks: fc.integer({ min: 1, max: 60 }),
      refillMs: fc.option(fc.integer({ min: 20, max: 400 })),
    }),
    { nil: undefined },
  ),
})

const act = fc.oneof(
  fc.record({
    do: fc.constant('order' as const),
    who: fc.constantFrom(MAIN, OTHER),
    side: fc.constantFrom('Buy', 'Sell'),
    offsetTicks: fc.integer({ min: -60, max: 60 }),
    lots: fc.integer({ min: 1, max: 80 }),
    timeInForce: fc.constantFrom('GTC', 'IOC', 'FOK', 'PostOnly'),
  }),
  fc.record({ do: fc.constant('move' as const), bps: fc.integer({ min: -50, max: 50 }) }),
  fc.record({ do: fc.constant('depth' as const), levelLots: fc.option(fc.integer({ min: 0, max: 40 })) }),
  fc.record({ do: fc.constant('hold' as const), on: fc.boolean() }),
  fc.record({ do: fc.constant('cancel-all' as const), who: fc.constantFrom(MAIN, OTHER) }),
)

const session = fc.array(fc.tuple(fc.integer({ min: 1, max: 250 }), act), { minLength: 1, maxLength: 40 })

function worldWith(spec: object, seed: string, more: object = {}): World {
  const calm = worldOf('calm', noLimits)
  return parseWorld({ ...calm, ...more, seed: `laws ${seed}`, instruments: [{ ...calm.instruments[0], market: spec }] })
}

type Act = typeof act extends fc.Arbitrary<infer T> ? T : never

function perform(bench: Bench, each: Act): readonly Push[] {
  switch (each.do) {
    case 'order': {
      const { side, timeInForce, offsetTicks, lots, who } = each
      const price = text(OPEN_TICKS + offsetTicks)
      return bench.order({ ...BTC, side, timeInForce, price, qty: (lots / 1_000).toFixed(3) }, who).pushes
    }
    case 'cancel-all':
      return bench.post('/v5/order/cancel-all', BTC, each.who).pushes
    default:
      return bench.core.control({ ...each, ...BTC }, bench.nowMs())
  }
}

/** Plays a session and hands every push to `look`, with the bench as it is then. */
function play(
  world: World,
  acts: readonly [number, Act][],
  look: (pushes: readonly Push[], bench: Bench) => void,
): void {
  const bench = createBench(world)
  for (const topic of ['orderbook.1', 'orderbook.50', 'publicTrade']) bench.core.subscribe(`${topic}.BTCUSDT`)
  for (const [gapMs, each] of acts) {
    look(bench.pass(gapMs), bench)
    look(perform(bench, each), bench)
  }
}

interface Book {
  readonly b: readonly [string, string][]
  readonly a: readonly [string, string][]
}

/** Prices in order, no size of nothing or less, the best bid below the best ask. */
function lawful({ b, a }: Book): void {
  const bids = b.map(([price]) => Number(price))
  const asks = a.map(([price]) => Number(price))
  expect(bids).toEqual(bids.toSorted((one, other) => other - one))
  expect(asks).toEqual(asks.toSorted((one, other) => one - other))
  expect([...b, ...a].filter(([, size]) => !(Number(size) > 0))).toEqual([])
  if (bids.length > 0 && asks.length > 0) expect(asks[0]).toBeGreaterThan(bids[0]!)
}

test('whatever market, whoever trades, whatever is changed by hand: the book is never crossed and no size is below one lot', () => {
  fc.assert(
    fc.property(market, session, fc.string(), (spec, acts, seed) => {
      play(worldWith(spec, seed), acts, (pushes, bench) => {
        lawful(bench.get('/v5/market/orderbook', { ...BTC, limit: 200 }).result as Book)
        for (const push of pushes) {
          if (push.kind === 'public' && push.topic === 'orderbook.1.BTCUSDT') lawful(push.frame['data'] as Book)
        }
      })
    }),
    { numRuns: 80 },
  )
})

test('whatever the world, the same seed and the same calls give the same frames and rows', () => {
  const late = { streamJitterMs: 30, matching: { jitterMs: 40 } }
  fc.assert(
    fc.property(market, session, fc.string(), fc.boolean(), (spec, acts, seed, isLate) => {
      const record = (): string[] => {
        const told: string[] = []
        const world = worldWith(spec, seed, isLate ? late : {})
        play(world, acts, (pushes) => {
          for (const push of pushes) told.push(JSON.stringify(push.kind === 'public' ? push : [push.dueMs, push.rows]))
        })
        return told
      }
      expect(record()).toEqual(record())
    }),
    { numRuns: 25 },
  )
})

test('the deltas of a book, applied to its snapshot, give the book as it is', () => {
  fc.assert(
    fc.property(market, session, fc.string(), (spec, acts, seed) => {
      const sides = { b: new Map<string, string>(), a: new Map<string, string>() }
      const apply = (data: Book): void => {
        for (const name of ['b', 'a'] as const) {
          for (const [price, size] of data[name]) {
            if (Number(size) > 0) sides[name].set(price, size)
            else expect(sides[name].delete(price), `${price} was never told`).toBe(true)
          }
        }
      }
      const bench = createBench(worldWith(spec, seed))
      bench.core.subscribe('orderbook.50.BTCUSDT')
      apply(bench.core.snapshot('orderbook.50.BTCUSDT', bench.nowMs())[0]!['data'] as Book)
      const hear = (pushes: readonly Push[]): void => {
        for (const push of pushes) if (push.kind === 'public') apply(push.frame['data'] as Book)
      }
      for (const [gapMs, each] of acts) {
        hear(bench.pass(gapMs))
        hear(perform(bench, each))
      }
      // Stand still until the last slot is out, then compare.
      hear(bench.core.control({ do: 'hold', on: true, ...BTC }, bench.nowMs()))
      hear(bench.pass(100))
      const { b, a } = bench.get('/v5/market/orderbook', { ...BTC, limit: 50 }).result as Book
      expect(Object.fromEntries(sides.b)).toEqual(Object.fromEntries(b))
      expect(Object.fromEntries(sides.a)).toEqual(Object.fromEntries(a))
    }),
    { numRuns: 40 },
  )
})

test('the market never trades with itself: prices move, widen and thin without a trade when nobody else is there', () => {
  fc.assert(
    fc.property(
      market,
      fc.array(fc.integer({ min: -300, max: 300 }), { maxLength: 10 }),
      fc.string(),
      (spec, moves, seed) => {
        const bench = createBench(worldWith({ ...spec, tradeShare: 0 }, seed))
        bench.core.subscribe('publicTrade.BTCUSDT')
        const told = [...bench.pass(2_000)]
        for (const bps of moves) {
          told.push(...bench.core.control({ do: 'move', ...BTC, bps }, bench.nowMs()), ...bench.pass(150))
        }
        expect(told).toEqual([])
      },
    ),
    { numRuns: 40 },
  )
})
