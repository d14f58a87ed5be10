import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { sign } from './auth.ts'
import { ROUTES } from './routes.ts'
import { startExchange } from './server.ts'
import type { RunningExchange } from './shell.ts'
import { type Answer, authFrame, call, connect, get, manualClock, post } from './test-support/clients.ts'
import { parseWorld } from './world.ts'

/** What surrounds the result, endpoint by endpoint (facts §3.0), and that one budget and one key serve every door (§9). */
const NOW_MS = 1767225600000
const CALM = JSON.parse(readFileSync(new URL('../../fixtures/worlds/calm.json', import.meta.url), 'utf8')) as object
const WHOLE = ['retCode', 'retMsg', 'result', 'retExtInfo', 'time']
const CODE_ALONE = ['retCode', 'retMsg']

/** `retMsg` of success and the parts there are, as the documents' samples have them; all others say "OK" and are whole. */
const MANNERS: Readonly<Record<string, readonly [says: string, parts: readonly string[]]>> = {
  '/v5/market/price-limit': ['', WHOLE],
  '/v5/account/info': ['OK', ['retCode', 'retMsg', 'result']],
  '/v5/account/smp-group': ['success', WHOLE],
  '/v5/account/query-dcp-info': ['success', WHOLE],
  '/v5/order/disconnected-cancel-all': ['success', CODE_ALONE],
  '/v5/account/set-limit-px-action': ['success', WHOLE],
  '/v5/account/set-margin-mode': ['Request accepted', WHOLE],
  '/v5/account/set-hedging-mode': ['SUCCESS', CODE_ALONE],
  '/v5/asset/coin/query-info': ['', WHOLE],
  '/v5/user/query-api': ['', WHOLE],
}

/** Every parameter some endpoint needs; each takes what it knows. */
const PARAMS: Readonly<Record<string, unknown>> = {
  category: 'linear',
  symbol: 'BTCUSDT',
  side: 'Buy',
  orderType: 'Limit',
  qty: '0.001',
  price: '59500',
  accountType: 'UNIFIED',
  intervalTime: '5min',
  interval: '1',
  modifyEnable: true,
  setMarginMode: 'REGULAR_MARGIN',
  setHedgingMode: 'ON',
  mode: 3,
  buyLeverage: '5',
  sellLeverage: '5',
  product: 'DERIVATIVES',
  timeWindow: 10,
  request: [{ symbol: 'BTCUSDT', side: 'Buy', orderType: 'Limit', qty: '0.001', price: '59500' }],
}

function start(changes: object = {}): Promise<RunningExchange> {
  return startExchange({ world: parseWorld({ ...CALM, ...changes }), clock: manualClock(NOW_MS) })
}

function ask(exchange: RunningExchange, path: string, method: string, params = PARAMS): Promise<Answer> {
  const { restUrl, apiKey: key, apiSecret: secret } = exchange
  const signed = { timestampMs: NOW_MS, key, secret }
  if (method === 'POST') return post(`${restUrl}${path}`, JSON.stringify(params), signed)
  const plain = Object.entries(params).filter(([, value]) => typeof value === 'string') as [string, string][]
  return get(`${restUrl}${path}`, new URLSearchParams(plain).toString(), signed)
}

test.each([...ROUTES])(
  '%s answers in the envelope of its sample, with its limit in the headers',
  async (path, { method }) => {
    await using exchange = await start()
    const { status, json, headers } = await ask(exchange, path, method)
    const isRefused = json?.['retCode'] !== 0
    const [says, parts] = MANNERS[path] ?? ['OK', WHOLE]
    expect(status).toBe(200)
    expect(Object.keys(json ?? {})).toEqual(isRefused ? WHOLE : parts)
    if (isRefused) expect(json).toMatchObject({ retMsg: expect.stringMatching(/\w/), result: {}, retExtInfo: {} })
    else expect(json?.['retMsg']).toBe(says)
    if (json?.['retExtInfo'] !== undefined && !path.endsWith('-batch')) expect(json['retExtInfo']).toEqual({})
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-bapi-limit': expect.stringMatching(/^\d+$/),
      'x-bapi-limit-status': expect.stringMatching(/^\d+$/),
      'x-bapi-limit-reset-timestamp': String(NOW_MS),
    })
  },
)

