import { createSign, generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Authentication, authenticateRequest, authenticateStream, plainAddress, sign } from './auth.ts'
import type { KeyHolder } from './core/types.ts'
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

/** A call from the loopback address. */
function ask(
  signed: Record<string, string | undefined>,
  payload: string | Buffer = '{}',
  nowMs = SENT_MS,
  accounts: ReadonlyMap<string, KeyHolder> = ACCOUNTS,
): Authentication {
  return authenticateRequest({ headers: signed, payload, address: '127.0.0.1' }, accounts, nowMs)
}

for (const { name, payload, signature } of VECTORS) {
  test(`a request signed over ${name} is admitted, byte for byte`, () => {
    const signed = headers({ 'x-bapi-sign': signature })
    expect(ask(signed, payload)).toEqual({ ok: true, accountId: '1001' })
    expect(ask(signed, Buffer.from(payload))).toMatchObject({ ok: true })
  })
}

test('a signature over other bytes is refused with the text the venue signed', () => {
  expect(ask(headers(), '{"a":1}')).toEqual({
    ok: false,
    retCode: 10004,
    retMsg: `error sign! origin_string[${SENT_MS}${KEY}5000{"a":1}]`,
  })
})

test('an unknown or missing key is refused before anything else', () => {
  const invalid = { ok: false, retCode: 10003, retMsg: 'API key is invalid.' }
  expect(ask(headers({ 'x-bapi-api-key': 'nobody' }))).toEqual(invalid)
  expect(ask(headers({ 'x-bapi-api-key': undefined }))).toEqual(invalid)
})

test('a missing timestamp or signature is named', () => {
  expect(ask(headers({ 'x-bapi-timestamp': undefined }))).toMatchObject({
    retCode: 10001,
    retMsg: `empty value: apiTimestamp[] apiKey[${KEY}] apiSignature[${VECTORS[2].signature}]`,
  })
  expect(ask(headers({ 'x-bapi-sign': undefined }))).toMatchObject({
    retCode: 10001,
  })
})

test('the receive window holds to the millisecond at both ends', () => {
  const codeAt = (nowMs: number): number => {
    const result = ask(headers(), '{}', nowMs)
    return result.ok ? 0 : result.retCode
  }
  expect(codeAt(SENT_MS + 5000)).toBe(0)
  expect(codeAt(SENT_MS + 5001)).toBe(10002)
  expect(codeAt(SENT_MS - 999)).toBe(0)
  expect(codeAt(SENT_MS - 1000)).toBe(10002)
})

test('a request from the future is refused however wide its window, and told the three numbers', () => {
  const wide = headers({ 'x-bapi-recv-window': '50000' })
  expect(ask(wide, '{}', SENT_MS - 1006)).toMatchObject({
    retCode: 10002,
    retMsg:
      'invalid request, please check your server timestamp or recv_window param. ' +
      `req_timestamp[${SENT_MS}],server_timestamp[${SENT_MS - 1006}],recv_window[50000]`,
  })
})

test('without a receive window 5,000 ms count', () => {
  const bare = (nowMs: number) =>
    ask(
      headers({ 'x-bapi-recv-window': undefined, 'x-bapi-sign': sign(SECRET, `${SENT_MS}${KEY}`, '{}') }),
      '{}',
      nowMs,
    )
  expect(bare(SENT_MS + 5000)).toMatchObject({ ok: true })
  expect(bare(SENT_MS + 5001)).toMatchObject({ retCode: 10002 })
})

test('a timestamp or window that is no number is outside the window', () => {
  for (const bad of [{ 'x-bapi-timestamp': 'soon' }, { 'x-bapi-recv-window': '5s' }, { 'x-bapi-timestamp': '-1' }]) {
    expect(ask(headers(bad))).toMatchObject({ retCode: 10002 })
  }
})

test('a key bound to addresses is refused from others, whatever else is wrong with the request', () => {
  const bound = (ips: string[]): ReadonlyMap<string, KeyHolder> =>
    new Map([[KEY, { accountId: '1001', apiSecret: SECRET, ips }]])
  const unmatched = {
    ok: false,
    retCode: 10010,
    retMsg: "Unmatched IP, please check your API key's bound IP addresses.",
  }
  expect(ask(headers(), '{}', SENT_MS, bound(['10.0.0.7']))).toEqual(unmatched)
  expect(ask(headers({ 'x-bapi-sign': 'wrong' }), '{}', SENT_MS + 9000, bound(['10.0.0.7']))).toEqual(unmatched)
  expect(ask(headers(), '{}', SENT_MS, bound(['10.0.0.7', '127.0.0.1']))).toMatchObject({ ok: true })
  expect(ask(headers(), '{}', SENT_MS, bound(['*']))).toMatchObject({ ok: true })
})

test('an address is the same whether a socket reports it as IPv4 or as IPv6', () => {
  expect(plainAddress('::ffff:127.0.0.1')).toBe('127.0.0.1')
  expect(['127.0.0.1', '::1', '::ffff:1', undefined].map(plainAddress)).toEqual(['127.0.0.1', '::1', '::ffff:1', ''])
})

test('vectors of another source are admitted, too', () => {
  const accounts = new Map([['test_api_key', { accountId: '7', apiSecret: 'test_secret' }]])
  const sentMs = 1700000000000
  const signed = {
    'x-bapi-api-key': 'test_api_key',
    'x-bapi-timestamp': String(sentMs),
    'x-bapi-recv-window': '5000',
    'x-bapi-sign': 'fd4f31228a46109dc6673062328693696df9a96c7ff04e6491a45e7f63a0fdd7',
  }
  expect(ask(signed, 'category=linear&symbol=BTCUSDT', sentMs, accounts)).toEqual({ ok: true, accountId: '7' })
  const signature = 'bacffe7500499eb829bb58c45d36d1b3e5ac67c14eaeba91df5e99ccee013925'
  expect(authenticateStream(['test_api_key', sentMs, signature], accounts, sentMs - 1)).toBe('7')
})

test('an RSA key signs in its own way, over REST and for a stream, and its secret is worth nothing', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const rsaPublicKey = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const holders = new Map([[KEY, { accountId: '1001', apiSecret: SECRET, rsaPublicKey }]])
  const signed = (text: string): string => createSign('RSA-SHA256').update(text).sign(privateKey, 'base64')
  const rest = (signature: string) => ask(headers({ 'x-bapi-sign': signature }), '{}', SENT_MS, holders)
  expect(rest(signed(`${SENT_MS}${KEY}5000{}`))).toEqual({ ok: true, accountId: '1001' })
  expect(rest(signed(`${SENT_MS}${KEY}5000[]`))).toMatchObject({ retCode: 10004 })
  for (const wrong of [VECTORS[2].signature, '%%', '💥']) expect(rest(wrong)).toMatchObject({ retCode: 10004 })
  expect(authenticateStream([KEY, 2000, signed('GET/realtime2000')], holders, 1000)).toBe('1001')
  expect(authenticateStream([KEY, 2000, signed('GET/realtime2001')], holders, 1000)).toBeUndefined()
})

test('a signature in upper case is another signature', () => {
  expect(ask(headers({ 'x-bapi-sign': VECTORS[2].signature.toUpperCase() }))).toMatchObject({ retCode: 10004 })
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
