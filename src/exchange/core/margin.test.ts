import { expect, test } from 'vitest'
import type { Bench } from './test-support/bench.ts'
import { heldBench, move, wallet } from './test-support/money.ts'

const BTC = { symbol: 'BTCUSDT' }
const TAKER = 0.00055

const leverage = (bench: Bench, times: string, symbol = 'BTCUSDT') =>
  bench.post('/v5/position/set-leverage', { symbol, buyLeverage: times, sellLeverage: times }).reply

test('a position ties up its value at mark over leverage, and the fee to close at its bankruptcy price', () => {
  const bench = heldBench()
  bench.order({ ...BTC, side: 'Buy', qty: '1' })
  for (const bps of [0, 100, -300]) {
    move(bench, 'BTCUSDT', bps)
    const row = bench.position('BTCUSDT')
    const value = Number(row['markPrice'])
    expect(Number(row['positionValue'])).toBe(value)
    expect(Number(row['positionIM'])).toBeCloseTo(value / 10 + value * 0.9 * TAKER, 6)
    expect(Number(row['positionMM'])).toBeCloseTo(value * 0.005 + value * 0.9 * TAKER, 6)
    expect(row).toMatchObject({ positionIMByMp: row['positionIM'], positionMMByMp: row['positionMM'] })
  }
})

test('a short closes above its value, so its fee to close is larger', () => {
  const bench = heldBench()
  bench.order({ ...BTC, side: 'Sell', qty: '1' })
  const row = bench.position('BTCUSDT')
  const value = Number(row['markPrice'])
  expect(Number(row['positionIM'])).toBeCloseTo(value / 10 + value * 1.1 * TAKER, 6)
})

test('an open order holds margin and the fees both ways at its own price, and gives them back', () => {
  const bench = heldBench()
  const held = () => (wallet(bench)['coin'] as unknown as readonly Record<string, string>[])[0]?.['totalOrderIM']
  bench.order({ ...BTC, side: 'Buy', qty: '1', price: '59000.00' })
  expect(Number(held())).toBeCloseTo(5_900 + 59_000 * TAKER + 59_000 * 0.9 * TAKER, 6)
  bench.post('/v5/order/cancel-all', BTC)
  expect(held()).toBe('0')
})

test('totals are the sums: available is margin balance less what is tied up, rates are shares of margin balance', () => {
  const bench = heldBench()
  bench.order({ ...BTC, side: 'Buy', qty: '1' })
  bench.order({ symbol: 'ETHUSDT', side: 'Sell', qty: '2' })
  bench.order({ ...BTC, side: 'Buy', qty: '0.5', price: '59000.00' })
  move(bench, 'BTCUSDT', -50)
  const row = wallet(bench)
  const number = (name: string) => Number(row[name])
  const positions = [bench.position('BTCUSDT'), bench.position('ETHUSDT')]
  const sum = (name: string) => positions.reduce((total, each) => total + Number(each[name]), 0)
  expect(number('totalPerpUPL')).toBeCloseTo(sum('unrealisedPnl'), 6)
  expect(number('totalMaintenanceMargin')).toBeCloseTo(sum('positionMM'), 6)
  expect(number('totalMarginBalance')).toBeCloseTo(number('totalWalletBalance') + number('totalPerpUPL'), 6)
  expect(number('totalAvailableBalance')).toBeCloseTo(number('totalMarginBalance') - number('totalInitialMargin'), 6)
  expect(number('accountMMRate')).toBeCloseTo(number('totalMaintenanceMargin') / number('totalMarginBalance'), 4)
})

test('an order beyond what is available is refused with 110007, another text once the account is under water', () => {
  const bench = heldBench((world) => (world.accounts[0]!.usdt = '7000'))
  const order = (qty: string) => bench.order({ ...BTC, side: 'Buy', qty }).reply
  expect(order('2')).toMatchObject({ retCode: 110007, retMsg: 'ab not enough for new order' })
  expect(order('1').retCode).toBe(0)
  move(bench, 'BTCUSDT', -500)
  expect(order('0.001')).toMatchObject({ retCode: 110007, retMsg: 'CheckMarginRatio fail! InsufficientAB' })
  // Closing needs no margin.
  expect(bench.order({ ...BTC, side: 'Sell', qty: '0.5' }).reply.retCode).toBe(0)
})

test('an amend that shrinks is never refused for want of margin', () => {
  const bench = heldBench((world) => (world.accounts[0]!.usdt = '14000'))
  bench.order({ ...BTC, side: 'Buy', qty: '1' })
  bench.order({ ...BTC, side: 'Buy', qty: '1', price: '50000.00', orderLinkId: 'resting' })
  move(bench, 'BTCUSDT', -800)
  expect(wallet(bench)).toMatchObject({ totalAvailableBalance: '0' })
  const amend = (qty: string) => bench.post('/v5/order/amend', { ...BTC, orderLinkId: 'resting', qty }).reply.retCode
  expect(amend('1.1')).toBe(110007)
  expect(amend('0.99')).toBe(0)
})

