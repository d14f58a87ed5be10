/**
 * Ways real executors have failed, one test each: what the venue allows, refuses and limits, and what time it is.
 */
import { expect, test } from 'vitest'
import { parseConfig } from '../config-parse.ts'
import { shippedWorld } from '../exchange/test-support/worlds.ts'
import { linesOf } from '../journal/run.ts'
import { simulate } from './simulate.ts'
import {
  askedLots,
  expectFlat,
  fault,
  filledLots,
  fillsInPieces,
  ordersOf,
  plan,
  play,
  rests,
  SHORT_REFUSED,
  smallLotWorld,
  TEN_LOTS_ETH,
  thinWorld,
} from './test-support/failures.ts'
import { schedule } from './test-support/schedules.ts'

/** A run's first questions: the time, on four sockets. Then come the instruments. */
const TIME_QUESTIONS = 4
/** How often a read is tried. */
const READ_TRIES = 3

test('a quantity step that failed to load and defaulted: without the filters no run starts, and nothing is sent', async () => {
  for (const verdict of [{ do: 'http', status: 503 }, { do: 'malformed' }] as const) {
    const unread = fault('rest-request', 'any', verdict, { skip: TIME_QUESTIONS, times: READ_TRIES })
    const { run, result, output } = await simulate(schedule(plan(unread)))
    expect(result.exitCode).toBe(1)
    expect(output).toContain('could not read instruments')
    expect(run.trades.size).toBe(0)
    expect(run.truth!.data.orders).toEqual([])
  }
})

test('remainder below minimum: both legs are closed whole, the last rest by quantity zero', async () => {
  const told = await play(
    { world: smallLotWorld() },
    { SYMBOLS_TO_TRADE: 'LOTUSDT', TRADE_SIZE_USD: '100.2', STOP_LOSS_BPS: '400' },
  )
  expect(told.trade.failed!.data.reason).toBe('remainder-below-minimum')
  const closing = told.trade.orders.map(({ submitted }) => submitted!.data).filter((order) => order.closeAll)
  expect(closing.length).toBeGreaterThan(0)
  expect(told.trade.orders.every(({ refused }) => refused === null)).toBe(true)
  expectFlat(told)
})

test('the rest of a leg is below the minimum: it is not asked for, and the pair that cannot be is closed', async () => {
  const world = shippedWorld('calm')
  const part = (side: 'buy' | 'sell', lots: number) => ({ symbol: 'BTCUSDT', side, fills: [{ lots, afterMs: 0 }] })
  // At 60 USD a lot no order may have fewer than three: two are missing of one leg.
  const instruments = world.instruments.map((each) => ({ ...each, minNotionalValue: '130' }))
  const matching = { ...world.matching, partialFills: [part('buy', 8), part('sell', 6)] }
  const told = await play({ world: { ...world, instruments, matching } })
  expect(told.trade.orders.filter(({ submitted }) => submitted!.data.purpose === 'retry')).toEqual([])
  expect(told.trade.orders.every(({ refused }) => refused === null)).toBe(true)
  expect(told.trade.failed!.data.reason).toBe('remainder-below-minimum')
  expectFlat(told)
})

test('10006 in the middle of an unwind: waited out as long as the venue says, and no attempt is lost by it', async () => {
  const limited = fault('rest-request', 'create', { do: 'rate-limit', resetMs: 300 }, { reduceOnly: true, times: 2 })
  const told = await play(plan(SHORT_REFUSED, limited), { UNWINDS_MAX: '1' })
  const [first, second, third] = ordersOf(told.trade, 'long', 'unwind')
  expect([first!.refused!.data.code, second!.refused!.data.code]).toEqual([10006, 10006])
  expect((second!.submitted!.at - first!.submitted!.at) / 1_000).toBeGreaterThanOrEqual(300)
  expect(filledLots([third!])).toBe(9)
  expectFlat(told)
})

