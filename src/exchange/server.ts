/**
 * The mock venue as a running server: a world becomes a core, the core gets its shell.
 */
import { systemClock } from '../seams/clock.ts'
import { createExchange } from './core/exchange.ts'
import type { ExchangeCore } from './core/types.ts'
import { type RunningExchange, type ServeOptions, serveCore } from './shell.ts'
import type { World } from './world.ts'

export interface ExchangeOptions extends ServeOptions {
  readonly world: World
  /** Puts somebody between the core and its shell, who sees every request and every push: the venue's own journal. */
  readonly watch?: (core: ExchangeCore) => ExchangeCore
}

/** Starts the venue of a world, in this process. Rejects when a port cannot be had. */
export function startExchange(options: ExchangeOptions): Promise<RunningExchange> {
  const { world, clock = systemClock } = options
  const opened = createExchange(world, { startMs: clock.wallMs() })
  const core = options.watch?.(opened) ?? opened
  const { ipCallsPer5s, ipBanMs, systemCallsPerS, connections, tradeSocket, privateRows, doubts } = world
  const bounds = { ipCallsPer5s, ipBanMs, systemCallsPerS, connections, tradeSocket, privateRows }
  const preMarket = world.instruments.filter((each) => each.status === 'PreLaunch')
  const preMarketSymbols = new Set(preMarket.map((each) => each.symbol))
  return serveCore(core, { ...bounds, doubts, preMarketSymbols, ...options })
}
