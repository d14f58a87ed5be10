import { expect, test } from 'vitest'
import { type Bench, type Row, START_MS } from './test-support/bench.ts'
import { e8, heldBench, move, wallet } from './test-support/money.ts'

const BTC = { symbol: 'BTCUSDT' }
const HOURS_8 = 8 * 3_600_000
const log = (bench: Bench, params = {}) =>
  bench.rows('/v5/account/transaction-log', { accountType: 'UNIFIED', ...params })

/** Trades, a funding, demo funds and a liquidation. */
function eventful(): Bench {
  const bench = heldBench((world) => (world.accounts[0]!.usdt = '7000'), START_MS + HOURS_8 - 1_000)
  bench.order({ ...BTC, side: 'Sell', qty: '1', orderLinkId: 'open' })
  bench.pass(1_000)
  bench.order({ ...BTC, side: 'Buy', qty: '0.2', orderLinkId: 'close' })
  bench.post('/v5/account/demo-apply-money', { utaDemoApplyMoney: [{ coin: 'USDT', amountStr: '109' }] })
  move(bench, 'BTCUSDT', 3_000)
  bench.pass(200)
  return bench
}

test('every change of cash is an entry with the balance after it, and the entries lead from start to balance', () => {
  const bench = eventful()
  const entries = log(bench, { category: '', limit: 50 }).toReversed()
  let balance = e8('7000')
  for (const entry of entries) {
    const change = e8(entry['cashFlow']) + e8(entry['funding']) - e8(entry['fee'])
    expect(e8(entry['change']), entry['type']).toBe(change)
    balance += change
    expect(e8(entry['cashBalance']), entry['type']).toBe(balance)
  }
  expect(e8(wallet(bench)['totalWalletBalance'])).toBe(balance)
  expect(new Set(entries.map((entry) => entry['type']))).toEqual(
    new Set(['TRADE', 'SETTLEMENT', 'TRANSFER_IN', 'LIQUIDATION']),
  )
  expect(new Set(entries.map((entry) => entry['id'])).size).toBe(entries.length)
})

test('a trade names its order, its execution and the position it left; the sign of a short is there', () => {
  const bench = eventful()
  const [entry] = log(bench, { type: 'TRADE', limit: 1 })
  const [execution] = bench.rows('/v5/execution/list', { orderLinkId: 'close' })
  expect(entry).toMatchObject({
    symbol: 'BTCUSDT',
    category: 'linear',
    side: 'Buy',
    size: '-0.800',
    currency: 'USDT',
    orderLinkId: 'close',
    tradeId: execution?.['execId'],
    feeRate: '0.00055',
    fee: execution?.['execFee'],
    funding: '',
  })
})

test('a funding received is above zero here, and a short has the rate with its sign turned round', () => {
  const bench = eventful()
  const [entry] = log(bench, { type: 'SETTLEMENT' })
  expect(entry).toMatchObject({ side: 'Sell', feeRate: '-0.0001', fee: '0', cashFlow: '0', size: '-1.000' })
  expect(Number(entry?.['funding'])).toBeGreaterThan(0)
  const [execution] = bench.rows('/v5/execution/list', { execType: 'Funding' })
  expect(e8(execution?.['execFee'])).toBe(-e8(entry?.['funding']))
})

test('currency, coin and category narrow it down', () => {
  const bench = eventful()
  expect(log(bench, { currency: 'BTC' })).toEqual([])
  expect(log(bench, { baseCoin: 'ETH' })).toEqual([])
  expect(log(bench, { category: 'spot' })).toEqual([])
  expect(log(bench, { category: 'linear', type: 'TRANSFER_IN' })).toEqual([])
  expect(log(bench, { category: '', type: 'TRANSFER_IN' })).toMatchObject([{ currency: 'USDT', change: '109' }])
  expect(log(bench, { currency: 'USDT', baseCoin: 'BTC' }).length).toBeGreaterThan(2)
  expect(bench.get('/v5/account/transaction-log', { accountType: 'SPOT' }).retCode).toBe(10001)
})

test('pages of at most fifty, a day unless asked otherwise, never more than seven', () => {
  const bench = heldBench()
  for (let n = 0; n < 60; n += 1) bench.order({ ...BTC, side: n % 2 === 0 ? 'Buy' : 'Sell', qty: '0.001' })
  type Page = { readonly list: readonly Row[]; readonly nextPageCursor: string }
  const page = (params: object) => bench.get('/v5/account/transaction-log', { ...params }).result as Page
  expect(page({}).list).toHaveLength(20)
  const first = page({ limit: 100 })
  expect(first.list).toHaveLength(50)
  expect(page({ limit: 100, cursor: first.nextPageCursor }).list).toHaveLength(10)
  bench.pass(25 * 3_600_000)
  expect(page({ type: 'TRADE' }).list).toEqual([])
  expect(page({ startTime: START_MS, type: 'TRADE' }).list).toHaveLength(20)
  expect(page({ startTime: START_MS, endTime: bench.nowMs(), type: 'TRADE' }).list).toHaveLength(20)
  const far = { startTime: START_MS - 7 * 24 * 3_600_000, endTime: bench.nowMs() }
  expect(bench.get('/v5/account/transaction-log', far).retCode).toBe(10001)
})
