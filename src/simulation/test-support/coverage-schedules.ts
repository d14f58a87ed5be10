/**
 * Schedules that reach what the matrix and the table of errors do not: every verdict on every part of the wire, and the
 * circumstances of the known failures.
 */
import { shippedWorld } from '../../exchange/test-support/worlds.ts'
import { verdictsFor } from '../../faults/plan-table.ts'
import type { Fault, FaultOp, FaultParty, FaultVerdict } from '../../faults/plan-types.ts'
import type { Schedule } from '../stage.ts'
import { fault, fillsInPieces, plan, rests, SHORT_REFUSED, smallLotWorld, TEN_LOTS_ETH, thinWorld } from './failures.ts'
import { schedule } from './schedules.ts'

const LONG = { leg: 'long', reduceOnly: false } as const
const SHORT = { leg: 'short', reduceOnly: false } as const
const LOST = { do: 'drop' } as const
const HEDGE = { LEG_TIMEOUT_POLICY: 'hedge' }
const NO_RETRY = { ENTRY_RETRIES_MAX: '0' }
const STREAM = 'private-stream'
/** Sockets are found out about within the run. */
const WATCHFUL = { SILENCE_PRIVATE_MS: '1000', SILENCE_PUBLIC_MS: '1100', PING_INTERVAL_MS: '300', MAX_HOLD_MS: '3000' }

export function coverageSchedules(): Schedule[] {
  return [...everyVerdict(), ...knownFailures(), ...circumstances()]
}

// ── Every verdict ───────────────────────────────────────────────────────────────────────────────────────────────────

const PARTS: readonly (readonly [FaultParty, FaultOp, Partial<Fault>])[] = [
  ['rest-request', 'create', LONG],
  ['rest-reply', 'create', SHORT],
  ['public-stream', 'connect', {}],
  ['public-stream', 'socket', { socketAgeMs: 200 }],
  ['public-stream', 'orderbook', { skip: 2, times: 3 }],
  ['private-stream', 'connect', {}],
  ['private-stream', 'socket', { afterCreates: 1 }],
  ['private-stream', 'order', { times: 3 }],
  ['process', 'process', { afterCreates: 1 }],
  ['clock', 'clock', { windowMs: { from: 100, to: 2_000 } }],
]

function everyVerdict(): Schedule[] {
  return PARTS.flatMap(([party, op, more]) =>
    verdictsFor(party, op)
      .filter((verdict) => verdict !== 'kill')
      .map((verdict) => schedule(plan(fault(party, op, verdictOf(verdict), more)), op === 'create' ? {} : WATCHFUL)),
  )
}

function verdictOf(word: FaultVerdict['do']): FaultVerdict {
  switch (word) {
    case 'delay':
      return { do: 'delay', ms: 250 }
    case 'close':
      return { do: 'close', code: 1001 }
    case 'http':
      return { do: 'http', status: 503, body: '<html></html>' }
    case 'retCode':
      return { do: 'retCode', code: 110007, message: 'ab not enough for new order' }
    case 'rate-limit':
      return { do: 'rate-limit', resetMs: 100 }
    case 'replace':
      return { do: 'replace', text: '{"retCode":0}' }
    case 'slow-drip':
      return { do: 'slow-drip', ms: 300 }
    case 'reprice':
      return { do: 'reprice', bps: -200, tick: '0.10' }
    case 'shrink':
      return { do: 'shrink', fraction: 0.5, lot: '0.001' }
    case 'pause':
    case 'skew':
      return { do: word, ms: 300 }
    default:
      return { do: word }
  }
}

// ── The failures of the tests by name ───────────────────────────────────────────────────────────────────────────────

