import { expect, test } from 'vitest'
import { type Bench, createBench, MAIN, noLimits, OTHER, privateRows, START_MS, worldOf } from './test-support/bench.ts'

const BTC = { symbol: 'BTCUSDT' }

/** Best bid and ask as text. */
function touch(bench: Bench, symbol = 'BTCUSDT'): { bid: string; ask: string; askQty: string } {
  const book = bench.get('/v5/market/orderbook', { symbol, limit: 1 }).result as Record<'a' | 'b', [string, string][]>
  return { bid: book.b[0]![0], ask: book.a[0]![0], askQty: book.a[0]![1] }
}

/** A price a number of 0.10 ticks away. */
const ticksFrom = (price: string, ticks: number): string => (Number(price) + ticks * 0.1).toFixed(2)

function orderOf(bench: Bench, orderLinkId: string, accountId = MAIN) {
  const params = { ...BTC, orderLinkId }
  return bench.rows('/v5/order/realtime', params, accountId)[0] ?? bench.rows('/v5/order/history', params, accountId)[0]
}

test('a taker order is one order row, its executions, the position and the wallet, in that order', () => {
  const bench = createBench('calm')
  const { reply, pushes } = bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '60100.00', orderLinkId: 'a-1' })
  expect(reply).toMatchObject({ retCode: 0, result: { orderLinkId: 'a-1' } })
  expect(pushes.flatMap((push) => (push.kind === 'private' ? [push.topic] : []))).toEqual([
    'order',
    'execution',
    'position',
    'wallet',
  ])
  expect(privateRows(pushes, 'order')).toMatchObject([
    { orderStatus: 'Filled', cumExecQty: '0.010', leavesQty: '0.000', rejectReason: 'EC_NoError', price: '60100.00' },
  ])
  const [execution] = privateRows(pushes, 'execution')
  expect(execution).toMatchObject({ execPrice: '60000.10', execQty: '0.010', feeRate: '0.00055', isMaker: false })
  // 0.010 × 60,000.10 × 0.00055
  expect(execution).toMatchObject({ execValue: '600.001', execFee: '0.33000055' })
  expect(privateRows(pushes, 'position')).toMatchObject([{ side: 'Buy', size: '0.010', entryPrice: '60000.1' }])
})

test('private rows are due a stream delay after the fact', () => {
  const bench = createBench(worldOf('calm', (world) => (world.streamDelayMs = 25)))
  const { pushes } = bench.order({ ...BTC, side: 'Buy', qty: '0.010' })
  for (const push of pushes) if (push.kind === 'private') expect(push.dueMs).toBe(START_MS + 25)
})

test('a passive limit rests as New, is amended, and ends Cancelled with nothing left', () => {
  const bench = createBench('calm')
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '59900.00', orderLinkId: 'a-1' })
  expect(orderOf(bench, 'a-1')).toMatchObject({ orderStatus: 'New', leavesQty: '0.010', cumExecQty: '0.000' })
  const amended = bench.post('/v5/order/amend', { ...BTC, orderLinkId: 'a-1', price: '59800.00' })
  expect(privateRows(amended.pushes, 'order')).toMatchObject([{ orderStatus: 'New', price: '59800.00' }])
  const { reply, pushes } = bench.post('/v5/order/cancel', { ...BTC, orderLinkId: 'a-1' })
  expect(reply.retCode).toBe(0)
  expect(privateRows(pushes, 'order')).toMatchObject([
    { orderStatus: 'Cancelled', cancelType: 'CancelByUser', leavesQty: '0.000', qty: '0.010' },
  ])
  // A position row follows every order action, changed or not.
  expect(privateRows(pushes, 'position')).toMatchObject([{ side: '', size: '0', entryPrice: '0' }])
})

test('cancelling what has ended, or never was, answers 110001, and cancelling nothing 10001', () => {
  const bench = createBench('calm')
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', orderLinkId: 'gone' })
  for (const orderLinkId of ['gone', 'never']) {
    const { reply } = bench.post('/v5/order/cancel', { ...BTC, orderLinkId })
    expect(reply).toMatchObject({ retCode: 110001, retMsg: 'order not exists or too late to cancel', result: {} })
  }
  expect(bench.post('/v5/order/amend', { ...BTC, orderLinkId: 'gone', qty: '1' }).reply).toMatchObject({
    retCode: 110001,
    retMsg: 'order not exists or too late to replace',
  })
  expect(bench.post('/v5/order/cancel', BTC).reply).toMatchObject({
    retCode: 10001,
    retMsg: 'params error: OrderId or orderLinkId is required',
  })
})

