/**
 * Processes that live one after another at one venue, each until it ends or is killed, each with what the journal of the one
 * before says it left behind.
 *
 *   play ─► mortal process ─► ☠ or its own end ─► its journal as written ─► play, with what that leaves ─► … ─► end: the truth
 *
 * What belongs to the machine outlasts them: the venue, the faults of the plan and how often each has struck, a wall clock
 * that is wrong. What stood still, or was under way to a process, dies with it.
 */
import type { Leftover } from '../domain/leftover.ts'
import { mountProcess } from '../faults/process-mount.ts'
import type { Journal } from '../journal/append.ts'
import type { JournalLine } from '../journal/events.ts'
import { parseJournal } from '../journal/read.ts'
import { linesOf, type Run } from '../journal/run.ts'
import { createRuntime } from '../runtime.ts'
import type { RunResult } from '../runtime-types.ts'
import type { Clock } from '../seams/clock.ts'
import { watchTrades } from './last-trade.ts'
import { createMemoryJournal } from './memory-journal.ts'
import { type CrashPoint, createMortal, type MortalProcess, type SeamCall } from './mortal.ts'
import { refuseKills, type SimulatedHost } from './process.ts'
import { SIMULATED_PROCESS } from './simulate.ts'
import { openStage, type Schedule, type Stage } from './stage.ts'
import { createStoppable, type StoppableProcess } from './standstill.ts'

export interface LifeOptions {
  readonly runId: string
  /** Null lives on to its own end. */
  readonly killAt: CrashPoint | null
  /** What lives before left behind. */
  readonly leftover: Leftover | null
  /** Stopped after so long, ms. */
  readonly tradeMs: number
}

export interface Life {
  /** Its journal as it stands now. Read anew each time. */
  readonly run: Run
  /** Null when it was killed. */
  readonly result: RunResult | null
  readonly calls: readonly SeamCall[]
  /** What it printed. */
  readonly output: string
}

export interface Lives {
  readonly stage: Stage
  /** Throws when it neither ends nor is killed. */
  play(options: LifeOptions): Promise<Life>
  /** After so long a pause the venue's books are put into the last journal, and the venue is closed. Every life's journal. */
  end(quietMs: number): Promise<readonly Run[]>
  /** The journal of each life, as it was written. */
  texts(): readonly string[]
}

const END_MAX_MS = 120_000

export function openLives(schedule: Schedule): Lives {
  return new LivesOnStage(schedule)
}

class LivesOnStage implements Lives {
  readonly stage: Stage
  readonly #schedule: Schedule
  readonly #journals: LifeJournal[] = []
  readonly #machine: Machine

  constructor(schedule: Schedule) {
    this.#schedule = schedule
    this.stage = openStage(schedule, () => this.#journals.at(-1)!.faults)
    this.#machine = new Machine(this.stage, schedule)
  }

  async play({ runId, killAt, leftover, tradeMs }: LifeOptions): Promise<Life> {
    const { stage } = this
    const { clock } = stage
    const journal = createLifeJournal(stage, leftover, `${runId} of ${this.#schedule.seed}`)
    this.#journals.push(journal)
    const printed: string[] = []
    const process = createMortal({
      clock: this.#machine.clock(),
      transport: stage.transport,
      write: journal.write,
      killAt,
    })
    const host = this.#machine.host(process)
    const runtime = createRuntime({
      ...SIMULATED_PROCESS,
      config: stage.config,
      clock: host.clock,
      transport: host.transport,
      journal: this.#watched(process.journal, () => void host.clock.after(0, () => stop('duration reached'))),
      plannedFaults: [],
      leftover: leftover ?? undefined,
      runId,
      print: (text) => printed.push(text),
    })
    const stop = (reason: string, code?: number): void => {
      if (!process.isDead) void runtime.stop(reason, code)
    }
    void runtime.start().catch((error: unknown) => stop(String(error), 1))
    const cancel = clock.after(tradeMs, () => stop('duration reached'))
    const ended = Promise.race([runtime.finished, process.killed.then(() => null)])
    const result = await clock.passUntil(ended, tradeMs + END_MAX_MS)
    cancel()
    // Killed in its very last call it has ended all the same, but nobody heard of it.
    const heard = process.isDead ? null : result
    if (!process.isDead) process.exit()
    return {
      get run() {
        return journal.read()
      },
      result: heard,
      calls: process.calls,
      output: printed.join('\n'),
    }
  }

  #watched(journal: Journal, onOver: () => void): Journal {
    const { lastTrade } = this.#schedule
    const nowMs = (): number => this.stage.clock.nowUs() / 1_000
    return lastTrade === undefined ? journal : watchTrades(journal, { last: lastTrade, nowMs, onOver })
  }

