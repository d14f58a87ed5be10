import { expect, test } from 'vitest'
import { type Bench, MAIN, OTHER, privateRows } from './test-support/bench.ts'
import { heldBench } from './test-support/money.ts'

const BTC = { symbol: 'BTCUSDT' }
const socket = (bench: Bench, isAlive: boolean, accountId = MAIN) =>
  bench.core.control({ do: 'dcp', accountId, isAlive }, bench.nowMs())
const set = (bench: Bench, params: object) => bench.post('/v5/order/disconnected-cancel-all', { ...params }).reply
const info = (bench: Bench) => bench.get('/v5/account/query-dcp-info', {}).result
const open = (bench: Bench, accountId = MAIN) => bench.rows('/v5/order/realtime', BTC, accountId).length

function resting(): Bench {
  const bench = heldBench()
  for (const id of [MAIN, OTHER]) bench.order({ ...BTC, side: 'Buy', qty: '0.01', price: '59500.00' }, id)
  return bench
}

test('ten seconds after the last protected socket went, its open orders are cancelled; others keep theirs', () => {
  const bench = resting()
  socket(bench, true)
  socket(bench, false)
  expect(bench.pass(9_999)).toEqual([])
  const [order] = privateRows(bench.pass(1), 'order')
  expect(order).toMatchObject({ orderStatus: 'Cancelled', cancelType: 'CancelByDCP' })
  expect([open(bench), open(bench, OTHER)]).toEqual([0, 1])
})

test('a socket that is back in time saves them, and the window starts anew with the next loss', () => {
  const bench = resting()
  socket(bench, false)
  bench.pass(9_000)
  socket(bench, true)
  bench.pass(60_000)
  socket(bench, false)
  bench.pass(9_999)
  expect(open(bench)).toBe(1)
  bench.pass(1)
  expect(open(bench)).toBe(0)
})

test('being told twice that it is gone does not put off the moment; it fires once', () => {
  const bench = resting()
  socket(bench, false)
  bench.pass(6_000)
  socket(bench, false)
  bench.pass(4_000)
  expect(open(bench)).toBe(0)
  bench.order({ ...BTC, side: 'Buy', qty: '0.01', price: '59500.00' })
  bench.pass(60_000)
  expect(open(bench)).toBe(1)
})

test('a new window counts for derivatives, ten seconds after it was set', () => {
  const bench = resting()
  expect(info(bench)).toEqual({ dcpInfos: [{ product: 'DERIVATIVES', dcpStatus: 'ON', timeWindow: '10' }] })
  expect(set(bench, { product: 'DERIVATIVES', timeWindow: 40 })).toMatchObject({ retCode: 0, retMsg: 'success' })
  bench.pass(9_999)
  expect(info(bench)).toMatchObject({ dcpInfos: [{ timeWindow: '10' }] })
  bench.pass(1)
  expect(info(bench)).toMatchObject({ dcpInfos: [{ timeWindow: '40' }] })
  socket(bench, false)
  bench.pass(39_999)
  expect(open(bench)).toBe(1)
  bench.pass(1)
  expect(open(bench)).toBe(0)
})

test('the product defaults to options, which leaves derivatives as they are', () => {
  const bench = resting()
  expect(set(bench, { timeWindow: 3 }).retCode).toBe(0)
  bench.pass(10_000)
  expect(info(bench)).toMatchObject({
    dcpInfos: [
      { product: 'DERIVATIVES', timeWindow: '10' },
      { product: 'OPTIONS', timeWindow: '3' },
    ],
  })
})

test.each([{}, { timeWindow: 2 }, { timeWindow: 301 }, { timeWindow: 'x' }, { timeWindow: 10, product: 'FUTURES' }])(
  '%j is no window',
  (params) => {
    expect(set(resting(), params).retCode).toBe(10001)
  },
)

test('an account the world does not have is an error of the test', () => {
  expect(() => socket(resting(), false, 'nobody')).toThrow(RangeError)
})
