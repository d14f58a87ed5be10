import { expect, test } from 'vitest'
import { openReader } from '../execution/reader.ts'
import { readTruth } from '../execution/truth.ts'
import { openBooks } from './core-books.ts'
import { openRun, play } from './simulate.ts'
import type { Schedule } from './stage.ts'
import { CLOSING_REFUSED, schedule } from './test-support/schedules.ts'

/** What both ways say of a run that has ended: asked of the core, and over signed HTTP. */
async function bothWays(one: Schedule) {
  const { stage, runtime } = openRun(one)
  const { clock, venue, config } = stage
  await play(clock, runtime, one.tradeMs)
  await clock.pass(5_000)
  const sinceMs = clock.wallMs() - 600_000
  const { symbols, apiKey } = config
  const { accountId } = one.world.accounts.find((account) => account.apiKey === apiKey)!
  const ofCore = async () => readTruth(await openBooks({ venue, clock, accountId, symbols }), symbols, sinceMs)
  const overHttp = async () => {
    await using reader = await openReader(config, { clock, transport: stage.calmTransport() })
    return await readTruth(reader.rest, symbols, sinceMs)
  }
  return { core: await clock.passUntil(ofCore(), 60_000), http: await clock.passUntil(overHttp(), 60_000) }
}

test('the books asked of the core are those a client reads over HTTP, to the field', async () => {
  const { core, http } = await bothWays(schedule())
  expect(core.orders).toHaveLength(4)
  expect(core.executions.length).toBeGreaterThanOrEqual(4)
  expect(core).toEqual(http)
})

test('so they are when they take more than one page', async () => {
  const one = schedule({ tradeMs: 60_000 })
  const { core, http } = await bothWays({ ...one, config: { ...one.config, maxTrades: 15 } })
  expect(core.orders).toHaveLength(60)
  expect(core).toEqual(http)
})

test('so they are when a pair is left open', async () => {
  const { core, http } = await bothWays(schedule({ faults: { faults: [CLOSING_REFUSED] } }))
  expect(core.positions.length).toBeGreaterThan(0)
  expect(core).toEqual(http)
})
