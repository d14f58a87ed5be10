import { expect, test } from 'vitest'
import { type Bench, createBench, START_MS, worldOf } from './test-support/bench.ts'
import type { Push } from './types.ts'

const BTC = { symbol: 'BTCUSDT' }
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const CHARTS = ['kline', 'mark-price-kline', 'index-price-kline', 'premium-index-price-kline'] as const

type Candle = readonly string[]

const candles = (bench: Bench, params: Readonly<Record<string, unknown>>, chart = 'kline'): readonly Candle[] =>
  (bench.get(`/v5/market/${chart}`, { ...BTC, interval: '1', ...params }).result as { list: readonly Candle[] }).list
const starts = (list: readonly Candle[]): number[] => list.map(([start]) => Number(start))

/** Fewer events, so that hours pass quickly. */
const slow = (perSecond = 2): Bench =>
  createBench(
    worldOf('calm', (world) => {
      for (const { market } of world.instruments) {
        Object.assign(market, { updatesPerSecond: perSecond, tradeShare: 0.5, volatilityBps: 3, maxQuietMs: undefined })
      }
    }),
  )

interface Trades {
  readonly data: readonly { readonly T: number; readonly p: string; readonly v: string }[]
}

const tradesOf = (pushes: readonly Push[]): Trades['data'] =>
  pushes.flatMap((push) =>
    push.kind === 'public' && push.topic === 'publicTrade.BTCUSDT' ? (push.frame as unknown as Trades).data : [],
  )

test('candles are made of the trades the stream told, newest first, each opening where the last one closed', () => {
  const bench = slow(20)
  bench.core.subscribe('publicTrade.BTCUSDT')
  const trades = tradesOf(bench.pass(10 * MINUTE_MS + 30_000))
  const list = candles(bench, { limit: 11 })
  expect(starts(list)).toEqual(Array.from({ length: 11 }, (_, back) => START_MS + (10 - back) * MINUTE_MS))
  let close = '60000.00'
  for (const [start, open, high, low, last, volume, turnover] of list.toReversed()) {
    const within = trades.filter(({ T }) => T >= Number(start) && T < Number(start) + MINUTE_MS)
    const prices = [Number(close), ...within.map(({ p }) => Number(p))]
    expect([open, high, low]).toEqual([close, Math.max(...prices).toFixed(2), Math.min(...prices).toFixed(2)])
    expect(last).toBe(within.at(-1)?.p ?? close)
    expect(Number(volume)).toBeCloseTo(
      within.reduce((sum, { v }) => sum + Number(v), 0),
      6,
    )
    expect(Number(turnover)).toBeCloseTo(
      within.reduce((sum, { p, v }) => sum + Number(p) * Number(v), 0),
      3,
    )
    close = last!
  }
  expect(list.every((candle) => candle.length === 7)).toBe(true)
})

test('mark, index and premium charts have five columns and end where the ticker is', () => {
  const bench = slow(20)
  bench.pass(5 * MINUTE_MS + 1_000)
  const [ticker] = bench.rows('/v5/market/tickers', BTC)
  const last = (chart: string): string => {
    const [newest] = candles(bench, {}, chart)
    expect(newest).toHaveLength(5)
    return newest![4]!
  }
  const [mark, index] = [Number(ticker!['markPrice']), Number(ticker!['indexPrice'])]
  expect(last('mark-price-kline')).toBe(ticker!['markPrice'])
  expect(last('index-price-kline')).toBe(ticker!['indexPrice'])
  expect(last('premium-index-price-kline')).toBe(((mark - index) / index).toFixed(6))
  const spread = candles(bench, {}, 'premium-index-price-kline').map(([, , high, low]) => Number(high) - Number(low))
  expect(spread.slice(0, 5).every((each) => each > 0)).toBe(true)
})

test.each(CHARTS)('%s: before the venue opened the chart is flat, back to the launch', (chart) => {
  const bench = createBench('calm')
  const list = candles(bench, { interval: 'M', limit: 1_000 }, chart)
  expect(starts(list).at(-1)).toBe(Date.UTC(2020, 3, 1))
  expect(starts(list)[0]).toBe(Date.UTC(2026, 0, 1))
  const flat = chart === 'premium-index-price-kline' ? '0.000000' : '60000.00'
  for (const [, open, high, low, close, volume, turnover] of list) {
    expect([open, high, low, close]).toEqual([flat, flat, flat, flat])
    expect([volume, turnover]).toEqual(chart === 'kline' ? ['0.000', '0.0000'] : [undefined, undefined])
  }
})

