/**
 * Worlds to explore: what the market, the account and the venue's habits may be like on one day.
 *
 *   instrument (deep, or a few levels) × path (walk, jumps) × matching × streams × doubts × money ─► a world file
 *
 * Everything stays within what a venue may do and the settings allow for: books lag by no more than READ_LAG_MS, and
 * markets are small, since a level costs time in every schedule.
 */
import fc from 'fast-check'

export type Json = Readonly<Record<string, unknown>>

interface Template {
  readonly symbol: string
  /** Filters and price of the real instrument's kind. */
  readonly filters: Json
  readonly midPrice: string
  /** Worth of one lot, USD, near enough to choose sizes by. */
  readonly lotUsd: number
  /** One basis point, in ticks. */
  readonly bpTicks: number
}

/** The instruments of the shipped worlds. LOTUSDT: one lot is worth less than the smallest order. */
export const TEMPLATES: readonly Template[] = [
  template('BTCUSDT', { tick: '0.10', lot: '0.001', max: '1190.000', high: '1999999.80' }, '60000.00', 60),
  template('ETHUSDT', { tick: '0.01', lot: '0.01', max: '1000.00', high: '199999.98' }, '3000.00', 30),
  template('SOLUSDT', { tick: '0.001', lot: '0.1', max: '9650.0', high: '19999.998' }, '150.000', 15),
  template('LOTUSDT', { tick: '0.00001', lot: '1', max: '10000000', high: '199.99998' }, '0.20000', 0.2),
]

function template(
  symbol: string,
  { tick, lot, max, high }: { tick: string; lot: string; max: string; high: string },
  midPrice: string,
  lotUsd: number,
): Template {
  const filters = {
    symbol,
    baseCoin: symbol.replace('USDT', ''),
    tickSize: tick,
    qtyStep: lot,
    minPrice: tick,
    maxPrice: high,
    minOrderQty: lot,
    maxOrderQty: max,
    maxMktOrderQty: max,
    minNotionalValue: '5',
    maxLeverage: '50.00',
  }
  return { symbol, filters, midPrice, lotUsd, bpTicks: Number(midPrice) / Number(tick) / 10_000 }
}

/** Mostly the first, now and then something else. */
export function rarely<T>(usual: T, other: fc.Arbitrary<T>, weight = 3): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other })
}

const jump = fc.record({
  atMs: fc.integer({ min: 200, max: 3_000 }),
  bps: fc.integer({ min: -150, max: 150 }),
})

const path = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: 'walk' }) },
  {
    weight: 1,
    arbitrary: fc.uniqueArray(jump, { minLength: 1, maxLength: 3, selector: ({ atMs }) => atMs }).map((steps) => ({
      kind: 'steps',
      steps: steps.toSorted((a, b) => a.atMs - b.atMs),
    })),
  },
)

function deepBook({ lotUsd }: Template): fc.Arbitrary<Json> {
  return fc.record({
    levels: fc.constantFrom(5, 10, 20),
    levelLots: fc.constantFrom(6_000, 120_000).map((levelUsd) => Math.round(levelUsd / lotUsd)),
    spreadTicks: rarely(1, fc.integer({ min: 2, max: 20 })),
    priceShare: fc.constantFrom(0.03, 0.2),
    volatilityBps: fc.constantFrom(0.2, 1, 5),
  })
}

/** Levels of few lots. What is taken comes back sooner or later: a market that never sells again is another matter. */
function thinBook({ bpTicks, lotUsd }: Template): fc.Arbitrary<Json> {
  const unit = Math.max(1, Math.round(240 / lotUsd))
  return fc.record({
    volatilityBps: fc.constantFrom(0.02, 0.5),
    priceShare: fc.constantFrom(0.002, 0.05),
    tradeShare: fc.constant(0),
    book: fc.record({
      levels: fc.integer({ min: 3, max: 12 }),
      levelLots: fc.oneof(
        fc.integer({ min: 1, max: 4 }).map((times) => Math.ceil((times * unit) / 2)),
        fc.record({
          bids: fc.integer({ min: 1, max: unit * 2 }),
          asks: fc.integer({ min: 1, max: unit * 2 }),
        }),
      ),
      levelGapTicks: fc.integer({ min: 1, max: 10 }).map((bps) => Math.max(1, Math.round(bps * bpTicks))),
      refillMs: fc.constantFrom(60, 120, 400, 2_000),
    }),
  })
}

