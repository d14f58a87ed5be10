import { expect, test } from 'vitest'
import { type Bench, OTHER, privateRows } from './test-support/bench.ts'
import { BTC, createStillMarket, offer } from './test-support/stillmarket.ts'

const MARKET = { ...BTC, side: 'Buy', qty: '0.010', orderLinkId: 'm' }

/** Offers of 0.010 at each price. */
function createBook(asks: readonly string[], bids: readonly string[]): Bench {
  const bench = createStillMarket()
  for (const price of asks) offer(bench, 'Sell', '0.010', price)
  for (const price of bids) offer(bench, 'Buy', '0.010', price)
  return bench
}

test.each([
  ['Buy', 'TickSize', '50', '60105.00'],
  ['Sell', 'TickSize', '50', '59895.00'],
  ['Buy', 'Percent', '0.05', '60130.00'],
  ['Sell', 'Percent', '0.05', '59870.10'],
])('a market %s order takes nothing beyond its tolerance of %s %s', (side, type, text, price) => {
  const bench = createBook(['60100.00', '60140.00'], ['59900.00', '59860.00'])
  const terms = { slippageToleranceType: type, slippageTolerance: text }
  const { pushes } = bench.order({ ...MARKET, side, qty: '0.020', ...terms })
  expect(privateRows(pushes, 'order')).toMatchObject([
    { orderStatus: 'Cancelled', cumExecQty: '0.010', price, ...terms, rejectReason: 'EC_NoImmediateQtyToFill' },
  ])
})

test('a tolerance never goes beyond the price band', () => {
  const bench = createBook(['60100.00'], [])
  const { pushes } = bench.order({ ...MARKET, slippageToleranceType: 'Percent', slippageTolerance: '10' })
  const { buyLmt } = bench.get('/v5/market/price-limit', BTC).result as { buyLmt: string }
  expect(privateRows(pushes, 'order')).toMatchObject([{ price: buyLmt }])
})

test.each([
  ['no ticks', { slippageToleranceType: 'TickSize', slippageTolerance: '0' }],
  ['too many ticks', { slippageToleranceType: 'TickSize', slippageTolerance: '10001' }],
  ['half a tick', { slippageToleranceType: 'TickSize', slippageTolerance: '1.5' }],
  ['too little', { slippageToleranceType: 'Percent', slippageTolerance: '0.001' }],
  ['too much', { slippageToleranceType: 'Percent', slippageTolerance: '10.01' }],
  ['an unknown type', { slippageToleranceType: 'Bps', slippageTolerance: '5' }],
  ['a limit order', { price: '60000.00', slippageToleranceType: 'TickSize', slippageTolerance: '5' }],
  ['an order with TP', { takeProfit: '60900.00', slippageToleranceType: 'TickSize', slippageTolerance: '5' }],
])('a tolerance of %s is refused', (_what, change) => {
  const { reply } = createBook(['60100.00'], ['59900.00']).order({ ...MARKET, ...change })
  expect(reply.retCode).toBe(10001)
  expect(reply.retMsg).toMatch(/slippageTolerance/)
})

test.each([
  ['Buy', 'Queue', '1', '59900.00'],
  ['Buy', 'Queue', '2', '59860.00'],
  ['Buy', 'Counterparty', '2', '60140.00'],
  ['Sell', 'Queue', '1', '60100.00'],
  ['Sell', 'Counterparty', '1', '59900.00'],
])('a %s order priced by %s, level %s, is a limit order at %s', (side, bboSideType, bboLevel, price) => {
  const bench = createBook(['60100.00', '60140.00'], ['59900.00', '59860.00'])
  const { pushes } = bench.post('/v5/order/create', { ...MARKET, side, orderType: 'Limit', bboSideType, bboLevel })
  expect(privateRows(pushes, 'order')).toMatchObject([{ price, orderType: 'Limit' }])
})

test('a price from the book needs a level that is one, and there', () => {
  const bench = createBook(['60100.00'], [])
  const limit = { ...MARKET, orderType: 'Limit', bboSideType: 'Counterparty' }
  const codeOf = (change: Readonly<Record<string, unknown>>) =>
    bench.post('/v5/order/create', { ...limit, ...change }).reply.retCode
  expect([codeOf({ bboLevel: '6' }), codeOf({}), codeOf({ bboSideType: 'Mine', bboLevel: '1' })]).toEqual([
    10001, 10001, 10001,
  ])
  expect(codeOf({ bboLevel: '2' })).toBe(110118)
})

