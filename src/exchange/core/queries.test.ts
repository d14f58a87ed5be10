import { expect, test } from 'vitest'
import type { World } from '../world.ts'
import {
  type Bench,
  createBench,
  MAIN,
  type Mutable,
  noLimits,
  OTHER,
  type Row,
  START_MS,
  worldOf,
} from './test-support/bench.ts'

const BTC = { symbol: 'BTCUSDT' }

/** All rows of a list, page by page, and the number of pages. */
function pages(bench: Bench, path: string, params: Readonly<Record<string, unknown>>): { rows: Row[]; count: number } {
  const rows: Row[] = []
  let cursor = ''
  for (let count = 1; ; count += 1) {
    const { list, nextPageCursor } = bench.get(path, { ...params, cursor }).result as {
      list: Row[]
      nextPageCursor: string
    }
    rows.push(...list)
    if (nextPageCursor === '') return { rows, count }
    expect(nextPageCursor, 'a cursor is percent-encoded, as the venue sends it').toMatch(/^$|%3A/)
    cursor = nextPageCursor
  }
}

const DAY_MS = 24 * 3_600_000

/** Days pass quickly in a market that hardly moves. */
const quiet = (world: Mutable<World>): void => {
  for (const each of world.instruments) {
    each.market.updatesPerSecond = 0.01
    delete each.market.maxQuietMs
  }
}

const passive = (bench: Bench, orderLinkId: string) =>
  bench.order({ ...BTC, side: 'Buy', qty: '0.001', price: '59900.00', orderLinkId })

test('open orders come newest first, page by page, each once', () => {
  const bench = createBench('calm')
  for (let n = 0; n < 45; n += 1) passive(bench, `o-${n}`)
  const { rows, count } = pages(bench, '/v5/order/realtime', { ...BTC, limit: 20 })
  expect(count).toBe(3)
  expect(rows.map((row) => row['orderLinkId'])).toEqual(Array.from({ length: 45 }, (_, n) => `o-${44 - n}`))
})

test('an id beats every other filter, and finds what has ended as well', () => {
  const bench = createBench('calm')
  passive(bench, 'ended')
  bench.post('/v5/order/cancel', { ...BTC, orderLinkId: 'ended' })
  passive(bench, 'open')
  const find = (params: Readonly<Record<string, unknown>>) =>
    bench.rows('/v5/order/realtime', params).map((row) => row['orderLinkId'])
  expect(find({ ...BTC, orderLinkId: 'ended', openOnly: 0 })).toEqual(['ended'])
  const orderId = bench.rows('/v5/order/realtime', { ...BTC, orderLinkId: 'open' })[0]?.['orderId']
  expect(find({ ...BTC, orderId, orderLinkId: 'ended' })).toEqual(['open'])
  expect(find(BTC)).toEqual(['open'])
  expect(find({ ...BTC, openOnly: 1 })).toEqual(['ended'])
  expect(find({ baseCoin: 'ETH' })).toEqual([])
  expect(find({ settleCoin: 'USDT' })).toEqual(['open'])
  expect(find({ symbol: 'ETHUSDT', orderLinkId: 'open' })).toEqual(['open'])
  expect(find({ ...BTC, orderLinkId: 'nobody' })).toEqual([])
})

test('realtime forgets all but the last 500 that ended, history does not', () => {
  const bench = createBench('calm')
  for (let n = 0; n < 501; n += 1)
    bench.order({ ...BTC, side: 'Buy', qty: '0.001', price: '59000.00', timeInForce: 'IOC', orderLinkId: `o-${n}` })
  const find = (path: string, orderLinkId: string) => bench.rows(path, { ...BTC, orderLinkId }).length
  expect([find('/v5/order/realtime', 'o-0'), find('/v5/order/realtime', 'o-1')]).toEqual([0, 1])
  expect(find('/v5/order/history', 'o-0')).toBe(1)
})

test('history holds what has ended; without any fill for a day only', () => {
  const bench = createBench(worldOf('calm', quiet))
  passive(bench, 'cancelled')
  bench.order({ ...BTC, side: 'Buy', qty: '0.001', orderLinkId: 'filled' })
  const found = () => bench.rows('/v5/order/history', BTC).map((row) => row['orderLinkId'])
  expect(found()).toEqual(['filled'])
  bench.post('/v5/order/cancel', { ...BTC, orderLinkId: 'cancelled' })
  expect(found()).toEqual(['filled', 'cancelled'])
  expect(bench.rows('/v5/order/history', { ...BTC, orderStatus: 'Cancelled' })).toHaveLength(1)
  bench.pass(25 * 3_600_000)
  expect(found()).toEqual(['filled'])
})

