/**
 * A scenario: a venue, the runtime as a process of its own, faults on the wire, a journal, and the promises at the end.
 *
 *   world ─► venue ◄── sockets, REST ──► runtime process ─► journal ─► venue's truth ─► promises ─► report
 *                            ▲
 *                          faults (a preload in the runtime's process; absent when a budget is judged)
 *
 * The body says what must happen; `finish` waits for the run's own end and checks every promise, always.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { TestContext } from 'vitest'
import { expect, test } from 'vitest'
import { judgeRun } from '../../src/aftermath.ts'
import type { Config } from '../../src/config.ts'
import { parseConfig } from '../../src/config-parse.ts'
import type { VenueExecutionRow, VenueOrderRow } from '../../src/domain/rows.ts'
import type { WorldChange } from '../../src/exchange/core/types.ts'
import { control } from '../../src/exchange/spawn.ts'
import { parsePlan } from '../../src/faults/plan.ts'
import type { Fault } from '../../src/faults/plan-types.ts'
import { openJournal } from '../../src/journal/append.ts'
import type { Finding } from '../../src/journal/finding.ts'
import type { Run, RunTrade } from '../../src/journal/run.ts'
import { describeFinding } from '../../src/journal/summary.ts'
import type { RuntimeExit, RuntimeProcess } from '../../src/launch.ts'
import type { BudgetResult } from '../../src/report/budgets.ts'
import type { ExpectedBreak } from '../../src/report/document.ts'
import { slug } from '../../src/report/document.ts'
import { systemClock } from '../../src/seams/clock.ts'
import type { Target } from '../../src/targets.ts'
import { disturbed, missed } from './budgets.ts'
import { slownessExplains, watchStalls } from './machine.ts'
import { BUILT, JOURNALS, NODE_ARGUMENTS, ROOT, WORLDS } from './paths.ts'
import { JournalTail } from './tail.ts'

const { launchRuntime } = (await import(join(BUILT, 'launch.js'))) as typeof import('../../src/launch.ts')
const { openTarget, CAN } = (await import(join(BUILT, 'targets.js'))) as typeof import('../../src/targets.ts')

/** Targets with the mock venue as it ships. */
export const openBuiltTarget = openTarget

/** Whether the run's target starts from the world a scenario asks for. */
export function setsWorld({ target }: Pick<Config, 'target'>): boolean {
  return CAN[target].setWorld
}

/** Terms that qualify, and sizes that trade on every shipped world. */
const QUALIFYING: Settings = {
  SYNTHETIC_SPREAD_BPS: '45',
  SYNTHETIC_FUNDING_DELTA: '0.01',
  TRADE_SIZE_USD: '300',
  SYMBOLS_TO_TRADE: 'BTCUSDT',
}

type Settings = Readonly<Record<string, string>>

/** A world file's JSON, loosely: scenarios shape copies of the shipped ones. */
// biome-ignore lint/suspicious/noExplicitAny: the mock venue validates it, with every problem named
export type WorldJson = Record<string, any>

export interface ScenarioOptions {
  /** One sentence for the report. */
  readonly proves: string
  /** A shipped world. Default `calm`. */
  readonly world?: string
  /** Changes a copy of it. */
  readonly shape?: (world: WorldJson) => void
  /** Environment variables on top of terms that qualify. */
  readonly settings?: Settings
  readonly faults?: readonly Fault[]
  readonly maxTrades?: number
  readonly durationMs?: number
  readonly timeoutMs?: number
  /** On a venue whose world cannot be set: what is used instead, or why the scenario is skipped there. */
  readonly elsewhere?:
    | { readonly faults?: readonly Fault[]; readonly notForced?: readonly string[] }
    | { readonly skip: string }
  readonly expectedBreaks?: readonly ExpectedBreak[]
}

export interface Finished {
  readonly exit: RuntimeExit
  readonly run: Run
  readonly findings: readonly Finding[]
  /** Everything the runtime printed. */
  readonly output: string
  /** What the venue has of this run; on an account that is not thrown away there are others' rows as well. */
  readonly venue: {
    readonly orders: readonly VenueOrderRow[]
    readonly executions: readonly VenueExecutionRow[]
  }
}