function knownFailures(): Schedule[] {
  const exit = { reduceOnly: true } as const
  const refused = { do: 'retCode', code: 110005, message: 'position status' } as const
  const late = { do: 'retCode', code: 10002, message: 'timestamp outside the window' } as const
  const silent = fault(STREAM, 'socket', { do: 'silence' }, { afterCreates: 1 })
  const slowCancel = fault('rest-request', 'cancel', { do: 'delay', ms: 30 }, { leg: 'long' })
  const unsaid = (['order', 'execution'] as const).map((op) => fault(STREAM, op, LOST, { ...LONG, times: null }))
  const missed = fault('rest-request', 'create', { do: 'reprice', bps: -200, tick: '0.10' }, exit)
  return [
    schedule(
      { world: fillsInPieces('buy', [{ lots: 4, afterMs: 0 }]), ...plan(fault(STREAM, 'execution', LOST, LONG)) },
      HEDGE,
    ),
    schedule({ world: thinWorld({ bids: 4, asks: 900 }), ...plan(SHORT_REFUSED) }, TEN_LOTS_ETH),
    schedule({ world: thinWorld({ bids: 900, asks: 3 }) }, TEN_LOTS_ETH),
    schedule(plan(SHORT_REFUSED, missed)),
    schedule({ world: fillsInPieces('sell', [{ lots: 5, afterMs: 200 }]) }, NO_RETRY),
    schedule({ world: fillsInPieces('sell', [{ lots: 5, afterMs: 200 }]) }),
    schedule({ changes: [rests('buy', 515)], ...plan(slowCancel) }),
    schedule({ changes: [rests('buy', 515)], ...plan(slowCancel, ...unsaid) }),
    schedule(plan(fault('rest-request', 'create', missed.verdict, { ...exit, leg: 'long' }))),
    schedule(plan(...unsaid)),
    schedule(
      { world: smallLotWorld() },
      { SYMBOLS_TO_TRADE: 'LOTUSDT', TRADE_SIZE_USD: '100.2', STOP_LOSS_BPS: '400' },
    ),
    schedule(
      plan(SHORT_REFUSED, fault('rest-request', 'create', { do: 'rate-limit', resetMs: 300 }, { ...exit, times: 2 })),
    ),
    schedule(plan(SHORT_REFUSED, fault('rest-request', 'create', refused, { ...exit, times: 3 }))),
    schedule({
      ...plan(SHORT_REFUSED, fault('rest-request', 'create', late, { ...exit, times: null })),
      tradeMs: 30_000,
    }),
    schedule(plan(fault('rest-reply', 'create', { do: 'reset' }, LONG), silent)),
    // Done at the venue, and both said to be refused and kept from the stream: the sweep finds it.
    schedule(
      plan(
        fault('rest-reply', 'create', SHORT_REFUSED.verdict, LONG),
        fault(STREAM, 'socket', { do: 'reset' }, { afterCreates: 1 }),
        fault(STREAM, 'connect', { do: 'http', status: 503 }, { afterCreates: 1, times: 2 }),
      ),
    ),
  ]
}

// ── Circumstances nobody has named ──────────────────────────────────────────────────────────────────────────────────

function circumstances(): Schedule[] {
  return [...overtaken(), ...latecomers(), ...thinBooks(), ...hopeless(), ...blind()]
}

const SAYS_REFUSED = fault('rest-reply', 'create', SHORT_REFUSED.verdict, LONG)
const PIECE = fillsInPieces('buy', [{ lots: 4, afterMs: 0 }])
/** Who comes first, the reply or the fill, is the seed's. */
const SEEDS = Array.from({ length: 24 }, (_, index) => `seed ${index}`)

/** Replies that are lost, late or wrong, of orders that fill meanwhile. */
function overtaken(): Schedule[] {
  const reset = fault('rest-reply', 'create', { do: 'reset' }, LONG)
  const wrongExit = fault('rest-reply', 'create', SHORT_REFUSED.verdict, { reduceOnly: true })
  const lateReply = fault('rest-reply', 'create', { do: 'delay', ms: 400 }, LONG)
  return [
    ...SEEDS.flatMap((seed) => [
      schedule({ seed, world: PIECE, ...plan(SAYS_REFUSED) }),
      schedule({ seed, world: PIECE, ...plan(reset) }),
      schedule({ seed, ...plan(SAYS_REFUSED) }),
      schedule({ seed, ...plan(wrongExit) }),
    ]),
    schedule(plan(lateReply, fault(STREAM, 'order', LOST, { ...LONG, times: null }))),
    schedule({ world: PIECE, ...plan(lateReply) }),
    schedule({ world: PIECE, ...plan(fault('rest-reply', 'create', LOST, LONG)) }),
    schedule({ changes: [rests('buy', 200)], ...plan(SAYS_REFUSED) }),
  ]
}

/** Answers that come when their question is settled, and orders that show when nobody believes in them any more. */
function latecomers(): Schedule[] {
  const lagging = { ...shippedWorld('calm'), readLagMs: 200, streamDelayMs: 3 }
  const unseen = { ...shippedWorld('calm'), readLagMs: 3_000 }
  const slowRead = fault('rest-reply', 'realtime', { do: 'delay', ms: 20 }, { afterCreates: 1, times: null })
  const slowCancel = fault('rest-reply', 'cancel', { do: 'delay', ms: 400 }, { leg: 'long' })
  const silent = fault(STREAM, 'socket', { do: 'silence' }, { afterCreates: 1 })
  const lost = (more: Partial<Fault>): Fault => fault('rest-reply', 'create', { do: 'reset' }, more)
  const empty =
    '{"retCode":0,"retMsg":"OK","result":{"category":"linear","list":[],"nextPageCursor":""},"time":1767225600000}'
  const noRow = (['realtime', 'history'] as const).map((op) =>
    fault('rest-reply', op, { do: 'replace', text: empty }, { leg: 'long', afterCreates: 1, times: 2 }),
  )
  return [
    // What the stream lost cannot be asked for by id: the executions since the gap tell it.
    schedule(
      plan(
        fault(STREAM, 'socket', { do: 'reset' }, { afterCreates: 1 }),
        fault('rest-reply', 'realtime', { do: 'http', status: 503 }, { afterCreates: 1, times: 20 }),
      ),
    ),
    schedule({ world: lagging, ...plan(lost(LONG), slowRead) }),
    schedule({ world: lagging, ...plan(lost({ reduceOnly: true }), slowRead) }),
    schedule({ world: PIECE, ...plan(slowCancel) }, HEDGE),
    schedule(plan(lost(LONG), silent, ...noRow)),
    schedule({ world: unseen, ...plan(lost(LONG), silent) }),
    schedule({ world: { ...PIECE, readLagMs: 3_000 }, ...plan(lost(LONG), silent) }),
    schedule({ world: unseen, ...plan(lost(LONG), silent), changes: [rests('buy', 100)] }),
  ]
}