test('IP ban in the middle of an unwind: nothing more is sent, the amount is named, and the run fails', async () => {
  const ban = fault('rest-request', 'create', { do: 'http', status: 403, body: '<html></html>' }, { reduceOnly: true })
  // The position stays: naked for as long as anybody looks. Both are said, to the lot.
  const { trade, run, result, output } = await play({ ...plan(SHORT_REFUSED, ban), breaks: ['P1', 'P6'] })
  expect(trade.halted!.data).toMatchObject({ longLots: 9, shortLots: 0, nakedLots: 9 })
  expect(result).toMatchObject({ exitCode: 1, left: [{ symbol: 'BTCUSDT', longLots: 9, shortLots: 0, nakedLots: 9 }] })
  expect(output).toContain('long 9 lots, short 0 lots, naked 9')
  expect(run.truth!.data.positions).toMatchObject([{ idx: 1, lots: 9 }])
  expect(ordersOf(trade, 'long', 'unwind')).toHaveLength(1)
  expect(run.truth!.data.orders).toHaveLength(1)
})

const KEY_REFUSED = { do: 'retCode', code: 10003, message: 'API key is invalid.' } as const

test('a key refused mid-run: entries halt, what is open is closed, and the run fails though it ends flat', async () => {
  const once = fault('rest-request', 'create', KEY_REFUSED, { leg: 'short', reduceOnly: false })
  const told = await play({ ...plan(once), tradeMs: 30_000 }, { SYMBOLS_TO_TRADE: 'BTCUSDT,ETHUSDT' })
  expect(told.result.exitCode).toBe(1)
  const [halt] = linesOf(told.run, 'entries.halted')
  expect(halt!.data.reason).toContain('API key is invalid.')
  expect(linesOf(told.run, 'trade.planned').filter((line) => line.at > halt!.at)).toEqual([])
  expect(told.output).toContain('HALTED: the venue locks this account out')
  expectFlat(told)
})

test('a key refused from then on: what cannot be closed is named, and the run fails', async () => {
  const always = fault('rest-request', 'create', KEY_REFUSED, { skip: 1, times: null })
  const { run, result, output } = await play({ ...plan(always), breaks: ['P1', 'P6'] })
  const [left] = result.left
  expect(result.exitCode).toBe(1)
  expect(Math.abs(left!.nakedLots)).toBe(9)
  expect(output).toContain(`naked ${left!.nakedLots}`)
  expect(run.truth!.data.positions).toMatchObject([{ lots: 9 }])
})

test('instrument goes reduce-only: a pair that is being opened is closed, a hedged one is left as ever', async () => {
  const reduceOnly = (atMs: number) => ({
    atMs,
    change: { do: 'status', symbol: 'BTCUSDT', status: 'ReduceOnly' } as const,
  })
  const world = fillsInPieces('sell', [{ lots: 5, afterMs: 100 }])
  const opening = await play({ world, changes: [reduceOnly(300)] })
  const retries = ordersOf(opening.trade, 'short', 'retry')
  expect(retries.map((order) => order.refused!.data.code)).toEqual([110023, 110023])
  expectFlat(opening)

  const hedged = await play({ changes: [reduceOnly(300)] })
  expect(hedged.trade.hedged!.at).toBeLessThan(300_000)
  expect(hedged.trade.flat!.at).toBeGreaterThan(300_000)
  expectFlat(hedged)
})

test('insufficient balance on the second leg: the first is taken off at once', async () => {
  const world = shippedWorld('calm')
  // Enough for nine lots at 60,000 and their fees, not for eighteen.
  const accounts = world.accounts.map((account) => ({ ...account, usdt: '700', leverage: '1' }))
  const told = await play({ world: { ...world, accounts } })
  const refused = told.trade.orders.filter((order) => order.refused !== null)
  expect(refused.map((order) => order.refused!.data.code)).toEqual([110007])
  expect(told.trade.failed!.data.reason).toBe(`${refused[0]!.submitted!.data.leg}-refused`)
  expect((told.trade.flat!.at - told.trade.failed!.at) / 1_000).toBeLessThan(50)
  expectFlat(told)
})

