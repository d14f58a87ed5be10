import { expect, test } from 'vitest'
import { createBench, START_MS, worldOf } from './test-support/bench.ts'
import type { Push } from './types.ts'

const BTC = { symbol: 'BTCUSDT' }
const framesOf = <T>(pushes: readonly Push[], topic: string): T[] =>
  pushes.flatMap((push) => (push.kind === 'public' && push.topic === topic ? [push.frame as unknown as T] : []))

/** More symbols than the fixtures have: the same instrument under other names. */
const manySymbols = (count: number) =>
  createBench(
    worldOf('calm', (world) => {
      const [first] = world.instruments
      world.instruments = Array.from({ length: count }, (_, at) => ({
        ...first!,
        symbol: `C${String(at).padStart(3, '0')}USDT`,
        baseCoin: at % 2 === 0 ? 'EVEN' : 'ODD',
        market: { ...first!.market, updatesPerSecond: 0.1 },
      }))
    }),
  )

test('the time of the venue is told in seconds and in nanoseconds', () => {
  const bench = createBench('calm')
  bench.pass(1_234)
  expect(bench.get('/v5/market/time', {}).result).toEqual({
    timeSecond: String(Math.floor((START_MS + 1_234) / 1_000)),
    timeNano: `${START_MS + 1_234}000000`,
  })
})

test('an instrument has every field of the documents, each in its type', () => {
  const [btc] = createBench('calm').rows('/v5/market/instruments-info', BTC)
  expect(btc).toEqual({
    symbol: 'BTCUSDT',
    symbolId: 1,
    contractType: 'LinearPerpetual',
    status: 'Trading',
    baseCoin: 'BTC',
    quoteCoin: 'USDT',
    settleCoin: 'USDT',
    launchTime: '1585526400000',
    deliveryTime: '0',
    deliveryFeeRate: '',
    priceScale: '2',
    leverageFilter: { minLeverage: '1', maxLeverage: '100.00', leverageStep: '0.01' },
    priceFilter: { minPrice: '0.10', maxPrice: '1999999.80', tickSize: '0.10' },
    lotSizeFilter: {
      minNotionalValue: '5',
      maxOrderQty: '1190.000',
      maxMktOrderQty: '500.000',
      minOrderQty: '0.001',
      qtyStep: '0.001',
      postOnlyMaxOrderQty: '1190.000',
    },
    unifiedMarginTrade: true,
    fundingInterval: 480,
    copyTrading: 'none',
    upperFundingRate: '0.005',
    lowerFundingRate: '-0.005',
    isPreListing: false,
    preListingInfo: null,
    riskParameters: { priceLimitRatioX: '0.01', priceLimitRatioY: '0.02' },
    symbolType: '',
    displayName: '',
    forbidUplWithdrawal: false,
  })
})

test('instruments come in pages, 500 unless 1 to 1,000 are asked for, each exactly once', () => {
  const bench = manySymbols(720)
  const page = (params: Readonly<Record<string, unknown>>) =>
    bench.get('/v5/market/instruments-info', params).result as {
      list: readonly { symbol: string }[]
      nextPageCursor: string
    }
  const first = page({})
  const second = page({ cursor: first.nextPageCursor })
  expect([first.list.length, second.list.length, second.nextPageCursor]).toEqual([500, 220, ''])
  const symbols = [...first.list, ...second.list].map(({ symbol }) => symbol)
  expect(symbols).toEqual(symbols.toSorted())
  expect(new Set(symbols).size).toBe(720)
  expect(page({ limit: 1_000 })).toMatchObject({ nextPageCursor: '', list: { length: 720 } })
  expect(page({ limit: 5_000 }).list).toHaveLength(720)
  expect(page({ limit: 0 }).list).toHaveLength(1)
  expect(page({ baseCoin: 'ODD', limit: 300 }).list).toHaveLength(300)
  expect(page({ baseCoin: 'NONE' })).toMatchObject({ list: [], nextPageCursor: '' })
  expect(bench.get('/v5/market/instruments-info', { cursor: 'x' })).toMatchObject({ retCode: 10001 })
})