const tiers = heldBench.bind(null, (world) => {
  world.instruments[0]!.riskTiers = [
    { limitUsd: 100_000, maxLeverage: '100', maintenanceRate: '0.005' },
    { limitUsd: 200_000, maxLeverage: '25', maintenanceRate: '0.01' },
  ]
})

test('a position larger than its leverage allows is refused with the leverage that would do', () => {
  const bench = tiers()
  expect(leverage(bench, '50').retCode).toBe(0)
  const order = (qty: string) => bench.order({ ...BTC, side: 'Buy', qty }).reply
  expect(order('2')).toMatchObject({
    retCode: 110090,
    retMsg:
      'Order placement failed as your position may exceed the max limit. Please adjust your leverage to 25 or below to increase the max. position limit',
  })
  expect(leverage(bench, '25').retCode).toBe(0)
  expect(order('4').retCode).toBe(110090)
  expect(order('2').retCode).toBe(0)
  // What is held counts; what only turns a position round counts for what it becomes.
  expect(order('2').retCode).toBe(110090)
  expect(bench.position('BTCUSDT')).toMatchObject({ riskId: 2, riskLimitValue: '200000', leverage: '25' })
  // A position in the second tier cannot have more leverage than that tier.
  expect(leverage(bench, '50')).toMatchObject({
    retCode: 110013,
    retMsg: 'Cannot set leverage due to risk limit level.',
  })
  expect(bench.order({ ...BTC, side: 'Sell', qty: '4' }).reply.retCode).toBe(0)
})

test('maintenance margin does not jump where one tier ends and the next begins', () => {
  const bench = tiers()
  bench.order({ ...BTC, side: 'Buy', qty: '2' })
  const row = bench.position('BTCUSDT')
  const value = Number(row['positionValue'])
  // 0.5 % of the first 100,000, 1 % of the rest.
  expect(Number(row['positionMM'])).toBeCloseTo(500 + (value - 100_000) * 0.01 + value * 0.9 * TAKER, 5)
})

test('set-leverage: equal sides, within the limits, unchanged is 110043, and the margin must be there', () => {
  const bench = heldBench((world) => (world.accounts[0]!.usdt = '7000'))
  expect(leverage(bench, '10')).toMatchObject({ retCode: 110043, retMsg: 'Set leverage not modified' })
  for (const bad of ['0.5', '101', 'x', '', '10.001']) expect(leverage(bench, bad).retCode).toBe(10001)
  const unequal = { ...BTC, buyLeverage: '5', sellLeverage: '6' }
  expect(bench.post('/v5/position/set-leverage', unequal).reply.retCode).toBe(10001)
  bench.order({ ...BTC, side: 'Buy', qty: '1' })
  expect(leverage(bench, '5')).toMatchObject({ retCode: 110044, retMsg: 'Available margin is insufficient.' })
  expect(bench.position('BTCUSDT')).toMatchObject({ leverage: '10' })
  expect(leverage(bench, '20').retCode).toBe(0)
  expect(bench.position('BTCUSDT')).toMatchObject({ leverage: '20' })
})

test('closing at the break-even price brings back what the position has cost, fees both ways included', () => {
  for (const side of ['Buy', 'Sell'] as const) {
    const bench = heldBench()
    bench.order({ ...BTC, side, qty: '1' })
    const row = bench.position('BTCUSDT')
    const price = Number(row['breakEvenPrice'])
    const sign = side === 'Buy' ? 1 : -1
    const gain = sign * (price - Number(row['avgPrice'])) - price * TAKER + Number(row['curRealisedPnl'])
    expect(gain).toBeCloseTo(0, 2)
    expect(sign * (price - Number(row['avgPrice']))).toBeGreaterThan(0)
  }
})

test('at the liquidation price maintenance margin is what is left, for longs, shorts and beside other positions', () => {
  for (const side of ['Buy', 'Sell'] as const) {
    const bench = heldBench((world) => (world.accounts[0]!.usdt = '8000'))
    bench.order({ symbol: 'ETHUSDT', side: 'Buy', qty: '2' })
    bench.order({ ...BTC, side, qty: '1' })
    const row = bench.position('BTCUSDT')
    const price = Number(row['liqPrice'])
    const sign = side === 'Buy' ? -1 : 1
    expect(sign * (price - Number(row['markPrice']))).toBeGreaterThan(0)
    move(bench, 'BTCUSDT', (price / Number(row['markPrice']) - 1) * 10_000)
    const { totalMarginBalance, totalMaintenanceMargin } = wallet(bench)
    const off = Number(totalMarginBalance) - Number(totalMaintenanceMargin)
    expect(Math.abs(off), side).toBeLessThan(1)
  }
})

test('a liquidation price outside the instrument is not shown, nor is one of a flat position', () => {
  const bench = heldBench()
  bench.order({ ...BTC, side: 'Buy', qty: '0.010' })
  expect(bench.position('BTCUSDT')).toMatchObject({ liqPrice: '', bustPrice: '' })
  expect(bench.position('ETHUSDT')).toMatchObject({ liqPrice: '', breakEvenPrice: '0', positionIM: '0' })
})
