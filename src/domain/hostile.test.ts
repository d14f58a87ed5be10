import { expect, test } from 'vitest'
import { seededRandom } from '../seams/random.ts'
import { fresh } from './test-support/fresh-trade.ts'
import type { Hostility } from './test-support/hostile-venue.ts'
import { HostileVenue } from './test-support/hostile-venue.ts'
import { heldLots, phaseOf } from './trade.ts'

const KIND: Hostility = {
  lostRequest: 0,
  lostReply: 0,
  refused: 0,
  rateLimited: 0,
  partial: 0,
  never: 0,
  withheldRow: 0,
  repeatedRow: 0,
  failedRead: 0,
}

const SEEDS = 4_000
const FIRST_SEED = Number(process.env['TRADE_SEED'] ?? 1)

test(`against ${SEEDS} hostile venues every trade ends flat or halted with exactly what the venue holds (replay: TRADE_SEED=n)`, () => {
  const ends = { flat: 0, halted: 0 }
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
    const random = seededRandom(`hostility ${seed}`)
    const chance = (most: number): number => (random.next() < 0.5 ? 0 : random.next() * most)
    const hostility: Hostility = {
      lostRequest: chance(0.5),
      lostReply: chance(0.5),
      refused: chance(0.4),
      rateLimited: chance(0.3),
      partial: chance(1),
      never: chance(0.5),
      withheldRow: chance(1),
      repeatedRow: chance(0.5),
      failedRead: chance(0.5),
    }
    const legTimeoutPolicy = random.next() < 0.5 ? 'unwind' : 'hedge'
    const minOrderLots = random.next() < 0.3 ? 3 : 1
    const venue = new HostileVenue(seed, fresh({ legTimeoutPolicy }, 10, minOrderLots), hostility)
    const { trade, positions, complaints, log } = venue.run(120_000, random.integer(0, 4_000))
    const told = `seed ${seed}\n${log.join('\n')}`
    expect(complaints, told).toEqual([])
    expect({ long: heldLots(trade, 'long'), short: heldLots(trade, 'short') }, told).toEqual(positions)
    const phase = phaseOf(trade)
    expect(['flat', 'halted'], told).toContain(phase)
    ends[phase as 'flat' | 'halted'] += 1
    if (phase === 'flat') expect(positions, told).toEqual({ long: 0, short: 0 })
  }
  // The venue must be hostile enough to halt some trades and kind enough to let most end flat.
  expect(ends.flat).toBeGreaterThan(SEEDS / 2)
})

test('a kind venue always lets both legs fill and both legs close', () => {
  const { trade, positions } = new HostileVenue(7, fresh(), KIND).run(60_000, 3_000)
  expect(phaseOf(trade)).toBe('flat')
  expect(trade.orders).toHaveLength(4)
  expect(positions).toEqual({ long: 0, short: 0 })
})