test('self-match: our own two legs never trade with each other, and what the venue cancels for it is a partial fill', async () => {
  // Nobody sells beyond the first three lots, so the long leg rests above the bid, where the short leg then meets it.
  const later = fault('rest-request', 'create', { do: 'delay', ms: 20 }, { leg: 'short', reduceOnly: false })
  const told = await play({ world: thinWorld({ bids: 900, asks: 3 }), ...plan(later) }, TEN_LOTS_ETH)
  const [entry] = ordersOf(told.trade, 'long', 'entry')
  const row = told.run.truth!.data.orders.find(({ clientId }) => clientId === entry!.clientId)
  expect(row).toMatchObject({ cancelType: 'CancelBySmp', filledLots: 3 })
  expect(entry!.ended!.data.filledLots).toBe(3)
  expect(askedLots(ordersOf(told.trade, 'long', 'retry'))[0]).toBe(7)
  expectFlat(told)
})

test('a clock 1.5 s ahead, or behind: it is corrected before anything is signed', async () => {
  for (const clockAheadMs of [1_500, -1_500]) {
    const told = await play({ clockAheadMs })
    expect(told.trade.orders.every((order) => order.refused === null && order.unknown === null)).toBe(true)
    expect(told.trade.hedged).not.toBeNull()
    expectFlat(told)
  }
})

test('a clock that jumps while the run trades: the refused leg is taken off, and the unwind waits for the right time', async () => {
  const refusal = { do: 'retCode', code: 10002, message: 'timestamp outside the window' } as const
  const told = await play(
    plan(
      fault('rest-request', 'create', refusal, { leg: 'short', reduceOnly: false }),
      fault('rest-request', 'create', refusal, { reduceOnly: true }),
    ),
    { UNWINDS_MAX: '1' },
  )
  expect(filledLots(ordersOf(told.trade, 'long', 'unwind'))).toBe(9)
  expectFlat(told)
})

test('a close that is never let through: after ten seconds the amount is named, and the run fails', async () => {
  const refusal = { do: 'retCode', code: 10002, message: 'timestamp outside the window' } as const
  const never = fault('rest-request', 'create', refusal, { reduceOnly: true, times: null })
  const { trade, result, output } = await play({
    ...plan(SHORT_REFUSED, never),
    tradeMs: 60_000,
    breaks: ['P1', 'P6'],
  })
  const [first] = ordersOf(trade, 'long', 'unwind')
  expect((trade.halted!.at - first!.submitted!.at) / 1_000).toBeLessThan(10_100)
  expect(trade.halted!.data).toMatchObject({ longLots: 9, nakedLots: 9 })
  expect(result).toMatchObject({ exitCode: 1, left: [{ longLots: 9, nakedLots: 9 }] })
  expect(output).toContain('long 9 lots, short 0 lots, naked 9')
})

test('a timeout measured in the wrong unit: a leg rests for as many milliseconds as are configured', async () => {
  for (const legTimeoutMs of [250, 800]) {
    const told = await play({ changes: [rests('buy', 3_000)] }, { LEG_TIMEOUT_MS: String(legTimeoutMs) })
    const [entry] = ordersOf(told.trade, 'long', 'entry')
    const restedMs = (entry!.cancelled!.at - entry!.submitted!.at) / 1_000
    expect(restedMs).toBeGreaterThanOrEqual(legTimeoutMs)
    expect(restedMs).toBeLessThan(legTimeoutMs + 5)
    expectFlat(told)
  }
  for (const text of ['0.5', '500ms', '5e2', '-1']) expect(() => parseConfig({ LEG_TIMEOUT_MS: text })).toThrow(text)
})
