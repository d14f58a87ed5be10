import { expect, test } from 'vitest'
import { type Bench, createBench, type Mutable, noLimits, privateRows, worldOf } from './test-support/bench.ts'
import type { CoreReply } from './types.ts'

interface Batched {
  readonly reply: CoreReply
  readonly rows: readonly Readonly<Record<string, string>>[]
  readonly codes: readonly { readonly code: number; readonly msg: string }[]
}

type Item = Readonly<Record<string, unknown>>

const BID = { symbol: 'BTCUSDT', side: 'Buy', orderType: 'Limit', qty: '0.001', price: '59900.0' }
const bids = (count: number): Item[] => Array.from({ length: count }, (_, at) => ({ ...BID, orderLinkId: `b-${at}` }))

const OK = { code: 0, msg: 'OK' }
const OVER = { code: 10006, msg: 'Too many visits. Exceeded the API Rate Limit.' }

function send(bench: Bench, kind: 'create' | 'amend' | 'cancel', request: readonly unknown[]): Batched {
  const { reply } = bench.post(`/v5/order/${kind}-batch`, { request })
  const { list } = reply.result as { list?: Batched['rows'] }
  const outcomes = reply.retExtInfo as { list?: Batched['codes'] }
  return { reply, rows: list ?? [], codes: outcomes.list ?? [] }
}

const openLinks = (bench: Bench): string[] =>
  bench.rows('/v5/order/realtime', { symbol: 'BTCUSDT', limit: '50' }).map((row) => row['orderLinkId']!)

test('a batch creates its orders in their order and answers each in its place', () => {
  const bench = createBench('calm')
  const { reply, rows, codes } = send(bench, 'create', bids(3))
  expect(reply).toMatchObject({ retCode: 0, retMsg: 'OK' })
  expect(codes).toEqual([OK, OK, OK])
  expect(rows).toEqual(
    [0, 1, 2].map((at) => ({
      category: 'linear',
      symbol: 'BTCUSDT',
      orderId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      orderLinkId: `b-${at}`,
      createAt: String(bench.nowMs()),
    })),
  )
  expect(openLinks(bench)).toEqual(['b-2', 'b-1', 'b-0'])
})

test('items that fail do so alone: outer 0, each with the code its single call has, no order id and no time', () => {
  const bench = createBench('calm')
  const items = [
    { ...BID, positionIdx: 1, orderLinkId: 'x' },
    bids(1)[0],
    { ...BID, qty: '0' },
    {},
    7,
    null,
    bids(1)[0],
  ]
  const { reply, rows, codes } = send(bench, 'create', items)
  expect(reply.retCode).toBe(0)
  expect(codes).toEqual([
    { code: 10001, msg: 'position idx not match position mode' },
    OK,
    { code: 10001, msg: expect.any(String) },
    { code: 10001, msg: 'params error: symbol invalid' },
    { code: 10001, msg: 'params error: symbol invalid' },
    { code: 10001, msg: 'params error: symbol invalid' },
    { code: 110072, msg: 'OrderLinkedID is duplicate' },
  ])
  expect(rows[0]).toEqual({ category: 'linear', symbol: 'BTCUSDT', orderId: '', orderLinkId: 'x', createAt: '' })
  expect(rows[3]).toEqual({ category: 'linear', symbol: '', orderId: '', orderLinkId: '', createAt: '' })
  expect(openLinks(bench)).toEqual(['b-0'])
})

test('a batch amends by either id; a failed item gives back the ids it was sent', () => {
  const bench = createBench('calm')
  const [first] = send(bench, 'create', bids(2)).rows
  const symbol = 'BTCUSDT'
  const { reply, rows, codes } = send(bench, 'amend', [
    { symbol, orderId: first!['orderId'], price: '59800.0' },
    { symbol, orderLinkId: 'b-1', qty: '0.002' },
    { symbol, orderLinkId: 'nobody', price: '59800.0' },
    { symbol, price: '59800.0' },
  ])
  expect(reply.retCode).toBe(0)
  expect(codes).toEqual([
    OK,
    OK,
    { code: 110001, msg: 'order not exists or too late to replace' },
    { code: 10001, msg: 'params error: OrderId or orderLinkId is required' },
  ])
  expect(rows[0]).toEqual({ category: 'linear', symbol, orderId: first!['orderId'], orderLinkId: 'b-0' })
  expect(rows[2]).toEqual({ category: 'linear', symbol, orderId: '', orderLinkId: 'nobody' })
  const listed = bench.rows('/v5/order/realtime', { symbol })
  expect(listed.map((row) => [row['price'], row['qty']])).toEqual([
    ['59900.00', '0.002'],
    ['59800.00', '0.001'],
  ])
})

