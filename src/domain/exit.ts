/**
 * What a trade is worth, and when to leave it.
 *
 * Long and short of one symbol on one venue earn a constant, so profit is kept twice:
 *   - venue P&L, USD: real fills and fees, what is still open valued at the touch it could be closed at;
 *   - synthetic P&L, bps: the same fills seen through the synthetic spread, which closes over time:
 *
 *        s(t) = s0 · 2^(−t/H)         t from the last entry fill, H the half-life; H < 0 lets it widen instead
 *
 *        long leg    entered at fill·(1 − s0/20000)    left at price·(1 − s(t)/20000)
 *        short leg   entered at fill·(1 + s0/20000)    left at price·(1 + s(t)/20000)
 *
 * In a market that stands still this comes to s0 − s(t) − the market's own spread − fees. Four orders at 5.5 bps are
 * 22 bps: a 45 bps opportunity starts at −22 and crosses zero at 0.968 half-lives; one of 15 bps never does.
 */
import type { Instrument } from './instrument.ts'
import { priceUsd } from './instrument.ts'
import type { LegName } from './order.ts'
import type { Touch } from './pricing.ts'
import { stepsToNumber } from './steps.ts'
import type { TradeOrder } from './trade.ts'

/** What is needed of a trade: its orders' fills. A `Trade` is one. */
export interface FilledOrders {
  readonly orders: readonly Pick<TradeOrder, 'leg' | 'reduceOnly' | 'fills'>[]
}

export interface SyntheticSpread {
  /** The spread at entry, bps. */
  readonly spreadBps: number
  /** Negative for a spread that widens; never 0. */
  readonly halfLifeMs: number
}

export interface ProfitInput {
  readonly trade: FilledOrders
  readonly instrument: Instrument
  /** What the legs could be closed at now: longs at the bid, shorts at the ask. */
  readonly touch: Touch
  readonly synthetic: SyntheticSpread
  /** On the clock of the fills' `venueMs`. */
  readonly venueNowMs: number
}

export interface Profit {
  /** Fees paid are in it, fees to come are not. */
  readonly venuePnlUsd: number
  /** Of the mean worth of the two legs at entry; fees paid and 5.5 bps for every order to come are in it. */
  readonly syntheticPnlBps: number
  readonly feesUsd: number
}

export type ExitReason = 'profitable' | 'stop-loss' | 'max-hold'

/** Taker fee of an order to come, bps. Source: Bybit's default linear taker fee, as in the original's table. */
export const FEE_TO_COME_BPS = 5.5

/** At this spread the synthetic price of the long leg is 0: a widening spread is kept at it. */
const SPREAD_MAX_BPS = 20_000

/** The synthetic spread so long after the last entry fill, bps. Before it, the spread at entry. */
export function spreadAt({ spreadBps, halfLifeMs }: SyntheticSpread, sinceMs: number): number {
  if (sinceMs <= 0) return spreadBps
  return Math.min(SPREAD_MAX_BPS, spreadBps * 2 ** (-sinceMs / halfLifeMs))
}

/** When the last fill that opened something happened, venue ms; null when nothing is filled. */
export function lastEntryMs(trade: FilledOrders): number | null {
  let last: number | null = null
  for (const order of trade.orders) {
    if (order.reduceOnly) continue
    for (const fill of order.fills) last = last === null ? fill.venueMs : Math.max(last, fill.venueMs)
  }
  return last
}

/** Both profits of a trade as it stands. Of a trade without entry fills: zeros. */
export function profitOf(input: ProfitInput): Profit {
  const enteredMs = lastEntryMs(input.trade)
  if (enteredMs === null) return { venuePnlUsd: 0, syntheticPnlBps: 0, feesUsd: 0 }
  const long = legProfit(input, 'long', enteredMs)
  const short = legProfit(input, 'short', enteredMs)
  const meanEntryUsd = (long.entryUsd + short.entryUsd) / 2
  const feesUsd = long.feesUsd + short.feesUsd
  const ordersToCome = Number(long.openLots !== 0) + Number(short.openLots !== 0)
  return {
    venuePnlUsd: long.realUsd + short.realUsd - feesUsd,
    syntheticPnlBps:
      ((long.syntheticUsd + short.syntheticUsd - feesUsd) / meanEntryUsd) * 10_000 - ordersToCome * FEE_TO_COME_BPS,
    feesUsd,
  }
}

export interface ExitQuestion {
  /** Null while there is no fresh quote: only time can then end the trade. */
  readonly syntheticPnlBps: number | null
  /** Since the last entry fill. */
  readonly heldMs: number
  readonly stopLossBps: number
  readonly maxHoldMs: number
}

/** Why to leave now, or null to stay. Profit must be more than nothing; the other bounds are reached, not passed. */
export function exitReason(question: ExitQuestion): ExitReason | null {
  const { syntheticPnlBps, heldMs } = question
  if (syntheticPnlBps !== null && syntheticPnlBps > 0) return 'profitable'
  if (syntheticPnlBps !== null && syntheticPnlBps <= -question.stopLossBps) return 'stop-loss'
  return heldMs >= question.maxHoldMs ? 'max-hold' : null
}

// ── Helpers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

interface LegProfit {
  readonly openLots: number
  readonly entryUsd: number
  readonly realUsd: number
  readonly syntheticUsd: number
  readonly feesUsd: number
}

/** One pass over a leg's fills. Cash in minus cash out; what is open counts as closed at the touch. */
function legProfit(input: ProfitInput, leg: LegName, enteredMs: number): LegProfit {
  const { trade, instrument, synthetic } = input
  // A long leg pays at entry and is paid at exit; a short leg the other way round. Its synthetic prices lie lower.
  const sign = leg === 'long' ? 1 : -1
  const seen = (priceUsd: number, spreadBps: number): number => priceUsd * (1 - (sign * spreadBps) / 20_000)
  const lotSize = stepsToNumber(1, instrument.lot)
  let openLots = 0
  let entryUsd = 0
  let realUsd = 0
  let syntheticUsd = 0
  let feesUsd = 0
  for (const order of trade.orders) {
    if (order.leg !== leg) continue
    for (const fill of order.fills) {
      const worthUsd = priceUsd(instrument, fill.priceTicks) * fill.lots * lotSize
      const direction = order.reduceOnly ? sign : -sign
      const sinceMs = order.reduceOnly ? fill.venueMs - enteredMs : 0
      openLots += order.reduceOnly ? -fill.lots : fill.lots
      if (!order.reduceOnly) entryUsd += worthUsd
      realUsd += direction * worthUsd
      syntheticUsd += direction * seen(worthUsd, spreadAt(synthetic, sinceMs))
      feesUsd += fill.feeUsd
    }
  }
  if (openLots !== 0) {
    const touchTicks = leg === 'long' ? input.touch.bidTicks : input.touch.askTicks
    const worthUsd = priceUsd(instrument, touchTicks) * openLots * lotSize
    realUsd += sign * worthUsd
    syntheticUsd += sign * seen(worthUsd, spreadAt(synthetic, input.venueNowMs - enteredMs))
  }
  return { openLots, entryUsd, realUsd, syntheticUsd, feesUsd }
}
