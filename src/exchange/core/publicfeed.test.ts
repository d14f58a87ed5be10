import { expect, test } from 'vitest'
import { createBench, START_MS, worldOf } from './test-support/bench.ts'
import type { Push } from './types.ts'

interface BookFrame {
  readonly topic: string
  readonly type: string
  readonly ts: number
  readonly cts: number
  readonly data: { s: string; b: [string, string][]; a: [string, string][]; u: number; seq: number }
}

const BTC = { symbol: 'BTCUSDT' }
const frames = <T>(pushes: readonly Push[], topic: string): T[] =>
  pushes.flatMap((push) => (push.kind === 'public' && push.topic === topic ? [push.frame as unknown as T] : []))

test('unknown topics, symbols and depths are answered false', () => {
  const { core } = createBench('calm')
  const unknown = [
    'orderbook.500.BTCUSDT',
    'orderbook.1.NOPE',
    'orderbook.BTCUSDT',
    'ticker.BTCUSDT',
    'tickers',
    'orderbook.1.BTCUSDT.x',
    'tickers.BTCUSDT.x',
    'orderbook.constructor.BTCUSDT',
    'kline.2.BTCUSDT',
    'kline.BTCUSDT',
    'priceLimit.1.BTCUSDT',
    'liquidation.BTCUSDT',
    '',
  ]
  for (const topic of unknown) expect(core.subscribe(topic), topic).toBe(false)
  const known = [
    'orderbook.1.BTCUSDT',
    'orderbook.50.ETHUSDT',
    'orderbook.200.BTCUSDT',
    'orderbook.1000.BTCUSDT',
    'tickers.SOLUSDT',
    'publicTrade.BTCUSDT',
    'priceLimit.BTCUSDT',
    'kline.1.BTCUSDT',
    'kline.M.BTCUSDT',
    'allLiquidation.BTCUSDT',
  ]
  for (const topic of known) expect(core.subscribe(topic), topic).toBe(true)
})

test('nothing is produced that nobody has asked for, nor after the last one has left', () => {
  const bench = createBench('calm')
  expect(bench.pass(1_000)).toEqual([])
  bench.core.subscribe('orderbook.1.BTCUSDT')
  bench.core.subscribe('orderbook.1.BTCUSDT')
  expect(bench.pass(1_000).length).toBeGreaterThan(0)
  bench.core.unsubscribe('orderbook.1.BTCUSDT')
  expect(bench.pass(1_000).length).toBeGreaterThan(0)
  bench.core.unsubscribe('orderbook.1.BTCUSDT')
  expect(bench.pass(1_000)).toEqual([])
})

test('orderbook.1 sends snapshots only, ten milliseconds apart at least, with rising u and seq', () => {
  const topic = 'orderbook.1.BTCUSDT'
  const bench = createBench('load')
  bench.core.subscribe(topic)
  const [first] = bench.core.snapshot(topic, bench.nowMs()) as unknown as BookFrame[]
  expect(Object.keys(first!)).toEqual(['topic', 'ts', 'type', 'data', 'cts'])
  const seen = [first!, ...frames<BookFrame>(bench.pass(2_000), topic)]
  expect(seen.length).toBeGreaterThan(180)
  for (let at = 1; at < seen.length; at += 1) {
    const [before, now] = [seen[at - 1]!, seen[at]!]
    expect(now.type).toBe('snapshot')
    expect(now.data.b).toHaveLength(1)
    expect(now.data.a).toHaveLength(1)
    expect(now.data.u).toBe(before.data.u + 1)
    expect(now.data.seq).toBeGreaterThan(before.data.seq)
    expect(now.ts - before.ts).toBeGreaterThanOrEqual(9)
    expect(now.cts).toBeLessThanOrEqual(now.ts)
    expect(Number(now.data.b[0]![0])).toBeLessThan(Number(now.data.a[0]![0]))
  }
})

test('orderbook.1 repeats itself under the same u after three seconds without a change', () => {
  const topic = 'orderbook.1.BTCUSDT'
  const bench = createBench('calm')
  bench.core.subscribe(topic)
  const [first] = bench.core.snapshot(topic, START_MS) as unknown as BookFrame[]
  bench.core.control({ do: 'hold', symbol: 'BTCUSDT', on: true }, START_MS)
  const seen = frames<BookFrame>(bench.pass(9_500), topic)
  expect(seen.map((frame) => [frame.ts - START_MS, frame.data.u])).toEqual(
    [3_000, 6_000, 9_000].map((ms) => [ms, first!.data.u]),
  )
})

