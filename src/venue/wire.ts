/**
 * What the venue sends, as zod schemas: the readable statement of what `decode*.ts` accept, and the yardstick they are
 * held to (wire.test.ts runs both over the fixtures and a fuzz of them). For edges and tests; the runtime process never
 * loads this file.
 *
 * Fields we do not read are not listed; unknown ones are allowed everywhere, since the venue adds fields freely.
 */
import { z } from 'zod'
import type { Instrument } from '../domain/instrument.ts'
import type { PositionRow, VenueExecutionRow, VenueOrderRow } from '../domain/rows.ts'
import type { Step } from '../domain/steps.ts'
import { parseSteps, stepFromText } from '../domain/steps.ts'

const unsignedText = z.string().regex(/^\d{1,15}(?:\.\d{1,18})?$/)
const decimal = z
  .string()
  .regex(/^-?\d{1,15}(?:\.\d{1,18})?$/)
  .transform(Number)
const unsigned = decimal.refine((value) => value >= 0)
const digits = z
  .string()
  .regex(/^\d{1,16}$/)
  .transform(Number)
  .refine(Number.isSafeInteger)
const count = z.number().refine((value) => Number.isSafeInteger(value) && value >= 0)
const word = z.string().min(1)

/** A decimal text as whole steps, at least `min`. */
function steps(step: Step, min: 0 | 1) {
  return unsignedText.transform((text, context) => {
    const value = parseSteps(text, step)
    if (value !== undefined && value >= min) return value
    context.addIssue({ code: 'custom', message: 'must be a multiple of the step' })
    return z.NEVER
  })
}

const side = z.enum(['Buy', 'Sell']).transform((value) => (value === 'Buy' ? 'buy' : 'sell'))
const positionIdx = z.union([z.literal(0), z.literal(1), z.literal(2)])

/** Every REST reply. Business errors come with HTTP 200 and another `retCode`. */
export const envelope = z.looseObject({ retCode: z.number().refine(Number.isSafeInteger) })

/** `orderbook.1.{symbol}`: at most one level a side, snapshots only, bid below ask. */
export function quoteFrame({ symbol, tick, lot }: Instrument) {
  const levels = z.union([z.tuple([z.tuple([steps(tick, 1), steps(lot, 1)])]), z.tuple([])])
  return z
    .looseObject({
      type: z.literal('snapshot'),
      ts: count,
      data: z.looseObject({ s: z.literal(symbol), b: levels, a: levels, u: count }),
    })
    .transform(({ ts, data }) => {
      const [bidTicks, bidLots] = data.b[0] ?? [0, 0]
      const [askTicks, askLots] = data.a[0] ?? [0, 0]
      return { bidTicks, bidLots, askTicks, askLots, venueMs: ts, updateId: data.u }
    })
    .refine(({ bidTicks, askTicks }) => bidTicks === 0 || askTicks === 0 || bidTicks < askTicks)
}

const tickerFields = {
  markPrice: unsignedText.transform(Number).refine((value) => value > 0),
  indexPrice: unsignedText.transform(Number).refine((value) => value > 0),
  openInterest: unsignedText.transform(Number),
  fundingRate: decimal,
  nextFundingTime: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
}

/** `tickers.{symbol}`: a snapshot is whole, in a delta an absent field is unchanged. */
export function tickerFrame({ symbol }: Instrument) {
  const known = z.looseObject({ symbol: z.literal(symbol), ...tickerFields })
  return z.discriminatedUnion('type', [
    z.looseObject({ type: z.literal('snapshot'), ts: count, cs: count, data: known }),
    z.looseObject({ type: z.literal('delta'), ts: count, cs: count, data: known.partial().required({ symbol: true }) }),
  ])
}

