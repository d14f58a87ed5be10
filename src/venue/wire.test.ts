import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import type { Step } from '../domain/steps.ts'
import { parseSteps } from '../domain/steps.ts'
import type { Random } from '../seams/random.ts'
import { seededRandom } from '../seams/random.ts'
import type { MutableQuote } from './decode.ts'
import { decodeQuote, decodeTicker, emptyQuote, emptyTicker } from './decode.ts'
import type { Refusal } from './decode-fields.ts'
import { countSteps, indexInstruments, isRecord, isRefusal } from './decode-fields.ts'
import { decodeExecution, decodeInstrument, decodeOrder, decodePosition } from './decode-rows.ts'
import { BTC, ETH } from './test-support/instruments.ts'
import { fixture } from './test-support/rows.ts'
import { executionRow, instrumentRow, orderRow, positionRow, quoteFrame, tickerFrame } from './wire.ts'

const SEED = 'wire-1'
const MUTANTS = 500
const instruments = indexInstruments([BTC, ETH])

/** `undefined` for what is refused. */
type Reader = (value: unknown) => unknown

interface Pair {
  readonly name: string
  readonly sample: unknown
  readonly ours: Reader
  readonly zods: Reader
}

const accepted = (value: unknown): unknown => (isRefusal(value) ? undefined : value)

function parsed(schema: z.ZodType): Reader {
  return (value) => {
    const result = schema.safeParse(value)
    return result.success ? result.data : undefined
  }
}

/** A row of another symbol or category is not ours: null on both sides, decided before either reads it. */
function rowOf(schemaOf: (instrument: typeof BTC) => z.ZodType): Reader {
  return (row) => {
    if (!isRecord(row) || typeof row['symbol'] !== 'string' || row['symbol'] === '') return undefined
    if (row['category'] !== undefined && row['category'] !== 'linear') return null
    const known = instruments.get(row['symbol'])
    return known === undefined ? null : parsed(schemaOf(known.instrument))(row)
  }
}

function quoteOf(frame: unknown): unknown {
  const into = emptyQuote(0)
  const refusal: Refusal | null = decodeQuote(frame, BTC, into)
  const { symbolIndex: _, receivedUs: __, ...quote }: MutableQuote = into
  return refusal === null ? quote : undefined
}

/** Both merged into the same empty ticker. */
function tickerOf(frame: unknown): unknown {
  const into = emptyTicker(0)
  return decodeTicker(frame, BTC, into) === null ? into : undefined
}

function tickerByZod(frame: unknown): unknown {
  const result = tickerFrame(BTC).safeParse(frame)
  if (!result.success) return undefined
  const { data, ts, cs } = result.data
  const into = emptyTicker(0)
  if (data.markPrice !== undefined) into.markTicks = data.markPrice * 10
  if (data.indexPrice !== undefined) into.indexTicks = data.indexPrice * 10
  if (data.openInterest !== undefined) into.openInterest = data.openInterest
  if (data.fundingRate !== undefined) into.fundingRate = data.fundingRate
  if (data.nextFundingTime !== undefined) into.nextFundingMs = data.nextFundingTime
  return { ...into, venueMs: ts, sequence: cs }
}

const rows = (name: string): unknown[] => {
  const { data, result } = fixture(name) as { data?: unknown[]; result?: { list: unknown[] } }
  return data ?? result!.list
}

const pairsOf = (name: string, decode: Reader, schemaOf: (instrument: typeof BTC) => z.ZodType): Pair[] =>
  rows(name).map((sample, index) => ({
    name: `${name}[${index}]`,
    sample,
    ours: (row) => accepted(decode(row)),
    zods: rowOf(schemaOf),
  }))

function withoutBid(): object {
  const frame = fixture('public-orderbook-1') as { data: object }
  return { ...frame, data: { ...frame.data, b: [] } }
}

const PAIRS: Pair[] = [
  { name: 'public-orderbook-1', sample: fixture('public-orderbook-1'), ours: quoteOf, zods: parsed(quoteFrame(BTC)) },
  {
    name: 'public-orderbook-1 without a bid',
    sample: withoutBid(),
    ours: quoteOf,
    zods: parsed(quoteFrame(BTC)),
  },
  { name: 'public-tickers-snapshot', sample: fixture('public-tickers-snapshot'), ours: tickerOf, zods: tickerByZod },
  { name: 'public-tickers-delta', sample: fixture('public-tickers-delta'), ours: tickerOf, zods: tickerByZod },
  ...['private-order', 'rest-order-realtime'].flatMap((name) =>
    pairsOf(name, (row) => decodeOrder(row, instruments), orderRow),
  ),
  ...['private-execution', 'rest-execution-list'].flatMap((name) =>
    pairsOf(name, (row) => decodeExecution(row, instruments), executionRow),
  ),
  ...['private-position', 'rest-position-list'].flatMap((name) =>
    pairsOf(name, (row) => decodePosition(row, instruments), positionRow),
  ),
  {
    name: 'rest-instruments',
    sample: rows('rest-instruments')[0],
    ours: (row) => accepted(decodeInstrument(row)),
    zods: parsed(instrumentRow),
  },
]

