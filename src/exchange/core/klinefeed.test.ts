import { expect, test } from 'vitest'
import { createBench, START_MS, worldOf } from './test-support/bench.ts'
import type { Push } from './types.ts'

interface KlineFrame {
  readonly topic: string
  readonly ts: number
  readonly data: readonly {
    readonly start: number
    readonly end: number
    readonly interval: string
    readonly open: string
    readonly close: string
    readonly high: string
    readonly low: string
    readonly volume: string
    readonly turnover: string
    readonly confirm: boolean
    readonly timestamp: number
  }[]
}

const BTC = { symbol: 'BTCUSDT' }
const framesOf = (pushes: readonly Push[], topic: string): KlineFrame[] =>
  pushes.flatMap((push) =>
    push.kind === 'public' && push.topic === topic ? [push.frame as unknown as KlineFrame] : [],
  )

test('kline shows the candle in progress at most once a second, and closes it when it is over', () => {
  const topic = 'kline.1.BTCUSDT'
  const bench = createBench(worldOf('calm', (world) => (world.instruments[0]!.market.updatesPerSecond = 60)))
  bench.core.subscribe(topic)
  const [first] = bench.core.snapshot(topic, START_MS) as unknown as KlineFrame[]
  expect(Object.keys(first!)).toEqual(['topic', 'data', 'ts', 'type'])
  expect(Object.keys(first!.data[0]!).join()).toBe(
    'start,end,interval,open,close,high,low,volume,turnover,confirm,timestamp',
  )
  expect(first).toMatchObject({ data: [{ start: START_MS, end: START_MS + 59_999, interval: '1', confirm: false }] })
  const frames = framesOf(bench.pass(150_500), topic)
  expect(frames.length).toBeGreaterThan(120)
  const closed = frames.filter(({ data }) => data[0]!.confirm)
  expect(closed.map(({ data, ts }) => [data[0]!.start, ts])).toEqual([
    [START_MS, START_MS + 60_000],
    [START_MS + 60_000, START_MS + 120_000],
  ])
  for (const [at, frame] of frames.entries()) {
    const [candle] = frame.data
    const before = frames[at - 1]
    if (before !== undefined && !candle!.confirm) expect(frame.ts - before.ts).toBeGreaterThanOrEqual(999)
    expect(candle!.timestamp).toBeLessThanOrEqual(frame.ts)
  }
  // What was closed on the stream is what REST has, candle for candle.
  const list = (bench.get('/v5/market/kline', { ...BTC, interval: '1', limit: 3 }).result as { list: string[][] }).list
  expect(list.slice(1).toReversed()).toEqual(
    closed.map(({ data: [one] }) => [
      String(one!.start),
      one!.open,
      one!.high,
      one!.low,
      one!.close,
      one!.volume,
      one!.turnover,
    ]),
  )
})

test('a candle in progress ends now where the world says so, and at its end once it is over', () => {
  const topic = 'kline.1.BTCUSDT'
  const bench = createBench(worldOf('calm', (world) => (world.doubts.openCandleEnd = 'now')))
  bench.core.subscribe(topic)
  const frames = framesOf(bench.pass(60_000), topic)
  expect(frames.length).toBeGreaterThan(5)
  for (const { data, ts } of frames) expect(data[0]!.end).toBe(data[0]!.confirm ? START_MS + 59_999 : ts)
  expect(frames.filter(({ data }) => data[0]!.confirm)).toHaveLength(1)
})

test('a quiet market is told about once a minute, and each candle is closed', () => {
  const topic = 'kline.3.BTCUSDT'
  const bench = createBench('calm')
  bench.core.control({ do: 'hold', symbol: 'BTCUSDT', on: true }, START_MS)
  bench.core.subscribe(topic)
  const frames = framesOf(bench.pass(360_000), topic)
  expect(frames.map(({ ts, data }) => [(ts - START_MS) / 1_000, data[0]!.confirm, data[0]!.volume])).toEqual([
    [60, false, '0.000'],
    [120, false, '0.000'],
    [180, true, '0.000'],
    [240, false, '0.000'],
    [300, false, '0.000'],
    [360, true, '0.000'],
  ])
})
