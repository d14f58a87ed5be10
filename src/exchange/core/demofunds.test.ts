import { expect, test } from 'vitest'
import { type Bench, createBench, noLimits, privateRows, type Row, worldOf } from './test-support/bench.ts'
import { heldBench, wallet } from './test-support/money.ts'

const ask = (bench: Bench, params = {}) => bench.post('/v5/account/demo-apply-money', params)
const coin = (bench: Bench, name: string) =>
  (wallet(bench)['coin'] as unknown as readonly Row[]).find((row) => row['coin'] === name)

test('demo funds are there at once, told on the wallet topic', () => {
  const bench = heldBench()
  const funds = [
    { coin: 'USDT', amountStr: '1500.5' },
    { coin: 'BTC', amountStr: '2' },
  ]
  const { reply, pushes } = ask(bench, { adjustType: 0, utaDemoApplyMoney: funds })
  expect(reply.retCode).toBe(0)
  expect(coin(bench, 'USDT')).toMatchObject({ walletBalance: '101500.5', equity: '101500.5' })
  expect(coin(bench, 'BTC')).toMatchObject({ walletBalance: '2', equity: '2', collateralSwitch: false })
  expect(Number(coin(bench, 'BTC')?.['usdValue'])).toBeGreaterThan(100_000)
  expect(privateRows(pushes, 'wallet')).toHaveLength(1)
})

test('other coins are part of the equity and no margin', () => {
  const bench = heldBench()
  ask(bench, { utaDemoApplyMoney: [{ coin: 'USDC', amountStr: '100000' }] })
  expect(wallet(bench)).toMatchObject({
    totalEquity: '200000',
    totalWalletBalance: '200000',
    totalMarginBalance: '100000',
    totalAvailableBalance: '100000',
  })
})

test('nothing named is as much USDT as one request gives; a coin without an amount as much of it', () => {
  const bench = heldBench()
  expect(ask(bench).reply.retCode).toBe(0)
  expect(coin(bench, 'USDT')).toMatchObject({ walletBalance: '200000' })
  expect(ask(bench, { utaDemoApplyMoney: [{ coin: 'ETH' }] }).reply.retCode).toBe(0)
  expect(coin(bench, 'ETH')).toMatchObject({ walletBalance: '200' })
})

test.each([
  ['BTC', '15.1'],
  ['ETH', '200.1'],
  ['USDT', '100000.1'],
  ['USDC', '100000.1'],
  ['SOL', '1'],
  ['USDT', '-5'],
  ['USDT', 'x'],
  ['USDT', '0'],
])('%s %s is not given', (name, amountStr) => {
  const bench = heldBench()
  expect(ask(bench, { utaDemoApplyMoney: [{ coin: name, amountStr }] }).reply.retCode).toBe(10001)
  expect(wallet(bench)).toMatchObject({ totalEquity: '100000' })
})

test('the maximum is for the request, however it is split, and half a request changes nothing', () => {
  const bench = heldBench()
  const twice = [
    { coin: 'USDT', amountStr: '60000' },
    { coin: 'USDT', amountStr: '60000' },
  ]
  expect(ask(bench, { utaDemoApplyMoney: twice }).reply.retCode).toBe(10001)
  const half = [{ coin: 'USDT', amountStr: '5' }, { coin: 'DOGE' }]
  expect(ask(bench, { utaDemoApplyMoney: half }).reply.retCode).toBe(10001)
  expect(ask(bench, { adjustType: 2 }).reply.retCode).toBe(10001)
  expect(ask(bench, { utaDemoApplyMoney: 'all' }).reply.retCode).toBe(10001)
  expect(ask(bench, { utaDemoApplyMoney: [null] }).reply.retCode).toBe(10001)
  expect(wallet(bench)).toMatchObject({ totalEquity: '100000' })
})

test('funds are taken away again, but not what is not there and not what is margin', () => {
  const bench = heldBench()
  const take = (name: string, amountStr: string) =>
    ask(bench, { adjustType: 1, utaDemoApplyMoney: [{ coin: name, amountStr }] }).reply
  expect(take('BTC', '1')).toMatchObject({ retCode: 110004, retMsg: 'Wallet balance is insufficient' })
  bench.order({ symbol: 'BTCUSDT', side: 'Buy', qty: '1' })
  expect(take('USDT', '99000')).toMatchObject({ retCode: 110012, retMsg: 'Insufficient available balance.' })
  expect(take('USDT', '90000').retCode).toBe(0)
  expect(Number(coin(bench, 'USDT')?.['walletBalance'])).toBeCloseTo(10_000 - 33, 0)
})

test('once a minute', () => {
  const bench = createBench(
    worldOf('calm', (world) => {
      noLimits(world)
      world.limits.applyMoney = 1
    }),
  )
  const code = () => ask(bench).reply.retCode
  expect([code(), code()]).toEqual([0, 10006])
  bench.pass(59_999)
  expect(code()).toBe(10006)
  bench.pass(1)
  expect(code()).toBe(0)
})
