/**
 * The budgets of the design, by name, and how a scenario judges one.
 *
 *   const results = [judge(BUDGETS.placement, { actual: stages.placement.p99Us, n: stages.placement.count })]
 *   task.meta.budgets = results;  expect(missed(results)).toEqual([])
 *
 * Loopback, no fault layer, threads topology. A value inside its budget passes without asking; only a miss asks whether
 * this machine, in this run, was too noisy to judge.
 */
import { type BudgetResult, type BudgetUnit, judgeBudget } from '../../src/report/budgets.ts'
import { systemClock } from '../../src/seams/clock.ts'

interface Budget {
  readonly name: string
  readonly percentile?: number
  readonly unit: BudgetUnit
  readonly budget: number
  readonly goal?: number
  readonly atMost: boolean
}

/** Absolute numbers are the original's and its task list's; goals are ours. Names match the report's stages. */
export const BUDGETS = {
  socketToRing: { name: 'socket receive → ring', percentile: 99, unit: 'us', budget: 500, atMost: true },
  ringToStrategy: { name: 'ring → strategy', percentile: 50, unit: 'us', budget: 100, atMost: true },
  detection: { name: 'detection', percentile: 99, unit: 'us', budget: 2_000, goal: 50, atMost: true },
  placement: { name: 'placement', percentile: 99, unit: 'us', budget: 5_000, atMost: true },
  endToEnd: { name: 'end to end', percentile: 99, unit: 'us', budget: 10_000, atMost: true },
  bothLegsFilled: { name: 'both legs filled within', unit: 'ms', budget: 500, goal: 500, atMost: true },
  emergencyClose: { name: 'emergency close', unit: 'ms', budget: 1_000, goal: 250, atMost: true },
  ringGap: { name: 'longest time between two looks at the ring', unit: 'ms', budget: 20, atMost: true },
  updates: { name: 'updates without loss', unit: '/s', budget: 1_000, goal: 20_000, atMost: false },
  opportunities: { name: 'opportunities', unit: '/s', budget: 100, atMost: false },
  strategyCpu: { name: "strategy thread's CPU", unit: '%', budget: 50, goal: 10, atMost: true },
  tradesFilled: { name: 'trades with both legs filled', unit: '%', budget: 95, goal: 100, atMost: false },
  memory: { name: 'resident memory, 60 s steady', unit: 'MB', budget: 100, goal: 100, atMost: true },
  shutdown: { name: 'graceful shutdown', unit: 'ms', budget: 5_000, atMost: true },
} as const satisfies Readonly<Record<string, Budget>>

export interface Measured {
  /** Null when it was never measured, or when n does not support the percentile. */
  readonly actual: number | null
  readonly n: number
  readonly note?: string
}

/**
 * Judges one of the design's budgets; asks how noisy this machine is only when the value is outside. `tooNoisy` is the
 * word of whoever watched the machine while it was measured; without it a percentile is followed by a calibration.
 */
export function judge(budget: Budget, measured: Measured, tooNoisy?: () => string | null): BudgetResult {
  const ask = tooNoisy ?? (budget.percentile === undefined ? undefined : machineNoise)
  return judgeBudget({ ...budget, ...measured, ...(ask === undefined ? {} : { tooNoisy: ask }) })
}

/** The layer only adds time, so what needs a fault to be measured at all may be judged with one: a pass stands. */
const NEEDS_FAULT: ReadonlySet<string> = new Set([BUDGETS.emergencyClose.name])

/** Those that may not be judged with a fault layer in the path. */
export function disturbed(results: readonly BudgetResult[]): string[] {
  return results.map(({ name }) => name).filter((name) => !NEEDS_FAULT.has(name))
}

/** Those that must fail the test. "not judged" is not among them: it is a visible skip, counted in the closing line. */
export function missed(results: readonly BudgetResult[]): readonly BudgetResult[] {
  return results.filter((result) => result.verdict === 'missed')
}

const LOOK_US = 400_000
const STALL_US = 250
/** Of the looking time. An idle machine of this kind loses well under one percent. */
const LOST_MAX = 0.05

/**
 * Looks at the clock without a pause for 0.4 s: whenever it jumps, somebody else had the processor. Too noisy when more
 * than a twentieth of the time was lost that way, since then a percentile tells about the neighbours.
 */
export function machineNoise(): string | null {
  const startUs = systemClock.nowUs()
  let beforeUs = startUs
  let lostUs = 0
  let longestUs = 0
  while (beforeUs - startUs < LOOK_US) {
    const us = systemClock.nowUs()
    const jump = us - beforeUs
    if (jump > STALL_US) {
      lostUs += jump
      longestUs = Math.max(longestUs, jump)
    }
    beforeUs = us
  }
  const lost = lostUs / (beforeUs - startUs)
  if (lost <= LOST_MAX) return null
  return `the machine was too noisy: ${(lost * 100).toFixed(0)} % of a calibration was lost, longest stall ${(longestUs / 1000).toFixed(1)} ms`
}
