/**
 * Schedules nobody thought of: the same everywhere, judged by more than the promises, and none of those that once failed
 * fails again.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { calmOf } from './explore-calm.ts'
import { FAULT_CLASSES } from './explore-faults.ts'
import { parseScheduleFile, readScheduleFile, type ScheduleFile, scheduleOf } from './explore-file.ts'
import { partOf } from './explore-jobs.ts'
import { judge } from './explore-judge.ts'
import { playSchedule } from './explore-play.ts'
import { scheduleAt } from './explore-schedules.ts'
import { count, merge, newTally, tallyText } from './explore-tally.ts'
import { simulate } from './simulate.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const KEPT = new URL('../../fixtures/schedules/', import.meta.url)
const calm = (changes: Partial<ScheduleFile> = {}): ScheduleFile => ({
  ...calmOf(scheduleAt('calm', 0)),
  ...changes,
})

test.each(readdirSync(KEPT).filter((name) => name.endsWith('.json')))(
  'a schedule that once failed holds: %s',
  async (name) => {
    const { violations } = await playSchedule(readScheduleFile(fileURLToPath(new URL(name, KEPT))))
    expect(violations).toEqual([])
  },
)

const HASH = `
  import { createHash } from 'node:crypto'
  import { playSchedule } from './src/simulation/explore-play.ts'
  import { scheduleAt } from './src/simulation/explore-schedules.ts'
  const hash = createHash('sha256')
  for (let index = 0; index < 10; index += 1) {
    const { played } = await playSchedule(scheduleAt('two processes', index))
    hash.update(played?.journal ?? 'exception')
  }
  process.stdout.write(hash.digest('hex'))`

test('the same seed gives the same journals, byte for byte, twice here and once in another process', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', HASH], { cwd: ROOT })
  const [[code], elsewhere] = await Promise.all([once(child, 'close'), text(child.stdout)])
  expect(code).toBe(0)
  const here = async (): Promise<string> => {
    const hash = createHash('sha256')
    for (let index = 0; index < 10; index += 1) {
      const { played } = await playSchedule(scheduleAt('two processes', index))
      hash.update(played?.journal ?? 'exception')
    }
    return hash.digest('hex')
  }
  expect([await here(), await here()]).toEqual([elsewhere, elsewhere])
}, 60_000)

test('every schedule can be written down and read again, and plays the same', async () => {
  for (let index = 0; index < 60; index += 1) {
    const file = scheduleAt('written down', index)
    const again = parseScheduleFile(JSON.parse(JSON.stringify(file)))
    expect(scheduleOf(again)).toEqual(scheduleOf(file))
  }
})

test('schedules differ in what they are made of: every class of faults, worlds of every kind, calm ones too', () => {
  const files = Array.from({ length: 1_500 }, (_, index) => scheduleAt('kinds', index))
  const planned = new Set(files.flatMap(({ faults }) => faults.map(({ name }) => name.split(' ')[1])))
  expect([...planned].toSorted()).toEqual([...FAULT_CLASSES].toSorted())
  expect(files.filter(({ faults }) => faults.length === 0).length).toBeGreaterThan(100)
  for (const part of [
    '"book"',
    '"steps"',
    '"partialFills":[{',
    '"leverage":"1"',
    '"LEG_PRICING":"synthetic"',
    '"restart"',
  ]) {
    expect([part, files.some((file) => JSON.stringify(file).includes(part))]).toEqual([part, true])
  }
})

test('a range is divided without a gap and without an overlap', () => {
  const range = { seed: 's', from: 7, to: 30 }
  const parts = [1, 2, 3, 4].map((part) => partOf(range, part, 4))
  expect(parts.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, at) => from + at))).toEqual(
    Array.from({ length: 23 }, (_, at) => 7 + at),
  )
})

test('a schedule file that is wrong is refused with everything that is wrong with it', () => {
  const fault = { name: 'x', party: 'rest-reply', op: 'create', verdict: { do: 'silence' } }
  const wrong = {
    ...calm(),
    faults: [fault],
    tradeMs: 0,
    settings: { LEG_TIMEOUT_MS: 'soon', SYMBOLS_TO_TRADE: 'DOGEUSDT' },
    latency: { fromMs: 2, toMs: 1 },
    extra: 1,
  }
  expect(() => parseScheduleFile(wrong)).toThrow(
    expect.objectContaining({
      problems: expect.arrayContaining([
        expect.stringMatching(/tradeMs/),
        expect.stringMatching(/latency.*no more than/),
        expect.stringMatching(/extra/),
        expect.stringMatching(/LEG_TIMEOUT_MS is "soon"/),
        expect.stringMatching(/faults\[0\]\.verdict/),
      ]),
    }),
  )
  expect(() => parseScheduleFile({ ...calm(), settings: { SYMBOLS_TO_TRADE: 'DOGEUSDT' } })).toThrow(/no DOGEUSDT/)
  expect(() => parseScheduleFile(null)).toThrow(/schedule/)
})

// ── What is judged beyond the promises ──────────────────────────────────────────────────────────────────────────────

test('a calm schedule violates nothing; a run that ends otherwise than the venue says does', async () => {
  const schedule = scheduleOf(calm())
  const played = await simulate(schedule)
  expect(judge(schedule, played)).toEqual([])
  const rules = (changed: typeof played): string[] =>
    judge(schedule, changed).map(({ rule, what }) => `${rule}: ${what}`)
  expect(rules({ ...played, result: { ...played.result, exitCode: 1 } })).toEqual([
    'end: ended with 1, the journal says 0',
  ])
  const open = { ...played.run.truth!.data.orders[0]!, status: 'New' }
  const truth = { ...played.run.truth!, data: { ...played.run.truth!.data, orders: [open] } }
  const finished = { ...played.run.finished!, at: 10_000_000 }
  expect(rules({ ...played, run: { ...played.run, truth, finished } })).toEqual([
    'end: says that it is flat, which the venue does not',
    'end: ended with 0 though the venue shows something of it',
    expect.stringMatching(/^liveness: left over in a healed world: sim-t1-/),
  ])
  expect(rules({ ...played, output: 'NOT VERIFIED' })).toEqual([
    'end: could not ask the venue, though nothing kept it from asking',
  ])
})

test('lateness is excused by what really happened only: a delay that was applied, never one that was planned', async () => {
  const late = { name: '1 late', party: 'rest-reply', op: 'create', verdict: { do: 'delay', ms: 900 } } as const
  const file = calm({ faults: [late, { ...late, name: '2 late', op: 'amend' }] })
  const schedule = scheduleOf(file)
  const played = await simulate(schedule)
  const slow = (worst: number): typeof played => ({
    ...played,
    findings: played.findings.map((finding) =>
      finding.promise === 'P1'
        ? {
            ...finding,
            verdict: 'fail',
            evidence: { broken: { count: 1, first: [{ trade: 't1', endLots: 0, longestMs: worst, wrong: 'slow' }] } },
          }
        : finding,
    ),
  })
  const { bound } = played.findings.find(({ promise }) => promise === 'P1')!
  // One lost answer is in the bound already, so all that is left is the wire's own time.
  expect(judge(schedule, slow(bound! + 5))).toEqual([])
  expect(judge(schedule, slow(bound! + 900)).map(({ rule }) => rule)).toEqual(['P1'])
})

test('a process that really stood still is excused for it, a plan that never stopped it is not', async () => {
  const pause = {
    name: '1 pauses',
    party: 'process',
    op: 'process',
    afterCreates: 1,
    verdict: { do: 'pause', ms: 4_000 },
  } as const
  const schedule = scheduleOf(calm({ faults: [pause], healsAtMs: null, tradeMs: 9_000 }))
  const played = await simulate(schedule)
  expect(played.findings.find(({ promise }) => promise === 'P1')!.verdict).toBe('fail')
  expect(judge(schedule, played)).toEqual([])
  const run = { ...played.run, faults: { ...played.run.faults, applied: [] } }
  // What was naked is excused in any case here: the venue would not take a closing order that woke up too old.
  expect(judge(schedule, { ...played, run }).map(({ rule }) => rule)).toEqual(['P4', 'P6'])
})

test('what is thrown on the way is a violation, with where it was thrown', async () => {
  const { violations } = await playSchedule({ ...calm(), world: {} })
  expect(violations).toEqual([{ rule: 'exception', what: expect.stringContaining('the world is not valid') }])
})

test('counts add up, whoever counted', async () => {
  const whole = newTally()
  const parts = [newTally(), newTally()]
  for (let index = 0; index < 6; index += 1) {
    const one = await playSchedule(scheduleAt('counts', index))
    count(whole, one)
    count(parts[index % 2]!, one)
  }
  const sum = newTally()
  for (const part of parts) merge(sum, part)
  expect(sum).toEqual(whole)
  expect(tallyText(sum)).toMatch(/ends: .*trade/)
})
