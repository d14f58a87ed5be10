import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseWorld, type World } from '../world.ts'
import { type Bench, createBench, type Mutable, noLimits, privateRows, worldOf } from './test-support/bench.ts'

const BTC = { symbol: 'BTCUSDT' }

type Path = World['instruments'][number]['market']['path']

/** The calm world with another path for BTCUSDT, and chance as quiet as told. */
function withPath(path: Path, change: (market: Mutable<World['instruments'][number]['market']>) => void = () => {}) {
  return worldOf('calm', (world) => {
    noLimits(world)
    world.instruments[0]!.market.path = path as Mutable<Path>
    change(world.instruments[0]!.market)
  })
}

interface Book {
  readonly b: [string, string][]
  readonly a: [string, string][]
}

const bookOf = (bench: Bench, limit = 50): Book =>
  bench.get('/v5/market/orderbook', { ...BTC, limit }).result as unknown as Book

const touch = (bench: Bench): string => {
  const { b, a } = bookOf(bench, 1)
  return `${b[0]?.[0]} ${a[0]?.[0]}`
}

const steps = (...list: Extract<Path, { kind: 'steps' }>['steps']): Path => ({ kind: 'steps', steps: list })

test('a script puts the price where it says at each moment, and the last step holds', () => {
  const bench = createBench(
    withPath(steps({ atMs: 1_000, bps: -50 }, { atMs: 2_500, midPrice: '60100.00' }, { atMs: 2_600, bps: 10 })),
  )
  bench.pass(999)
  expect(touch(bench)).toBe('60000.00 60000.10')
  bench.pass(1)
  expect(touch(bench)).toBe('59700.00 59700.10')
  bench.pass(1_499)
  expect(touch(bench)).toBe('59700.00 59700.10')
  bench.pass(1)
  expect(touch(bench)).toBe('60100.00 60100.10')
  bench.pass(100)
  expect(touch(bench)).toBe('60060.00 60060.10')
  bench.pass(60_000)
  expect(touch(bench)).toBe('60060.00 60060.10')
})

test('a step may widen the spread and thin the book; null gives the depth back', () => {
  const bench = createBench(
    withPath(steps({ atMs: 100, spreadTicks: 40, levelLots: 3 }, { atMs: 200, spreadTicks: 1, levelLots: null })),
  )
  const deepest = (): number => Math.max(...[...bookOf(bench).b, ...bookOf(bench).a].map(([, size]) => Number(size)))
  bench.pass(100)
  expect(touch(bench)).toBe('59998.00 60002.00')
  expect(deepest()).toBeLessThanOrEqual(0.003)
  bench.pass(100)
  expect(touch(bench)).toBe('60000.00 60000.10')
  expect(deepest()).toBeGreaterThan(0.5)
})

test('a step at the very start is taken before anything else', () => {
  const bench = createBench(withPath(steps({ atMs: 0, bps: 5 })))
  bench.pass(0)
  expect(touch(bench)).toBe('60030.00 60030.10')
})

test('an order at rest is filled at its own price when the script goes through it, and the mark follows', () => {
  const bench = createBench(withPath(steps({ atMs: 1_000, bps: -80 })))
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '59800.00', orderLinkId: 'below' })
  expect(privateRows(bench.pass(999), 'execution')).toEqual([])
  expect(privateRows(bench.pass(1), 'execution')).toMatchObject([{ execPrice: '59800.00', isMaker: true }])
  const mark = (): number => Number(bench.rows('/v5/market/tickers', BTC)[0]?.['markPrice'])
  expect(mark()).toBeGreaterThan(59_900)
  bench.pass(8_000)
  expect(mark()).toBeCloseTo(59_520, 0)
})

test('a script stands still while its market is held and goes on where it stood', () => {
  const bench = createBench(withPath(steps({ atMs: 1_000, bps: 20 }, { atMs: 1_500, bps: 40 })))
  const hold = (on: boolean): unknown => bench.core.control({ do: 'hold', ...BTC, on }, bench.nowMs())
  bench.pass(900)
  hold(true)
  bench.pass(5_000)
  hold(true)
  bench.pass(5_000)
  expect(touch(bench)).toBe('60000.00 60000.10')
  hold(false)
  bench.pass(99)
  expect(touch(bench)).toBe('60000.00 60000.10')
  bench.pass(1)
  expect(touch(bench)).toBe('60120.00 60120.10')
  bench.pass(500)
  expect(touch(bench)).toBe('60240.00 60240.10')
})

test.each(['steps', 'tape'] as const)('a move by hand shifts what a path of %s still says', (kind) => {
  const path: Path =
    kind === 'steps'
      ? steps({ atMs: 1_000, bps: 10 })
      : {
          kind,
          end: 'hold',
          rows: [
            { atMs: 0, bid: '60000.00', ask: '60000.10' },
            { atMs: 1_000, bid: '60060.00', ask: '60060.10' },
          ],
        }
  const bench = createBench(withPath(path))
  bench.pass(10)
  bench.core.control({ do: 'move', ...BTC, bps: -100 }, bench.nowMs())
  expect(touch(bench)).toBe('59400.00 59400.10')
  bench.pass(1_000)
  expect(touch(bench)).toBe('59460.00 59460.10')
})

