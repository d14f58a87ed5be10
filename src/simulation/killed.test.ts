/**
 * Explored runs whose process is killed: started again from its journal, judged for all its lives.
 */
import { expect, test } from 'vitest'
import { linesOf } from '../journal/run.ts'
import { calmOf } from './explore-calm.ts'
import { parseScheduleFile, readScheduleFile, type ScheduleFile, scheduleOf } from './explore-file.ts'
import { judge } from './explore-judge.ts'
import { playSchedule, timelineTextOf } from './explore-play.ts'
import { scheduleAt } from './explore-schedules.ts'
import { eventsOf, shrink } from './explore-shrink.ts'
import { count, newTally } from './explore-tally.ts'
import { simulateKilled } from './killed.ts'
import { meantAndSent, openLives } from './lives.ts'
import { type Simulated, simulate } from './simulate.ts'
import type { Kill } from './stage.ts'
import { fault } from './test-support/failures.ts'

/** Within the first trade's life: both legs are on the wire. */
const AS_LEGS_FILL: Kill = { call: 60, moment: 'after', restartMs: 5 }
const RECOVERING: Kill = { call: 30, moment: 'before', restartMs: 60 }

/** What is no schedule any more is one without a kill. */
function parseOrCalm(file: ScheduleFile): ScheduleFile {
  try {
    return parseScheduleFile(file)
  } catch {
    return calm()
  }
}

/** Goes on until it has traded again. */
function calm(changes: Partial<ScheduleFile> = {}): ScheduleFile {
  const file = calmOf(scheduleAt('calm', 0))
  const { MAX_TRADES: _, ...settings } = file.settings
  return { ...file, settings, healsAtMs: 1_500, tradeMs: 13_500, ...changes }
}

async function played(file: ScheduleFile): Promise<Simulated> {
  const one = await playSchedule(file)
  expect(one.violations).toEqual([])
  return one.played!
}

test('a run that is killed is started again, closes what it left, and trades in its healed world', async () => {
  const file = calm({ kills: [AS_LEGS_FILL] })
  const { run, before = [], result } = await played(file)
  expect(before.map(({ finished }) => finished)).toEqual([null])
  const [leftover] = linesOf(run, 'recovery.started')
  expect(leftover!.data.orders.map(({ clientId }) => clientId)).toEqual(['sim-t1-0', 'sim-t1-1'])
  expect(linesOf(run, 'recovered')[0]!.data.positions.map(({ closedLots }) => closedLots > 0)).toEqual([true, true])
  expect(run.trades.get('t1')!.hedged).not.toBeNull()
  expect(result.exitCode).toBe(0)
  expect((await played(file)).journal).toBe((await played(file)).journal)
})

test('killed again while it recovers: the third process closes what the first one left', async () => {
  const { run, before = [] } = await played(calm({ kills: [AS_LEGS_FILL, RECOVERING] }))
  expect(before.length).toBe(2)
  expect(linesOf(before[1]!, 'recovered')).toEqual([])
  expect(linesOf(run, 'recovery.started')[0]!.data.runIds).toEqual(['sim', 'sim2'])
})

test('a process that cannot start before its world heals is started until it can', async () => {
  const down = fault('rest-request', 'time', { do: 'http', status: 503 }, { times: null, afterCreates: 2 })
  const { run, before = [] } = await played(
    calm({ kills: [AS_LEGS_FILL], faults: [down], healsAtMs: 4_000, tradeMs: 16_000 }),
  )
  expect(before.length).toBeGreaterThan(1)
  expect(before[1]!.finished?.data.exitCode).toBe(1)
  expect(linesOf(run, 'recovered')[0]!.data.complete).toBe(true)
})

test('what a process that stands still had not sent yet dies with it', async () => {
  const pause = fault('process', 'process', { do: 'pause', ms: 700 }, { afterCreates: 1 })
  const schedule = scheduleOf(calm({ faults: [pause] }))
  const life = { runId: 'sim', leftover: null, tradeMs: 2_000 }
  // The pause comes with the first leg; the second is handed over in the same turn, and leaves after it.
  const { calls } = await openLives(schedule).play({ ...life, killAt: null })
  const [first, second] = calls.flatMap(({ what }, index) => (what.endsWith('/order/create') ? [index + 1] : []))
  expect(second! - first!).toBeGreaterThan(1)
  expect(calls[second! - 1]!.atUs - calls[first! - 1]!.atUs).toBeGreaterThanOrEqual(700_000)
  for (let call = first!; call < second!; call += 1) {
    const lives = openLives(schedule)
    await lives.play({ ...life, killAt: { call, moment: 'after' } })
    const [run] = await lives.end(5_000)
    expect(run!.truth!.data.orders.map(({ clientId }) => clientId)).toEqual(['sim-t1-0'])
  }
})

