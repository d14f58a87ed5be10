import { expect, test } from 'vitest'
import { authenticateRequest, authenticateStream, sign } from './auth.ts'
import { KEY, SECRET } from './test-support/fake-core.ts'

const ACCOUNTS = new Map([[KEY, { accountId: '1001', apiSecret: SECRET }]])
const SENT_MS = 1767225600000

/** Signatures computed with two independent HMAC implementations beforehand, not by the code under test. */
const BODY =
  '{"category":"linear","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.010","price":"95000.0",' +
  '"timeInForce":"PostOnly","positionIdx":1,"orderLinkId":"arb-0001-L","reduceOnly":false}'
const VECTORS = [
  {
    name: 'a query',
    payload: 'category=linear&symbol=BTCUSDT&orderLinkId=arb-0001-L',
    signature: 'd258138c4813cfc697a08ac94d637e25e532f5cd08a4699e834db89a62dc9fc9',
  },
  {
    name: 'no query',
    payload: '',
    signature: '8138ddaac9947a3909ab4fdb04e15ef308fc2093ee575d1eaa2b3afc6eb25f43',
  },
  {
    name: 'an empty object',
    payload: '{}',
    signature: '78c8e980b470ed73c72998ace212dc50390351a740014dfa8cb6053e0c02f678',
  },
  {
    name: 'a compact body',
    payload: BODY,
    signature: 'c3b14beebb27d61cf829e00ca8aceab986ccb190da8929fff100b2d94858dea8',
  },
  {
    name: 'a body with blanks',
    payload: BODY.replaceAll(',"', ', "').replaceAll('":', '": '),
    signature: '63559c09fc4699094f55e1d50ba758c0244d10202bba1d51f872b52ae9a5cd2f',
  },
] as const

function headers(changes: Record<string, string | undefined> = {}): Record<string, string | undefined> {
  return {
    'x-bapi-api-key': KEY,
    'x-bapi-timestamp': String(SENT_MS),
    'x-bapi-recv-window': '5000',
    'x-bapi-sign': VECTORS[2].signature,
    ...changes,
  }
}

for (const { name, payload, signature } of VECTORS) {
  test(`a request signed over ${name} is admitted, byte for byte`, () => {
    const signed = headers({ 'x-bapi-sign': signature })
    expect(authenticateRequest(signed, payload, ACCOUNTS, SENT_MS)).toEqual({ ok: true, accountId: '1001' })
    expect(authenticateRequest(signed, Buffer.from(payload), ACCOUNTS, SENT_MS)).toMatchObject({ ok: true })
  })
}

test('a signature over other bytes is refused with the text the venue signed', () => {
  expect(authenticateRequest(headers(), '{"a":1}', ACCOUNTS, SENT_MS)).toEqual({
    ok: false,
    retCode: 10004,
    retMsg: `error sign! origin_string[${SENT_MS}${KEY}5000{"a":1}]`,
  })
})

test('an unknown or missing key is refused before anything else', () => {
  const invalid = { ok: false, retCode: 10003, retMsg: 'API key is invalid.' }
  expect(authenticateRequest(headers({ 'x-bapi-api-key': 'nobody' }), '{}', ACCOUNTS, SENT_MS)).toEqual(invalid)
  expect(authenticateRequest(headers({ 'x-bapi-api-key': undefined }), '{}', ACCOUNTS, SENT_MS)).toEqual(invalid)
})

test('a missing timestamp or signature is named', () => {
  expect(authenticateRequest(headers({ 'x-bapi-timestamp': undefined }), '{}', ACCOUNTS, SENT_MS)).toMatchObject({
    retCode: 10001,
    retMsg: `empty value: apiTimestamp[] apiKey[${KEY}] apiSignature[${VECTORS[2].signature}]`,
  })
  expect(authenticateRequest(headers({ 'x-bapi-sign': undefined }), '{}', ACCOUNTS, SENT_MS)).toMatchObject({
    retCode: 10001,
  })
})

test('the receive window holds to the millisecond at both ends', () => {
  const codeAt = (nowMs: number): number => {
    const result = authenticateRequest(headers(), '{}', ACCOUNTS, nowMs)
    return result.ok ? 0 : result.retCode
  }
  expect(codeAt(SENT_MS + 5000)).toBe(0)
  expect(codeAt(SENT_MS + 5001)).toBe(10002)
  expect(codeAt(SENT_MS - 999)).toBe(0)
  expect(codeAt(SENT_MS - 1000)).toBe(10002)
})

test('a request from the future is refused however wide its window, and told the three numbers', () => {
  const wide = headers({ 'x-bapi-recv-window': '50000' })
  expect(authenticateRequest(wide, '{}', ACCOUNTS, SENT_MS - 1006)).toMatchObject({
    retCode: 10002,
    retMsg:
      'invalid request, please check your server timestamp or recv_window param. ' +
      `req_timestamp[${SENT_MS}],server_timestamp[${SENT_MS - 1006}],recv_window[50000]`,
  })
})

test('without a receive window 5,000 ms count', () => {
  const bare = (nowMs: number) =>
    authenticateRequest(
      headers({ 'x-bapi-recv-window': undefined, 'x-bapi-sign': sign(SECRET, `${SENT_MS}${KEY}`, '{}') }),
      '{}',
      ACCOUNTS,
      nowMs,
    )
  expect(bare(SENT_MS + 5000)).toMatchObject({ ok: true })
  expect(bare(SENT_MS + 5001)).toMatchObject({ retCode: 10002 })
})

test('a timestamp or window that is no number is outside the window', () => {
  for (const bad of [{ 'x-bapi-timestamp': 'soon' }, { 'x-bapi-recv-window': '5s' }, { 'x-bapi-timestamp': '-1' }]) {
    expect(authenticateRequest(headers(bad), '{}', ACCOUNTS, SENT_MS)).toMatchObject({ retCode: 10002 })
  }
})

test('a stream is authenticated with expires as number or as text, and only until then', () => {
  const signature = 'a628de1c7c481773c4dab1d7e9b12a3f9bb347c7d4bc112421ee889120fc3013'
  const expires = 1767225610000
  expect(authenticateStream([KEY, expires, signature], ACCOUNTS, expires - 1)).toBe('1001')
  expect(authenticateStream([KEY, String(expires), signature], ACCOUNTS, expires - 1)).toBe('1001')
  expect(authenticateStream([KEY, expires, signature], ACCOUNTS, expires)).toBeUndefined()
})

test('a stream with wrong arguments is not authenticated', () => {
  const good = sign(SECRET, 'GET/realtime2000')
  for (const args of [undefined, [], [KEY], [KEY, 2000], [KEY, 2000, 'no'], ['x', 2000, good], [KEY, null, good], {}]) {
    expect(authenticateStream(args, ACCOUNTS, 1000)).toBeUndefined()
  }
})
