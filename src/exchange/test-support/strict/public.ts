/**
 * What the public linear socket sends (facts §6). A tickers delta has any of the fields, but always the symbol and one
 * more; levels of a delta may have size "0", those of a snapshot may not.
 */
import { z } from 'zod'
import { amount, decimal, empty, maybeAmount, msNumber, msText, side, symbol, tickDirection, uuid } from './text.ts'

const size = amount.refine((text) => Number(text) > 0, 'a level of a snapshot is never empty')
const level = z.tuple([amount, size])
/** What a delta takes away has size "0", exactly so (facts §6.4). */
const change = z.tuple([amount, z.union([z.literal('0'), size])])

const isSorted = (levels: readonly (readonly string[])[], sign: 1 | -1): boolean =>
  levels.every((each, at) => at === 0 || sign * (Number(each[0]) - Number(levels[at - 1]?.[0])) > 0)

const book = <L extends z.ZodType>(item: L) =>
  z.strictObject({ s: symbol, b: z.array(item), a: z.array(item), u: z.int().positive(), seq: z.int().positive() })

const topicOf = (depth: number) => z.string().regex(new RegExp(`^orderbook\\.${depth}\\.[A-Z0-9]+USDT$`))

/** Whole books: bids fall, asks rise, and they do not meet. */
const bookSnapshot = (depth: number) =>
  z.strictObject({
    topic: topicOf(depth),
    type: z.literal('snapshot'),
    ts: msNumber,
    data: book(level)
      .refine(({ b, a }) => b.length <= depth && a.length <= depth, 'more levels than asked for')
      .refine(({ b, a }) => isSorted(b, -1) && isSorted(a, 1), 'bids fall, asks rise')
      .refine(({ b, a }) => b.length === 0 || a.length === 0 || Number(b[0]?.[0]) < Number(a[0]?.[0]), 'sides meet'),
    cts: msNumber,
  })

const bookDelta = (depth: number) =>
  z.strictObject({
    topic: topicOf(depth),
    type: z.literal('delta'),
    ts: msNumber,
    data: book(change).refine(({ b, a }) => b.length + a.length > 0, 'a delta changes something'),
    cts: msNumber,
  })

/** In level-1 frames `ts` stands before `type` (facts §6.4). Asked of the frame as it came, not as it was parsed. */
const topOfBook = z
  .custom<object>((frame) => {
    const keys = Object.keys(frame as object)
    return keys.indexOf('ts') < keys.indexOf('type')
  }, 'ts comes before type')
  .pipe(bookSnapshot(1))

const tickerFields = {
  tickDirection,
  price24hPcnt: decimal,
  lastPrice: amount,
  prevPrice24h: amount,
  highPrice24h: amount,
  lowPrice24h: amount,
  prevPrice1h: amount,
  markPrice: amount,
  indexPrice: amount,
  openInterest: amount,
  openInterestValue: amount,
  singleOpenInterest: amount,
  singleOpenInterestValue: amount,
  turnover24h: amount,
  volume24h: amount,
  fundingIntervalHour: amount,
  fundingCap: amount,
  nextFundingTime: msText,
  fundingRate: decimal,
  bid1Price: maybeAmount,
  bid1Size: maybeAmount,
  ask1Price: maybeAmount,
  ask1Size: maybeAmount,
  preOpenPrice: empty,
  preQty: empty,
  curPreListingPhase: empty,
}

const tickerTopic = z.string().regex(/^tickers\.[A-Z0-9]+USDT$/)

/** The REST ticker: the stream's fields less the tick direction, and those of contracts that expire (facts §3.1). */
const { tickDirection: _streamOnly, ...restTickerFields } = tickerFields
export const tickerRestRow = z.strictObject({
  symbol,
  ...restTickerFields,
  predictedDeliveryPrice: empty,
  basisRate: empty,
  basis: empty,
  basisRateYear: empty,
  deliveryFeeRate: empty,
  deliveryTime: z.literal('0'),
})

const trade = z.strictObject({
  T: msNumber,
  s: symbol,
  S: side,
  v: amount,
  p: amount,
  L: tickDirection,
  i: uuid,
  BT: z.boolean(),
  RPI: z.boolean(),
  seq: z.int().positive(),
})

/** `req_id` is always there, `""` when none was sent (facts §6.1). */
const ackFields = { conn_id: z.string().min(1), req_id: z.string(), op: z.string() }

/** By kind of frame. */
export const PUBLIC_FRAMES = {
  'orderbook.1 snapshot': topOfBook,
  'orderbook.50 snapshot': bookSnapshot(50),
  'orderbook.50 delta': bookDelta(50),
  'orderbook.200 snapshot': bookSnapshot(200),
  'orderbook.200 delta': bookDelta(200),
  'orderbook.1000 snapshot': bookSnapshot(1000),
  'orderbook.1000 delta': bookDelta(1000),
  'tickers snapshot': z.strictObject({
    topic: tickerTopic,
    type: z.literal('snapshot'),
    data: z.strictObject({ symbol, ...tickerFields }),
    cs: z.int().nonnegative(),
    ts: msNumber,
  }),
  'tickers delta': z.strictObject({
    topic: tickerTopic,
    type: z.literal('delta'),
    data: z
      .strictObject({ symbol, ...z.strictObject(tickerFields).partial().shape })
      .refine((data) => Object.keys(data).length > 1, 'a delta changes something'),
    cs: z.int().nonnegative(),
    ts: msNumber,
  }),
  'publicTrade snapshot': z.strictObject({
    topic: z.string().regex(/^publicTrade\.[A-Z0-9]+USDT$/),
    type: z.literal('snapshot'),
    ts: msNumber,
    data: z
      .array(trade)
      .min(1)
      .max(1_024)
      .refine((rows) => rows.every((row, at) => at === 0 || row.T >= (rows[at - 1]?.T ?? 0)), 'oldest first'),
  }),
  priceLimit: z.strictObject({
    topic: z.string().regex(/^priceLimit\.[A-Z0-9]+USDT$/),
    data: z.strictObject({ symbol, buyLmt: amount, sellLmt: amount }),
    ts: msNumber,
  }),
  ack: z.strictObject({ success: z.literal(true), ret_msg: empty, ...ackFields }),
  refusal: z.strictObject({ success: z.literal(false), ret_msg: z.string().min(1), ...ackFields }),
  pong: z.strictObject({ success: z.literal(true), ret_msg: z.literal('pong'), ...ackFields, op: z.literal('ping') }),
} satisfies Record<string, z.ZodType>
