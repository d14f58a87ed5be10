/**
 * What the tests of known failures share: a schedule played, its one trade, and its orders in short.
 */
import { expect } from 'vitest'
import type { LegName, OrderPurpose } from '../../domain/order.ts'
import { shippedWorld } from '../../exchange/test-support/worlds.ts'
import type { World } from '../../exchange/world.ts'
import type { Fault } from '../../faults/plan-types.ts'
import type { RunOrder, RunTrade } from '../../journal/run.ts'
import { type Simulated, simulate } from '../simulate.ts'
import type { Schedule } from '../stage.ts'
import { broken, schedule } from './schedules.ts'

export interface Told extends Simulated {
  /** The run's only trade. */
  readonly trade: RunTrade
}

/** Plays one trade in the calm world with this trouble in it; every promise must hold, but those named. */
export async function play(
  changes: Partial<Schedule> & { readonly breaks?: readonly string[] },
  settings: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const { breaks = [], ...rest } = changes
  const played = await simulate(schedule(rest, settings))
  expect(broken(played.findings).filter((line) => !breaks.includes(line.split(' ')[0]!))).toEqual([])
  expect(played.run.trades.size).toBeGreaterThan(0)
  return { ...played, trade: played.run.trades.get('t1')! }
}

/** A fault on the wire, once unless said otherwise. */
export function fault(
  party: Fault['party'],
  op: Fault['op'],
  verdict: Fault['verdict'],
  more: Partial<Fault> = {},
): Fault {
  return { name: `${party} ${op}: ${verdict.do} ${JSON.stringify(more)}`, party, op, verdict, ...more }
}

/** The short leg's opening order is refused for want of money: what makes an unwind. */
export const SHORT_REFUSED = fault(
  'rest-request',
  'create',
  { do: 'retCode', code: 110007, message: 'ab not enough for new order' },
  { leg: 'short', reduceOnly: false },
)

export function plan(...faults: Fault[]): Pick<Schedule, 'faults'> {
  return { faults: { faults } }
}

/** Orders of a leg, of one purpose or all. */
export function ordersOf({ orders }: RunTrade, leg: LegName, purpose?: OrderPurpose): RunOrder[] {
  return orders.filter(
    ({ submitted }) => submitted?.data.leg === leg && (purpose === undefined || submitted.data.purpose === purpose),
  )
}

export function askedLots(orders: readonly RunOrder[]): number[] {
  return orders.map(({ submitted }) => submitted!.data.lots)
}

export function filledLots(orders: readonly RunOrder[]): number {
  return orders.flatMap(({ fills }) => fills).reduce((sum, fill) => sum + fill.data.lots, 0)
}

/** The venue shows nothing of ours any more. */
export function expectFlat({ run, result }: Told): void {
  expect(run.truth!.data.positions).toEqual([])
  expect(result.left).toEqual([])
}

type Piece = World['matching']['partialFills'][number]['fills'][number]

/** The calm world, in which opening orders of one side are filled in these pieces and no more. */
export function fillsInPieces(side: 'buy' | 'sell', fills: readonly Piece[]): World {
  const world = shippedWorld('calm')
  return { ...world, matching: { ...world.matching, partialFills: [{ symbol: 'BTCUSDT', side, fills: [...fills] }] } }
}

/** The thin world's ETHUSDT, where nothing comes back, with so many lots at each level. */
export function thinWorld(levelLots: { readonly bids: number; readonly asks: number }): World {
  const world = shippedWorld('thin')
  const instruments = world.instruments.map((each) => ({
    ...each,
    market: { ...each.market, book: { ...each.market.book!, levelLots } },
  }))
  return { ...world, instruments }
}

/** The small-lot world with its levels further apart than an order's cap, so that a close leaves a remainder as well. */
export function smallLotWorld(): World {
  const world = shippedWorld('small-lot')
  const instruments = world.instruments.map((each) => ({
    ...each,
    market: { ...each.market, book: { ...each.market.book!, levelGapTicks: 40 } },
  }))
  return { ...world, instruments }
}

/** Ten lots of ETHUSDT at 3,000, and a little. Thin books are dear: the trade would otherwise be left at once. */
export const TEN_LOTS_ETH = { SYMBOLS_TO_TRADE: 'ETHUSDT', TRADE_SIZE_USD: '320', STOP_LOSS_BPS: '400' }

/** Opening orders of a side meet the book only so much later, from the start on. */
export function rests(side: 'buy' | 'sell', delayMs: number, atMs = 0): NonNullable<Schedule['changes']>[number] {
  return { atMs, change: { do: 'matchDelay', symbol: 'BTCUSDT', side, delayMs } }
}
