/**
 * Public frames into numbers: `orderbook.1` → Quote, `tickers` → Ticker. The hot path; it allocates nothing beyond
 * what `JSON.parse` already did.
 *
 *   {"topic":"orderbook.1.BTCUSDT","type":"snapshot","ts":…,"data":{"s":…,"b":[["60617.1","0.5"]],"a":[[…]],"u":7,"seq":9}}
 *
 * Source: Bybit v5 public topics `orderbook` (level 1 is snapshots only) and `tickers` (a field absent from a delta
 * is unchanged).
 */
import type { Instrument } from '../domain/instrument.ts'
import { hasBothSides, type Quote } from '../domain/quote.ts'
import type { Refusal } from './decode-fields.ts'
import { countSteps, isRecord, show } from './decode-fields.ts'

export type MutableQuote = { -readonly [K in keyof Quote]: Quote[K] }

/** What `tickers` last said of one instrument, deltas merged. Floats: the venue computes these off the price grid. */
export interface Ticker {
  readonly symbolIndex: number
  /** Mark and index price in ticks, fraction kept: the price band is computed from them. */
  readonly markTicks: number
  readonly indexTicks: number
  readonly fundingRate: number
  readonly nextFundingMs: number
  /** Both sides, base coin. */
  readonly openInterest: number
  /** The venue's time of the frame, ms. */
  readonly venueMs: number
  readonly receivedUs: number
  /** `cs`, the cross sequence: a delta with a lower one is old. */
  readonly sequence: number
}

export type MutableTicker = { -readonly [K in keyof Ticker]: Ticker[K] }

export function emptyQuote(symbolIndex: number): MutableQuote {
  return { symbolIndex, bidTicks: 0, bidLots: 0, askTicks: 0, askLots: 0, venueMs: 0, receivedUs: 0, updateId: 0 }
}

export function emptyTicker(symbolIndex: number): MutableTicker {
  return {
    symbolIndex,
    markTicks: 0,
    indexTicks: 0,
    fundingRate: 0,
    nextFundingMs: 0,
    openInterest: 0,
    venueMs: 0,
    receivedUs: 0,
    sequence: 0,
  }
}

/** Reads an `orderbook.1` frame into `into`; a side nobody is on is all zero. Null when done; on a refusal `into` may hold anything but is not a quote. */
export function decodeQuote(frame: unknown, instrument: Instrument, into: MutableQuote): Refusal | null {
  if (!isRecord(frame)) return no('frame', frame)
  const data = frame['data']
  if (!isRecord(data)) return no('data', data)
  if (frame['type'] !== 'snapshot') return no('type (level 1 is snapshots only)', frame['type'])
  if (data['s'] !== instrument.symbol) return no('symbol', data['s'])
  const venueMs = frame['ts']
  const updateId = data['u']
  if (!isCount(venueMs)) return no('ts', venueMs)
  if (!isCount(updateId)) return no('u', updateId)
  const bid = touchOf(data['b'])
  const ask = touchOf(data['a'])
  if (bid === null) return no('bid (at most one level of price and size)', data['b'])
  if (ask === null) return no('ask (at most one level of price and size)', data['a'])
  into.bidTicks = countSteps(bid[0], instrument.tick)
  into.bidLots = countSteps(bid[1], instrument.lot)
  into.askTicks = countSteps(ask[0], instrument.tick)
  into.askLots = countSteps(ask[1], instrument.lot)
  if (bid !== EMPTY && (into.bidTicks <= 0 || into.bidLots <= 0)) return no('bid (on the steps, positive)', bid)
  if (ask !== EMPTY && (into.askTicks <= 0 || into.askLots <= 0)) return no('ask (on the steps, positive)', ask)
  if (hasBothSides(into) && into.bidTicks >= into.askTicks) return no('book (bid below ask)', data)
  into.venueMs = venueMs
  into.updateId = updateId
  return null
}

/** What a side without a level reads as: nothing at no price. */
const EMPTY: readonly unknown[] = ['0', '0']

/** The only level of a side; none where nobody bids or offers, as in a halted or thin book. More is no level-1 frame. */
function touchOf(side: unknown): readonly unknown[] | null {
  if (!Array.isArray(side) || side.length > 1) return null
  if (side.length === 0) return EMPTY
  const level: unknown = side[0]
  return Array.isArray(level) && level.length === 2 ? (level as unknown[]) : null
}

/**
 * Merges a `tickers` frame into `into`: a snapshot must be whole, a delta overwrites what it carries. All or nothing:
 * on a refusal `into` is unchanged. The caller keeps deltas away until the first snapshot.
 */
export function decodeTicker(frame: unknown, instrument: Instrument, into: MutableTicker): Refusal | null {
  if (!isRecord(frame)) return no('frame', frame)
  const { type, ts, cs, data } = frame
  if (!isRecord(data)) return no('data', data)
  if (type !== 'snapshot' && type !== 'delta') return no('type', type)
  if (data['symbol'] !== instrument.symbol) return no('symbol', data['symbol'])
  if (!isCount(ts)) return no('ts', ts)
  if (!isCount(cs)) return no('cs', cs)
  const whole = type === 'snapshot'
  const mark = field(data['markPrice'], whole, POSITIVE)
  const index = field(data['indexPrice'], whole, POSITIVE)
  const interest = field(data['openInterest'], whole, UNSIGNED)
  const rate = field(data['fundingRate'], whole, SIGNED)
  const funding = field(data['nextFundingTime'], whole, DIGITS)
  if (mark === BAD) return no('markPrice', data['markPrice'])
  if (index === BAD) return no('indexPrice', data['indexPrice'])
  if (interest === BAD) return no('openInterest', data['openInterest'])
  if (rate === BAD) return no('fundingRate', data['fundingRate'])
  if (funding === BAD) return no('nextFundingTime', data['nextFundingTime'])
  const perUsd = 10 ** instrument.tick.decimals / instrument.tick.units
  if (mark !== ABSENT) into.markTicks = mark * perUsd
  if (index !== ABSENT) into.indexTicks = index * perUsd
  if (interest !== ABSENT) into.openInterest = interest
  if (rate !== ABSENT) into.fundingRate = rate
  if (funding !== ABSENT) into.nextFundingMs = funding
  into.venueMs = ts
  into.sequence = cs
  return null
}

const BAD = Symbol('bad')
const ABSENT = Symbol('absent')
const POSITIVE = /^(?!0+(?:\.0*)?$)\d{1,15}(?:\.\d{1,18})?$/
const UNSIGNED = /^\d{1,15}(?:\.\d{1,18})?$/
const SIGNED = /^-?\d{1,15}(?:\.\d{1,18})?$/
const DIGITS = /^\d{1,15}$/

function field(value: unknown, required: boolean, shape: RegExp): number | typeof BAD | typeof ABSENT {
  if (value === undefined && !required) return ABSENT
  return typeof value === 'string' && shape.test(value) ? Number(value) : BAD
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function no(what: string, got: unknown): Refusal {
  return { why: `${what} not understood: ${show(got)}` }
}
