/**
 * A real quote of one venue becomes a synthetic opportunity between two.
 *
 *          bybit  ◄── mid − s/2 ──┬── mid ──┬── mid + s/2 ──►  bybit_synthetic
 *          (buy the long leg)     bid      ask                 (sell the short leg)
 *
 * The terms (spread, funding delta, size) are constant for a run, so the verdict is reached once and reused; a quote
 * only has to be known, complete, uncrossed and fresh. Skipping allocates nothing.
 */
import type { SyntheticTerms } from './advice.ts'
import { judgeSynthetic, LONG_VENUE, SHORT_VENUE } from './advice.ts'
import type { Instrument } from './instrument.ts'
import type { Qualification } from './qualification.ts'
import { estimateDepthUsd } from './qualification.ts'
import { hasBothSides, type Quote } from './quote.ts'
import { stepsToNumber } from './steps.ts'

/** The original's `ArbitrageOpportunity`, field for field. */
export interface Opportunity {
  readonly symbol: string
  readonly longExchange: string
  readonly shortExchange: string
  readonly longPrice: number
  readonly shortPrice: number
  readonly spreadBps: number
  readonly fundingDelta8h: number
  readonly orderBookDepthLong: number
  readonly orderBookDepthShort: number
  readonly confidenceScore: number
  readonly projectedProfitAfterSlippage: number
  /** Seconds since 1970, as the original. */
  readonly timestamp: number
}

export type SkipReason = 'symbol' | 'empty' | 'crossed' | 'stale' | 'not-qualified'

export type Considered =
  | { readonly kind: 'opportunity'; readonly opportunity: Opportunity; readonly verdict: Qualification }
  | { readonly kind: 'skip'; readonly reason: SkipReason }

export interface GeneratorOptions {
  readonly terms: SyntheticTerms
  /** In the order of the run's symbol list: `Quote.symbolIndex` points into it. */
  readonly instruments: readonly Instrument[]
  /** Symbols that may be traded; quotes of any other instrument are skipped. */
  readonly symbols: readonly string[]
  /** `enforce` skips what does not qualify, `observe` passes it on with its verdict. */
  readonly gate: 'enforce' | 'observe'
  /** A quote older than this is skipped. */
  readonly staleAfterMs: number
}

export interface Generator {
  /** The same for every opportunity of the run. */
  readonly verdict: Qualification
  /**
   * Why a quote gives no opportunity, or null when it does. Allocates nothing.
   * `nowUs` is the monotonic clock of `Quote.receivedUs`, `venueNowMs` the venue's clock.
   */
  skipReason(quote: Quote, nowUs: number, venueNowMs: number): SkipReason | null
  /** An opportunity with its verdict, or the reason for none. */
  consider(quote: Quote, nowUs: number, venueNowMs: number): Considered
}

/** Throws as `qualify` does when the terms cannot be judged. */
export function createGenerator(options: GeneratorOptions): Generator {
  const { terms, instruments, staleAfterMs } = options
  const verdict = judgeSynthetic(terms)
  const tradable = instruments.map((instrument) => options.symbols.includes(instrument.symbol))
  const blocked = options.gate === 'enforce' && !verdict.qualified

  const skipReason = (quote: Quote, nowUs: number, venueNowMs: number): SkipReason | null => {
    if (tradable[quote.symbolIndex] !== true) return 'symbol'
    if (!hasBothSides(quote)) return 'empty'
    if (quote.bidTicks >= quote.askTicks) return 'crossed'
    // Asked this way round, an age that is no number counts as stale.
    if (!(quoteAgeMs(quote, nowUs, venueNowMs) <= staleAfterMs)) return 'stale'
    return blocked ? 'not-qualified' : null
  }

  const consider = (quote: Quote, nowUs: number, venueNowMs: number): Considered => {
    const reason = skipReason(quote, nowUs, venueNowMs)
    const instrument = instruments[quote.symbolIndex]
    if (reason !== null || instrument === undefined) return SKIPS[reason ?? 'symbol']
    return {
      kind: 'opportunity',
      opportunity: generate({ instrument, quote, terms, verdict, nowMs: venueNowMs }),
      verdict,
    }
  }

  return { verdict, skipReason, consider }
}

/**
 * How old a quote is: the larger of the time since its bytes came in and the age of its frame by the venue's clock, ms.
 * Either alone would miss something: a frame may wait in a queue of ours, or have waited in one of theirs.
 */
export function quoteAgeMs(quote: Pick<Quote, 'receivedUs' | 'venueMs'>, nowUs: number, venueNowMs: number): number {
  return Math.max((nowUs - quote.receivedUs) / 1_000, venueNowMs - quote.venueMs)
}

export interface GenerateInput {
  readonly instrument: Instrument
  readonly quote: Pick<Quote, 'bidTicks' | 'askTicks'>
  readonly terms: SyntheticTerms
  readonly verdict: Qualification
  /** Wall time of the venue, ms since 1970. */
  readonly nowMs: number
}

/** The opportunity of one quote. The depth is the estimate the verdict rests on, the same on both sides. */
export function generate(input: GenerateInput): Opportunity {
  const { instrument, quote, terms, verdict } = input
  const mid = (stepsToNumber(quote.bidTicks, instrument.tick) + stepsToNumber(quote.askTicks, instrument.tick)) / 2
  const depthUsd = estimateDepthUsd(terms.spreadBps)
  return {
    symbol: instrument.symbol,
    longExchange: LONG_VENUE,
    shortExchange: SHORT_VENUE,
    longPrice: mid * (1 - terms.spreadBps / 20_000),
    shortPrice: mid * (1 + terms.spreadBps / 20_000),
    spreadBps: terms.spreadBps,
    fundingDelta8h: terms.fundingDelta8h,
    orderBookDepthLong: depthUsd,
    orderBookDepthShort: depthUsd,
    confidenceScore: verdict.confidence,
    projectedProfitAfterSlippage: verdict.projectedProfitBps,
    timestamp: Math.floor(input.nowMs / 1_000),
  }
}

/** One object per reason, made once. */
const SKIPS: Readonly<Record<SkipReason, Considered>> = {
  symbol: { kind: 'skip', reason: 'symbol' },
  empty: { kind: 'skip', reason: 'empty' },
  crossed: { kind: 'skip', reason: 'crossed' },
  stale: { kind: 'skip', reason: 'stale' },
  'not-qualified': { kind: 'skip', reason: 'not-qualified' },
}
