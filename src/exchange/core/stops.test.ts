import { expect, test } from 'vitest'
import { type Bench, createBench, MAIN, noLimits, privateRows, worldOf } from './test-support/bench.ts'
import { BTC, createStillMarket, offer, tradeAt } from './test-support/stillmarket.ts'

const STOP = { ...BTC, side: 'Buy', qty: '0.010', triggerPrice: '60100.00', triggerDirection: 1, orderLinkId: 'stop' }

function orderOf(bench: Bench, orderLinkId: string) {
  const params = { ...BTC, orderLinkId }
  return bench.rows('/v5/order/realtime', params)[0] ?? bench.rows('/v5/order/history', params)[0]
}

const heldMargin = (bench: Bench): string => {
  const [wallet] = bench.rows('/v5/account/wallet-balance', { accountType: 'UNIFIED' })
  return (wallet!['coin'] as unknown as Record<string, string>[])[0]!['totalOrderIM']!
}

test('a conditional order waits as Untriggered, holds no margin and is in no book', () => {
  const bench = createStillMarket()
  const { reply, pushes } = bench.order({ ...STOP, price: '60100.00' })
  expect(reply).toMatchObject({ retCode: 0, result: { orderLinkId: 'stop' } })
  expect(privateRows(pushes, 'order')).toMatchObject([
    {
      orderStatus: 'Untriggered',
      stopOrderType: 'Stop',
      createType: 'CreateByStopOrder',
      triggerPrice: '60100.00',
      triggerDirection: 1,
      triggerBy: 'LastPrice',
      price: '60100.00',
      qty: '0.010',
      leavesQty: '0.010',
    },
  ])
  expect(privateRows(pushes, 'position')).toHaveLength(1)
  expect(heldMargin(bench)).toBe('0')
  expect(bench.get('/v5/market/orderbook', BTC).result).toMatchObject({ b: [], a: [] })
})

test('when its price comes the order is Triggered for a moment and then goes the usual way', () => {
  const bench = createStillMarket()
  bench.order(STOP)
  offer(bench, 'Sell', '0.010', '60150.00')
  expect(privateRows(tradeAt(bench, '60099.90'), 'order')).toEqual([])
  const pushes = tradeAt(bench, '60100.00')
  expect(privateRows(pushes, 'order')).toMatchObject([
    { orderStatus: 'Triggered', cumExecQty: '0.000' },
    { orderStatus: 'Filled', cumExecQty: '0.010', avgPrice: '60150', orderType: 'Market', stopOrderType: 'Stop' },
  ])
  expect(privateRows(pushes, 'execution')).toMatchObject([
    { createType: 'CreateByStopOrder', stopOrderType: 'Stop', execPrice: '60150.00' },
  ])
  expect(bench.position('BTCUSDT')).toMatchObject({ size: '0.010' })
})

test('a triggered limit order rests as New, with its margin held, and can be amended and cancelled', () => {
  const bench = createStillMarket()
  bench.order({ ...STOP, price: '60050.00' })
  const rows = privateRows(tradeAt(bench, '60110.00'), 'order')
  expect(rows.map((row) => row['orderStatus'])).toEqual(['Triggered', 'New'])
  expect(Number(heldMargin(bench))).toBeGreaterThan(60)
  expect(bench.post('/v5/order/amend', { ...BTC, orderLinkId: 'stop', price: '60040.00' }).reply.retCode).toBe(0)
  expect(orderOf(bench, 'stop')).toMatchObject({ orderStatus: 'New', price: '60040.00' })
  bench.post('/v5/order/cancel', { ...BTC, orderLinkId: 'stop' })
  expect(orderOf(bench, 'stop')).toMatchObject({ orderStatus: 'Cancelled', cancelType: 'CancelByUser' })
  expect(heldMargin(bench)).toBe('0')
})

test.each([
  ['PostOnly', '60200.00', 'EC_PostOnlyWillTakeLiquidity'],
  ['IOC', '60050.00', 'EC_NoImmediateQtyToFill'],
  ['FOK', '60200.00', 'EC_CancelForNoFullFill'],
])('a triggered %s order ends as any other would', (timeInForce, price, rejectReason) => {
  const bench = createStillMarket()
  bench.order({ ...STOP, timeInForce, price })
  offer(bench, 'Sell', '0.005', '60150.00')
  const rows = privateRows(tradeAt(bench, '60110.00'), 'order')
  expect(rows).toMatchObject([{ orderStatus: 'Triggered' }, { orderStatus: 'Cancelled', rejectReason }])
})

