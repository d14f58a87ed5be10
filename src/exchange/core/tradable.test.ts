import { expect, test } from 'vitest'
import type { ListingStatus } from './books.ts'
import { type Bench, privateRows } from './test-support/bench.ts'
import { heldBench } from './test-support/money.ts'

const BTC = { symbol: 'BTCUSDT' }
const become = (bench: Bench, status: ListingStatus) =>
  bench.core.control({ do: 'status', symbol: 'BTCUSDT', status }, bench.nowMs())

const REFUSALS = [
  ['ReduceOnly', 110023, /only reduce your position/, 0],
  ['Delivering', 30228, /^No new positions during delisting\.$/, 0],
  ['PreLaunch', 110074, /^This contract is not live$/, 110074],
  ['Closed', 110074, /^This contract is not live$/, 110074],
] as const

test.each(REFUSALS)('%s: opening is refused with %i', (status, code, text, closing) => {
  const bench = heldBench()
  bench.order({ ...BTC, side: 'Buy', qty: '0.010' })
  become(bench, status)
  const order = (side: string, qty: string) => bench.order({ ...BTC, side, qty }).reply
  expect(order('Buy', '0.010')).toMatchObject({ retCode: code, retMsg: expect.stringMatching(text) })
  // What closes is judged by what it does, with or without the flag; more than the position opens.
  expect(order('Sell', '0.015').retCode).toBe(code)
  expect(order('Sell', '0.010').retCode).toBe(closing)
  become(bench, 'Trading')
  expect(order('Buy', '0.010').retCode).toBe(0)
})

test('instruments-info shows the status; a symbol that may only be reduced is still trading', () => {
  const bench = heldBench()
  const shown = (status?: string) =>
    bench.rows('/v5/market/instruments-info', status === undefined ? {} : { status }).map((row) => row['symbol'])
  become(bench, 'ReduceOnly')
  expect(shown()).toContain('BTCUSDT')
  expect(bench.position('BTCUSDT')).toMatchObject({ isReduceOnly: true })
  become(bench, 'Delivering')
  expect(shown()).not.toContain('BTCUSDT')
  expect(shown('Delivering')).toEqual(['BTCUSDT'])
})

test('a world may begin with it, and an amend that opens more is refused too', () => {
  const bench = heldBench((world) => (world.instruments[1]!.status = 'PreLaunch'))
  expect(bench.order({ symbol: 'ETHUSDT', side: 'Buy', qty: '1' }).reply.retCode).toBe(110074)
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '59500.00', orderLinkId: 'x' })
  become(bench, 'ReduceOnly')
  expect(bench.post('/v5/order/amend', { ...BTC, orderLinkId: 'x', qty: '0.020' }).reply.retCode).toBe(110023)
  expect(bench.post('/v5/order/cancel', { ...BTC, orderLinkId: 'x' }).reply.retCode).toBe(0)
})

test('a symbol that closes takes its open orders with it', () => {
  const bench = heldBench()
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '59500.00' })
  const [row] = privateRows(become(bench, 'Closed'), 'order')
  expect(row).toMatchObject({ orderStatus: 'Cancelled', cancelType: 'CancelBySettle' })
})
