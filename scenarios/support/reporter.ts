/**
 * The report of a scenarios run, as a Vitest reporter.
 *
 *   test ─ task.meta (plain JSON) ─┐
 *   test ─ reports/journals/….jsonl ┼─► document ─► reports/index.html · junit.xml · report.json ─► one closing line
 *   state, errors, skip notes ──────┘
 *
 * Built when the run has ended, from what the tests left behind, so that merged reports give the same page. A run
 * without scenarios is none of its business.
 */
import { resolve } from 'node:path'
import type { SerializedError } from 'vitest'
import type { Reporter, TestCase, TestModule, TestRunEndReason, Vitest } from 'vitest/node'
import type { CanFail } from '../../src/report/can-fail.ts'
import {
  buildDocument,
  type FailureRecord,
  type ReportDocument,
  type ScenarioMeta,
  type ScenarioRecord,
} from '../../src/report/document.ts'
import { environmentNow, loadNow } from '../../src/report/environment.ts'
import type { ErrorRow } from '../../src/report/errors.ts'
import type { Exploration } from '../../src/report/exploration.ts'
import { withoutControls } from '../../src/report/markup.ts'
import type { MatrixCell } from '../../src/report/matrix.ts'
import { firstReason } from '../../src/report/overview.ts'
import { quote, rerunCommand, scenarioRecord } from '../../src/report/scenario.ts'
import { tallyLine, writeReport } from '../../src/report/write.ts'
import { systemClock } from '../../src/seams/clock.ts'
import { REPORTS } from './paths.ts'

declare module 'vitest' {
  interface TaskMeta extends Partial<ScenarioMeta> {
    matrix?: readonly MatrixCell[]
    errors?: readonly ErrorRow[]
    canFail?: readonly CanFail[]
    exploration?: readonly Exploration[]
  }
}

const PROJECT = 'scenarios'

export default class ScenarioReporter implements Reporter {
  #vitest: Vitest | null = null
  #loadBefore = 0

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onTestRunStart(): void {
    this.#loadBefore = loadNow()
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[], reason: TestRunEndReason): void {
    const vitest = this.#vitest
    const own = modules.filter((module) => module.project.name === PROJECT)
    if (vitest === null || own.length === 0) return
    const target = process.env['SCENARIO_TARGET'] ?? 'embedded'
    const root = vitest.config.root
    const metas = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.meta()))
    const document = buildDocument({
      generatedAtMs: systemClock.wallMs(),
      title: 'bybit-synthetic-test scenarios',
      target,
      environment: environmentNow(this.#loadBefore),
      rerun: rerunCommand(target, null, 'npx vitest run --project scenarios'),
      scenarios: own.flatMap((module) => [...module.children.allTests()].map((test) => recordOf(test, root, target))),
      // Played by other tests; a run of the scenarios alone has none.
      matrix: metas.flatMap((meta) => meta.matrix ?? []),
      errors: metas.flatMap((meta) => meta.errors ?? []),
      canFail: metas.flatMap((meta) => meta.canFail ?? []),
      exploration: metas.flatMap((meta) => meta.exploration ?? []),
      problems: [
        ...own.flatMap(moduleProblems),
        ...errors.map((error) => `outside any test: ${firstLine(error.message)}`),
      ],
      interrupted: reason === 'interrupted',
    })
    writeReport(document, resolve(root, REPORTS))
    vitest.logger.log(closingWords(document))
    // A promise that broke without its test noticing must not pass in silence.
    if (document.verdict === 'fail') process.exitCode ||= 1
  }
}

/** What did not hold, what was left out and why, then the one closing line. */
export function closingWords(document: ReportDocument): string {
  const { scenarios } = document
  const bad = scenarios.filter((one) => ['failed', 'void', 'unknown'].includes(one.outcome))
  const told = scenarios.filter((one) => one.outcome === 'skipped' && one.skipReason !== null)
  const silent = document.counts.skipped - told.length
  const unjudged = scenarios.flatMap((one) =>
    one.budgets
      .filter((budget) => budget.verdict === 'not judged')
      .map((budget) => `  not judged: ${one.name}: ${budget.name}: ${budget.note}`),
  )
  return [
    ...bad.map((one) => `  ${one.outcome}: ${one.name}: ${firstReason(one)}`),
    ...told.map((one) => `  skipped: ${one.name}: ${one.skipReason}`),
    ...(silent > 0 ? [`  skipped without a reason, or not selected: ${silent}`] : []),
    ...unjudged,
    `scenarios: ${tallyLine(document)} — report: ${REPORTS}/index.html`,
  ].join('\n')
}

function recordOf(test: TestCase, root: string, target: string): ScenarioRecord {
  const meta: Partial<ScenarioMeta> = test.meta()
  const result = test.result()
  const file = test.module.relativeModuleId
  return scenarioRecord({
    file,
    name: test.fullName,
    meta,
    state: result.state,
    skipReason: result.state === 'skipped' ? (result.note ?? null) : null,
    durationMs: test.diagnostic()?.duration ?? 0,
    failures: (result.errors ?? []).map(failureOf),
    rerun: (seed) =>
      rerunCommand(
        target,
        seed,
        `npx vitest run --project scenarios ${quote(file)} -t ${quote(namePattern(test.fullName))}`,
      ),
    journalPath: meta.journal === undefined ? null : resolve(root, meta.journal),
  })
}

/** `-t` takes a regular expression: the whole name and nothing else. */
function namePattern(name: string): string {
  return `^${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`
}

function failureOf(error: {
  readonly message?: string
  readonly diff?: unknown
  readonly stack?: string | undefined
}): FailureRecord {
  const message = error.message ?? 'no message'
  const diff = typeof error.diff === 'string' ? error.diff : ''
  const stack = (error.stack ?? '')
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at ') && !line.includes('node_modules'))
  return { message, detail: [diff, ...stack].filter((part) => part !== '').join('\n') }
}

/** What failed outside any test of a file: it could not be loaded, or a hook threw. */
function moduleProblems(module: TestModule): string[] {
  const suites = [...module.children.allSuites()].flatMap((suite) => suite.errors())
  return [...module.errors(), ...suites].map((error) => `${module.relativeModuleId}: ${firstLine(error.message)}`)
}

function firstLine(text: string): string {
  return withoutControls(text).trimStart().split('\n', 1)[0] ?? ''
}
