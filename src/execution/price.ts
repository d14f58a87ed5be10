/**
 * Puts a price on what the rules decided, and says it in the journal's words.
 */
import type { Instrument } from '../domain/instrument.ts'
import { notionalUsd } from '../domain/instrument.ts'
import type { EntryPrices } from '../domain/pricing.ts'
import { marketableTicks } from '../domain/pricing.ts'
import type { Quote } from '../domain/quote.ts'
import type { NewOrder } from '../domain/trade.ts'
import type { EventData } from '../journal/events.ts'
import type { OrderRequest } from '../venue/gateway.ts'

export interface PriceSource {
  readonly instrument: Instrument
  /** The newest quote; null before the first. */
  readonly quote: Quote | null
  /** The planned prices of the two entry orders. */
  readonly entry: EntryPrices
  readonly slippageCapBps: number
}

/**
 * Entry orders go out at the planned prices; everything later is priced through the newest touch, by the cap times what
 * the rules ask for. Without a quote there is only the market order, which the venue caps itself.
 */
export function orderRequest(symbol: string, order: NewOrder, source: PriceSource): OrderRequest {
  const { clientId, leg, side, lots, timeInForce, reduceOnly, closeAll } = order
  return { clientId, symbol, leg, side, lots, priceTicks: priceOf(order, source), timeInForce, reduceOnly, closeAll }
}

function priceOf(order: NewOrder, source: PriceSource): number | null {
  const { instrument, quote, entry, slippageCapBps } = source
  const planned = order.leg === 'long' ? entry.longTicks : entry.shortTicks
  if (order.purpose === 'entry') return planned
  if (order.market) return null
  // Without a fresh quote nothing is opened at whatever price: the planned one holds. Closing takes what it gets.
  if (quote === null) return order.reduceOnly ? null : planned
  const capBps = slippageCapBps * order.capMultiple
  return marketableTicks({ instrument, side: order.side, touch: quote, capBps, band: null })
}

export function submittedRecord(
  tradeId: string,
  order: NewOrder,
  request: OrderRequest,
  source: PriceSource,
): EventData['order.submitted'] {
  const { place, purpose } = order
  return { ...request, tradeId, place, purpose, notionalUsd: worthUsd(request, source) }
}

function worthUsd(request: OrderRequest, { quote, entry, instrument }: PriceSource): number {
  const touch = request.side === 'buy' ? quote?.askTicks : quote?.bidTicks
  return notionalUsd(instrument, request.priceTicks ?? touch ?? entry.longTicks, request.lots)
}
