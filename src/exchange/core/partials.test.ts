import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Matching } from '../world-matching.ts'
import { type Bench, createBench, noLimits, privateRows, type Row, START_MS, worldOf } from './test-support/bench.ts'

const BTC = { symbol: 'BTCUSDT' }

type Fills = Matching['partialFills'][number]['fills']

/** The calm world, where BTCUSDT buys are filled by a schedule and nothing else moves. */
function scheduled(fills: Fills): Bench {
  const bench = createBench(
    worldOf('calm', (world) => {
      noLimits(world)
      world.matching.partialFills = [{ ...BTC, side: 'buy', fills }]
    }),
  )
  bench.core.control({ do: 'hold', ...BTC, on: true }, bench.nowMs())
  return bench
}

const fillsOf = (rows: readonly Row[]): string[] =>
  rows.map((row) => `${row['execQty']} at ${Number(row['execTime']) - START_MS}`)

const order = (bench: Bench, params: object = {}) =>
  bench.order({ ...BTC, side: 'Buy', qty: '0.100', price: '60100.00', orderLinkId: 'it', ...params })

const find = (bench: Bench): Row => bench.rows('/v5/order/realtime', { ...BTC, orderLinkId: 'it' })[0]!

test('a taker is filled in the pieces named, at their moments, and the rest waits for a cancel', () => {
  const bench = scheduled([
    { share: 0.4, afterMs: 0 },
    { lots: 25, afterMs: 500 },
  ])
  const { pushes } = order(bench)
  expect(fillsOf(privateRows(pushes, 'execution'))).toEqual(['0.040 at 0'])
  expect(privateRows(pushes, 'order')).toMatchObject([{ orderStatus: 'PartiallyFilled', leavesQty: '0.060' }])
  expect(privateRows(bench.pass(499), 'execution')).toEqual([])
  expect(fillsOf(privateRows(bench.pass(1), 'execution'))).toEqual(['0.025 at 500'])
  expect(privateRows(bench.pass(3_600_000), 'execution')).toEqual([])
  expect(find(bench)).toMatchObject({ orderStatus: 'PartiallyFilled', cumExecQty: '0.065', leavesQty: '0.035' })
  bench.post('/v5/order/cancel', { ...BTC, orderLinkId: 'it' })
  expect(find(bench)).toMatchObject({ orderStatus: 'Cancelled', cumExecQty: '0.065', leavesQty: '0.000' })
  expect(bench.position('BTCUSDT')).toMatchObject({ side: 'Buy', size: '0.065' })
})

test('pieces that cover the order end it as Filled', () => {
  const bench = scheduled([
    { lots: 60, afterMs: 100 },
    { share: 1, afterMs: 200 },
  ])
  expect(privateRows(order(bench).pushes, 'execution')).toEqual([])
  expect(fillsOf(privateRows(bench.pass(1_000), 'execution'))).toEqual(['0.060 at 100', '0.040 at 200'])
  expect(find(bench)).toMatchObject({ orderStatus: 'Filled', leavesQty: '0.000' })
})

test.each([
  ['IOC', { timeInForce: 'IOC' }, 'EC_NoImmediateQtyToFill', '0.040'],
  ['market', { price: undefined }, 'EC_NoImmediateQtyToFill', '0.040'],
  ['FOK', { timeInForce: 'FOK' }, 'EC_CancelForNoFullFill', '0.000'],
])('a taker that cannot wait (%s) ends with the pieces due at once', (_, params, rejectReason, cumExecQty) => {
  const bench = scheduled([
    { share: 0.4, afterMs: 0 },
    { share: 0.6, afterMs: 500 },
  ])
  order(bench, params)
  expect(find(bench)).toMatchObject({ orderStatus: 'Cancelled', rejectReason, cumExecQty })
  expect(privateRows(bench.pass(5_000), 'execution')).toEqual([])
})

test('orders that reduce, rest or are on the other side know no schedule', () => {
  const bench = scheduled([{ lots: 1, afterMs: 60_000 }])
  const sold = bench.order({ ...BTC, side: 'Sell', qty: '0.100', price: '59900.00' })
  expect(fillsOf(privateRows(sold.pushes, 'execution'))).toEqual(['0.100 at 0'])
  const bought = bench.order({ ...BTC, side: 'Buy', qty: '0.100', price: '60100.00', reduceOnly: true })
  expect(fillsOf(privateRows(bought.pushes, 'execution'))).toEqual(['0.100 at 0'])
  const { pushes } = order(bench, { price: '59990.00' })
  expect(privateRows(pushes, 'order')).toMatchObject([{ orderStatus: 'New' }])
  // At rest it is filled as any other, when the market comes to it.
  const met = bench.core.control({ do: 'move', ...BTC, bps: -20 }, bench.nowMs())
  expect(privateRows(met, 'execution')).toMatchObject([{ execQty: '0.100', isMaker: true }])
})

test('what waits for its piece is not in the book, and rests when its piece finds nothing to take', () => {
  const bench = scheduled([
    { lots: 10, afterMs: 0 },
    { lots: 10, afterMs: 100 },
  ])
  order(bench, { price: '60010.00' })
  const bids = (): [string, string][] =>
    (bench.get('/v5/market/orderbook', { ...BTC, limit: 1 }).result as unknown as { b: [string, string][] }).b
  expect(bids()[0]![0]).toBe('60000.00')
  bench.core.control({ do: 'move', ...BTC, bps: 20 }, bench.nowMs())
  bench.core.control({ do: 'move', ...BTC, bps: 0 }, bench.nowMs())
  expect(privateRows(bench.pass(100), 'execution')).toEqual([])
  expect(find(bench)).toMatchObject({ orderStatus: 'PartiallyFilled', leavesQty: '0.090' })
  // Now it rests below the market, and trades when the market comes back.
  const back = bench.core.control({ do: 'move', ...BTC, bps: -40 }, bench.nowMs())
  expect(privateRows(back, 'execution')).toMatchObject([{ execQty: '0.090', execPrice: '60010.00', isMaker: true }])
})

test('whatever the schedule, no more is filled than is due, and the position is the sum of the fills', () => {
  const piece = fc.record({ gapMs: fc.nat({ max: 300 }), lots: fc.integer({ min: 1, max: 60 }) })
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 120 }), (pieces, lots) => {
      let afterMs = 0
      const fills = pieces.map((each) => {
        afterMs += each.gapMs
        return { lots: each.lots, afterMs }
      })
      const bench = scheduled(fills)
      order(bench, { qty: (lots / 1_000).toFixed(3) })
      for (let passedMs = 0; passedMs <= afterMs; passedMs += 50) {
        const due = fills.filter((each) => each.afterMs <= passedMs).reduce((sum, each) => sum + each.lots, 0)
        const { cumExecQty, leavesQty } = find(bench) as unknown as { cumExecQty: string; leavesQty: string }
        expect(Math.round(Number(cumExecQty) * 1_000)).toBe(Math.min(lots, due))
        expect(Math.round(Number(leavesQty) * 1_000)).toBe(lots - Math.min(lots, due))
        expect(Number(bench.position('BTCUSDT')['size'])).toBe(Number(cumExecQty))
        bench.pass(50)
      }
    }),
    { numRuns: 60 },
  )
})
