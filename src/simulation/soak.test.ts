import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseConfig } from '../config-parse.ts'
import { shippedWorld } from '../exchange/test-support/worlds.ts'
import { soak } from './soak.ts'
import { judgeHeap, promisesOf } from './soak-judge.ts'
import { soakPlan } from './soak-plan.ts'

const SETTINGS = { SYNTHETIC_SPREAD_BPS: '45', SYNTHETIC_FUNDING_DELTA: '0.01', TRADE_SIZE_USD: '600' }

test('a virtual hour with everything that goes wrong in one: every promise holds', { timeout: 120_000 }, async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'soak-test-')), 'soak.jsonl')
  const { result, samples } = await soak({
    seed: 'soak.test',
    hours: 1,
    path,
    world: shippedWorld('calm'),
    config: parseConfig({ ...SETTINGS, SYMBOLS_TO_TRADE: 'BTCUSDT' }),
    heapMb: () => 0,
    onSample: () => undefined,
  })
  expect(result).toMatchObject({ exitCode: 0, left: [], reason: 'duration reached' })
  expect(samples).toMatchObject([{ hour: 1 }])
  expect(samples[0]!.orders).toBeGreaterThan(800)
  const broken = promisesOf(path).filter(({ verdict }) => verdict !== 'pass')
  expect(broken.map(({ promise, summary }) => `${promise}: ${summary}`)).toEqual([])
})

test('every hour of a day brings the same troubles, every eighth an address ban', () => {
  const { faults, changes, clockSteps } = soakPlan(24)
  expect(faults.filter(({ name }) => name.endsWith('address banned'))).toHaveLength(3)
  expect(faults).toHaveLength(24 * 14 + 3)
  expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length)
  expect([changes.length, clockSteps.length]).toEqual([24, 48])
})

const HOURS = Array.from({ length: 24 }, (_, index) => index + 1)
/** A venue that keeps 1,500 bytes of each of 1,500 orders an hour, beside 30 MB of everything else. */
const sampled = (leakMbPerHour: number) => ({
  samples: HOURS.map((hour) => ({
    hour,
    orders: 1_500 * hour,
    heapMb: 30 + 1_500 * hour * 0.0015 + leakMbPerHour * hour + (hour % 2) * 0.3,
  })),
  venueMb: 1_500 * 24 * 0.0015,
})

test('what the venue remembers is not held against the runtime; what grows besides is', () => {
  const still = judgeHeap(sampled(0))!
  expect(still.bytesPerOrder).toBeCloseTo(1_500)
  expect(still.isBounded).toBe(true)
  expect(Math.abs(still.growthMb)).toBeLessThan(0.5)
  const leaking = judgeHeap(sampled(0.25))!
  expect(leaking.isBounded).toBe(false)
  expect(leaking.slopeMbPerHour).toBeCloseTo(0.25, 1)
  expect(judgeHeap({ ...sampled(0), samples: sampled(0).samples.slice(0, 3) })).toBeNull()
})
