import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Candle, candleStart, createTrack, INTERVALS, type Interval, nextCandleStart } from './candles.ts'

const START_MS = Date.UTC(2026, 0, 1, 10, 20, 30)
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

interface Trade {
  readonly value: number
  readonly atMs: number
  readonly lots: number
}

const story = fc
  .array(fc.tuple(fc.integer({ min: 90, max: 110 }), fc.oneof(fc.nat(2_000), fc.nat(3 * HOUR_MS)), fc.nat(5)), {
    minLength: 1,
    maxLength: 60,
  })
  .map((steps) => {
    let atMs = START_MS
    return steps.map(([value, gapMs, lots]): Trade => {
      atMs += gapMs
      return { value, atMs, lots }
    })
  })

/** Slow and plain: looks at every trade for every candle. */
function naiveCandle(trades: readonly Trade[], opening: number, startMs: number, endMs: number): Candle {
  const before = trades.filter((each) => each.atMs < startMs).at(-1)?.value ?? opening
  const within = trades.filter((each) => each.atMs >= startMs && each.atMs < endMs)
  const values = [before, ...within.map((each) => each.value)]
  const lots = within.reduce((sum, each) => sum + each.lots, 0)
  return {
    startMs,
    open: before,
    high: Math.max(...values),
    low: Math.min(...values),
    close: values.at(-1)!,
    lots,
    turnoverUsd: lots * 2,
  }
}

test('candles of every interval are what one gets by looking at every trade', () => {
  fc.assert(
    fc.property(story, fc.constantFrom(...INTERVALS), fc.nat(60), (trades, interval, readAfter) => {
      const track = createTrack(100)
      for (const [at, { value, atMs, lots }] of trades.entries()) {
        track.trade(value, atMs, lots, lots * 2)
        // Reading in between must not change anything.
        if (at === readAfter) track.candles(interval, { fromMs: START_MS, toMs: atMs, limit: 3 })
      }
      const toMs = trades.at(-1)!.atMs
      const found = track.candles(interval, { fromMs: START_MS - 2 * HOUR_MS, toMs, limit: 400 })
      let startMs = candleStart(interval, toMs)
      for (const candle of found) {
        expect(candle).toEqual(naiveCandle(trades, 100, startMs, nextCandleStart(interval, startMs)))
        startMs = candleStart(interval, startMs - 1)
      }
      expect(found.length === 400 || startMs < START_MS - 2 * HOUR_MS).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('the last 24 hours are summed up as one gets by looking at every trade', () => {
  fc.assert(
    fc.property(story, fc.nat(20 * HOUR_MS), (trades, laterMs) => {
      const track = createTrack(100)
      const nowMs = trades.at(-1)!.atMs + laterMs
      for (const { value, atMs, lots } of trades) {
        track.trade(value, atMs, lots, lots * 2)
        track.day(atMs)
      }
      const minuteMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS
      const whole = naiveCandle(trades, 100, minuteMs - DAY_MS, nowMs + 1)
      expect(track.day(nowMs)).toMatchObject({
        high: whole.high,
        low: whole.low,
        lots: whole.lots,
        turnoverUsd: whole.turnoverUsd,
        dayAgo: whole.open,
        hourAgo: naiveCandle(trades, 100, minuteMs - HOUR_MS, nowMs + 1).open,
      })
    }),
    { numRuns: 300 },
  )
})

test('days begin at midnight, weeks on Monday, months on the first, all UTC', () => {
  const wednesday = Date.UTC(2026, 6, 15, 13, 37, 59)
  const starts: readonly (readonly [Interval, number, number])[] = [
    ['1', Date.UTC(2026, 6, 15, 13, 37), Date.UTC(2026, 6, 15, 13, 38)],
    ['240', Date.UTC(2026, 6, 15, 12), Date.UTC(2026, 6, 15, 16)],
    ['D', Date.UTC(2026, 6, 15), Date.UTC(2026, 6, 16)],
    ['W', Date.UTC(2026, 6, 13), Date.UTC(2026, 6, 20)],
    ['M', Date.UTC(2026, 6, 1), Date.UTC(2026, 7, 1)],
  ]
  for (const [interval, startMs, nextMs] of starts) {
    expect([interval, candleStart(interval, wednesday)]).toEqual([interval, startMs])
    expect([interval, nextCandleStart(interval, startMs)]).toEqual([interval, nextMs])
  }
})

test('what is kept is bounded, and what was dropped is left out, not made up', () => {
  const track = createTrack(100)
  for (let minute = 0; minute < 10_000; minute += 1)
    track.trade(100 + (minute % 7), START_MS + minute * MINUTE_MS, 1, 1)
  const endMs = START_MS + 9_999 * MINUTE_MS
  const all = track.candles('1', { fromMs: START_MS, toMs: endMs, limit: 20_000 })
  expect(all.length).toBeGreaterThanOrEqual(1_500)
  expect(all.length).toBeLessThan(3_000)
  expect(all.every((candle) => candle.lots === 1)).toBe(true)
  expect(track.candles('60', { fromMs: START_MS, toMs: endMs, limit: 20_000 })).toHaveLength(166)
})