/** Retries, evening out, unwinds that try harder. */
function thinBooks(): Schedule[] {
  const sizes = [1, 3, 6]
  const refused = { do: 'retCode', code: 110005, message: 'position status' } as const
  const { matching, ...small } = smallLotWorld()
  const oneLot = { symbol: 'LOTUSDT', side: 'buy' as const, fills: [{ lots: 1, afterMs: 0 }] }
  return [
    ...sizes.flatMap((asks) => sizes.map((bids) => schedule({ world: thinWorld({ bids, asks }) }, TEN_LOTS_ETH))),
    ...sizes.map((asks) => schedule({ world: thinWorld({ bids: 2, asks }) }, { ...TEN_LOTS_ETH, ...NO_RETRY })),
    ...sizes.map((asks) => schedule({ world: thinWorld({ bids: 2, asks }) }, { ...TEN_LOTS_ETH, ...HEDGE })),
    schedule(
      {
        world: fillsInPieces('sell', [{ lots: 5, afterMs: 200 }]),
        ...plan(fault('rest-request', 'create', refused, { reduceOnly: true, times: 3 })),
      },
      NO_RETRY,
    ),
    schedule(
      { world: { ...small, matching: { ...matching, partialFills: [oneLot] } } },
      { SYMBOLS_TO_TRADE: 'LOTUSDT', TRADE_SIZE_USD: '100.2', STOP_LOSS_BPS: '400', ...NO_RETRY },
    ),
  ]
}

/** Legs that end without a fill, and hedges that never come. */
function hopeless(): Schedule[] {
  const { message, code } = { message: 'ab not enough for new order', code: 110007 }
  const refuse = (more: Partial<Fault>): Fault =>
    fault('rest-request', 'create', { do: 'retCode', code, message }, more)
  // A listing that is closed ends every order in it.
  const closed = (['Closed', 'Trading'] as const).map((status, index) => ({
    atMs: 100 + index * 900,
    change: { do: 'status', symbol: 'BTCUSDT', status } as const,
  }))
  const both = [rests('buy', 2_000), rests('sell', 2_000)]
  return [
    schedule({ changes: both }),
    schedule({ changes: both }, HEDGE),
    schedule({ changes: [rests('buy', 2_000), ...closed] }),
    schedule({ changes: [...both, ...closed] }),
    schedule({ changes: [rests('buy', 2_000)], ...plan(refuse({ ...LONG, skip: 1, times: 3 })) }, HEDGE),
    schedule({ changes: both, ...plan(refuse({ reduceOnly: false, skip: 2, times: 6 })) }, HEDGE),
  ]
}

/** Nobody can be asked until the trade is halted; what is found out then is acted on all the same. */
function blind(): Schedule[] {
  const silent = fault(STREAM, 'socket', { do: 'silence' }, { afterCreates: 1 })
  const unread = (['realtime', 'history', 'executions'] as const).map((op) =>
    fault('rest-request', op, { do: 'http', status: 503 }, { afterCreates: 1, times: null, windowMs: BLIND_MS }),
  )
  const uncancelled = fault('rest-request', 'cancel', { do: 'drop' }, { times: null, windowMs: BLIND_MS })
  const blindly = (changes: Partial<Schedule>, ...faults: Fault[]): Schedule =>
    schedule({ tradeMs: 30_000, ...changes, ...plan(silent, ...unread, uncancelled, ...faults) })
  const reply = fault('rest-reply', 'create', LOST, LONG)
  const exit = (party: FaultParty, verdict: FaultVerdict): Fault =>
    fault(party, 'create', verdict, { reduceOnly: true, leg: 'short' })
  return [
    blindly({}, reply),
    blindly({}, fault('rest-request', 'create', LOST, LONG)),
    blindly({}, reply, exit('rest-request', SHORT_REFUSED.verdict)),
    blindly({}, reply, exit('rest-reply', LOST)),
    blindly({}, reply, fault('rest-reply', 'create', LOST, { reduceOnly: true, times: 2 })),
    blindly({ changes: [rests('buy', 60_000)] }, reply),
    blindly({ changes: [rests('buy', 60_000), rests('sell', 60_000)] }, reply),
    blindly({ changes: [rests('buy', 6_500)] }, reply),
  ]
}

/** Longer than the rules wait for somebody to tell how an order ended. */
const BLIND_MS = { from: 0, to: 7_000 }
