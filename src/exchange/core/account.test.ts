import { expect, test } from 'vitest'
import { seededRandom } from '../../seams/random.ts'
import { type Bench, createBench, MAIN, noLimits, OTHER, privateRows, type Row, worldOf } from './test-support/bench.ts'

const BTC = { symbol: 'BTCUSDT' }

const wallet = (bench: Bench, accountId = MAIN): Row =>
  bench.rows('/v5/account/wallet-balance', { accountType: 'UNIFIED' }, accountId)[0]!

/** 1e-8 units of decimal text, exactly. */
function e8(text: string | undefined): bigint {
  const [whole = '0', fraction = ''] = (text ?? '0').replace('-', '').split('.')
  const units = BigInt(whole) * 100_000_000n + BigInt(fraction.padEnd(8, '0'))
  return text?.startsWith('-') ? -units : units
}

function hedged(bench: Bench): void {
  expect(bench.post('/v5/position/switch-mode', { symbol: 'BTCUSDT', mode: 3 }).reply.retCode).toBe(0)
}

test('in one-way mode a sale nets a purchase', () => {
  const bench = createBench('calm')
  bench.order({ ...BTC, side: 'Buy', qty: '0.010' })
  bench.order({ ...BTC, side: 'Sell', qty: '0.015' })
  expect(bench.position('BTCUSDT')).toMatchObject({ side: 'Sell', size: '0.005' })
})

test('in hedge mode one symbol holds a long and a short, and each is closed by its own index', () => {
  const bench = createBench('calm')
  hedged(bench)
  expect(bench.order({ ...BTC, side: 'Buy', qty: '0.010' }).reply.retMsg).toBe('position idx not match position mode')
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', positionIdx: 1 })
  bench.order({ ...BTC, side: 'Sell', qty: '0.010', positionIdx: 2 })
  expect(bench.position('BTCUSDT', 1)).toMatchObject({ side: 'Buy', size: '0.010' })
  expect(bench.position('BTCUSDT', 2)).toMatchObject({ side: 'Sell', size: '0.010' })
  bench.order({ ...BTC, side: 'Sell', qty: '0.010', positionIdx: 1, reduceOnly: true })
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', positionIdx: 2, reduceOnly: true })
  expect(bench.rows('/v5/position/list', BTC).map((row) => row['size'])).toEqual(['0', '0'])
  expect(bench.rows('/v5/position/list', { settleCoin: 'USDT' })).toEqual([])
})

test('a reducing order is trimmed to the position, and refused when there is nothing to reduce', () => {
  const bench = createBench('calm')
  const close = { ...BTC, side: 'Sell', qty: '0.020', reduceOnly: true }
  expect(bench.order(close).reply).toMatchObject({
    retCode: 110017,
    retMsg: 'current position is zero, cannot fix reduce-only order qty',
  })
  bench.order({ ...BTC, side: 'Buy', qty: '0.010' })
  expect(bench.order({ ...close, side: 'Buy' }).reply).toMatchObject({
    retCode: 110017,
    retMsg: 'reduce-only order has same side with current position',
  })
  const { pushes } = bench.order(close)
  expect(privateRows(pushes, 'order')).toMatchObject([{ qty: '0.010', orderStatus: 'Filled', reduceOnly: true }])
  expect(bench.position('BTCUSDT')).toMatchObject({ side: '', size: '0' })
})

test('quantity zero with reduce-only and close-on-trigger closes what the index holds, below the minimum too', () => {
  const bench = createBench('small-lot')
  bench.post('/v5/position/switch-mode', { symbol: 'LOTUSDT', mode: 3 })
  const lot = { symbol: 'LOTUSDT', positionIdx: 2 }
  bench.order({ ...lot, side: 'Sell', qty: '100' })
  bench.order({ ...lot, side: 'Buy', qty: '90', reduceOnly: true })
  expect(bench.position('LOTUSDT', 2)).toMatchObject({ size: '10' })
  const close = { ...lot, side: 'Buy', reduceOnly: true, closeOnTrigger: true }
  expect(bench.order({ ...close, qty: '10' }).reply.retCode).toBe(110094)
  expect(bench.order({ ...close, qty: '0' }).reply.retCode).toBe(0)
  expect(bench.position('LOTUSDT', 2)).toMatchObject({ size: '0' })
})