test('orderbook.50 deltas, applied to the snapshot, give the book, and delete only what was published', () => {
  const topic = 'orderbook.50.SOLUSDT'
  const bench = createBench(worldOf('calm', (world) => (world.instruments[2]!.market.updatesPerSecond = 300)))
  bench.core.subscribe(topic)
  // A second subscriber comes while deltas flow.
  bench.pass(777)
  const [snapshot] = bench.core.snapshot(topic, bench.nowMs()) as unknown as BookFrame[]
  const book = { b: new Map(snapshot!.data.b), a: new Map(snapshot!.data.a) }
  let u = snapshot!.data.u
  const deltas = frames<BookFrame>(bench.pass(5_003), topic)
  expect(deltas.length).toBeGreaterThan(100)
  let deletes = 0
  for (const { type, data } of deltas) {
    expect(type).toBe('delta')
    expect(data.u).toBe(u + 1)
    u = data.u
    for (const side of ['b', 'a'] as const) {
      for (const [price, size] of data[side]) {
        if (size !== '0') book[side].set(price, size)
        else {
          expect(book[side].delete(price)).toBe(true)
          deletes += 1
        }
      }
    }
  }
  expect(deletes).toBeGreaterThan(10)
  const [now] = bench.core.snapshot(topic, bench.nowMs()) as unknown as BookFrame[]
  expect([...book.b].toSorted((x, y) => Number(y[0]) - Number(x[0]))).toEqual(now!.data.b)
  expect([...book.a].toSorted((x, y) => Number(x[0]) - Number(y[0]))).toEqual(now!.data.a)
})

interface TickerFrame {
  readonly type: string
  readonly ts: number
  readonly cs: number
  readonly data: Record<string, string>
}

test('tickers send a snapshot, then every 100 ms at most what has changed', () => {
  const topic = 'tickers.BTCUSDT'
  const bench = createBench('calm')
  bench.core.subscribe(topic)
  const [snapshot] = bench.core.snapshot(topic, START_MS) as unknown as TickerFrame[]
  expect(snapshot!.type).toBe('snapshot')
  for (const field of [
    'markPrice',
    'indexPrice',
    'fundingRate',
    'nextFundingTime',
    'openInterest',
    'bid1Price',
    'ask1Size',
    'preQty',
  ]) {
    expect(snapshot!.data, field).toHaveProperty(field)
  }
  const merged = { ...snapshot!.data }
  const deltas = frames<TickerFrame>(bench.pass(10_000), topic)
  expect(deltas.length).toBeGreaterThan(20)
  let before = START_MS
  for (const { type, data, ts } of deltas) {
    expect(type).toBe('delta')
    expect(data['symbol']).toBe('BTCUSDT')
    expect(data).not.toHaveProperty('fundingRate')
    for (const [field, value] of Object.entries(data)) if (field !== 'symbol') expect(value).not.toBe(merged[field])
    Object.assign(merged, data)
    expect(ts - before).toBeGreaterThanOrEqual(99)
    before = ts
  }
  const [now] = bench.core.snapshot(topic, bench.nowMs()) as unknown as TickerFrame[]
  expect(merged).toEqual(now!.data)
  expect(Number(merged['nextFundingTime']) % (8 * 3_600_000)).toBe(0)
})

test('publicTrade tells each match at once, and the quote and the ticker follow', () => {
  const bench = createBench('calm')
  for (const kind of ['publicTrade', 'orderbook.1']) bench.core.subscribe(`${kind}.BTCUSDT`)
  bench.pass(20)
  const { pushes } = bench.order({ ...BTC, side: 'Sell', qty: '0.010' })
  const [trade] = frames<{ type: string; data: Record<string, unknown>[] }>(pushes, 'publicTrade.BTCUSDT')
  expect(trade).toMatchObject({
    type: 'snapshot',
    data: [{ s: 'BTCUSDT', S: 'Sell', v: '0.010', BT: false, RPI: false }],
  })
  const [execution] = bench.rows('/v5/execution/list', BTC)
  expect(trade!.data[0]).toMatchObject({ p: execution!['execPrice'], seq: execution!['seq'] })
  expect(frames(pushes, 'orderbook.1.BTCUSDT')).toHaveLength(1)
})

test('an order of ours that improves the price is the quote everybody sees', () => {
  const bench = createBench('thin')
  bench.core.subscribe('orderbook.1.BTCUSDT')
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '60030.00' })
  const seen = frames<BookFrame>(bench.pass(15), 'orderbook.1.BTCUSDT')
  expect(seen.at(-1)?.data.b).toEqual([['60030.00', '0.006']])
})