test.for(PAIRS)('$name: the decoder and the schema accept the fixture and read the same value', (pair) => {
  const value = pair.ours(pair.sample)
  expect(value).toBeDefined()
  expect(value).toEqual(pair.zods(pair.sample))
})

test.for(PAIRS)(`$name: they agree on ${MUTANTS} mutants, seed ${SEED}`, ({ name, sample, ours, zods }) => {
  const random = seededRandom(SEED).fork(name)
  let refused = 0
  let kept = 0
  for (let i = 0; i < MUTANTS; i += 1) {
    const mutant = structuredClone({ root: sample })
    for (let n = random.integer(1, 2); n > 0; n -= 1) mutate(mutant, random)
    const text = JSON.stringify(mutant.root)
    // What JSON cannot say the wire cannot send.
    const value = text === undefined ? undefined : (JSON.parse(text) as unknown)
    const got = ours(value)
    const wanted = zods(value)
    // Asserting is slow; so it is done only to show a difference.
    if (!isDeepStrictEqual(got, wanted)) expect(got, `seed ${SEED}, mutant ${i}: ${text}`).toEqual(wanted)
    if (got === undefined) refused += 1
    else kept += 1
  }
  expect(refused).toBeGreaterThan(0)
  expect(kept).toBeGreaterThan(0)
})

test('counting steps agrees with the exact parser on every text it may meet', () => {
  const random = seededRandom(SEED).fork('steps')
  const stepList: Step[] = [BTC.tick, BTC.lot, ETH.tick, { units: 1, decimals: 0 }, { units: 5, decimals: 4 }]
  for (let i = 0; i < 20_000; i += 1) {
    const text = decimalText(random)
    const step = stepList[random.integer(0, stepList.length - 1)]!
    const [got, wanted] = [countSteps(text, step), parseSteps(text, step) ?? -1]
    if (got !== wanted) expect(got, `${text} in ${JSON.stringify(step)}`).toBe(wanted)
  }
  for (const text of ['', '.', '1.', '.5', '-1', '+1', '1e3', ' 1', '1 ', '1.2.3', '0x1', '1,5', '١', null, 7]) {
    expect(countSteps(text, BTC.lot)).toBe(-1)
  }
})

test('a refusal says what was wrong with which field', () => {
  const row = { ...(rows('private-order')[0] as object), qty: '0.0125' }
  expect(decodeOrder(row, instruments)).toEqual({ why: 'order: qty must be a multiple of its step, got "0.0125"' })
  const crossed = { ...fixture('public-orderbook-1') } as { data: object }
  crossed.data = { ...crossed.data, b: [['60617.20', '1']] }
  expect(decodeQuote(crossed, BTC, emptyQuote(0))!.why).toContain('bid below ask')
})

test('an execution of a kind nobody has heard of is refused by name, not lost', () => {
  const row = { ...(rows('private-execution')[0] as object), execType: 'NewKind' }
  expect(decodeExecution(row, instruments)).toMatchObject({ why: expect.stringContaining('NewKind') as string })
})

const POOL: unknown[] = [
  null,
  '',
  '0',
  '-1',
  '1e3',
  '0.0000001',
  '00012.500',
  '60617.1',
  '99999999999999999999',
  '9007199254740993',
  0,
  1,
  3,
  -1,
  1.5,
  2 ** 53,
  true,
  [],
  {},
  'Buy',
  'Sell',
  'None',
  'BTCUSDT',
  'ETHUSDT',
  'Funding',
  'AdlTrade',
  'linear',
  'spot',
  'delta',
  'snapshot',
  [['60617.0', '1']],
  [['60618', '1', '2']],
]

/** Changes one place of a document: removes it, replaces it, or bends a number. */
function mutate(holder: { root: unknown }, random: Random): void {
  let parent: unknown = holder
  let key: string | number = 'root'
  for (;;) {
    const value: unknown = (parent as Record<string | number, unknown>)[key]
    const keys: string[] = typeof value === 'object' && value !== null ? Object.keys(value) : []
    if (keys.length === 0 || random.next() < 0.1) break
    parent = value
    key = keys[random.integer(0, keys.length - 1)]!
  }
  const place = parent as Record<string | number, unknown>
  const roll = random.next()
  const old = place[key]
  if (roll < 0.2) delete place[key]
  else if (roll < 0.5 && typeof old === 'string') place[key] = decimalText(random)
  else if (roll < 0.6 && typeof old === 'string') place[key] = `${old}0`
  else place[key] = structuredClone(POOL[random.integer(0, POOL.length - 1)])
}

function decimalText(random: Random): string {
  const digits = (count: number): string => Array.from({ length: count }, () => random.integer(0, 9)).join('')
  const whole = digits(random.integer(1, random.next() < 0.1 ? 17 : 6))
  if (random.next() < 0.3) return whole
  return `${whole}.${digits(random.integer(0, random.next() < 0.1 ? 20 : 3))}${'0'.repeat(random.integer(0, 2))}`
}