test('selling 500 of the small lot leaves a remainder below the minimum that only closing takes away', () => {
  const bench = createBench('small-lot')
  const sell = bench.order({ symbol: 'LOTUSDT', side: 'Sell', qty: '500', price: '0.19995' })
  const filled = Number(privateRows(sell.pushes, 'order')[0]?.['cumExecQty'])
  expect(filled).toBeGreaterThanOrEqual(489)
  expect(filled).toBeLessThanOrEqual(490)
  expect(bench.order({ symbol: 'LOTUSDT', side: 'Sell', qty: String(500 - filled) }).reply.retCode).toBe(110094)
})

test('a resting reducing order goes when the position no longer covers it', () => {
  const bench = createBench('calm')
  bench.order({ ...BTC, side: 'Buy', qty: '0.010' })
  bench.order({ ...BTC, side: 'Sell', qty: '0.010', price: '60500.00', reduceOnly: true, orderLinkId: 'exit' })
  bench.order({ ...BTC, side: 'Sell', qty: '0.004' })
  const [row] = bench.rows('/v5/order/history', { ...BTC, orderLinkId: 'exit' })
  expect(row).toMatchObject({ orderStatus: 'Cancelled', cancelType: 'CancelByReduceOnly', cumExecQty: '0.000' })
})

test('the average price, realised P&L and fees are exact', () => {
  const bench = createBench('thin')
  const buy = bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '60200.00' })
  const fills = privateRows(buy.pushes, 'execution')
  const cost = fills.reduce((sum, row) => sum + e8(row['execValue']), 0n)
  const fees = fills.reduce((sum, row) => sum + e8(row['execFee']), 0n)
  expect(e8(wallet(bench)['totalWalletBalance'])).toBe(e8('100000') - fees)
  const average = Number(bench.position('BTCUSDT')['avgPrice'])
  expect(average * 0.01).toBeCloseTo(Number(cost) / 1e8, 6)
  const sell = privateRows(bench.order({ ...BTC, side: 'Sell', qty: '0.010', price: '59800.00' }).pushes, 'execution')
  const proceeds = sell.reduce((sum, row) => sum + e8(row['execValue']), 0n)
  const moreFees = sell.reduce((sum, row) => sum + e8(row['execFee']), 0n)
  expect(e8(wallet(bench)['totalWalletBalance'])).toBe(e8('100000') - fees - moreFees + proceeds - cost)
  expect(sell.reduce((sum, row) => sum + e8(row['execPnl']), 0n)).toBe(proceeds - cost)
})

test('position mode answers as the venue does', () => {
  const bench = createBench('calm')
  const change = (params: Readonly<Record<string, unknown>>) => bench.post('/v5/position/switch-mode', params).reply
  expect(change({ ...BTC, mode: 7 })).toMatchObject({ retCode: 10001, retMsg: 'params error: position_mode invalid' })
  expect(change({ ...BTC, mode: 0 })).toMatchObject({ retCode: 110025, retMsg: 'Position mode is not modified' })
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '59900.00' })
  expect(change({ ...BTC, mode: 3 }).retCode).toBe(110028)
  bench.post('/v5/order/cancel-all', BTC)
  bench.order({ ...BTC, side: 'Buy', qty: '0.010' })
  expect(change({ ...BTC, mode: 3 }).retCode).toBe(110024)
  // By coin, what is in use silently stays.
  expect(change({ coin: 'USDT', mode: 3 }).retCode).toBe(0)
  expect(bench.rows('/v5/position/list', BTC)).toHaveLength(1)
  expect(bench.rows('/v5/position/list', { symbol: 'ETHUSDT' })).toHaveLength(2)
})

