/**
 * A virtual soak: one runtime, one venue, a day of market and trading, and everything that goes wrong in a day.
 *
 *   plan (hour by hour) ─► stage, runtime ─► journal in a file ─► … 24 h … ─► the venue's books ─► every promise
 *                             └─ each virtual hour: garbage collected, heap measured ─► slope
 *
 * The journal goes to a file by the real writer, on virtual time: in memory it would hide what leaks.
 */
import type { Config } from '../config.ts'
import type { World } from '../exchange/world.ts'
import { type Journal, openJournal } from '../journal/append.ts'
import type { Writer } from '../journal/events.ts'
import { createRuntime } from '../runtime.ts'
import type { RunResult } from '../runtime-types.ts'
import type { Clock } from '../seams/clock.ts'
import { play, SIMULATED_PROCESS } from './simulate.ts'
import { type SoakPlan, soakPlan } from './soak-plan.ts'
import { openStage, type Stage } from './stage.ts'

export interface SoakOptions {
  readonly seed: string
  readonly hours: number
  readonly world: World
  readonly config: Config
  /** Where the journal is written; must not exist. */
  readonly path: string
  /** Live heap, MB, after everything dead has been collected. */
  heapMb(): number
  /** Each virtual hour, and once more at the end. */
  onSample(sample: HeapSample): void
}

export interface HeapSample {
  readonly hour: number
  readonly heapMb: number
  /** Orders sent so far. The venue remembers every one, as the real one does, and lives in the same heap. */
  readonly orders: number
}

export interface Soaked {
  readonly result: RunResult
  readonly samples: readonly HeapSample[]
  /** What the venue's memory of those orders takes: freed when it is let go at the end, less what it took when new, MB. */
  readonly venueMb: number
}

const HOUR_MS = 3_600_000
/** The venue's books are asked so long after the run's end, ms. */
const QUIET_MS = 5_000
const LATENCY = { fromMs: 0.3, toMs: 1.5 }

/** Plays the hours. Throws when the run neither starts nor ends. */
export async function soak(options: SoakOptions): Promise<Soaked> {
  const { result, samples, newVenueMb, afterwards } = await playHours(options)
  // The runtime is gone by now; what is left besides the venue is the same with and without it.
  const withVenue = options.heapMb()
  const letGo = afterwards.splice(0)
  await letGo[0]?.()
  letGo.length = 0
  return { result, samples, venueMb: withVenue - options.heapMb() - newVenueMb }
}

interface Played extends Omit<Soaked, 'venueMb'> {
  readonly newVenueMb: number
  /** Holds the venue until it is called: reads its books into the journal and closes it. */
  readonly afterwards: (() => Promise<void>)[]
}

async function playHours(options: SoakOptions): Promise<Played> {
  const { hours, onSample } = options
  const plan = soakPlan(hours)
  const emptyMb = options.heapMb()
  const { stage, journals, write } = openSoakStage(options, plan)
  const newVenueMb = options.heapMb() - emptyMb
  const { clock } = stage
  const counted = countingOrders(write('runtime'))
  const runtime = createRuntime({
    ...SIMULATED_PROCESS,
    config: stage.config,
    clock: steppedClock(clock, plan),
    journal: counted.journal,
    plannedFaults: plan.faults.map(({ name }) => name),
    transport: stage.transport,
    runId: 'soak',
    print: () => undefined,
  })
  const samples: HeapSample[] = []
  const sample = (hour: number): void => {
    const taken = { hour, heapMb: options.heapMb(), orders: counted.orders() }
    samples.push(taken)
    onSample(taken)
  }
  for (let hour = 1; hour < hours; hour += 1) clock.after(hour * HOUR_MS, () => sample(hour))
  const result = await play(clock, runtime, hours * HOUR_MS)
  await clock.pass(QUIET_MS)
  sample(hours)
  const finish = async (): Promise<void> => {
    await stage.recordTruth(write('harness'))
    stage.venue.stop()
    for (const journal of journals) journal.close()
  }
  return { result, samples, newVenueMb, afterwards: [finish] }
}

interface SoakStage {
  readonly stage: Stage
  readonly journals: readonly Journal[]
  write(by: Writer): Journal
}

function openSoakStage({ seed, hours, world, config, path }: SoakOptions, plan: SoakPlan): SoakStage {
  const journals: Journal[] = []
  const write = (by: Writer): Journal => {
    const journal = openJournal({ path, by, clock: stage.clock })
    journals.push(journal)
    return journal
  }
  let faultLog: Journal | null = null
  const stage: Stage = openStage(
    { seed, world, config, faults: plan, latency: LATENCY, tradeMs: hours * HOUR_MS, changes: plan.changes },
    () => {
      faultLog ??= write('faults')
      return faultLog
    },
  )
  return { stage, journals, write }
}

/** The venue's time with the wall clock of a machine that is set by hand. */
function steppedClock(clock: Clock, { clockSteps }: SoakPlan): Clock {
  const { nowUs, sleep, after } = clock
  let aheadMs = 0
  for (const step of clockSteps) {
    after(step.atMs, () => {
      aheadMs = step.aheadMs
    })
  }
  return { nowUs, sleep, after, wallMs: () => clock.wallMs() + aheadMs }
}

function countingOrders(journal: Journal): { readonly journal: Journal; orders(): number } {
  let orders = 0
  const append: Journal['append'] = (type, data) => {
    if (type === 'order.submitted') orders += 1
    journal.append(type, data)
  }
  return { journal: { ...journal, append }, orders: () => orders }
}
