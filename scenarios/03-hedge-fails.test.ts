/**
 * Scenario 3: the long leg fills, the short leg cannot be had.
 *
 * Each way in which the venue can refuse, and the worst one: no answer at all, and the order was never there. The trade
 * is closed at once; nothing is unwound while the other leg is unknown, since it may be filled.
 */
import { expect } from 'vitest'
import type { Fault, FaultVerdict } from '../src/faults/plan-types.ts'
import type { RunTrade } from '../src/journal/run.ts'
import { linesOf } from '../src/journal/run.ts'
import { BUDGETS, judge } from './support/budgets.ts'
import { onlyTrade, scenario } from './support/scenario.ts'

const HELD_BRIEFLY = { MAX_HOLD_MS: '600', SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '500' }
/** What is slow is not lost, nor too old when it arrives, on a busy machine either. */
const PATIENT = { ORDER_TIMEOUT_MS: '4000', ORDER_RECV_WINDOW_MS: '5000' }
const NAME = 'the short leg cannot be placed'
/** A run that ends naked fails, whatever it says; that it says so truthfully is what the scenario asserts. */
const HALTED_BREAKS = [
  { promise: 'P6', why: 'the rules gave the leg up: the sweep closed it, and the trade itself never did' },
]
const BANNED_BREAKS = [
  { promise: 'P1', why: 'banned from the venue, the run can only name what is naked' },
  { promise: 'P6', why: 'banned from the venue, nothing can be closed in time' },
]

function shortOpening(verdict: FaultVerdict): Fault {
  return { name: NAME, party: 'rest-request', op: 'create', leg: 'short', reduceOnly: false, verdict }
}

const NO_BALANCE: FaultVerdict = { do: 'retCode', code: 110007, message: 'ab not enough for new order' }

interface Refusal {
  readonly what: string
  readonly verdict: FaultVerdict
}

/** Two classes a run: a third failed trade within a minute would halt entries (D11). */
const REFUSALS: readonly (readonly Refusal[])[] = [
  [
    { what: 'for want of balance (110007)', verdict: NO_BALANCE },
    { what: 'for a parameter (10001)', verdict: { do: 'retCode', code: 10001, message: 'Qty invalid' } },
  ],
  [
    {
      what: 'below the minimum notional (110094)',
      verdict: { do: 'retCode', code: 110094, message: 'Order does not meet minimum order value 5USDT' },
    },
    {
      what: 'outside the price band (30209)',
      verdict: { do: 'retCode', code: 30209, message: 'Order price is out of permissible range' },
    },
  ],
  [
    {
      what: 'because the symbol is not live (110074)',
      verdict: { do: 'retCode', code: 110074, message: 'This contract is not live' },
    },
    {
      what: 'because the symbol only reduces (110023)',
      verdict: { do: 'retCode', code: 110023, message: 'Currently you can only reduce your positions' },
    },
  ],
  [
    { what: 'by HTTP 400', verdict: { do: 'http', status: 400, body: 'bad request' } },
    {
      what: 'for its timestamp (10002)',
      verdict: { do: 'retCode', code: 10002, message: 'invalid request, please check your server timestamp' },
    },
  ],
]

/** Each refuses the first short leg that none before it has refused. */
const inTurn = (refusals: readonly Refusal[]): Fault[] =>
  refusals.map(({ what, verdict }, turn) => ({
    ...shortOpening(verdict),
    name: `the short leg is refused ${what}`,
    skip: turn,
  }))

for (const refusals of REFUSALS) {
  const what = refusals.map((refusal) => refusal.what).join(', then ')
  scenario(
    `the short leg is refused ${what}: emergency close, flat within its bound`,
    {
      proves: `A short leg refused ${what} leaves no naked long behind.`,
      settings: HELD_BRIEFLY,
      faults: inTurn(refusals),
      maxTrades: refusals.length,
      elsewhere: { faults: inTurn(refusals) },
    },
    async ({ finish, budgets }) => {
      const finished = await finish()
      const trades = [...finished.run.trades.values()]
      expect(trades).toHaveLength(refusals.length)
      for (const trade of trades) {
        expect(trade.failed!.data.reason).toBe('short-refused')
        expectLongTakenOff(trade)
        // Known from the refusal itself, nobody asks. How fast it was is P6's and the budget's.
        const short = trade.orders.find(({ submitted }) => submitted?.data.leg === 'short')!
        expect([short.refused === null, short.unknown]).toEqual([false, null])
        expect(linesOf(finished.run, 'order.queried').map(({ data }) => data.clientId)).not.toContain(short.clientId)
      }
      budgets([emergencyClose(trades)])
    },
  )
}