test('under random orders nothing is made and nothing is lost', () => {
  const seed = 20_260_101
  const random = seededRandom(seed)
  const world = worldOf('thin', noLimits)
  const bench = createBench(world)
  const pushed: { readonly account: string; readonly row: Row }[] = []
  for (const account of [MAIN, OTHER]) {
    bench.core.handle(
      {
        accountId: account,
        method: 'POST',
        path: '/v5/position/switch-mode',
        params: { category: 'linear', symbol: 'BTCUSDT', mode: 3 },
      },
      bench.nowMs(),
    )
  }
  for (let step = 0; step < 3_000; step += 1) {
    const account = random.next() < 0.5 ? MAIN : OTHER
    const { pushes } = randomAct(bench, random, account)
    const later = bench.pass(random.integer(0, 40))
    for (const each of [MAIN, OTHER]) {
      for (const row of privateRows([...pushes, ...later], 'execution', each)) pushed.push({ account: each, row })
    }
  }
  expect(pushed.length, `seed ${seed}`).toBeGreaterThan(500)
  for (const account of [MAIN, OTHER]) {
    const own = pushed.filter((each) => each.account === account).map((each) => each.row)
    expectBooksToAgree(bench, account, own, seed)
  }
})

type Random = ReturnType<typeof seededRandom>

function randomAct(bench: Bench, random: Random, account: string): ReturnType<Bench['post']> {
  const pick = <T>(list: readonly T[]): T => list[random.integer(0, list.length - 1)]!
  const symbol = pick(['BTCUSDT', 'ETHUSDT'])
  if (random.next() < 0.1) return bench.post('/v5/order/cancel-all', { symbol }, account)
  const isBtc = symbol === 'BTCUSDT'
  const price = isBtc ? 60_000 + random.integer(-150, 150) : 3_000 + random.integer(-10, 10)
  const params = {
    symbol,
    side: pick(['Buy', 'Sell']),
    qty: isBtc ? `0.0${random.integer(10, 40)}` : `0.${random.integer(10, 40)}`,
    timeInForce: pick(['GTC', 'GTC', 'IOC', 'FOK', 'PostOnly']),
    positionIdx: isBtc ? pick([1, 2]) : 0,
    reduceOnly: random.next() < 0.3,
    smpType: pick(['None', 'CancelMaker', 'CancelTaker', 'CancelBoth']),
  }
  return bench.order(random.next() < 0.3 ? params : { ...params, price: price.toFixed(2) }, account)
}

/** Sum of executions = positions, and cash = start − fees ± realised P&L, both to the last unit. */
function expectBooksToAgree(bench: Bench, account: string, executions: readonly Row[], seed: number): void {
  const note = `account ${account}, seed ${seed}`
  const net = new Map<string, bigint>()
  let cash = e8('100000')
  for (const row of executions) {
    const signed = row['side'] === 'Buy' ? e8(row['execQty']) : -e8(row['execQty'])
    net.set(row['symbol']!, (net.get(row['symbol']!) ?? 0n) + signed)
    cash += e8(row['execPnl']) - e8(row['execFee'])
  }
  expect(e8(wallet(bench, account)['totalWalletBalance']), note).toBe(cash)
  for (const symbol of ['BTCUSDT', 'ETHUSDT']) {
    const held = bench.rows('/v5/position/list', { symbol }, account)
    const sum = held.reduce((total, row) => total + (row['side'] === 'Sell' ? -e8(row['size']) : e8(row['size'])), 0n)
    expect(sum, `${symbol}, ${note}`).toBe(net.get(symbol) ?? 0n)
  }
  // An execution is told once, and the list agrees with the stream.
  expect(new Set(executions.map((row) => row['execId'])).size).toBe(executions.length)
  bench.post('/v5/order/cancel-all', { settleCoin: 'USDT' }, account)
  const [coin] = wallet(bench, account)['coin'] as unknown as readonly Row[]
  expect(coin?.['totalOrderIM'], note).toBe('0')
}
