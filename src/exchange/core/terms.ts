/**
 * What an order may ask for beyond side, quantity and price: a trigger, TP/SL for its position, slippage, a price from
 * the book. Facts §3.2; ranges and "not together with" as the venue's documents say (v5, place-order). Texts seen live:
 * 110092, 110093 and the wrong sides of TP and SL; the rest is worded here.
 */
import { parseSteps } from '../../domain/steps.ts'
import { levelFromBest } from './book.ts'
import type { Answer, Listing } from './model.ts'
import { refuse } from './model.ts'
import type { Attached, Stop, Target, TriggerBy } from './orderterms.ts'
import { priceBy } from './triggers.ts'
import { badParam, isAnswer, type Params, priceBand, textOf } from './validate.ts'

const TRIGGERS_BY: ReadonlySet<string> = new Set(['LastPrice', 'IndexPrice', 'MarkPrice'])
export const NO_MARKET_PRICE: Answer = refuse(110118, 'There is no market price for this symbol at the moment')

/** A parameter that names a price kind; LastPrice (or what was before) when it is not there. */
export function triggerByOf(params: Params, name: string, before: TriggerBy = 'LastPrice'): TriggerBy | Answer {
  const text = textOf(params[name])
  if (text === '') return before
  return TRIGGERS_BY.has(text) ? (text as TriggerBy) : badParam(name)
}

/** A price in ticks, 0 for "0" in any writing, null when the parameter is not there. */
export function ticksOf(listing: Listing, params: Params, name: string): number | null | Answer {
  const text = textOf(params[name])
  if (text === '') return null
  const ticks = parseSteps(text, listing.instrument.tick)
  return ticks === undefined || ticks < 0 ? badParam(name) : ticks
}

/** The trigger a create request sets; null for a plain order. */
export function stopOf(listing: Listing, params: Params): Stop | null | Answer {
  if (params['triggerPrice'] === undefined) return null
  const triggerTicks = ticksOf(listing, params, 'triggerPrice')
  if (triggerTicks === null || triggerTicks === 0) return null
  if (typeof triggerTicks !== 'number') return triggerTicks
  const direction = textOf(params['triggerDirection'])
  if (direction !== '1' && direction !== '2') return badParam('triggerDirection')
  const by = triggerByOf(params, 'triggerBy')
  if (typeof by !== 'string') return by
  const isRise = direction === '1'
  const stop: Stop = {
    type: 'Stop',
    by,
    isRise,
    triggerTicks,
    trailTicks: 0,
    isTriggered: false,
    pair: 0,
    parentLinkId: '',
  }
  return wrongSide(listing, stop) ?? stop
}

/** 110092 or 110093 when the price is already where the trigger waits for it. */
export function wrongSide(listing: Listing, { by, isRise, triggerTicks }: Stop): Answer | null {
  const current = priceBy(listing, by)
  if (isRise ? triggerTicks > current : triggerTicks < current) return null
  const prices = `trigger_price[${scaled(listing, triggerTicks, 4)}] ${isRise ? '<=' : '>='} current[${scaled(listing, current, 4)}]`
  return isRise
    ? refuse(110092, `expect Rising, but ${prices}??${by}`)
    : refuse(110093, `expect Falling, but ${prices}??${by}`)
}

/** A price as the venue's texts write it: a whole number of 10^-decimals. */
function scaled(listing: Listing, ticks: number, decimals: number): number {
  const { tick } = listing.instrument
  return Math.round(ticks * tick.units * 10 ** (decimals - tick.decimals))
}

/** Names of the parameters of one of the two targets. */
const TP = { price: 'takeProfit', by: 'tpTriggerBy', type: 'tpOrderType', limit: 'tpLimitPrice' } as const
const SL = { price: 'stopLoss', by: 'slTriggerBy', type: 'slOrderType', limit: 'slLimitPrice' } as const

/** Which side of which price a target must be on. */
export interface TargetTerms {
  /** The position it is for is a long one. */
  readonly isLong: boolean
  /** The price it is measured against, ticks; null is the current price of the trigger's kind. */
  readonly baseTicks: number | null
  readonly mode: 'Full' | 'Partial'
}

/** Full unless it says Partial; what was before when it says nothing. */
export function modeOf(params: Params, before: 'Full' | 'Partial' = 'Full'): 'Full' | 'Partial' | Answer {
  const text = textOf(params['tpslMode'])
  if (text === '') return before
  return text === 'Full' || text === 'Partial' ? text : badParam('tpslMode')
}

/** TP and SL a request sets, keeps ("" is no change) or clears ("0"). */
export function attachedOf(
  listing: Listing,
  params: Params,
  terms: Omit<TargetTerms, 'mode'>,
  before: Attached | null = null,
): Attached | null | Answer {
  if (params['takeProfit'] === undefined && params['stopLoss'] === undefined) return before
  const mode = modeOf(params, before?.mode)
  if (typeof mode !== 'string') return mode
  const takeProfit = targetOf(listing, params, 'takeProfit', { ...terms, mode }, before?.takeProfit ?? null)
  if (takeProfit !== null && isAnswer(takeProfit)) return takeProfit
  const stopLoss = targetOf(listing, params, 'stopLoss', { ...terms, mode }, before?.stopLoss ?? null)
  if (stopLoss !== null && isAnswer(stopLoss)) return stopLoss
  return takeProfit === null && stopLoss === null ? null : { mode, takeProfit, stopLoss }
}