test.each(['refused', 'cancelled'] as const)(
  'a market order with nobody on the other side is %s, as the world says',
  (how) => {
    const bench = createStillMarket((world) => (world.doubts.emptyBookMarket = how))
    const { reply, pushes } = bench.order(MARKET)
    expect(reply.retCode).toBe(how === 'refused' ? 110118 : 0)
    expect(privateRows(pushes, 'order')).toMatchObject(
      how === 'refused'
        ? []
        : [{ orderStatus: 'Cancelled', rejectReason: 'EC_NoImmediateQtyToFill', timeInForce: 'IOC' }],
    )
  },
)

test('a market order finds nobody within its cap and is acknowledged and cancelled', () => {
  const bench = createStillMarket()
  bench.post('/v5/order/create', { ...BTC, side: 'Sell', orderType: 'Limit', qty: '0.010', price: '61000.00' }, OTHER)
  const { reply, pushes } = bench.order(MARKET)
  expect(reply.retCode).toBe(0)
  expect(privateRows(pushes, 'order')).toMatchObject([{ orderStatus: 'Cancelled', cumExecQty: '0.000' }])
})

test('RPI orders are in no public book, and trade with takers that ask for them', () => {
  const bench = createBook(['60100.00'], [])
  const rpi = { ...BTC, side: 'Sell', qty: '0.010', price: '60050.00', timeInForce: 'RPI', orderLinkId: 'rpi' }
  expect(privateRows(bench.order(rpi, OTHER).pushes, 'order', OTHER)).toMatchObject([
    { orderStatus: 'New', timeInForce: 'RPI' },
  ])
  const book = bench.get('/v5/market/orderbook', BTC).result as { a: string[][] }
  expect(book.a).toEqual([['60100.00', '0.010']])
  const plain = bench.order({ ...MARKET, qty: '0.002' })
  expect(privateRows(plain.pushes, 'execution')).toMatchObject([{ execPrice: '60100.00' }])
  const asking = bench.order({ ...MARKET, orderLinkId: 'asks', qty: '0.015', rpiTakerAccess: true })
  expect(privateRows(asking.pushes, 'execution').map((row) => [row['execPrice'], row['execQty']])).toEqual([
    ['60050.00', '0.010'],
    ['60100.00', '0.005'],
  ])
  expect(privateRows(asking.pushes, 'order')).toMatchObject([{ rpiTakerAccess: true, rpiMatchedQty: '0.010' }])
})

test('the public trade stream says which trades were RPI', () => {
  const bench = createBook(['60100.00'], [])
  const topic = 'publicTrade.BTCUSDT'
  bench.core.subscribe(topic)
  bench.order({ ...BTC, side: 'Sell', qty: '0.010', price: '60050.00', timeInForce: 'RPI' }, OTHER)
  const order = bench.order({ ...MARKET, qty: '0.015', rpiTakerAccess: true })
  const frames = [...order.pushes, ...bench.pass(100)].flatMap((push) =>
    push.kind === 'public' && push.topic === topic
      ? [push.frame as unknown as { data: { RPI: boolean; p: string }[] }]
      : [],
  )
  expect(frames.flatMap((frame) => frame.data.map((trade) => [trade.p, trade.RPI]))).toEqual([
    ['60050.00', true],
    ['60100.00', false],
  ])
})

test('at one price the public book comes before RPI orders, and a fill-or-kill order counts both', () => {
  const bench = createBook(['60050.00'], [])
  bench.order({ ...BTC, side: 'Sell', qty: '0.010', price: '60050.00', timeInForce: 'RPI', orderLinkId: 'rpi' }, OTHER)
  const first = bench.order({ ...MARKET, qty: '0.004', rpiTakerAccess: true })
  expect(privateRows(first.pushes, 'order')).toMatchObject([{ orderStatus: 'Filled', rpiMatchedQty: '0' }])
  const kill = { ...MARKET, orderLinkId: 'fok', qty: '0.016', price: '60050.00', timeInForce: 'FOK' }
  expect(privateRows(bench.order(kill).pushes, 'order')).toMatchObject([{ orderStatus: 'Cancelled' }])
  const both = bench.order({ ...kill, orderLinkId: 'fok-2', rpiTakerAccess: true })
  expect(privateRows(both.pushes, 'order')).toMatchObject([{ orderStatus: 'Filled', rpiMatchedQty: '0.010' }])
})

