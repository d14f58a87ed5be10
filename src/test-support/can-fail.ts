/**
 * P11: each scenario's remedy taken out, and its central check looked at again.
 *
 *   scenario's world, faults, terms ─► process as it is ────────► the check holds
 *                                  └─► process, one place broken ─► the check must fail, and says why
 *
 * Real processes, real sockets; the broken place is a patch of the source text in the process's own sources, so that
 * production code knows nothing of it. Mostly that process is the runtime; once a consumer of quotes that stalls.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { judgeRun } from '../aftermath.ts'
import { parseConfig } from '../config-parse.ts'
import { parsePlan } from '../faults/plan.ts'
import type { Fault } from '../faults/plan-types.ts'
import type { Finding } from '../journal/finding.ts'
import type { Run } from '../journal/run.ts'
import { launchRuntime, type RuntimeExit } from '../launch.ts'
import { systemClock } from '../seams/clock.ts'
import { NOT_PATCHED, type Patch, patchArguments } from '../simulation/mutants/patch.ts'
import { openTarget } from '../targets.ts'
import type { StalledConsumer } from './stalled-consumer.ts'

export interface Told {
  readonly run: Run
  readonly findings: readonly Finding[]
  readonly exit: RuntimeExit
}

export interface Check<T> {
  readonly name: string
  /** What is wrong, in a sentence; null when it holds. */
  readonly look: (told: T) => string | null
}

interface Terms {
  /** The scenario's file, without its ending. */
  readonly scenario: string
  readonly switchedOff: string
  readonly patch: Omit<Patch, 'name'>
  /** A shipped world. Default `calm`. */
  readonly world?: string
  // biome-ignore lint/suspicious/noExplicitAny: a world file's JSON; the mock venue validates it
  readonly shape?: (world: Record<string, any>) => void
  readonly settings: Readonly<Record<string, string>>
}

/** Taken out of the runtime. */
export interface RunRemedy extends Terms {
  readonly plays: 'run'
  readonly check: Check<Told>
  readonly faults?: readonly Fault[]
  readonly maxTrades?: number
  /** Ctrl-C comes so long after the first trade, whatever the machine took until then. */
  readonly stopMs: number
}

/** Taken out of a consumer of quotes that stalls (stalled-consumer.ts). */
export interface StalledRemedy extends Terms {
  readonly plays: 'stalled consumer'
  readonly check: Check<StalledConsumer>
}

export type Remedy = RunRemedy | StalledRemedy

/** What became of it. */
export interface Seen {
  /** What the check says; null when it holds. */
  readonly evidence: string | null
  /** Promises that do not hold. */
  readonly broken: readonly Finding[]
  /** The run's; 0 of a consumer, which has none. */
  readonly exitCode: number
}

const QUALIFYING = {
  SYNTHETIC_SPREAD_BPS: '45',
  SYNTHETIC_FUNDING_DELTA: '0.01',
  TRADE_SIZE_USD: '300',
  SYMBOLS_TO_TRADE: 'BTCUSDT',
  SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '500',
  MAX_HOLD_MS: '600',
}

/** Plays it over real sockets, as the source is or with the remedy taken out. */
export async function playRemedy(remedy: Remedy, isSwitchedOff: boolean): Promise<Seen> {
  const folder = mkdtempSync(join(tmpdir(), 'can-fail-'))
  const nodeArguments = isSwitchedOff ? patchArguments({ name: remedy.switchedOff, ...remedy.patch }) : []
  try {
    if (remedy.plays === 'run') {
      const told = await playRun(remedy, folder, nodeArguments)
      const broken = told.findings.filter(({ verdict }) => verdict !== 'pass')
      return { evidence: remedy.check.look(told), broken, exitCode: told.exit.result!.exitCode }
    }
    return { evidence: remedy.check.look(await playStalled(remedy, folder, nodeArguments)), broken: [], exitCode: 0 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function playRun(remedy: RunRemedy, folder: string, nodeArguments: string[]): Promise<Told> {
  const { settings, maxTrades = null, stopMs, faults = [] } = remedy
  const config = { ...parseConfig({ ...QUALIFYING, ...settings }), maxTrades }
  await using target = await openTarget(config, { worldFile: worldFile(remedy, folder) })
  const journalPath = join(folder, 'journal.jsonl')
  let printed = ''
  let cancelStop: (() => void) | undefined
  await using runtime = launchRuntime({
    config: target.config,
    journalPath,
    nodeArguments,
    onOutput: (text) => {
      printed += text
    },
    onProgress: ({ trades }) => {
      if (trades > 0) cancelStop ??= systemClock.after(stopMs, () => runtime.signal('SIGINT'))
    },
    ...(faults.length === 0 ? {} : { faultPlan: planFile(faults, folder) }),
  })
  const exit = await runtime.exited
  cancelStop?.()
  if (exit.result === null || exit.code === NOT_PATCHED) {
    throw new Error(`${remedy.scenario} was not played to its end (exit code ${exit.code}):\n${printed}`)
  }
  return { ...(await judgeRun(target.config, journalPath, target.adminUrl)), exit }
}

const STALLED_MAIN = fileURLToPath(new URL('stalled-consumer-main.ts', import.meta.url))

async function playStalled(remedy: StalledRemedy, folder: string, execArgv: string[]): Promise<StalledConsumer> {
  const config = parseConfig({ ...QUALIFYING, ...remedy.settings })
  await using target = await openTarget(config, { worldFile: worldFile(remedy, folder) })
  const child = fork(STALLED_MAIN, [], { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  let consumer: StalledConsumer | null = null
  child.once('message', (message) => {
    consumer = message as StalledConsumer
  })
  child.send(target.config)
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0 || consumer === null)
    throw new Error(`${remedy.scenario} was not played to its end (exit code ${code})`)
  return consumer
}

const WORLDS = fileURLToPath(new URL('../../fixtures/worlds/', import.meta.url))

function worldFile({ world = 'calm', shape }: Terms, folder: string): string {
  const shipped = join(WORLDS, `${world}.json`)
  if (shape === undefined) return shipped
  const json = JSON.parse(readFileSync(shipped, 'utf8')) as Record<string, unknown>
  shape(json)
  const path = join(folder, 'world.json')
  writeFileSync(path, JSON.stringify(json))
  return path
}

function planFile(faults: readonly Fault[], folder: string): { path: string; names: string[] } {
  const plan = parsePlan({ faults })
  const path = join(folder, 'faults.json')
  writeFileSync(path, JSON.stringify(plan))
  return { path, names: plan.faults.map((fault) => fault.name) }
}
