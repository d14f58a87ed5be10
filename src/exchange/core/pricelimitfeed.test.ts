import { expect, test } from 'vitest'
import { createBench, noLimits, START_MS, worldOf } from './test-support/bench.ts'
import type { Push } from './types.ts'

const BTC = { symbol: 'BTCUSDT' }
const TOPIC = 'priceLimit.BTCUSDT'

interface LimitFrame {
  readonly ts: number
  readonly data: { readonly symbol: string; readonly buyLmt: string; readonly sellLmt: string }
}

interface Ticker {
  readonly markPrice: string
  readonly indexPrice: string
  readonly bid1Price: string
  readonly ask1Price: string
}

const framesOf = (pushes: readonly Push[]): LimitFrame[] =>
  pushes.flatMap((push) =>
    push.kind === 'public' && push.topic === TOPIC ? [push.frame as unknown as LimitFrame] : [],
  )

/** A market that moves enough for the premium to matter. */
const moving = (alpha = '1') =>
  createBench(
    worldOf('calm', (world) => {
      noLimits(world)
      world.instruments[0]!.priceLimitAlpha = alpha
      Object.assign(world.instruments[0]!.market, { updatesPerSecond: 40, volatilityBps: 8, priceShare: 0.5 })
    }),
  )

test('priceLimit tells the band when it has moved, 300 ms apart at least, in a frame without a type', () => {
  const bench = moving()
  bench.core.subscribe(TOPIC)
  const [first] = bench.core.snapshot(TOPIC, START_MS) as unknown as LimitFrame[]
  expect(Object.keys(first!)).toEqual(['topic', 'data', 'ts'])
  expect(Object.keys(first!.data)).toEqual(['symbol', 'buyLmt', 'sellLmt'])
  const frames = [first!, ...framesOf(bench.pass(30_000))]
  expect(frames.length).toBeGreaterThan(60)
  for (const [at, frame] of frames.slice(1).entries()) {
    expect(frame.ts - frames[at]!.ts).toBeGreaterThanOrEqual(299)
    expect(frame.data).not.toEqual(frames[at]!.data)
  }
  bench.core.control({ do: 'hold', symbol: 'BTCUSDT', on: true }, bench.nowMs())
  expect(framesOf(bench.pass(5_000)).length).toBeLessThanOrEqual(1)
})

test('priceLimit tells the band every 300 ms, moved or not, where the world says so', () => {
  const bench = createBench(worldOf('calm', (world) => (world.doubts.priceLimitPush = 'always')))
  bench.core.control({ do: 'hold', symbol: 'BTCUSDT', on: true }, START_MS)
  bench.core.subscribe(TOPIC)
  expect(framesOf(bench.pass(3_000)).map(({ ts }) => ts - START_MS)).toEqual([
    300, 600, 900, 1_200, 1_500, 1_800, 2_100, 2_400, 2_700, 3_000,
  ])
})

test.each(['1', '0.5', '0'])('the band is the formula of the venue, with a share of %s of the premium', (alpha) => {
  const bench = moving(alpha)
  const samples: number[] = Array.from({ length: 100 }, () => 0)
  let isWide = 0
  for (let turn = 0; turn < 400; turn += 1) {
    // Sampled with the market at rest, just before each slot.
    bench.pass(turn === 0 ? 299.5 : 300)
    const ticker = bench.rows('/v5/market/tickers', BTC)[0] as unknown as Ticker
    const [mark, index] = [Number(ticker.markPrice), Number(ticker.indexPrice)]
    const limit = bench.get('/v5/market/price-limit', BTC).result as LimitFrame['data']
    const premium = (Number(alpha) * samples.slice(-100).reduce((sum, each) => sum + each, 0)) / 100
    const maxBuy = Math.min(mark * 1.02, Math.max(index, mark * 1.01 + Math.max(0, premium)))
    const minSell = Math.max(mark * 0.98, Math.min(index, mark * 0.99 + Math.min(0, premium)))
    // A tick of rounding inwards, and what the touch may have done in the half millisecond before the slot.
    expect(Math.abs(Number(limit.buyLmt) - (maxBuy - 0.05))).toBeLessThan(0.3)
    expect(Math.abs(Number(limit.sellLmt) - (minSell + 0.05))).toBeLessThan(0.3)
    if (Math.abs(premium) > 1) isWide += 1
    samples.push((Number(ticker.bid1Price) + Number(ticker.ask1Price)) / 2 - mark)
  }
  expect(isWide > 0).toBe(alpha !== '0')
})

test('what price-limit says is what orders are held to: prices beyond it move to it, or are refused', () => {
  const bench = moving()
  for (let turn = 0; turn < 40; turn += 1) {
    bench.pass(733)
    const { buyLmt, sellLmt } = bench.get('/v5/market/price-limit', BTC).result as LimitFrame['data']
    const beyond = [
      { side: 'Buy', price: (Number(buyLmt) + 500).toFixed(1), edge: buyLmt },
      { side: 'Sell', price: (Number(sellLmt) - 500).toFixed(1), edge: sellLmt },
    ]
    for (const { side, price, edge } of beyond) {
      const { reply } = bench.order({ ...BTC, side, price, qty: '0.001', timeInForce: 'IOC' })
      const { orderId } = reply.result as { orderId: string }
      expect(bench.rows('/v5/order/realtime', { orderId })[0]).toMatchObject({ price: edge })
      const within = bench.order({ ...BTC, side, price: edge, qty: '0.001', timeInForce: 'IOC' })
      expect(within.reply.retCode).toBe(0)
    }
  }
  bench.post('/v5/account/set-limit-px-action', { modifyEnable: false })
  const { buyLmt, sellLmt } = bench.get('/v5/market/price-limit', BTC).result as LimitFrame['data']
  const asked = (side: string, price: string, by: number): number =>
    bench.order({ ...BTC, side, price: (Number(price) + by).toFixed(1), qty: '0.001', timeInForce: 'IOC' }).reply
      .retCode
  expect([asked('Buy', buyLmt, 0.1), asked('Buy', buyLmt, 0)]).toEqual([110003, 0])
  expect([asked('Sell', sellLmt, -0.1), asked('Sell', sellLmt, 0)]).toEqual([110003, 0])
})
