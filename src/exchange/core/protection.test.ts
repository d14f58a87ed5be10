import { expect, test } from 'vitest'
import { type Bench, privateRows, type Row } from './test-support/bench.ts'
import { BTC, createStillMarket, offer, tradeAt } from './test-support/stillmarket.ts'

/** Opens 0.020 long at 60,000 with a limit order. */
const LONG = { ...BTC, side: 'Buy', qty: '0.020', price: '60000.00', orderLinkId: 'entry' }

function openLong(bench: Bench, more: Readonly<Record<string, unknown>> = {}): readonly Row[] {
  offer(bench, 'Sell', '0.020', '60000.00')
  const { reply, pushes } = bench.order({ ...LONG, ...more })
  expect(reply.retCode).toBe(0)
  return privateRows(pushes, 'order')
}

const stopsOf = (bench: Bench): readonly Row[] => bench.rows('/v5/order/realtime', { ...BTC, orderFilter: 'StopOrder' })

test('TP and SL of an order are on its row, and with its fill become conditional orders of the position', () => {
  const bench = createStillMarket()
  const targets = { takeProfit: '60300.00', stopLoss: '59800.00', slTriggerBy: 'MarkPrice' }
  const [entry] = openLong(bench, targets)
  expect(entry).toMatchObject({
    orderStatus: 'Filled',
    takeProfit: '60300.00',
    stopLoss: '59800.00',
    tpTriggerBy: 'LastPrice',
    slTriggerBy: 'MarkPrice',
    tpslMode: 'Full',
  })
  const parent = { parentOrderLinkId: 'entry' }
  const common = {
    ...parent,
    orderStatus: 'Untriggered',
    side: 'Sell',
    qty: '0.020',
    reduceOnly: true,
    closeOnTrigger: true,
  }
  expect(stopsOf(bench)).toMatchObject([
    {
      ...common,
      stopOrderType: 'StopLoss',
      createType: 'CreateByStopLoss',
      triggerDirection: 2,
      triggerBy: 'MarkPrice',
    },
    { ...common, stopOrderType: 'TakeProfit', createType: 'CreateByTakeProfit', triggerDirection: 1, tpslMode: 'Full' },
  ])
  expect(bench.position('BTCUSDT')).toMatchObject({ takeProfit: '60300.00', stopLoss: '59800.00', trailingStop: '0' })
})

test('nothing protects a position that is not there yet', () => {
  const bench = createStillMarket()
  bench.order({ ...LONG, price: '59900.00', takeProfit: '60300.00' })
  expect(stopsOf(bench)).toEqual([])
  tradeAt(bench, '60310.00')
  expect(bench.rows('/v5/order/realtime', BTC)).toMatchObject([{ orderStatus: 'New', takeProfit: '60300.00' }])
})

test.each([
  ['TakeProfit', '60300.00', '60290.00'],
  ['StopLoss', '59800.00', '59790.00'],
])('a %s that is reached closes the position, and the other goes', (type, triggerPrice, exitPrice) => {
  const bench = createStillMarket()
  openLong(bench, { takeProfit: '60300.00', stopLoss: '59800.00' })
  offer(bench, 'Buy', '0.020', exitPrice)
  const rows = privateRows(tradeAt(bench, triggerPrice), 'order')
  const own = rows.filter((row) => row['stopOrderType'] === type)
  expect(own).toMatchObject([
    { orderStatus: 'Triggered', orderType: 'Market' },
    { orderStatus: 'Filled', createType: `CreateBy${type}`, cumExecQty: '0.020', avgPrice: exitPrice.slice(0, 5) },
  ])
  expect(rows.filter((row) => row['stopOrderType'] !== type)).toMatchObject([
    { orderStatus: 'Deactivated', cancelType: 'CancelByTpSlTsClear' },
  ])
  expect(bench.position('BTCUSDT')).toMatchObject({ size: '0', takeProfit: '0', stopLoss: '0' })
  expect(stopsOf(bench)).toEqual([])
})

