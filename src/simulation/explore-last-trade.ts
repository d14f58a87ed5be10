/**
 * The trade that a run in a healed world goes on for.
 *
 * Where the world itself, healed or not, would not let a pair be hedged (an account without money, orders that are never
 * filled whole, legs that are told later than a leg may take), it has to end flat, no more.
 */
import type { LastTrade } from './last-trade.ts'
import type { Schedule } from './stage.ts'

/** A run that is to trade again gets so long for it: a silent stream is found out, opened anew, a last limit runs out, ms. */
export const TRADES_AGAIN_MS = 12_000

/** What ends a run whose world heals at a moment: a good trade on each symbol, where there is room for all of them. */
export function lastTradeOf(schedule: Schedule, healsAtMs: number): LastTrade {
  const { symbols, maxConcurrentTrades, maxNotionalUsd, tradeSizeUsd } = schedule.config
  const slots = Math.min(maxConcurrentTrades, Math.floor(maxNotionalUsd / (2 * tradeSizeUsd)))
  // With less to spend, the first quote after a second of waiting takes it all, and may be one symbol's again and again.
  const isRoomy = slots >= symbols.length && schedule.world.limits.create >= CREATES_FOR_ALL
  const hedged = canHedge(schedule, healsAtMs)
  // Pairs that fail take the orders of a second each, hedges and closes among them: as little room.
  return { fromMs: healsAtMs, symbols: isRoomy && hedged ? symbols.length : 1, hedged }
}

/** Money for any explored trade, USD. */
const RICH_USD = 10_000
/** Orders a second with which no symbol has to wait for another. */
const CREATES_FOR_ALL = 10
/** A leg that gives no way to a market that moves is missed now and then, opening and closing, bps. */
const GIVES_WAY_BPS = 5
/** The attempt to close that goes out at market; whoever has fewer may be left with a leg by a market that moves, bps an update. */
const AT_MARKET_FROM = 3
const QUIET_BPS = 0.5
const TRIPS_PER_LEG = 4

function canHedge({ config, world, latency, changes = [] }: Schedule, healsAtMs: number): boolean {
  const { ackDelayMs, jitterMs, partialFills } = world.matching
  const topics = Object.values(world.streamDelays).map((ms) => ms ?? 0)
  const streamMs = Math.max(world.streamDelayMs, ...topics) + world.streamJitterMs
  const toldAfterMs = ackDelayMs + jitterMs + streamMs + TRIPS_PER_LEG * latency.toMs
  const isCaught = ({ symbol, market }: Schedule['world']['instruments'][number]): boolean => {
    // What a held market had before it comes when it is let go, healed.
    const holds = changes.filter(({ change }) => change.do === 'hold' && change.symbol === symbol)
    const lastMs = Math.min(healsAtMs, ...holds.map(({ atMs }) => atMs))
    const jumps = market.path.kind === 'steps' && market.path.steps.some(({ atMs }) => atMs >= lastMs)
    const isPatient = config.unwindsMax >= AT_MARKET_FROM || market.volatilityBps <= QUIET_BPS
    return !jumps && isPatient && config.slippageCapBps >= GIVES_WAY_BPS
  }
  return (
    config.legPricing === 'marketable' &&
    partialFills.length === 0 &&
    Number(world.accounts[0]!.usdt) >= RICH_USD &&
    toldAfterMs < config.legTimeoutMs &&
    world.instruments.every(isCaught)
  )
}
