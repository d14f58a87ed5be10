import { expect, test } from 'vitest'
import { createExchange } from './exchange.ts'
import { createBench, MAIN, noLimits, privateRows, type Row, START_MS, worldOf } from './test-support/bench.ts'
import type { ExchangeCore, Push } from './types.ts'

const BTC = { symbol: 'BTCUSDT' }
const TOPICS = [
  'orderbook.1.BTCUSDT',
  'orderbook.50.BTCUSDT',
  'tickers.BTCUSDT',
  'publicTrade.BTCUSDT',
  'orderbook.1.SOLUSDT',
]

/** Runs the same calls at the same moments, with so many looks in between. */
function story(cadenceMs: number): { readonly replies: unknown[]; readonly told: Map<string, unknown[]> } {
  const core = createExchange(worldOf('calm', noLimits), { startMs: START_MS })
  const replies: unknown[] = []
  const told = new Map<string, unknown[]>()
  const hear = (pushes: readonly Push[]): void => {
    for (const push of pushes) {
      const list = told.get(push.topic) ?? []
      list.push(push.kind === 'public' ? push.frame : { account: push.accountId, due: push.dueMs, rows: push.rows })
      told.set(push.topic, list)
    }
  }
  for (const topic of TOPICS) expect(core.subscribe(topic)).toBe(true)
  let nowMs = START_MS
  for (let turn = 0; turn < 60; turn += 1) {
    const until = START_MS + (turn + 1) * 101
    for (; nowMs < until; nowMs += cadenceMs) hear(core.advance(nowMs))
    nowMs = until
    const params = {
      category: 'linear',
      ...BTC,
      side: turn % 2 === 0 ? 'Buy' : 'Sell',
      orderType: 'Limit',
      qty: '0.500',
      price: turn % 2 === 0 ? '60000.10' : '59999.90',
      timeInForce: turn % 3 === 0 ? 'IOC' : 'GTC',
    }
    const answered = core.handle({ accountId: MAIN, method: 'POST', path: '/v5/order/create', params }, nowMs)
    replies.push(answered.reply)
    hear(answered.pushes)
  }
  return { replies, told }
}

test('the same world and the same calls give the same replies and pushes, however often time is looked at', () => {
  const coarse = story(100)
  const fine = story(0.7)
  expect(fine.replies).toEqual(coarse.replies)
  for (const [topic, frames] of coarse.told) expect(fine.told.get(topic), topic).toEqual(frames)
  expect(coarse.told.get('orderbook.1.BTCUSDT')!.length).toBeGreaterThan(20)
  expect(coarse.told.get('execution')!.length).toBeGreaterThan(5)
})

/** Where the generator is, as the marks of an untouched and a traded venue tell it. */
const lastMarks = (core: ExchangeCore, nowMs: number): unknown => {
  const params = { category: 'linear', ...BTC }
  const { reply } = core.handle({ accountId: null, method: 'GET', path: '/v5/market/tickers', params }, nowMs)
  const [row] = (reply.result as { list: { markPrice: string; indexPrice: string }[] }).list
  return [row!.markPrice, row!.indexPrice]
}

test('what accounts do does not change where the market goes', () => {
  const traded = createBench('calm')
  const alone = createBench('calm')
  for (let turn = 0; turn < 50; turn += 1) {
    traded.order({ ...BTC, side: turn % 2 === 0 ? 'Buy' : 'Sell', qty: '5' })
    traded.pass(100)
    alone.pass(100)
  }
  expect(lastMarks(traded.core, traded.nowMs())).toEqual(lastMarks(alone.core, alone.nowMs()))
})

test('another seed gives another market', () => {
  const one = createBench(worldOf('calm', (world) => (world.seed = 'a')))
  const two = createBench(worldOf('calm', (world) => (world.seed = 'b')))
  for (const bench of [one, two]) bench.pass(5_000)
  const book = (bench: typeof one): unknown => bench.get('/v5/market/orderbook', { ...BTC, limit: 50 }).result
  expect(book(one)).not.toEqual(book(two))
})