test('start and end bound the candles, both inclusive; a start alone goes on from there', () => {
  const bench = createBench('calm')
  bench.pass(3_000)
  const start = START_MS - 10 * MINUTE_MS
  const from = (back: number, count: number): number[] =>
    Array.from({ length: count }, (_, at) => START_MS - (back + at) * MINUTE_MS)
  expect(starts(candles(bench, { start, end: START_MS - 7 * MINUTE_MS }))).toEqual(from(7, 4))
  expect(starts(candles(bench, { start, limit: 3 }))).toEqual(from(8, 3))
  expect(starts(candles(bench, { start: start + 1, limit: 2 }))).toEqual(from(8, 2))
  expect(starts(candles(bench, { end: start, limit: 2 }))).toEqual(from(10, 2))
  expect(starts(candles(bench, { start, end: START_MS, limit: 2 }))).toEqual(from(0, 2))
  expect(starts(candles(bench, { start: START_MS - MINUTE_MS }))).toEqual(from(0, 2))
  expect(candles(bench, { start: START_MS + HOUR_MS })).toEqual([])
  expect(candles(bench, {})).toHaveLength(200)
  expect(candles(bench, { limit: 4_000 })).toHaveLength(1_000)
})

test('an interval the venue has not, or a time that is none, is refused', () => {
  const bench = createBench('calm')
  const asked = (params: object): unknown => {
    const { retCode, retMsg } = bench.get('/v5/market/kline', { ...BTC, interval: '1', ...params })
    return [retCode, retMsg]
  }
  for (const interval of ['', '2', '1m', 'd', 'constructor']) {
    expect(asked({ interval })).toEqual([10001, 'params error: intervalTime is invalid'])
  }
  expect(asked({ start: 'x' })).toEqual([10001, 'Time is invalid'])
  expect(asked({ start: 2, end: 1 })).toEqual([10001, 'Time is invalid'])
  expect(bench.get('/v5/market/kline', { ...BTC, interval: 'W', category: undefined }).retCode).toBe(0)
})

interface Interest {
  readonly list: readonly { openInterest: string; singleOpenInterest: string; timestamp: string }[]
  readonly nextPageCursor: string
}

test('open interest is kept as the market moves: history has what the ticker showed at each moment', () => {
  const bench = slow()
  const shown: string[] = []
  for (let slot = 0; slot < 14; slot += 1) {
    const [{ openInterest }] = bench.rows('/v5/market/tickers', BTC) as unknown as [{ openInterest: string }]
    shown.unshift(openInterest)
    bench.pass(5 * MINUTE_MS)
  }
  const asked = (params: object): Interest =>
    bench.get('/v5/market/open-interest', { ...BTC, intervalTime: '5min', ...params }).result as Interest
  const { list } = asked({ limit: 15 })
  expect(list.slice(1).map((row) => row.openInterest)).toEqual(shown)
  expect(new Set(shown).size).toBeGreaterThan(10)
  for (const { openInterest, singleOpenInterest } of list) {
    expect(Number(openInterest)).toBeCloseTo(2 * Number(singleOpenInterest), 6)
  }
  const hourly = asked({ intervalTime: '1h', limit: 2 }).list
  expect(hourly.map(({ timestamp }) => Number(timestamp) - START_MS)).toEqual([HOUR_MS, 0])
  expect(hourly[0]).toEqual(list.find(({ timestamp }) => timestamp === hourly[0]!.timestamp))
})

