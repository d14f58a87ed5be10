import { expect, test } from 'vitest'
import { MAIN, OTHER, privateRows, START_MS } from './test-support/bench.ts'
import { e8, heldBench, wallet } from './test-support/money.ts'
import type { Push } from './types.ts'

const BTC = { symbol: 'BTCUSDT' }
const HOURS_8 = 8 * 3_600_000
/** A minute before a settlement. */
const BEFORE_MS = START_MS + HOURS_8 - 60_000

test('at every whole interval longs pay shorts value times rate, exactly, from cash', () => {
  const bench = heldBench(() => {}, BEFORE_MS)
  bench.order({ ...BTC, side: 'Buy', qty: '0.123' })
  bench.order({ ...BTC, side: 'Sell', qty: '0.123' }, OTHER)
  const before = [MAIN, OTHER].map((id) => e8(wallet(bench, id)['totalWalletBalance']))
  expect(bench.pass(59_999)).toEqual([])
  const pushes = bench.pass(1)
  const mark = e8(bench.position('BTCUSDT')['markPrice'])
  // 0.123 BTC at the mark, at 0.01 %, rounded half up to 1e-8.
  const paid = (mark * 123n * 10_000n + 50_000_000_000n) / 100_000_000_000n
  expect(e8(wallet(bench, MAIN)['totalWalletBalance'])).toBe(before[0]! - paid)
  expect(e8(wallet(bench, OTHER)['totalWalletBalance'])).toBe(before[1]! + paid)
  const [row] = privateRows(pushes, 'execution')
  expect(row).toMatchObject({
    execType: 'Funding',
    orderType: 'UNKNOWN',
    side: 'Buy',
    orderLinkId: '',
    execQty: '0.123',
    feeRate: '0.0001',
    execTime: String(START_MS + HOURS_8),
    isMaker: false,
  })
  expect(e8(row?.['execFee'])).toBe(paid)
  const [received] = privateRows(pushes, 'execution', OTHER)
  expect(e8(received?.['execFee'])).toBe(-paid)
  expect(received?.['execId']).not.toBe(row?.['execId'])
  expect(privateRows(pushes, 'wallet')).toHaveLength(1)
  expect(privateRows(pushes, 'position')).toHaveLength(1)
  expect(privateRows(pushes, 'order')).toEqual([])
})

test('what was paid is part of what the position has realised, and of its break-even price', () => {
  const bench = heldBench(() => {}, BEFORE_MS)
  bench.order({ ...BTC, side: 'Buy', qty: '1' })
  const before = bench.position('BTCUSDT')
  bench.pass(60_000)
  const after = bench.position('BTCUSDT')
  const [row] = bench.rows('/v5/execution/list', { ...BTC, execType: 'Funding' })
  expect(e8(after['curRealisedPnl'])).toBe(e8(before['curRealisedPnl']) - e8(row?.['execFee']))
  expect(e8(after['cumRealisedPnl'])).toBe(e8(before['cumRealisedPnl']) - e8(row?.['execFee']))
  expect(Number(after['breakEvenPrice'])).toBeGreaterThan(Number(before['breakEvenPrice']))
})

test('the execution list has fundings among the trades, and alone when asked for', () => {
  const bench = heldBench(() => {}, BEFORE_MS)
  bench.order({ ...BTC, side: 'Buy', qty: '1' })
  bench.pass(60_000)
  const types = (params = {}) =>
    new Set(bench.rows('/v5/execution/list', { ...BTC, ...params }).map((row) => row['execType']))
  expect(types()).toEqual(new Set(['Funding', 'Trade']))
  expect(types({ execType: 'Funding' })).toEqual(new Set(['Funding']))
  expect(types({ execType: 'Trade' })).toEqual(new Set(['Trade']))
})

test('tickers name the next settlement until it happens, then the one after it', () => {
  const bench = heldBench(() => {}, BEFORE_MS)
  const next = () => bench.rows('/v5/market/tickers', BTC)[0]?.['nextFundingTime']
  expect(next()).toBe(String(START_MS + HOURS_8))
  bench.pass(59_999)
  expect(next()).toBe(String(START_MS + HOURS_8))
  bench.pass(1)
  expect(next()).toBe(String(START_MS + 2 * HOURS_8))
})

test('a rate that is changed counts from the next settlement on, and history remembers the ones before', () => {
  const bench = heldBench(() => {}, BEFORE_MS)
  bench.order({ ...BTC, side: 'Sell', qty: '1' })
  bench.pass(60_000)
  bench.core.control({ do: 'fundingRate', symbol: 'BTCUSDT', rate: '-0.0003' }, bench.nowMs())
  bench.pass(HOURS_8)
  const rates = bench.rows('/v5/market/funding/history', { ...BTC, limit: 3 }).map((row) => row['fundingRate'])
  expect(rates).toEqual(['-0.0003', '0.0001', '0.0001'])
  expect(bench.rows('/v5/market/tickers', BTC)[0]?.['fundingRate']).toBe('-0.0003')
  // A short pays below zero.
  const fees = bench.rows('/v5/execution/list', { ...BTC, execType: 'Funding' }).map((row) => Number(row['execFee']))
  expect(fees.map(Math.sign)).toEqual([1, -1])
})

test('symbols settle at intervals of their own, and flat accounts not at all', () => {
  const bench = heldBench((world) => (world.instruments[1]!.fundingIntervalMinutes = 60), START_MS)
  bench.order({ ...BTC, side: 'Buy', qty: '1' })
  bench.order({ symbol: 'ETHUSDT', side: 'Buy', qty: '1' })
  bench.pass(HOURS_8)
  const count = (symbol: string) => bench.rows('/v5/execution/list', { symbol, execType: 'Funding' }).length
  expect([count('ETHUSDT'), count('BTCUSDT'), count('SOLUSDT')]).toEqual([8, 1, 0])
  expect(bench.rows('/v5/execution/list', { execType: 'Funding' }, OTHER)).toEqual([])
})

test('the ticker stream tells a settlement and a new rate even when nothing else moves', () => {
  const bench = heldBench(() => {}, BEFORE_MS)
  bench.core.subscribe('tickers.BTCUSDT')
  const deltas = (pushes: readonly Push[]) =>
    pushes.flatMap((push) => (push.kind === 'public' ? [push.frame['data'] as Record<string, string>] : []))
  expect(deltas(bench.pass(60_000))).toMatchObject([{ nextFundingTime: String(START_MS + 2 * HOURS_8) }])
  bench.core.control({ do: 'fundingRate', symbol: 'BTCUSDT', rate: '0.0007' }, bench.nowMs())
  expect(deltas(bench.pass(100))).toMatchObject([{ symbol: 'BTCUSDT', fundingRate: '0.0007' }])
})