const KEY_REFUSED = [shortOpening({ do: 'retCode', code: 10003, message: 'API key is invalid.' })]

scenario(
  'the short leg is refused for its key (10003): the long leg is taken off, entries halt, and the run exits 1',
  {
    proves: 'A refused key ends the run: what is open is closed as far as the venue lets us, and the run fails.',
    faults: KEY_REFUSED,
    elsewhere: { faults: KEY_REFUSED },
  },
  async ({ finish }) => {
    const { run, output } = await finish({ exitCode: 1 })
    expect(output).toMatch(/HALTED: the venue locks this account out: .*API key is invalid/)
    expect([...run.trades.values()].every((trade) => trade.flat !== null)).toBe(true)
    expect(run.truth!.data.positions).toEqual([])
  },
)

scenario(
  'the short leg never arrives and its reply is lost: proved absent, then emergency close',
  {
    proves:
      'An unknown placement is asked for until the venue can no longer accept it, and only then counts as refused (D10).',
    settings: {
      ORDER_TIMEOUT_MS: '1000',
      UNKNOWN_MAX_MS: '1000',
      ORDER_RECV_WINDOW_MS: '1000',
      ...HELD_BRIEFLY,
    },
    faults: [shortOpening({ do: 'drop' })],
    maxTrades: 1,
    elsewhere: { faults: [shortOpening({ do: 'drop' })] },
  },
  async ({ finish, budgets }) => {
    const finished = await finish()
    const trade = onlyTrade(finished)
    const short = trade.orders.find((order) => order.submitted?.data.leg === 'short')!
    expect(short.unknown).not.toBeNull()
    expect(short.absent).not.toBeNull()
    expect(linesOf(finished.run, 'order.queried').length).toBeGreaterThan(1)
    expect(trade.failed!.data.reason).toBe('short-absent')
    // Nothing was unwound before the absence was proved.
    const unwind = trade.orders.find((order) => order.submitted?.data.purpose === 'unwind')!
    expect(unwind.submitted!.at).toBeGreaterThan(short.absent!.at)
    expectLongTakenOff(trade)
    budgets([emergencyClose([trade])])
  },
)

scenario(
  'the reply to the short leg is lost but the venue has filled it: found by asking, and the pair is hedged',
  {
    proves: 'A lost reply is never taken for a refusal: the pair is hedged with exactly one order per leg.',
    settings: { ...HELD_BRIEFLY, ...PATIENT, ORDER_TIMEOUT_MS: '1500' },
    faults: [{ ...shortOpening({ do: 'drop' }), party: 'rest-reply' }],
    maxTrades: 1,
    elsewhere: { faults: [{ ...shortOpening({ do: 'drop' }), party: 'rest-reply' }] },
  },
  async ({ finish }) => {
    const finished = await finish()
    const trade = onlyTrade(finished)
    expect(trade.failed).toBeNull()
    expect(trade.hedged).not.toBeNull()
    expect(finished.venue.orders).toHaveLength(4)
  },
)

scenario(
  'the address is banned as the short leg is sent: the trade is halted with its amount, named and exited non-zero',
  {
    proves: 'After a 403 no order can be sent: the naked amount is named, nothing is claimed to be flat (D10).',
    settings: HELD_BRIEFLY,
    faults: [shortOpening({ do: 'http', status: 403, body: 'access too frequent' })],
    maxTrades: 1,
    expectedBreaks: BANNED_BREAKS,
    elsewhere: { skip: 'would leave a position open on an account that is not thrown away' },
  },
  async ({ finish }) => {
    const { run, output } = await finish({ exitCode: 1, breaks: BANNED_BREAKS.map((one) => one.promise) })
    const lots = run.trades.get('t1')!.planned!.data.lots
    expect(run.trades.get('t1')!.halted!.data).toMatchObject({ longLots: lots, shortLots: 0, nakedLots: lots })
    expect(output).toContain('NOT VERIFIED')
    expect(output).toContain(`BTCUSDT trade t1: long ${lots} lots, short 0 lots, naked ${lots}`)
    expect(run.finished!.data.tradesLeftOpen).toMatchObject([{ tradeId: 't1', nakedLots: lots }])
    expect(run.truth!.data.positions).toMatchObject([{ symbol: 'BTCUSDT', idx: 1, lots }])
  },
)

