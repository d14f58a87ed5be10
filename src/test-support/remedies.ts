/**
 * What P11 takes out of each scenario, as data: the world, the faults and the terms of the scenario, one place of the source
 * broken, and the check that must notice. Bounds are set low where a scenario waits for one.
 */
import type { Fault } from '../faults/plan-types.ts'
import type { PromiseId } from '../journal/finding.ts'
import { linesOf } from '../journal/run.ts'
import type { Check, Remedy, Told } from './can-fail.ts'
import { QUIET_SYMBOL, type StalledConsumer, silenceOne } from './stalled-consumer.ts'

/** How long an answer is waited for, so that the bounds made of it are short. */
const SHORT_BOUNDS = { ORDER_TIMEOUT_MS: '500', UNKNOWN_MAX_MS: '500', ORDER_RECV_WINDOW_MS: '500' }
/** Thin books are dear: the trade would otherwise be left at once. */
const TEN_LOTS_ETH = { SYMBOLS_TO_TRADE: 'ETHUSDT', TRADE_SIZE_USD: '320', STOP_LOSS_BPS: '400' }
const TWELVE = 'BTCUSDT,ETHUSDT,SOLUSDT,XRPUSDT,DOGEUSDT,ADAUSDT,LINKUSDT,LTCUSDT,AVAXUSDT,DOTUSDT,BCHUSDT,UNIUSDT'
const RING_CAPACITY = 2
/** No leg is late and no look is due while a gap lasts: nobody else finds out what it hid. */
const ONLY_THE_GAP_ASKS = { LEG_TIMEOUT_MS: '3500', RECONCILE_INTERVAL_MS: '60000' }

/** A promise, as the scenario's own end judges it. */
function promise(id: PromiseId): Check<Told> {
  return {
    name: id,
    look: ({ findings }) => {
      const { verdict, summary } = findings.find((one) => one.promise === id)!
      return verdict === 'pass' ? null : summary
    },
  }
}

const BECOMES_A_PAIR: Check<Told> = {
  name: 'both legs fill and the trade is a hedged pair',
  look({ run }) {
    const trades = [...run.trades.values()]
    const alone = trades.find((trade) => trade.hedged === null)
    if (trades.length === 0) return 'no trade was planned'
    return alone === undefined ? null : `${alone.tradeId} was never hedged: ${alone.failed?.data.reason ?? 'no reason'}`
  },
}

const ALL_ACCOUNTED_FOR: Check<Told> = {
  name: 'what is received is considered or counted as dropped',
  look({ run }) {
    const of = (name: string): number => run.metrics.last?.counters[name] ?? 0
    const received = of('updatesReceived')
    const told = of('updatesPopped') - of('updatesRescued') + of('updatesOvertaken') + of('updatesDropped')
    const lost = received - told
    if (received < 100) return `only ${received} updates were received`
    // What the ring still holds at the end is neither.
    return lost <= RING_CAPACITY ? null : `${lost} of ${received} updates are gone, and ${of('updatesDropped')} counted`
  },
}

const TRADES_AGAIN: Check<Told> = {
  name: 'after the gap quotes flow again and are traded',
  look({ run }) {
    const gap = linesOf(run, 'stream.gap').find(({ data }) => data.stream === 'public')
    if (gap === undefined) return 'the stream never came back'
    const after = linesOf(run, 'trade.planned').filter((line) => line.at > gap.at)
    const forMs = Math.round(((run.stopping?.at ?? 0) - gap.at) / 1000)
    return after.length > 0 ? null : `no trade was planned in the ${forMs} ms after the stream was back`
  },
}

const EVERY_NEWEST_DELIVERED: Check<StalledConsumer> = {
  name: "a quiet symbol's only quote is delivered, although the full ring dropped it",
  look({ delivered, stalled }) {
    if (stalled.dropped === 0) return 'nothing was dropped'
    const quiet = TWELVE.split(',').indexOf(QUIET_SYMBOL)
    if (delivered.some(({ symbolIndex }) => symbolIndex === quiet)) return null
    return `${QUIET_SYMBOL} was never heard of among ${delivered.length} quotes delivered; ${stalled.dropped} were dropped`
  },
}

const PRIVATE_CUT: Fault = {
  name: 'the private stream is reset as the legs fill',
  party: 'private-stream',
  op: 'socket',
  afterCreates: 2,
  verdict: { do: 'reset' },
}

