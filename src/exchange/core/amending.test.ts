import { expect, test } from 'vitest'
import { type Bench, OTHER, privateRows } from './test-support/bench.ts'
import { BTC, createStillMarket, offer, tradeAt } from './test-support/stillmarket.ts'

const BUY = { ...BTC, side: 'Buy', qty: '0.010', price: '59900.00', orderLinkId: 'a' }
const STOP = { ...BUY, price: '60150.00', triggerPrice: '60100.00', triggerDirection: 1 }

const amend = (bench: Bench, change: Readonly<Record<string, unknown>>) =>
  bench.post('/v5/order/amend', { ...BTC, orderLinkId: 'a', ...change })

test.each([
  [
    'an order that never was',
    { orderLinkId: 'never', qty: '0.020' },
    110001,
    'order not exists or too late to replace',
  ],
  ['no id', { orderLinkId: '', qty: '0.020' }, 10001, 'params error: OrderId or orderLinkId is required'],
  ['nothing', {}, 10001, 'order not modified'],
  ['what it is already', { qty: '0.010', price: '59900.00' }, 10001, 'order not modified'],
  ['a price off the tick', { price: '59900.05' }, 10001, 'Price invalid'],
  ['a quantity off the step', { qty: '0.0105' }, 10001, 'Qty invalid'],
  ['a trigger it does not have', { triggerPrice: '60100.00' }, 10001, 'params error: triggerPrice invalid'],
  ['more than the balance carries', { qty: '25' }, 110007, 'ab not enough for new order'],
  ['a TP on the wrong side', { takeProfit: '59800.00' }, 10001, /^TakeProfit:.* should be higher/],
])('an amend to %s is refused and changes nothing', (_what, change, retCode, retMsg) => {
  const bench = createStillMarket()
  bench.order(BUY)
  const before = bench.rows('/v5/order/realtime', BTC)
  const { reply, pushes } = amend(bench, change)
  expect(reply.retCode).toBe(retCode)
  expect(reply.retMsg).toMatch(retMsg)
  expect(pushes).toEqual([])
  expect(bench.rows('/v5/order/realtime', BTC)).toEqual(before)
})

test('a partly filled order is amended above what is filled, never to it', () => {
  const bench = createStillMarket()
  bench.order(BUY)
  offer(bench, 'Sell', '0.004', '59900.00')
  expect(amend(bench, { qty: '0.004' }).reply.retCode).toBe(110064)
  const { pushes } = amend(bench, { qty: '0.005' })
  expect(privateRows(pushes, 'order')).toMatchObject([
    { orderStatus: 'PartiallyFilled', qty: '0.005', cumExecQty: '0.004', leavesQty: '0.001' },
  ])
})

test('a reducing order does not grow', () => {
  const bench = createStillMarket()
  offer(bench, 'Sell', '0.020', '60000.00')
  bench.order({ ...BTC, side: 'Buy', qty: '0.020', price: '60000.00' })
  bench.order({ ...BUY, side: 'Sell', price: '60100.00', reduceOnly: true })
  expect(amend(bench, { qty: '0.015' }).reply.retCode).toBe(110022)
  expect(amend(bench, { qty: '0.005' }).reply.retCode).toBe(0)
})

test('an order that waits is amended in trigger, price and quantity, and fires at the new trigger', () => {
  const bench = createStillMarket()
  bench.order(STOP)
  expect(privateRows(amend(bench, { triggerPrice: '60200.00' }).pushes, 'order')).toMatchObject([
    { orderStatus: 'Untriggered', triggerPrice: '60200.00' },
  ])
  amend(bench, { price: '60050.00', qty: '0.020' })
  expect(privateRows(tradeAt(bench, '60150.00'), 'order')).toEqual([])
  expect(privateRows(tradeAt(bench, '60200.00'), 'order')).toMatchObject([
    { orderStatus: 'Triggered' },
    { orderStatus: 'New', price: '60050.00', qty: '0.020' },
  ])
  expect(amend(bench, { triggerPrice: '60300.00' }).reply.retCode).toBe(10001)
})