test('history looks back a week, further when asked, never more than a week at once', () => {
  const bench = createBench(worldOf('calm', quiet))
  passive(bench, 'cancelled')
  bench.post('/v5/order/cancel', { ...BTC, orderLinkId: 'cancelled' })
  bench.order({ ...BTC, side: 'Buy', qty: '0.001', orderLinkId: 'filled' })
  bench.pass(9 * DAY_MS)
  const found = (params: Readonly<Record<string, unknown>> = {}) =>
    bench.rows('/v5/order/history', { ...BTC, ...params }).map((row) => row['orderLinkId'])
  expect(found()).toEqual([])
  const [startTime, endTime] = [START_MS - 1, START_MS + 6 * DAY_MS]
  for (const window of [{ startTime, endTime }, { startTime }, { endTime }]) expect(found(window)).toEqual(['filled'])
  const refused = (window: Readonly<Record<string, unknown>>) => bench.get('/v5/order/history', { ...BTC, ...window })
  expect(refused({ startTime, endTime: startTime + 7 * DAY_MS + 1 }).retCode).toBe(10001)
  expect(refused({ startTime: endTime, endTime: startTime }).retCode).toBe(10001)
})

test('a cursor is understood however often a client has encoded it', () => {
  const bench = createBench('calm')
  for (let n = 0; n < 3; n += 1) passive(bench, `o-${n}`)
  const { nextPageCursor } = bench.get('/v5/order/realtime', { ...BTC, limit: 1 }).result as { nextPageCursor: string }
  const once = nextPageCursor.replaceAll('-', '%2D')
  for (const cursor of [nextPageCursor, once, once.replaceAll('%', '%25')]) {
    expect(bench.rows('/v5/order/realtime', { ...BTC, limit: 1, cursor })).toMatchObject([{ orderLinkId: 'o-1' }])
  }
  expect(bench.get('/v5/order/realtime', { ...BTC, cursor: 'page_token%3D39380%26' }).retCode).toBe(10001)
})

test('executions come newest first, by order or by time, at most a hundred a page', () => {
  const bench = createBench('calm')
  for (let n = 0; n < 120; n += 1) {
    bench.order({ ...BTC, side: n % 2 === 0 ? 'Buy' : 'Sell', qty: '0.001', orderLinkId: `o-${n}` })
    bench.pass(10)
  }
  // Clients ask for 200; they get what the venue gives.
  const { rows, count } = pages(bench, '/v5/execution/list', { ...BTC, limit: 200 })
  expect([rows.length, count]).toEqual([120, 2])
  expect(rows[0]?.['orderLinkId']).toBe('o-119')
  expect(bench.rows('/v5/execution/list', { ...BTC, orderLinkId: 'o-7' })).toMatchObject([
    { orderLinkId: 'o-7', execType: 'Trade' },
  ])
  expect(bench.rows('/v5/execution/list', { ...BTC, orderLinkId: 'nobody' })).toEqual([])
  const window = { startTime: START_MS + 500, endTime: START_MS + 590 }
  expect(bench.rows('/v5/execution/list', { ...BTC, ...window })).toHaveLength(10)
  expect(bench.get('/v5/execution/list', { ...BTC, startTime: 0, endTime: START_MS }).retCode).toBe(10001)
  expect(bench.rows('/v5/execution/list', { ...BTC, execType: 'Funding' })).toEqual([])
})

test('with a read lag what was accepted is not there yet, and then it is', () => {
  const bench = createBench(worldOf('calm', (world) => (world.readLagMs = 200)))
  bench.order({ ...BTC, side: 'Buy', qty: '0.001', orderLinkId: 'x' })
  const seen = () =>
    ['/v5/order/realtime', '/v5/order/history', '/v5/execution/list'].map(
      (path) => bench.rows(path, { ...BTC, orderLinkId: 'x' }).length,
    )
  bench.pass(199)
  expect(seen()).toEqual([0, 0, 0])
  bench.pass(1)
  expect(seen()).toEqual([1, 1, 1])
})

test('accounts see their own orders only', () => {
  const bench = createBench('calm')
  passive(bench, 'mine')
  expect(bench.rows('/v5/order/realtime', BTC, OTHER)).toEqual([])
  expect(bench.post('/v5/order/cancel', { ...BTC, orderLinkId: 'mine' }, OTHER).reply.retCode).toBe(110001)
})