test('an immediate order that finds nothing is acknowledged and ends without fills', () => {
  const bench = createBench('calm')
  const { reply, pushes } = bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '59000.00', timeInForce: 'IOC' })
  expect(reply.retCode).toBe(0)
  expect(privateRows(pushes, 'order')).toMatchObject([
    { orderStatus: 'Cancelled', rejectReason: 'EC_NoImmediateQtyToFill', cumExecQty: '0.000', cancelType: 'UNKNOWN' },
  ])
})

test('an immediate order takes what is there and ends Cancelled with its fills', () => {
  const bench = createBench('thin')
  const { ask } = touch(bench)
  const { pushes } = bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: ask, timeInForce: 'IOC' })
  expect(privateRows(pushes, 'order')).toMatchObject([
    { orderStatus: 'Cancelled', cumExecQty: '0.004', leavesQty: '0.000', rejectReason: 'EC_NoImmediateQtyToFill' },
  ])
})

test('fill-or-kill takes all of it or none', () => {
  const bench = createBench('thin')
  const { ask } = touch(bench)
  const kill = bench.order({ ...BTC, side: 'Buy', qty: '0.005', price: ask, timeInForce: 'FOK' })
  expect(privateRows(kill.pushes, 'order')).toMatchObject([
    { orderStatus: 'Cancelled', cumExecQty: '0.000', rejectReason: 'EC_CancelForNoFullFill' },
  ])
  const fill = bench.order({ ...BTC, side: 'Buy', qty: '0.004', price: ask, timeInForce: 'FOK' })
  expect(privateRows(fill.pushes, 'order')).toMatchObject([{ orderStatus: 'Filled', cumExecQty: '0.004' }])
})

test.each(['Cancelled', 'Rejected'] as const)(
  'a post-only order that would take ends %s as the world says',
  (status) => {
    const bench = createBench(worldOf('calm', (world) => (world.doubts.postOnlyStatus = status)))
    const { reply, pushes } = bench.order({
      ...BTC,
      side: 'Buy',
      qty: '0.010',
      price: '60100.00',
      timeInForce: 'PostOnly',
    })
    expect(reply.retCode).toBe(0)
    expect(privateRows(pushes, 'order')).toMatchObject([
      { orderStatus: status, cumExecQty: '0.000', rejectReason: 'EC_PostOnlyWillTakeLiquidity' },
    ])
  },
)

test('a market order is immediate, shows its cap as price and fills at resting prices', () => {
  const bench = createBench('calm')
  const { pushes } = bench.order({ ...BTC, side: 'Sell', qty: '0.010', timeInForce: 'GTC' })
  // Mark is 60,000.10, so the cap is one per cent below, rounded up to the tick.
  expect(privateRows(pushes, 'order')).toMatchObject([
    { orderType: 'Market', timeInForce: 'IOC', price: '59400.10', avgPrice: '60000', orderStatus: 'Filled' },
  ])
})

test('a marketable order takes level after level at resting prices, and the book is thinner afterwards', () => {
  const bench = createBench('thin')
  const before = touch(bench)
  const { pushes } = bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '60100.00' })
  const fills = privateRows(pushes, 'execution').map((row) => [row['execPrice'], row['execQty']])
  const level = (n: number): string => ticksFrom(before.ask, 480 * n)
  expect(fills).toEqual([
    [level(0), '0.004'],
    [level(1), '0.004'],
    [level(2), '0.002'],
  ])
  expect(touch(bench)).toMatchObject({ ask: level(2), askQty: '0.002' })
})

