/**
 * The report as data: everything the page, the JUnit file and `report.json` say, and nothing else.
 *
 *   journal ─► ScenarioRecord ─┐
 *   test result ───────────────┼─► ReportDocument ─► html.ts · junit.ts · report.json
 *   environment ───────────────┘
 *
 * Plain JSON, so that a stored report.json renders again. The verdict is computed here, once.
 */
import type { MetricsSnapshot } from '../journal/events.ts'
import { type Finding, plural } from '../journal/finding.ts'
import { overall } from '../journal/summary.ts'
import { type BudgetResult, compareByMargin } from './budgets.ts'
import type { CanFail } from './can-fail.ts'
import type { ErrorRow } from './errors.ts'
import type { Exploration } from './exploration.ts'
import type { MatrixCell } from './matrix.ts'
import type { RunNaked } from './naked.ts'
import type { Safety } from './safety.ts'
import type { TradeRecord } from './trades.ts'

export const SCHEMA_VERSION = 2

/** A promise that a scenario breaks on purpose, to show that its check can fail (P11). */
export interface ExpectedBreak {
  readonly promise: string
  readonly why: string
}

/** What a scenario test leaves in `task.meta`: plain JSON. */
export interface ScenarioMeta {
  readonly scenario: string
  /** One sentence. */
  readonly proves: string
  /** Path of its journal, relative to the project's root. */
  readonly journal?: string
  readonly budgets: readonly BudgetResult[]
  /** What this target could not force, in words. */
  readonly notForced?: readonly string[]
  readonly expectedBreaks?: readonly ExpectedBreak[]
}

/** `void`: a planned fault never fired, so the run proves nothing. `unknown`: no verdict could be reached. */
export type Outcome = 'passed' | 'failed' | 'skipped' | 'void' | 'unknown'

export interface FailureRecord {
  readonly message: string
  /** Stack, diff: text for the reader who digs. */
  readonly detail: string
}

export interface AppliedFault {
  readonly name: string
  readonly what: string
  readonly occurrence: number
  readonly clientId: string | null
  /** Since the run started, µs. */
  readonly atUs: number
}

/** What a journal says about its run. */
export interface RunRecord {
  readonly runId: string
  readonly target: string
  readonly seed: string
  readonly versions: Readonly<Record<string, string>>
  readonly config: Readonly<Record<string, unknown>>
  readonly nakedMaxMs: number
  readonly durationUs: number
  /** Null when the journal ends without saying how the run ended: it was cut off. */
  readonly ended: { readonly exitCode: number; readonly reason: string } | null
  readonly metrics: MetricsSnapshot | null
  /** Null when nothing was ever naked. */
  readonly naked: RunNaked | null
  /** Worst first; at most `TRADES_SHOWN` of `tradesTotal`. */
  readonly trades: readonly TradeRecord[]
  readonly tradesTotal: number
  readonly faultsPlanned: readonly string[]
  readonly faultsApplied: readonly AppliedFault[]
  readonly faultsAppliedTotal: number
  /** Names of those that fired at least once, whether shown or not. */
  readonly faultsFired: readonly string[]
  /** `atUs` null: about the journal as a whole. */
  readonly remarks: readonly { readonly atUs: number | null; readonly text: string }[]
  readonly remarksTotal: number
  readonly safety: Safety
}

export interface ScenarioRecord {
  /** Stable anchor: the same scenario has the same one in every report. */
  readonly id: string
  readonly file: string
  readonly name: string
  readonly proves: string
  readonly outcome: Outcome
  readonly durationMs: number
  readonly failures: readonly FailureRecord[]
  readonly skipReason: string | null
  readonly notForced: readonly string[]
  readonly expectedBreaks: readonly ExpectedBreak[]
  readonly budgets: readonly BudgetResult[]
  readonly promises: readonly Finding[]
  readonly journal: string | null
  /** Why a journal that was promised could not be read. */
  readonly journalProblem: string | null
  readonly rerun: string
  readonly run: RunRecord | null
}

export interface Environment {
  readonly node: string
  readonly platform: string
  readonly cpu: string
  readonly cores: number
  readonly memoryMb: number
  /** One-minute load average before and after. On a busy machine a latency verdict means less. */
  readonly loadBefore: number
  readonly loadAfter: number
  readonly revision: string | null
}

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly void: number
  readonly unknown: number
  readonly budgetsNotJudged: number
}

export interface ReportDocument {
  readonly schema: typeof SCHEMA_VERSION
  /** ISO 8601, UTC. */
  readonly generatedAt: string
  readonly title: string
  readonly target: string
  readonly verdict: 'pass' | 'fail' | 'incomplete'
  /** Why it is not a plain pass, one sentence each. */
  readonly reasons: readonly string[]
  readonly counts: Counts
  readonly environment: Environment
  readonly rerun: string
  readonly scenarios: readonly ScenarioRecord[]
  /** The unknown-outcome matrix; empty when it was not played in this run. */
  readonly matrix: readonly MatrixCell[]
  /** Every documented error on every step; empty when they were not played. */
  readonly errors: readonly ErrorRow[]
  /** Remedies taken out, to see the checks fail (P11). */
  readonly canFail: readonly CanFail[]
  /** Random schedules; empty when none were played. */
  readonly exploration: readonly Exploration[]
}

export interface DocumentInput {
  readonly generatedAtMs: number
  readonly title: string
  readonly target: string
  readonly environment: Environment
  readonly rerun: string
  readonly scenarios: readonly ScenarioRecord[]
  readonly matrix?: readonly MatrixCell[]
  readonly errors?: readonly ErrorRow[]
  readonly canFail?: readonly CanFail[]
  readonly exploration?: readonly Exploration[]
  /** Things that went wrong outside any one scenario. */
  readonly problems: readonly string[]
  readonly interrupted: boolean
}

