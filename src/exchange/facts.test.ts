/**
 * Facts about the venue that no other test is about; COVERAGE.md says which test shows which.
 */

import { expect, test } from 'vitest'
import WebSocket from 'ws'
import { type Bench, createBench, privateRows, type Row } from './core/test-support/bench.ts'
import { BTC, createStillMarket, offer } from './core/test-support/stillmarket.ts'
import { authFrame, connect } from './test-support/clients.ts'
import { NOW_MS } from './test-support/setting.ts'
import { setUpRoomy } from './test-support/wires.ts'

const RESTING = { side: 'Buy', qty: '0.010', price: '59900.00' }
const ETH = { symbol: 'ETHUSDT', side: 'Buy', qty: '0.10', price: '2990.00' }

const DAY_MS = 24 * 3_600_000

const openIds = (bench: Bench): unknown[] =>
  bench.rows('/v5/order/realtime', { settleCoin: 'USDT', limit: 50 }).map((row) => row['orderLinkId'])

test('the order id decides when a cancel or an amend gives both ids', () => {
  const bench = createStillMarket()
  const [first] = ['first', 'second'].map((orderLinkId) => {
    const { reply } = bench.order({ ...BTC, ...RESTING, orderLinkId })
    return reply.result as { readonly orderId: string }
  })
  const both = { ...BTC, orderId: first!.orderId, orderLinkId: 'second' }
  const amended = bench.post('/v5/order/amend', { ...both, qty: '0.020' })
  expect(amended.reply.result).toEqual({ orderId: first!.orderId, orderLinkId: 'first' })
  expect(bench.post('/v5/order/cancel', both).reply.result).toMatchObject({ orderLinkId: 'first' })
  expect(openIds(bench)).toEqual(['second'])
})

test('cancel-all means the symbol before the base coin before the settle coin, and at most 500 orders', () => {
  const bench = createStillMarket()
  const cancelAll = (params: object): unknown[] => {
    const { list } = bench.post('/v5/order/cancel-all', { ...params }).reply.result as { list: readonly Row[] }
    return list.map((row) => row['orderLinkId'])
  }
  for (const orderLinkId of ['b-1', 'b-2']) bench.order({ ...BTC, ...RESTING, orderLinkId })
  for (const orderLinkId of ['e-1', 'e-2']) bench.order({ ...ETH, orderLinkId })
  bench.order({ symbol: 'SOLUSDT', side: 'Buy', qty: '1.0', price: '140.000', orderLinkId: 's' })
  expect(cancelAll({ ...BTC, baseCoin: 'ETH', settleCoin: 'USDT' })).toEqual(['b-1', 'b-2'])
  expect(cancelAll({ baseCoin: 'ETH', settleCoin: 'USDT' })).toEqual(['e-1', 'e-2'])
  expect(openIds(bench)).toEqual(['s'])
  for (let n = 0; n < 260; n += 1) {
    bench.order({ ...BTC, ...RESTING, qty: '0.001', orderLinkId: `b${n}` })
    bench.order({ ...ETH, qty: '0.01', orderLinkId: `e${n}` })
  }
  expect(cancelAll({ settleCoin: 'USDT' })).toHaveLength(500)
  expect(cancelAll({ settleCoin: 'USDT' })).toHaveLength(21)
})

test.each(['GTC', 'PostOnly', 'GoodTillCancel', 'ImmediateOrCancel', ''])(
  'a market order is IOC whatever time in force is sent (%j), and no price of its own counts',
  (timeInForce) => {
    const bench = createStillMarket()
    offer(bench, 'Sell', '0.004', '60000.00')
    const order = { ...BTC, side: 'Buy', orderType: 'Market', qty: '0.010', price: '1.00', timeInForce }
    expect(privateRows(bench.order(order).pushes, 'order')).toMatchObject([
      { orderStatus: 'Cancelled', timeInForce: 'IOC', cumExecQty: '0.004', avgPrice: '60000' },
    ])
  },
)

