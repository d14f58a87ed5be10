import { expect, test } from 'vitest'
import type { World } from '../world.ts'
import { type Bench, createBench, type Mutable, noLimits, worldOf } from './test-support/bench.ts'

const BID = { symbol: 'BTCUSDT', side: 'Buy', orderType: 'Limit', qty: '0.001', price: '59900.0' }
const DENIED = { retCode: 10005, retMsg: 'Permission denied, please check your API key permissions.', result: {} }

function withKey(change: Partial<Mutable<World['accounts'][number]>>): Bench {
  return createBench(
    worldOf('calm', (world) => {
      noLimits(world)
      Object.assign(world.accounts[0]!, change)
    }),
  )
}

test('a read-only key may ask and nothing else', () => {
  const bench = withKey({ readOnly: true })
  expect(bench.get('/v5/order/realtime', { symbol: 'BTCUSDT' }).retCode).toBe(0)
  expect(bench.get('/v5/position/list', { symbol: 'BTCUSDT' }).retCode).toBe(0)
  for (const path of [
    '/v5/order/create',
    '/v5/order/create-batch',
    '/v5/order/cancel-all',
    '/v5/position/switch-mode',
  ]) {
    expect(bench.post(path, BID).reply).toMatchObject(DENIED)
  }
})

test('a key for positions may not touch orders, and the other way round', () => {
  const positions = withKey({ permissions: ['Position'] })
  expect(positions.post('/v5/order/create', BID).reply).toMatchObject(DENIED)
  expect(positions.get('/v5/order/history', {})).toMatchObject(DENIED)
  expect(positions.get('/v5/execution/list', {})).toMatchObject(DENIED)
  expect(positions.get('/v5/position/list', { symbol: 'BTCUSDT' }).retCode).toBe(0)
  const orders = withKey({ permissions: ['Order'] })
  expect(orders.post('/v5/order/create', BID).reply.retCode).toBe(0)
  expect(orders.get('/v5/position/list', { symbol: 'BTCUSDT' })).toMatchObject(DENIED)
  expect(orders.get('/v5/account/wallet-balance', { accountType: 'UNIFIED' }).retCode).toBe(0)
})

test('what a key may not do costs it no visit and no order', () => {
  const bench = withKey({ readOnly: true })
  const { reply, pushes } = bench.post('/v5/order/create', BID)
  expect(reply.limit).toBeUndefined()
  expect(pushes).toEqual([])
})

test('a key bound to symbols trades those alone, each order of a batch by itself', () => {
  const bench = withKey({ symbols: ['ETHUSDT'] })
  const eth = { ...BID, symbol: 'ETHUSDT', qty: '0.01', price: '2990.00' }
  expect(bench.post('/v5/order/create', BID).reply).toMatchObject({
    retCode: 10029,
    retMsg: 'The requested symbol is invalid, please check symbol whitelist',
  })
  expect(bench.post('/v5/order/create', eth).reply.retCode).toBe(0)
  expect(bench.post('/v5/order/create-batch', { request: [BID, eth] }).reply.retExtInfo).toMatchObject({
    list: [{ code: 10029 }, { code: 0 }],
  })
  expect(bench.get('/v5/order/realtime', { symbol: 'BTCUSDT' }).retCode).toBe(0)
})

test.each([10007, 10008, 10009, 10024, 10027, 10028, 33004, 100028, 110123, 110124, 110125, 110132] as const)(
  'an account in the standing of %i is refused with that, whatever it asks; market data it gets',
  (refusedWith) => {
    const bench = withKey({ refusedWith })
    expect(bench.post('/v5/order/create', BID).reply).toMatchObject({ retCode: refusedWith, result: {} })
    expect(bench.get('/v5/account/wallet-balance', { accountType: 'UNIFIED' }).retMsg).toMatch(/\w/)
    expect(bench.get('/v5/market/time', {}).retCode).toBe(0)
    expect(bench.post('/v5/order/create', BID, '1000002').reply.retCode).toBe(0)
  },
)
