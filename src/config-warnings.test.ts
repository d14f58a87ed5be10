import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FIELDS } from './config-fields.ts'
import type { Environment } from './config-parse.ts'
import { DEMO_URLS, DEMO_VARIABLES, parseConfig } from './config-parse.ts'
import { configWarnings, VARIABLES } from './config-warnings.ts'
import { neverQualifies } from './domain/advice.ts'

function warnings(env: Environment): readonly string[] {
  return configWarnings(env, parseConfig(env))
}

test('the defaults, and variables of other programs, give no warning', () => {
  expect(warnings({ PATH: '/bin', HOME: '/root', CI: '1', BYBIT_DEMO_API_KEY: 'k' })).toEqual([])
})

test.each([
  ['SYNTHETIC_SPREAD', 'SYNTHETIC_SPREAD_BPS'],
  ['SYNTHETIC_FUNDING_RATE', 'SYNTHETIC_FUNDING_DELTA'],
  ['BYBIT_API_KEY', 'BYBIT_DEMO_API_KEY'],
  ['BYBIT_DEMO_APISECRET', 'BYBIT_DEMO_API_SECRET'],
  ['TRADE_SIZE_USDT', 'TRADE_SIZE_USD'],
  ['MAX_HOLD_M', 'MAX_HOLD_MS'],
  ['symbols_to_trade', 'SYMBOLS_TO_TRADE'],
])('%s is warned about as %s, and its value is not shown', (typo, meant) => {
  expect(warnings({ [typo]: 'valueNobodyShows' })).toEqual([
    `${typo} is set, but nothing reads it; did you mean ${meant}?`,
  ])
})

test('bounds that work against each other are named', () => {
  expect(warnings({ STOP_LOSS_BPS: '22' })[0]).toContain('STOP_LOSS_BPS is 22')
  expect(warnings({ MAX_HOLD_MS: '29999' })[0]).toContain('less than three half-lives (30000 ms)')
  expect(warnings({ MAX_HOLD_MS: '30000' })).toEqual([])
  expect(warnings({ RECONCILE_INTERVAL_MS: '2750' })[0]).toContain('later than RECOVERY_BOUND_MS (3000)')
  expect(warnings({ RECONCILE_INTERVAL_MS: '2749' })).toEqual([])
  expect(warnings({ TRADE_SIZE_USD: '1000' })[0]).toContain('MAX_NOTIONAL_USD is 5000')
})

const EXAMPLE = readFileSync(new URL('../.env.example', import.meta.url), 'utf8')

/** Each variable of the example with the comment line above it. */
function exampleRows(): { comment: string; name: string; value: string }[] {
  const lines = EXAMPLE.split('\n')
  return lines.flatMap((line, i) => {
    const [, name, value] = /^([A-Z0-9_]+)=(.*)$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [{ comment: lines[i - 1] ?? '', name, value }]
  })
}

test('.env.example names every variable once, each with one comment line that ends in its default', () => {
  const rows = exampleRows()
  expect(rows.map((row) => row.name).sort()).toEqual([...VARIABLES].sort())
  const defaults = new Map<string, string>(
    Object.values(FIELDS).map((field) => [field.variable, String(field.fallback ?? 'none')]),
  )
  for (const [key, url] of Object.entries(DEMO_URLS)) defaults.set(DEMO_VARIABLES[key as keyof typeof DEMO_URLS], url)
  for (const { comment, name } of rows) {
    const expected = name === 'MAX_HOLD_MS' ? '60000, or three half-lives if longer' : defaults.get(name) || 'none'
    expect(comment, name).toMatch(/^# [A-Z].*\. Default: /)
    expect(comment.split('. Default: ')[1], name).toBe(expected)
  }
})

test('.env.example is a configuration whose terms qualify, without a warning', () => {
  const env = Object.fromEntries(exampleRows().map(({ name, value }) => [name, value]))
  const config = parseConfig(env)
  expect(config).toEqual({
    ...parseConfig({}),
    syntheticSpreadBps: 45,
    syntheticFundingDelta: 0.01,
    tradeSizeUsd: 300,
  })
  expect(configWarnings(env, config)).toEqual([])
  const { syntheticSpreadBps: spreadBps, syntheticFundingDelta: fundingDelta8h } = config
  expect(neverQualifies({ spreadBps, fundingDelta8h, positionSizeUsd: config.estimatedPositionSizeUsd })).toBeNull()
})
