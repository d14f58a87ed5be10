/**
 * A market in which nothing moves but what a test moves: held, without a lot of its own in the book. Last price 60,000,
 * mark and index near it.
 */

import type { World } from '../../world.ts'
import { type Bench, createBench, type Mutable, noLimits, OTHER, worldOf } from './bench.ts'

export const BTC = { symbol: 'BTCUSDT' }

export function createStillMarket(change: (world: Mutable<World>) => void = () => {}): Bench {
  const bench = createBench(
    worldOf('calm', (world) => {
      noLimits(world)
      change(world)
    }),
  )
  for (const { symbol } of worldOf('calm').instruments) {
    bench.core.control({ do: 'hold', symbol, on: true }, bench.nowMs())
    bench.core.control({ do: 'depth', symbol, levelLots: 0 }, bench.nowMs())
  }
  return bench
}

/** Somebody trades one lot at a price: it is the last price then. Answers everything that follows. */
export function tradeAt(bench: Bench, price: string, symbol = 'BTCUSDT'): ReturnType<Bench['pass']> {
  const order = { symbol, qty: '0.001', price }
  const first = bench.order({ ...order, side: 'Sell' }, OTHER)
  const second = bench.order({ ...order, side: 'Buy', timeInForce: 'IOC' }, OTHER)
  return [...first.pushes, ...second.pushes]
}

/** Somebody offers to trade so much at a price. */
export function offer(bench: Bench, side: 'Buy' | 'Sell', qty: string, price: string): void {
  const { reply } = bench.order({ ...BTC, side, qty, price }, OTHER)
  if (reply.retCode !== 0) throw new Error(`the offer was refused: ${reply.retMsg}`)
}
