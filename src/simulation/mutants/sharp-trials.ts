/**
 * Schedules written for mutants that the other trials did not notice: each has the one circumstance in which it matters.
 */
import { shippedWorld } from '../../exchange/test-support/worlds.ts'
import type { World } from '../../exchange/world.ts'
import type { Fault } from '../../faults/plan-types.ts'
import type { Schedule } from '../stage.ts'
import { fault, fillsInPieces, plan, rests, smallLotWorld } from '../test-support/failures.ts'
import { schedule } from '../test-support/schedules.ts'
import type { Trial } from './trial.ts'

const STREAM = 'private-stream'
const LOST = { do: 'drop' } as const
const LONG = { leg: 'long', reduceOnly: false } as const
const EXIT = { leg: 'long', reduceOnly: true } as const
/** The private stream is lost after the first order, and comes back at the third try. */
const DOWN: readonly Fault[] = [
  fault(STREAM, 'socket', { do: 'reset' }, { afterCreates: 1 }),
  fault(STREAM, 'connect', { do: 'http', status: 503 }, { afterCreates: 1, times: 2 }),
]

export function sharpTrials(): Trial[] {
  return [...openingTrials(), ...untimedTrials(), ...closingTrials(), ...gapTrials(), ...manyTrades()]
}

interface Circumstances extends Partial<Schedule> {
  /** So many trades instead of one. */
  readonly trades?: number
}

function trial(name: string, circumstances: Circumstances, settings: Readonly<Record<string, string>> = {}): Trial {
  const { trades: maxTrades = 1, ...changes } = circumstances
  const plain = schedule(changes, settings)
  return { name: `sharp: ${name}`, schedule: { ...plain, config: { ...plain.config, maxTrades } } }
}

function openingTrials(): Trial[] {
  const pieces = [
    { lots: 4, afterMs: 50 },
    { lots: 5, afterMs: 100 },
  ]
  const half = fillsInPieces('buy', [{ lots: 4, afterMs: 0 }])
  const untold = (['order', 'execution'] as const).map((op) => fault(STREAM, op, LOST, { ...LONG, times: null }))
  const refusedAfterAll = fault('rest-reply', 'create', { do: 'retCode', code: 110007, message: 'no' }, LONG)
  return [
    ...(['unwind', 'hedge'] as const).map((policy) =>
      trial(
        `half a leg filled, untold, ${policy}`,
        { world: half, ...plan(...untold) },
        { LEG_TIMEOUT_POLICY: policy },
      ),
    ),
    trial(
      'rows out of order and an execution withheld',
      {
        world: fillsInPieces('buy', pieces),
        ...plan(
          fault(STREAM, 'order', { do: 'reorder' }, { ...LONG, skip: 1 }),
          fault(STREAM, 'execution', LOST, { ...LONG, skip: 1 }),
        ),
      },
      { MAX_HOLD_MS: '6000', ...WIDE },
    ),
    ...['a', 'b', 'c', 'd'].map((seed) =>
      trial(`refused by its reply, resting by its row (${seed})`, {
        seed,
        changes: [rests('buy', 100)],
        ...plan(refusedAfterAll),
      }),
    ),
    trial('refused by its reply, filled unheard', { ...plan(refusedAfterAll, ...DOWN) }),
    trial('the rest of a leg is below the minimum', { world: withMinimum(unevenWorld(), 130) }),
    ...lateAnswers(),
    trial('a cancel takes effect late, and a fill comes first', {
      world: withMatching(fillsInPieces('buy', [{ lots: 4, afterMs: 510 }]), { cancelDelayMs: 40 }),
      ...plan(...untold),
    }),
  ]
}

/**
 * The look at the books on a timer finds sooner or later what anything else has missed. Here it never comes, so that what
 * should have found it first must have.
 */
function untimedTrials(): Trial[] {
  const unheard = (op: 'order' | 'execution', more: Partial<Fault> = {}): Fault =>
    fault(STREAM, op, LOST, { ...LONG, times: null, ...more })
  const pieces = fillsInPieces('buy', [
    { lots: 4, afterMs: 50 },
    { lots: 5, afterMs: 100 },
  ])
  const untimed = (name: string, circumstances: Circumstances, settings = {}): Trial =>
    trial(`no timer: ${name}`, circumstances, { RECONCILE_INTERVAL_MS: '60000', ...settings })
  return [
    untimed('a fill withheld', plan(fault(STREAM, 'execution', LOST, LONG))),
    untimed('a leg cancelled, untold', {
      changes: [rests('buy', 60_000)],
      ...plan(unheard('order'), unheard('execution')),
    }),
    untimed('rows out of order and an execution withheld', {
      world: pieces,
      ...plan(
        fault(STREAM, 'order', { do: 'reorder' }, { ...LONG, skip: 1 }),
        fault(STREAM, 'execution', LOST, { ...LONG, skip: 1 }),
      ),
    }),
    untimed(
      'a leg fills after a gap',
      { changes: [rests('buy', 3_000)], ...plan(...DOWN), tradeMs: 30_000 },
      { LEG_TIMEOUT_MS: '20000' },
    ),
  ]
}

