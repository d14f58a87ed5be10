/**
 * Every switch of a world's doubts that the core turns, in all its positions. Those of the shell are in ../doubts.test.ts.
 */
import { expect, test } from 'vitest'
import type { Doubts } from '../world-doubts.ts'
import { type Bench, createBench, noLimits, OTHER, privateRows, worldOf } from './test-support/bench.ts'
import type { Push } from './types.ts'

const BTC = { symbol: 'BTCUSDT' }

/** A venue with one doubt decided, whose BTCUSDT stands still at 60000.00 / 60000.10. */
function doubting(doubt: Partial<Doubts>, world = 'calm'): Bench {
  const bench = createBench(
    worldOf(world, (each) => {
      noLimits(each)
      Object.assign(each.doubts, doubt)
    }),
  )
  bench.core.control({ do: 'hold', ...BTC, on: true }, bench.nowMs())
  return bench
}

const limit = (bench: Bench, params: object, account?: string) =>
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '59000.00', orderLinkId: 'it', ...params }, account)

const find = (bench: Bench, orderLinkId = 'it') => bench.rows('/v5/order/realtime', { ...BTC, orderLinkId })[0]

const topicsOf = (pushes: readonly Push[]): string[] =>
  pushes.flatMap((push) => (push.kind === 'private' ? [push.topic] : []))

test('a price off its tick is refused, or moved to the tick no worse for its sender, in create and amend', () => {
  const refused = doubting({ priceOffTick: 'refused' })
  expect(limit(refused, { price: '59000.07' }).reply).toMatchObject({ retCode: 10001, retMsg: 'Price invalid' })
  limit(refused, {})
  const amend = { ...BTC, orderLinkId: 'it', price: '59000.07' }
  expect(refused.post('/v5/order/amend', amend).reply).toMatchObject({ retCode: 10001, retMsg: 'Price invalid' })

  const rounded = doubting({ priceOffTick: 'rounded' })
  expect(limit(rounded, { price: '59000.07' }).reply.retCode).toBe(0)
  expect(find(rounded)).toMatchObject({ price: '59000.00' })
  limit(rounded, { side: 'Sell', price: '60500.01', orderLinkId: 'sold' })
  expect(find(rounded, 'sold')).toMatchObject({ price: '60500.10' })
  expect(rounded.post('/v5/order/amend', { ...amend, price: '58999.99' }).reply.retCode).toBe(0)
  expect(find(rounded)).toMatchObject({ price: '58999.90' })
  expect(limit(rounded, { price: '6e4', orderLinkId: 'other' }).reply.retCode).toBe(10001)
})

test.each(['EC_CancelForNoFullFill', 'EC_NoEnoughQtyToFill'] as const)(
  'a fill-or-kill order that cannot fill ends with %s, as the world says',
  (fokRejectReason) => {
    const bench = doubting({ fokRejectReason }, 'thin')
    limit(bench, { price: '60030.00', timeInForce: 'FOK' })
    expect(find(bench)).toMatchObject({ orderStatus: 'Cancelled', rejectReason: fokRejectReason, cumExecQty: '0.000' })
  },
)

test('a reducing order for more than is held is trimmed to it, or refused', () => {
  const more = { side: 'Sell', qty: '0.030', price: undefined, reduceOnly: true }
  const trimmed = doubting({ reduceOnlyExcess: 'trimmed' })
  const refused = doubting({ reduceOnlyExcess: 'refused' })
  for (const bench of [trimmed, refused]) bench.order({ ...BTC, side: 'Buy', qty: '0.020' })
  expect(limit(trimmed, more).reply.retCode).toBe(0)
  expect(trimmed.position('BTCUSDT')).toMatchObject({ size: '0' })
  expect(limit(refused, more).reply).toMatchObject({ retCode: 110017, retMsg: 'Reduce-only rule not satisfied' })
  expect(limit(refused, { ...more, qty: '0.020' }).reply.retCode).toBe(0)
  expect(refused.position('BTCUSDT')).toMatchObject({ size: '0' })
})

/** One account in hedge mode whose long leg bids for 0.020 behind one lot of the market, and whose short leg sells into it. */
function hedged(doubt: Partial<Doubts>, sell: object): { readonly bench: Bench; readonly pushes: readonly Push[] } {
  const bench = doubting(doubt)
  bench.post('/v5/position/switch-mode', { ...BTC, mode: 3 })
  bench.core.control({ do: 'depth', ...BTC, levelLots: 1 }, bench.nowMs())
  const at = { price: '60000.00' }
  limit(bench, { ...at, positionIdx: 1, qty: '0.020', orderLinkId: 'bid' })
  const { pushes } = limit(bench, { ...at, side: 'Sell', positionIdx: 2, qty: '0.021', orderLinkId: 'short', ...sell })
  return { bench, pushes }
}

test('an account’s other leg counts as itself for self-match prevention, or trades with it', () => {
  const { bench: stopped } = hedged({ smpAcrossLegs: true }, { smpType: 'CancelMaker' })
  expect(find(stopped, 'bid')).toMatchObject({ orderStatus: 'Cancelled', cancelType: 'CancelBySmp' })
  const { bench: traded } = hedged({ smpAcrossLegs: false }, { smpType: 'CancelMaker' })
  expect(find(traded, 'bid')).toMatchObject({ orderStatus: 'Filled', cumExecQty: '0.020' })
  expect(find(traded, 'short')).toMatchObject({ orderStatus: 'Filled', cumExecQty: '0.021' })
})

