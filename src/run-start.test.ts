import { expect, test } from 'vitest'
import { bounds } from './config.ts'
import { parseConfig } from './config-parse.ts'
import { BTC, DUST } from './domain/test-support/instruments.ts'
import { drawRunId, refuseForeignHosts, startRecord } from './run-start.ts'
import { manualClock } from './seams/test-support/manual-clock.ts'

const CONFIG = {
  ...parseConfig({}),
  restUrl: 'http://127.0.0.1:1',
  publicUrl: 'ws://127.0.0.1:2',
  privateUrl: 'ws://127.0.0.1:3',
  apiKey: 'the-key',
  apiSecret: 'the-secret',
}

test('loopback and the demo addresses are taken', () => {
  expect(() => refuseForeignHosts(CONFIG)).not.toThrow()
  const demo = {
    ...CONFIG,
    restUrl: 'https://api-demo.bybit.com',
    publicUrl: 'wss://stream.bybit.com/v5/public/linear',
    privateUrl: 'wss://stream-demo.bybit.com/v5/private',
  }
  expect(() => refuseForeignHosts(demo)).not.toThrow()
})

test('every address that is not allowed is named in one error', () => {
  const foreign = {
    ...CONFIG,
    restUrl: 'https://api.bybit.com',
    privateUrl: 'wss://stream.bybit.com/v5/private',
    publicUrl: 'wss://elsewhere.example/v5',
  }
  let message = ''
  try {
    refuseForeignHosts(foreign)
  } catch (error) {
    message = String(error)
  }
  expect(message.split('\n')).toEqual([
    expect.stringContaining('api.bybit.com is a mainnet trading host'),
    expect.stringContaining('stream.bybit.com is a mainnet trading host'),
    expect.stringContaining('elsewhere.example is not an allowed host'),
  ])
})

test('a mainnet host is refused even when somebody names it', () => {
  const named = { ...CONFIG, restUrl: 'https://api.bybit.com', hostsAllowed: ['api.bybit.com'] }
  expect(() => refuseForeignHosts(named)).toThrow('refused, even when it is named explicitly')
})

test('run ids of different moments differ, also with the same seed', () => {
  const clock = manualClock(1_700_000_000_000_000)
  const ids = new Set<string>()
  for (let i = 0; i < 500; i += 1) {
    ids.add(drawRunId('1', clock))
    clock.advance(1)
  }
  expect(ids.size).toBe(500)
})

test('client order ids made of a run id fit what the venue takes: 36 characters of letters, digits, - and _', () => {
  const late = manualClock(Date.UTC(2100, 0, 1) * 1_000)
  expect(`${drawRunId('any seed: ü', late)}-t1000000-23`).toMatch(/^[A-Za-z0-9_-]{1,36}$/)
})

test('a run id has no dash, so that run, trade and place are told apart in a client order id', () => {
  expect(drawRunId('a-b', manualClock(1_700_000_000_000_000))).toMatch(/^r[0-9a-z]+$/)
})

test('the start record says what a reader judges by, and no secret', () => {
  const clock = manualClock()
  const record = startRecord({
    config: CONFIG,
    clock,
    runId: 'r1',
    instruments: [BTC, DUST],
    plannedFaults: ['lose the first reply'],
    venueMs: 1_700_000_000_000.5,
  })
  expect(record).toMatchObject({
    runId: 'r1',
    target: 'embedded',
    seed: '1',
    bounds: bounds(CONFIG),
    instruments: [
      { symbol: 'BTCUSDT', tick: '0.10', lot: '0.001', minLots: 1, minNotionalUsd: 5 },
      { symbol: 'DUSTUSDT', tick: '0.0001', lot: '1', minLots: 1, minNotionalUsd: 5 },
    ],
    clock: { atUs: 1_000_000, venueMs: 1_700_000_000_000.5 },
    plannedFaults: ['lose the first reply'],
  })
  expect(record.versions).toMatchObject({
    node: process.versions.node,
    platform: expect.stringContaining(' ') as string,
  })
  expect(record.config).toMatchObject({ tradeSizeUsd: 100, restUrl: 'http://127.0.0.1:1' })
  expect(JSON.stringify(record)).not.toMatch(/the-key|the-secret/)
})