export function orderRow({ symbol, lot }: Instrument) {
  return z
    .looseObject({
      orderLinkId: z.string(),
      orderId: word,
      positionIdx,
      side,
      qty: steps(lot, 0),
      cumExecQty: steps(lot, 0),
      orderStatus: word,
      cancelType: z.string(),
      rejectReason: z.string(),
      reduceOnly: z.boolean(),
      closeOnTrigger: z.boolean(),
      createdTime: digits,
      updatedTime: digits,
    })
    .transform(
      (row): VenueOrderRow => ({
        symbol,
        clientId: row.orderLinkId,
        venueOrderId: row.orderId,
        idx: row.positionIdx,
        side: row.side,
        lots: row.qty,
        filledLots: row.cumExecQty,
        status: row.orderStatus,
        cancelType: row.cancelType,
        rejectReason: row.rejectReason,
        reduceOnly: row.reduceOnly,
        closeOnTrigger: row.closeOnTrigger,
        createdMs: row.createdTime,
        updatedMs: row.updatedTime,
      }),
    )
}

const FILLS = ['Trade', 'AdlTrade', 'BustTrade', 'Settle', 'Delivery', 'BlockTrade', 'MovePosition', 'FutureSpread']

/** Null for a funding payment: money moves, no position does. */
export function executionRow({ symbol, tick, lot }: Instrument) {
  const fill = z
    .looseObject({
      execType: z.enum(FILLS),
      execId: word,
      orderLinkId: z.string(),
      orderId: word,
      side,
      execQty: steps(lot, 1),
      execPrice: steps(tick, 1),
      execFee: decimal,
      execTime: digits,
    })
    .transform((row): VenueExecutionRow | null => ({
      execId: row.execId,
      symbol,
      clientId: row.orderLinkId,
      venueOrderId: row.orderId,
      side: row.side,
      lots: row.execQty,
      priceTicks: row.execPrice,
      feeUsd: row.execFee,
      venueMs: row.execTime,
    }))
  return z.union([z.looseObject({ execType: z.literal('Funding') }).transform(() => null), fill])
}

export function positionRow({ symbol, lot }: Instrument) {
  return z
    .looseObject({ positionIdx, side: z.enum(['Buy', 'Sell', '', 'None']), size: steps(lot, 0) })
    .refine((row) => row.size === 0 || row.side === 'Buy' || row.side === 'Sell')
    .transform((row): PositionRow => {
      const held = row.size === 0 ? null : row.side === 'Buy' ? 'buy' : 'sell'
      return { symbol, idx: row.positionIdx, side: held, lots: row.size }
    })
}

const stepText = unsignedText
  .max(16)
  .refine((text) => Number(text) > 0)
  .transform(stepFromText)

/** One linear perpetual of `instruments-info`: the filters we obey. */
export const instrumentRow = z
  .looseObject({
    symbol: word,
    baseCoin: word,
    fundingInterval: count,
    priceFilter: z.looseObject({ tickSize: stepText, minPrice: z.string(), maxPrice: z.string() }),
    lotSizeFilter: z.looseObject({
      qtyStep: stepText,
      minOrderQty: z.string(),
      maxOrderQty: z.string(),
      maxMktOrderQty: z.string(),
      minNotionalValue: unsigned,
    }),
    leverageFilter: z.looseObject({ maxLeverage: unsigned }),
    riskParameters: z.looseObject({ priceLimitRatioX: unsigned, priceLimitRatioY: unsigned }),
  })
  .transform((row, context): Instrument => {
    const { priceFilter: price, lotSizeFilter: size } = row
    const read = (text: string, of: Step): number => {
      const parsed = steps(of, 1).safeParse(text)
      if (!parsed.success) context.addIssue({ code: 'custom', message: `${text} is no positive multiple of its step` })
      return parsed.data ?? 0
    }
    return {
      symbol: row.symbol,
      baseCoin: row.baseCoin,
      tick: price.tickSize,
      lot: size.qtyStep,
      minPriceTicks: read(price.minPrice, price.tickSize),
      maxPriceTicks: read(price.maxPrice, price.tickSize),
      minLots: read(size.minOrderQty, size.qtyStep),
      maxLots: read(size.maxOrderQty, size.qtyStep),
      maxMarketLots: read(size.maxMktOrderQty, size.qtyStep),
      minNotionalUsd: size.minNotionalValue,
      maxLeverage: row.leverageFilter.maxLeverage,
      fundingIntervalMinutes: row.fundingInterval,
      bandX: row.riskParameters.priceLimitRatioX,
      bandY: row.riskParameters.priceLimitRatioY,
    }
  })
