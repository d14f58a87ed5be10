import { expect, test } from 'vitest'
import { refuseHost } from './hosts.ts'

test.for([
  'https://api-demo.bybit.com',
  'wss://stream-demo.bybit.com/v5/private',
  'http://127.0.0.1:8080',
  'ws://localhost:1/v5/private',
  'http://[::1]:9',
])('%s may be traded on', (url) => {
  expect(refuseHost(url, [])).toBeNull()
})

test.for([
  'https://api.bybit.com',
  'https://API.Bybit.com.',
  'https://api.bytick.com',
  'https://api.bybit.nl',
  'https://api.bybit-tr.com',
  'wss://stream.bybit.com/v5/private',
  'https://api-demo.bybit.com@api.bybit.com',
])('%s is refused, even when named', (url) => {
  const host = new URL(url).hostname
  expect(refuseHost(url, [])).toContain('mainnet trading host')
  expect(refuseHost(url, [host])).toContain('even when it is named')
})

test('the mainnet public stream is allowed for quotes only', () => {
  expect(refuseHost('wss://stream.bybit.com/v5/public/linear', [], 'public-stream')).toBeNull()
  expect(refuseHost('wss://stream.bybit.com/v5/public/linear', [])).toContain('mainnet')
  expect(refuseHost('https://api.bybit.com', [], 'public-stream')).toContain('mainnet')
})

test('a host of our own is allowed when named, and the refusal says what is', () => {
  expect(refuseHost('http://exchange:8080', ['exchange'])).toBeNull()
  expect(refuseHost('http://exchange:8080', ['other'])).toBe(
    'exchange is not an allowed host; allowed: api-demo.bybit.com, stream-demo.bybit.com, loopback, other',
  )
})

test('testnet is play money, but only when named', () => {
  expect(refuseHost('https://api-testnet.bybit.com', [])).toContain('not an allowed host')
  expect(refuseHost('https://api-testnet.bybit.com', ['api-testnet.bybit.com'])).toBeNull()
})

test('keys never travel to the demo host in clear text', () => {
  expect(refuseHost('http://api-demo.bybit.com', [])).toContain('https or wss only')
})

test('a lookalike or a broken address is refused', () => {
  expect(refuseHost('https://api-demo.bybit.com.evil.example', [])).toContain('not an allowed host')
  expect(refuseHost('127.0.0.1.evil.example', [])).toContain('not a URL')
  expect(refuseHost('http://127.0.0.1.evil.example', [])).toContain('not an allowed host')
})
