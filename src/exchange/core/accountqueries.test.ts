import { expect, test } from 'vitest'
import type { Row } from './test-support/bench.ts'
import { heldBench } from './test-support/money.ts'

const BTC = { symbol: 'BTCUSDT' }

test('the wallet shows coins that are not zero, or the ones asked for by name', () => {
  const bench = heldBench()
  const coins = (coin?: string) => {
    const params = { accountType: 'UNIFIED', ...(coin === undefined ? {} : { coin }) }
    const [row] = bench.rows('/v5/account/wallet-balance', params)
    const held = row?.['coin'] as unknown as readonly Row[]
    return held.map((each) => [each['coin'], each['walletBalance']])
  }
  expect(coins()).toEqual([['USDT', '100000']])
  expect(coins('BTC,USDT')).toEqual([
    ['BTC', '0'],
    ['USDT', '100000'],
  ])
  expect(coins('NOPE')).toEqual([])
  expect(bench.get('/v5/account/wallet-balance', { accountType: 'SPOT' }).retCode).toBe(10001)
})

test('account/info tells cross margin, spot hedging and when a setting last changed', () => {
  const bench = heldBench()
  const info = () => bench.get('/v5/account/info', {}).result
  expect(info()).toMatchObject({
    marginMode: 'REGULAR_MARGIN',
    spotHedgingStatus: 'OFF',
    updatedTime: String(bench.nowMs()),
  })
  bench.pass(5_000)
  expect(bench.post('/v5/account/set-hedging-mode', { setHedgingMode: 'ON' }).reply).toMatchObject({
    retCode: 0,
    retMsg: 'SUCCESS',
  })
  expect(info()).toMatchObject({ spotHedgingStatus: 'ON', updatedTime: String(bench.nowMs()) })
  expect(bench.post('/v5/account/set-hedging-mode', { setHedgingMode: 'maybe' }).reply.retCode).toBe(10001)
})

test('cross margin can be set, which it is; no other margin mode can', () => {
  const bench = heldBench()
  const set = (setMarginMode: string) => bench.post('/v5/account/set-margin-mode', { setMarginMode }).reply
  expect(set('REGULAR_MARGIN')).toMatchObject({ retCode: 0, retMsg: 'Request accepted', result: { reasons: [] } })
  for (const mode of ['ISOLATED_MARGIN', 'PORTFOLIO_MARGIN']) {
    expect(set(mode)).toMatchObject({
      retCode: 3_400_045,
      retMsg: 'Set margin mode failed',
      result: { reasons: [{ reasonCode: expect.any(String), reasonMsg: expect.any(String) }] },
    })
  }
  expect(set('').retCode).toBe(10001)
})

test('in cross margin no margin is added to a position, neither by hand nor by itself', () => {
  const bench = heldBench()
  const add = (params: object) => bench.post('/v5/position/add-margin', { ...BTC, ...params }).reply
  expect(add({ margin: '10' })).toMatchObject({ retCode: 110015, retMsg: 'The position is in cross margin mode.' })
  expect(add({ margin: '-10.1234' }).retCode).toBe(110015)
  for (const margin of ['', '0', '10.12345', 'x']) expect(add({ margin }).retCode).toBe(10001)
  const auto = (params: object) => bench.post('/v5/position/set-auto-add-margin', { ...BTC, ...params }).reply
  expect(auto({ autoAddMargin: 1 })).toMatchObject({
    retCode: 110076,
    retMsg: 'Only isolated mode can set auto-add-margin',
  })
  expect(auto({}).retCode).toBe(10001)
  bench.post('/v5/position/switch-mode', { ...BTC, mode: 3 })
  expect(auto({ autoAddMargin: 1 })).toMatchObject({ retMsg: 'position idx not match position mode' })
})

test('symbol-info tells leverage without a position, a row for each index', () => {
  const bench = heldBench()
  bench.post('/v5/position/switch-mode', { ...BTC, mode: 3 })
  bench.post('/v5/position/set-leverage', { symbol: 'ETHUSDT', buyLeverage: '12.5', sellLeverage: '12.5' })
  expect(bench.rows('/v5/position/symbol-info', BTC)).toEqual([
    { symbol: 'BTCUSDT', leverage: '10', side: '', positionIdx: 2 },
    { symbol: 'BTCUSDT', leverage: '10', side: '', positionIdx: 1 },
  ])
  const all = bench.rows('/v5/position/symbol-info', {})
  expect(all.map((row) => row['symbol'])).toEqual(['BTCUSDT', 'BTCUSDT', 'ETHUSDT', 'SOLUSDT'])
  expect(all[2]).toMatchObject({ leverage: '12.5', positionIdx: 0 })
  expect(bench.get('/v5/position/symbol-info', { symbol: 'NOPEUSDT' }).retCode).toBe(10001)
})

test('fee rates of all symbols or one; of other categories none', () => {
  const bench = heldBench()
  const rate = { takerFeeRate: '0.00055', makerFeeRate: '0.0002' }
  expect(bench.rows('/v5/account/fee-rate', BTC)).toEqual([{ symbol: 'BTCUSDT', ...rate }])
  expect(bench.rows('/v5/account/fee-rate', {})).toHaveLength(3)
  expect(bench.rows('/v5/account/fee-rate', { category: 'spot' })).toEqual([])
  expect(bench.get('/v5/account/fee-rate', { symbol: 'NOPEUSDT' }).retCode).toBe(10001)
})

test('smp-group and coin info are there for clients that load them', () => {
  const bench = heldBench()
  expect(bench.get('/v5/account/smp-group', {})).toMatchObject({ retMsg: 'success', result: { smpGroup: 0 } })
  expect(bench.get('/v5/asset/coin/query-info', {})).toMatchObject({ retCode: 0, result: { rows: [] } })
})

test('query-api tells what the key may do', () => {
  const bench = heldBench((world) => {
    world.accounts[0]!.readOnly = true
    world.accounts[0]!.permissions = ['Position']
  })
  expect(bench.get('/v5/user/query-api', {}).result).toMatchObject({
    readOnly: 1,
    uta: 1,
    unified: 0,
    ips: ['*'],
    permissions: { ContractTrade: ['Position'] },
  })
})