const ROWS = [
  { atMs: 0, bid: '60000.00', ask: '60000.10', bidSize: '1.200', askSize: '0.400' },
  { atMs: 40, bid: '60000.00', ask: '60000.10', bidSize: '0.900', askSize: '0.400' },
  { atMs: 95.5, bid: '60000.40', ask: '60000.90', bidSize: '0.100', askSize: '2.000' },
  { atMs: 210.5, bid: '59999.80', ask: '59999.90', bidSize: '0.300', askSize: '0.700' },
]

const quiet = (market: { tradeShare: number }): void => {
  market.tradeShare = 0
}

test('a tape holds its quotes and sizes from their moments on, and its last row stays', () => {
  const bench = createBench(withPath({ kind: 'tape', rows: ROWS, end: 'hold' }, quiet))
  const seen = (): unknown => {
    const { b, a } = bookOf(bench, 1)
    return [b[0], a[0]]
  }
  const rowAt = (at: number): unknown => {
    const { bid, bidSize, ask, askSize } = ROWS[at]!
    return [
      [bid, bidSize],
      [ask, askSize],
    ]
  }
  expect(seen()).toEqual(rowAt(0))
  bench.pass(39)
  expect(seen()).toEqual(rowAt(0))
  bench.pass(1)
  expect(seen()).toEqual(rowAt(1))
  bench.pass(56)
  expect(seen()).toEqual(rowAt(2))
  bench.pass(115)
  expect(seen()).toEqual(rowAt(3))
  // Chance goes on below the touch and never touches it.
  bench.pass(20_000)
  expect(seen()).toEqual(rowAt(3))
})

test('a tape that loops begins again once its last row has stayed as long as the one before it', () => {
  const bench = createBench(withPath({ kind: 'tape', rows: ROWS, end: 'loop' }, quiet))
  const bids: string[] = []
  for (let at = 0; at < 3; at += 1) {
    for (const ms of [95.5, 115, 115]) {
      bench.pass(ms)
      bids.push(bookOf(bench, 1).b[0]!.join(' '))
    }
  }
  const round = ['60000.40 0.100', '59999.80 0.300', '60000.00 1.200']
  expect(bids).toEqual([...round, ...round, ...round])
})

test('what is taken from a taped touch stays taken until the next row', () => {
  const bench = createBench(withPath({ kind: 'tape', rows: ROWS, end: 'hold' }, quiet))
  const { pushes } = bench.order({ ...BTC, side: 'Buy', qty: '0.300', price: '60000.10', timeInForce: 'IOC' })
  expect(privateRows(pushes, 'execution')).toMatchObject([{ execQty: '0.300', execPrice: '60000.10' }])
  bench.pass(39)
  expect(bookOf(bench, 1).a[0]).toEqual(['60000.10', '0.100'])
  bench.pass(1)
  expect(bookOf(bench, 1).a[0]).toEqual(['60000.10', '0.400'])
})

test('a tape without sizes leaves them to chance', () => {
  const rows = ROWS.map(({ atMs, bid, ask }) => ({ atMs, bid, ask }))
  const bench = createBench(withPath({ kind: 'tape', rows, end: 'hold' }))
  const sizes = new Set<string>()
  for (let at = 0; at < 200; at += 1) {
    bench.pass(100)
    sizes.add(bookOf(bench, 1).b[0]![1])
  }
  expect(sizes.size).toBeGreaterThan(20)
})

test('whatever a tape says, the best quotes are its own at every one of its moments', () => {
  const row = fc.record({ gap: fc.integer({ min: 1, max: 400 }), bid: fc.integer({ min: 500_000, max: 700_000 }) })
  const tape = fc.array(fc.tuple(row, fc.integer({ min: 1, max: 300 })), { minLength: 2, maxLength: 30 })
  fc.assert(
    fc.property(tape, fc.string(), (list, seed) => {
      let atMs = 0
      const text = (ticks: number): string => (ticks / 10).toFixed(2)
      const rows = list.map(([{ gap, bid }, spread], at) => {
        if (at > 0) atMs += gap
        return { atMs, bid: text(bid), ask: text(bid + spread) }
      })
      const world = withPath({ kind: 'tape', rows, end: 'hold' }, quiet)
      const bench = createBench(parseWorld({ ...world, seed: `tape ${seed}` }))
      let nowMs = 0
      for (const { atMs: dueMs, bid, ask } of rows) {
        bench.pass(dueMs - nowMs)
        nowMs = dueMs
        expect(touch(bench)).toBe(`${bid} ${ask}`)
      }
    }),
    { numRuns: 60 },
  )
})