test('TP and SL vanish when the position is closed by other means, or turned', () => {
  for (const qty of ['0.020', '0.030']) {
    const bench = createStillMarket()
    openLong(bench, { takeProfit: '60300.00', stopLoss: '59800.00' })
    offer(bench, 'Buy', '0.030', '59990.00')
    const { pushes } = bench.order({ ...BTC, side: 'Sell', qty, price: '59990.00' })
    const gone = privateRows(pushes, 'order').filter((row) => row['cancelType'] === 'CancelByTpSlTsClear')
    expect(gone.map((row) => row['stopOrderType']).sort()).toEqual(['StopLoss', 'TakeProfit'])
    expect(stopsOf(bench)).toEqual([])
  }
})

test('TP and SL of the whole position follow its size', () => {
  const bench = createStillMarket()
  openLong(bench, { takeProfit: '60300.00' })
  offer(bench, 'Sell', '0.010', '60000.00')
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '60000.00' })
  expect(stopsOf(bench)).toMatchObject([{ qty: '0.030', stopOrderType: 'TakeProfit' }])
  offer(bench, 'Buy', '0.025', '59990.00')
  bench.order({ ...BTC, side: 'Sell', qty: '0.025', price: '59990.00', reduceOnly: true })
  expect(stopsOf(bench)).toMatchObject([{ qty: '0.005' }])
})

test('partial TP and SL are a pair for what was filled; what one fills the other loses', () => {
  const bench = createStillMarket()
  const limit = { tpOrderType: 'Limit', tpLimitPrice: '60200.00' }
  openLong(bench, { takeProfit: '60300.00', stopLoss: '59800.00', tpslMode: 'Partial', ...limit })
  expect(stopsOf(bench)).toMatchObject([
    { stopOrderType: 'PartialStopLoss', createType: 'CreateByPartialStopLoss', qty: '0.020', tpslMode: 'Partial' },
    { stopOrderType: 'PartialTakeProfit', qty: '0.020', orderType: 'Limit', price: '60200.00' },
  ])
  // The position row shows those for the whole position only.
  expect(bench.position('BTCUSDT')).toMatchObject({ takeProfit: '0', stopLoss: '0' })
  const rows = privateRows(tradeAt(bench, '60300.00'), 'order')
  expect(rows.map((row) => row['orderStatus'])).toEqual(['Triggered', 'New'])
  offer(bench, 'Buy', '0.015', '60200.00')
  expect(stopsOf(bench)).toMatchObject([{ stopOrderType: 'PartialStopLoss', qty: '0.005' }])
  offer(bench, 'Buy', '0.005', '60200.00')
  expect(stopsOf(bench)).toEqual([])
  expect(bench.position('BTCUSDT')).toMatchObject({ size: '0' })
})

test('a partial pair grows with the fills of its order', () => {
  const bench = createStillMarket()
  offer(bench, 'Sell', '0.005', '60000.00')
  bench.order({ ...LONG, takeProfit: '60300.00', stopLoss: '59800.00', tpslMode: 'Partial' })
  expect(stopsOf(bench).map((row) => row['qty'])).toEqual(['0.005', '0.005'])
  offer(bench, 'Sell', '0.010', '60000.00')
  expect(stopsOf(bench).map((row) => row['qty'])).toEqual(['0.015', '0.015'])
})

test.each(['Full', 'Partial'])('an order that turns the position protects what it opens, %s', (tpslMode) => {
  const bench = createStillMarket()
  openLong(bench)
  // In two fills: the first closes all there is.
  offer(bench, 'Buy', '0.020', '60000.00')
  offer(bench, 'Buy', '0.010', '59990.00')
  bench.order({ ...BTC, side: 'Sell', qty: '0.030', price: '59990.00', takeProfit: '59800.00', tpslMode })
  expect(bench.position('BTCUSDT')).toMatchObject({ side: 'Sell', size: '0.010' })
  expect(stopsOf(bench)).toMatchObject([{ side: 'Buy', qty: '0.010', triggerDirection: 2, tpslMode }])
})