scenario(
  'after a rate limit the short leg is sent again once the window has passed, within the leg timeout',
  {
    proves: '10006 is certain: nothing was placed, and the same quantity may be asked for again after the reset.',
    settings: HELD_BRIEFLY,
    faults: [shortOpening({ do: 'rate-limit', resetMs: 150 })],
    maxTrades: 1,
    elsewhere: { faults: [shortOpening({ do: 'rate-limit', resetMs: 150 })] },
  },
  async ({ finish }) => {
    const trade = onlyTrade(await finish())
    expect(trade.failed).toBeNull()
    const retries = trade.orders.filter((order) => order.submitted?.data.purpose === 'retry')
    expect(retries.map((order) => order.submitted!.data.leg)).toEqual(['short'])
    expect(trade.hedged).not.toBeNull()
  },
)

const STUCK: readonly Fault[] = [
  { ...shortOpening(NO_BALANCE), symbol: 'BTCUSDT' },
  {
    name: 'the venue refuses to close the long leg three times',
    party: 'rest-request',
    op: 'create',
    symbol: 'BTCUSDT',
    leg: 'long',
    reduceOnly: true,
    times: 3,
    verdict: { do: 'retCode', code: 110005, message: 'position status' },
  },
  {
    name: 'the other trade closes slowly',
    party: 'rest-request',
    op: 'create',
    symbol: 'ETHUSDT',
    reduceOnly: true,
    times: null,
    verdict: { do: 'delay', ms: 900 },
  },
]

scenario(
  'a trade halted naked is swept flat beside the closing of the others, and the run exits 1',
  {
    proves: 'When the rules give up on a leg the sweep takes it off at once, not after every other trade has closed.',
    settings: {
      SYMBOLS_TO_TRADE: 'BTCUSDT,ETHUSDT',
      ...PATIENT,
      MAX_HOLD_MS: '60000',
      SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '20000',
    },
    faults: STUCK,
    elsewhere: { faults: STUCK },
    expectedBreaks: HALTED_BREAKS,
  },
  async ({ finish }) => {
    const { run, venue } = await finish({ exitCode: 1, breaks: HALTED_BREAKS.map((one) => one.promise) })
    const trades = [...run.trades.values()]
    const stuck = trades.find((trade) => trade.symbol === 'BTCUSDT')!
    expect(stuck.halted!.data.nakedLots).toBeGreaterThan(0)
    const swept = venue.orders.find((row) => row.clientId.includes('-sweep-'))!
    expect(swept).toMatchObject({ symbol: 'BTCUSDT', closeOnTrigger: true, filledLots: stuck.halted!.data.nakedLots })
    for (const other of trades.filter((trade) => trade.symbol === 'ETHUSDT' && trade.hedged !== null)) {
      const closedMs = Math.max(...venue.executions.filter((row) => row.symbol === 'ETHUSDT').map((row) => row.venueMs))
      expect(other.flat!.data.reason).toBe('shutdown')
      expect(swept.createdMs).toBeLessThan(closedMs)
    }
    expect(run.truth!.data.positions).toEqual([])
  },
)

scenario(
  'three failed trades within a minute halt entries, and the run ends with exit code 1',
  {
    proves: 'D11: after the third refused leg nothing new is started, everything is flat, and the exit code says so.',
    settings: {
      SYMBOLS_TO_TRADE: 'BTCUSDT,ETHUSDT,SOLUSDT',
      ...HELD_BRIEFLY,
    },
    faults: [{ ...shortOpening(NO_BALANCE), times: null }],
    elsewhere: { faults: [{ ...shortOpening(NO_BALANCE), times: null }] },
  },
  async ({ finish }) => {
    const { run, output } = await finish({ exitCode: 1 })
    expect(run.trades.size).toBeGreaterThanOrEqual(3)
    expect(run.trades.size).toBeLessThanOrEqual(5)
    expect(linesOf(run, 'entries.halted').map((line) => line.data.reason)).toEqual([
      expect.stringContaining('3 failed trades'),
    ])
    expect(output).toContain('HALTED')
    expect(run.truth!.data.positions).toEqual([])
  },
)

function expectLongTakenOff(trade: RunTrade): void {
  const unwinds = trade.orders.filter((order) => order.submitted?.data.purpose === 'unwind')
  expect(unwinds.map((order) => order.submitted!.data)).toMatchObject([{ leg: 'long', side: 'sell', reduceOnly: true }])
  expect(trade.flat).not.toBeNull()
}

/** From `trade.failed` to the fill that took the last lot off, on the executor's clock (P6): the slowest. */
function emergencyClose(trades: readonly RunTrade[]) {
  const closes = trades.map((trade) => (trade.fills.at(-1)!.at - trade.failed!.at) / 1000)
  return judge(BUDGETS.emergencyClose, { actual: Math.max(...closes), n: closes.length })
}
