import { expect, test } from 'vitest'
import { parseConfig } from './config-parse.ts'
import { openTarget, TargetError } from './targets.ts'

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

test('a target that is not built is refused, with those that are', async () => {
  const config = parseConfig({ SCENARIO_TARGET: 'container' })
  const opening = openTarget(config)
  await expect(opening).rejects.toThrow(TargetError)
  await expect(opening).rejects.toThrow(/container is not available .* allowed: embedded, demo/)
})
