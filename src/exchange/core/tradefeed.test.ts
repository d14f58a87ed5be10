import { expect, test } from 'vitest'
import { seededRandom } from '../../seams/random.ts'
import { createVenue } from './opening.ts'
import { START_MS, worldOf } from './test-support/bench.ts'
import { createTradeFeed } from './tradefeed.ts'

interface TradeFrame {
  readonly type: string
  readonly ts: number
  readonly data: readonly { readonly T: number; readonly i: string; readonly seq: number }[]
}

test('a frame holds 1,024 trades at most, the oldest first, even when one match fills several frames', () => {
  const venue = createVenue(worldOf('calm'), seededRandom('trades'), START_MS)
  const listing = venue.listings[0]!
  const feed = createTradeFeed({ venue, listing, topic: 'publicTrade.BTCUSDT', rank: 0 })
  for (let number = 1; number <= 2_500; number += 1) {
    const seq = Math.ceil(number / 2_000)
    const trade = { number, atMs: START_MS + 5, takerBuys: true, priceTicks: 600_000, lots: 1, seq, isRpi: false }
    feed.onTrade({ ...trade, direction: 'PlusTick' })
  }
  expect(feed.nextMs).toBe(START_MS + 5)
  expect(feed.run(START_MS + 5)).toBe(Number.POSITIVE_INFINITY)
  const frames = venue.pushes.map((push) => (push.kind === 'public' ? (push.frame as unknown as TradeFrame) : null)!)
  expect(frames.map(({ data }) => data.length)).toEqual([1_024, 1_024, 452])
  const ids = frames.flatMap(({ data }) => data.map(({ i }) => i))
  expect(ids).toEqual(ids.toSorted())
  expect(new Set(ids).size).toBe(2_500)
  expect(Object.keys(frames[0]!)).toEqual(['topic', 'type', 'ts', 'data'])
  expect(Object.keys(frames[0]!.data[0]!)).toEqual(['T', 's', 'S', 'v', 'p', 'L', 'i', 'BT', 'RPI', 'seq'])
})
