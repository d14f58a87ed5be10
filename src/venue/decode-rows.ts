/**
 * Rows of the private topics and of REST lists into our rows: the same decoders serve both, since the venue sends the
 * same fields (a position's average price, named differently, is not read).
 *
 * Each answers a row, a refusal, or null for a row that does not concern this run: another symbol, another category,
 * a funding payment. Source: Bybit v5 private topics and lists (facts §3, §7).
 */
import type { Instrument } from '../domain/instrument.ts'
import type { Side } from '../domain/order.ts'
import type { PositionRow, VenueExecutionRow, VenueOrderRow } from '../domain/rows.ts'
import { stepFromText } from '../domain/steps.ts'
import type { Decoded, InstrumentIndex, Json } from './decode-fields.ts'
import { FieldReader, isRecord, isRefusal, show } from './decode-fields.ts'

const SIDES: ReadonlyMap<unknown, Side> = new Map([
  ['Buy', 'buy'],
  ['Sell', 'sell'],
])
/** A flat position has no side: documented as `""`, older replies say `None`. */
const POSITION_SIDES: ReadonlyMap<unknown, Side | null> = new Map<unknown, Side | null>([
  ...SIDES,
  ['', null],
  ['None', null],
])
const POSITION_IDX: ReadonlyMap<unknown, 0 | 1 | 2> = new Map<unknown, 0 | 1 | 2>([
  [0, 0],
  [1, 1],
  [2, 2],
])
/** Kinds of execution that move a position, and those that only move money. The set is open: others are refused by name. */
const FILL_TYPES = [
  'Trade',
  'AdlTrade',
  'BustTrade',
  'Settle',
  'Delivery',
  'BlockTrade',
  'MovePosition',
  'FutureSpread',
]
const EXEC_TYPES: ReadonlyMap<unknown, 'fill' | 'money'> = new Map<unknown, 'fill' | 'money'>([
  ...FILL_TYPES.map((type): [string, 'fill'] => [type, 'fill']),
  ['Funding', 'money'],
])

export function decodeOrder(row: unknown, instruments: InstrumentIndex): Decoded<VenueOrderRow> | null {
  const ours = oursOf(row, instruments)
  if (ours === null || 'why' in ours) return ours
  const { fields, instrument } = ours
  const order: VenueOrderRow = {
    symbol: instrument.symbol,
    clientId: fields.text('orderLinkId'),
    venueOrderId: fields.word('orderId'),
    idx: fields.oneOf('positionIdx', POSITION_IDX, 0),
    side: fields.oneOf('side', SIDES, 'buy'),
    lots: fields.steps('qty', instrument.lot, 0),
    filledLots: fields.steps('cumExecQty', instrument.lot, 0),
    status: fields.word('orderStatus'),
    cancelType: fields.text('cancelType'),
    rejectReason: fields.text('rejectReason'),
    reduceOnly: fields.flag('reduceOnly'),
    closeOnTrigger: fields.flag('closeOnTrigger'),
    createdMs: fields.digits('createdTime'),
    updatedMs: fields.digits('updatedTime'),
  }
  return fields.why === null ? order : { why: `order: ${fields.why}` }
}

export function decodeExecution(row: unknown, instruments: InstrumentIndex): Decoded<VenueExecutionRow> | null {
  const ours = oursOf(row, instruments)
  if (ours === null || 'why' in ours) return ours
  const { fields, instrument } = ours
  const type = fields.oneOf('execType', EXEC_TYPES, 'fill')
  if (fields.why === null && type === 'money') return null
  const execution: VenueExecutionRow = {
    execId: fields.word('execId'),
    symbol: instrument.symbol,
    clientId: fields.text('orderLinkId'),
    venueOrderId: fields.word('orderId'),
    side: fields.oneOf('side', SIDES, 'buy'),
    lots: fields.steps('execQty', instrument.lot, 1),
    priceTicks: fields.steps('execPrice', instrument.tick, 1),
    feeUsd: fields.decimal('execFee'),
    venueMs: fields.digits('execTime'),
  }
  return fields.why === null ? execution : { why: `execution: ${fields.why}` }
}