test('a batch cancels what is there and says of the rest that it is not, with the ids as sent', () => {
  const bench = createBench('calm')
  const created = send(bench, 'create', bids(2)).rows
  const symbol = 'BTCUSDT'
  const items = [
    { symbol, orderLinkId: 'b-1' },
    { symbol, orderId: 'no-such-id', orderLinkId: 'mine' },
    { symbol, orderId: created[0]!['orderId'] },
    { symbol, orderId: created[0]!['orderId'] },
  ]
  const { reply, rows, codes } = send(bench, 'cancel', items)
  const gone = { code: 110001, msg: 'order not exists or too late to cancel' }
  expect(reply.retCode).toBe(0)
  expect(codes).toEqual([OK, gone, OK, gone])
  expect(rows[1]).toEqual({ category: 'linear', symbol, orderId: 'no-such-id', orderLinkId: 'mine' })
  expect(rows[2]).toEqual({ category: 'linear', symbol, orderId: created[0]!['orderId'], orderLinkId: 'b-0' })
  expect(openLinks(bench)).toEqual([])
})

test('rows of all orders of a batch reach the stream', () => {
  const bench = createBench('calm')
  const { pushes } = bench.post('/v5/order/create-batch', { request: bids(3) })
  expect(privateRows(pushes, 'order').map((row) => row['orderLinkId'])).toEqual(['b-0', 'b-1', 'b-2'])
})

test.each(['create', 'amend', 'cancel'] as const)(
  'each order of a %s batch counts, and what the budget does not cover are the last ones',
  (kind) => {
    const bench = createBench(worldOf('calm'))
    expect(send(bench, kind, bids(7)).reply.limit).toEqual({ limit: 10, remaining: 3, resetMs: bench.nowMs() })
    bench.pass(100)
    const { reply, codes } = send(bench, kind, bids(5))
    expect(reply.retCode).toBe(0)
    expect(reply.limit).toEqual({ limit: 10, remaining: 0, resetMs: bench.nowMs() + 900 })
    expect(codes.map(({ code }) => code === 10006)).toEqual([false, false, false, true, true])
    expect(codes[4]).toEqual(OVER)
  },
)

test('orders the budget does not cover are not created', () => {
  const bench = createBench(worldOf('calm'))
  const { rows } = send(bench, 'create', bids(12))
  expect(rows.slice(9).map((row) => row['orderId'] === '')).toEqual([false, true, true])
  expect(rows[11]).toEqual({ category: 'linear', symbol: 'BTCUSDT', orderId: '', orderLinkId: 'b-11', createAt: '' })
  expect(openLinks(bench)).toHaveLength(10)
})

test('batches and single calls do not count against one another', () => {
  const bench = createBench(worldOf('calm'))
  send(bench, 'create', bids(10))
  expect(bench.post('/v5/order/create', { ...BID }).reply).toMatchObject({ retCode: 0, limit: { remaining: 9 } })
  expect(send(bench, 'cancel', bids(10)).codes).toEqual(Array.from({ length: 10 }, () => OK))
})

test('with no budget left every item is refused, or the whole request where the world says so', () => {
  const spent = (spentBatch: 'items' | 'request'): Batched => {
    const bench = createBench(worldOf('calm', (world) => (world.doubts.spentBatch = spentBatch)))
    send(bench, 'create', bids(10))
    return send(bench, 'create', bids(2))
  }
  expect(spent('items')).toMatchObject({ reply: { retCode: 0 }, codes: [OVER, OVER] })
  expect(spent('request').reply).toMatchObject({ retCode: 10006, result: {}, retExtInfo: {}, limit: { remaining: 0 } })
})

test.each([
  ['batchMaxOrders 20 (the batch page)', 20],
  ['batchMaxOrders 10 (the rate-limit page)', 10],
] as const)('a batch holds as many orders as the world says: %s', (_, max) => {
  const bench = createBench(
    worldOf('calm', (world: Mutable<ReturnType<typeof worldOf>>) => {
      noLimits(world)
      world.doubts.batchMaxOrders = max
    }),
  )
  expect(send(bench, 'create', bids(max)).codes).toHaveLength(max)
  expect(send(bench, 'create', bids(max + 1)).reply).toMatchObject({ retCode: 10001, result: {} })
})

test('a batch that is none is refused as a whole and counts once', () => {
  const bench = createBench(worldOf('calm'))
  const bodies: Item[] = [
    {},
    { request: [] },
    { request: {} },
    { request: 'all' },
    { category: 'spot', request: bids(2) },
  ]
  const replies = bodies.map((body) => bench.post('/v5/order/create-batch', body).reply)
  expect(replies.map(({ retCode }) => retCode)).toEqual([10001, 10001, 10001, 10001, 10001])
  expect(replies.at(-1)?.limit?.remaining).toBe(4)
})