test.each([
  [true, 'Cancelled'],
  [false, 'Filled'],
])(
  'a fill-or-kill order counts the lots that would trade: other leg itself %s, so it ends %s',
  (smpAcrossLegs, end) => {
    const { bench } = hedged({ smpAcrossLegs }, { smpType: 'CancelTaker', timeInForce: 'FOK' })
    expect(find(bench, 'short')).toMatchObject({ orderStatus: end })
  },
)

test('both legs that changed at one moment are rows of one frame, or have a frame each', () => {
  const frames = (pushes: readonly Push[]): unknown[] =>
    pushes.flatMap((push) =>
      push.kind === 'private' && push.topic === 'position' ? [push.rows.map((row) => row['positionIdx'])] : [],
    )
  const together = frames(hedged({ hedgeLegFrames: 'together' }, {}).pushes)
  const apart = frames(hedged({ hedgeLegFrames: 'apart' }, {}).pushes)
  expect(together).toHaveLength(1)
  expect(apart).toHaveLength(2)
  expect(apart.flat()).toEqual(together.flat())
  expect(together.flat().toSorted()).toEqual([1, 2])
})

test('the frames of one moment leave in the order the world says', () => {
  const buy = { side: 'Buy', qty: '0.010', ...BTC }
  const documented = doubting({})
  expect(topicsOf(documented.order(buy).pushes)).toEqual(['order', 'execution', 'position', 'wallet'])
  const frameOrder: Doubts['frameOrder'] = ['wallet', 'position', 'execution', 'order']
  expect(topicsOf(doubting({ frameOrder }).order(buy).pushes)).toEqual(frameOrder)
})

test('a client order id whose order has ended is refused for good, or free again; that of an open one never is', () => {
  const refused = doubting({ linkIdReuse: 'refused' })
  const allowed = doubting({ linkIdReuse: 'allowed' })
  for (const bench of [refused, allowed]) {
    expect(limit(bench, {}).reply.retCode).toBe(0)
    expect(limit(bench, {}).reply.retCode).toBe(110072)
    bench.post('/v5/order/cancel', { ...BTC, orderLinkId: 'it' })
  }
  expect(limit(refused, {}).reply).toMatchObject({ retCode: 110072, retMsg: 'OrderLinkedID is duplicate' })
  expect(limit(allowed, { price: '58000.00' }).reply.retCode).toBe(0)
  // The id now means the newer order, and another account never minded.
  expect(find(allowed)).toMatchObject({ orderStatus: 'New', price: '58000.00' })
  expect(limit(allowed, {}, OTHER).reply.retCode).toBe(0)
  expect(limit(allowed, {}).reply.retCode).toBe(110072)
})

test('a page larger than a query gives is cut to its size, or refused', () => {
  const clamped = doubting({ largePages: 'clamped' })
  const refused = doubting({ largePages: 'refused' })
  const ask = (bench: Bench, limit: number) => bench.get('/v5/execution/list', { ...BTC, limit }).retCode
  expect([ask(clamped, 100), ask(clamped, 200)]).toEqual([0, 0])
  expect([ask(refused, 100), ask(refused, 101)]).toEqual([0, 10001])
  const paths: readonly [string, number][] = [
    ['/v5/order/realtime', 50],
    ['/v5/order/history', 50],
    ['/v5/position/list', 200],
  ]
  for (const [path, most] of paths) {
    const codes = [most, most + 1].map((limit) => refused.get(path, { ...BTC, limit }).retCode)
    expect([path, ...codes]).toEqual([path, 0, 10001])
    expect([path, clamped.get(path, { ...BTC, limit: most + 1 }).retCode]).toEqual([path, 0])
  }
})

test('queries for other categories find nothing, or are refused', () => {
  const empty = doubting({ otherCategories: 'empty' })
  const refused = doubting({ otherCategories: 'refused' })
  for (const path of ['/v5/market/instruments-info', '/v5/order/history', '/v5/execution/list']) {
    for (const category of ['spot', 'inverse', 'option']) {
      expect(empty.get(path, { category })).toMatchObject({ retCode: 0, result: { list: [] } })
      expect(refused.get(path, { category })).toMatchObject({ retCode: 10001 })
    }
    expect(refused.get(path, { category: 'linear' }).retCode).toBe(0)
  }
})

test('what no doubt was named for behaves as documented', () => {
  const { doubts } = worldOf('calm')
  expect(doubts).toMatchObject({
    priceOffTick: 'refused',
    fokRejectReason: 'EC_CancelForNoFullFill',
    postOnlyStatus: 'Cancelled',
    reduceOnlyExcess: 'trimmed',
    reduceOnlyMinNotional: true,
    hedgeLegFrames: 'together',
    smpAcrossLegs: true,
    frameOrder: ['order', 'execution', 'position', 'wallet'],
    linkIdReuse: 'refused',
    largePages: 'clamped',
    otherCategories: 'empty',
    firstOut: 'reply',
    subscribeBeforeAuth: 'Request not authorized',
    privateReqId: 'echoed',
    signedMarket: 'tolerated',
  })
  expect(privateRows(doubting({}).order({ ...BTC, side: 'Buy', qty: '0.010' }).pushes, 'wallet')).toHaveLength(1)
})