export function decodePosition(row: unknown, instruments: InstrumentIndex): Decoded<PositionRow> | null {
  const ours = oursOf(row, instruments)
  if (ours === null || 'why' in ours) return ours
  const { fields, instrument } = ours
  const lots = fields.steps('size', instrument.lot, 0)
  const idx = fields.oneOf('positionIdx', POSITION_IDX, 0)
  const side = fields.oneOf('side', POSITION_SIDES, null)
  if (fields.why !== null) return { why: `position: ${fields.why}` }
  if (lots > 0 && side === null) return { why: `position: side must be Buy or Sell when size is ${lots} lots` }
  return { symbol: instrument.symbol, idx, side: lots === 0 ? null : side, lots }
}

/** Decodes every row of a list; the first refusal refuses the list, rows that are not ours are left out. */
export function decodeList<T>(
  list: unknown,
  decode: (row: unknown, instruments: InstrumentIndex) => Decoded<T> | null,
  instruments: InstrumentIndex,
): Decoded<T[]> {
  if (!Array.isArray(list)) return { why: `list must be an array, got ${show(list)}` }
  const rows: T[] = []
  for (const item of list as unknown[]) {
    const row = decode(item, instruments)
    if (row === null) continue
    if (isRefusal(row)) return row
    rows.push(row)
  }
  return rows
}

/** The filters of one linear perpetual from `instruments-info`. */
export function decodeInstrument(row: unknown): Decoded<Instrument> {
  if (!isRecord(row)) return { why: `instrument must be an object, got ${show(row)}` }
  const { priceFilter, lotSizeFilter, leverageFilter, riskParameters } = row
  if (!isRecord(priceFilter) || !isRecord(lotSizeFilter) || !isRecord(leverageFilter) || !isRecord(riskParameters)) {
    return { why: `instrument ${show(row['symbol'])}: a filter is missing` }
  }
  const own = new FieldReader(row)
  const price = new FieldReader(priceFilter)
  const lots = new FieldReader(lotSizeFilter)
  const leverage = new FieldReader(leverageFilter)
  const risk = new FieldReader(riskParameters)
  const tick = stepOf(price, 'tickSize')
  const lot = stepOf(lots, 'qtyStep')
  const instrument: Instrument = {
    symbol: own.word('symbol'),
    baseCoin: own.word('baseCoin'),
    tick,
    lot,
    minPriceTicks: price.steps('minPrice', tick, 1),
    maxPriceTicks: price.steps('maxPrice', tick, 1),
    minLots: lots.steps('minOrderQty', lot, 1),
    maxLots: lots.steps('maxOrderQty', lot, 1),
    maxMarketLots: lots.steps('maxMktOrderQty', lot, 1),
    minNotionalUsd: unsigned(lots, 'minNotionalValue'),
    maxLeverage: unsigned(leverage, 'maxLeverage'),
    fundingIntervalMinutes: own.integer('fundingInterval'),
    bandX: unsigned(risk, 'priceLimitRatioX'),
    bandY: unsigned(risk, 'priceLimitRatioY'),
  }
  const why = own.why ?? price.why ?? lots.why ?? leverage.why ?? risk.why
  return why === null ? instrument : { why: `instrument ${show(row['symbol'])}: ${why}` }
}

function unsigned(fields: FieldReader, name: string): number {
  const value = fields.decimal(name)
  if (value < 0) fields.why ??= `${name} must not be negative, got ${value}`
  return value
}

/** A step must stay far inside the safe integers: at most 15 digits in all. */
function stepOf(fields: FieldReader, name: string): Instrument['tick'] {
  const value = fields.decimal(name)
  const text = fields.text(name)
  if (value > 0 && text.length <= 16) return stepFromText(text)
  fields.why ??= `${name} must be a positive step of at most 15 digits, got ${show(text)}`
  return { units: 1, decimals: 0 }
}

interface Ours {
  readonly fields: FieldReader
  readonly instrument: Instrument
}

/** Null for another category or symbol; a row of ours carries category `linear` (streams) or none (REST lists). */
function oursOf(row: unknown, instruments: InstrumentIndex): Decoded<Ours> | null {
  if (!isRecord(row)) return { why: `row must be an object, got ${show(row)}` }
  const symbol = row['symbol']
  if (typeof symbol !== 'string' || symbol === '') return { why: `symbol must be a text, got ${show(symbol)}` }
  if (isOtherCategory(row)) return null
  const known = instruments.get(symbol)
  return known === undefined ? null : { fields: new FieldReader(row), instrument: known.instrument }
}

function isOtherCategory(row: Json): boolean {
  return row['category'] !== undefined && row['category'] !== 'linear'
}