/** Puts the scenarios in their stable order (file, then as written) and judges the whole. */
export function buildDocument(input: DocumentInput): ReportDocument {
  const scenarios = uniqueIds(input.scenarios.toSorted((a, b) => compareText(a.file, b.file)))
  const counts = countOutcomes(scenarios)
  const failing = failingReasons(counts, [...input.problems, ...elsewhereReasons(input)])
  const missing = missingReasons(counts, scenarios, input.interrupted)
  return {
    schema: SCHEMA_VERSION,
    generatedAt: new Date(input.generatedAtMs).toISOString(),
    title: input.title,
    target: input.target,
    verdict: failing.length > 0 ? 'fail' : missing.length > 0 ? 'incomplete' : 'pass',
    reasons: [...failing, ...missing],
    counts,
    environment: input.environment,
    rerun: input.rerun,
    scenarios,
    matrix: input.matrix ?? [],
    errors: input.errors ?? [],
    canFail: input.canFail ?? [],
    exploration: input.exploration ?? [],
  }
}

export interface OutcomeInput {
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending'
  readonly budgets: readonly BudgetResult[]
  readonly promises: readonly Finding[]
  readonly expectedBreaks: readonly ExpectedBreak[]
  readonly journalProblem: string | null
}

/**
 * The scenario's outcome. A broken promise or a missed budget fails it whatever the test itself said, so the two cannot
 * disagree. A fault that never fired makes it void: it must be repeated anyway.
 */
export function judgeOutcome(input: OutcomeInput): Outcome {
  if (input.state === 'skipped') return 'skipped'
  const expected = new Set(input.expectedBreaks.map((one) => one.promise))
  const surprises = input.promises.filter((one) => one.verdict !== 'pass' && !expected.has(one.promise))
  const found = surprises.length === 0 ? 'pass' : overall(surprises)
  if (found === 'fail' || input.budgets.some((one) => one.verdict === 'missed')) return 'failed'
  if (found === 'void') return 'void'
  if (input.state === 'failed') return 'failed'
  return input.state === 'pending' || found === 'unknown' || input.journalProblem !== null ? 'unknown' : 'passed'
}

/** All budgets of all scenarios with where they come from, most urgent first. */
export function budgetsByMargin(
  document: ReportDocument,
): readonly { readonly scenario: ScenarioRecord; readonly result: BudgetResult }[] {
  return document.scenarios
    .flatMap((scenario) => scenario.budgets.map((result) => ({ scenario, result })))
    .toSorted((a, b) => compareByMargin(a.result, b.result))
}

/** A stable anchor from words: lower case, digits and dashes only. */
export function slug(...words: readonly string[]): string {
  const text = words
    .join(' ')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return text === '' ? 'scenario' : text.slice(0, 120)
}

function countOutcomes(scenarios: readonly ScenarioRecord[]): Counts {
  const of = (outcome: Outcome): number => scenarios.filter((one) => one.outcome === outcome).length
  const notJudged = scenarios.flatMap((one) => one.budgets).filter((one) => one.verdict === 'not judged').length
  return {
    passed: of('passed'),
    failed: of('failed'),
    skipped: of('skipped'),
    void: of('void'),
    unknown: of('unknown'),
    budgetsNotJudged: notJudged,
  }
}

function failingReasons(counts: Counts, problems: readonly string[]): string[] {
  const reasons = counts.failed > 0 ? [`${plural(counts.failed, 'scenario')} failed`] : []
  return [...reasons, ...problems]
}

/** What was shown beside the scenarios and did not hold. */
function elsewhereReasons({ canFail = [], exploration = [] }: DocumentInput): string[] {
  const unnoticed = canFail.filter(({ evidence }) => evidence === null).length
  const violations = exploration.reduce((sum, one) => sum + one.violations.length, 0)
  return [
    ...(unnoticed > 0 ? [`a remedy taken out went unnoticed ${plural(unnoticed, 'time')} (P11)`] : []),
    ...(violations > 0 ? [`${plural(violations, 'violation')} in random schedules`] : []),
  ]
}

function missingReasons(counts: Counts, scenarios: readonly ScenarioRecord[], interrupted: boolean): string[] {
  const reasons: string[] = []
  if (interrupted) reasons.push('the run was interrupted')
  if (counts.passed + counts.failed + counts.void + counts.unknown === 0) reasons.push('no scenario ran')
  if (counts.void > 0) reasons.push(`${plural(counts.void, 'scenario')} void: a planned fault never fired`)
  if (counts.unknown > 0) reasons.push(`${plural(counts.unknown, 'scenario')} without a verdict`)
  if (counts.budgetsNotJudged > 0) reasons.push(`${plural(counts.budgetsNotJudged, 'budget')} not judged`)
  const silent = scenarios.filter((one) => one.outcome === 'skipped' && one.skipReason === null).length
  if (silent > 0) reasons.push(`${plural(silent, 'scenario')} skipped without a reason (not selected, perhaps)`)
  return reasons
}

function uniqueIds(scenarios: readonly ScenarioRecord[]): ScenarioRecord[] {
  const seen = new Map<string, number>()
  return scenarios.map((scenario) => {
    const times = (seen.get(scenario.id) ?? 0) + 1
    seen.set(scenario.id, times)
    return times === 1 ? scenario : { ...scenario, id: `${scenario.id}-${times}` }
  })
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
