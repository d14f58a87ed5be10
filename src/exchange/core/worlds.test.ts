/**
 * The shipped worlds that no scenario uses do what their README says they are for.
 */
import { expect, test } from 'vitest'
import { type Bench, createBench, MAIN, OTHER, privateRows, worldOf } from './test-support/bench.ts'

const BTC = { symbol: 'BTCUSDT' }

interface Book {
  readonly b: [string, string][]
  readonly a: [string, string][]
}

const bookOf = (bench: Bench, symbol = 'BTCUSDT'): Book =>
  bench.get('/v5/market/orderbook', { symbol, limit: 50 }).result as unknown as Book

const midOf = ({ b, a }: Book): number => (Number(b[0]![0]) + Number(a[0]![0])) / 2

test('flash-crash: eight per cent down within three seconds, in a thin and wide book, and most of the way back', () => {
  const bench = createBench('flash-crash')
  bench.pass(4_900)
  const before = midOf(bookOf(bench))
  bench.pass(3_000)
  const crashed = bookOf(bench)
  expect(midOf(crashed) / before).toBeCloseTo(0.92, 3)
  expect(Math.max(...crashed.b.map(([, size]) => Number(size)))).toBeLessThan(0.01)
  expect(Number(crashed.a[0]![0]) - Number(crashed.b[0]![0])).toBeCloseTo(40, 6)
  // The mark is still on its way down: so are the bands an order's price is held in.
  const [ticker] = bench.rows('/v5/market/tickers', BTC)
  expect(Number(ticker?.['markPrice'])).toBeGreaterThan(midOf(crashed) * 1.01)
  bench.pass(52_000)
  expect(midOf(bookOf(bench)) / before).toBeCloseTo(0.981, 3)
})

test('taped: the quotes are the tape’s, whatever the seed, and begin again after the minute', () => {
  const world = worldOf('taped')
  const { path } = world.instruments[0]!.market
  if (path.kind !== 'tape' || path.rows === undefined) throw new Error('no tape')
  const rows = path.rows
  const lengthMs = 2 * rows.at(-1)!.atMs - rows.at(-2)!.atMs
  for (const seed of ['one', 'two']) {
    const bench = createBench({ ...world, seed })
    for (let round = 0; round < 2; round += 1) {
      for (const [at, { bid, ask, bidSize, askSize }] of rows.entries()) {
        const { b, a } = bookOf(bench)
        expect([b[0], a[0]]).toEqual([
          [bid, bidSize],
          [ask, askSize],
        ])
        bench.pass((rows[at + 1]?.atMs ?? lengthMs) - rows[at]!.atMs)
      }
    }
  }
})

test('partial-schedule: buys in part, sells late, ETHUSDT buys never, and what reduces at once', () => {
  const bench = createBench('partial-schedule')
  const buy = bench.order({ ...BTC, side: 'Buy', qty: '0.100', price: '60200.00', orderLinkId: 'buy' })
  const bought = [...privateRows(buy.pushes, 'execution'), ...privateRows(bench.pass(60_000), 'execution')]
  expect(bought.reduce((sum, row) => sum + Number(row['execQty']), 0)).toBeCloseTo(0.065, 9)
  bench.order({ symbol: 'ETHUSDT', side: 'Buy', qty: '1', price: '3010.00', orderLinkId: 'never' })
  expect(privateRows(bench.pass(60_000), 'execution')).toEqual([])
  const close = bench.order({ ...BTC, side: 'Sell', qty: '0.065', reduceOnly: true })
  expect(privateRows(close.pushes, 'order')).toMatchObject([{ orderStatus: 'Filled' }])
})

test('poor-account: one leg is too dear for it, of the other it can pay two lots; the rich account minds neither', () => {
  const bench = createBench('poor-account')
  const btc = { ...BTC, side: 'Buy', qty: '0.001' }
  const sol = { symbol: 'SOLUSDT', side: 'Sell', qty: '0.1', price: '149.000' }
  expect(bench.order(btc, MAIN).reply).toMatchObject({ retCode: 110007 })
  expect([1, 2, 3].map(() => bench.order(sol, MAIN).reply.retCode)).toEqual([0, 0, 110007])
  expect(bench.order(btc, OTHER).reply.retCode).toBe(0)
})

test('two-accounts: who quotes inside the market is the market for the other, in one-way and in hedge mode', () => {
  const bench = createBench('two-accounts')
  bench.order({ ...BTC, side: 'Buy', qty: '0.500', price: '59995.00' }, MAIN)
  bench.pass(30_000)
  expect(bookOf(bench).b[0]).toEqual(['59995.00', '0.500'])
  bench.order({ ...BTC, side: 'Sell', qty: '0.300', price: '59990.00', positionIdx: 2, timeInForce: 'IOC' }, OTHER)
  expect(bench.position('BTCUSDT', 0, MAIN)).toMatchObject({ side: 'Buy', size: '0.300', avgPrice: '59995' })
  expect(bench.position('BTCUSDT', 2, OTHER)).toMatchObject({ side: 'Sell', size: '0.300', avgPrice: '59995' })
})

test('overtaking: executions leave before the orders they belong to, and reads lag behind both', () => {
  const bench = createBench('overtaking')
  let overtaken = 0
  for (let turn = 0; turn < 40; turn += 1) {
    const orderLinkId = `turn-${turn}`
    const asked = bench.order({ ...BTC, side: turn % 2 === 0 ? 'Buy' : 'Sell', qty: '0.010', orderLinkId })
    expect(bench.rows('/v5/order/realtime', { ...BTC, orderLinkId })).toEqual([])
    const pushes = [...asked.pushes, ...bench.pass(150)]
    const due = (topic: string): number => {
      const push = pushes.findLast((each) => each.kind === 'private' && each.topic === topic)
      return push?.kind === 'private' ? push.dueMs : Number.NaN
    }
    if (due('execution') < due('order')) overtaken += 1
    expect(bench.rows('/v5/order/realtime', { ...BTC, orderLinkId })).toMatchObject([{ orderStatus: 'Filled' }])
  }
  expect(overtaken).toBe(40)
})
