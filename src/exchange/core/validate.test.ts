import { expect, test } from 'vitest'
import { createBench, MAIN, worldOf } from './test-support/bench.ts'

const BUY = { symbol: 'BTCUSDT', side: 'Buy', orderType: 'Limit', qty: '0.010', price: '59900.00' }

test.each([
  ['an unknown symbol', { symbol: 'NOPEUSDT' }, 10001, 'params error: symbol invalid'],
  ['another category', { category: 'spot' }, 10001, 'params error: category invalid'],
  ['a side in small letters', { side: 'buy' }, 10001, 'params error: side invalid'],
  ['no order type', { orderType: undefined }, 10001, 'params error: orderType invalid'],
  ['an unknown time in force', { timeInForce: 'GTD' }, 10001, 'params error: timeInForce invalid'],
  ['an unknown smpType', { smpType: 'Cancel' }, 10001, 'params error: smpType invalid'],
  ['a quantity off the step', { qty: '0.0105' }, 10001, 'Qty invalid'],
  ['a quantity that is no number', { qty: '1e3' }, 10001, 'Qty invalid'],
  ['no quantity', { qty: undefined }, 10001, 'Qty invalid'],
  ['a negative quantity', { qty: '-0.010' }, 10001, 'Qty invalid'],
  ['quantity zero', { qty: '0' }, 10001, 'The number of contracts exceeds minimum limit allowed'],
  [
    'zero and only reduce-only',
    { qty: '0', reduceOnly: true },
    10001,
    'The number of contracts exceeds minimum limit allowed',
  ],
  [
    'more than the maximum',
    { qty: '1190.001' },
    10001,
    'The number of contracts exceeds maximum limit allowed: too large, order_qty:119000100000 > max_qty:119000000000',
  ],
  ['a price off the tick', { price: '59900.05' }, 10001, 'Price invalid'],
  ['a limit without a price', { price: undefined }, 10001, 'Price invalid'],
  ['a price beyond the instrument', { price: '2000000.00' }, 110003, 'Order price is out of permissible range'],
  ['a client id with a blank', { orderLinkId: 'a b' }, 10001, 'params error: orderLinkId invalid'],
  ['a client id of 37 letters', { orderLinkId: 'x'.repeat(37) }, 10001, 'params error: orderLinkId invalid'],
  ['a client id of 46 letters', { orderLinkId: 'x'.repeat(46) }, 10001, 'order link id is longer than 45'],
  ['a position index in one-way mode', { positionIdx: 1 }, 10001, 'position idx not match position mode'],
  ['more than the balance carries', { qty: '20' }, 110007, 'ab not enough for new order'],
  ['a position beyond the risk limit', { qty: '400' }, 110090, /max limit/],
])('%s is refused', (_what, change, retCode, retMsg) => {
  const bench = createBench('calm')
  const { reply, pushes } = bench.post('/v5/order/create', { ...BUY, ...change })
  expect(reply).toMatchObject({ retCode, result: {} })
  expect(reply.retMsg).toMatch(retMsg)
  expect(pushes.filter((push) => push.kind === 'private')).toEqual([])
})

test('a client id is used once, even after its order has ended', () => {
  const bench = createBench('calm')
  const order = { ...BUY, orderLinkId: 'once' }
  expect(bench.order(order).reply.retCode).toBe(0)
  expect(bench.order(order).reply).toMatchObject({ retCode: 110072, retMsg: 'OrderLinkedID is duplicate' })
  bench.post('/v5/order/cancel', { symbol: 'BTCUSDT', orderLinkId: 'once' })
  expect(bench.order(order).reply.retCode).toBe(110072)
})

test('an order worth less than the minimum is refused, a reducing one too unless the world says otherwise', () => {
  const strict = createBench('small-lot')
  const lot = { symbol: 'LOTUSDT', side: 'Buy' }
  expect(strict.order({ ...lot, qty: '24' }).reply).toMatchObject({
    retCode: 110094,
    retMsg: 'Order does not meet minimum order value 5USDT',
  })
  expect(strict.order({ ...lot, qty: '500' }).reply.retCode).toBe(0)
  const close = { symbol: 'LOTUSDT', side: 'Sell', qty: '10', reduceOnly: true }
  expect(strict.order(close).reply.retCode).toBe(110094)
  const lenient = createBench(worldOf('small-lot', (world) => (world.doubts.reduceOnlyMinNotional = false)))
  lenient.order({ ...lot, qty: '500' })
  expect(lenient.order(close).reply.retCode).toBe(0)
})

test('numbers are taken where the venue takes numbers', () => {
  const bench = createBench('calm')
  expect(bench.order({ ...BUY, qty: 0.01, price: 59900, positionIdx: '0' }).reply.retCode).toBe(0)
})

test('a price beyond the band moves to its edge, and is refused once the account asks for that', () => {
  const bench = createBench('calm')
  bench.order({
    symbol: 'BTCUSDT',
    side: 'Sell',
    qty: '0.001',
    price: '10000.00',
    timeInForce: 'IOC',
    orderLinkId: 'low',
  })
  const [row] = bench.rows('/v5/order/history', { symbol: 'BTCUSDT', orderLinkId: 'low' })
  const limits = bench.get('/v5/market/price-limit', { symbol: 'BTCUSDT' }).result as Record<string, string>
  expect(row?.['price']).toBe(limits['sellLmt'])
  expect(Number(limits['sellLmt'])).toBeCloseTo(59_400, -1)
  expect(Number(limits['buyLmt'])).toBeCloseTo(60_600, -1)
  bench.post('/v5/account/set-limit-px-action', { modifyEnable: false })
  const { reply } = bench.order({ symbol: 'BTCUSDT', side: 'Sell', qty: '0.001', price: '10000.00' })
  expect(reply).toMatchObject({ retCode: 110003, retMsg: 'Order price is out of permissible range' })
})

test('the 501st active order of a symbol answers 110020', () => {
  const bench = createBench('calm')
  for (let n = 0; n < 500; n += 1) expect(bench.order({ ...BUY, qty: '0.001' }).reply.retCode).toBe(0)
  expect(bench.order({ ...BUY, qty: '0.001' }).reply.retCode).toBe(110020)
  expect(bench.order({ ...BUY, symbol: 'ETHUSDT', price: '2990', qty: '0.01' }).reply.retCode).toBe(0)
})

test('margin held by open orders is not there for others, and comes back with the cancel', () => {
  const bench = createBench('calm')
  // 100,000 USDT at 10x carry about 16 BTC.
  const big = { ...BUY, qty: '10' }
  expect(bench.order({ ...big, orderLinkId: 'big' }).reply.retCode).toBe(0)
  expect(bench.order(big).reply.retCode).toBe(110007)
  bench.post('/v5/order/cancel', { symbol: 'BTCUSDT', orderLinkId: 'big' })
  expect(bench.order(big).reply.retCode).toBe(0)
})

test('an unknown path answers 10017 and a private one without an account 10003', () => {
  const { core } = createBench('calm')
  const ask = (path: string, method: 'GET' | 'POST', accountId: string | null) =>
    core.handle({ accountId, method, path, params: {} }, 0).reply
  expect(ask('/v5/nothing', 'GET', MAIN).retCode).toBe(10017)
  expect(ask('/v5/order/create', 'GET', MAIN).retCode).toBe(10017)
  expect(ask('/v5/order/realtime', 'GET', null).retCode).toBe(10003)
})
