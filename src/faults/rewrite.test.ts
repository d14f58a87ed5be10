import { expect, test } from 'vitest'
import { type Rewriting, rewriteCreate, signatureOf } from './rewrite.ts'

const sent = (order: object): string => JSON.stringify({ category: 'linear', ...order, orderLinkId: 'a' })
const changed = (order: object, verdict: Rewriting): Record<string, unknown> =>
  JSON.parse(rewriteCreate(sent(order), verdict)) as Record<string, unknown>

test.for([
  ['Buy', '60000.00', -50, undefined, '59700.00'],
  ['Sell', '60000.00', -50, undefined, '60300.00'],
  ['Buy', '60000.00', 50, undefined, '60300.00'],
  ['Sell', '60000.00', 50, undefined, '59700.00'],
  ['Buy', '0.2003', -1, undefined, '0.2002'], // 0.20027997 down
  ['Sell', '0.2003', -1, undefined, '0.2004'], // 0.20032003 up
  ['Buy', '100.3', -10, '0.5', '100.0'], // 100.1997 down to the tick
  ['Sell', '100.3', -10, '0.5', '100.5'],
  ['Buy', '7', -2.5, '0.01', '6.99'], // 6.99825: the tick's decimals are written
  ['Buy', '0.1', -9999, undefined, '0.1'], // never below one step
] as const)('a %s at %s moved %s bps (tick %s) is sent at %s', ([side, price, bps, tick, expected]) => {
  const verdict: Rewriting = tick === undefined ? { do: 'reprice', bps } : { do: 'reprice', bps, tick }
  expect(changed({ side, price, qty: '1' }, verdict)).toMatchObject({ price: expected, qty: '1' })
})

test.for([
  ['0.010', 0.5, undefined, '0.005'],
  ['0.011', 0.5, undefined, '0.005'],
  ['0.001', 0.5, undefined, '0.001'],
  ['10', 0.99, undefined, '9'],
  ['25', 0.5, '5', '10'],
  ['0', 0.5, undefined, '0'],
] as const)('a quantity of %s shrunk to %s (lot %s) is %s', ([qty, fraction, lot, expected]) => {
  const verdict: Rewriting = lot === undefined ? { do: 'shrink', fraction } : { do: 'shrink', fraction, lot }
  expect(changed({ side: 'Buy', qty, price: '1.0' }, verdict)).toMatchObject({ qty: expected, price: '1.0' })
})

test('a market order has no price to change, and all else is sent as it was, in its order', () => {
  const market = sent({ side: 'Buy', qty: '1' })
  expect(rewriteCreate(market, { do: 'reprice', bps: -5 })).toBe(market)
})

test('the signature is over timestamp, key, receive window and body', () => {
  // Worked vector of the venue facts: POST {} with the documented sample credentials.
  const headers = new Headers({
    'X-BAPI-TIMESTAMP': '1767225600000',
    'X-BAPI-API-KEY': 'demoKey000000000001',
    'X-BAPI-RECV-WINDOW': '5000',
  })
  expect(signatureOf(headers, '{}', 'demoSecret0000000000000000000000000001')).toBe(
    '78c8e980b470ed73c72998ace212dc50390351a740014dfa8cb6053e0c02f678',
  )
})
