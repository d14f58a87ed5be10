import { expect, test } from 'vitest'
import { parseConfig } from './config-parse.ts'
import { readCounters } from './exchange/spawn.ts'
import { openTarget } from './targets.ts'

test('demo is taken as it is: no administration side, and no world to be set', async () => {
  const config = parseConfig({
    SCENARIO_TARGET: 'demo',
    BYBIT_DEMO_API_KEY: 'key',
    BYBIT_DEMO_API_SECRET: 'secret',
  })
  await using target = await openTarget(config, { worldFile: 'ignored.json' })
  expect(target).toMatchObject({ name: 'demo', adminUrl: null, can: { setWorld: false } })
  expect(target.config).toBe(config)
})

test('embedded is a venue of its own: addresses, credentials and an administration side, gone when disposed of', async () => {
  const target = await openTarget(parseConfig({}))
  expect(target).toMatchObject({ name: 'embedded', can: { setWorld: true }, config: { target: 'embedded' } })
  expect(target.config.apiKey).toMatch(/./)
  await readCounters(target.adminUrl!)
  await target[Symbol.asyncDispose]()
  await expect(readCounters(target.adminUrl!)).rejects.toThrow()
})
