import { expect, test } from 'vitest'
import { type Bench, createBench, noLimits, worldOf } from './test-support/bench.ts'

const LAG_MS = 200
const BTC = { symbol: 'BTCUSDT' }
const RESTING = { ...BTC, side: 'Buy', qty: '0.001', price: '59000.0', orderLinkId: 'rests' }
const TAKING = { ...BTC, side: 'Buy', qty: '0.001', orderLinkId: 'takes' }

function laggingVenue(readLagMs = LAG_MS): Bench {
  return createBench(
    worldOf('calm', (world) => {
      noLimits(world)
      world.readLagMs = readLagMs
    }),
  )
}

/** What each read says of one order: how many rows, by its id and by its symbol. */
const READS = [
  { read: 'an open order in realtime', path: '/v5/order/realtime', order: RESTING, extra: {} },
  { read: 'an ended order in realtime', path: '/v5/order/realtime', order: TAKING, extra: { openOnly: '1' } },
  { read: 'an ended order in history', path: '/v5/order/history', order: TAKING, extra: {} },
  { read: 'a fill in the execution list', path: '/v5/execution/list', order: TAKING, extra: {} },
]

test.each(READS)('$read shows only after the read lag, by id and by symbol', ({ path, order, extra }) => {
  const bench = laggingVenue()
  expect(bench.order(order).reply.retCode).toBe(0)
  const rows = (): number[] =>
    [
      { orderLinkId: order.orderLinkId, ...BTC },
      { ...BTC, ...extra },
    ].map((query) => bench.rows(path, query).length)
  expect(rows()).toEqual([0, 0])
  bench.pass(LAG_MS - 1)
  expect(rows()).toEqual([0, 0])
  bench.pass(1)
  expect(rows()).toEqual([1, 1])
})

test.each(READS)('without a read lag $read is there at once', ({ path, order, extra }) => {
  const bench = laggingVenue(0)
  bench.order(order)
  expect(bench.rows(path, { ...BTC, ...extra })).toHaveLength(1)
})

test.each([
  ['/v5/position/closed-pnl', 'closed P&L'],
  ['/v5/account/transaction-log', 'the transaction log'],
])('%s lags as well: a closed trade is not in %s before its time', (path) => {
  const bench = laggingVenue()
  bench.order(TAKING)
  bench.order({ ...TAKING, side: 'Sell', reduceOnly: true, orderLinkId: 'closes' })
  expect(bench.rows(path, {})).toEqual([])
  bench.pass(LAG_MS - 1)
  expect(bench.rows(path, {})).toEqual([])
  bench.pass(1)
  expect(bench.rows(path, {}).length).toBeGreaterThan(0)
})

test('positions and the wallet do not lag, and neither does the refusal of an id sent twice', () => {
  const bench = laggingVenue()
  bench.order(TAKING)
  expect(bench.position('BTCUSDT')['size']).toBe('0.001')
  expect(bench.order(TAKING).reply.retCode).toBe(110072)
})

test('an order that no read shows yet can be cancelled', () => {
  const bench = laggingVenue()
  bench.order(RESTING)
  expect(bench.post('/v5/order/cancel', { ...BTC, orderLinkId: 'rests' }).reply.retCode).toBe(0)
})
