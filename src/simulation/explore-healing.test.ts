/**
 * A world that heals: the run trades again, or says why it could not.
 */
import { expect, test } from 'vitest'
import type { Fault } from '../faults/plan-types.ts'
import { calmOf } from './explore-calm.ts'
import { readScheduleFile, type ScheduleFile, scheduleOf } from './explore-file.ts'
import { judgeHealing, tradedAgain } from './explore-healing.ts'
import { judge } from './explore-judge.ts'
import { TRADES_AGAIN_MS } from './explore-last-trade.ts'
import { playSchedule } from './explore-play.ts'
import { scheduleAt } from './explore-schedules.ts'
import { simulate } from './simulate.ts'

const HEALS_AT_MS = 1_500

/** A calm schedule whose run goes on until it has traded after the healing. */
function healing(changes: Partial<ScheduleFile> = {}, settings: Readonly<Record<string, string>> = {}): ScheduleFile {
  const calm = calmOf(scheduleAt('calm', 0))
  const { MAX_TRADES: _, ...unlimited } = calm.settings
  return {
    ...calm,
    healsAtMs: HEALS_AT_MS,
    tradeMs: HEALS_AT_MS + TRADES_AGAIN_MS,
    ...changes,
    settings: { ...unlimited, ...settings },
  }
}

const SILENT: Fault = {
  name: 'the market falls silent',
  party: 'public-stream',
  op: 'socket',
  socketAgeMs: 1_000,
  verdict: { do: 'silence' },
}

test('a run whose trades are not limited is stopped after the first trade that began once its world had healed', async () => {
  const schedule = scheduleOf(healing())
  const played = await simulate(schedule)
  const { run } = played
  const late = [...run.trades.values()].filter(({ firstUs }) => firstUs >= HEALS_AT_MS * 1_000)
  expect(late.map(({ hedged, flat }) => [hedged !== null, flat !== null])).toEqual([[true, true]])
  expect(run.finished!.at / 1_000).toBeLessThan(HEALS_AT_MS + 2_500)
  expect([tradedAgain(schedule, run), judge(schedule, played)]).toEqual(['yes', []])
})

test('a run that does not trade again though nothing keeps it is violated; one that was halted before has its reason', async () => {
  const schedule = scheduleOf(healing())
  const played = await simulate(schedule)
  const { run } = played
  const early = new Map([...run.trades].filter(([, { firstUs }]) => firstUs < HEALS_AT_MS * 1_000))
  const idle = { ...played, run: { ...run, trades: early } }
  expect(judgeHealing(schedule, idle)).toEqual(['healed at 1500 ms, yet no new trade was hedged and flat again'])
  // Flat alone is not enough where nothing kept a pair from being hedged.
  const single = [...run.trades].map(([id, trade]) => [id, { ...trade, hedged: null }] as const)
  expect(judgeHealing(schedule, { ...played, run: { ...run, trades: new Map(single) } })).toHaveLength(1)

  const [first] = early.values()
  const failed = { ...first!, hedged: null, failed: { ...run.stopping!, type: 'trade.failed' } as never }
  const halted = { ...run.stopping!, type: 'entries.halted', data: { reason: '3 failed trades' } } as never
  const closed = { ...run, trades: new Map([['t1', failed]]), events: [...run.events, halted] }
  expect(judgeHealing(schedule, { ...played, run: closed })).toEqual([])
  const young = { ...failed, firstUs: HEALS_AT_MS * 1_000 + 1 }
  expect(judgeHealing(schedule, { ...played, run: { ...closed, trades: new Map([['t1', young]]) } })).toHaveLength(1)
})

test('what is broken when the world heals is mended first: a silent stream is found out, and then it trades', async () => {
  const schedule = scheduleOf(healing({ faults: [SILENT] }, { SILENCE_PUBLIC_MS: '5000' }))
  const { run } = await simulate(schedule)
  expect(tradedAgain(schedule, run)).toBe('yes')
  expect(run.finished!.at / 1_000).toBeGreaterThan(6_000)
})

test('a world that would let no pair be hedged asks for a flat trade only; faults that begin after the healing are left out', async () => {
  const thin = { matching: { partialFills: [{ symbol: 'ETHUSDT', side: 'buy', fills: [{ share: 0.5, afterMs: 0 }] }] } }
  const eth = healing({}, { SYMBOLS_TO_TRADE: 'ETHUSDT' })
  const { world } = calmOf(eth)
  const halves = scheduleOf({ ...eth, world: { ...world, ...thin } })
  expect([halves.lastTrade?.hedged, scheduleOf({ ...eth, world }).lastTrade?.hedged]).toEqual([false, true])
  const late: Fault = {
    name: 'late',
    party: 'process',
    op: 'process',
    windowMs: { from: HEALS_AT_MS, to: 9_000 },
    verdict: { do: 'pause', ms: 10 },
  }
  const early = { ...late, name: 'early', windowMs: { from: 0, to: 9_000 } }
  expect(scheduleOf(healing({ faults: [late, early] })).faults.faults).toEqual([
    { ...early, windowMs: { from: 0, to: HEALS_AT_MS } },
  ])
})

test('most schedules have to trade again in a healed world, and do', async () => {
  const again = []
  for (let index = 0; index < 60; index += 1) again.push((await playSchedule(scheduleAt('again', index))).again)
  expect(again.filter((one) => one === 'yes').length).toBeGreaterThan(30)
}, 60_000)

test('of a sweep whose tries were used up before the healing no more is asked; of one that had a try left it is', async () => {
  const schedule = scheduleOf(readScheduleFile('fixtures/schedules/sweep-used-up-before-the-healing.json'))
  const played = await simulate(schedule)
  const { run } = played
  expect(judgeHealing(schedule, played)).toEqual([])
  const sweep = run.trades.get('sweep')!
  const trades = new Map([...run.trades, ['sweep', { ...sweep, orders: sweep.orders.slice(0, -2) }]])
  expect(judgeHealing(schedule, { ...played, run: { ...run, trades } })).toEqual([
    'left over in a healed world: LOTUSDT long 1549, short 1549',
  ])
})