  async end(quietMs: number): Promise<readonly Run[]> {
    const { stage } = this
    await stage.clock.pass(quietMs)
    await stage.recordTruth(this.#journals.at(-1)!.harness)
    stage.venue.stop()
    return this.#journals.map((each) => each.read())
  }

  texts(): readonly string[] {
    return this.#journals.map((each) => each.text())
  }
}

/** What the processes run on: its wall clock stays wrong, and its next process may be stopped like the one before. */
class Machine {
  readonly #stage: Stage
  readonly #wall: Clock
  readonly #disturbed: readonly ('process' | 'clock')[]
  #running: StoppableProcess | null = null
  #isMounted = false

  constructor(stage: Stage, { clockAheadMs = 0, faults }: Schedule) {
    refuseKills(faults)
    this.#stage = stage
    this.#wall = stage.clock.skewed(clockAheadMs)
    this.#disturbed = (['process', 'clock'] as const).filter((party) => stage.gate.wants(party, [party]))
  }

  /** As the next process reads it: whatever is done to its wall is seen by all. */
  clock(): Clock {
    const { nowUs, after, sleep } = this.#stage.clock
    return { nowUs, after, sleep, wallMs: () => this.#wall.wallMs() }
  }

  /** The next process as it stands still when it is to. The plan's first moment is that of the first process. */
  host(process: MortalProcess): SimulatedHost {
    const running = this.#disturbed.includes('process') ? createStoppable(process.clock, process.transport) : null
    this.#running = running
    if (this.#disturbed.length > 0 && !this.#isMounted) this.#mount()
    return running ?? process
  }

  #mount(): void {
    this.#isMounted = true
    const { gate } = this.#stage
    const hands = { kill: () => undefined, pause: (ms: number) => this.#running?.pause(ms) }
    mountProcess({ gate, clock: this.#wall, isMain: true, mountedAtUs: 0, hands })
  }
}

type LifeJournal = ReturnType<typeof createLifeJournal>

/** A file of its own: what was left comes first, as the parent writes it. */
function createLifeJournal({ clock }: Stage, leftover: Leftover | null, name: string) {
  const others = createMemoryJournal(clock)
  const harness = others.writer('harness')
  if (leftover !== null) harness.append('recovery.started', leftover)
  let own = ''
  // What a kill tore is the end of the file; the next writer of a real one begins a line of its own.
  const text = (): string => `${others.text()}${own}`
  return {
    harness,
    faults: others.writer('faults'),
    write: (written: string): void => {
      own += written
    },
    text,
    read: () => parseJournal(text(), name),
  }
}

/** No order at the venue without an intent that was on record before it, no id meant twice, none there twice. */
export function meantAndSent(lives: readonly Run[]): string[] {
  const intents = Map.groupBy(
    lives.flatMap((run) => linesOf(run, 'order.submitted')),
    (line: JournalLine<'order.submitted'>) => line.data.clientId,
  )
  const prefixes = lives.flatMap(({ started }) => (started === null ? [] : [`${started.data.runId}-`]))
  const isOurs = (id: string): boolean => prefixes.some((prefix) => id.startsWith(prefix))
  const orders = Map.groupBy(lives.at(-1)!.truth?.data.orders ?? [], (row) => row.clientId)
  return [
    ...[...intents].filter(([, lines]) => lines.length > 1).map(([id]) => `${id} was meant more than once`),
    ...[...orders]
      .filter(([id]) => isOurs(id) && !intents.has(id))
      .map(([id]) => `${id} was sent without an intent on record`),
    ...[...orders].filter(([id, rows]) => id !== '' && rows.length > 1).map(([id]) => `the venue has ${id} twice`),
  ]
}
