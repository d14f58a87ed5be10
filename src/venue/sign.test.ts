import { expect, test } from 'vitest'
import { signRest, signStream } from './sign.ts'

const credentials = { apiKey: 'demoKey000000000001', apiSecret: 'demoSecret0000000000000000000000000001' }
const at = { timestampMs: 1767225600000, recvWindowMs: 5000 }
const body =
  '{"category":"linear","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.010","price":"95000.0","timeInForce":"PostOnly","positionIdx":1,"orderLinkId":"arb-0001-L","reduceOnly":false}'
const spaced = body.replaceAll('":', '": ').replaceAll(',"', ', "')

test.for([
  [
    'a query',
    'category=linear&symbol=BTCUSDT&orderLinkId=arb-0001-L',
    'd258138c4813cfc697a08ac94d637e25e532f5cd08a4699e834db89a62dc9fc9',
  ],
  ['nothing', '', '8138ddaac9947a3909ab4fdb04e15ef308fc2093ee575d1eaa2b3afc6eb25f43'],
  ['an empty object', '{}', '78c8e980b470ed73c72998ace212dc50390351a740014dfa8cb6053e0c02f678'],
  ['a compact body', body, 'c3b14beebb27d61cf829e00ca8aceab986ccb190da8929fff100b2d94858dea8'],
  ['a spaced body', spaced, '63559c09fc4699094f55e1d50ba758c0244d10202bba1d51f872b52ae9a5cd2f'],
] as const)('a REST request over %s is signed as the venue would', ([, payload, signature]) => {
  expect(signRest(credentials, { ...at, payload })).toBe(signature)
})

test('a stream login is signed as the venue would', () => {
  expect(signStream(credentials.apiSecret, 1767225610000)).toBe(
    'a628de1c7c481773c4dab1d7e9b12a3f9bb347c7d4bc112421ee889120fc3013',
  )
  expect(signStream('test_secret', 1700000000000)).toBe(
    'bacffe7500499eb829bb58c45d36d1b3e5ac67c14eaeba91df5e99ccee013925',
  )
})