export function targetOf(
  listing: Listing,
  params: Params,
  which: 'takeProfit' | 'stopLoss',
  terms: TargetTerms,
  before: Target | null,
): Target | null | Answer {
  const names = which === 'takeProfit' ? TP : SL
  const ticks = ticksOf(listing, params, names.price)
  if (ticks === null) return before
  if (typeof ticks !== 'number') return ticks
  if (ticks === 0) return null
  const by = triggerByOf(params, names.by, before?.by)
  if (typeof by !== 'string') return by
  const limitTicks = limitOfTarget(listing, params, names, terms.mode)
  if (typeof limitTicks !== 'number') return limitTicks
  const base = terms.baseTicks ?? priceBy(listing, by)
  return wrongTarget(listing, which, { ticks, by, limitTicks }, terms.isLong, base) ?? { ticks, by, limitTicks }
}

/** The price of a limit TP or SL, partial mode only; 0 for a market one. */
function limitOfTarget(listing: Listing, params: Params, names: typeof TP | typeof SL, mode: string): number | Answer {
  const type = textOf(params[names.type]) || 'Market'
  if (type === 'Market') return 0
  if (type !== 'Limit') return badParam(names.type)
  if (mode === 'Full') return refuse(10001, `params error: tpslMode Full only supports ${names.type} Market`)
  const limit = ticksOf(listing, params, names.limit)
  return limit === null || limit === 0 ? badParam(names.limit) : limit
}

function wrongTarget(
  listing: Listing,
  which: 'takeProfit' | 'stopLoss',
  { ticks, by }: Target,
  isLong: boolean,
  base: number,
): Answer | null {
  const mustBeAbove = (which === 'takeProfit') === isLong
  if (mustBeAbove ? ticks > base : ticks < base) return null
  const set = `${scaled(listing, ticks, 8)} set for ${isLong ? 'Buy' : 'Sell'} position should`
  const than = `base_price:${scaled(listing, base, 8)}??${by}`
  if (which === 'takeProfit') return refuse(10001, `TakeProfit:${set} be ${isLong ? 'higher' : 'lower'} than ${than}`)
  return refuse(10001, `StopLoss:${set} ${isLong ? 'lower than' : 'greater'} ${than}`)
}

export interface Tolerance {
  readonly type: string
  readonly text: string
}

/** The slippage a market order allows; null when it says nothing. Not for orders with a trigger or TP/SL. */
export function toleranceOf(params: Params, order: { isMarket: boolean; isPlain: boolean }): Tolerance | null | Answer {
  const type = textOf(params['slippageToleranceType'])
  const text = textOf(params['slippageTolerance'])
  if (type === '' && text === '') return null
  const isOfType = type === 'TickSize' ? /^\d{1,5}$/ : type === 'Percent' ? /^\d{1,2}(\.\d{1,2})?$/ : null
  if (isOfType === null || !order.isMarket || !order.isPlain) return badParam('slippageToleranceType')
  const [least, most] = type === 'TickSize' ? [1, 10_000] : [0.01, 10]
  const isInRange = isOfType.test(text) && Number(text) >= least && Number(text) <= most
  return isInRange ? { type, text } : badParam('slippageTolerance')
}

/** The worst price a market order with a tolerance takes: so far from the touch, and never beyond the band. */
export function tolerancePrice(listing: Listing, isBuy: boolean, { type, text }: Tolerance): number | Answer {
  const touch = levelFromBest(isBuy ? listing.asks : listing.bids, 0)?.priceTicks
  if (touch === undefined) return NO_MARKET_PRICE
  const away = type === 'TickSize' ? Number(text) : (touch * Math.round(Number(text) * 100)) / 10_000
  const { maxBuyTicks, minSellTicks } = priceBand(listing)
  return isBuy ? Math.min(maxBuyTicks, Math.floor(touch + away)) : Math.max(minSellTicks, Math.ceil(touch - away))
}

/** The price of a level of the book, as `bboSideType` and `bboLevel` name it; null when they are not there. */
export function bboPrice(listing: Listing, params: Params, isBuy: boolean): number | null | Answer {
  const type = textOf(params['bboSideType'])
  if (type === '') return null
  if (type !== 'Queue' && type !== 'Counterparty') return badParam('bboSideType')
  const level = textOf(params['bboLevel'])
  if (!/^[1-5]$/.test(level)) return badParam('bboLevel')
  const side = (type === 'Queue') === isBuy ? listing.bids : listing.asks
  return levelFromBest(side, Number(level) - 1)?.priceTicks ?? NO_MARKET_PRICE
}
