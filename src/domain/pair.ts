/**
 * Two entry orders as one plan: same lots, prices that fit, and every filter asked before either leg is sent.
 *
 *   size in USD ─► prices of both legs ─► lots (rounded down, the same on both) ─► every filter, both legs ─► plan | skip
 */
import type { Instrument } from './instrument.ts'
import { notionalUsd } from './instrument.ts'
import type { LegName } from './order.ts'
import type { EntryInput, EntryPrices } from './pricing.ts'
import { entryPrices, lotsForUsd, minOrderLots } from './pricing.ts'
import { formatSteps } from './steps.ts'

export type PairSkip = 'too-small' | 'too-large' | 'price-limit' | 'price-band'

/** Why a pair is not sent. Values and bounds are decimal text in the unit of the limit. */
export interface PairProblem {
  readonly reason: PairSkip
  readonly leg: LegName
  /** The filter's name, e.g. `minNotionalUsd`. */
  readonly limit: string
  readonly value: string
  readonly allowed: string
  /** One sentence with all of it. */
  readonly message: string
}

export interface PairPlan {
  readonly lots: number
  readonly prices: EntryPrices
  /** An order for fewer lots is refused at either price. */
  readonly minOrderLots: number
}

export interface PairInput extends EntryInput {
  /** What each leg may be worth at the price it is sent with. */
  readonly sizeUsd: number
}

export type PairOutcome =
  | { readonly kind: 'pair'; readonly plan: PairPlan }
  | { readonly kind: 'skip'; readonly problem: PairProblem }

/** Prices and sizes both legs and asks every filter. The size bounds the dearer leg, so neither is worth more. */
export function planPair(input: PairInput): PairOutcome {
  const { instrument } = input
  const prices = entryPrices(input)
  const cheaper = Math.min(prices.longTicks, prices.shortTicks)
  if (cheaper <= 0) {
    const leg = prices.longTicks <= 0 ? 'long' : 'short'
    return { kind: 'skip', problem: priceProblem(instrument, leg, 'minPriceTicks', cheaper, instrument.minPriceTicks) }
  }
  const lots = lotsForUsd(instrument, input.sizeUsd, Math.max(prices.longTicks, prices.shortTicks))
  const problem = checkPair({ ...input, lots, prices })
  if (problem !== null) return { kind: 'skip', problem }
  return { kind: 'pair', plan: { lots, prices, minOrderLots: minOrderLots(instrument, cheaper) } }
}

export interface PairCheck extends EntryInput {
  readonly lots: number
  readonly prices: EntryPrices
}

/** The first filter that either leg breaks, or null when both may be sent. */
export function checkPair(pair: PairCheck): PairProblem | null {
  return checkPrices(pair) ?? checkLots(pair)
}

function checkPrices({ instrument, prices, pricing, touch, band }: PairCheck): PairProblem | null {
  const { longTicks, shortTicks } = prices
  for (const [leg, ticks] of [
    ['long', longTicks],
    ['short', shortTicks],
  ] as const) {
    const { minPriceTicks, maxPriceTicks } = instrument
    if (ticks < minPriceTicks) return priceProblem(instrument, leg, 'minPriceTicks', ticks, minPriceTicks)
    if (ticks > maxPriceTicks) return priceProblem(instrument, leg, 'maxPriceTicks', ticks, maxPriceTicks)
  }
  // A marketable order is already kept inside the band; what shows is that it no longer reaches the touch.
  const bought = pricing === 'marketable' ? touch.askTicks : longTicks
  const sold = pricing === 'marketable' ? touch.bidTicks : shortTicks
  const maxBuy = Math.min(band.maxBuyTicks, instrument.maxPriceTicks)
  const minSell = Math.max(band.minSellTicks, instrument.minPriceTicks)
  if (bought > maxBuy) return priceProblem(instrument, 'long', 'maxBuy', bought, maxBuy)
  if (sold < minSell) return priceProblem(instrument, 'short', 'minSell', sold, minSell)
  return null
}

function checkLots({ instrument, lots, prices }: PairCheck): PairProblem | null {
  const { minLots, minNotionalUsd } = instrument
  if (lots < minLots) return lotProblem(instrument, prices, 'too-small', 'minLots', lots, minLots)
  for (const [leg, ticks] of [
    ['long', prices.longTicks],
    ['short', prices.shortTicks],
  ] as const) {
    if (lots >= minOrderLots(instrument, ticks)) continue
    const value = `${usd(notionalUsd(instrument, ticks, lots))} USD`
    const allowed = `${usd(minNotionalUsd)} USD`
    return problem(
      instrument,
      { reason: 'too-small', leg, limit: 'minNotionalUsd', value, allowed },
      hint(instrument, prices),
    )
  }
  // What is opened may have to be closed at market in one order, so the smaller market maximum binds as well.
  for (const limit of ['maxLots', 'maxMarketLots'] as const) {
    if (lots > instrument[limit]) return lotProblem(instrument, prices, 'too-large', limit, lots, instrument[limit])
  }
  return null
}

/** The smallest size in USD that passes, at these prices: what to set instead of a size that is too small. */
export function minTradeSizeUsd(instrument: Instrument, prices: EntryPrices): number {
  const { longTicks, shortTicks } = prices
  const lots = minOrderLots(instrument, Math.min(longTicks, shortTicks))
  // Up to the next cent; the small step back keeps 60.060000000000002 from becoming 60.07.
  return Math.ceil(notionalUsd(instrument, Math.max(longTicks, shortTicks), lots) * 100 - 1e-6) / 100
}

function hint(instrument: Instrument, prices: EntryPrices): string {
  return `; the smallest size that trades is ${usd(minTradeSizeUsd(instrument, prices))} USD`
}

function lotProblem(
  instrument: Instrument,
  prices: EntryPrices,
  reason: 'too-small' | 'too-large',
  limit: string,
  lots: number,
  bound: number,
): PairProblem {
  const value = `${formatSteps(lots, instrument.lot)} ${instrument.baseCoin}`
  const allowed = `${formatSteps(bound, instrument.lot)} ${instrument.baseCoin}`
  const more = reason === 'too-small' ? hint(instrument, prices) : ''
  return problem(instrument, { reason, leg: 'long', limit, value, allowed }, more)
}

function priceProblem(instrument: Instrument, leg: LegName, limit: string, ticks: number, bound: number): PairProblem {
  const reason = limit === 'maxBuy' || limit === 'minSell' ? 'price-band' : 'price-limit'
  const value = formatSteps(ticks, instrument.tick)
  return problem(instrument, { reason, leg, limit, value, allowed: formatSteps(bound, instrument.tick) }, '')
}

function problem(instrument: Instrument, found: Omit<PairProblem, 'message'>, more: string): PairProblem {
  const { leg, limit, value, allowed } = found
  const isFloor = limit.startsWith('min')
  const relation = isFloor ? 'below the minimum' : 'above the maximum'
  return { ...found, message: `${instrument.symbol} ${leg}: ${value} is ${relation} of ${allowed} (${limit})${more}` }
}

function usd(value: number): string {
  return String(Number(value.toFixed(4)))
}

/** Worth of one leg of a plan in USD at the price it is sent with. */
export function legNotionalUsd(instrument: Instrument, plan: PairPlan, leg: LegName): number {
  return notionalUsd(instrument, leg === 'long' ? plan.prices.longTicks : plan.prices.shortTicks, plan.lots)
}
