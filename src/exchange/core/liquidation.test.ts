import { expect, test } from 'vitest'
import { type Bench, MAIN, OTHER, privateRows } from './test-support/bench.ts'
import { e8, heldBench, move, wallet } from './test-support/money.ts'

const BTC = { symbol: 'BTCUSDT' }

/** One BTC long at 60,000 with 7,000 USDT behind it, an order beside it and one in another symbol. */
function exposed(): Bench {
  const bench = heldBench((world) => (world.accounts[0]!.usdt = '7000'))
  bench.order({ ...BTC, side: 'Buy', qty: '1' })
  bench.order({ ...BTC, side: 'Sell', qty: '0.5', price: '60500.00', reduceOnly: true, orderLinkId: 'exit' })
  bench.order({ symbol: 'ETHUSDT', side: 'Buy', qty: '1', price: '2950.00', orderLinkId: 'other' })
  return bench
}

test('when maintenance margin reaches the margin balance the position is Liq and all orders are cancelled', () => {
  const bench = exposed()
  move(bench, 'BTCUSDT', -1_130)
  const pushes = bench.pass(100)
  const ended = new Map(privateRows(pushes, 'order').map((row) => [row['orderLinkId'], row]))
  expect(ended.get('exit')).toMatchObject({ orderStatus: 'Cancelled', cancelType: 'CancelAllBeforeLiq' })
  expect(ended.get('other')).toMatchObject({ orderStatus: 'Cancelled', cancelType: 'CancelByPrepareLiq' })
  expect(privateRows(pushes, 'position').find((row) => row['size'] === '1.000')).toMatchObject({
    positionStatus: 'Liq',
  })
  expect(bench.position('BTCUSDT')).toMatchObject({ positionStatus: 'Liq', size: '1.000' })
})

test('a position that is being liquidated can be neither added to nor closed', () => {
  const bench = exposed()
  move(bench, 'BTCUSDT', -1_130)
  bench.pass(100)
  for (const order of [{ side: 'Buy' }, { side: 'Sell', reduceOnly: true }]) {
    const { reply } = bench.order({ ...BTC, ...order, qty: '0.1' })
    expect(reply).toMatchObject({ retCode: 110005, retMsg: 'position status error' })
  }
})

test('a position whose margin comes back in time is Normal again', () => {
  const bench = exposed()
  move(bench, 'BTCUSDT', -1_130)
  bench.pass(100)
  move(bench, 'BTCUSDT', 500)
  bench.pass(100)
  expect(bench.position('BTCUSDT')).toMatchObject({ positionStatus: 'Normal', size: '1.000' })
  expect(bench.order({ ...BTC, side: 'Sell', qty: '0.1' }).reply.retCode).toBe(0)
})

test('else it is taken over at its bankruptcy price: nothing is left of the position, next to nothing of the cash', () => {
  const bench = exposed()
  const entry = Number(bench.position('BTCUSDT')['avgPrice'])
  move(bench, 'BTCUSDT', -1_130)
  bench.pass(100)
  const mark = Number(bench.position('BTCUSDT')['markPrice'])
  const pushes = bench.pass(100)
  const [order] = privateRows(pushes, 'order')
  expect(order).toMatchObject({
    createType: 'CreateByLiq',
    orderStatus: 'Filled',
    side: 'Sell',
    cumExecQty: '1.000',
    reduceOnly: true,
  })
  const [execution] = privateRows(pushes, 'execution')
  expect(execution).toMatchObject({
    execType: 'BustTrade',
    createType: 'CreateByLiq',
    orderId: order?.['orderId'],
    closedSize: '1.000',
  })
  const bust = Number(execution?.['execPrice'])
  expect(bust).toBeLessThan(mark)
  expect(bust).toBeGreaterThan(entry - 7_000)
  expect(bench.position('BTCUSDT')).toMatchObject({ size: '0', side: '', positionStatus: 'Normal' })
  const cash = Number(wallet(bench)['totalWalletBalance'])
  expect(cash).toBeGreaterThanOrEqual(0)
  // A tick of one BTC at the most.
  expect(cash).toBeLessThan(0.11)
  expect(bench.rows('/v5/order/history', { ...BTC, orderId: order?.['orderId'] })).toHaveLength(1)
  expect(bench.core.counters()).toMatchObject({ liquidations: 1 })
  // The bankruptcy price covers the fee: the fund had nothing to pay.
  expect(bench.rows('/v5/account/transaction-log', { category: '', type: 'LIQUIDATION' })).toHaveLength(1)
})

test('a price that jumps far beyond leaves no debt either, for a short as for a long', () => {
  for (const [side, bps] of [
    ['Buy', -5_000],
    ['Sell', 8_000],
  ] as const) {
    const bench = heldBench((world) => (world.accounts[0]!.usdt = '7000'))
    bench.order({ ...BTC, side, qty: '1' })
    move(bench, 'BTCUSDT', bps)
    bench.pass(200)
    const [row] = bench.rows('/v5/execution/list', { ...BTC, execType: 'BustTrade' })
    expect(row).toMatchObject({ execType: 'BustTrade', execQty: '1.000' })
    const cash = Number(wallet(bench)['totalWalletBalance'])
    expect(cash, side).toBeGreaterThanOrEqual(0)
    expect(cash, side).toBeLessThan(0.11)
  }
})

test('all positions of an account go together, and share what was left', () => {
  const bench = heldBench((world) => (world.accounts[0]!.usdt = '7000'))
  bench.order({ ...BTC, side: 'Buy', qty: '0.8' })
  bench.order({ symbol: 'ETHUSDT', side: 'Sell', qty: '3' })
  move(bench, 'BTCUSDT', -1_450)
  bench.pass(200)
  const rows = bench.rows('/v5/execution/list', { execType: 'BustTrade' })
  expect(rows.map((row) => row['symbol']).sort()).toEqual(['BTCUSDT', 'ETHUSDT'])
  expect(bench.rows('/v5/position/list', { settleCoin: 'USDT' })).toEqual([])
  const cash = e8(wallet(bench)['totalWalletBalance'])
  expect(cash >= 0n).toBe(true)
})

test('one account liquidated is nothing to the others', () => {
  const bench = exposed()
  bench.order({ ...BTC, side: 'Buy', qty: '1' }, OTHER)
  move(bench, 'BTCUSDT', -1_130)
  const pushes = bench.pass(200)
  expect(bench.position('BTCUSDT', 0, OTHER)).toMatchObject({ size: '1.000', positionStatus: 'Normal' })
  expect(privateRows(pushes, 'execution', OTHER)).toEqual([])
  expect(privateRows(pushes, 'execution', MAIN)).toHaveLength(1)
})
