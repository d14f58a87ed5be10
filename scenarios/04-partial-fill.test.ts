/**
 * Scenario 4: orders fill in pieces.
 *
 * The books are really thin: four lots a level, the next level beyond the slippage cap. What is missing is asked for
 * again a bounded number of times; then either both legs are whole, or they are evened out, or, when what is left is
 * worth less than the venue's minimum, closed in the one way the venue allows.
 */
import { expect } from 'vitest'
import type { RunTrade } from '../src/journal/run.ts'
import type { WorldJson } from './support/scenario.ts'
import { onlyTrade, scenario } from './support/scenario.ts'

const SETTINGS = {
  LEG_TIMEOUT_MS: '500',
  MAX_HOLD_MS: '600',
  SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '500',
  // Thin books are dear: the trades would otherwise be left at once.
  STOP_LOSS_BPS: '400',
}
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
  'a leg fills in pieces while it rests, and the filled total equals the target',
  {
    proves: 'Pieces add up: ten lots of the short leg arrive a few at a time, and the pair is hedged to the lot.',
    world: 'thin',
    // Only the bid side is thin, so the long leg fills at once and the short leg waits for the book to fill up again.
    shape: (world) => {
      instrument(world, 'BTCUSDT')['market'].book.levelLots = { bids: 4, asks: 900 }
    },
    settings: { ...TEN_LOTS_BTC, LEG_TIMEOUT_MS: '1500' },
    maxTrades: 1,
    elsewhere: { ...SHRUNK },
  },
  async ({ target, finish }) => {
    const trade = onlyTrade(await finish())
    expect(trade.planned!.data.lots).toBeGreaterThanOrEqual(10)
    expect(trade.hedged!.data.lots).toBe(trade.planned!.data.lots)
    if (!target.can.setWorld) return
    const pieces = entryFills(trade, 'short')
    expect(pieces.length).toBeGreaterThan(2)
    expect(sum(pieces)).toBe(trade.planned!.data.lots)
    // They rested: no retry was needed.
    expect(trade.orders.map((order) => order.submitted!.data.purpose).slice(0, 2)).toEqual(['entry', 'entry'])
    expect(trade.orders.some((order) => order.submitted!.data.purpose === 'retry')).toBe(false)
  },
)

for (const retries of [1, 2]) {
  scenario(
    `the rest of both legs is sent again at most ${retries === 1 ? 'once' : 'twice'}, and what is hedged is what both legs have`,
    {
      proves: `A few of ten lots fill, and no more comes at that price: the rest is retried ${retries}×, through the next levels, then the legs agree.`,
      world: 'thin',
      settings: { ...TEN_LOTS_ETH, ENTRY_RETRIES_MAX: String(retries) },
      maxTrades: 1,
      elsewhere: { skip: 'needs a book whose levels do not come back' },
    },
    async ({ finish }) => {
      const trade = onlyTrade(await finish())
      expect(trade.planned!.data.lots).toBe(10)
      for (const leg of ['long', 'short'] as const) {
        const asked = trade.orders.filter(
          (order) => order.submitted!.data.leg === leg && !order.submitted!.data.reduceOnly,
        )
        const again = asked.slice(1)
        expect(again.length).toBeGreaterThan(0)
        expect(again.length).toBeLessThanOrEqual(retries)
        // Never more than what was missing: each retry asks for the target minus what the leg has.
        let held = sum(asked[0]!.fills)
        for (const order of again) {
          expect(order.submitted!.data.lots).toBe(10 - held)
          held += sum(order.fills)
        }
      }
      expect(trade.failed).toBeNull()
      expect(trade.hedged!.data.lots).toBe(Math.min(sum(entryFills(trade, 'long')), sum(entryFills(trade, 'short'))))
    },
  )
}

scenario(
  'when one leg stays short of the other, the larger is evened out and the rest is hedged',
  {
    proves: 'Ten lots long, a few short, no retry left: the excess of the long leg is taken off.',
    world: 'thin',
    shape: (world) => {
      instrument(world, 'ETHUSDT')['market'].book.levelLots = { bids: 4, asks: 900 }
      // What must come off again goes through the next bid levels.
      instrument(world, 'ETHUSDT')['market'].book.levelGapTicks = 200
    },
    settings: { ...TEN_LOTS_ETH, ENTRY_RETRIES_MAX: '0', UNWINDS_MAX: '5' },
    maxTrades: 1,
    elsewhere: { skip: 'needs a book that is thin on one side' },
  },
  async ({ finish }) => {
    const trade = onlyTrade(await finish())
    expect(trade.failed).toBeNull()
    const filledShort = sum(entryFills(trade, 'short'))
    expect(filledShort).toBeLessThan(10)
    expect(sum(entryFills(trade, 'long'))).toBe(10)
    expect(trade.hedged!.data.lots).toBe(filledShort)
    const unwinds = trade.orders.filter((order) => order.submitted?.data.purpose === 'unwind')
    expect(unwinds.every((order) => order.submitted!.data.leg === 'long')).toBe(true)
    expect(sum(unwinds.flatMap((order) => order.fills))).toBe(10 - filledShort)
  },
)

scenario(
  'a remainder worth less than the minimum notional ends in a close of both legs, by quantity zero where it must be',
  {
    proves:
      'Ten lots of 0.2 USDT cannot be an order: both legs are closed whole, and the last rest by close-on-trigger.',
    world: 'small-lot',
    // Whichever leg arrives first, no order takes two levels: the second attempt may follow a price that one leg has eaten.
    shape: (world) => {
      instrument(world, 'LOTUSDT')['market'].book.levelGapTicks = 24
    },
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
