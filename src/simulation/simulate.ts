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
import type { Config } from '../config.ts'
import { createExchange } from '../exchange/core/exchange.ts'
import type { WorldChange } from '../exchange/core/types.ts'
import type { World } from '../exchange/world.ts'
import { openReader } from '../execution/reader.ts'
import { readTruth } from '../execution/truth.ts'
import { recordOf } from '../faults/applied-log.ts'
import { createGate } from '../faults/gate.ts'
import type { FaultPlan } from '../faults/plan-types.ts'
import { checkJournal } from '../journal/checks.ts'
import type { Finding } from '../journal/finding.ts'
import { parseJournal } from '../journal/read.ts'
import type { Run } from '../journal/run.ts'
import { createRuntime } from '../runtime.ts'
import type { RunResult } from '../runtime-types.ts'
import { seededRandom } from '../seams/random.ts'
import { createMemoryJournal } from './memory-journal.ts'
import { createMemoryVenue, type MemoryVenue } from './memory-venue.ts'
import { createMemoryWire, type Latency } from './memory-wire.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

/** Everything that decides how a run goes. Plain data, so that it can be written down and replayed. */
export interface Schedule {
  readonly seed: string
  readonly world: World
  readonly config: Config
  readonly faults: FaultPlan
  readonly latency: Latency
  /** Virtual time of trading before the run is stopped, ms; it may end before, by its own configuration. */
  readonly tradeMs: number
  /** How far the run's wall clock is ahead of the venue's, ms. Default 0. */
  readonly clockAheadMs?: number
  /** What changes in the world, ms after the start. */
  readonly changes?: readonly { readonly atMs: number; readonly change: WorldChange }[]
  /** The venue's books are asked so long after the run's end, when everything late has arrived, ms. Default 5,000. */
  readonly quietMs?: number
}

export interface Simulated {
  readonly run: Run
  readonly findings: readonly Finding[]
  readonly result: RunResult
  /** What the run printed. */
  readonly output: string
  /** The journal's lines. */
  readonly journal: string
}

/** 2026-01-01T00:00:00Z: when every simulation begins. */
const START_MS = 1_767_225_600_000
/** A run that cannot be brought to an end within so long hangs, ms of virtual time. */
const END_MAX_MS = 120_000
const QUIET_MS = 5_000
const CALM: Latency = { fromMs: 0.2, toMs: 0.5 }

/** Plays a schedule to its end. Throws when the run neither starts nor ends. */
export async function simulate(schedule: Schedule): Promise<Simulated> {
  const clock = createVirtualClock(START_MS)
  const core = createExchange(schedule.world, { startMs: START_MS })
  const venue = createMemoryVenue(core, schedule.world, clock)
  const journal = createMemoryJournal(clock)
  const config = configFor(schedule)
  const random = seededRandom(schedule.seed)
  const faults = journal.writer('faults')
  const gate = createGate(schedule.faults, {
    mountedAtUs: 0,
    onApplied: (applied) => faults.append('fault.applied', recordOf(applied)),
  })
  const { apiSecret } = config
  const transport = createMemoryWire({
    venue,
    clock,
    random: random.fork('wire'),
    latency: schedule.latency,
    gate,
    apiSecret,
  })
  const printed: string[] = []
  const runtime = createRuntime({
    config,
    clock: clock.skewed(schedule.clockAheadMs ?? 0),
    journal: journal.writer('runtime'),
    plannedFaults: schedule.faults.faults.map((fault) => fault.name),
    transport,
    runId: 'sim',
    pins: false,
    usage: { rssMb: () => 0, cpuUs: () => 0 },
    print: (text) => printed.push(text),
  })
  for (const { atMs, change } of schedule.changes ?? []) clock.after(atMs, () => venue.control(change))
  const result = await play(clock, runtime, schedule.tradeMs)
  await clock.pass(schedule.quietMs ?? QUIET_MS)
  await recordTruth({ clock, venue, config, journal: journal.writer('harness') })
  venue.stop()
  const text = journal.text()
  const run = parseJournal(text, schedule.seed)
  return { run, findings: checkJournal(run), result, output: printed.join('\n'), journal: text }
}

async function play(
  clock: VirtualClock,
  runtime: ReturnType<typeof createRuntime>,
  tradeMs: number,
): Promise<RunResult> {
  const started = runtime.start().catch((error: unknown) => runtime.stop(String(error), 1))
  clock.after(tradeMs, () => void runtime.stop('duration reached'))
  void started
  return clock.passUntil(runtime.finished, tradeMs + END_MAX_MS)
}

/** As the parent of a real run does it: another client, over an undisturbed wire. */
async function recordTruth(parts: {
  clock: VirtualClock
  venue: MemoryVenue
  config: Config
  journal: ReturnType<ReturnType<typeof createMemoryJournal>['writer']>
}): Promise<void> {
  const { clock, venue, config, journal } = parts
  const transport = createMemoryWire({
    venue,
    clock,
    random: seededRandom('truth'),
    latency: CALM,
    gate: createGate({ faults: [] }, { mountedAtUs: 0, onApplied: () => undefined }),
    apiSecret: config.apiSecret,
  })
  const reading = (async () => {
    await using reader = await openReader(config, { clock, transport })
    return await readTruth(reader.rest, config.symbols, START_MS - 2_000)
  })()
  const truth = await clock.passUntil(reading, END_MAX_MS)
  journal.append('venue.truth', { ...truth, venueCounters: null })
}

/** The world's first account, in memory: nothing here is an address of anything. */
function configFor({ config, world, seed }: Schedule): Config {
  const [account] = world.accounts
  return {
    ...config,
    restUrl: 'http://127.0.0.1:1',
    publicUrl: 'ws://127.0.0.1:1/v5/public/linear',
    privateUrl: 'ws://127.0.0.1:1/v5/private',
    apiKey: account!.apiKey,
    apiSecret: account!.apiSecret,
    topology: 'inline',
    runSeed: seed,
  }
}
