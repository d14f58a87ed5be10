import { readFileSync } from 'node:fs'
import { type DefaultLogger, WebsocketAPIClient } from 'bybit-api'
import { expect, test } from 'vitest'
import { DEFAULT_WORLD } from './default-world.ts'
import { type ExchangeOptions, startExchange } from './server.ts'
import { control } from './spawn.ts'
import { authFrame, connect, get, manualClock, post, type SocketClient } from './test-support/clients.ts'
import { parseWorld } from './world.ts'

/**
 * The shell and the real core together: what is one budget, one book, one account, whichever way it is reached.
 */
const NOW_MS = 1767225600000
const CALM = JSON.parse(readFileSync(DEFAULT_WORLD, 'utf8')) as { readonly accounts: readonly object[] }

async function setUp(world: object = CALM, options: Omit<ExchangeOptions, 'world'> = {}) {
  const clock = manualClock(NOW_MS)
  const exchange = await startExchange({ world: parseWorld(world), clock, ...options })
  const { apiKey: key, apiSecret: secret } = exchange
  const signed = () => ({ timestampMs: clock.wallMs(), key, secret })
  const create = async (restUrl: string, fields: object = {}) =>
    (await post(`${restUrl}/v5/order/create`, JSON.stringify({ ...ORDER, ...fields }), signed())).json
  const trader = async (): Promise<SocketClient> => {
    const client = await connect(exchange.tradeUrl)
    await client.ask(authFrame(clock.wallMs() + 1000, key, secret))
    return client
  }
  const listener = async (...args: string[]): Promise<SocketClient> => {
    const client = await connect(exchange.privateUrl)
    await client.ask(authFrame(clock.wallMs() + 1000, key, secret))
    await client.ask({ op: 'subscribe', args })
    return client
  }
  return { clock, exchange, signed, create, trader, listener, [Symbol.asyncDispose]: exchange.close }
}

/** Far below the market, yet inside its band: it rests. */
const ORDER = {
  category: 'linear',
  symbol: 'BTCUSDT',
  side: 'Buy',
  orderType: 'Limit',
  qty: '0.010',
  price: '59500.0',
}

function request(op: string, args: object, timestampMs = NOW_MS): object {
  return { header: { 'X-BAPI-TIMESTAMP': String(timestampMs) }, op, args: [args] }
}

test('orders over REST and over the trade socket share one budget, limit headers included', async () => {
  await using venue = await setUp()
  using client = await venue.trader()
  const { restUrl } = venue.exchange
  for (let i = 0; i < 5; i += 1) {
    expect(await venue.create(restUrl)).toMatchObject({ retCode: 0 })
    expect(await client.ask(request('order.create', ORDER))).toMatchObject({
      retCode: 0,
      header: { 'X-Bapi-Limit': '10', 'X-Bapi-Limit-Status': String(8 - 2 * i) },
    })
  }
  expect(await client.ask(request('order.create', ORDER))).toMatchObject({
    retCode: 10006,
    header: { 'X-Bapi-Limit-Status': '0', 'X-Bapi-Limit-Reset-Timestamp': String(NOW_MS + 1000) },
  })
  expect(await venue.create(restUrl)).toMatchObject({ retCode: 10006 })
  venue.clock.pass(1000)
  expect(await client.ask(request('order.create', ORDER, NOW_MS + 1000))).toMatchObject({ retCode: 0 })
})

