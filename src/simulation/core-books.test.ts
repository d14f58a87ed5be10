import { expect, test } from 'vitest'
import { openReader } from '../execution/reader.ts'
import { readTruth } from '../execution/truth.ts'
import { openBooks } from './core-books.ts'
import { openRun, play, simulate } from './simulate.ts'
import type { Schedule } from './stage.ts'
import { CLOSING_REFUSED, schedule } from './test-support/schedules.ts'

/** What both ways say of a run that has ended: asked of the core, and over signed HTTP. */
async function bothWays(one: Schedule) {
  const { stage, runtime } = openRun(one)
  const { clock, venue, config } = stage
  const result = await play(clock, runtime, one.tradeMs)
  await clock.pass(5_000)
  const sinceMs = clock.wallMs() - 600_000
  const { symbols, apiKey } = config
  const { accountId } = one.world.accounts.find((account) => account.apiKey === apiKey)!
  const ofCore = async () => readTruth(await openBooks({ venue, clock, accountId, symbols }), symbols, sinceMs)
  const overHttp = async () => {
    await using reader = await openReader(config, { clock, transport: stage.calmTransport() })
    return await readTruth(reader.rest, symbols, sinceMs)
  }
  return { result, core: await clock.passUntil(ofCore(), 60_000), http: await clock.passUntil(overHttp(), 60_000) }
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

const CLOSES = [{ atMs: 1_000, change: { do: 'status', symbol: 'BTCUSDT', status: 'Closed' } }] as const
/** Hedged when its symbol stops trading, and still so at the end: it cannot be closed any more. */
const left = (symbols: string) =>
  schedule({ tradeMs: 2_000, changes: CLOSES }, { SYMBOLS_TO_TRADE: symbols, MAX_HOLD_MS: '60000', ...SLOW })
const SLOW = { SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '60000' }

test.each(['BTCUSDT', 'BTCUSDT,ETHUSDT'])('so they are when a symbol trades no more: %s', async (symbols) => {
  const { core, http, result } = await bothWays(left(symbols))
  expect(core.positions.map(({ symbol, lots }) => [symbol, lots > 0])).toEqual([
    ['BTCUSDT', true],
    ['BTCUSDT', true],
  ])
  expect(core).toEqual(http)
  expect(result).toMatchObject({ exitCode: 1, left: [{ symbol: 'BTCUSDT', nakedLots: 0 }] })
})

test('a run whose symbol trades no more is judged: what is left is named, and nothing is unknown', async () => {
  const { findings, result } = await simulate(left('BTCUSDT,ETHUSDT'))
  expect(result.exitCode).toBe(1)
  expect(findings.filter(({ verdict }) => verdict !== 'pass')).toEqual([])
})
