import { expect, test } from 'vitest'
import { bounds, CLOSE_BUDGET_MS, publicConfig, withVenue } from './config.ts'
import { parseConfig } from './config-parse.ts'

const MOCK = {
  rest: 'http://127.0.0.1:4001',
  publicStream: 'ws://127.0.0.1:4002/v5/public/linear',
  privateStream: 'ws://127.0.0.1:4002/v5/private',
  apiKey: 'mockKey',
  apiSecret: 'mockSecret',
}

test("a spawned mock's line becomes the target", () => {
  const config = parseConfig({})
  expect(withVenue(config, MOCK)).toEqual({
    ...config,
    restUrl: MOCK.rest,
    publicUrl: MOCK.publicStream,
    privateUrl: MOCK.privateStream,
    apiKey: 'mockKey',
    apiSecret: 'mockSecret',
  })
  expect(config.restUrl).toBe('')
})

test('what is journaled of a configuration is all of it but the credentials', () => {
  const config = withVenue(parseConfig({}), MOCK)
  const shown = publicConfig(config)
  expect(Object.keys(shown).sort()).toEqual(
    Object.keys(config)
      .filter((key) => key !== 'apiKey' && key !== 'apiSecret')
      .sort(),
  )
  expect(JSON.stringify(shown)).not.toMatch(/mockKey|mockSecret/)
})

test('a configuration survives plain JSON, as it is handed to the runtime', () => {
  const config = parseConfig({})
  expect(JSON.parse(JSON.stringify(config))).toEqual(config)
})

test('the naked bound without retries is order timeout + unknown max + read lag + close budget', () => {
  const { nakedMaxMs, closeBudgetMs } = bounds(parseConfig({ ENTRY_RETRIES_MAX: '0' }))
  expect(closeBudgetMs).toBe(CLOSE_BUDGET_MS)
  expect(nakedMaxMs).toBe(1_000 + 1_000 + 250 + 1_000)
})

test.each([
  ['each retry adds a leg timeout', {}, 3_250 + 2 * 500],
  ['hedging is one more round', { LEG_TIMEOUT_POLICY: 'hedge' }, 3_250 + 3 * 500],
  ['a leg timeout beyond unknown max takes its place', { LEG_TIMEOUT_MS: '3000', ENTRY_RETRIES_MAX: '0' }, 5_250],
  ['a receive window beyond both does too', { ORDER_RECV_WINDOW_MS: '9000', ENTRY_RETRIES_MAX: '0' }, 10_250],
  [
    'shorter waits shorten it',
    {
      ORDER_TIMEOUT_MS: '300',
      UNKNOWN_MAX_MS: '200',
      ORDER_RECV_WINDOW_MS: '300',
      READ_LAG_MS: '50',
      LEG_TIMEOUT_MS: '100',
    },
    300 + 200 + 50 + 1_000 + 2 * 100,
  ],
])('the naked bound: %s', (_, env, nakedMaxMs) => {
  expect(bounds(parseConfig(env)).nakedMaxMs).toBe(nakedMaxMs)
})

test('the other bounds are the settings themselves', () => {
  expect(bounds(parseConfig({}))).toMatchObject({
    orderTimeoutMs: 1_000,
    legTimeoutMs: 500,
    unknownMaxMs: 1_000,
    orderRecvWindowMs: 1_000,
    readLagMs: 250,
    recoveryBoundMs: 3_000,
    entryRetriesMax: 2,
    unwindsMax: 3,
    maxConcurrentTrades: 3,
    maxNotionalUsd: 5_000,
    createsPerSecond: 10,
  })
})
