/**
 * Every environment variable: what it means, its unit, its default, what is allowed. One row each.
 *
 * Numbers are plain decimals ("15", "0.0001"): no exponent, no thousands separator, no unit.
 */
import { z } from 'zod'
import type { Config } from './config.ts'

export interface Field<T> {
  readonly variable: string
  readonly meaning: string
  /** Part of a sentence: "allowed: …". */
  readonly allowed: string
  readonly fallback: T
  readonly schema: z.ZodType<T, string>
}

/** What the environment says by itself. Endpoints and credentials depend on the target and are read apart. */
export type PlainSettings = Omit<
  Config,
  'restUrl' | 'publicUrl' | 'privateUrl' | 'apiKey' | 'apiSecret' | 'maxHoldMs'
> & {
  /** Null: at least a minute and three half-lives. */
  readonly maxHoldMs: number | null
}

type Fields = { readonly [K in keyof PlainSettings]: Field<PlainSettings[K]> }

const DECIMAL = /^-?\d{1,15}(?:\.\d{1,15})?$/
const WHOLE = /^-?\d{1,15}$/

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** What a timer of the platform can hold, ms; about 24.8 days. Anything longer would fire at once. */
const TIMER_MAX_MS = 2 ** 31 - 1

export const FIELDS: Fields = {
  target: choice('SCENARIO_TARGET', 'where to trade', ['embedded', 'container', 'demo']),

  syntheticSpreadBps: decimal('SYNTHETIC_SPREAD_BPS', 'synthetic spread, bps', 15, { above: 0, max: 10_000 }),
  syntheticFundingDelta: decimal('SYNTHETIC_FUNDING_DELTA', 'funding difference per 8 h, a fraction', 0.0001, {
    min: -1,
    max: 1,
  }),
  estimatedPositionSizeUsd: decimal('ESTIMATED_POSITION_SIZE', 'position size that is qualified, USD', 1_000, {
    above: 0,
    max: 1e9,
  }),
  tradeSizeUsd: decimal('TRADE_SIZE_USD', 'worth of each leg that is sent, USD', 100, { above: 0, max: 1e7 }),
  maxConcurrentTrades: whole('MAX_CONCURRENT_TRADES', 'trades open at once', 3, { min: 1, max: 100 }),
  symbols: symbolList('SYMBOLS_TO_TRADE', 'linear USDT perpetuals', ['BTCUSDT', 'ETHUSDT', 'SOLUSDT']),
  qualificationGate: choice(
    'QUALIFICATION_GATE',
    'enforce trades what qualifies; observe trades all and carries the verdict',
    ['enforce', 'observe'],
  ),
  legPricing: choice('LEG_PRICING', "marketable fills at once; synthetic is the original's prices, which rest", [
    'marketable',
    'synthetic',
  ]),
  legTimeoutPolicy: choice('LEG_TIMEOUT_POLICY', 'when one leg is late: unwind the other, or hedge at market', [
    'unwind',
    'hedge',
  ]),
  topology: choice('TOPOLOGY', 'a feed thread beside the strategy thread, or both in one', ['threads', 'inline']),

  orderTimeoutMs: whole('ORDER_TIMEOUT_MS', 'wait for the reply to an order, ms', 1_000, { min: 1, max: MINUTE_MS }),
  legTimeoutMs: whole('LEG_TIMEOUT_MS', 'a leg may rest so long, ms', 500, { min: 1, max: 10 * MINUTE_MS }),
  slippageCapBps: decimal('SLIPPAGE_CAP_BPS', 'a marketable order passes the touch by at most this, bps', 5, {
    min: 0,
    max: 1_000,
  }),
  convergenceHalfLifeMs: whole(
    'SYNTHETIC_CONVERGENCE_HALF_LIFE_MS',
    'the synthetic spread halves in so long, ms; negative: doubles',
    10_000,
    { min: -DAY_MS, max: DAY_MS, not: 0 },
  ),
  maxHoldMs: {
    ...whole('MAX_HOLD_MS', 'a trade is closed after so long, ms', 0, { min: 1, max: DAY_MS }),
    fallback: null,
  },
  stopLossBps: decimal('STOP_LOSS_BPS', 'a synthetic loss of so much closes the trade, bps', 40, {
    above: 0,
    max: 10_000,
  }),
  entryRetriesMax: whole('ENTRY_RETRIES_MAX', 'retries of what a leg did not fill', 2, { min: 0, max: 10 }),
  unwindsMax: whole('UNWINDS_MAX', 'attempts to take a leg off before the trade halts', 3, { min: 1, max: 10 }),
  ringCapacity: powerOfTwo('RING_CAPACITY', 'quotes the ring holds', 1_024, { min: 2, max: 1_048_576 }),
  pingIntervalMs: whole('PING_INTERVAL_MS', 'pings to both streams, every so many ms', 20_000, {
    min: 10,
    max: 10 * MINUTE_MS,
  }),
  silencePublicMs: whole('SILENCE_PUBLIC_MS', 'a public stream silent so long is dead, ms', 5_000, {
    min: 10,
    max: 10 * MINUTE_MS,
  }),
  silencePrivateMs: whole('SILENCE_PRIVATE_MS', 'a private stream silent so long is dead, ms', 30_000, {
    min: 10,
    max: 10 * MINUTE_MS,
  }),
  maxNotionalUsd: decimal('MAX_NOTIONAL_USD', 'worth of all open legs together, USD', 5_000, { above: 0, max: 1e9 }),
  recoveryBoundMs: whole('RECOVERY_BOUND_MS', 'every fill is in the books within, ms', 3_000, { min: 1, max: HOUR_MS }),
  reconcileIntervalMs: whole('RECONCILE_INTERVAL_MS', "the venue's executions are looked at every, ms", 2_000, {
    min: 100,
    max: HOUR_MS,
  }),
  staleAfterMs: whole('STALE_AFTER_MS', 'an older quote is not traded, ms', 1_000, { min: 1, max: MINUTE_MS }),
  orderRecvWindowMs: whole('ORDER_RECV_WINDOW_MS', 'the venue may accept a create for so long, ms', 1_000, {
    min: 1,
    max: MINUTE_MS,
  }),
  unknownMaxMs: whole('UNKNOWN_MAX_MS', 'an order unknown so long is cancelled by id, ms', 1_000, {
    min: 1,
    max: MINUTE_MS,
  }),
  readLagMs: whole('READ_LAG_MS', "the venue's reads may lag its writes by, ms", 250, { min: 0, max: MINUTE_MS }),
  createsPerSecond: whole('CREATES_PER_SECOND', 'order creates in any rolling second; an entry needs four', 10, {
    min: 4,
    max: 100_000,
  }),
  ipCallsPer5s: whole('IP_CALLS_PER_5S', 'REST calls of all kinds in any 5 s', 600, { min: 20, max: 1_000_000 }),
  runSeed: {
    ...pattern(
      'RUN_SEED',
      'seed of every chance the run takes',
      /^[A-Za-z0-9_.-]{1,64}$/,
      '1 to 64 of A-Z a-z 0-9 _ . -',
    ),
    fallback: '1',
  },
  hostsAllowed: hostList('TRADING_HOSTS_ALLOWED', 'hosts to trade at besides demo and loopback, for tests'),

  durationMs: {
    ...whole('RUN_DURATION_MS', 'stop after so long, ms', 0, { min: 1, max: TIMER_MAX_MS }),
    fallback: null,
  },
  maxTrades: { ...whole('MAX_TRADES', 'stop after so many trades', 0, { min: 1, max: 1e9 }), fallback: null },
}