test('all lives answer together: an order without an intent, an id meant twice, one that is there twice', async () => {
  const file = calm({ kills: [AS_LEGS_FILL] })
  const { run, before = [] } = await played(file)
  expect(meantAndSent([...before, run])).toEqual([])
  expect(meantAndSent([...before, ...before, run])).toContain('sim-t1-0 was meant more than once')
  const unmeant = { ...before[0]!, events: [] }
  expect(meantAndSent([unmeant, run])).toContain('sim-t1-0 was sent without an intent on record')
  const orders = run.truth!.data.orders.flatMap((row) => [row, row])
  const twice = { ...run, truth: { ...run.truth!, data: { ...run.truth!.data, orders } } }
  expect(meantAndSent([...before, twice])).toContain('the venue has sim-t1-0 twice')
})

test("a process that never starts again is a violation, and so is what is on nobody's record", async () => {
  const schedule = scheduleOf(calm({ kills: [AS_LEGS_FILL] }))
  const told = await simulateKilled(schedule, 1_500)
  const row = { symbol: 'SOLUSDT', idx: 1, side: 'buy', lots: 3 } as const
  const truth = { ...told.run.truth!, data: { ...told.run.truth!.data, positions: [row] } }
  const unstarted: Simulated = {
    ...told,
    run: { ...told.run, baseline: null, truth },
    result: { ...told.result, exitCode: 1, reason: 'no' },
  }
  expect(judge(schedule, unstarted).map(({ what }) => what)).toEqual([
    'killed, and did not start again: no',
    "3 of SOLUSDT are there and on nobody's record",
  ])
})

test('what a run finds at its start is not its own; of a life before it must have been named by that one', async () => {
  const schedule = scheduleOf(readScheduleFile('fixtures/schedules/named-and-killed-at-the-end.json'))
  const told = await simulateKilled(schedule, schedule.healsAtMs)
  expect(told.run.baseline!.data.positions.length).toBe(1)
  expect(judge(schedule, told)).toEqual([])
  const unnamed = told.before!.map((life) => ({ ...life, finished: null }))
  expect(judge(schedule, { ...told, before: unnamed })).toEqual([
    {
      rule: 'end',
      what: expect.stringMatching(/^takes \d+ of ETHUSDT for somebody else's, though no life before named it$/),
    },
  ])
  const baseline = { ...told.run.baseline!, data: { ...told.run.baseline!.data, positions: [] } }
  expect(judge(schedule, { ...told, run: { ...told.run, baseline } })).toContainEqual({
    rule: 'end',
    what: 'says that it is flat, which the venue does not',
  })
})

test('kills are written down, counted, and left out of what fails without them', async () => {
  const file = calm({ kills: [AS_LEGS_FILL, RECOVERING] })
  expect(parseScheduleFile(JSON.parse(JSON.stringify(file)))).toEqual(file)
  expect(() => parseScheduleFile({ ...file, kills: [{ call: 0, moment: 'now', restartMs: 5 }] })).toThrow(
    /kills\.0\.call[\s\S]*kills\.0\.moment/,
  )
  const tally = newTally()
  count(tally, await playSchedule(file))
  expect(tally.classes).toEqual({ killed: 1 })
  expect(timelineTextOf((await playSchedule(file)).played!).split('who ').length).toBe(4)
  expect(eventsOf((await shrink(file, async () => true, 50)).file)).toBe(0)
  const isKilled = async (smaller: ScheduleFile): Promise<boolean> => {
    if ((smaller.kills ?? []).length === 0) return false
    return (await playSchedule(parseOrCalm(smaller))).played?.before !== undefined
  }
  const needed = await shrink(file, isKilled, 200)
  expect(needed.file.kills).toEqual([{ call: 1, moment: expect.any(String), restartMs: 0 }])
})

test('a schedule that kills is not played as if it did not', async () => {
  await expect(simulate(scheduleOf(calm({ kills: [AS_LEGS_FILL] })))).rejects.toThrow('killed.ts plays it')
})

test('the explorer draws kills into some schedules, at calls that most of them reach', () => {
  const files = Array.from({ length: 400 }, (_, index) => scheduleAt('killed', index))
  const killed = files.filter(({ kills }) => kills !== undefined)
  expect(killed.length).toBeGreaterThan(10)
  expect(killed.length).toBeLessThan(60)
})