function instrument(from: Template): fc.Arbitrary<Json> {
  const book = fc.oneof({ weight: 2, arbitrary: deepBook(from) }, { weight: 1, arbitrary: thinBook(from) })
  return fc
    .record({ book, path, updatesPerSecond: fc.constantFrom(8, 15), maxQuietMs: fc.constantFrom(300, 800) })
    .map(({ book: shape, ...market }) => ({
      ...from.filters,
      market: { midPrice: from.midPrice, ...market, ...shape },
    }))
}

const pieces = fc
  .array(
    fc.record({
      afterMs: fc.constantFrom(0, 20, 150, 400, 700, 1_500),
      share: fc.constantFrom(0.1, 0.3, 0.5, 0.9),
    }),
    { maxLength: 3 },
  )
  .map((fills) => fills.toSorted((a, b) => a.afterMs - b.afterMs))

/** When orders meet the book, and how much of them trades then; for each symbol and side at most one rule. */
function matching(symbols: readonly string[]): fc.Arbitrary<Json> {
  const place = fc.record({ symbol: fc.constantFrom(...symbols), side: fc.constantFrom('buy', 'sell') })
  const selector = ({ symbol, side }: { symbol: string; side: string }): string => `${symbol} ${side}`
  const of = <T extends object>(what: fc.Arbitrary<T>): fc.Arbitrary<readonly Json[]> =>
    rarely<readonly Json[]>(
      [],
      fc.uniqueArray(
        fc.tuple(place, what).map(([where, one]) => ({ ...where, ...one })),
        { minLength: 1, maxLength: 2, selector },
      ),
    )
  return fc.record({
    ackDelayMs: rarely(0, fc.integer({ min: 1, max: 60 })),
    cancelDelayMs: rarely(0, fc.integer({ min: 1, max: 150 })),
    jitterMs: rarely(0, fc.integer({ min: 1, max: 40 })),
    delays: of(fc.record({ delayMs: fc.constantFrom(30, 200, 450, 700, 2_000) })),
    partialFills: of(fc.record({ fills: pieces })),
  })
}

const lateMs = fc.constantFrom(1, 20, 100, 300)

const streamDelays = rarely<Json>(
  {},
  fc.record({ order: lateMs, execution: lateMs, position: lateMs, wallet: lateMs }, { requiredKeys: [] }),
)

/** Those that a two-leg execution can notice. `linkIdReuse` is not among them: P3 relies on ids being refused for good. */
const doubts = rarely<Json>(
  {},
  fc.record(
    {
      frameOrder: fc.shuffledSubarray(['order', 'execution', 'position', 'wallet'], { minLength: 4, maxLength: 4 }),
      reduceOnlyExcess: fc.constantFrom('trimmed', 'refused'),
      reduceOnlyMinNotional: fc.boolean(),
      hedgeLegFrames: fc.constantFrom('together', 'apart'),
      smpAcrossLegs: fc.boolean(),
      emptyBookMarket: fc.constantFrom('refused', 'cancelled'),
      firstOut: fc.constantFrom('reply', 'frames'),
      authStatus: fc.constantFrom(200, 401),
      limitHeadersElsewhere: fc.constantFrom('address', 'none'),
    },
    { requiredKeys: [] },
  ),
)

/** Poor: enough for a part of what is wanted, at one times leverage. */
const account = rarely<Json>(
  { usdt: '100000' },
  fc.integer({ min: 20, max: 900 }).map((usdt) => ({ usdt: String(usdt), leverage: '1' })),
  8,
).map((money) => ({ accountId: '1000001', apiKey: 'exampleKeyMain00001', apiSecret: 'exampleSecretMain01', ...money }))

/** A world file's content in which these symbols trade; `readLagMs` is the most that its books may lag. */
export function worlds(symbols: readonly string[], readLagMs: number): fc.Arbitrary<Json> {
  const listed = TEMPLATES.filter(({ symbol }) => symbols.includes(symbol))
  return fc.record({
    name: fc.constant('explored'),
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    instruments: fc.tuple(...listed.map(instrument)),
    accounts: fc.tuple(account),
    limits: rarely<Json>({}, fc.record({ create: fc.integer({ min: 4, max: 12 }) })),
    streamDelayMs: rarely(0, lateMs),
    streamDelays,
    streamJitterMs: rarely(0, fc.integer({ min: 1, max: 80 })),
    readLagMs: rarely(0, fc.integer({ min: 0, max: readLagMs })),
    matching: matching(symbols),
    // What is doubled on the wire counts at the venue: an address ban would be its doing, and not the client's.
    ipCallsPer5s: fc.constant(100_000),
    doubts,
    privateRows: rarely<Json>({}, fc.record({ repeated: fc.boolean(), perFrameMax: fc.constantFrom(null, 1, 2) })),
  })
}
