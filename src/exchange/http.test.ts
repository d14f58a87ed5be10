import { expect, test } from 'vitest'
import { BODY_MAX_BYTES } from './http-answers.ts'
import { call, get, post, signedHeaders } from './test-support/clients.ts'
import { OK } from './test-support/fake-core.ts'
import { NOW_MS, setUp } from './test-support/setting.ts'

test('a signed order reaches the core as its account, and the reply comes in the envelope with limit headers', async () => {
  await using setting = await setUp()
  const limit = { limit: 10, remaining: 9, resetMs: NOW_MS + 7 }
  const result = { orderId: 'o-1', orderLinkId: 'mine' }
  setting.core.answer = { reply: { ...OK, result, limit }, pushes: [] }

  const answer = await post(setting.create, '{"category":"linear","positionIdx":1}', { timestampMs: NOW_MS })

  expect(setting.core.requests).toEqual([
    {
      accountId: '1001',
      method: 'POST',
      path: '/v5/order/create',
      params: { category: 'linear', positionIdx: 1 },
    },
  ])
  expect(answer.status).toBe(200)
  expect(answer.text).toBe(
    `{"retCode":0,"retMsg":"OK","result":{"orderId":"o-1","orderLinkId":"mine"},"retExtInfo":{},"time":${NOW_MS}}`,
  )
  expect(answer.headers).toMatchObject({
    'x-bapi-limit': '10',
    'x-bapi-limit-status': '9',
    'x-bapi-limit-reset-timestamp': String(NOW_MS + 7),
  })
})

test('a signed query is verified as received and reaches the core decoded', async () => {
  await using setting = await setUp()
  const url = `${setting.exchange.restUrl}/v5/order/realtime`
  expect(await get(url, 'category=linear&cursor=a%3Ab', { timestampMs: NOW_MS })).toMatchObject({ status: 200 })
  expect(await get(`${url}?`, '', { timestampMs: NOW_MS })).toMatchObject({ json: { retCode: 0 } })
  expect(setting.core.requests.map((each) => ({ ...each.params }))).toEqual([{ category: 'linear', cursor: 'a:b' }, {}])
})

