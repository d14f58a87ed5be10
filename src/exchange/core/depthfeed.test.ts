import { expect, test } from 'vitest'
import { createBench, START_MS, worldOf } from './test-support/bench.ts'
import type { Push } from './types.ts'

type Levels = readonly (readonly [string, string])[]

interface BookFrame {
  readonly topic: string
  readonly type: string
  readonly ts: number
  readonly cts: number
  readonly data: { s: string; b: Levels; a: Levels; u: number; seq: number }
}

const BTC = { symbol: 'BTCUSDT' }
const DEPTHS = [1, 50, 200, 1000] as const
const topicOf = (depth: number): string => `orderbook.${depth}.BTCUSDT`
const framesOf = (pushes: readonly Push[], topic?: string): BookFrame[] =>
  pushes.flatMap((push) =>
    push.kind === 'public' && (topic === undefined || push.topic === topic) ? [push.frame as unknown as BookFrame] : [],
  )

/** A busy market of more levels than the deepest topic shows. */
const busy = () =>
  createBench(
    worldOf('calm', (world) => {
      Object.assign(world.instruments[0]!.market, { updatesPerSecond: 400, levels: 1_000, priceShare: 0.2 })
    }),
  )

test.each([
  [1, 10],
  [50, 20],
  [200, 100],
  [1000, 200],
])('orderbook.%i speaks every %i ms at most, and as soon as it may', (depth, intervalMs) => {
  const bench = busy()
  bench.core.subscribe(topicOf(depth))
  const frames = framesOf(bench.pass(4_000))
  expect(frames.length).toBeGreaterThan((4_000 / intervalMs) * 0.7)
  expect(frames.length).toBeLessThanOrEqual(4_000 / intervalMs)
  for (const [at, frame] of frames.slice(1).entries()) {
    expect(frame.ts - frames[at]!.ts).toBeGreaterThanOrEqual(intervalMs - 1)
  }
})

test('keys of a frame are in the order of the venue: level 1 has ts before type, the others after', () => {
  const bench = busy()
  for (const depth of DEPTHS) bench.core.subscribe(topicOf(depth))
  const keys = new Set(framesOf(bench.pass(1_000)).map((frame) => `${frame.topic} ${Object.keys(frame).join()}`))
  expect([...keys].toSorted()).toEqual([
    'orderbook.1.BTCUSDT topic,ts,type,data,cts',
    'orderbook.1000.BTCUSDT topic,type,ts,data,cts',
    'orderbook.200.BTCUSDT topic,type,ts,data,cts',
    'orderbook.50.BTCUSDT topic,type,ts,data,cts',
  ])
})

test.each([50, 200, 1000])('orderbook.%i: snapshot and deltas give the book that REST shows', (depth) => {
  const bench = busy()
  bench.core.subscribe(topicOf(depth))
  const [first] = bench.core.snapshot(topicOf(depth), START_MS) as unknown as BookFrame[]
  expect([first!.type, first!.data.b.length, first!.data.a.length]).toEqual(['snapshot', depth, depth])
  const book = { b: new Map(first!.data.b), a: new Map(first!.data.a) }
  let u = first!.data.u
  // The venue's own orders come and go in it as well.
  for (let turn = 0; turn < 20; turn += 1) {
    const { pushes } = bench.order({ ...BTC, side: turn % 2 === 0 ? 'Buy' : 'Sell', qty: '3', price: '60000' })
    for (const { type, data } of framesOf([...pushes, ...bench.pass(330)])) {
      expect([type, data.u]).toEqual(['delta', u + 1])
      u = data.u
      for (const side of ['b', 'a'] as const) {
        for (const [price, size] of data[side]) {
          if (size === '0') expect(book[side].delete(price), `${price} was told`).toBe(true)
          else book[side].set(price, size)
        }
      }
    }
  }
  bench.core.control({ do: 'hold', symbol: 'BTCUSDT', on: true }, bench.nowMs())
  for (const { data } of framesOf(bench.pass(400))) {
    for (const side of ['b', 'a'] as const) for (const [price, size] of data[side]) book[side].set(price, size)
    for (const side of ['b', 'a'] as const)
      for (const [price, size] of book[side]) if (size === '0') book[side].delete(price)
  }
  const rest = bench.get('/v5/market/orderbook', { ...BTC, limit: depth }).result as { b: Levels; a: Levels }
  expect([...book.b].toSorted((one, other) => Number(other[0]) - Number(one[0]))).toEqual(rest.b)
  expect([...book.a].toSorted((one, other) => Number(one[0]) - Number(other[0]))).toEqual(rest.a)
})