test('only what trades is listed, unless another status or type is asked for', () => {
  const bench = createBench('calm')
  const symbols = (params: Readonly<Record<string, unknown>>): unknown[] =>
    bench.rows('/v5/market/instruments-info', params).map((row) => row['symbol'])
  expect(symbols({})).toEqual(['BTCUSDT', 'ETHUSDT', 'SOLUSDT'])
  expect(symbols({ status: 'Trading' })).toEqual(['BTCUSDT', 'ETHUSDT', 'SOLUSDT'])
  for (const status of ['PreLaunch', 'Delivering', 'Closed']) expect(symbols({ status })).toEqual([])
  expect(symbols({ symbolType: 'innovation' })).toEqual([])
})

test('categories the venue has and this one does not are empty lists; others, and unknown symbols, are refused', () => {
  const bench = createBench('calm')
  for (const path of ['instruments-info', 'tickers', 'risk-limit']) {
    for (const category of ['spot', 'inverse', 'option']) {
      expect(bench.get(`/v5/market/${path}`, { category, baseCoin: 'BTC' })).toMatchObject({
        retCode: 0,
        result: { category, list: [] },
      })
    }
    expect(bench.get(`/v5/market/${path}`, { category: 'nonsense' }).retCode).toBe(10001)
    expect(bench.get(`/v5/market/${path}`, { category: '' }).retCode).toBe(10001)
    expect(bench.get(`/v5/market/${path}`, { symbol: 'NOPE' }).retCode).toBe(10001)
  }
  const symbolPaths = ['orderbook', 'price-limit', 'recent-trade', 'kline', 'open-interest', 'funding/history']
  for (const path of symbolPaths) {
    const params = { interval: '1', intervalTime: '5min' }
    expect(bench.get(`/v5/market/${path}`, { ...BTC, ...params }).retCode, path).toBe(0)
    expect(bench.get(`/v5/market/${path}`, { ...params }).retCode, path).toBe(10001)
    expect(bench.get(`/v5/market/${path}`, { ...params, symbol: 'NOPE' }).retCode, path).toBe(10001)
    expect(bench.get(`/v5/market/${path}`, { ...BTC, ...params, category: 'spot' }).retCode, path).toBe(10001)
  }
})

test('a ticker of REST has every field of the documents as text, and the figures of the stream', () => {
  const topic = 'tickers.BTCUSDT'
  const bench = createBench('calm')
  bench.core.subscribe(topic)
  bench.pass(5_000)
  bench.core.control({ do: 'hold', symbol: 'BTCUSDT', on: true }, bench.nowMs())
  bench.pass(200)
  const [row] = bench.rows('/v5/market/tickers', BTC)
  expect(Object.keys(row!).toSorted().join()).toBe(
    'ask1Price,ask1Size,basis,basisRate,basisRateYear,bid1Price,bid1Size,curPreListingPhase,deliveryFeeRate,deliveryTime,' +
      'fundingCap,fundingIntervalHour,fundingRate,highPrice24h,indexPrice,lastPrice,lowPrice24h,markPrice,nextFundingTime,' +
      'openInterest,openInterestValue,preOpenPrice,preQty,predictedDeliveryPrice,prevPrice1h,prevPrice24h,price24hPcnt,' +
      'singleOpenInterest,singleOpenInterestValue,symbol,turnover24h,volume24h',
  )
  expect(Object.values(row!).every((value) => typeof value === 'string')).toBe(true)
  const [frame] = bench.core.snapshot(topic, bench.nowMs()) as unknown as { data: Record<string, string> }[]
  const { tickDirection, ...told } = frame!.data
  expect(tickDirection).toMatch(/^(Zero)?(Plus|Minus)Tick$/)
  expect(row).toMatchObject(told)
  expect(Number(row!['openInterest'])).toBe(2 * Number(row!['singleOpenInterest']))
  expect(bench.rows('/v5/market/tickers', {})).toHaveLength(3)
})

test('the figures of a day are those of the trades the stream told', () => {
  const topic = 'publicTrade.BTCUSDT'
  const bench = createBench('calm')
  bench.core.subscribe(topic)
  const trades = framesOf<{ data: { p: string; v: string }[] }>(bench.pass(60_000), topic).flatMap(({ data }) => data)
  const prices = [60_000, ...trades.map(({ p }) => Number(p))]
  const [row] = bench.rows('/v5/market/tickers', BTC)
  expect(trades.length).toBeGreaterThan(20)
  expect(row).toMatchObject({
    prevPrice24h: '60000.00',
    prevPrice1h: '60000.00',
    lastPrice: trades.at(-1)!.p,
    highPrice24h: Math.max(...prices).toFixed(2),
    lowPrice24h: Math.min(...prices).toFixed(2),
    price24hPcnt: ((prices.at(-1)! - 60_000) / 60_000).toFixed(6),
  })
  expect(Number(row!['volume24h'])).toBeCloseTo(
    trades.reduce((sum, { v }) => sum + Number(v), 0),
    6,
  )
  expect(Number(row!['turnover24h'])).toBeCloseTo(
    trades.reduce((sum, { p, v }) => sum + Number(p) * Number(v), 0),
    2,
  )
})