test('positions come in pages, what is held first; by symbol every index is there though flat, by coin only what is held', () => {
  const bench = createBench('calm')
  const list = (params: object): readonly Row[] => bench.rows('/v5/position/list', { ...params })
  expect(list(BTC)).toMatchObject([{ positionIdx: 0, side: '', size: '0', seq: -1 }])
  bench.post('/v5/position/switch-mode', { coin: 'USDT', mode: 3 })
  expect(new Set(list(BTC).map((row) => `${row['positionIdx']} ${row['seq']}`))).toEqual(new Set(['1 -1', '2 -1']))
  expect(list({ settleCoin: 'USDT' })).toEqual([])
  const order = () => list(BTC).map((row) => row['positionIdx'])
  bench.order({ ...BTC, side: 'Sell', qty: '0.010', positionIdx: 2 })
  expect(order()).toEqual([2, 1])
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', positionIdx: 1 })
  expect(order()).toEqual([1, 2])
  bench.order({ symbol: 'ETHUSDT', side: 'Sell', qty: '0.10', positionIdx: 2 })
  const pages: unknown[][] = []
  for (let cursor = ''; ; ) {
    const params = { settleCoin: 'USDT', limit: 2, cursor }
    const page = bench.get('/v5/position/list', params).result as { list: Row[]; nextPageCursor: string }
    pages.push(page.list.map((row) => `${row['symbol']} ${row['positionIdx']}`))
    if (page.nextPageCursor === '') break
    cursor = page.nextPageCursor
  }
  expect(pages.map((page) => page.length)).toEqual([2, 1])
  expect(pages.flat().toSorted()).toEqual(['BTCUSDT 1', 'BTCUSDT 2', 'ETHUSDT 2'])
  expect(Number(bench.position('BTCUSDT', 1)['seq'])).toBeGreaterThan(0)
})

test('after a restart of the venue realtime has forgotten what ended before, and history has not', () => {
  const bench = createStillMarket()
  const cancelled = (orderLinkId: string): void => {
    bench.order({ ...BTC, ...RESTING, orderLinkId })
    bench.post('/v5/order/cancel', { ...BTC, orderLinkId })
  }
  cancelled('before')
  bench.order({ ...BTC, ...RESTING, orderLinkId: 'open' })
  bench.core.control({ do: 'restart' }, bench.nowMs())
  cancelled('after')
  const found = (path: string, params: object): unknown[] =>
    bench.rows(path, { ...BTC, ...params }).map((row) => row['orderLinkId'])
  expect(found('/v5/order/realtime', { openOnly: 1 })).toEqual(['after'])
  expect(found('/v5/order/realtime', { orderLinkId: 'before' })).toEqual([])
  expect(openIds(bench)).toEqual(['open'])
  expect(found('/v5/order/history', {})).toEqual(['after', 'before'])
})

test.each([
  ['demo', 0],
  ['mainnet', 1],
] as const)(
  'an order of a %s account that was filled eight days ago is in %i rows of history',
  (environment, count) => {
    const bench = createStillMarket((world) => (world.accounts[0]!.environment = environment))
    offer(bench, 'Sell', '0.010', '60000.00')
    bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '60000.00', orderLinkId: 'old' })
    const startTime = bench.nowMs() - 1
    const found = (params: object): number => bench.rows('/v5/order/history', { ...BTC, ...params }).length
    bench.pass(7 * DAY_MS - 1)
    expect(found({ startTime, endTime: startTime + DAY_MS })).toBe(1)
    bench.pass(DAY_MS)
    expect(found({ startTime, endTime: startTime + DAY_MS })).toBe(count)
    expect(found({ orderLinkId: 'old' })).toBe(count)
  },
)

