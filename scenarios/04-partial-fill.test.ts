/**
 * Scenario 4: orders fill in pieces.
 *
 * The books are really thin: four lots a level, the next level beyond the slippage cap. What is missing is asked for
 * again a bounded number of times; then either both legs are whole, or they are evened out, or, when what is left is
 * worth less than the venue's minimum, closed in the one way the venue allows.
 */
import { expect } from 'vitest'
import type { RunTrade } from '../src/journal/run.ts'
import type { Finished, WorldJson } from './support/scenario.ts'
import { scenario } from './support/scenario.ts'

const SETTINGS = { LEG_TIMEOUT_MS: '500', MAX_HOLD_MS: '1500', SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '500' }
/** Ten lots of BTCUSDT at 60,000, and a little. */
const TEN_LOTS_BTC = { ...SETTINGS, SYMBOLS_TO_TRADE: 'BTCUSDT', TRADE_SIZE_USD: '640' }
/** Ten lots of ETHUSDT at 3,000, and a little; what is taken there never comes back. */
const TEN_LOTS_ETH = { ...SETTINGS, SYMBOLS_TO_TRADE: 'ETHUSDT', TRADE_SIZE_USD: '320' }

/** D18: where no book can be thinned, the wire forwards the long leg's order with a smaller quantity. */
const SHRUNK = {
  faults: [
    {
      name: 'the long leg is forwarded with less',
      party: 'rest-request',
      op: 'create',
      leg: 'long',
      reduceOnly: false,
      verdict: { do: 'shrink', fraction: 0.5, lot: '0.001' },
    },
  ],
  notForced: ['a thin book: the wire forwards the order with half its quantity instead'],
} as const

scenario(
  'both legs fill in pieces while they rest, and the filled total equals the target',
  {
    proves: 'Pieces add up: ten lots arrive as four, four and two on each leg, and the pair is hedged to the lot.',
    world: 'thin',
    settings: TEN_LOTS_BTC,
    maxTrades: 1,
    elsewhere: { ...SHRUNK },
  },
  async ({ target, finish }) => {
    const trade = onlyTrade(await finish())
    expect(trade.planned!.data.lots).toBeGreaterThanOrEqual(target.can.setWorld ? 10 : 1)
    expect(trade.hedged!.data.lots).toBe(trade.planned!.data.lots)
    if (!target.can.setWorld) return
    for (const leg of ['long', 'short'] as const) {
      const fills = entryFills(trade, leg)
      expect(fills.length, `${leg} fills`).toBeGreaterThan(1)
      expect(sum(fills)).toBe(trade.planned!.data.lots)
    }
  },
)

scenario(
  'the remainder of a leg is sent again, a bounded number of times, until the target is reached',
  {
    proves: 'Four of ten lots fill at once and no more comes: the rest is retried twice, through the next levels.',
    world: 'thin',
    settings: { ...TEN_LOTS_ETH, ENTRY_RETRIES_MAX: '2' },
    maxTrades: 1,
    elsewhere: { skip: 'needs a book whose levels do not come back' },
  },
  async ({ finish }) => {
    const trade = onlyTrade(await finish())
    expect(trade.hedged!.data.lots).toBe(10)
    for (const leg of ['long', 'short'] as const) {
      const sizes = trade.orders
        .map((order) => order.submitted!.data)
        .filter((order) => order.leg === leg && !order.reduceOnly)
        .map((order) => [order.purpose, order.lots])
      expect(sizes).toEqual([
        ['entry', 10],
        ['retry', 6],
        ['retry', 2],
      ])
    }
  },
)

scenario(
  'when the retries are used up, equal parts are kept as a smaller hedged trade',
  {
    proves: 'Retries are bounded; what both legs have in common is a hedged trade.',
    world: 'thin',
    settings: { ...TEN_LOTS_ETH, ENTRY_RETRIES_MAX: '1' },
    maxTrades: 1,
    elsewhere: { skip: 'needs a book whose levels do not come back' },
  },
  async ({ finish }) => {
    const trade = onlyTrade(await finish())
    expect(trade.hedged!.data.lots).toBe(8)
    expect(trade.orders.filter((order) => order.submitted?.data.purpose === 'retry')).toHaveLength(2)
  },
)

scenario(
  'when one leg stays short of the other, the larger is evened out and the rest is hedged',
  {
    proves: 'Ten lots long, four short, no retry left: six lots of the long leg are taken off.',
    world: 'thin',
    shape: (world) => {
      instrument(world, 'ETHUSDT')['market'].book.levelLots = { bids: 4, asks: 900 }
      // Room to take six lots off again at the next bid levels.
      instrument(world, 'ETHUSDT')['market'].book.levelGapTicks = 200
    },
    settings: { ...TEN_LOTS_ETH, ENTRY_RETRIES_MAX: '0', UNWINDS_MAX: '5' },
    maxTrades: 1,
    elsewhere: { skip: 'needs a book that is thin on one side' },
  },
  async ({ finish }) => {
    const trade = onlyTrade(await finish())
    expect(trade.failed).toBeNull()
    expect(trade.hedged!.data.lots).toBe(4)
    const unwinds = trade.orders.filter((order) => order.submitted?.data.purpose === 'unwind')
    expect(unwinds.map((order) => order.submitted!.data.leg)).toContain('long')
    expect(sum(unwinds.flatMap((order) => order.fills))).toBe(6)
  },
)

scenario(
  'a remainder worth less than the minimum notional ends in a close of both legs, by quantity zero where it must be',
  {
    proves:
      'Ten lots of 0.2 USDT cannot be an order: both legs are closed whole, and the last rest by close-on-trigger.',
    world: 'small-lot',
    settings: { ...SETTINGS, SYMBOLS_TO_TRADE: 'LOTUSDT', TRADE_SIZE_USD: '100.2' },
    maxTrades: 1,
    elsewhere: { skip: 'needs an instrument whose lot is worth less than the minimum notional' },
  },
  async ({ finish }) => {
    const { run } = await finish()
    const trade = [...run.trades.values()][0]!
    expect(trade.planned!.data.lots).toBeGreaterThan(490)
    expect(trade.failed!.data.reason).toBe('remainder-below-minimum')
    const closing = trade.orders.map((order) => order.submitted!.data).filter((order) => order.reduceOnly)
    const closeAll = closing.filter((order) => order.closeAll)
    expect(closeAll.length).toBeGreaterThan(0)
    expect(closeAll.every((order) => order.lots < 25)).toBe(true)
    // The venue saw it as quantity zero with close-on-trigger, and refused no order as too small.
    const rows = run.truth!.data.orders.filter((row) => closeAll.some((order) => order.clientId === row.clientId))
    expect(rows.every((row) => row.closeOnTrigger && row.reduceOnly)).toBe(true)
    expect(trade.orders.every((order) => order.refused === null)).toBe(true)
    expect(run.truth!.data.positions).toEqual([])
  },
)

function onlyTrade({ run }: Finished): RunTrade {
  expect(run.trades.size).toBe(1)
  return [...run.trades.values()][0]!
}

function entryFills(trade: RunTrade, leg: 'long' | 'short') {
  return trade.orders
    .filter((order) => order.submitted?.data.leg === leg && !order.submitted.data.reduceOnly)
    .flatMap((order) => order.fills)
}

function sum(fills: readonly { readonly data: { readonly lots: number } }[]): number {
  return fills.reduce((total, fill) => total + fill.data.lots, 0)
}

function instrument(world: WorldJson, symbol: string): WorldJson {
  return world['instruments'].find((one: WorldJson) => one['symbol'] === symbol)
}