test('a resting order waits behind what was at its price first', () => {
  const bench = createBench(worldOf('thin', noLimits))
  const { bid } = touch(bench)
  bench.order({ ...BTC, side: 'Buy', qty: '0.003', price: bid, orderLinkId: 'first' })
  bench.order({ ...BTC, side: 'Buy', qty: '0.003', price: bid, orderLinkId: 'second' })
  // Four lots of the market are ahead; then two of the first order.
  bench.order({ ...BTC, side: 'Sell', qty: '0.006', price: bid, timeInForce: 'IOC' }, OTHER)
  expect(orderOf(bench, 'first')).toMatchObject({ orderStatus: 'PartiallyFilled', cumExecQty: '0.002' })
  expect(orderOf(bench, 'second')).toMatchObject({ orderStatus: 'New', cumExecQty: '0.000' })
  const { pushes } = bench.order({ ...BTC, side: 'Sell', qty: '0.002', price: bid, timeInForce: 'IOC' }, OTHER)
  expect(orderOf(bench, 'first')).toMatchObject({ orderStatus: 'Filled' })
  expect(orderOf(bench, 'second')).toMatchObject({ cumExecQty: '0.001' })
  expect(privateRows(pushes, 'execution')).toMatchObject([
    { isMaker: true, feeRate: '0.0002', orderLinkId: 'first' },
    { isMaker: true, feeRate: '0.0002', orderLinkId: 'second' },
  ])
})

test('an amended order keeps its place when it shrinks and loses it when it grows', () => {
  const bench = createBench(worldOf('thin', noLimits))
  const price = touch(bench).bid
  bench.core.control({ do: 'depth', symbol: 'BTCUSDT', levelLots: 0 }, bench.nowMs())
  for (const orderLinkId of ['one', 'two']) bench.order({ ...BTC, side: 'Buy', qty: '0.003', price, orderLinkId })
  bench.post('/v5/order/amend', { ...BTC, orderLinkId: 'one', qty: '0.002' })
  bench.order({ ...BTC, side: 'Sell', qty: '0.001', price, timeInForce: 'IOC' }, OTHER)
  expect(orderOf(bench, 'one')).toMatchObject({ cumExecQty: '0.001', leavesQty: '0.001' })
  bench.post('/v5/order/amend', { ...BTC, orderLinkId: 'one', qty: '0.005' })
  bench.order({ ...BTC, side: 'Sell', qty: '0.001', price, timeInForce: 'IOC' }, OTHER)
  expect(orderOf(bench, 'one')).toMatchObject({ cumExecQty: '0.001' })
  expect(orderOf(bench, 'two')).toMatchObject({ cumExecQty: '0.001' })
})

test('an order amended to a price that crosses is a taker', () => {
  const bench = createBench('calm')
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '59900.00', orderLinkId: 'a' })
  const { pushes } = bench.post('/v5/order/amend', { ...BTC, orderLinkId: 'a', price: '60100.00' })
  expect(privateRows(pushes, 'order')).toMatchObject([{ orderStatus: 'Filled', price: '60100.00' }])
  expect(privateRows(pushes, 'execution')).toMatchObject([{ isMaker: false, execPrice: '60000.10' }])
})

test('an order amended to another price rests there and nowhere else', () => {
  const bench = createBench('calm')
  bench.core.control({ do: 'depth', symbol: 'BTCUSDT', levelLots: 0 }, bench.nowMs())
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '59900.00', orderLinkId: 'a' })
  bench.post('/v5/order/amend', { ...BTC, orderLinkId: 'a', price: '59950.00' })
  const book = bench.get('/v5/market/orderbook', BTC).result as { b: [string, string][] }
  expect(book.b).toEqual([['59950.00', '0.010']])
})

test('an amend to what is already filled answers 110064', () => {
  const bench = createBench('thin')
  const { ask } = touch(bench)
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: ask, orderLinkId: 'a' })
  expect(bench.post('/v5/order/amend', { ...BTC, orderLinkId: 'a', qty: '0.004' }).reply.retCode).toBe(110064)
})

test('cancel-all ends the orders of a symbol, or of the coin', () => {
  const bench = createBench('calm')
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '59900.00', orderLinkId: 'b' })
  bench.order({ symbol: 'ETHUSDT', side: 'Buy', qty: '0.10', price: '2990.00', orderLinkId: 'e' })
  expect(bench.post('/v5/order/cancel-all', {}).reply.retCode).toBe(10001)
  const ofSymbol = bench.post('/v5/order/cancel-all', BTC).reply.result
  expect(ofSymbol).toMatchObject({ list: [{ orderLinkId: 'b' }], success: '1' })
  const ofCoin = bench.post('/v5/order/cancel-all', { settleCoin: 'USDT' }).reply.result
  expect(ofCoin).toMatchObject({ list: [{ orderLinkId: 'e' }], success: '1' })
})