/** Changes of the best quote over a while, as orderbook.1 tells them. */
function quotes(world: string, symbol: string, forMs: number): { atMs: number; bid: string; ask: string }[] {
  const bench = createBench(world)
  bench.core.subscribe(`orderbook.1.${symbol}`)
  return bench.pass(forMs).flatMap((push) => {
    if (push.kind !== 'public') return []
    const { data, ts } = push.frame as unknown as { data: { b: [string, string][]; a: [string, string][] }; ts: number }
    return [{ atMs: ts, bid: data.b[0]![0], ask: data.a[0]![0] }]
  })
}

test('sizes change far more often than prices, in bursts, at one tick of spread, and moves are several ticks', () => {
  const seen = quotes('calm', 'BTCUSDT', 300_000)
  const gaps = seen.slice(1).map((quote, at) => quote.atMs - seen[at]!.atMs)
  const moves = seen.slice(1).map((quote, at) => Math.round((Number(quote.bid) - Number(seen[at]!.bid)) * 10))
  const moved = moves.filter((ticks) => ticks !== 0)
  expect(seen.length / 300).toBeGreaterThan(4)
  expect(moved.length).toBeLessThan(seen.length / 8)
  expect(moved.filter((ticks) => Math.abs(ticks) > 2).length).toBeGreaterThan(moved.length / 4)
  expect(seen.filter((quote) => Number(quote.ask) - Number(quote.bid) < 0.11).length).toBeGreaterThan(
    seen.length * 0.95,
  )
  // Bursty: the 99th percentile of the gaps is many times the median, where Poisson has 6.6 times.
  const sorted = gaps.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)]!
  expect(at(0.99) / at(0.5)).toBeGreaterThan(8)
  // And no stretch is quieter than the world allows.
  expect(Math.max(...gaps)).toBeLessThanOrEqual(811)
  const range =
    Math.max(...seen.map((quote) => Number(quote.bid))) - Math.min(...seen.map((quote) => Number(quote.bid)))
  expect(range / 6).toBeGreaterThan(0.5)
  expect(range / 6).toBeLessThan(30)
})

test('the load world sends at least a thousand best quotes a second', () => {
  const bench = createBench('load')
  for (const { symbol } of worldOf('load').instruments) expect(bench.core.subscribe(`orderbook.1.${symbol}`)).toBe(true)
  bench.pass(1_000)
  let frames = 0
  for (let slice = 0; slice < 100; slice += 1) frames += bench.pass(50).length
  expect(frames / 5).toBeGreaterThan(1_100)
})

test('in the thin world ten lots fill in pieces as the book is filled up again', () => {
  const bench = createBench('thin')
  const { pushes } = bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '60030.00', orderLinkId: 'ten' })
  expect(privateRows(pushes, 'order')).toMatchObject([{ orderStatus: 'PartiallyFilled', leavesQty: '0.006' }])
  const later: Row[] = []
  for (let slice = 0; slice < 40; slice += 1) later.push(...privateRows(bench.pass(10), 'execution'))
  expect(later).toMatchObject([
    { execQty: '0.004', isMaker: true, execPrice: '60030.00' },
    { execQty: '0.002', isMaker: true, leavesQty: '0.000' },
  ])
  expect(Number(later[1]?.['execTime']) - Number(later[0]?.['execTime'])).toBe(120)
})

test('without a refill what is taken never comes back', () => {
  const bench = createBench('thin')
  const { pushes } = bench.order({ symbol: 'ETHUSDT', side: 'Buy', qty: '0.10', price: '3001.50', orderLinkId: 'ten' })
  expect(privateRows(pushes, 'order')).toMatchObject([{ orderStatus: 'PartiallyFilled', leavesQty: '0.06' }])
  expect(privateRows(bench.pass(10_000), 'execution')).toEqual([])
})

test('in a deep book taken lots are gone until the market changes that level', () => {
  const bench = createBench(worldOf('calm', (world) => (world.instruments[0]!.market.updatesPerSecond = 0.001)))
  const asks = (): [string, string][] => (bench.get('/v5/market/orderbook', BTC).result as { a: [string, string][] }).a
  const [first, second] = asks()
  bench.order({ ...BTC, side: 'Buy', qty: first![1], price: first![0] })
  bench.pass(700)
  expect(asks()[0]).toEqual(second)
})