test('ids in an execution query beat every other filter', () => {
  const bench = createBench('calm')
  const { orderId } = bench.order({ ...BTC, side: 'Buy', qty: '0.010', orderLinkId: 'it' }).reply.result as {
    readonly orderId: string
  }
  bench.order({ ...BTC, side: 'Sell', qty: '0.010' })
  const elsewhere = { symbol: 'ETHUSDT', baseCoin: 'SOL', execType: 'Funding', startTime: 1_000, endTime: 2_000 }
  for (const id of [{ orderId }, { orderLinkId: 'it' }, { orderId, orderLinkId: 'nobody' }]) {
    const found = bench.rows('/v5/execution/list', { ...elsewhere, ...id })
    expect(found.length).toBeGreaterThan(0)
    expect(new Set(found.map((row) => row['orderId']))).toEqual(new Set([orderId]))
  }
  expect(bench.rows('/v5/execution/list', elsewhere)).toEqual([])
})

test('what the mark price does to a position pushes neither wallet nor position', () => {
  const bench = createStillMarket()
  offer(bench, 'Sell', '0.010', '60000.00')
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '60000.00' })
  const before = bench.position('BTCUSDT')['unrealisedPnl']
  const moved = [...bench.core.control({ do: 'move', symbol: 'BTCUSDT', bps: 30 }, bench.nowMs()), ...bench.pass(5_000)]
  expect(bench.position('BTCUSDT')['unrealisedPnl']).not.toBe(before)
  expect(moved.filter((push) => push.kind === 'private')).toEqual([])
})

test('every create, amend and cancel pushes a position row, changed or not', () => {
  const bench = createStillMarket()
  const id = { ...BTC, orderLinkId: 'it' }
  for (const { pushes } of [
    bench.order({ ...id, ...RESTING }),
    bench.post('/v5/order/amend', { ...id, qty: '0.020' }),
    bench.post('/v5/order/cancel', id),
  ]) {
    expect(privateRows(pushes, 'position')).toMatchObject([{ symbol: 'BTCUSDT', side: '', size: '0', entryPrice: '0' }])
  }
})

test('fills of one match share a seq and have an execId each, in one message; none names a position index', () => {
  const bench = createStillMarket((world) => (world.accounts[0]!.positionMode = 3))
  for (const price of ['60000.00', '60000.10', '60000.20']) offer(bench, 'Sell', '0.010', price)
  const { pushes } = bench.order({ ...BTC, side: 'Buy', qty: '0.030', price: '60001.00', positionIdx: 1 })
  const messages = pushes.filter((push) => push.kind === 'private' && push.topic === 'execution')
  const fills = privateRows(pushes, 'execution')
  expect([
    messages.filter((push) => push.kind === 'private' && push.accountId === '1000001').length,
    fills.length,
  ]).toEqual([1, 3])
  expect(new Set(fills.map((row) => row['seq'])).size).toBe(1)
  expect(new Set(fills.map((row) => row['execId'])).size).toBe(3)
  for (const fill of fills) expect(Object.keys(fill)).not.toContain('positionIdx')
})

test('pongs are compact JSON, as clients search for them in the text, whatever the ping carries', async () => {
  await using setting = await setUpRoomy()
  const { publicUrl, privateUrl, tradeUrl } = setting.exchange
  for (const [url, words] of [
    [publicUrl, '"ret_msg":"pong"'],
    [privateUrl, '"op":"pong"'],
    [tradeUrl, '"op":"pong"'],
  ] as const) {
    using client = await connect(url)
    for (const ping of [{ op: 'ping' }, { op: 'ping', args: 1_767_225_600 }, { req_id: 7, op: 'ping' }]) {
      const text = new Promise<string>((resolve) =>
        client.socket.once('message', (data: WebSocket.RawData) => resolve(String(data))),
      )
      client.send(ping)
      expect(await text).toContain(words)
    }
    expect(client.socket.readyState).toBe(WebSocket.OPEN)
  }
})

test('a login that is good for hours is as good as one for a second', async () => {
  await using setting = await setUpRoomy()
  for (const expires of [NOW_MS + 1_000, NOW_MS + 10_000_000, String(NOW_MS + 10_000_000)]) {
    using client = await connect(setting.exchange.privateUrl)
    expect(await client.ask(authFrame(expires))).toMatchObject({ op: 'auth', success: true })
  }
})