test('an order book has 25 levels unless 1 to 1,000 are asked for', () => {
  const bench = createBench(worldOf('calm', (world) => (world.instruments[0]!.market.levels = 1_000)))
  const levels = (params: object): unknown => {
    const { a, b } = bench.get('/v5/market/orderbook', { ...BTC, ...params }).result as { a: unknown[]; b: unknown[] }
    return [a.length, b.length]
  }
  expect(levels({})).toEqual([25, 25])
  expect(levels({ limit: 1 })).toEqual([1, 1])
  expect(levels({ limit: '1000' })).toEqual([1_000, 1_000])
  expect(levels({ limit: 1_200 })).toEqual([1_000, 1_000])
  expect(
    Object.keys(bench.get('/v5/market/orderbook', BTC).result as object)
      .toSorted()
      .join(),
  ).toBe('a,b,cts,s,seq,ts,u')
})

test('price-limit takes linear for granted', () => {
  const bench = createBench('calm')
  const { result } = bench.get('/v5/market/price-limit', { ...BTC, category: undefined })
  expect(result).toEqual({ symbol: 'BTCUSDT', buyLmt: '60600.10', sellLmt: '59400.10', ts: String(START_MS) })
})

test('recent trades are those the stream told, the newest first, at most 1,000 of them', () => {
  const topic = 'publicTrade.BTCUSDT'
  const bench = createBench('load')
  bench.core.subscribe(topic)
  interface Told {
    readonly i: string
    readonly p: string
    readonly v: string
    readonly S: string
    readonly T: number
    readonly seq: number
  }
  const told = framesOf<{ data: Told[] }>(bench.pass(60_000), topic).flatMap(({ data }) => data)
  expect(told.length).toBeGreaterThan(1_000)
  const rows = bench.rows('/v5/market/recent-trade', { ...BTC, limit: 5_000 })
  expect(rows).toEqual(
    told
      .slice(-1_000)
      .toReversed()
      .map(({ i, p, v, S, T, seq }) => ({
        execId: i,
        symbol: 'BTCUSDT',
        price: p,
        size: v,
        side: S,
        time: String(T),
        isBlockTrade: false,
        isRPITrade: false,
        seq: String(seq),
      })),
  )
  expect(bench.rows('/v5/market/recent-trade', BTC)).toHaveLength(500)
  expect(bench.rows('/v5/market/recent-trade', { ...BTC, limit: 3 })).toEqual(rows.slice(0, 3))
})

test('risk limits come 15 symbols at a time, the insurance pool in one piece', () => {
  const bench = manySymbols(20)
  const first = bench.get('/v5/market/risk-limit', {}).result as { list: readonly object[]; nextPageCursor: string }
  expect(first.list).toHaveLength(15)
  expect(bench.rows('/v5/market/risk-limit', { cursor: first.nextPageCursor })).toHaveLength(5)
  const [tier] = bench.rows('/v5/market/risk-limit', { symbol: 'C003USDT' })
  expect(tier).toEqual({
    id: 1,
    symbol: 'C003USDT',
    riskLimitValue: '20000000',
    maintenanceMargin: '0.005',
    initialMargin: '0.01',
    isLowestRisk: 1,
    maxLeverage: '100.00',
    mmDeduction: '',
  })
  const pool = bench.get('/v5/market/insurance', { coin: 'USDT' }).result as { list: readonly object[] }
  expect(pool).toMatchObject({ updatedTime: String(START_MS), list: [{ coin: 'USDT' }] })
  expect(Object.keys(pool.list[0]!).toSorted()).toEqual(['balance', 'coin', 'symbols', 'value'])
  expect(bench.get('/v5/market/insurance', {}).result).toEqual(pool)
  expect(bench.get('/v5/market/insurance', { coin: 'ETH' }).result).toMatchObject({ list: [] })
})