test('what the venue refuses for its signature is HTTP 200 with the envelope, and never reaches the core', async () => {
  await using setting = await setUp()
  const secret = 'wrong'
  const answers = [
    await post(setting.create, '{}', { timestampMs: NOW_MS, key: 'nobody' }),
    await post(setting.create, '{}', { timestampMs: NOW_MS - 5001 }),
    await post(setting.create, '{}', { timestampMs: NOW_MS, secret }),
    await call(setting.create, { method: 'POST', body: '{}' }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect(answers.map(({ json }) => json?.['retCode'])).toEqual([10003, 10002, 10004, 10003])
  expect(answers[0]?.json).toEqual({
    retCode: 10003,
    retMsg: 'API key is invalid.',
    result: {},
    retExtInfo: {},
    time: NOW_MS,
  })
  expect(setting.core.requests).toEqual([])
})

test('market data needs no signature and tolerates a wrong one', async () => {
  await using setting = await setUp()
  const url = `${setting.exchange.restUrl}/v5/market/time`
  expect(await call(url)).toMatchObject({ status: 200, json: { retCode: 0 } })
  expect(await get(url, '', { timestampMs: 1, secret: 'wrong' })).toMatchObject({ status: 200, json: { retCode: 0 } })
  expect(setting.core.requests.map((each) => each.accountId)).toEqual([null, null])
})

test('a call that is no request gets an HTTP status: path 404, method 400, body of a GET 403, malformed JSON 400', async () => {
  await using setting = await setUp()
  const { restUrl } = setting.exchange
  const sendJson = (body: string) => post(setting.create, body, { timestampMs: NOW_MS })
  expect(await call(`${restUrl}/v5/nothing`)).toMatchObject({ status: 404 })
  expect(await call(`${restUrl}/v5/public/linear`)).toMatchObject({ status: 404 })
  expect(await call(setting.create)).toMatchObject({ status: 400 })
  expect(await call(`${restUrl}/v5/market/time`, { method: 'POST', body: '{}' })).toMatchObject({ status: 400 })
  expect(await call(`${restUrl}/v5/market/time`, { body: '{}' })).toMatchObject({ status: 403 })
  for (const body of ['{"a":', '[]', 'null', '"text"', '7']) expect(await sendJson(body)).toMatchObject({ status: 400 })
  expect(await sendJson('')).toMatchObject({ status: 200 })
  expect(setting.core.requests).toHaveLength(1)
  expect(setting.exchange.counters().http).toEqual({ requests: 11, refused: 10 })
})

test('a body beyond the bound is refused without being read to its end', async () => {
  await using setting = await setUp()
  const huge = Buffer.alloc(BODY_MAX_BYTES * 8, 'x')
  const answer = await call(setting.create, { method: 'POST', body: huge }).catch((error: Error) => error)
  // The refusal may be overtaken by the reset of a connection still being written to.
  if (answer instanceof Error) expect(answer.message).toMatch(/ECONNRESET|EPIPE|socket hang up/)
  else expect(answer).toMatchObject({ status: 413 })
  expect(setting.core.requests).toEqual([])
})

test('an address that calls too often is banned from all REST, cancels included, until the ban is over', async () => {
  await using setting = await setUp({ ipCallsPer5s: 3, ipBanMs: 60_000 })
  const time = `${setting.exchange.restUrl}/v5/market/time`
  for (let i = 0; i < 3; i += 1) expect(await call(time)).toMatchObject({ status: 200 })
  expect(await call(time)).toMatchObject({ status: 403, text: 'access too frequent' })
  setting.clock.pass(59_999)
  const cancel = `${setting.exchange.restUrl}/v5/order/cancel`
  expect(await post(cancel, '{}', { timestampMs: NOW_MS + 59_999 })).toMatchObject({ status: 403 })
  setting.clock.pass(1)
  expect(await call(time)).toMatchObject({ status: 200 })
})

test('limit headers tell the account what is left at the endpoint, and everybody else what is left to the address', async () => {
  await using setting = await setUp({ ipCallsPer5s: 20 })
  const reset = String(NOW_MS)
  const headersOf = async (answer: Promise<{ headers: object }>): Promise<object> => (await answer).headers
  setting.core.answer = { reply: { ...OK, limit: { limit: 10, remaining: 9, resetMs: NOW_MS } }, pushes: [] }
  expect(await headersOf(post(setting.create, '{}', { timestampMs: NOW_MS }))).toMatchObject({
    'x-bapi-limit': '10',
    'x-bapi-limit-status': '9',
    'x-bapi-limit-reset-timestamp': reset,
  })
  setting.core.answer = { reply: OK, pushes: [] }
  const market = { 'x-bapi-limit': '20', 'x-bapi-limit-status': '18', 'x-bapi-limit-reset-timestamp': reset }
  expect(await headersOf(call(`${setting.exchange.restUrl}/v5/market/time`))).toMatchObject(market)
  const unknownKey = post(setting.create, '{}', { timestampMs: NOW_MS, key: 'nobody' })
  expect(await headersOf(unknownKey)).toMatchObject({ ...market, 'x-bapi-limit-status': '17' })
})

test('an address has 600 calls in five seconds unless the world says otherwise', async () => {
  await using setting = await setUp()
  const { headers } = await call(`${setting.exchange.restUrl}/v5/market/time`)
  expect(headers).toMatchObject({ 'x-bapi-limit': '600', 'x-bapi-limit-status': '599' })
})

test('a world may leave out limit headers where no account was asked', async () => {
  await using setting = await setUp({ doubts: { limitHeadersElsewhere: 'none' } })
  const { headers } = await call(`${setting.exchange.restUrl}/v5/market/time`)
  expect(Object.keys(headers).filter((name) => name.startsWith('x-bapi'))).toEqual([])
})

test('refusals for key, time and signature are HTTP 401 where the world says so, with the same envelope', async () => {
  await using setting = await setUp({ doubts: { authStatus: 401 } })
  const answers = [
    await post(setting.create, '{}', { timestampMs: NOW_MS, key: 'nobody' }),
    await post(setting.create, '{}', { timestampMs: NOW_MS - 5001 }),
    await post(setting.create, '{}', { timestampMs: NOW_MS, secret: 'wrong' }),
    await post(setting.create, '{}', { timestampMs: NOW_MS }),
  ]
  expect(answers.map(({ status, json }) => [status, json?.['retCode']])).toEqual([
    [401, 10003],
    [401, 10002],
    [401, 10004],
    [200, 0],
  ])
  expect(setting.exchange.counters().http).toEqual({ requests: 4, refused: 3 })
})

test('more calls in a second than the venue bears are HTTP 429, whoever makes them, and count against no ban', async () => {
  await using setting = await setUp({ systemCallsPerS: 2 })
  const time = `${setting.exchange.restUrl}/v5/market/time`
  expect(await call(time)).toMatchObject({ status: 200 })
  expect(await post(setting.create, '{}', { timestampMs: NOW_MS })).toMatchObject({ status: 200 })
  expect(await post(setting.create, '{}', { timestampMs: NOW_MS })).toMatchObject({ status: 429 })
  expect(setting.core.requests).toHaveLength(2)
  setting.clock.pass(1000)
  expect(await call(time)).toMatchObject({ status: 200 })
})

test('a body signed with blanks between its parts is verified as it came', async () => {
  await using setting = await setUp()
  const spaced = '{"category": "linear", "symbol": "BTCUSDT", "qty": "0.010"}'
  expect(await post(setting.create, spaced, { timestampMs: NOW_MS })).toMatchObject({ json: { retCode: 0 } })
  const headers = signedHeaders(spaced, { timestampMs: NOW_MS })
  const compact = await call(setting.create, { method: 'POST', body: spaced.replaceAll(' ', ''), headers })
  expect(compact.json).toMatchObject({ retCode: 10004, retMsg: expect.stringContaining('"symbol":"BTCUSDT"') })
})

test('parts of the envelope an answer goes without are left out', async () => {
  await using setting = await setUp()
  setting.core.answer = { reply: { ...OK, omits: ['retExtInfo', 'time'] }, pushes: [] }
  const { text } = await post(setting.create, '{}', { timestampMs: NOW_MS })
  expect(text).toBe('{"retCode":0,"retMsg":"OK","result":{}}')
})

test('a connection is kept open between requests', async () => {
  await using setting = await setUp()
  const body = '{}'
  const answer = await call(setting.create, {
    method: 'POST',
    body,
    headers: { ...signedHeaders(body, { timestampMs: NOW_MS }), connection: 'keep-alive' },
  })
  expect(answer.headers).toMatchObject({ connection: 'keep-alive', 'keep-alive': 'timeout=120' })
})
