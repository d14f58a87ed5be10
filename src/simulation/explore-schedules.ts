/**
 * The schedules there are: settings × world × faults × what changes meanwhile, drawn by fast-check from one number.
 *
 *   (seed, index) ─► a number of its own ─► fast-check ─► ScheduleFile          the same on every machine
 *
 * Index by index, so that a range can be given to another process and one schedule can be had without those before it.
 */
import fc from 'fast-check'
import { seededRandom } from '../seams/random.ts'
import { faultPlans } from './explore-faults.ts'
import type { ScheduleFile, TimedChange } from './explore-file.ts'
import { TRADES_AGAIN_MS } from './explore-last-trade.ts'
import { rarely, TEMPLATES, worlds } from './explore-worlds.ts'
import type { Kill } from './stage.ts'

/** An odd number multiplies every index to another number of 32 bits: no two schedules of a seed begin alike. */
const SPREAD = 0x9e3779b1

/** The schedule of a seed at an index, from 0. */
export function scheduleAt(seed: string, index: number): ScheduleFile {
  const base = seededRandom(seed).integer(0, 0xffffffff)
  const [file] = fc.sample(UNBIASED, { seed: (base + Math.imul(index, SPREAD)) | 0, numRuns: 1 })
  return { ...file!, seed: `${seed}/${index}` }
}

const symbolLists = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...TEMPLATES).map(({ symbol }) => [symbol]) },
  {
    weight: 1,
    arbitrary: fc.subarray(
      TEMPLATES.map(({ symbol }) => symbol),
      { minLength: 2, maxLength: 3 },
    ),
  },
)

/** Whole numbers from few, so that schedules differ in kind rather than in the last digit. */
const of = (...values: readonly (number | string)[]): fc.Arbitrary<string> => fc.constantFrom(...values.map(String))

/** Terms that always qualify; everything else as a user may set it. */
const SETTINGS = fc.record({
  SYNTHETIC_SPREAD_BPS: of(45, 60),
  SYNTHETIC_FUNDING_DELTA: of('0.01'),
  TRADE_SIZE_USD: of(70, 130, 310, 620),
  MAX_CONCURRENT_TRADES: of(1, 2, 3),
  MAX_NOTIONAL_USD: of(1_500, 5_000),
  LEG_PRICING: rarely('marketable', of('synthetic')),
  LEG_TIMEOUT_POLICY: of('unwind', 'hedge'),
  ORDER_TIMEOUT_MS: of(300, 1_000),
  LEG_TIMEOUT_MS: of(150, 500),
  SLIPPAGE_CAP_BPS: of(0, 5, 20),
  SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: of(200, 1_000, 60_000, -2_000),
  MAX_HOLD_MS: of(100, 600, 1_500),
  STOP_LOSS_BPS: of(30, 400),
  ENTRY_RETRIES_MAX: of(0, 1, 2),
  UNWINDS_MAX: of(1, 3, 5),
  UNKNOWN_MAX_MS: of(300, 1_000),
  ORDER_RECV_WINDOW_MS: of(300, 1_000),
  READ_LAG_MS: of(50, 250),
  STALE_AFTER_MS: of(400, 1_000),
  PING_INTERVAL_MS: of(300, 1_000),
  SILENCE_PUBLIC_MS: of(1_200, 5_000),
  SILENCE_PRIVATE_MS: of(1_500, 30_000),
})

const latencies = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ fromMs: 0.3, toMs: 1.5 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 40 }))
      .map(([fromMs, spreadMs]) => ({ fromMs, toMs: fromMs + spreadMs })),
  },
)

function changesOn(symbols: readonly string[]): fc.Arbitrary<readonly TimedChange[]> {
  const symbol = fc.constantFrom(...symbols)
  const change = fc.oneof(
    fc.record({ do: fc.constant('move' as const), symbol, bps: fc.constantFrom(-120, -20, 20, 120) }),
    fc.record({ do: fc.constant('depth' as const), symbol, levelLots: fc.constantFrom(0, 1, 3) }),
    fc.record({
      do: fc.constant('matchDelay' as const),
      symbol,
      side: fc.constantFrom('buy' as const, 'sell' as const),
      delayMs: fc.constantFrom(50, 450, 900, 2_000),
    }),
    fc.record({ do: fc.constant('hold' as const), symbol, on: fc.constant(true) }),
    fc.record({
      do: fc.constant('status' as const),
      symbol,
      status: fc.constantFrom('ReduceOnly' as const, 'Closed' as const),
    }),
    fc.constant({ do: 'restart' as const }),
  )
  const timed = fc.record({ atMs: fc.integer({ min: 0, max: 2_500 }), change })
  return rarely<readonly TimedChange[]>(
    [],
    fc.array(timed, { minLength: 1, maxLength: 3 }).map((list) => list.toSorted((a, b) => a.atMs - b.atMs)),
  )
}

/** To one schedule in which the process is killed there are so many in which it is not. */
const UNKILLED = 14

/**
 * Any call to the world from any moment on. Most calls come in bursts, around orders: a few calls after a moment is where
 * little happens, some dozen later is among them.
 */
const kill = fc.record({
  fromMs: fc.integer({ min: 0, max: 2_500 }),
  call: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 120 })),
  moment: fc.constantFrom('before' as const, 'within' as const, 'after' as const),
  restartMs: fc.constantFrom(0, 5, 60, 900),
})

/** Most go on until they have traded again in a healed world; the others end while anything may go wrong. */
const ends = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .integer({ min: 300, max: 2_500 })
      .map((healsAtMs) => ({ limit: {}, healsAtMs, tradeMs: healsAtMs + TRADES_AGAIN_MS })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ MAX_TRADES: of(1, 1, 2, 3, 5), tradeMs: fc.integer({ min: 300, max: 3_000 }) })
      .map(({ MAX_TRADES, tradeMs }) => ({ limit: { MAX_TRADES }, healsAtMs: 3_000, tradeMs })),
  },
)

/** What depends on the symbols and on how far books may lag, ms. */
function surroundings(symbols: readonly string[], readLagMs: number) {
  return fc.record({
    world: worlds(symbols, readLagMs),
    faults: faultPlans,
    changes: changesOn(symbols),
    latency: latencies,
    clockAheadMs: rarely(0, fc.constantFrom(-900, 700, 1_500)),
    end: ends,
    kills: rarely<readonly Kill[]>([], fc.array(kill, { minLength: 1, maxLength: 2 }), UNKILLED),
  })
}

/** Made once for each of the few combinations: to make one takes longer than to draw from it. */
const SURROUNDINGS = new Map<string, ReturnType<typeof surroundings>>()

function surroundingsOf(symbols: readonly string[], readLagMs: number): ReturnType<typeof surroundings> {
  const key = `${symbols.join(',')} ${readLagMs}`
  let known = SURROUNDINGS.get(key)
  if (known === undefined) {
    known = surroundings(symbols, readLagMs)
    SURROUNDINGS.set(key, known)
  }
  return known
}

const schedules: fc.Arbitrary<ScheduleFile> = fc.tuple(symbolLists, SETTINGS).chain(([symbols, settings]) =>
  surroundingsOf(symbols, Number(settings.READ_LAG_MS)).map(({ end: { limit, ...end }, kills, ...rest }) => ({
    seed: '',
    settings: { ...settings, ...limit, SYMBOLS_TO_TRADE: symbols.join(',') },
    ...rest,
    ...(kills.length === 0 ? {} : { kills }),
    ...end,
  })),
)

/** fast-check leans towards small values in its first draws, and every schedule is a first draw. */
const UNBIASED = fc.noBias(schedules)
