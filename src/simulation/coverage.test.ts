/**
 * What the matrix, the errors, the known failures and a few kills exercise between them. A pair that none of them reaches
 * has to be explained in `coverage-pairs.ts`.
 */
import { beforeAll, expect, test } from 'vitest'
import { addCoverage, cover, newCoverage } from './coverage.ts'
import { coverageSummary, coverageText, neverSeen, staleReasons, unlisted } from './coverage-pairs.ts'
import { playCrash } from './crash.ts'
import { allErrorCases, errorSchedule } from './errors.ts'
import { allCells, impossible, scheduleOf } from './matrix.ts'
import { simulate } from './simulate.ts'
import { coverageSchedules } from './test-support/coverage-schedules.ts'
import { CLOSING_REFUSED, schedule } from './test-support/schedules.ts'

const BASE = schedule()
/** The whole table of errors is played in errors.test.ts; what it adds here is in every eighth, and in the bans. */
const ERRORS_STEP = 8
/** Calls of a run after which its process is killed: in its entry, hedged, in its exit. */
const KILLS = [70, 90, 150, 250]

const coverage = newCoverage()

beforeAll(async () => {
  const schedules = [
    ...allCells()
      .filter((cell) => impossible(cell) === null)
      .map((cell) => scheduleOf(cell, BASE)),
    ...allErrorCases()
      .filter(({ error }, index) => index % ERRORS_STEP === 0 || error.httpStatus === 403)
      .map((one) => errorSchedule(one, BASE)),
    ...coverageSchedules(),
  ]
  for (const one of schedules) cover(coverage, (await simulate(one)).run)
  for (const call of KILLS) {
    const kills = [{ call, moment: 'after' } as const]
    const { lives } = await playCrash({ schedule: BASE, kills, restartMs: 5, afterMs: 300 })
    for (const life of lives) cover(coverage, life)
  }
  const stubborn = { ...BASE, faults: { faults: [CLOSING_REFUSED] } }
  const kills = [{ call: KILLS[1]!, moment: 'after' } as const]
  const { lives } = await playCrash({ schedule: stubborn, kills, restartMs: 5, afterMs: 30_000 })
  for (const life of lives) cover(coverage, life)
}, 180_000)

test('what happened is in the lists', () => {
  expect(unlisted(coverage)).toEqual([])
})

test('every pair of the order table, the trade, its rules, the faults and the routes was reached, or it is said why not', () => {
  const unexplained = neverSeen(coverage).filter(({ why }) => why === null)
  expect(
    unexplained.map(({ table, pair }) => `${table}: ${pair}`),
    coverageText(coverage),
  ).toEqual([])
})

test('no explanation outlives what it explains', () => {
  expect(staleReasons(coverage)).toEqual([])
})

test('a calm trade is counted to the line', async () => {
  const calm = newCoverage()
  cover(calm, (await simulate(BASE)).run)
  const { order, trade, rules, faults, routes } = calm
  expect(order['planned × send']).toBe(4)
  expect((order['sent × acknowledge'] ?? 0) + (order['sent × see-done'] ?? 0)).toBe(4)
  expect(trade['hedged × close']).toBe(1)
  expect([trade['entering × fill'], trade['closing × fill']]).toEqual([2, 2])
  expect(rules).toEqual({ 'submit: entry': 2, 'submit: exit': 2 })
  expect(faults).toEqual({})
  expect(routes).toMatchObject({ 'fill by stream': 4, 'reconciled: before the sweep': 1 })
})

test('coverages add up', () => {
  const one = { ...newCoverage(), order: { 'sent × lose': 1 }, routes: { 'query: nothing': 2 } }
  const whole = newCoverage()
  for (const part of [one, one]) addCoverage(whole, part)
  expect(whole).toEqual({ ...newCoverage(), order: { 'sent × lose': 2 }, routes: { 'query: nothing': 4 } })
  expect(coverageSummary(whole)).toMatch(
    /^coverage: order 1 of \d+, trade 0 of .*, routes 1 of \d+; \d+ pairs never happen/,
  )
  expect(coverageSummary(whole)).toMatch(
    /\nnot exercised here:\n {2}order: planned × send, [\s\S]*\n {2}routes: .*, recover: complete, recover: incomplete$/,
  )
  expect(neverSeen(one).map(({ pair }) => pair)).not.toContain('sent × lose')
  expect(unlisted({ ...newCoverage(), rules: { 'submit: prayer': 1 } })).toEqual(['rules: submit: prayer'])
})
