import { expect, test } from 'vitest'
import { type Bench, privateRows, type Row } from './test-support/bench.ts'
import { BTC, createStillMarket, offer, tradeAt } from './test-support/stillmarket.ts'

const STOP_PATH = '/v5/position/trading-stop'

/** 0.020 long at 60,000. */
function openLong(bench: Bench): void {
  offer(bench, 'Sell', '0.020', '60000.00')
  bench.order({ ...BTC, side: 'Buy', qty: '0.020', price: '60000.00' })
}

const stopsOf = (bench: Bench): readonly Row[] => bench.rows('/v5/order/realtime', { ...BTC, orderFilter: 'StopOrder' })

test('trading-stop sets, moves and clears TP, SL and trailing stop of a position', () => {
  const bench = createStillMarket()
  openLong(bench)
  const set = (change: Readonly<Record<string, unknown>>) =>
    bench.post(STOP_PATH, { ...BTC, tpslMode: 'Full', positionIdx: 0, ...change })
  const first = set({ takeProfit: '60300.00', stopLoss: '59800.00', trailingStop: '50.00' })
  expect(first.reply).toMatchObject({ retCode: 0, retMsg: 'OK', result: {} })
  expect(privateRows(first.pushes, 'position')).toMatchObject([
    { takeProfit: '60300.00', stopLoss: '59800.00', trailingStop: '50.00' },
  ])
  const ids = stopsOf(bench).map((row) => row['orderId'])
  expect(set({ takeProfit: '60400.00' }).reply.retCode).toBe(0)
  expect(bench.position('BTCUSDT')).toMatchObject({ takeProfit: '60400.00', stopLoss: '59800.00' })
  expect(stopsOf(bench).map((row) => row['orderId'])).toEqual(ids)
  expect(set({ takeProfit: '60400.00', stopLoss: '59800.00' }).reply).toMatchObject({
    retCode: 34040,
    retMsg: 'not modified',
  })
  const cleared = set({ takeProfit: '0', stopLoss: '0', trailingStop: '0' })
  expect(privateRows(cleared.pushes, 'order')).toHaveLength(3)
  expect(bench.position('BTCUSDT')).toMatchObject({ takeProfit: '0', stopLoss: '0', trailingStop: '0' })
  expect(set({ takeProfit: '0' }).reply.retCode).toBe(34040)
})

test.each([
  ['a flat position', false, { takeProfit: '60300.00' }, 'can not set tp/sl/ts for zero position'],
  ['another position index', true, { takeProfit: '60300.00', positionIdx: 1 }, 'position idx not match position mode'],
  ['a TP below the price of a long', true, { takeProfit: '59900.00' }, /set for Buy position should be higher/],
  ['an SL above the price of a long', true, { stopLoss: '60100.00' }, /set for Buy position should lower/],
  [
    'a trailing stop to start where the price was',
    true,
    { trailingStop: '50', activePrice: '59900.00' },
    'params error: activePrice invalid',
  ],
  [
    'sizes that differ',
    true,
    { tpslMode: 'Partial', takeProfit: '60300.00', stopLoss: '59800.00', tpSize: '0.010', slSize: '0.005' },
    /must be equal/,
  ],
  [
    'more than the position',
    true,
    { tpslMode: 'Partial', takeProfit: '60300.00', tpSize: '0.021' },
    'params error: tpSize invalid',
  ],
])('trading-stop for %s is refused', (_what, isOpen, change, text) => {
  const bench = createStillMarket()
  if (isOpen) openLong(bench)
  const { reply } = bench.post(STOP_PATH, { ...BTC, positionIdx: 0, ...change })
  expect(reply.retCode).toBe(10001)
  expect(reply.retMsg).toMatch(text)
})

test('trading-stop in partial mode only adds, twenty at most', () => {
  const bench = createStillMarket()
  openLong(bench)
  const add = (change: Readonly<Record<string, unknown>>) =>
    bench.post(STOP_PATH, { ...BTC, tpslMode: 'Partial', positionIdx: 0, ...change }).reply.retCode
  expect(add({ takeProfit: '60300.00', stopLoss: '59800.00', tpSize: '0.005', slSize: '0.005' })).toBe(0)
  expect(add({ takeProfit: '60400.00', tpSize: '0.005' })).toBe(0)
  expect(stopsOf(bench)).toHaveLength(3)
  expect(add({ takeProfit: '0' })).toBe(34040)
  for (let n = 0; n < 17; n += 1) expect(add({ takeProfit: '60400.00', tpSize: '0.001' })).toBe(0)
  expect(add({ takeProfit: '60400.00', tpSize: '0.001' })).toBe(110061)
})

test('a trailing stop follows the best price and closes its distance behind it', () => {
  const bench = createStillMarket()
  openLong(bench)
  bench.post(STOP_PATH, { ...BTC, positionIdx: 0, trailingStop: '50.00' })
  offer(bench, 'Buy', '0.020', '59900.00')
  for (const price of ['60020.00', '60100.00', '60060.00', '60050.10']) tradeAt(bench, price)
  expect(bench.position('BTCUSDT')).toMatchObject({ size: '0.020' })
  const rows = privateRows(tradeAt(bench, '60050.00'), 'order')
  expect(rows).toMatchObject([
    { orderStatus: 'Triggered', stopOrderType: 'TrailingStop' },
    { orderStatus: 'Filled', createType: 'CreateByTrailingStop' },
  ])
  expect(bench.position('BTCUSDT')).toMatchObject({ size: '0', trailingStop: '0' })
})

test('a trailing stop with a starting price waits for it', () => {
  const bench = createStillMarket()
  openLong(bench)
  bench.post(STOP_PATH, { ...BTC, positionIdx: 0, trailingStop: '50.00', activePrice: '60200.00' })
  offer(bench, 'Buy', '0.020', '59900.00')
  expect(stopsOf(bench)).toMatchObject([{ triggerPrice: '60200.00', stopOrderType: 'TrailingStop' }])
  for (const price of ['60100.00', '60000.00', '60210.00', '60170.00']) tradeAt(bench, price)
  expect(bench.position('BTCUSDT')).toMatchObject({ size: '0.020' })
  tradeAt(bench, '60160.00')
  expect(bench.position('BTCUSDT')).toMatchObject({ size: '0' })
})
