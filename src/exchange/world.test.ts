import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseWorld, WorldError } from './world.ts'
import { readWorldFile } from './world-file.ts'

const folder = new URL('../../fixtures/worlds/', import.meta.url)
const read = (name: string): Record<string, never> => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))

test.each(readdirSync(folder).filter((name) => name.endsWith('.json')))('the world %s is valid', (name) => {
  const world = readWorldFile(fileURLToPath(new URL(name, folder)))
  expect(`${world.name}.json`).toBe(name)
  expect(world.accounts.map((account) => account.accountId)).toEqual(['1000001', '1000002'])
})

test('an address that calls too often is refused for ten minutes unless the world says otherwise', () => {
  const calm = read('calm.json')
  expect(parseWorld(calm).ipBanMs).toBe(600_000)
  expect(parseWorld({ ...calm, ipBanMs: 2_000 }).ipBanMs).toBe(2_000)
  expect(problemsOf({ ...calm, ipBanMs: 0 })).toEqual([expect.stringMatching(/^ipBanMs = 0: /)])
})

test('every problem is named at once, with its place, its value and what is allowed', () => {
  const world = structuredClone(read('calm.json')) as unknown as {
    instruments: { tickSize: string; market: { levels: number } }[]
    accounts: { apiSecret: number }[]
    seed: unknown
    extra: number
  }
  world.instruments[0]!.tickSize = '-0.1'
  world.instruments[1]!.market.levels = 0
  world.accounts[0]!.apiSecret = 42
  world.extra = 1
  delete world.seed
  const problems = problemsOf(world)
  expect(problems.find((line) => line.startsWith('instruments.0.tickSize = "-0.1"'))).toContain('above 0')
  expect(problems.some((line) => line.startsWith('instruments.1.market.levels = 0'))).toBe(true)
  expect(problems.some((line) => line.startsWith('seed'))).toBe(true)
  expect(problems.some((line) => line.includes('extra'))).toBe(true)
  // A secret is named, never shown.
  expect(problems.some((line) => line.startsWith('accounts.0.apiSecret:'))).toBe(true)
  expect(problems.join()).not.toContain('42')
})

test('what signs for an account is a secret or an RSA key that is one', () => {
  const world = structuredClone(read('calm.json')) as unknown as { accounts: { rsaPublicKey?: string }[] }
  world.accounts[0]!.rsaPublicKey = 'no PEM'
  expect(problemsOf(world)).toEqual(['accounts.0.rsaPublicKey = "no PEM": must be an RSA public key as PEM'])
})

test('what fits together is checked, too', () => {
  const world = structuredClone(read('calm.json')) as unknown as {
    instruments: { symbol: string; minOrderQty: string }[]
    accounts: { apiKey: string }[]
    matching: unknown
  }
  world.instruments[1]!.symbol = 'BTCUSDT'
  world.instruments[0]!.minOrderQty = '0.0005'
  world.accounts[1]!.apiKey = world.accounts[0]!.apiKey
  world.matching = { delays: [{ symbol: 'XUSDT', side: 'buy', delayMs: 1 }] }
  expect(problemsOf(world)).toEqual([
    'instruments.0 (BTCUSDT).minOrderQty = "0.0005": must be a multiple of qtyStep',
    'instruments.1 (BTCUSDT): the symbol is there twice',
    'accounts: two accounts share one apiKey',
    'matching.delays.0.symbol = "XUSDT": must be one of BTCUSDT, SOLUSDT',
  ])
})

test('risk tiers rise in size and margin and fall in leverage, from the leverage of the instrument', () => {
  const world = structuredClone(read('calm.json')) as unknown as { instruments: { riskTiers: unknown }[] }
  const tier = (limitUsd: number, maxLeverage: string, maintenanceRate: string) => {
    return { limitUsd, maxLeverage, maintenanceRate }
  }
  world.instruments[0]!.riskTiers = [tier(2_000, '100', '0.005'), tier(4_000, '50', '0.01')]
  expect(problemsOf(world)).toEqual([])
  world.instruments[0]!.riskTiers = [tier(2_000, '75', '0.005'), tier(2_000, '80', '0.004')]
  expect(problemsOf(world)).toEqual([
    'instruments.0 (BTCUSDT).riskTiers.0.maxLeverage: must be maxLeverage, 100.00',
    'instruments.0 (BTCUSDT).riskTiers.1.limitUsd: must rise',
    'instruments.0 (BTCUSDT).riskTiers.1.maintenanceRate: must not fall',
    'instruments.0 (BTCUSDT).riskTiers.1.maxLeverage: must fall',
  ])
})

function problemsOf(json: unknown): readonly string[] {
  try {
    parseWorld(json)
  } catch (error) {
    if (error instanceof WorldError) return error.problems
    throw error
  }
  return []
}
