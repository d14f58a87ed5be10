/**
 * The process is killed at every call it makes to the world, one after another; the next one is started from the journal
 * and the account ends flat, every position explained, nothing sent twice, nothing touched that is not ours.
 *
 * `CRASH_RESTARTS_MS=0,5,60,900,3000` plays every point once for each of these pauses before the restart.
 */
import { expect, test } from 'vitest'
import { leftoverOf } from '../journal/leftover.ts'
import { linesOf } from '../journal/run.ts'
import { type CrashStudy, playCrash, playEveryCrash } from './crash.ts'
import type { CrashPoint } from './mortal.ts'
import type { Stranger } from './stage.ts'
import { CRASH_BASES } from './test-support/crash-bases.ts'
import { plan } from './test-support/failures.ts'
import { CLOSING_REFUSED, schedule } from './test-support/schedules.ts'

const RESTARTS_MS = (process.env['CRASH_RESTARTS_MS'] ?? '5').split(',').map(Number)
const AFTER_MS = 300
const CALM = CRASH_BASES['a calm trade']!
const TIMEOUT = { timeout: 120_000 * RESTARTS_MS.length }

/** The numbers go to whoever watches; a failure names its point and how to play it alone. */
async function studied(name: string, study: (restartMs: number) => Promise<CrashStudy>): Promise<void> {
  for (const restartMs of RESTARTS_MS) {
    const cpu = process.cpuUsage()
    const { points, played, virtualMs, failures } = await study(restartMs)
    const { user, system } = process.cpuUsage(cpu)
    const cost = `${((user + system) / 1e6).toFixed(1)} s of CPU, ${(virtualMs / 1_000).toFixed(0)} s of virtual time`
    process.stdout.write(
      `crash points: ${name}, restart after ${restartMs} ms: ${points}, ${played} futures, ${cost}\n`,
    )
    expect(played).toBeGreaterThan(20)
    expect(failures.slice(0, 5)).toEqual([])
  }
}

test.each(Object.keys(CRASH_BASES))('killed at any point of: %s', TIMEOUT, async (name) => {
  const base = CRASH_BASES[name]!
  await studied(name, (restartMs) => playEveryCrash({ schedule: base, restartMs, afterMs: AFTER_MS }))
})

/** The call after which both legs, or one of them, are on the wire. */
async function sentPoint(base = CALM, legs = 2): Promise<CrashPoint> {
  const { calls } = await playCrash({ schedule: base, kills: [], restartMs: 5, afterMs: AFTER_MS })
  const creates = calls[0]!.flatMap(({ what }, index) => (what.endsWith('/order/create') ? [index + 1] : []))
  return { call: creates[legs - 1]!, moment: 'after' }
}

test.each([
  ['a hedged pair', CALM, 2],
  ['one leg alone', CALM, 1],
  ['an order that is still under way', CRASH_BASES['an order is long under way']!, 2],
])('killed again at any point of the recovery of %s', TIMEOUT, async (name, base, legs) => {
  const before = [await sentPoint(base, legs)]
  await studied(`recovery of ${name}`, (restartMs) =>
    playEveryCrash({ schedule: base, restartMs, afterMs: AFTER_MS }, { before, until: 'append run.baseline' }),
  )
})

test('what somebody else opened in the same symbol meanwhile is left to the lot', TIMEOUT, async () => {
  const stranger: Stranger = { symbol: 'BTCUSDT', leg: 'long', lots: 3 }
  const two = schedule({ ...CALM }, { SYMBOLS_TO_TRADE: 'BTCUSDT,ETHUSDT' })
  const { config } = schedule({}, { SYMBOLS_TO_TRADE: 'BTCUSDT,ETHUSDT', MAX_HOLD_MS: '150' })
  await studied('with a stranger', (restartMs) =>
    playEveryCrash({ schedule: { ...two, config }, restartMs, afterMs: AFTER_MS, stranger }),
  )
})

test('every position is explained: which orders, which fills, what was closed', async () => {
  const { lives, wrong } = await playCrash({
    schedule: CALM,
    kills: [await sentPoint()],
    restartMs: 5,
    afterMs: AFTER_MS,
  })
  expect(wrong).toEqual([])
  const { data } = linesOf(lives[1]!, 'recovered')[0]!
  expect(data.orders).toMatchObject([
    {
      clientId: 'life1-t1-0',
      leg: 'long',
      side: 'buy',
      status: 'Filled',
      filledLots: 9,
      execIds: [expect.any(String)],
    },
    {
      clientId: 'life1-t1-1',
      leg: 'short',
      side: 'sell',
      status: 'Filled',
      filledLots: 9,
      execIds: [expect.any(String)],
    },
  ])
  expect(data.positions).toEqual([
    { symbol: 'BTCUSDT', idx: 1, heldLots: 9, closedLots: 9, leftLots: 0 },
    { symbol: 'BTCUSDT', idx: 2, heldLots: 9, closedLots: 9, leftLots: 0 },
  ])
})

test('what cannot be closed: the run does not start, names symbol, side and amount, and exits 1', async () => {
  const stubborn = { ...CALM, ...plan(CLOSING_REFUSED) }
  const kills = [await sentPoint()]
  const { lives, result } = await playCrash({ schedule: stubborn, kills, restartMs: 5, afterMs: 30_000 })
  expect(result).toMatchObject({
    exitCode: 1,
    left: [{ tradeId: 'recover', symbol: 'BTCUSDT', longLots: 9, shortLots: 9, nakedLots: 0 }],
  })
  expect(result.reason).toContain('what run life1 left could not be closed: BTCUSDT long 9 lots, BTCUSDT short 9 lots')
  expect(lives[1]!.trades.has('t1')).toBe(false)
  const hasty = await playCrash({ schedule: stubborn, kills, restartMs: 5, afterMs: AFTER_MS })
  expect(linesOf(hasty.lives[1]!, 'run.warned').at(-1)!.data.message).toContain(
    'what run life1 left could not be closed',
  )
  // It ended, and yet the next start finds all of it again, its own orders too.
  const again = leftoverOf(lives[1]!)!
  expect(again.runIds).toEqual(['life1', 'life2'])
  expect(again.orders.map(({ clientId }) => clientId)).toContain('life2-recover-0')
})

test('a run that halted with an amount is closed by the next one when that is asked for', async () => {
  // The venue refuses every closing order of the first run, its sweep's too, and none of the second's.
  const { calls } = await playCrash({
    schedule: { ...CALM, ...plan(CLOSING_REFUSED) },
    kills: [],
    restartMs: 5,
    afterMs: AFTER_MS,
  })
  const closings = calls[0]!.filter(({ what }) => what.endsWith('/order/create')).length - 2
  const halting = { ...CALM, ...plan({ ...CLOSING_REFUSED, times: closings }) }
  const { lives, wrong } = await playCrash({ schedule: halting, kills: [null], restartMs: 5, afterMs: AFTER_MS })
  expect(lives[0]!.finished!.data.tradesLeftOpen).toMatchObject([{ symbol: 'BTCUSDT', longLots: 9, shortLots: 9 }])
  expect(wrong).toEqual([])
})

test('without the journal nothing is touched: the symbol is refused by name, and the run does not start', async () => {
  const kills = [await sentPoint()]
  const { wrong } = await playCrash({ schedule: CALM, kills, restartMs: 5, afterMs: AFTER_MS, forgets: true })
  expect(wrong).toContain('9 of BTCUSDT #1 are left')
  expect(wrong[0]).toContain('no symbol is left to trade')
})