/** The reply to an opening order is lost, the stream is silent, and the books are slow or shut. */
function lateAnswers(): Trial[] {
  const unheard = [
    fault('rest-reply', 'create', LOST, LONG),
    fault(STREAM, 'socket', { do: 'silence' }, { afterCreates: 1 }),
  ]
  const asked = { leg: 'long', afterCreates: 1 } as const
  const slow = (['realtime', 'history', 'executions'] as const).map((op) =>
    fault('rest-reply', op, { do: 'delay', ms: 500 }, asked),
  )
  const shut = (['history', 'executions'] as const).map((op) =>
    fault('rest-request', op, { do: 'http', status: 503 }, { ...asked, times: 24 }),
  )
  return [
    trial('an order that arrives late, and a question that is answered late', {
      world: { ...shippedWorld('calm'), readLagMs: 240 },
      ...plan(fault('rest-request', 'create', { do: 'delay', ms: 900 }, LONG), ...unheard, ...slow),
    }),
    trial('a venue that restarts, and a history that cannot be read', {
      changes: [{ atMs: 300, change: { do: 'restart' } }],
      ...plan(...unheard, ...shut),
    }),
    trial('quotes that are two seconds old', {
      ...plan(fault('public-stream', 'orderbook', { do: 'delay', ms: 2_000 }, { times: null })),
    }),
  ]
}

function closingTrials(): Trial[] {
  const late = (ackDelayMs: number): World => withMatching(shippedWorld('calm'), { ackDelayMs })
  const untold = { do: 'http', status: 502 } as const
  return [
    trial('an exit that is matched late, its reply a 502', {
      world: late(120),
      ...plan(fault('rest-reply', 'create', untold, { reduceOnly: true, leg: 'long' })),
    }),
    trial('an exit untold by the stream, its reply a 502', {
      ...plan(
        fault('rest-reply', 'create', untold, { reduceOnly: true, leg: 'long' }),
        ...(['order', 'execution'] as const).map((op) => fault(STREAM, op, LOST, { ...EXIT, times: null })),
      ),
    }),
    trial('a close that leaves small remainders', { world: smallLotWorld() }, SMALL_LOTS),
    trial('stopped while hedged', { tradeMs: 900 }, { MAX_HOLD_MS: '60000', ...WIDE }),
    trial('stopped while a cancel never gets through', {
      tradeMs: 900,
      changes: [rests('buy', 60_000)],
      ...plan(fault('rest-request', 'cancel', LOST, { times: 6 })),
    }),
    trial(
      'a funding settlement while hedged',
      { world: fundedWorld(), tradeMs: 70_000 },
      { MAX_HOLD_MS: '65000', ...WIDE },
    ),
  ]
}

/** The private stream is gone while a leg fills that may rest for long. */
function gapTrials(): Trial[] {
  const patient = { LEG_TIMEOUT_MS: '20000', RECOVERY_BOUND_MS: '4000' }
  const resting = { changes: [rests('buy', 250)], ...plan(...DOWN), tradeMs: 30_000 }
  return [
    trial('a leg fills in a gap', resting, patient),
    trial(
      'a leg fills in silence',
      { ...resting, ...plan(fault(STREAM, 'socket', { do: 'silence' }, { afterCreates: 1 })) },
      {
        ...patient,
        SILENCE_PRIVATE_MS: '1500',
        PING_INTERVAL_MS: '500',
      },
    ),
    trial('the public stream falls silent and the market moves', {
      changes: [{ atMs: 1_500, change: { do: 'move', symbol: 'BTCUSDT', bps: 300 } }],
      ...plan(fault('public-stream', 'socket', { do: 'silence' }, { afterCreates: 2 })),
      trades: 6,
      tradeMs: 6_000,
    }),
  ]
}

function manyTrades(): Trial[] {
  const symbols = { SYMBOLS_TO_TRADE: 'BTCUSDT,ETHUSDT,SOLUSDT', MAX_HOLD_MS: '400' }
  return [
    trial('trades on three symbols, two at once', MANY, { ...symbols, MAX_CONCURRENT_TRADES: '2' }),
    trial('trades on three symbols, notional for one', MANY, { ...symbols, MAX_NOTIONAL_USD: '1300' }),
    trial('trades on three symbols, few orders a second', MANY, { ...symbols, CREATES_PER_SECOND: '6' }),
    trial('trades while the private stream goes and comes', {
      ...MANY,
      ...plan(
        fault(STREAM, 'socket', { do: 'reset' }, { skip: 0, afterCreates: 6 }),
        fault(STREAM, 'connect', { do: 'http', status: 503 }, { afterCreates: 6, times: 4 }),
      ),
    }),
  ]
}

/** Spreads that do not close, so that a pair is held until its time is over. */
const WIDE = { SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '600000' }
const SMALL_LOTS = { SYMBOLS_TO_TRADE: 'LOTUSDT', TRADE_SIZE_USD: '100.2', STOP_LOSS_BPS: '400' }

const MANY = { trades: 30, tradeMs: 12_000 }

function withMatching(world: World, matching: Partial<World['matching']>): World {
  return { ...world, matching: { ...world.matching, ...matching } }
}

/** An order of the first symbol must be worth so much, USD. */
function withMinimum(world: World, minNotionalUsd: number): World {
  const instruments = world.instruments.map((each) => ({
    ...each,
    minNotionalValue: String(minNotionalUsd),
  }))
  return { ...world, instruments }
}

/** Eight lots of the long leg, six of the short one, and no more. */
function unevenWorld(): World {
  const pieces = (side: 'buy' | 'sell', lots: number) => ({ symbol: 'BTCUSDT', side, fills: [{ lots, afterMs: 0 }] })
  return withMatching(shippedWorld('calm'), { partialFills: [pieces('buy', 8), pieces('sell', 6)] })
}

function fundedWorld(): World {
  const world = shippedWorld('calm')
  return { ...world, instruments: world.instruments.map((each) => ({ ...each, fundingIntervalMinutes: 1 })) }
}
