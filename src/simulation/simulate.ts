/**
 * One run in virtual time: the real runtime and the real exchange, joined by a wire in memory.
 *
 *   createRuntime ── RestClient, streams ──► memory wire ──► REST side, streams ──► exchange core
 *      │  rules, executor, reconciler,        (faults,          the server's own       │
 *      │  limits, monitor, sweep: all real     delays)                                 │
 *      └────────────────────── one virtual clock ──────────────────────────────────────┘
 *
 * What differs from production: the wire and the clock, the feed in the strategy's thread, and a journal in memory.
 * The same schedule gives the same journal, byte for byte.
 */
import type { Journal } from '../journal/append.ts'
import { checkJournal } from '../journal/checks.ts'
import type { Finding } from '../journal/finding.ts'
import { readOwnEvents } from '../journal/read.ts'
import type { Run } from '../journal/run.ts'
import { createRuntime, type Runtime } from '../runtime.ts'
import type { RunResult } from '../runtime-types.ts'
import { watchTrades } from './last-trade.ts'
import { createMemoryJournal, type MemoryJournal } from './memory-journal.ts'
import { openHost, type SimulatedHost } from './process.ts'
import { quietMsAfter } from './quiet.ts'
import { openStage, type Schedule, type Stage } from './stage.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface Simulated {
  readonly run: Run
  readonly findings: readonly Finding[]
  readonly result: RunResult
  /** What the run printed. */
  readonly output: string
  /** The journal's lines. */
  readonly journal: string
  /** The journals of the processes that were there before, where the run's process was killed. */
  readonly before?: readonly Run[]
}

/** A run that cannot be brought to an end within so long hangs, ms of virtual time. */
const END_MAX_MS = 120_000

/** What a simulated process is given besides its venue: it measures nothing and pins nothing. */
export const SIMULATED_PROCESS = {
  pins: false,
  distributions: false,
  usage: { rssMb: () => 0, cpuUs: () => 0 },
} as const

/** Plays a schedule to its end. Throws when the run neither starts nor ends. */
export async function simulate(schedule: Schedule): Promise<Simulated> {
  const opened = openRun(schedule)
  const { stage, runtime, journal } = opened
  const result = await play(stage.clock, runtime, schedule.tradeMs, opened.host)
  await stage.clock.pass(quietMsAfter(result, schedule))
  await stage.recordTruth(journal.writer('harness'))
  return judge(opened, result)
}

/** A run that has not begun, and what it stands on. */
export interface OpenedRun {
  readonly schedule: Schedule
  readonly stage: Stage
  readonly host: SimulatedHost
  readonly runtime: Runtime
  readonly journal: MemoryJournal
  readonly printed: readonly string[]
}

/** Throws when the schedule kills the process: killed.ts plays that. */
export function openRun(schedule: Schedule): OpenedRun {
  if ((schedule.kills ?? []).length > 0) throw new Error('a run that is killed is more than one: killed.ts plays it')
  const printed: string[] = []
  let faultsLog: Journal
  const stage = openStage(schedule, () => faultsLog)
  const { clock } = stage
  const journal = createMemoryJournal(clock)
  faultsLog = journal.writer('faults')
  const host = openHost(stage, schedule)
  const own = journal.writer('runtime')
  const nowMs = (): number => clock.nowUs() / 1_000
  const onOver = (): void => void host.clock.after(0, () => void runtime.stop('duration reached'))
  const runtime = createRuntime({
    ...SIMULATED_PROCESS,
    ...host,
    config: stage.config,
    journal: schedule.lastTrade === undefined ? own : watchTrades(own, { last: schedule.lastTrade, nowMs, onOver }),
    plannedFaults: schedule.faults.faults.map((fault) => fault.name),
    runId: 'sim',
    print: (text) => printed.push(text),
  })
  return { schedule, stage, host, runtime, journal, printed }
}

/** Closes the venue and holds the journal against every promise. */
export function judge({ schedule, stage, journal, printed }: OpenedRun, result: RunResult): Simulated {
  stage.venue.stop()
  const run = readOwnEvents(journal.events, schedule.seed)
  const findings = checkJournal(run)
  return {
    run,
    findings,
    result,
    output: printed.join('\n'),
    get journal() {
      return journal.text()
    },
  }
}

/** Trades for so long, ends, and answers with how. */
export async function play(
  clock: VirtualClock,
  runtime: Runtime,
  tradeMs: number,
  host: Pick<SimulatedHost, 'clock'> = { clock },
): Promise<RunResult> {
  const started = runtime.start().catch((error: unknown) => runtime.stop(String(error), 1))
  host.clock.after(tradeMs, () => void runtime.stop('duration reached'))
  void started
  return clock.passUntil(runtime.finished, tradeMs + END_MAX_MS)
}
