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
import { checkJournal } from '../journal/checks.ts'
import type { Finding } from '../journal/finding.ts'
import { parseJournal } from '../journal/read.ts'
import type { Run } from '../journal/run.ts'
import { createRuntime, type Runtime } from '../runtime.ts'
import type { RunResult } from '../runtime-types.ts'
import { createMemoryJournal } from './memory-journal.ts'
import { openStage, type Schedule } from './stage.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface Simulated {
  readonly run: Run
  readonly findings: readonly Finding[]
  readonly result: RunResult
  /** What the run printed. */
  readonly output: string
  /** The journal's lines. */
  readonly journal: string
}

/** A run that cannot be brought to an end within so long hangs, ms of virtual time. */
const END_MAX_MS = 120_000
const QUIET_MS = 5_000

/** What a simulated process is given besides its venue: it measures nothing and pins nothing. */
export const SIMULATED_PROCESS = { pins: false, usage: { rssMb: () => 0, cpuUs: () => 0 } } as const

/** Plays a schedule to its end. Throws when the run neither starts nor ends. */
export async function simulate(schedule: Schedule): Promise<Simulated> {
  const printed: string[] = []
  let faultsLog: ReturnType<ReturnType<typeof createMemoryJournal>['writer']>
  const stage = openStage(schedule, () => faultsLog)
  const { clock } = stage
  const journal = createMemoryJournal(clock)
  faultsLog = journal.writer('faults')
  const runtime = createRuntime({
    ...SIMULATED_PROCESS,
    config: stage.config,
    clock: clock.skewed(schedule.clockAheadMs ?? 0),
    journal: journal.writer('runtime'),
    plannedFaults: schedule.faults.faults.map((fault) => fault.name),
    transport: stage.transport,
    runId: 'sim',
    print: (text) => printed.push(text),
  })
  const result = await play(clock, runtime, schedule.tradeMs)
  await clock.pass(schedule.quietMs ?? QUIET_MS)
  await stage.recordTruth(journal.writer('harness'))
  stage.venue.stop()
  const text = journal.text()
  const run = parseJournal(text, schedule.seed)
  return { run, findings: checkJournal(run), result, output: printed.join('\n'), journal: text }
}

/** Trades for so long, ends, and answers with how. */
export async function play(clock: VirtualClock, runtime: Runtime, tradeMs: number): Promise<RunResult> {
  const started = runtime.start().catch((error: unknown) => runtime.stop(String(error), 1))
  clock.after(tradeMs, () => void runtime.stop('duration reached'))
  void started
  return clock.passUntil(runtime.finished, tradeMs + END_MAX_MS)
}