test.each([
  ['LastPrice', 1, '60100.00'],
  ['LastPrice', 2, '59900.00'],
  ['MarkPrice', 1, '60100.00'],
  ['MarkPrice', 2, '59900.00'],
  ['IndexPrice', 1, '60100.00'],
  ['IndexPrice', 2, '59900.00'],
])('a trigger on %s, direction %i, at %s looks at that price alone', (triggerBy, triggerDirection, triggerPrice) => {
  const bench = createStillMarket()
  bench.order({ ...STOP, triggerBy, triggerDirection, triggerPrice, price: '59800.00' })
  const bps = triggerDirection === 1 ? 20 : -20
  const byMarks = () => bench.core.control({ do: 'move', symbol: 'BTCUSDT', bps }, bench.nowMs())
  const byLast = () => tradeAt(bench, triggerPrice)
  const [other, own] = triggerBy === 'LastPrice' ? [byMarks, byLast] : [byLast, byMarks]
  expect(privateRows(other(), 'order')).toEqual([])
  expect(privateRows(own(), 'order')).toMatchObject([{ orderStatus: 'Triggered' }, { orderStatus: 'New' }])
})

test.each([
  [1, '60000.00', 110092, 'expect Rising, but trigger_price[600000000] <= current[600000000]??LastPrice'],
  [1, '59900.00', 110092, 'expect Rising, but trigger_price[599000000] <= current[600000000]??LastPrice'],
  [2, '60000.00', 110093, 'expect Falling, but trigger_price[600000000] >= current[600000000]??LastPrice'],
  [2, '60100.00', 110093, 'expect Falling, but trigger_price[601000000] >= current[600000000]??LastPrice'],
])(
  'direction %i to %s, where the price is already, is refused with %i',
  (triggerDirection, triggerPrice, code, text) => {
    const bench = createStillMarket()
    expect(bench.order({ ...STOP, triggerDirection, triggerPrice }).reply).toMatchObject({
      retCode: code,
      retMsg: text,
    })
  },
)

test.each([
  ['no direction', { triggerDirection: undefined }, 'triggerDirection'],
  ['an unknown direction', { triggerDirection: 3 }, 'triggerDirection'],
  ['an unknown kind of price', { triggerBy: 'MidPrice' }, 'triggerBy'],
  ['a trigger price off the tick', { triggerPrice: '60100.05' }, 'triggerPrice'],
])('%s is refused', (_what, change, name) => {
  const { reply } = createStillMarket().order({ ...STOP, ...change })
  expect(reply).toMatchObject({ retCode: 10001, retMsg: `params error: ${name} invalid` })
})

test('the eleventh conditional order of a symbol answers 110009; active ones are counted by themselves', () => {
  const bench = createStillMarket()
  for (let n = 0; n < 10; n += 1) expect(bench.order({ ...STOP, orderLinkId: `s-${n}` }).reply.retCode).toBe(0)
  expect(bench.order(STOP).reply.retCode).toBe(110009)
  const eth = { symbol: 'ETHUSDT', side: 'Buy', qty: '0.10', triggerPrice: '3100.00', triggerDirection: 1 }
  expect(bench.order(eth).reply.retCode).toBe(0)
  for (let n = 0; n < 500; n += 1) {
    expect(bench.order({ ...BTC, side: 'Buy', qty: '0.001', price: '59900.00' }).reply.retCode).toBe(0)
  }
  bench.post('/v5/order/cancel', { ...BTC, orderLinkId: 's-0' })
  expect(bench.order(STOP).reply.retCode).toBe(0)
})

test('an order that has been triggered is no conditional one any more: its place is free', () => {
  const bench = createStillMarket()
  for (let n = 0; n < 10; n += 1) bench.order({ ...STOP, price: '60050.00', orderLinkId: `s-${n}` })
  tradeAt(bench, '60110.00')
  expect(bench.order({ ...STOP, triggerPrice: '60200.00' }).reply.retCode).toBe(0)
})

test.each(['Cancelled', 'Rejected'] as const)(
  'an order its price finds without the money for it ends %s, as the world says',
  (status) => {
    const bench = createStillMarket((world) => (world.doubts.unaffordableTrigger = status))
    // Far more than 100,000 USDT carry at 10x; it holds nothing while it waits.
    expect(bench.order({ ...STOP, qty: '30' }).reply.retCode).toBe(0)
    expect(privateRows(tradeAt(bench, '60100.00'), 'order')).toMatchObject([
      { orderStatus: 'Triggered' },
      { orderStatus: status, cumExecQty: '0.000', leavesQty: '0.000', cancelType: 'CancelByCannotAffordOrderCost' },
    ])
    expect(heldMargin(bench)).toBe('0')
  },
)

test.each(['Deactivated', 'Cancelled'] as const)(
  'cancelled before its price came it ends %s, and never fires',
  (status) => {
    const bench = createStillMarket((world) => (world.doubts.cancelledStopStatus = status))
    bench.order(STOP)
    const { pushes } = bench.post('/v5/order/cancel', { ...BTC, orderLinkId: 'stop' })
    expect(privateRows(pushes, 'order')).toMatchObject([
      { orderStatus: status, cancelType: 'CancelByUser', leavesQty: '0.000', cumExecQty: '0.000' },
    ])
    expect(privateRows(tradeAt(bench, '60200.00'), 'order')).toEqual([])
  },
)

