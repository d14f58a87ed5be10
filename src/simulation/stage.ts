/**
 * A venue in virtual time and the wire to it: what outlives the runs that trade there.
 *
 *   openStage ─► clock, venue, wire (with its faults) ─► any number of runs, one after another ─► the venue's own books
 */
import type { Config } from '../config.ts'
import type { LegName } from '../domain/order.ts'
import { createExchange } from '../exchange/core/exchange.ts'
import type { WorldChange } from '../exchange/core/types.ts'
import type { World } from '../exchange/world.ts'
import { readTruth } from '../execution/truth.ts'
import { recordOf } from '../faults/applied-log.ts'
import { createGate, type FaultGate } from '../faults/gate.ts'
import type { FaultPlan } from '../faults/plan-types.ts'
import type { Journal } from '../journal/append.ts'
import { seededRandom } from '../seams/random.ts'
import type { Transport } from '../venue/transport.ts'
import { openBooks } from './core-books.ts'
import type { LastTrade } from './last-trade.ts'
import { createMemoryVenue, type MemoryVenue } from './memory-venue.ts'
import { createMemoryWire, type Latency } from './memory-wire.ts'
import type { CrashPoint } from './mortal.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

/** Somebody else of the same account, and what he opens. */
export interface Stranger {
  readonly symbol: string
  readonly leg: LegName
  readonly lots: number
}

/** A kill between two calls of the process to the world, and when the next process starts. */
export interface Kill extends CrashPoint {
  readonly restartMs: number
  /** Opened in the account by somebody else before the next process starts. Default: nothing. */
  readonly stranger?: Stranger
}

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
  /** The run is stopped after such a trade, before `tradeMs` is over. Default: there is none. */
  readonly lastTrade?: LastTrade
  /** Where the process is killed, one kill after another. Played by killed.ts. Default: nowhere. */
  readonly kills?: readonly Kill[]
  /** What changes in the world, ms after the start. */
  readonly changes?: readonly { readonly atMs: number; readonly change: WorldChange }[]
  /** The venue's books are asked so long after a run that did not end well, ms (quiet.ts). Default 5,000. */
  readonly quietMs?: number
}

export interface Stage {
  readonly clock: VirtualClock
  readonly venue: MemoryVenue
  readonly config: Config
  /** What decides on every disturbance. */
  readonly gate: FaultGate
  /** The disturbed wire. */
  readonly transport: Transport
  /** Another client's wire, which nothing disturbs. */
  calmTransport(): Transport
  /** Puts the venue's own books since a moment (default: the start of everything) into a journal. */
  recordTruth(journal: Journal, sinceVenueMs?: number): Promise<void>
}

/** 2026-01-01T00:00:00Z: when every simulation begins. */
const START_MS = 1_767_225_600_000
/** As the parent of a real run does it: clocks differ a little, ms. */
const BEFORE_MS = 2_000
const TRUTH_MAX_MS = 120_000
const CALM: Latency = { fromMs: 0.2, toMs: 0.5 }

/** `faultLog`: where faults that were applied are written down. */
export function openStage(schedule: Schedule, faultLog: () => Journal): Stage {
  const clock = createVirtualClock(START_MS)
  const world = worldOf(schedule)
  const core = createExchange(world, { startMs: START_MS })
  const venue = createMemoryVenue(core, world, clock)
  const config = configFor(schedule)
  const gate = createGate(schedule.faults, {
    mountedAtUs: 0,
    onApplied: (applied) => faultLog().append('fault.applied', recordOf(applied)),
  })
  const { apiSecret } = config
  const random = seededRandom(schedule.seed).fork('wire')
  const transport = createMemoryWire({ venue, clock, random, latency: schedule.latency, gate, apiSecret })
  const calmTransport = (): Transport =>
    createMemoryWire({
      venue,
      clock,
      random: seededRandom('calm'),
      latency: CALM,
      gate: createGate({ faults: [] }, { mountedAtUs: 0, onApplied: () => undefined }),
      apiSecret,
    })
  for (const { atMs, change } of schedule.changes ?? []) clock.after(atMs, () => venue.control(change))
  return {
    clock,
    venue,
    config,
    gate,
    transport,
    calmTransport,
    recordTruth: async (journal, sinceVenueMs = START_MS) => {
      const { symbols, apiKey } = config
      const { accountId } = core.accounts.get(apiKey)!
      const reading = openBooks({ venue, clock, accountId, symbols }).then((books) =>
        readTruth(books, symbols, sinceVenueMs - BEFORE_MS),
      )
      const truth = await clock.passUntil(reading, TRUTH_MAX_MS)
      journal.append('venue.truth', { ...truth, venueCounters: null })
    },
  }
}

/** The schedule's world without the instruments that nobody names: their markets would only cost time. */
function worldOf({ world, config, changes = [] }: Schedule): World {
  const named = JSON.stringify([config.symbols, world.matching, changes])
  return { ...world, instruments: world.instruments.filter(({ symbol }) => named.includes(`"${symbol}"`)) }
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
