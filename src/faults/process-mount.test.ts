/**
 * Faults of the process itself, in a real process with the preload, and by a clock that only moves when told.
 */
import { expect, test } from 'vitest'
import type { Clock } from '../seams/clock.ts'
import { type Applied, createGate, NO_FACTS } from './gate.ts'
import type { Fault } from './plan-types.ts'
import { mountProcess } from './process-mount.ts'
import { startDisturbedClient } from './test-support/disturbed-client.ts'
import { startTestVenue } from './test-support/venue.ts'

interface MovedClock extends Clock {
  pass(ms: number): void
}

function movedClock(): MovedClock {
  let nowMs = 0
  let timers: { readonly atMs: number; readonly callback: () => void }[] = []
  return {
    nowUs: () => nowMs * 1000,
    wallMs: () => 5_000_000 + nowMs,
    sleep: () => Promise.resolve(),
    after(ms, callback) {
      timers.push({ atMs: nowMs + ms, callback })
      return () => undefined
    },
    pass(ms) {
      nowMs += ms
      const due = timers.filter(({ atMs }) => atMs <= nowMs)
      timers = timers.filter(({ atMs }) => atMs > nowMs)
      for (const { callback } of due) callback()
    },
  }
}

function mounted(faults: readonly Fault[]) {
  const clock = movedClock()
  const applied: Applied[] = []
  const gate = createGate({ faults }, { mountedAtUs: 0, onApplied: (one) => applied.push(one) })
  mountProcess({ gate, clock, isMain: true, mountedAtUs: 0 })
  const aheadMs = (): number => clock.wallMs() - 5_000_000 - clock.nowUs() / 1000
  return { clock, gate, applied, aheadMs }
}

const skewed = (more: Partial<Fault> = {}): Fault => ({
  name: 'ahead',
  party: 'clock',
  op: 'clock',
  verdict: { do: 'skew', ms: 1_500 },
  ...more,
})

test('a skewed clock is ahead in its window and right again after it; monotonic time is never touched', () => {
  const { clock, aheadMs, applied } = mounted([skewed({ windowMs: { from: 100, to: 300 } })])
  expect(aheadMs()).toBe(0)
  clock.pass(100)
  expect([aheadMs(), clock.nowUs()]).toEqual([1_500, 100_000])
  clock.pass(200)
  expect(aheadMs()).toBe(0)
  expect(applied).toHaveLength(1)
})

test('a skew that begins at a create within its window ends with the window', () => {
  const { gate, clock, aheadMs } = mounted([skewed({ afterCreates: 1, windowMs: { from: 0, to: 300 } })])
  clock.pass(250)
  gate.createSent(NO_FACTS)
  expect(aheadMs()).toBe(1_500)
  clock.pass(50)
  expect(aheadMs()).toBe(0)
})

test('without a window the clock is wrong from the start, or from a create on, for good', () => {
  expect(mounted([skewed()]).aheadMs()).toBe(1_500)
  const { gate, aheadMs } = mounted([skewed({ afterCreates: 2, verdict: { do: 'skew', ms: -250 } })])
  const create = () => gate.createSent(NO_FACTS)
  create()
  expect(aheadMs()).toBe(0)
  create()
  create()
  expect(aheadMs()).toBe(-250)
})

test('a process is killed when the create it waits for is sent, and that is written down', async () => {
  await using venue = await startTestVenue()
  const kill: Fault = { name: 'killed', party: 'process', op: 'process', afterCreates: 2, verdict: { do: 'kill' } }
  await using client = await startDisturbedClient({ venue, faults: [kill] })
  expect((await client.create('a', 'long')).status).toBe(200)
  expect(client.journal()).toEqual([])
  client.create('b', 'long').catch(() => undefined)
  await client.ended
  expect(client.journal().map(({ data }) => data.verdict)).toEqual(['kill'])
})

test('a paused process stands still and then goes on', async () => {
  await using venue = await startTestVenue()
  const pause: Fault = {
    name: 'paused',
    party: 'process',
    op: 'process',
    afterCreates: 1,
    verdict: { do: 'pause', ms: 300 },
  }
  await using client = await startDisturbedClient({ venue, faults: [pause] })
  const told = await client.create('a', 'long')
  expect(told.status).toBe(200)
  expect(told.tookMs).toBeGreaterThan(290)
  expect(client.journal().map(({ data }) => data.verdict)).toEqual(['pause 300 ms'])
})