test.each([
  ['', ['active', 'stop', 'take-profit']],
  ['Order', ['active']],
  ['StopOrder', ['stop', 'take-profit']],
  ['OpenOrder', ['active']],
])('orderFilter "%s" of realtime and cancel-all means %j', (orderFilter, expected) => {
  const bench = createStillMarket()
  offer(bench, 'Sell', '0.010', '60000.00')
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '60000.00', takeProfit: '60500.00' })
  bench.order(STOP)
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '59900.00', orderLinkId: 'active' })
  const nameOf = (row: { readonly [name: string]: unknown }) => row['orderLinkId'] || 'take-profit'
  const open = bench.rows('/v5/order/realtime', { ...BTC, orderFilter })
  expect(open.map(nameOf).sort()).toEqual(expected)
  const ended = bench.post('/v5/order/cancel-all', { ...BTC, orderFilter }).reply.result as { list: typeof open }
  expect(ended.list.map(nameOf).sort()).toEqual(expected)
})

test('cancel-all of StopOrder with stopOrderType Stop leaves TP and SL alone', () => {
  const bench = createStillMarket()
  offer(bench, 'Sell', '0.010', '60000.00')
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '60000.00', takeProfit: '60500.00' })
  bench.order(STOP)
  const filter = { orderFilter: 'StopOrder', stopOrderType: 'Stop' }
  expect(bench.post('/v5/order/cancel-all', { ...BTC, ...filter }).reply.result).toMatchObject({
    list: [{ orderLinkId: 'stop' }],
  })
  expect(bench.rows('/v5/order/realtime', BTC)).toMatchObject([{ stopOrderType: 'TakeProfit' }])
})

test('history tells orders that ended waiting from those that did not', () => {
  const bench = createStillMarket()
  bench.order({ ...STOP, orderLinkId: 'waited' })
  bench.order({ ...STOP, orderLinkId: 'fired', price: '60050.00' })
  bench.post('/v5/order/cancel', { ...BTC, orderLinkId: 'waited' })
  tradeAt(bench, '60110.00')
  bench.post('/v5/order/cancel', { ...BTC, orderLinkId: 'fired' })
  const found = (orderFilter: string) =>
    bench.rows('/v5/order/history', { ...BTC, orderFilter }).map((row) => row['orderLinkId'])
  expect([found('StopOrder'), found('Order')]).toEqual([['waited'], ['fired']])
  expect(bench.rows('/v5/order/history', { ...BTC, orderStatus: 'Deactivated' })).toHaveLength(1)
})

test('a reducing conditional order needs no position until its price comes, and ends CancelByReduceOnly without one', () => {
  const bench = createStillMarket()
  const close = { ...STOP, side: 'Sell', reduceOnly: true }
  expect(bench.order(close).reply.retCode).toBe(0)
  expect(privateRows(tradeAt(bench, '60110.00'), 'order')).toMatchObject([
    { orderStatus: 'Triggered' },
    { orderStatus: 'Cancelled', cancelType: 'CancelByReduceOnly', cumExecQty: '0.000' },
  ])
})

test('a conditional close of quantity 0 closes what the position holds by then', () => {
  const bench = createStillMarket()
  const close = { ...STOP, side: 'Sell', qty: '0', reduceOnly: true, closeOnTrigger: true }
  expect(bench.order(close).reply.retCode).toBe(0)
  offer(bench, 'Sell', '0.020', '60000.00')
  bench.order({ ...BTC, side: 'Buy', qty: '0.020', price: '60000.00' })
  offer(bench, 'Buy', '0.020', '59990.00')
  const rows = privateRows(tradeAt(bench, '60110.00'), 'order')
  expect(rows).toMatchObject([{ orderStatus: 'Triggered' }, { orderStatus: 'Filled', cumExecQty: '0.020' }])
  expect(bench.position('BTCUSDT')).toMatchObject({ size: '0' })
})

test('one trigger may bring about the next', () => {
  const bench = createStillMarket()
  bench.order({ ...STOP, orderLinkId: 'one' })
  bench.order({ ...STOP, orderLinkId: 'two', triggerPrice: '60150.00' })
  offer(bench, 'Sell', '0.010', '60160.00')
  offer(bench, 'Sell', '0.010', '60170.00')
  const rows = privateRows(tradeAt(bench, '60100.00'), 'order')
  expect(rows.map((row) => [row['orderLinkId'], row['orderStatus']])).toEqual([
    ['one', 'Triggered'],
    ['one', 'Filled'],
    ['two', 'Triggered'],
    ['two', 'Filled'],
  ])
})

test('the market itself sets triggers off, at the moment its price moves', () => {
  const bench = createBench(worldOf('calm', noLimits))
  bench.order({ ...STOP, triggerPrice: '60010.00' })
  bench.core.control({ do: 'move', symbol: 'BTCUSDT', bps: 50 }, bench.nowMs())
  const pushes = bench.pass(60_000)
  expect(privateRows(pushes, 'order', MAIN).map((row) => row['orderStatus'])).toEqual(['Triggered', 'Filled'])
  expect(bench.position('BTCUSDT')).toMatchObject({ size: '0.010' })
})