test('an RPI order that would take ends as a post-only one', () => {
  const bench = createBook(['60100.00'], [])
  const { pushes } = bench.order({ ...MARKET, price: '60100.00', timeInForce: 'RPI' })
  expect(privateRows(pushes, 'order')).toMatchObject([
    { orderStatus: 'Cancelled', rejectReason: 'EC_PostOnlyWillTakeLiquidity' },
  ])
})

test('a reducing order beyond the maximum is split, an opening one refused, a close of quantity 0 stops at the maximum', () => {
  const bench = createStillMarket((world) => (world.instruments[0]!.maxMktOrderQty = '0.010'))
  offer(bench, 'Sell', '0.040', '60000.00')
  bench.order({ ...BTC, side: 'Buy', qty: '0.040', price: '60000.00' })
  offer(bench, 'Buy', '0.040', '59990.00')
  expect(bench.order({ ...MARKET, side: 'Sell', qty: '0.011' }).reply.retMsg).toMatch(
    /exceeds maximum limit allowed: too large/,
  )
  const close = { ...MARKET, side: 'Sell', reduceOnly: true }
  const { reply, pushes } = bench.order({ ...close, qty: '0.025' })
  const rows = privateRows(pushes, 'order')
  expect(rows.map((row) => [row['orderLinkId'], row['qty'], row['orderStatus']])).toEqual([
    ['m', '0.010', 'Filled'],
    ['', '0.010', 'Filled'],
    ['', '0.005', 'Filled'],
  ])
  expect(reply.result).toEqual({ orderId: rows[0]!['orderId'], orderLinkId: 'm' })
  const all = bench.order({ ...close, orderLinkId: 'all', qty: '0', closeOnTrigger: true })
  expect(privateRows(all.pushes, 'order')).toMatchObject([{ qty: '0.010', orderStatus: 'Filled' }])
  expect(bench.position('BTCUSDT')).toMatchObject({ size: '0.005' })
})

/** Facts §4.4, hedge mode with 0.010 on either leg: side, idx, reduceOnly, and what becomes of the legs. */
test.each([
  ['Buy', 1, false, '0.020', '0.010'],
  ['Sell', 1, true, '0', '0.010'],
  ['Sell', 1, false, '0', '0.010'],
  ['Sell', 2, false, '0.010', '0.020'],
  ['Buy', 2, true, '0.010', '0'],
  ['Buy', 2, false, '0.010', '0'],
])(
  'in hedge mode %s with idx %i, reduceOnly %s, leaves %s long and %s short',
  (side, positionIdx, reduceOnly, long, short) => {
    const bench = createStillMarket((world) => (world.accounts[0]!.positionMode = 3))
    const price = '60000.00'
    for (const [own, other, idx] of [['Buy', 'Sell', 1] as const, ['Sell', 'Buy', 2] as const]) {
      offer(bench, other, '0.010', price)
      bench.order({ ...BTC, side: own, qty: '0.010', price, positionIdx: idx })
    }
    offer(bench, side === 'Buy' ? 'Sell' : 'Buy', '0.010', price)
    expect(bench.order({ ...BTC, side, qty: '0.010', price, positionIdx, reduceOnly }).reply.retCode).toBe(0)
    expect(bench.position('BTCUSDT', 1)).toMatchObject({ size: long })
    expect(bench.position('BTCUSDT', 2)).toMatchObject({ size: short })
  },
)

test('a flat leg: reducing it answers 110017, Sell idx 2 without reduceOnly opens a short', () => {
  const bench = createStillMarket((world) => (world.accounts[0]!.positionMode = 3))
  offer(bench, 'Buy', '0.010', '60000.00')
  const sell = { ...BTC, side: 'Sell', qty: '0.010', price: '60000.00', positionIdx: 2 }
  expect(bench.order({ ...sell, reduceOnly: true }).reply).toMatchObject({
    retCode: 110017,
    retMsg: 'current position is zero, cannot fix reduce-only order qty',
  })
  expect(bench.order(sell).reply.retCode).toBe(0)
  expect(bench.position('BTCUSDT', 2)).toMatchObject({ side: 'Sell', size: '0.010' })
  expect(bench.order({ ...sell, reduceOnly: true }).reply).toMatchObject({
    retCode: 110017,
    retMsg: 'reduce-only order has same side with current position',
  })
})
