/**
 * The schedules that mutants are put to, by name: the matrix's cells of the long leg, every schedule of the tests of known
 * failures, one error of each class on every step, those written for a mutant that no other noticed, and those that kill.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { allErrorCases, errorCaseName, errorSchedule } from '../errors.ts'
import { scheduleOf as scheduleOfFile } from '../explore-file.ts'
import { scheduleAt } from '../explore-schedules.ts'
import { allCells, impossible, nameOf, scheduleOf } from '../matrix.ts'
import type { Schedule } from '../stage.ts'
import { schedule } from '../test-support/schedules.ts'
import { killedTrials } from './killed-trials.ts'
import { type Patch, patchArguments } from './patch.ts'
import { sharpTrials } from './sharp-trials.ts'
import type { TestTold } from './test-main.ts'
import type { Trial } from './trial.ts'

const BASE = schedule()

export interface Trials {
  /** Those that are likely to tell. */
  readonly likely: Trial[]
  /** The same of mutants of the recovery: the process is killed in each. */
  readonly killing: Trial[]
  /** For mutants that none of these notices. */
  readonly more: Trial[]
}

export async function allTrials(): Promise<Trials> {
  const likely = [...(await failureTrials()), ...sharpTrials()]
  const more = [...matrixTrials(), ...errorTrials(), ...exploredTrials()]
  return { likely, killing: await killedTrials(), more }
}

const EXPLORED = { seed: 'mutants', schedules: 60 }

/** The explorer's first schedules of a seed, without their kills. */
function exploredTrials(): Trial[] {
  const { seed, schedules } = EXPLORED
  return Array.from({ length: schedules }, (_, index) => ({
    name: `explored: ${seed} ${index}`,
    schedule: { ...scheduleOfFile(scheduleAt(seed, index)), kills: [] },
  }))
}

function matrixTrials(): Trial[] {
  return allCells()
    .filter((cell) => impossible(cell) === null && cell.leg === 'long')
    .map((cell) => ({ name: `matrix: ${nameOf(cell)}`, schedule: scheduleOf(cell, BASE) }))
}

/** An error of each class of the table, and those that are often taken for another class. */
const ERRORS = [
  'retCode 10016',
  'retCode 987654',
  'retCode 10002',
  'retCode 10006',
  'retCode 10003',
  'retCode 110001',
  'retCode 110007',
  'retCode 110072',
  'HTTP 401',
  'HTTP 403',
  'HTTP 429',
  'HTTP 502',
]

function errorTrials(): Trial[] {
  return allErrorCases()
    .filter(({ error }) => ERRORS.includes(error.name))
    .map((one) => ({ name: `error: ${errorCaseName(one)}`, schedule: errorSchedule(one, BASE) }))
}

const FAILURE_TESTS = ['failures-legs', 'failures-streams', 'failures-venue', 'simulate'].map((name) =>
  fileURLToPath(new URL(`../${name}.test.ts`, import.meta.url)),
)
const TEST_MAIN = fileURLToPath(new URL('test-main.ts', import.meta.url))

/** Every schedule that the tests of known failures play, kept by a patch while they run in a process of their own. */
const KEEP: Patch = {
  name: 'schedules kept',
  file: 'src/simulation/simulate.ts',
  find: 'const printed: string[] = []',
  replace: 'globalThis.playedSchedules?.push(schedule)\n  const printed: string[] = []',
}

async function failureTrials(): Promise<Trial[]> {
  const told: TestTold[] = []
  const child = fork(TEST_MAIN, FAILURE_TESTS, { execArgv: patchArguments(KEEP), serialization: 'advanced' })
  child.on('message', (each: TestTold) => told.push(each))
  await once(child, 'close')
  return told.flatMap(({ name, failure, schedules }) => {
    if (failure !== null) throw new Error(`${name}: ${failure}`)
    const several = schedules.length > 1
    return schedules.map((each, i) => ({
      name: `test: ${name.split(':')[0]}${several ? ` (${i + 1})` : ''}`,
      schedule: each as Schedule,
    }))
  })
}