test('the manners are those of endpoints that are there and were asked for with success', async () => {
  await using exchange = await start()
  for (const path of Object.keys(MANNERS)) {
    const { json } = await ask(exchange, path, ROUTES.get(path)!.method)
    expect(json?.['retCode'], path).toBe(0)
  }
})

test('a world may say that every envelope is whole', async () => {
  await using exchange = await start({ doubts: { sparseEnvelopes: false } })
  const { json } = await ask(exchange, '/v5/account/info', 'GET')
  expect(Object.keys(json ?? {})).toEqual(WHOLE)
})

test('orders over the trade socket and over REST spend one budget, and each tells what is left of it', async () => {
  await using exchange = await start()
  using trade = await connect(exchange.tradeUrl)
  await trade.ask(authFrame(NOW_MS + 1000, exchange.apiKey, exchange.apiSecret))
  const overSocket = () =>
    trade.ask({ op: 'order.create', header: { 'X-BAPI-TIMESTAMP': String(NOW_MS) }, args: [PARAMS] })
  const overRest = () => ask(exchange, '/v5/order/create', 'POST')
  for (let left = 9; left > 0; left -= 2) {
    expect(await overSocket()).toMatchObject({ retCode: 0, header: { 'X-Bapi-Limit-Status': String(left) } })
    expect((await overRest()).headers).toMatchObject({ 'x-bapi-limit-status': String(left - 1) })
  }
  expect(await overSocket()).toMatchObject({ retCode: 10006 })
  expect((await overRest()).json).toMatchObject({ retCode: 10006 })
})

test('what a key may not do over REST it may not do over the trade socket', async () => {
  const [first, ...others] = (CALM as { accounts: object[] }).accounts
  await using exchange = await start({ accounts: [{ ...first, readOnly: true }, ...others] })
  using trade = await connect(exchange.tradeUrl)
  await trade.ask(authFrame(NOW_MS + 1000, exchange.apiKey, exchange.apiSecret))
  const header = { 'X-BAPI-TIMESTAMP': String(NOW_MS) }
  expect(await trade.ask({ op: 'order.create', header, args: [PARAMS] })).toMatchObject({ retCode: 10005 })
  expect((await ask(exchange, '/v5/order/create', 'POST')).json).toMatchObject({ retCode: 10005 })
})

test('a query that ends in a bare question mark is signed as an empty one', async () => {
  await using exchange = await start()
  const { apiKey: key, apiSecret: secret } = exchange
  const headers = {
    'x-bapi-api-key': key,
    'x-bapi-timestamp': String(NOW_MS),
    'x-bapi-sign': sign(secret, `${NOW_MS}${key}`),
  }
  const answer = await call(`${exchange.restUrl}/v5/user/query-api?`, { headers })
  expect(answer.json).toMatchObject({ retCode: 0, result: { apiKey: key } })
})

test('a cursor works as pybit sends it back and as bybit-api does: as it came, and encoded once more', async () => {
  await using exchange = await start()
  const { restUrl, apiKey: key, apiSecret: secret } = exchange
  for (let at = 0; at < 3; at += 1) await ask(exchange, '/v5/order/create', 'POST')
  const page = async (cursor: string): Promise<readonly string[]> => {
    const query = `category=linear&cursor=${cursor}&limit=2&symbol=BTCUSDT`
    const { json } = await get(`${restUrl}/v5/order/realtime`, query, { timestampMs: NOW_MS, key, secret })
    expect(json).toMatchObject({ retCode: 0 })
    const { list, nextPageCursor } = json!['result'] as { list: { orderId: string }[]; nextPageCursor: string }
    return [nextPageCursor, ...list.map(({ orderId }) => orderId)]
  }
  const [cursor = '', ...newest] = await page('')
  const [, ...sentAsItCame] = await page(cursor)
  const [, ...encodedOnceMore] = await page(encodeURIComponent(cursor))
  expect(sentAsItCame).toHaveLength(1)
  expect(encodedOnceMore).toEqual(sentAsItCame)
  expect(newest).not.toContain(sentAsItCame[0])
})
