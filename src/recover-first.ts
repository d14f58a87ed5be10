/**
 * The first thing a run does in the account: what a killed run left is gone, also from symbols that are not traded any
 * more, before anything else is looked at.
 */
import type { Config } from './config.ts'
import { arrivalMaxMs } from './config.ts'
import type { Instrument } from './domain/instrument.ts'
import type { Leftover, RecoveredPosition } from './domain/leftover.ts'
import type { ExecutionPorts } from './execution/ports.ts'
import { known } from './execution/reconcile.ts'
import { recover } from './execution/recover.ts'
import type { RestClient } from './venue/rest.ts'

export interface RecoverFirstOptions {
  readonly config: Config
  readonly rest: RestClient
  readonly ports: ExecutionPorts
  readonly runId: string
  readonly leftover?: Leftover | undefined
  print(text: string): void
}

const NOT_TRADING = 10001

/** Throws when it could not all be closed: the run must not start then. */
export async function recoverFirst(options: RecoverFirstOptions): Promise<void> {
  const { config, rest, ports, runId, leftover, print } = options
  if (leftover === undefined) return
  const others = symbolsBeside(leftover, config.symbols)
  const more = await stillTrading(rest, others)
  const instruments = [...ports.instruments, ...more]
  rest.useInstruments(instruments)
  // There are no quotes yet: what is closed is closed at market.
  const all = { ...ports, instruments, latestQuote: () => null }
  const positions = await recover({ leftover, runId, arrivalMaxMs: arrivalMaxMs(config), ports: all })
  rest.useInstruments(ports.instruments)
  print(recoveredText(leftover, positions))
}

/**
 * What is to be traded. Where something was left, a symbol that does not trade keeps no other from being recovered: the run
 * cannot start without it, but that is thrown (`missing`) when the rest is recovered.
 */
export async function instrumentsToStart(
  rest: RestClient,
  symbols: readonly string[],
  leftover: Leftover | undefined,
): Promise<{ readonly instruments: readonly Instrument[]; readonly missing: Error | null }> {
  const outcome = await rest.loadInstruments(symbols)
  const isMissing = outcome.kind === 'refused' && outcome.code === NOT_TRADING
  if (leftover === undefined || !isMissing) return { instruments: known(outcome, 'instruments'), missing: null }
  return { instruments: await stillTrading(rest, symbols), missing: new Error(outcome.reason) }
}

/** One that does not trade any more keeps no other from being recovered. */
async function stillTrading(rest: RestClient, symbols: readonly string[]): Promise<Instrument[]> {
  const found: Instrument[] = []
  for (const symbol of symbols) {
    const outcome = await rest.loadInstruments([symbol])
    if (outcome.kind === 'refused' && outcome.code === NOT_TRADING) continue
    found.push(...known(outcome, `the instrument of what was left in ${symbol}`))
  }
  return found
}

/** What was left of earlier runs and is gone now, in one line. */
function recoveredText({ runIds, orders }: Leftover, positions: readonly RecoveredPosition[]): string {
  const held = positions.filter((one) => one.heldLots !== 0)
  const amounts = held.map((one) => `${one.symbol} ${one.idx === 1 ? 'long' : 'short'} ${one.heldLots} lots`)
  const what = held.length === 0 ? 'nothing was held' : `closed ${amounts.join(', ')}`
  return `Recovered run ${runIds.join(' and ')}: ${orders.length} orders asked about, ${what}. Flat.`
}

/** Symbols of what was left that are not traded any more: closing needs their instruments all the same. */
export function symbolsBeside({ orders }: Leftover, traded: readonly string[]): string[] {
  return [...new Set(orders.map((order) => order.symbol))].filter((symbol) => !traded.includes(symbol))
}
