/**
 * A few of the explorer's schedules with every run of the tests, so that the report has its row; the long explorations are the
 * command's (README.md).
 */
import { expect, test } from 'vitest'
import type { Exploration } from '../report/exploration.ts'
import { playSchedule } from './explore-play.ts'
import { scheduleAt } from './explore-schedules.ts'

declare module 'vitest' {
  interface TaskMeta {
    exploration?: readonly Exploration[]
  }
}

const SEED = 'every run of the tests'
const RUNS = 150

test(`${RUNS} schedules nobody thought of: nothing is violated`, { timeout: 120_000 }, async ({ task }) => {
  const violations: string[] = []
  const before = process.cpuUsage()
  for (let index = 0; index < RUNS; index += 1) {
    const one = await playSchedule(scheduleAt(SEED, index))
    violations.push(...one.violations.map(({ rule, what }) => `schedule ${index}: ${rule}: ${what}`))
  }
  const { user, system } = process.cpuUsage(before)
  task.meta.exploration = [{ seed: SEED, runs: RUNS, perMinute: (RUNS * 60e6) / (user + system), violations }]
  expect(violations).toEqual([])
})
