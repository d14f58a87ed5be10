import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DEFAULT_WORLD } from './default-world.ts'
import { startExchange } from './server.ts'
import { call, manualClock } from './test-support/clients.ts'
import { parseWorld } from './world.ts'

const CALM = JSON.parse(readFileSync(DEFAULT_WORLD, 'utf8')) as object

test('the world says how many calls an address may make and how long it is refused after one more', async () => {
  const clock = manualClock(1767225600000)
  const world = parseWorld({ ...CALM, ipCallsPer5s: 2, ipBanMs: 20_000 })
  await using exchange = await startExchange({ world, clock })
  const status = async (): Promise<number> => (await call(`${exchange.restUrl}/v5/market/time`)).status

  expect([await status(), await status(), await status()]).toEqual([200, 200, 403])
  clock.pass(19_999)
  expect(await status()).toBe(403)
  clock.pass(1)
  expect(await status()).toBe(200)
})