test.each([
  [
    'Buy',
    { takeProfit: '59900.00' },
    'TakeProfit:5990000000000 set for Buy position should be higher than base_price:6000000000000??LastPrice',
  ],
  [
    'Buy',
    { stopLoss: '60100.00' },
    'StopLoss:6010000000000 set for Buy position should lower than base_price:6000000000000??LastPrice',
  ],
  [
    'Sell',
    { takeProfit: '60100.00' },
    'TakeProfit:6010000000000 set for Sell position should be lower than base_price:6000000000000??LastPrice',
  ],
  [
    'Sell',
    { stopLoss: '59900.00' },
    'StopLoss:5990000000000 set for Sell position should greater base_price:6000000000000??LastPrice',
  ],
])('a %s order with %j on the wrong side is refused', (side, targets, retMsg) => {
  const { reply } = createStillMarket().order({ ...LONG, side, ...targets })
  expect(reply).toMatchObject({ retCode: 10001, retMsg })
})

test.each([
  ['a reduce-only order', { reduceOnly: true, takeProfit: '60300.00' }, /reduce-only order cannot have TP\/SL/],
  [
    'a limit TP for the whole position',
    { takeProfit: '60300.00', tpOrderType: 'Limit', tpLimitPrice: '60300.00' },
    /Full only supports/,
  ],
  [
    'a limit TP without a price',
    { takeProfit: '60300.00', tpslMode: 'Partial', tpOrderType: 'Limit' },
    /tpLimitPrice invalid/,
  ],
  ['an unknown mode', { takeProfit: '60300.00', tpslMode: 'Half' }, /tpslMode invalid/],
  ['an unknown price kind', { stopLoss: '59800.00', slTriggerBy: 'Ask' }, /slTriggerBy invalid/],
  ['a TP off the tick', { takeProfit: '60300.05' }, /takeProfit invalid/],
])('%s is refused', (_what, change, text) => {
  const bench = createStillMarket()
  openLong(bench)
  const { reply } = bench.order({ ...LONG, orderLinkId: 'again', ...change })
  expect(reply.retCode).toBe(10001)
  expect(reply.retMsg).toMatch(text)
})

test('an order keeps TP and SL through amends, and "0" clears them', () => {
  const bench = createStillMarket()
  bench.order({ ...LONG, price: '59900.00', takeProfit: '60300.00', stopLoss: '59800.00' })
  const amend = (change: Readonly<Record<string, unknown>>) =>
    privateRows(bench.post('/v5/order/amend', { ...BTC, orderLinkId: 'entry', ...change }).pushes, 'order')
  expect(amend({ takeProfit: '60400.00' })).toMatchObject([{ takeProfit: '60400.00', stopLoss: '59800.00' }])
  expect(amend({ price: '59950.00' })).toMatchObject([{ price: '59950.00', takeProfit: '60400.00' }])
  expect(amend({ stopLoss: '0' })).toMatchObject([{ takeProfit: '60400.00', stopLoss: '' }])
  expect(amend({ takeProfit: '0' })).toMatchObject([{ takeProfit: '', stopLoss: '', tpslMode: '' }])
})

test('each leg of hedge mode has its own TP and SL', () => {
  const bench = createStillMarket((world) => (world.accounts[0]!.positionMode = 3))
  offer(bench, 'Sell', '0.020', '60000.00')
  bench.order({ ...LONG, positionIdx: 1, takeProfit: '60300.00' })
  offer(bench, 'Buy', '0.020', '60000.00')
  bench.order({ ...LONG, side: 'Sell', positionIdx: 2, takeProfit: '59700.00', orderLinkId: 'short' })
  offer(bench, 'Buy', '0.020', '60290.00')
  tradeAt(bench, '60300.00')
  expect(bench.position('BTCUSDT', 1)).toMatchObject({ size: '0', takeProfit: '0' })
  expect(bench.position('BTCUSDT', 2)).toMatchObject({ size: '0.020', takeProfit: '59700.00' })
})

test('an account that trades with itself keeps its position and what protects it', () => {
  const bench = createStillMarket()
  openLong(bench, { takeProfit: '60300.00' })
  bench.order({ ...BTC, side: 'Sell', qty: '0.020', price: '60100.00', reduceOnly: true })
  bench.order({ ...BTC, side: 'Buy', qty: '0.020', price: '60100.00' })
  expect(bench.position('BTCUSDT')).toMatchObject({ size: '0.020' })
  expect(stopsOf(bench)).toMatchObject([{ stopOrderType: 'TakeProfit', qty: '0.020' }])
})
