/**
 * Money on a bench: a market that moves only when told to, and amounts as whole units.
 */
import type { World } from '../../world.ts'
import { type Bench, createBench, MAIN, type Mutable, noLimits, type Row, START_MS, worldOf } from './bench.ts'

/** A deep book around a mark of 60,000 (BTC) and 3,000 (ETH), held. */
export function heldBench(change: (world: Mutable<World>) => void = () => {}, startMs = START_MS): Bench {
  const world = worldOf('calm', (each) => {
    noLimits(each)
    change(each)
  })
  const bench = createBench(world, startMs)
  for (const { symbol } of world.instruments) bench.core.control({ do: 'hold', symbol, on: true }, bench.nowMs())
  return bench
}

export function move(bench: Bench, symbol: string, bps: number): void {
  bench.core.control({ do: 'move', symbol, bps }, bench.nowMs())
}

export const wallet = (bench: Bench, accountId = MAIN): Row =>
  bench.rows('/v5/account/wallet-balance', { accountType: 'UNIFIED' }, accountId)[0]!

/** 1e-8 units of decimal text, exactly; "" is none. */
export function e8(text: string | undefined): bigint {
  const [whole = '0', fraction = ''] = (text ?? '').replace('-', '').split('.')
  const units = BigInt(whole) * 100_000_000n + BigInt(fraction.padEnd(8, '0'))
  return text?.startsWith('-') ? -units : units
}