test('an order lives on whichever way it is reached: created by socket, amended and cancelled in batches, seen on REST', async () => {
  await using venue = await setUp()
  using client = await venue.trader()
  const created = await client.ask(request('order.create', { ...ORDER, orderLinkId: 'mine' }))
  const { orderId } = created['data'] as { readonly orderId: string }
  const amend = { category: 'linear', request: [{ symbol: 'BTCUSDT', orderLinkId: 'mine', qty: '0.020' }] }
  expect(await client.ask(request('order.amend-batch', amend))).toMatchObject({
    retCode: 0,
    retExtInfo: { list: [{ code: 0 }] },
  })
  const query = 'category=linear&symbol=BTCUSDT'
  const realtime = await get(`${venue.exchange.restUrl}/v5/order/realtime`, query, venue.signed())
  expect(realtime.json).toMatchObject({ result: { list: [{ orderId, orderLinkId: 'mine', qty: '0.020' }] } })
  const cancel = {
    category: 'linear',
    request: [
      { symbol: 'BTCUSDT', orderId },
      { symbol: 'BTCUSDT', orderId: 'no' },
    ],
  }
  expect(await client.ask(request('order.cancel-batch', cancel))).toMatchObject({
    retCode: 0,
    data: { list: [{ orderId }, { orderId: 'no' }] },
    retExtInfo: { list: [{ code: 0 }, { code: 110001 }] },
  })
})

test('a missing position index is a code for each order of a batch in hedge mode', async () => {
  const accounts = CALM.accounts.map((each) => ({ ...each, positionMode: 3 }))
  await using venue = await setUp({ ...CALM, accounts })
  using client = await venue.trader()
  const orders = { category: 'linear', request: [ORDER, { ...ORDER, positionIdx: 1 }] }
  const answer = await client.ask(request('order.create-batch', orders))
  expect(answer['retExtInfo']).toMatchObject({
    list: [{ code: 10001, msg: 'position idx not match position mode' }, { code: 0 }],
  })
  expect(answer).toMatchObject({ retCode: 0, data: { list: [{ orderId: '', createAt: '' }, {}] } })
})

test('a taker over the socket is told of its fills on both execution topics', async () => {
  await using venue = await setUp()
  using client = await venue.trader()
  using slow = await venue.listener('execution')
  using fast = await venue.listener('execution.fast')
  const market = { ...ORDER, orderType: 'Market', orderLinkId: 'mine' }
  expect(await client.ask(request('order.create', market))).toMatchObject({ retCode: 0 })
  const [{ data: rows }, { data: fastRows, ...envelope }] = [await slow.next(), await fast.next()]
  const [row, fastRow] = [(rows as object[])[0]!, (fastRows as object[])[0]!]
  expect(Object.keys(envelope)).toEqual(['topic', 'creationTime'])
  expect(row).toMatchObject({ ...fastRow, execFee: expect.any(String) })
  expect(fastRow).not.toHaveProperty('execFee')
})

test('a resting order hears of its fill on execution.fast without its client order id', async () => {
  await using venue = await setUp(CALM, { adminPort: 0 })
  using fast = await venue.listener('execution.fast')
  using slow = await venue.listener('execution')
  await venue.create(venue.exchange.restUrl, { orderLinkId: 'mine', price: '59900.0' })
  // The market falls to where the order rests.
  await control(venue.exchange.adminUrl!, { do: 'move', symbol: 'BTCUSDT', bps: -60 })
  expect(await slow.next()).toMatchObject({ data: [{ orderLinkId: 'mine', isMaker: true }] })
  expect(await fast.next()).toMatchObject({ data: [{ orderLinkId: '', isMaker: true }] })
})

test('when the last protected socket is gone for ten seconds all open orders are cancelled, unless one comes back', async () => {
  await using venue = await setUp()
  using orders = await venue.listener('order')
  const first = await venue.listener('dcp.future')
  await venue.create(venue.exchange.restUrl)
  expect(await orders.next()).toMatchObject({ data: [{ orderStatus: 'New' }] })
  first.socket.terminate()
  await first.closed
  await orders.ask({ op: 'ping' })
  venue.clock.pass(9000)
  const second = await venue.listener('dcp.future')
  venue.clock.pass(60_000)
  expect(await orders.ask({ op: 'ping' })).toMatchObject({ op: 'pong' })
  second.socket.close()
  await second.closed
  await orders.ask({ op: 'ping' })
  venue.clock.pass(10_100)
  expect(await orders.next()).toMatchObject({ data: [{ orderStatus: 'Cancelled', cancelType: 'CancelByDCP' }] })
})