export const REMEDIES: readonly Remedy[] = [
  {
    plays: 'run',
    scenario: '01-happy-path',
    switchedOff: 'the second leg: only the first of the two orders is sent',
    patch: {
      file: 'src/execution/trade-run.ts',
      find: 'for (const [i, order] of orders.entries()) {\n      const { venueTimestampMs',
      replace: 'for (const [i, order] of orders.slice(0, 1).entries()) {\n      const { venueTimestampMs',
    },
    check: BECOMES_A_PAIR,
    settings: { SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '700' },
    maxTrades: 1,
    stopMs: 4_000,
  },
  {
    plays: 'run',
    scenario: '02-leg-timeout',
    switchedOff: 'the cancel at the leg timeout: a late leg rests for as long as it likes',
    patch: {
      file: 'src/domain/decide.ts',
      find: 'nowMs : order.sentMs + trade.policy.legTimeoutMs',
      replace: 'nowMs : Number.MAX_SAFE_INTEGER',
    },
    check: promise('P1'),
    world: 'slow-sell',
    settings: { ...SHORT_BOUNDS, LEG_TIMEOUT_MS: '400', ENTRY_RETRIES_MAX: '0' },
    maxTrades: 1,
    stopMs: 8_000,
  },
  {
    plays: 'run',
    scenario: '03-hedge-fails',
    switchedOff: 'the emergency close: what is left of a failed pair stays on',
    patch: {
      file: 'src/domain/decide.ts',
      find: '  const wishes: Wish[] = []\n',
      replace: '  const wishes: Wish[] = []\n  if (trade.failed !== null) return NOTHING\n',
    },
    check: promise('P6'),
    settings: SHORT_BOUNDS,
    faults: [
      {
        name: 'the short leg cannot be placed',
        party: 'rest-request',
        op: 'create',
        leg: 'short',
        reduceOnly: false,
        verdict: { do: 'retCode', code: 110007, message: 'ab not enough for new order' },
      },
    ],
    maxTrades: 1,
    stopMs: 1_200,
  },
  {
    plays: 'run',
    scenario: '04-partial-fill',
    switchedOff: 'evening out: what one leg has more than the other is left alone',
    patch: {
      file: 'src/domain/decide.ts',
      find: 'return excess === undefined ? NOTHING : evenOut(trade, { leg: excess.leg, lots: -excess.lots, target }, nowMs)',
      replace: 'return NOTHING',
    },
    check: promise('P1'),
    world: 'thin',
    shape: (world) => {
      const eth = world['instruments'].find((one: { symbol: string }) => one.symbol === 'ETHUSDT')
      eth.market.book.levelLots = { bids: 4, asks: 900 }
      eth.market.book.levelGapTicks = 200
    },
    settings: { ...TEN_LOTS_ETH, ...SHORT_BOUNDS, ENTRY_RETRIES_MAX: '0', UNWINDS_MAX: '5' },
    maxTrades: 1,
    stopMs: 3_200,
  },
  {
    plays: 'run',
    scenario: '05-high-throughput',
    switchedOff: 'the count of what the full ring drops',
    patch: { file: 'src/market/ring.ts', find: 'totals[DROPPED]! += 1', replace: '' },
    check: ALL_ACCOUNTED_FOR,
    world: 'load',
    settings: {
      SYMBOLS_TO_TRADE: TWELVE,
      TRADE_SIZE_USD: '200',
      RING_CAPACITY: String(RING_CAPACITY),
      CREATES_PER_SECOND: '1000',
    },
    stopMs: 2_000,
  },
  {
    plays: 'stalled consumer',
    scenario: '05-high-throughput',
    switchedOff: 'the latest quote of every symbol, read after the ring has dropped some',
    patch: {
      file: 'src/market/intake.ts',
      find: 'if (dropped === droppedSeen) return\n',
      replace: 'if (dropped >= 0) return\n',
    },
    check: EVERY_NEWEST_DELIVERED,
    world: 'load',
    shape: silenceOne,
    settings: { SYMBOLS_TO_TRADE: TWELVE },
  },
  {
    plays: 'run',
    scenario: '06-disconnect',
    switchedOff: 'subscribing again: a stream that is back is believed to be subscribed still',
    patch: {
      file: 'src/venue/subscribe.ts',
      find: 'begin() {\n      abandon()\n',
      replace: 'begin() {\n      if (accepted.length > 0) return onDone(accepted, refused)\n      abandon()\n',
    },
    check: TRADES_AGAIN,
    settings: { STALE_AFTER_MS: '600', PING_INTERVAL_MS: '300', MAX_HOLD_MS: '400' },
    faults: [
      {
        name: 'the public stream is cut',
        party: 'public-stream',
        op: 'socket',
        socketAgeMs: 1_000,
        verdict: { do: 'reset' },
      },
    ],
    stopMs: 3_500,
  },
  {
    plays: 'run',
    scenario: '06-disconnect',
    switchedOff: 'knowing a fill again: what is recovered after a gap is booked once more',
    patch: {
      file: 'src/execution/trade-run.ts',
      find: 'if (order.fills.some((fill) => fill.execId === execId)) {',
      replace: 'if (order === undefined) {',
    },
    check: promise('P4'),
    settings: { PING_INTERVAL_MS: '300', MAX_HOLD_MS: '400' },
    faults: [PRIVATE_CUT],
    maxTrades: 2,
    stopMs: 6_000,
  },
  {
    plays: 'run',
    scenario: '06-disconnect',
    switchedOff: 'asking after a gap: a stream that is back is believed to have missed nothing',
    patch: {
      file: 'src/private-link.ts',
      find: "const complete = await reconcile(ports, executor, { cause: 'private gap', sinceVenueMs })",
      replace: 'const complete = true',
    },
    check: promise('P4'),
    settings: {
      PING_INTERVAL_MS: '300',
      MAX_HOLD_MS: '400',
      ...ONLY_THE_GAP_ASKS,
      RECOVERY_BOUND_MS: '2500',
    },
    faults: [PRIVATE_CUT],
    maxTrades: 1,
    stopMs: 6_000,
  },
  {
    plays: 'run',
    scenario: '07-graceful-shutdown',
    switchedOff: 'closing at shutdown: the run ends and says that nothing is left',
    patch: {
      file: 'src/runtime.ts',
      find: "    executor.closeAll('shutdown')\n",
      replace: "    return this.#finish({ reason, left: [] })\n    executor.closeAll('shutdown')\n",
    },
    check: promise('P5'),
    settings: { MAX_HOLD_MS: '600000', SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '200000' },
    stopMs: 500,
  },
]