/** What a scenario's body works with. */
export interface Stage {
  readonly config: Config
  readonly target: Target
  readonly runtime: RuntimeProcess
  readonly journal: JournalTail
  output(): string
  /** Changes the mock's world while it runs. */
  change(change: WorldChange): Promise<void>
  /** Waits for the run's own end (a signal makes it end), reads the venue's books, checks every promise. */
  finish(expectation?: { readonly exitCode?: number; readonly breaks?: readonly string[] }): Promise<Finished>
  /** Notes judged budgets for the report and fails on a miss. */
  budgets(results: readonly BudgetResult[]): void
}

/** Several waits in a row, each as patient as it may be. */
const DEFAULT_TIMEOUT_MS = 180_000
const END_MAX_MS = 100_000

/** Declares one test. Its journal and everything the report needs are left behind, also when it fails. */
export function scenario(name: string, options: ScenarioOptions, body: (stage: Stage) => Promise<void>): void {
  test(name, { timeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS }, async (context) => {
    const base = parseConfig({ ...venueSettings(), ...QUALIFYING, ...options.settings })
    const forced = setsWorld(base)
    const elsewhere = forced ? undefined : options.elsewhere
    Object.assign(context.task.meta, { scenario: scenarioOf(context), proves: options.proves, budgets: [] })
    if (!forced && needsWorld(options) && elsewhere === undefined)
      context.skip('needs a world of its own; this venue has one already')
    if (elsewhere !== undefined && 'skip' in elsewhere) context.skip(elsewhere.skip)
    const notForced = elsewhere !== undefined && 'notForced' in elsewhere ? (elsewhere.notForced ?? []) : []
    if (!forced && needsWorld(options)) expect(notForced, 'what this venue does not force is said').not.toEqual([])
    Object.assign(context.task.meta, { notForced, expectedBreaks: options.expectedBreaks ?? [] })
    const faults = elsewhere !== undefined && 'faults' in elsewhere ? elsewhere.faults : options.faults
    const config = { ...base, maxTrades: options.maxTrades ?? null, durationMs: options.durationMs ?? null }
    await play({ context, config, options, faults: faults ?? [], body })
  })
}

interface Play {
  readonly context: TestContext
  readonly config: Config
  readonly options: ScenarioOptions
  readonly faults: readonly Fault[]
  readonly body: (stage: Stage) => Promise<void>
}

async function play({ context, config, options, faults, body }: Play): Promise<void> {
  const base = join(JOURNALS, scenarioOf(context), slug(context.task.name))
  mkdirSync(dirname(base), { recursive: true })
  const journalPath = `${base}.jsonl`
  const judged: BudgetResult[] = []
  Object.assign(context.task.meta, { journal: relative(ROOT, journalPath), budgets: judged })
  context.onTestFinished(({ task }) => writeVerdict(journalPath, context, task.result?.state ?? 'unknown'))
  await using target = await openTarget(config, setsWorld(config) ? { worldFile: worldFile(options, base) } : {})
  let printed = ''
  await using runtime = launchRuntime({
    config: target.config,
    journalPath,
    nodeArguments: NODE_ARGUMENTS,
    onOutput: (text) => {
      printed += text
    },
    ...(faults.length === 0 ? {} : { faultPlan: planFile(faults, base) }),
  })
  const journal = new JournalTail(journalPath)
  const stalls = watchStalls()
  await body({
    config: target.config,
    target,
    runtime,
    journal,
    output: () => printed,
    change: (change) => {
      if (target.adminUrl === null) throw new Error(`${target.name} has no administration side`)
      return control(target.adminUrl, change)
    },
    finish: async ({ exitCode = 0, breaks = [] } = {}) => {
      const exit = await within(runtime.exited, END_MAX_MS, 'the end of the run')
      stalls.stop()
      const { run, findings } = await judgeRun(target.config, journalPath, target.adminUrl)
      const doubt = whyNotJudged(findings, breaks)
      if (doubt !== null) context.skip(`not judged: ${doubt}`)
      expectPromises(findings, breaks)
      expect(exit.code, printed).toBe(exitCode)
      return { exit, run, findings, output: printed, venue: ownRows(run) }
    },
    budgets: (results) => {
      judged.push(...results)
      if (faults.length > 0) expect(disturbed(results), 'judged with a fault layer in the path').toEqual([])
      expect(missed(results)).toEqual([])
    },
  })
}

