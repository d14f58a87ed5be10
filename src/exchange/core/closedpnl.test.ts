import { expect, test } from 'vitest'
import { type Bench, OTHER, type Row } from './test-support/bench.ts'
import { e8, heldBench, move, wallet } from './test-support/money.ts'

const BTC = { symbol: 'BTCUSDT' }
const rows = (bench: Bench, params = {}) => bench.rows('/v5/position/closed-pnl', params)

test('a round trip has one row: what it brought, less the fees both ways', () => {
  const bench = heldBench()
  bench.order({ ...BTC, side: 'Buy', qty: '0.5' })
  expect(rows(bench)).toEqual([])
  move(bench, 'BTCUSDT', 20)
  bench.order({ ...BTC, side: 'Sell', qty: '0.5', orderLinkId: 'close' })
  const [row, ...more] = rows(bench)
  expect(more).toEqual([])
  const [order] = bench.rows('/v5/order/history', { orderLinkId: 'close' })
  expect(row).toMatchObject({
    symbol: 'BTCUSDT',
    orderId: order?.['orderId'],
    side: 'Sell',
    qty: '0.500',
    closedSize: '0.500',
    orderType: 'Market',
    execType: 'Trade',
    leverage: '10',
  })
  const gross = e8(row?.['cumExitValue']) - e8(row?.['cumEntryValue'])
  expect(e8(row?.['closedPnl'])).toBe(gross - e8(row?.['openFee']) - e8(row?.['closeFee']))
  // All there was: cash changed by exactly this.
  expect(e8(wallet(bench)['totalWalletBalance']) - e8('100000')).toBe(e8(row?.['closedPnl']))
  expect(Number(row?.['avgEntryPrice'])).toBeCloseTo(Number(row?.['cumEntryValue']) / 0.5, 6)
  expect(Number(row?.['avgExitPrice'])).toBeCloseTo(Number(row?.['cumExitValue']) / 0.5, 6)
})

test('the order row and stream show the same closed P&L', () => {
  const bench = heldBench()
  bench.order({ ...BTC, side: 'Sell', qty: '0.5' })
  const { pushes } = bench.order({ ...BTC, side: 'Buy', qty: '0.2', reduceOnly: true })
  const order = pushes.flatMap((push) => (push.kind === 'private' && push.topic === 'order' ? push.rows : []))
  expect(order[0]?.['closedPnl']).toBe(rows(bench)[0]?.['closedPnl'])
})

test('closing bit by bit takes the opening fee along bit by bit, to the last unit', () => {
  const bench = heldBench()
  bench.order({ ...BTC, side: 'Sell', qty: '0.007' })
  for (const qty of ['0.001', '0.002', '0.004']) bench.order({ ...BTC, side: 'Buy', qty })
  const sum = (name: string) => rows(bench).reduce((total, row) => total + e8(row[name]), 0n)
  expect(rows(bench)).toHaveLength(3)
  expect(e8(wallet(bench)['totalWalletBalance']) - e8('100000')).toBe(sum('closedPnl'))
})

test('an order through the position has only what it closed in its row', () => {
  const bench = heldBench()
  bench.order({ ...BTC, side: 'Buy', qty: '0.010' })
  bench.order({ ...BTC, side: 'Sell', qty: '0.030' })
  const [row] = rows(bench)
  expect(row).toMatchObject({ closedSize: '0.010', qty: '0.030', side: 'Sell' })
  expect(Number(row?.['closeFee'])).toBeCloseTo(Number(row?.['cumExitValue']) * 0.00055, 6)
})

test('an order filled in several pieces is one row that counts its fills', () => {
  const bench = heldBench()
  bench.order({ ...BTC, side: 'Buy', qty: '0.010' })
  bench.order({ ...BTC, side: 'Sell', qty: '0.010', price: '60100.00', reduceOnly: true })
  for (const qty of ['0.004', '0.006']) {
    bench.order({ ...BTC, side: 'Buy', qty, price: '60100.00', timeInForce: 'IOC' }, OTHER)
    move(bench, 'BTCUSDT', 17)
  }
  const [row] = rows(bench)
  expect(row).toMatchObject({ closedSize: '0.010', fillCount: String(Number(row?.['fillCount'])) })
  expect(Number(row?.['fillCount'])).toBeGreaterThanOrEqual(1)
})

test('rows come newest first, page by page, at most a hundred, within seven days', () => {
  const bench = heldBench()
  for (let n = 0; n < 60; n += 1) {
    bench.order({ ...BTC, side: 'Buy', qty: '0.001' })
    bench.order({ ...BTC, side: 'Sell', qty: '0.001', orderLinkId: `c-${n}` })
    bench.pass(1_000)
  }
  type Page = { readonly list: readonly Row[]; readonly nextPageCursor: string }
  const page = (params: object) => bench.get('/v5/position/closed-pnl', { ...params }).result as Page
  const first = page({})
  const second = page({ cursor: first.nextPageCursor })
  expect([first.list.length, second.list.length, second.nextPageCursor]).toEqual([50, 10, ''])
  const times = [...first.list, ...second.list].map((row) => Number(row['createdTime']))
  expect(times).toEqual([...times].sort((one, other) => other - one))
  expect(page({ limit: 500 }).list).toHaveLength(60)
  const end = bench.nowMs()
  expect(rows(bench, { startTime: end - 10_000, endTime: end })).toHaveLength(10)
  expect(bench.get('/v5/position/closed-pnl', { startTime: 1, endTime: end }).retCode).toBe(10001)
  expect(rows(bench, { symbol: 'ETHUSDT' })).toEqual([])
  expect(bench.get('/v5/position/closed-pnl', { symbol: 'NOPEUSDT' }).retCode).toBe(10001)
  expect(rows(bench, { category: 'inverse' })).toEqual([])
})

test('a takeover by liquidation is a row of its own kind', () => {
  const bench = heldBench((world) => (world.accounts[0]!.usdt = '7000'))
  bench.order({ ...BTC, side: 'Buy', qty: '1' })
  move(bench, 'BTCUSDT', -1_300)
  bench.pass(200)
  expect(rows(bench)).toMatchObject([{ execType: 'BustTrade', closedSize: '1.000', side: 'Sell' }])
})
