import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRandom } from '../../seams/random.ts'
import { createDelays } from './delays.ts'
import { createBench, MAIN, privateRows, START_MS, worldOf } from './test-support/bench.ts'
import type { PrivateTopic, Push } from './types.ts'

const BTC = { symbol: 'BTCUSDT' }
const TOPICS: readonly PrivateTopic[] = ['order', 'execution', 'position', 'wallet']

/** When the frames of one taker's fill leave, by topic, ms after the fill. */
function leaving(pushes: readonly Push[]): Record<string, number> {
  const left = pushes.flatMap((push) => (push.kind === 'private' ? [[push.topic, push.dueMs - START_MS] as const] : []))
  return Object.fromEntries(left)
}

test('each topic is late by its own delay, so that an execution overtakes its order', () => {
  const bench = createBench(
    worldOf('calm', (world) => {
      world.streamDelayMs = 30
      world.streamDelays = { order: 60, execution: 5, position: null, wallet: 0 }
    }),
  )
  const { pushes } = bench.order({ ...BTC, side: 'Buy', qty: '0.010' })
  expect(leaving(pushes)).toEqual({ order: 60, execution: 5, position: 30, wallet: 0 })
})

test('jitter makes frames later by up to so much, differently from frame to frame', () => {
  const bench = createBench(
    worldOf('calm', (world) => {
      world.streamDelayMs = 10
      world.streamJitterMs = 25
      for (const limit of Object.keys(world.limits)) world.limits[limit as keyof typeof world.limits] = 10_000
    }),
  )
  const delays: number[] = []
  for (let turn = 0; turn < 300; turn += 1) {
    const { pushes } = bench.order({ ...BTC, side: turn % 2 === 0 ? 'Buy' : 'Sell', qty: '0.001' })
    for (const push of pushes) if (push.kind === 'private') delays.push(push.dueMs - bench.nowMs())
    bench.pass(100)
  }
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(10)
  expect(Math.max(...delays)).toBeLessThanOrEqual(35)
  expect(new Set(delays.map((delay) => Math.round(delay))).size).toBeGreaterThan(20)
})

test('frames of one topic and account keep their order whatever the jitter, and the seed decides it', () => {
  const frame = fc.record({
    gapMs: fc.nat({ max: 20 }),
    topic: fc.constantFrom(...TOPICS),
    who: fc.constantFrom('a', 'b'),
  })
  const world = worldOf('calm', (each) => (each.streamJitterMs = 50))
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 60 }), fc.string(), (frames, seed) => {
      const one = createDelays(world, seededRandom(seed))
      const same = createDelays(world, seededRandom(seed))
      const latest = new Map<string, number>()
      let nowMs = 0
      for (const { gapMs, topic, who } of frames) {
        nowMs += gapMs
        const dueMs = one.frameDueMs(who, topic, nowMs)
        expect(same.frameDueMs(who, topic, nowMs)).toBe(dueMs)
        expect(dueMs).toBeGreaterThanOrEqual(Math.max(nowMs, latest.get(who + topic) ?? 0))
        latest.set(who + topic, dueMs)
      }
    }),
  )
})

test('matching is late by its side, by every order’s delay and by jitter; reducing orders by the last two', () => {
  const bench = createBench(
    worldOf('calm', (world) => {
      world.matching.ackDelayMs = 20
      world.matching.jitterMs = 30
      world.matching.delays = [{ ...BTC, side: 'buy', delayMs: 200 }]
    }),
  )
  const filledAfter = (params: object): number => {
    const askedMs = bench.nowMs()
    expect(privateRows(bench.order({ ...BTC, ...params }).pushes, 'execution')).toEqual([])
    for (;;) {
      const [row] = privateRows(bench.pass(1), 'execution')
      if (row !== undefined) return Number(row['execTime']) - askedMs
    }
  }
  const opened = filledAfter({ side: 'Buy', qty: '0.010' })
  expect(opened).toBeGreaterThanOrEqual(200)
  expect(opened).toBeLessThanOrEqual(230)
  const sold = filledAfter({ side: 'Sell', qty: '0.020' })
  expect(sold).toBeGreaterThanOrEqual(20)
  expect(sold).toBeLessThanOrEqual(50)
  const reduced = filledAfter({ side: 'Buy', qty: '0.010', reduceOnly: true })
  expect(reduced).toBeLessThanOrEqual(50)
  expect(new Set([opened - 200, sold - 20, reduced - 20]).size).toBeGreaterThan(1)
})

test('delays and jitter leave the market alone: the same seed moves it the same way', () => {
  const plain = createBench(worldOf('calm'))
  const late = createBench(
    worldOf('calm', (world) => {
      world.streamJitterMs = 40
      world.matching.jitterMs = 40
    }),
  )
  for (const bench of [plain, late]) {
    bench.order({ ...BTC, side: 'Buy', qty: '0.001', price: '50000.00' }, MAIN)
    bench.pass(10_000)
  }
  const bands = [plain, late].map((bench) => bench.get('/v5/market/price-limit', BTC).result)
  expect(bands[0]).toEqual(bands[1])
})
