import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { ConfigProblem, Environment } from './config-parse.ts'
import { ConfigError, parseConfig } from './config-parse.ts'

const KEY = 'demoKeyOfThisTest01'
const SECRET = 'demoSecretOfThisTest0000000000000001'
const DEMO = { SCENARIO_TARGET: 'demo', BYBIT_DEMO_API_KEY: KEY, BYBIT_DEMO_API_SECRET: SECRET }

function refusal(env: Environment): ConfigError {
  try {
    parseConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

function problems(env: Environment): readonly ConfigProblem[] {
  return refusal(env).problems
}

test("an empty environment gives the original's defaults and the design's", () => {
  expect(parseConfig({})).toEqual({
    target: 'embedded',
    restUrl: '',
    publicUrl: '',
    privateUrl: '',
    apiKey: '',
    apiSecret: '',
    syntheticSpreadBps: 15,
    syntheticFundingDelta: 0.0001,
    estimatedPositionSizeUsd: 1_000,
    tradeSizeUsd: 100,
    maxConcurrentTrades: 3,
    symbols: ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'],
    qualificationGate: 'enforce',
    legPricing: 'marketable',
    legTimeoutPolicy: 'unwind',
    topology: 'threads',
    orderTimeoutMs: 1_000,
    legTimeoutMs: 500,
    slippageCapBps: 5,
    convergenceHalfLifeMs: 10_000,
    maxHoldMs: 60_000,
    stopLossBps: 40,
    entryRetriesMax: 2,
    unwindsMax: 3,
    ringCapacity: 1_024,
    pingIntervalMs: 20_000,
    silencePublicMs: 5_000,
    silencePrivateMs: 30_000,
    maxNotionalUsd: 5_000,
    recoveryBoundMs: 3_000,
    reconcileIntervalMs: 2_000,
    staleAfterMs: 1_000,
    orderRecvWindowMs: 1_000,
    unknownMaxMs: 1_000,
    readLagMs: 250,
    createsPerSecond: 10,
    ipCallsPer5s: 600,
    runSeed: '1',
    hostsAllowed: [],
    durationMs: null,
    maxTrades: null,
  })
})

test("the original's own example is understood as written", () => {
  const config = parseConfig({
    BYBIT_DEMO_API_KEY: 'your_key',
    BYBIT_DEMO_API_SECRET: 'your_secret',
    SYNTHETIC_SPREAD_BPS: '15.0',
    SYNTHETIC_FUNDING_DELTA: '0.0001',
    ESTIMATED_POSITION_SIZE: '1000.0',
    MAX_CONCURRENT_TRADES: '3',
    SYMBOLS_TO_TRADE: 'BTCUSDT,ETHUSDT,SOLUSDT',
  })
  expect(config).toEqual(parseConfig({}))
})

test('an empty value counts as not set, and blanks around a value do not matter', () => {
  expect(parseConfig({ SYNTHETIC_SPREAD_BPS: '', TRADE_SIZE_USD: '  ' })).toEqual(parseConfig({}))
  expect(parseConfig({ TRADE_SIZE_USD: ' 300 ', SYMBOLS_TO_TRADE: 'BTCUSDT, ETHUSDT' })).toMatchObject({
    tradeSizeUsd: 300,
    symbols: ['BTCUSDT', 'ETHUSDT'],
  })
})

test.each([
  [
    'SYNTHETIC_SPREAD_BPS',
    ['0.01', '10000', '45.5'],
    ['0', '-1', '10001', '1e1', '0x10', '15bps', 'NaN', 'Infinity', '1,5', '.5', '+1'],
  ],
  ['SYNTHETIC_FUNDING_DELTA', ['-1', '1', '0', '-0'], ['1.1', '-1.01', '1e-4', '0.01%']],
  ['ESTIMATED_POSITION_SIZE', ['0.01', '1000000000'], ['0', '-5', '1000000001']],
  ['MAX_CONCURRENT_TRADES', ['1', '100'], ['0', '101', '1.5', '3.0']],
  [
    'SYMBOLS_TO_TRADE',
    ['BTCUSDT', '1000PEPEUSDT,BTCUSDT'],
    ['btcusdt', 'BTC', 'BTCUSDT,', 'BTCUSDT,BTCUSDT', 'BTCUSDT;ETHUSDT', 'BTCUSDC'],
  ],
  ['QUALIFICATION_GATE', ['enforce', 'observe'], ['Observe', 'off', 'toString']],
  ['LEG_PRICING', ['marketable', 'synthetic'], ['market']],
  ['LEG_TIMEOUT_POLICY', ['unwind', 'hedge'], ['close']],
  ['TOPOLOGY', ['threads', 'inline'], ['worker']],
  ['SYNTHETIC_CONVERGENCE_HALF_LIFE_MS', ['1', '-10000', '86400000'], ['0', '-0', '0.5']],
  ['MAX_HOLD_MS', ['1', '86400000'], ['0', '-1']],
  ['ENTRY_RETRIES_MAX', ['0', '10'], ['-1', '11']],
  ['UNWINDS_MAX', ['1', '10'], ['0', '11']],
  ['RING_CAPACITY', ['2', '1024', '1048576'], ['1', '1000', '2097152', '0', '-2']],
  ['READ_LAG_MS', ['0', '60000'], ['-1', '60001']],
  ['CREATES_PER_SECOND', ['4', '1000'], ['3']],
  ['RUN_SEED', ['7', 'seed-1.2_X'], ['a b', 'ü', 'x'.repeat(65)]],
  [
    'TRADING_HOSTS_ALLOWED',
    ['mock.local', 'a.example,b.example'],
    ['http://mock.local', 'mock.local:8080', 'api.bybit.com'],
  ],
  ['RUN_DURATION_MS', ['1'], ['0', '1.5']],
  ['MAX_TRADES', ['1'], ['0', '-1']],
  ['SCENARIO_TARGET', ['embedded', 'container'], ['mainnet', 'Demo']],
])('%s accepts its range to the edge and refuses what is outside, by name', (variable, good, bad) => {
  for (const value of good) expect(() => parseConfig({ [variable]: value }), value).not.toThrow()
  for (const value of bad) {
    const found = problems({ [variable]: value })
    expect(found, value).toHaveLength(1)
    expect(found[0]?.variable).toBe(variable)
    expect(found[0]?.value).toContain(value.length > 60 ? 'xxx' : value.split(',')[0])
    expect(found[0]?.allowed).not.toBe('')
  }
})

test('minus zero is zero', () => {
  expect(Object.is(parseConfig({ SYNTHETIC_FUNDING_DELTA: '-0' }).syntheticFundingDelta, 0)).toBe(true)
})

test('every problem is named at once, with variable, value and what is allowed', () => {
  const error = refusal({
    SYNTHETIC_SPREAD_BPS: 'abc',
    MAX_CONCURRENT_TRADES: '0',
    RING_CAPACITY: '1000',
    STALE_AFTER_MS: '9000',
  })
  expect(error.message.split('\n')).toEqual([
    '4 problems in the configuration:',
    '  SYNTHETIC_SPREAD_BPS is "abc"; allowed: a plain decimal more than 0 and at most 10000',
    '  MAX_CONCURRENT_TRADES is "0"; allowed: a whole number from 1 to 100',
    '  RING_CAPACITY is "1000"; allowed: a power of two from 2 to 1048576',
    '  STALE_AFTER_MS is "9000"; allowed: less than SILENCE_PUBLIC_MS (5000), or a dead stream is noticed before its quotes are stale',
  ])
})

test('a trade may be held for at least three half-lives unless it is said otherwise', () => {
  expect(parseConfig({ SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '30000' }).maxHoldMs).toBe(90_000)
  expect(parseConfig({ SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '-30000' }).maxHoldMs).toBe(90_000)
  expect(parseConfig({ SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '100' }).maxHoldMs).toBe(60_000)
  expect(parseConfig({ SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '30000', MAX_HOLD_MS: '500' }).maxHoldMs).toBe(500)
})

test.each([
  ['stale quotes must be noticed before silence', { STALE_AFTER_MS: '5000' }, { STALE_AFTER_MS: '4999' }],
  ['pings must come before silence', { PING_INTERVAL_MS: '30000' }, { PING_INTERVAL_MS: '29999' }],
  ['one trade must fit the notional', { MAX_NOTIONAL_USD: '199.99' }, { MAX_NOTIONAL_USD: '200' }],
])('%s', (_, bad, good) => {
  expect(problems(bad).map((problem) => problem.variable)).toEqual(Object.keys(bad))
  expect(() => parseConfig(good)).not.toThrow()
})

test('a setting that is wrong by itself is not blamed a second time for not fitting', () => {
  expect(problems({ STALE_AFTER_MS: 'x', SILENCE_PUBLIC_MS: '100' })).toHaveLength(1)
})

test('demo takes its three URLs from Bybit: REST, the mainnet public stream, the private stream', () => {
  expect(parseConfig(DEMO)).toMatchObject({
    target: 'demo',
    apiKey: KEY,
    apiSecret: SECRET,
    restUrl: 'https://api-demo.bybit.com',
    publicUrl: 'wss://stream.bybit.com/v5/public/linear',
    privateUrl: 'wss://stream-demo.bybit.com/v5/private',
  })
})

test('demo without credentials says in one message all that is missing', () => {
  const error = refusal({ SCENARIO_TARGET: 'demo' })
  expect(error.problems.map(({ variable, value }) => [variable, value])).toEqual([
    ['BYBIT_DEMO_API_KEY', 'not set'],
    ['BYBIT_DEMO_API_SECRET', 'not set'],
  ])
  const placeholders = { ...DEMO, BYBIT_DEMO_API_KEY: 'your_key', BYBIT_DEMO_API_SECRET: 'your_secret' }
  expect(problems(placeholders).map(({ value }) => value)).toEqual(['the placeholder', 'the placeholder'])
})

test('demo URLs may point at loopback and at hosts that are named, never at a mainnet trading host', () => {
  const local = {
    BYBIT_DEMO_REST_URL: 'http://127.0.0.1:4001/',
    BYBIT_DEMO_PUBLIC_URL: 'ws://127.0.0.1:4002/v5/public/linear',
    BYBIT_DEMO_PRIVATE_URL: 'ws://localhost:4003/v5/private',
  }
  expect(parseConfig({ ...DEMO, ...local })).toMatchObject({
    restUrl: 'http://127.0.0.1:4001',
    publicUrl: 'ws://127.0.0.1:4002/v5/public/linear',
    privateUrl: 'ws://localhost:4003/v5/private',
  })
  const named = { BYBIT_DEMO_REST_URL: 'https://mock.local' }
  expect(problems({ ...DEMO, ...named })[0]?.allowed).toContain('api-demo.bybit.com')
  expect(parseConfig({ ...DEMO, ...named, TRADING_HOSTS_ALLOWED: 'mock.local' }).restUrl).toBe('https://mock.local')
  for (const url of ['https://api.bybit.com', 'https://api.bytick.com']) {
    const found = problems({ ...DEMO, BYBIT_DEMO_REST_URL: url, TRADING_HOSTS_ALLOWED: new URL(url).hostname })
    expect(found.map(({ variable }) => variable)).toEqual(['TRADING_HOSTS_ALLOWED', 'BYBIT_DEMO_REST_URL'])
  }
  const mainnetPrivate = { ...DEMO, BYBIT_DEMO_PRIVATE_URL: 'wss://stream.bybit.com/v5/private' }
  expect(problems(mainnetPrivate)[0]).toMatchObject({ variable: 'BYBIT_DEMO_PRIVATE_URL' })
})

test.each([
  ['BYBIT_DEMO_REST_URL', 'wss://127.0.0.1:1'],
  ['BYBIT_DEMO_REST_URL', '127.0.0.1:1'],
  ['BYBIT_DEMO_REST_URL', 'http://127.0.0.1:1/?x=1'],
  ['BYBIT_DEMO_PUBLIC_URL', 'http://127.0.0.1:1'],
  ['BYBIT_DEMO_PRIVATE_URL', 'not a url'],
])('%s is not %s', (variable, value) => {
  expect(problems({ ...DEMO, [variable]: value })).toMatchObject([{ variable, value: JSON.stringify(value) }])
})

test('the demo variables are not read for another target', () => {
  const config = parseConfig({ ...DEMO, SCENARIO_TARGET: 'embedded', BYBIT_DEMO_REST_URL: 'nonsense' })
  expect(config).toEqual(parseConfig({}))
})

test('no message shows a secret, wherever it was put', () => {
  const everywhere = {
    ...DEMO,
    BYBIT_DEMO_API_KEY: `${KEY} with blanks`,
    SYNTHETIC_SPREAD_BPS: SECRET,
    SYMBOLS_TO_TRADE: `${SECRET},BTCUSDT`,
    BYBIT_DEMO_REST_URL: `https://me:${SECRET}@api-demo.bybit.com`,
    BYBIT_DEMO_PUBLIC_URL: `wss://${SECRET}.example/`,
    TRADING_HOSTS_ALLOWED: `https://${KEY}`,
  }
  const error = refusal(everywhere)
  expect(error.problems.length).toBeGreaterThanOrEqual(6)
  const shown = `${error.message}${JSON.stringify(error.problems)}${error.stack}`
  expect(shown.toLowerCase()).not.toContain(SECRET.toLowerCase())
  expect(shown).not.toContain(`${KEY} with blanks`)
})

test('a secret named as a host stays unseen in the list of allowed hosts', () => {
  const env = { ...DEMO, TRADING_HOSTS_ALLOWED: SECRET, BYBIT_DEMO_REST_URL: 'https://elsewhere.example' }
  expect(refusal(env).message.toLowerCase()).not.toContain(SECRET.toLowerCase())
  const odd = 'odd"secret\\with1'
  const quotedSecret = { ...DEMO, BYBIT_DEMO_API_SECRET: odd, RUN_SEED: `${'x'.repeat(115)}${odd}` }
  expect(refusal(quotedSecret).message).not.toContain('odd')
})

test('nothing outside the environment given is read', () => {
  const source = readFileSync(new URL('./config-parse.ts', import.meta.url), 'utf8')
  expect(source).not.toContain('process.env')
})
