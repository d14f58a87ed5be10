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
import { machineNoise, slownessExplains } from './machine.ts'

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
 * word of whoever watched the machine while it was measured; without it a time is followed by a calibration.
 */
export function judge(budget: Budget, measured: Measured, tooNoisy?: () => string | null): BudgetResult {
  const ask = tooNoisy ?? calibrationFor(budget, measured)
  return judgeBudget({ ...budget, ...measured, ...(ask === undefined ? {} : { tooNoisy: ask }) })
}

function calibrationFor({ percentile, unit, budget }: Budget, { actual }: Measured): (() => string | null) | undefined {
  if (percentile !== undefined) return machineNoise
  return unit === 'ms' && actual !== null ? () => slownessExplains(actual, budget) : undefined
}

/** A bound in time of a scenario's own, e.g. "back within 2,000 ms of the loss": judged as a budget is, told beside them. */
export function judgeBound(name: string, actualMs: number, boundMs: number): BudgetResult {
  return judge({ name, unit: 'ms', budget: boundMs, atMost: true }, { actual: actualMs, n: 1 })
}

/** The layer only adds time, so what needs a fault to be measured at all may be judged with one: a pass stands. */
const NEEDS_FAULT: ReadonlySet<string> = new Set([BUDGETS.emergencyClose.name])

const OF_DESIGN: ReadonlySet<string> = new Set(Object.values(BUDGETS).map(({ name }) => name))

/** Those that may not be judged with a fault layer in the path. A scenario's own bound is about what follows a fault. */
export function disturbed(results: readonly BudgetResult[]): string[] {
  return results.map(({ name }) => name).filter((name) => OF_DESIGN.has(name) && !NEEDS_FAULT.has(name))
}

/** Those that must fail the test. "not judged" is not among them: it is a visible skip, counted in the closing line. */
export function missed(results: readonly BudgetResult[]): readonly BudgetResult[] {
  return results.filter((result) => result.verdict === 'missed')
}