test('a trigger is not moved to where the price is already', () => {
  const bench = createStillMarket()
  bench.order(STOP)
  expect(amend(bench, { triggerPrice: '60000.00' }).reply.retCode).toBe(110092)
  bench.order({ ...STOP, orderLinkId: 'fall', triggerPrice: '59900.00', triggerDirection: 2 })
  expect(amend(bench, { orderLinkId: 'fall', triggerPrice: '60000.00' }).reply.retCode).toBe(110093)
})

test('TP of a position is amended by its order id; its quantity is the position, whatever one asks', () => {
  const bench = createStillMarket()
  offer(bench, 'Sell', '0.020', '60000.00')
  bench.order({ ...BTC, side: 'Buy', qty: '0.020', price: '60000.00', takeProfit: '60300.00' })
  const orderId = bench.rows('/v5/order/realtime', BTC)[0]!['orderId']
  expect(amend(bench, { orderId, triggerPrice: '60400.00' }).reply.retCode).toBe(0)
  expect(bench.position('BTCUSDT')).toMatchObject({ takeProfit: '60400.00' })
  expect(amend(bench, { orderId, qty: '0.010' }).reply).toMatchObject({ retMsg: 'params error: qty invalid' })
  expect(bench.post('/v5/order/cancel', { ...BTC, orderId }).reply.retCode).toBe(0)
  expect(bench.position('BTCUSDT')).toMatchObject({ takeProfit: '0' })
})

const slowCancels = (): Bench => createStillMarket((world) => (world.matching.cancelDelayMs = 100))
const cancel = (bench: Bench) => bench.post('/v5/order/cancel', { ...BTC, orderLinkId: 'a' })

test('a cancel that is accepted and loses the race is told of as a second Filled', () => {
  const bench = slowCancels()
  bench.order(BUY)
  const accepted = cancel(bench)
  expect(accepted.reply.retCode).toBe(0)
  expect(accepted.pushes).toEqual([])
  bench.pass(99)
  const { pushes } = bench.order({ ...BTC, side: 'Sell', qty: '0.010', price: '59900.00' }, OTHER)
  const filled = { orderStatus: 'Filled', cumExecQty: '0.010', leavesQty: '0.000' }
  expect(privateRows(pushes, 'order')).toMatchObject([{ ...filled, cancelType: 'UNKNOWN', rejectReason: 'EC_NoError' }])
  expect(privateRows(bench.pass(1), 'order')).toMatchObject([
    { ...filled, cancelType: 'CancelByUser', rejectReason: 'EC_OrigClOrdIDDoesNotExist' },
  ])
  // It only says that the cancel failed: the order itself ended with the first row.
  expect(bench.rows('/v5/order/history', { ...BTC, orderLinkId: 'a' })).toMatchObject([
    { ...filled, rejectReason: 'EC_NoError' },
  ])
  expect(bench.position('BTCUSDT')).toMatchObject({ size: '0.010' })
})

test('a cancel that takes effect late keeps what was filled until then, and leaves nothing', () => {
  const bench = slowCancels()
  bench.order(BUY)
  cancel(bench)
  offer(bench, 'Sell', '0.004', '59900.00')
  expect(privateRows(bench.pass(100), 'order')).toMatchObject([
    { orderStatus: 'Cancelled', cumExecQty: '0.004', leavesQty: '0.000', qty: '0.010', cancelType: 'CancelByUser' },
  ])
  expect(bench.pass(1_000)).toEqual([])
})

test('while a cancel is on its way the order is busy: 110079', () => {
  const bench = slowCancels()
  bench.order(BUY)
  cancel(bench)
  expect(cancel(bench).reply.retCode).toBe(110079)
  expect(amend(bench, { qty: '0.020' }).reply.retCode).toBe(110079)
  expect(bench.post('/v5/order/cancel-all', BTC).reply.result).toMatchObject({ list: [] })
  bench.pass(100)
  expect(cancel(bench).reply.retCode).toBe(110001)
})