test('other categories answer an empty list, no category and no symbol an error', () => {
  const bench = createBench('calm')
  for (const category of ['spot', 'inverse', 'option']) {
    for (const path of [
      '/v5/order/realtime',
      '/v5/position/list',
      '/v5/execution/list',
      '/v5/market/instruments-info',
      '/v5/market/tickers',
    ]) {
      expect(bench.get(path, { category })).toMatchObject({ retCode: 0, result: { list: [] } })
    }
  }
  expect(bench.get('/v5/order/realtime', {}).retCode).toBe(10001)
  expect(bench.get('/v5/position/list', {}).retCode).toBe(10001)
  expect(bench.get('/v5/order/realtime', { ...BTC, category: 'linaer' }).retCode).toBe(10001)
})

test("instruments are told with the world's own filters, page by page", () => {
  const bench = createBench('calm')
  const { rows, count } = pages(bench, '/v5/market/instruments-info', { limit: 2 })
  expect([rows.map((row) => row['symbol']), count]).toEqual([['BTCUSDT', 'ETHUSDT', 'SOLUSDT'], 2])
  expect(rows[0]).toMatchObject({
    status: 'Trading',
    priceFilter: { minPrice: '0.10', maxPrice: '1999999.80', tickSize: '0.10' },
    lotSizeFilter: {
      minOrderQty: '0.001',
      qtyStep: '0.001',
      maxOrderQty: '1190.000',
      maxMktOrderQty: '500.000',
      minNotionalValue: '5',
    },
    leverageFilter: { minLeverage: '1', maxLeverage: '100.00', leverageStep: '0.01' },
    fundingInterval: 480,
  })
})

test('time, account, key, funding and orderbook are there', () => {
  const bench = createBench('calm')
  bench.pass(1_234)
  expect(bench.get('/v5/market/time', {}).result).toEqual({ timeSecond: '1767225601', timeNano: '1767225601234000000' })
  expect(bench.get('/v5/account/info', {}).result).toMatchObject({
    marginMode: 'REGULAR_MARGIN',
    unifiedMarginStatus: 5,
  })
  expect(bench.get('/v5/user/query-api', {}).result).toMatchObject({ uta: 1, readOnly: 0 })
  expect(bench.rows('/v5/market/funding/history', { ...BTC, limit: 3 })).toMatchObject([
    { fundingRateTimestamp: String(START_MS) },
    { fundingRateTimestamp: String(START_MS - 28_800_000) },
    {},
  ])
  expect(bench.get('/v5/market/funding/history', { ...BTC, startTime: START_MS }).retCode).toBe(10001)
  const book = bench.get('/v5/market/orderbook', { ...BTC, limit: 5 }).result as { b: string[][]; a: string[][] }
  expect([book.b.length, book.a.length]).toEqual([5, 5])
})

test('the eleventh create of a rolling second is refused, with the moment it would not be', () => {
  const bench = createBench(worldOf('calm'))
  const order = () => passive(bench, '').reply
  for (let n = 0; n < 10; n += 1) {
    expect(order()).toMatchObject({ retCode: 0, limit: { limit: 10, remaining: 9 - n } })
    bench.pass(10)
  }
  expect(order()).toMatchObject({
    retCode: 10006,
    retMsg: 'Too many visits. Exceeded the API Rate Limit.',
    limit: { limit: 10, remaining: 0, resetMs: START_MS + 1_000 },
  })
  // Counters are by endpoint and by account.
  expect(bench.post('/v5/order/cancel-all', BTC).reply.retCode).toBe(0)
  expect(bench.order({ ...BTC, side: 'Buy', qty: '0.001', price: '59900.00' }, OTHER).reply.retCode).toBe(0)
  bench.pass(899)
  expect(order().retCode).toBe(10006)
  // The window slides: one place is free a second after the first, the next ten milliseconds later.
  bench.pass(1)
  expect(order()).toMatchObject({ retCode: 0, limit: { remaining: 0 } })
  expect(order().retCode).toBe(10006)
})

test('every private endpoint tells its limit, no public one does', () => {
  const bench = createBench(worldOf('calm', noLimits))
  expect(bench.get('/v5/order/realtime', BTC).limit).toEqual({ limit: 10_000, remaining: 9_999, resetMs: START_MS })
  expect(bench.get('/v5/market/time', {}).limit).toBeUndefined()
  expect(bench.core.accounts.get('exampleKeyMain00001')).toMatchObject({
    accountId: MAIN,
    apiSecret: 'exampleSecretMain0000000000000000001',
  })
})
