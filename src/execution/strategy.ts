/**
 * From a quote to a trade, in one turn of the loop and without waiting for anything.
 *
 *   quote ─► skip? ─► opportunity ─► may we? ─► plan the pair ─► executor.open      every skip is counted by its reason
 *      └───► position monitor (trades that are hedged on this symbol)
 */
import type { Config } from '../config.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Generator } from '../domain/opportunity.ts'
import { planPair } from '../domain/pair.ts'
import { priceBand } from '../domain/pricing.ts'
import type { Quote } from '../domain/quote.ts'
import type { Executor } from './executor.ts'
import type { Monitor } from './monitor.ts'
import type { ExecutionPorts } from './ports.ts'

export interface StrategyParts {
  readonly ports: ExecutionPorts
  readonly config: Config
  readonly generator: Generator
  readonly executor: Executor
  readonly monitor: Monitor
  /** Mark and index price in USD, null until the venue has told both on this connection. */
  reference(symbolIndex: number): { readonly markUsd: number; readonly indexUsd: number } | null
  /** A pair that breaks a filter is said once per symbol and reason, not thousands of times. */
  warn(message: string): void
}

export type QuoteHandler = (quote: Quote & { readonly pushedUs: number }, poppedUs: number) => void

export function createStrategy(parts: StrategyParts): QuoteHandler {
  const { ports, generator, executor, monitor } = parts
  const { metrics, clock, gateway, instruments } = ports
  const warned = new Set<string>()

  return (quote, poppedUs) => {
    metrics.count('updatesPopped')
    metrics.record('socketToRing', quote.pushedUs - quote.receivedUs)
    metrics.record('ringToStrategy', poppedUs - quote.pushedUs)
    const skip = generator.skipReason(quote, poppedUs, gateway.venueNowMs())
    const decidedUs = clock.nowUs()
    metrics.record('detection', decidedUs - poppedUs)
    if (skip !== 'stale' && skip !== 'empty' && skip !== 'crossed') monitor.onQuote(quote)
    if (skip !== null) return metrics.skip(skip)
    metrics.count('opportunitiesGenerated')
    const refusal = executor.refusal(quote.symbolIndex)
    if (refusal !== null) return metrics.skip(refusal)
    openPair(parts, quote, decidedUs, instruments[quote.symbolIndex]!, warned)
  }
}

function openPair(
  parts: StrategyParts,
  quote: Quote,
  decidedUs: number,
  instrument: Instrument,
  warned: Set<string>,
): void {
  const { config, ports, generator, executor } = parts
  const { symbolIndex, receivedUs } = quote
  const reference = parts.reference(symbolIndex)
  // Quotes come before the ticker: without mark and index nobody knows what the venue would let through, of either leg.
  if (reference === null) return ports.metrics.skip('no-reference')
  const outcome = planPair({
    instrument,
    touch: quote,
    pricing: config.legPricing,
    capBps: config.slippageCapBps,
    spreadBps: config.syntheticSpreadBps,
    band: priceBand(instrument, reference),
    sizeUsd: config.tradeSizeUsd,
  })
  if (outcome.kind === 'skip') {
    const { reason, message } = outcome.problem
    if (!warned.has(`${instrument.symbol}/${reason}`)) parts.warn(message)
    warned.add(`${instrument.symbol}/${reason}`)
    return ports.metrics.skip(reason)
  }
  const considered = generator.consider(quote, decidedUs, ports.gateway.venueNowMs())
  if (considered.kind === 'skip') return ports.metrics.skip(considered.reason)
  const { opportunity, verdict } = considered
  executor.open({ symbolIndex, pair: outcome.plan, opportunity, verdict, receivedUs, decidedUs })
}
