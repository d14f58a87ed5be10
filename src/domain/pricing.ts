/**
 * What an order may cost and how large it may be, in ticks and lots.
 *
 *        min sell ──────── bid │ ask ──────── max buy        the venue's price band
 *                   sell ◄──┤  │  ├──► buy                   marketable: through the touch by at most the cap
 *           buy ◄───────────── mid ─────────────► sell       synthetic: the original's prices, which rest
 *
 * Everything that becomes an order is integer arithmetic, so a price is never a hair past its tick or its cap.
 */
import type { Instrument } from './instrument.ts'
import { priceUsd } from './instrument.ts'
import type { Side } from './order.ts'
import type { Quote } from './quote.ts'

export type Touch = Pick<Quote, 'bidTicks' | 'askTicks'>

/** The prices the venue takes as they are. Outside, it moves an order to the edge or refuses it (110003). */
export interface PriceBand {
  readonly maxBuyTicks: number
  readonly minSellTicks: number
}

export interface EntryPrices {
  readonly longTicks: number
  readonly shortTicks: number
}

/**
 * The venue's price band from mark and index price, USD:
 * buys up to min(mark·(1+Y), max(index, mark·(1+X))), sells down to max(mark·(1−Y), min(index, mark·(1−X))).
 * The venue also widens it by a 30 s premium we do not follow; without it the band is the narrower one, hence safe.
 * Source: Bybit v5 "set price limit behaviour", formula of May 2026.
 */
export function priceBand(instrument: Instrument, reference: { markUsd: number; indexUsd: number }): PriceBand {
  const { bandX, bandY } = instrument
  const mark = reference.markUsd / priceUsd(instrument, 1)
  const index = reference.indexUsd / priceUsd(instrument, 1)
  return {
    maxBuyTicks: Math.floor(Math.min(mark * (1 + bandY), Math.max(index, mark * (1 + bandX)))),
    minSellTicks: Math.ceil(Math.max(mark * (1 - bandY), Math.min(index, mark * (1 - bandX)))),
  }
}

export interface MarketableInput {
  readonly instrument: Instrument
  readonly side: Side
  readonly touch: Touch
  /** How far through the touch it may go; taken to a hundredth of a bps. */
  readonly capBps: number
  /** Null while mark and index are not known. */
  readonly band: PriceBand | null
}

/**
 * The limit price of an order meant to fill at once: a buy at ask·(1+cap) rounded down to the tick, a sell at
 * bid·(1−cap) rounded up, so the cap holds to the tick and the price still reaches the touch.
 * The venue's band and price limits win over both; a price short of the touch is then possible, and `checkPair` says so.
 */
export function marketableTicks(input: MarketableInput): number {
  const { instrument, touch, band } = input
  const cap = hundredths(input.capBps)
  if (input.side === 'buy') {
    const ticks = scaleDown(touch.askTicks, WHOLE + cap)
    return Math.min(ticks, band?.maxBuyTicks ?? ticks, instrument.maxPriceTicks)
  }
  const ticks = scaleUp(touch.bidTicks, WHOLE - cap)
  return Math.max(ticks, band?.minSellTicks ?? ticks, instrument.minPriceTicks)
}

export interface EntryInput {
  readonly instrument: Instrument
  readonly touch: Touch
  readonly pricing: 'marketable' | 'synthetic'
  readonly capBps: number
  /** The synthetic spread, used by `synthetic` pricing; taken to a hundredth of a bps. */
  readonly spreadBps: number
  readonly band: PriceBand
}

/** The prices of both entry legs: the long leg buys, the short leg sells. */
export function entryPrices(input: EntryInput): EntryPrices {
  if (input.pricing === 'marketable') {
    return {
      longTicks: marketableTicks({ ...input, side: 'buy' }),
      shortTicks: marketableTicks({ ...input, side: 'sell' }),
    }
  }
  // Half the spread on either side of the mid; twice the mid keeps it an integer. Rounded away from the market.
  const twiceMid = input.touch.bidTicks + input.touch.askTicks
  const spread = hundredths(input.spreadBps)
  return {
    longTicks: scaleDown(twiceMid, 2 * WHOLE - spread, 4 * WHOLE),
    shortTicks: scaleUp(twiceMid, 2 * WHOLE + spread, 4 * WHOLE),
  }
}

/** The most lots worth no more than `sizeUsd` at a price. Both legs take the same number: give the dearer one's price. */
export function lotsForUsd(instrument: Instrument, sizeUsd: number, priceTicks: number): number {
  const { wanted, perLot } = worth(instrument, sizeUsd, priceTicks)
  return Number(wanted / perLot)
}

/** The fewest lots an opening order at this price may have: the minimum quantity and the minimum notional both kept. */
export function minOrderLots(instrument: Instrument, priceTicks: number): number {
  const { wanted, perLot } = worth(instrument, instrument.minNotionalUsd, priceTicks)
  return Math.max(instrument.minLots, Number((wanted + perLot - 1n) / perLot))
}

// ── Helpers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** One, in hundredths of a bps. */
const WHOLE = 1_000_000

function hundredths(bps: number): number {
  return Math.round(bps * 100)
}

/** `ticks · factor / whole`, rounded down. Exact: the remainder is taken off before the division. */
function scaleDown(ticks: number, factor: number, whole = WHOLE): number {
  const product = ticks * factor
  if (!Number.isSafeInteger(product)) throw new RangeError(`${ticks} ticks are too many to price`)
  const remainder = product % whole
  return (product - (remainder < 0 ? remainder + whole : remainder)) / whole
}

function scaleUp(ticks: number, factor: number, whole = WHOLE): number {
  return 0 - scaleDown(-ticks, factor, whole)
}

/** An amount in USD and the worth of one lot, in one common integer unit: millionths of a dollar, and finer if need be. */
function worth(instrument: Instrument, usd: number, priceTicks: number): { wanted: bigint; perLot: bigint } {
  const { tick, lot } = instrument
  const wanted = BigInt(Math.round(usd * 1e6)) * 10n ** BigInt(tick.decimals + lot.decimals)
  const perLot = BigInt(priceTicks) * BigInt(tick.units) * BigInt(lot.units) * 1_000_000n
  if (perLot <= 0n) throw new RangeError(`price must be at least one tick, got ${priceTicks}`)
  return { wanted, perLot }
}