// ── Kinds of value ──────────────────────────────────────────────────────────────────────────────────────────────────

interface Range {
  readonly min?: number
  readonly max: number
  /** More than this, instead of at least `min`. */
  readonly above?: number
  readonly not?: number
}

function decimal(variable: string, meaning: string, fallback: number, range: Range): Field<number> {
  return number(variable, meaning, fallback, range, { shape: DECIMAL, kind: 'a plain decimal' })
}

function whole(variable: string, meaning: string, fallback: number, range: Range): Field<number> {
  return number(variable, meaning, fallback, range, { shape: WHOLE, kind: 'a whole number' })
}

function powerOfTwo(variable: string, meaning: string, fallback: number, range: Range): Field<number> {
  const field = number(variable, meaning, fallback, range, { shape: WHOLE, kind: 'a power of two' })
  return { ...field, schema: field.schema.refine((value) => Number.isInteger(Math.log2(value))) }
}

function number(
  variable: string,
  meaning: string,
  fallback: number,
  range: Range,
  text: { readonly shape: RegExp; readonly kind: string },
): Field<number> {
  const low = range.above === undefined ? `from ${plain(range.min ?? 0)}` : `more than ${plain(range.above)}`
  const high = range.above === undefined ? `to ${plain(range.max)}` : `and at most ${plain(range.max)}`
  const except = range.not === undefined ? '' : `, but not ${plain(range.not)}`
  const schema = z
    .string()
    .regex(text.shape)
    .transform(Number)
    .refine((value) => value >= (range.min ?? 0) || range.above !== undefined)
    .refine((value) => range.above === undefined || value > range.above)
    .refine((value) => value <= range.max && value !== range.not)
    // "-0" is a number nobody means.
    .transform((value) => value + 0)
  return { variable, meaning, allowed: `${text.kind} ${low} ${high}${except}`, fallback, schema }
}

function choice<const T extends string>(variable: string, meaning: string, values: readonly [T, ...T[]]): Field<T> {
  const schema = z.string().refine((text): text is T => (values as readonly string[]).includes(text))
  return { variable, meaning, allowed: values.join(' | '), fallback: values[0], schema: schema as z.ZodType<T, string> }
}

function pattern(variable: string, meaning: string, shape: RegExp, allowed: string): Omit<Field<string>, 'fallback'> {
  return { variable, meaning, allowed, schema: z.string().regex(shape) }
}

function symbolList(variable: string, meaning: string, fallback: readonly string[]): Field<readonly string[]> {
  const schema = commaList(z.string().regex(/^[A-Z0-9]{1,20}USDT$/)).refine(
    (list) => list.length <= 500 && new Set(list).size === list.length,
  )
  const allowed = '1 to 500 symbols separated by commas, upper case, each ending in USDT, none twice'
  return { variable, meaning, allowed, fallback, schema }
}

function hostList(variable: string, meaning: string): Field<readonly string[]> {
  const schema = commaList(z.string().regex(/^[A-Za-z0-9.-]{1,253}$/))
  return { variable, meaning, allowed: 'host names separated by commas, no scheme, no port', fallback: [], schema }
}

function commaList(item: z.ZodType<string, string>): z.ZodType<readonly string[], string> {
  return z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(item).min(1))
}

function plain(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 9, useGrouping: false })
}