test('open interest comes in pages of 50, or 1 to 200; the interval must be one of six', () => {
  const bench = slow()
  bench.pass(HOUR_MS)
  const asked = (params: object): Interest =>
    bench.get('/v5/market/open-interest', { ...BTC, intervalTime: '5min', ...params }).result as Interest
  const pages: Interest[] = [asked({})]
  while (pages.length < 4) pages.push(asked({ cursor: pages.at(-1)!.nextPageCursor }))
  const moments = pages.flatMap(({ list }) => list.map(({ timestamp }) => Number(timestamp)))
  expect(moments).toEqual(Array.from({ length: 200 }, (_, back) => START_MS + HOUR_MS - back * 5 * MINUTE_MS))
  expect(asked({ limit: 999 }).list).toHaveLength(200)
  const within = asked({ startTime: START_MS, endTime: START_MS + 12 * MINUTE_MS })
  expect(within).toMatchObject({ list: { length: 3 }, nextPageCursor: '' })
  for (const intervalTime of ['', '5', '1m', '2h', 'toString']) {
    expect(bench.get('/v5/market/open-interest', { ...BTC, intervalTime }).retCode).toBe(10001)
  }
})

test('account ratios are told at whole multiples of the period, in pages', () => {
  const bench = createBench('calm')
  bench.pass(MINUTE_MS)
  interface Ratios {
    readonly list: readonly object[]
    readonly nextPageCursor: string
  }
  const asked = (params: object): Ratios =>
    bench.get('/v5/market/account-ratio', { ...BTC, period: '1h', ...params }).result as Ratios
  const first = asked({ limit: 1 })
  const row = { symbol: 'BTCUSDT', buyRatio: '0.5', sellRatio: '0.5' }
  expect(first.list).toEqual([{ ...row, timestamp: String(START_MS) }])
  const second = asked({ limit: 1, cursor: first.nextPageCursor })
  expect(second.list).toEqual([{ ...row, timestamp: String(START_MS - HOUR_MS) }])
  expect(asked({}).list).toHaveLength(50)
  expect(bench.get('/v5/market/account-ratio', { ...BTC, period: '2h' }).retCode).toBe(10001)
})

test('funding history has 200 intervals up to an end or to now; a start without an end is an error', () => {
  const bench = createBench('calm')
  bench.pass(9 * HOUR_MS)
  const asked = (params: object) => bench.get('/v5/market/funding/history', { ...BTC, ...params })
  const times = (params: object): number[] =>
    (asked(params).result as { list: { fundingRateTimestamp: string }[] }).list.map((row) =>
      Number(row.fundingRateTimestamp),
    )
  const back = (fromMs: number, count: number): number[] =>
    Array.from({ length: count }, (_, at) => fromMs - at * 8 * HOUR_MS)
  expect(times({})).toEqual(back(START_MS + 8 * HOUR_MS, 200))
  expect(times({ endTime: START_MS - 1 })).toEqual(back(START_MS - 8 * HOUR_MS, 200))
  expect(times({ endTime: START_MS, limit: 2 })).toEqual(back(START_MS, 2))
  expect(times({ startTime: START_MS - 8 * HOUR_MS, endTime: START_MS + HOUR_MS })).toEqual(back(START_MS, 2))
  expect(asked({ startTime: START_MS })).toMatchObject({ retCode: 10001, retMsg: 'Time is invalid' })
  expect(asked({ startTime: START_MS, endTime: START_MS - 1 }).retCode).toBe(10001)
  expect(asked({ endTime: 'soon' }).retCode).toBe(10001)
  const [row] = bench.rows('/v5/market/funding/history', BTC)
  expect(Object.keys(row!)).toEqual(['symbol', 'fundingRate', 'fundingRateTimestamp'])
})

test('funding intervals may differ by symbol: minutes in instruments-info, hours in tickers', () => {
  const bench = createBench(worldOf('calm', (world) => (world.instruments[1]!.fundingIntervalMinutes = 240)))
  bench.pass(5 * HOUR_MS)
  for (const [symbol, hours] of [
    ['BTCUSDT', 8],
    ['ETHUSDT', 4],
  ] as const) {
    const [ticker] = bench.rows('/v5/market/tickers', { symbol })
    expect(ticker).toMatchObject({ fundingIntervalHour: String(hours) })
    expect(Number(ticker!['nextFundingTime'])).toBe(START_MS + 8 * HOUR_MS)
    expect(bench.rows('/v5/market/instruments-info', { symbol })[0]!['fundingInterval']).toBe(hours * 60)
    const [latest] = bench.rows('/v5/market/funding/history', { symbol })
    expect(Number(latest!['fundingRateTimestamp'])).toBe(START_MS + (hours === 8 ? 0 : 4 * HOUR_MS))
  }
})