/** A venue for a test that brings its own consumer: no runtime, no journal, the same report. */
export async function stageOf(
  context: TestContext,
  options: ScenarioOptions,
): Promise<{ readonly target: Target } & AsyncDisposable> {
  const config = parseConfig({ ...venueSettings(), ...QUALIFYING, ...options.settings })
  Object.assign(context.task.meta, { scenario: scenarioOf(context), proves: options.proves, budgets: [] })
  const { elsewhere } = options
  if (!setsWorld(config) && elsewhere !== undefined && 'skip' in elsewhere) context.skip(elsewhere.skip)
  const base = join(JOURNALS, scenarioOf(context), slug(context.task.name))
  mkdirSync(dirname(base), { recursive: true })
  const target = await openTarget(config, { worldFile: worldFile(options, base) })
  return { target, [Symbol.asyncDispose]: () => target[Symbol.asyncDispose]() }
}

/** Every promise holds, except those that the scenario breaks on purpose; those must break. */
function expectPromises(findings: readonly Finding[], breaks: readonly string[]): void {
  const told = findings.map(describeFinding).join('\n')
  const broken = findings.filter((finding) => finding.verdict !== 'pass').map((finding) => finding.promise)
  expect(broken.toSorted(), told).toEqual([...breaks].sort())
}

/** When all that is broken is bounds in time, and the machine was slow enough to explain each: what, and how slow. */
function whyNotJudged(findings: readonly Finding[], breaks: readonly string[]): string | null {
  const surprises = findings.filter(({ verdict, promise }) => verdict !== 'pass' && !breaks.includes(promise))
  const reasons = surprises.map(({ onlyLate, worst, bound, promise }) => {
    const why = onlyLate ? slownessExplains(worst!, bound!) : null
    return why === null ? null : `${promise} ${worst} of ${bound} ms; ${why}`
  })
  return reasons.length === 0 || reasons.includes(null) ? null : reasons.join('; ')
}

function ownRows(run: Run): Finished['venue'] {
  const prefix = `${run.started?.data.runId ?? 'none'}-`
  const { orders = [], executions = [] } = run.truth?.data ?? {}
  return {
    orders: orders.filter((row) => row.clientId.startsWith(prefix)),
    executions: executions.filter((row) => row.clientId.startsWith(prefix)),
  }
}

/** Only what names the venue comes from outside: a scenario's terms are its own. */
export function venueSettings(): Settings {
  const names = Object.entries(process.env).filter(
    ([name]) =>
      name === 'SCENARIO_TARGET' ||
      name === 'TRADING_HOSTS_ALLOWED' ||
      name === 'TOPOLOGY' ||
      name.startsWith('BYBIT_DEMO_'),
  )
  return Object.fromEntries(names) as Settings
}

function needsWorld(options: ScenarioOptions): boolean {
  return options.shape !== undefined || (options.world !== undefined && options.world !== 'calm')
}

function worldFile(options: ScenarioOptions, base: string): string {
  const shipped = join(WORLDS, `${options.world ?? 'calm'}.json`)
  if (options.shape === undefined) return shipped
  const world = JSON.parse(readFileSync(shipped, 'utf8')) as WorldJson
  options.shape(world)
  writeFileSync(`${base}.world.json`, JSON.stringify(world, null, 2))
  return `${base}.world.json`
}

function planFile(faults: readonly Fault[], base: string): { path: string; names: string[] } {
  const plan = parsePlan({ faults }, 'process')
  writeFileSync(`${base}.faults.json`, JSON.stringify(plan, null, 2))
  return { path: `${base}.faults.json`, names: plan.faults.map((fault) => fault.name) }
}

export function scenarioOf(context: TestContext): string {
  return context.task.file.name.replace(/^.*\//, '').replace(/\.test\.ts$/, '')
}

/** The last line of a journal: how the test ended, which only now is known. */
function writeVerdict(journalPath: string, context: TestContext, state: string): void {
  const journal = openJournal({ path: journalPath, by: 'harness', clock: systemClock })
  const verdict = state === 'pass' ? 'passed' : state === 'skip' ? 'skipped' : 'failed'
  journal.append('scenario.finished', { scenario: scenarioOf(context), test: context.task.name, state: verdict })
  journal.close()
}

/** The run's one trade; fails when there were others. */
export function onlyTrade({ run }: Pick<Finished, 'run'>): RunTrade {
  expect(run.trades.size).toBe(1)
  return [...run.trades.values()][0]!
}

/** A promise that must settle in time, with words for when it does not. */
export async function within<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  const late = Promise.withResolvers<never>()
  const cancel = systemClock.after(timeoutMs, () =>
    late.reject(new Error(`${what} did not come within ${timeoutMs} ms`)),
  )
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    cancel()
  }
}