test('bids fall, asks rise, and no size of a snapshot is 0', () => {
  const bench = busy()
  for (const depth of DEPTHS) {
    bench.core.subscribe(topicOf(depth))
    const [{ data }] = bench.core.snapshot(topicOf(depth), START_MS) as unknown as [BookFrame]
    const prices = (levels: Levels): number[] => levels.map(([price]) => Number(price))
    expect(prices(data.b)).toEqual(prices(data.b).toSorted((one, other) => other - one))
    expect(prices(data.a)).toEqual(prices(data.a).toSorted((one, other) => one - other))
    expect([...data.b, ...data.a].every(([, size]) => Number(size) > 0)).toBe(true)
  }
})

test('seq orders the frames of all depths: the same seq is the same book, a larger one a later book', () => {
  const bench = busy()
  for (const depth of DEPTHS) bench.core.subscribe(topicOf(depth))
  bench.core.subscribe('publicTrade.BTCUSDT')
  const frames = framesOf(bench.pass(3_000)).filter(({ topic }) => topic.startsWith('orderbook'))
  const touch = new Map<number, string>()
  for (const [at, { data, topic }] of frames.entries()) {
    expect(data.seq).toBeGreaterThanOrEqual(frames[at - 1]?.data.seq ?? 0)
    if (topic !== topicOf(1)) continue
    const shown = JSON.stringify([data.b, data.a])
    expect(touch.get(data.seq) ?? shown).toBe(shown)
    touch.set(data.seq, shown)
  }
  expect(frames.filter(({ data }) => touch.has(data.seq)).length).toBeGreaterThan(touch.size)
})

test('REST shows the book of orderbook.1000 under its u while somebody listens, and the book as it is when nobody does', () => {
  const bench = busy()
  const rest = () => bench.get('/v5/market/orderbook', { ...BTC, limit: 1000 }).result as BookFrame['data']
  const alone = [rest(), rest()]
  expect(alone[1]!.u).toBe(alone[0]!.u)
  bench.order({ ...BTC, side: 'Buy', qty: '1', price: '59990' })
  expect(rest().u).toBeGreaterThan(alone[0]!.u)
  bench.core.subscribe(topicOf(1000))
  for (let turn = 0; turn < 20; turn += 1) {
    bench.pass(170)
    const [{ data }] = bench.core.snapshot(topicOf(1000), bench.nowMs()) as unknown as [BookFrame]
    const shown = rest()
    expect([shown.u, shown.seq, shown.b, shown.a]).toEqual([data.u, data.seq, data.b, data.a])
  }
})

test('update ids go on when a topic loses its last listener and finds a new one', () => {
  const bench = busy()
  for (const depth of DEPTHS) {
    const seen: number[] = []
    for (let turn = 0; turn < 3; turn += 1) {
      bench.core.subscribe(topicOf(depth))
      const [first] = bench.core.snapshot(topicOf(depth), bench.nowMs()) as unknown as BookFrame[]
      seen.push(first!.data.u, ...framesOf(bench.pass(1_000)).map(({ data }) => data.u))
      bench.core.unsubscribe(topicOf(depth))
      bench.pass(500)
    }
    expect(seen[0]).toBeGreaterThan(1)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual(seen.toSorted((one, other) => one - other))
  }
})

test('a restart sends every book anew under update id 1, at once, and ids count from there', () => {
  const bench = busy()
  for (const depth of DEPTHS) bench.core.subscribe(topicOf(depth))
  bench.core.subscribe('tickers.BTCUSDT')
  bench.pass(1_003)
  const pushes = bench.core.control({ do: 'restart' }, bench.nowMs())
  const anew = framesOf(pushes)
  expect(anew.map(({ topic, type }) => [topic, type])).toEqual([
    [topicOf(1), 'snapshot'],
    [topicOf(50), 'snapshot'],
    [topicOf(200), 'snapshot'],
    [topicOf(1000), 'snapshot'],
    ['tickers.BTCUSDT', 'snapshot'],
  ])
  for (const [at, depth] of DEPTHS.entries()) {
    expect([anew[at]!.data.u, anew[at]!.data.b.length]).toEqual([1, depth])
    expect(bench.core.snapshot(topicOf(depth), bench.nowMs())).toMatchObject([{ type: 'snapshot', data: { u: 1 } }])
  }
  const later = bench.pass(1_000)
  for (const depth of DEPTHS) {
    const frames = framesOf(later, topicOf(depth))
    expect(frames.map(({ data }) => data.u)).toEqual(frames.map((_, at) => at + 2))
    expect(new Set(frames.map(({ type }) => type))).toEqual(new Set([depth === 1 ? 'snapshot' : 'delta']))
  }
})

test('a restart is noticed by those who come after it, too', () => {
  const bench = busy()
  bench.core.subscribe(topicOf(50))
  bench.core.unsubscribe(topicOf(50))
  bench.core.control({ do: 'restart' }, bench.nowMs())
  bench.core.subscribe(topicOf(50))
  expect(bench.core.snapshot(topicOf(50), bench.nowMs())).toMatchObject([{ data: { u: 1 } }])
})