test('demo accounts keep the default limits, whatever the world allows others', async () => {
  const [first, second, ...rest] = CALM.accounts
  const accounts = [{ ...first, environment: 'demo' }, { ...second, environment: 'mainnet' }, ...rest]
  const limits = { create: 12 }
  const listeners = [{ persona: 'demo' }, { persona: 'mainnet-like' }] as const
  await using venue = await setUp({ ...CALM, accounts, limits }, { listeners })
  const [demo, mainnet] = venue.exchange.listeners as [
    (typeof venue.exchange.listeners)[0],
    (typeof venue.exchange.listeners)[0],
  ]
  const accepted = async ({ restUrl, apiKey: key, apiSecret: secret }: typeof demo): Promise<number> => {
    let count = 0
    const body = JSON.stringify(ORDER)
    const send = () => post(`${restUrl}/v5/order/create`, body, { timestampMs: NOW_MS, key, secret })
    while ((await send()).json?.['retCode'] === 0) count += 1
    return count
  }
  expect([await accepted(demo), await accepted(mainnet)]).toEqual([10, 12])
})

test('two personas, one market: an order placed at demo rests in the book mainnet shows', async () => {
  const listeners = [{ persona: 'mainnet-like' }, { persona: 'demo' }] as const
  await using venue = await setUp(CALM, { listeners })
  const [mainnet, demo] = venue.exchange.listeners
  const book = async () => {
    venue.clock.pass(1000)
    const query = 'category=linear&symbol=BTCUSDT&limit=500'
    const answer = await get(`${mainnet!.restUrl}/v5/market/orderbook`, query, venue.signed())
    return (answer.json!['result'] as { readonly b: readonly (readonly [string, string])[] }).b
  }
  const price = Number(ORDER.price)
  expect((await book()).find(([each]) => Number(each) === price)).toBeUndefined()
  expect(await venue.create(demo!.restUrl)).toMatchObject({ retCode: 0 })
  expect((await book()).find(([each]) => Number(each) === price)).toEqual(['59500.00', ORDER.qty])
})

const SILENT: DefaultLogger = { trace: () => undefined, info: () => undefined, error: () => undefined }

test('the bybit-api package trades over the socket: create, amend, cancel, a batch, a refusal', async () => {
  await using exchange = await startExchange({ world: parseWorld(CALM) })
  const { apiKey: key, apiSecret: secret, tradeUrl } = exchange
  const client = new WebsocketAPIClient({ key, secret, wsUrl: tradeUrl, attachEventListeners: false }, SILENT)
  try {
    const order = { category: 'linear', symbol: 'BTCUSDT', side: 'Buy', orderType: 'Limit', qty: '0.010' } as const
    const created = await client.submitNewOrder({ ...order, price: '59500.0', orderLinkId: 'one' })
    expect(created).toMatchObject({ retCode: 0, data: { orderLinkId: 'one' } })
    const own = { category: 'linear', symbol: 'BTCUSDT', orderLinkId: 'one' } as const
    expect(await client.amendOrder({ ...own, price: '59400.0' })).toMatchObject({ retCode: 0 })
    expect(await client.cancelOrder(own)).toMatchObject({ retCode: 0, data: { orderLinkId: 'one' } })
    const batch = await client.batchSubmitOrders('linear', [
      { ...order, price: '59500.0' },
      { ...order, price: '59500.0', qty: '0' },
    ])
    expect(batch).toMatchObject({ retCode: 0, retExtInfo: { list: [{ code: 0 }, { code: 10001 }] } })
    await expect(client.cancelOrder(own)).rejects.toMatchObject({ retCode: 110001 })
  } finally {
    client.getWSClient().closeAll(true)
  }
})