test.each([
  ['None', 'Filled', 'Filled'],
  ['CancelMaker', 'Cancelled', 'New'],
  ['CancelTaker', 'New', 'Cancelled'],
  ['CancelBoth', 'Cancelled', 'Cancelled'],
])('with smpType %s of the incoming order the maker ends %s and the taker %s', (smpType, maker, taker) => {
  const bench = createBench('thin')
  const price = touch(bench).bid
  const sell = { ...BTC, side: 'Sell', qty: '0.003', price }
  // There is nobody but ourselves; the maker's own policy does not matter.
  bench.core.control({ do: 'depth', symbol: 'BTCUSDT', levelLots: 0 }, bench.nowMs())
  bench.order({ ...BTC, side: 'Buy', qty: '0.003', price, orderLinkId: 'maker', smpType: 'CancelBoth' })
  bench.order({ ...sell, orderLinkId: 'taker', smpType })
  expect(orderOf(bench, 'maker')).toMatchObject({ orderStatus: maker })
  expect(orderOf(bench, 'taker')).toMatchObject({ orderStatus: taker })
  const ended = [orderOf(bench, 'maker'), orderOf(bench, 'taker')].filter(
    (row) => row?.['cancelType'] === 'CancelBySmp',
  )
  for (const row of ended) {
    const other = row?.['orderLinkId'] === 'maker' ? 'taker' : 'maker'
    expect(row?.['smpOrderId']).toBe(orderOf(bench, other)?.['orderId'])
  }
  expect(ended.length).toBe([maker, taker].filter((status) => status === 'Cancelled').length)
})

test('a delayed order is acknowledged and rests as New, can be cancelled, and is matched when its time has come', () => {
  const bench = createBench('slow-buy')
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '60100.00', orderLinkId: 'late' })
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '60100.00', orderLinkId: 'dropped' })
  bench.pass(59_000)
  expect(orderOf(bench, 'late')).toMatchObject({ orderStatus: 'New', cumExecQty: '0.000' })
  expect(bench.post('/v5/order/cancel', { ...BTC, orderLinkId: 'dropped' }).reply.retCode).toBe(0)
  const pushes = bench.pass(1_001)
  expect(privateRows(pushes, 'order')).toMatchObject([{ orderLinkId: 'late', orderStatus: 'Filled' }])
  expect(orderOf(bench, 'dropped')).toMatchObject({ orderStatus: 'Cancelled', cumExecQty: '0.000' })
  expect(bench.position('BTCUSDT')).toMatchObject({ size: '0.010' })
})

test('what happens between two looks is told of its own moment', () => {
  const bench = createBench(worldOf('slow-buy', (world) => (world.streamDelayMs = 5)))
  for (const ms of [0, 100]) {
    bench.pass(ms)
    bench.order({ ...BTC, side: 'Buy', qty: '0.010', price: '60100.00' })
  }
  const due = bench.pass(120_000).flatMap((push) => (push.kind === 'private' && push.topic === 'order' ? [push] : []))
  expect(due.map((push) => push.dueMs - START_MS)).toEqual([60_005, 60_105])
  expect(due.map((push) => (push.rows as { updatedTime: string }[])[0]!.updatedTime)).toEqual(
    [60_000, 60_100].map((ms) => String(START_MS + ms)),
  )
})

test('a matching delay leaves the other side, other symbols and reducing orders alone', () => {
  const bench = createBench('slow-buy')
  bench.order({ ...BTC, side: 'Sell', qty: '0.010', orderLinkId: 'sell' })
  expect(orderOf(bench, 'sell')).toMatchObject({ orderStatus: 'Filled' })
  bench.order({ ...BTC, side: 'Buy', qty: '0.010', reduceOnly: true, orderLinkId: 'close' })
  expect(orderOf(bench, 'close')).toMatchObject({ orderStatus: 'Filled' })
  bench.order({ symbol: 'ETHUSDT', side: 'Buy', qty: '0.10' })
  expect(bench.position('ETHUSDT')).toMatchObject({ size: '0.10' })
})

test('the matching delay of a side can be changed while the venue runs', () => {
  const bench = createBench('calm')
  bench.core.control({ do: 'matchDelay', symbol: 'BTCUSDT', side: 'sell', delayMs: 300 }, bench.nowMs())
  bench.order({ ...BTC, side: 'Sell', qty: '0.010', orderLinkId: 'late' })
  bench.pass(299)
  expect(orderOf(bench, 'late')).toMatchObject({ orderStatus: 'New' })
  bench.pass(1)
  expect(orderOf(bench, 'late')).toMatchObject({ orderStatus: 'Filled' })
})