test('a resting order fills when the market trades through it, at its own price', () => {
  const bench = createBench('calm')
  bench.order({ ...BTC, side: 'Sell', qty: '0.010', price: '60050.00', orderLinkId: 'above' })
  const pushes = bench.core.control({ do: 'move', symbol: 'BTCUSDT', bps: 20 }, bench.nowMs())
  expect(privateRows(pushes, 'execution')).toMatchObject([{ execPrice: '60050.00', execQty: '0.010', isMaker: true }])
  const [row] = bench.rows('/v5/market/tickers', BTC)
  expect(Number(row?.['markPrice'])).toBeCloseTo(60_120, 0)
})

test('market flow reaches a resting order at the touch once what was there before has traded', () => {
  const bench = createBench(
    worldOf('calm', (world) => {
      Object.assign(world.instruments[0]!.market, {
        volatilityBps: 0,
        priceShare: 0,
        tradeShare: 0.5,
        updatesPerSecond: 50,
        levelLots: 50,
      })
    }),
  )
  const book = bench.get('/v5/market/orderbook', { ...BTC, limit: 1 }).result as { b: [string, string][] }
  const { pushes } = bench.order({ ...BTC, side: 'Buy', qty: '0.020', price: book.b[0]![0], orderLinkId: 'rest' })
  expect(privateRows(pushes, 'execution')).toEqual([])
  const fills = privateRows(bench.pass(20_000), 'execution')
  expect(fills.length).toBeGreaterThan(0)
  expect(fills.every((row) => (row['isMaker'] as unknown) === true && row['execPrice'] === book.b[0]![0])).toBe(true)
})

test('when the price moves, prices that stay in the book keep their lots, and what was taken stays taken', () => {
  const bench = createBench('calm')
  bench.core.control({ do: 'hold', symbol: 'BTCUSDT', on: true }, bench.nowMs())
  const book = () => bench.get('/v5/market/orderbook', { ...BTC, limit: 200 }).result as { a: [string, string][] }
  const [first, , , , , , , tenth] = book().a
  bench.order({ ...BTC, side: 'Buy', qty: '1', price: tenth![0], timeInForce: 'IOC' })
  const before = new Map(book().a)
  expect(before.get(first![0])).not.toBe(first![1])
  // A fall of six ticks: six new prices at the front, the rest as it was.
  bench.core.control({ do: 'move', symbol: 'BTCUSDT', bps: -0.1 }, bench.nowMs())
  const after = book().a.filter(([price]) => before.has(price))
  expect(after.length).toBeGreaterThan(40)
  for (const [price, size] of after) expect(size, price).toBe(before.get(price))
  expect(book().a.some(([price]) => price === first![0])).toBe(before.has(first![0]))
})

test('a held market stands still and goes on when it is let go', () => {
  const bench = createBench('calm')
  bench.core.subscribe('orderbook.1.BTCUSDT')
  bench.core.control({ do: 'hold', symbol: 'BTCUSDT', on: true }, bench.nowMs())
  bench.pass(15)
  expect(bench.pass(2_900)).toEqual([])
  bench.core.control({ do: 'hold', symbol: 'BTCUSDT', on: false }, bench.nowMs())
  expect(bench.pass(2_000).length).toBeGreaterThan(3)
})

test('the depth of a book can be set and given back', () => {
  const bench = createBench('calm')
  const first = (): number => {
    const book = bench.get('/v5/market/orderbook', BTC).result as { a: [string, string][] }
    return Math.max(...book.a.map(([, size]) => Number(size)))
  }
  bench.core.control({ do: 'depth', symbol: 'BTCUSDT', levelLots: 5 }, bench.nowMs())
  expect(first()).toBeLessThanOrEqual(0.005)
  bench.pass(3_000)
  expect(first()).toBeLessThanOrEqual(0.005)
  bench.core.control({ do: 'depth', symbol: 'BTCUSDT', levelLots: null }, bench.nowMs())
  expect(first()).toBeGreaterThan(0.5)
  expect(() => bench.core.control({ do: 'depth', symbol: 'NOPE', levelLots: 1 }, bench.nowMs())).toThrow(/NOPE/)
})
