import { expect, test } from 'vitest'
import type { Clock } from '../seams/clock.ts'
import { createLimits, resetAfterMs } from './limits.ts'

/** A clock that stands still until it is moved. Wall time starts at 1,000,000 ms. */
function manualClock(): Clock & { move(ms: number): void } {
  let nowUs = 5e9
  return {
    nowUs: () => nowUs,
    wallMs: () => 1_000_000 + (nowUs - 5e9) / 1000,
    sleep: () => Promise.resolve(),
    after: () => () => undefined,
    move(ms) {
      nowUs += ms * 1000
    },
  }
}

function limitsOf(more: { createsPerSecond?: number; ipCallsPer5s?: number } = {}) {
  const clock = manualClock()
  return { clock, limits: createLimits({ createsPerSecond: 10, ipCallsPer5s: 600, clock, ...more }) }
}

test('no rolling second, wherever it starts, holds more creates than allowed', () => {
  const { clock, limits } = limitsOf()
  const sent: number[] = []
  for (let ms = 0; ms < 10_000; ms += 37) {
    if (limits.tryTake('create') === null) sent.push(ms)
    clock.move(37)
  }
  for (const start of sent) {
    expect(sent.filter((at) => at >= start && at < start + 1000).length).toBeLessThanOrEqual(10)
  }
  expect(sent.length).toBeGreaterThan(85)
})

test('a burst leaves nothing, says when more is free, and that is true', () => {
  const { clock, limits } = limitsOf()
  for (let i = 0; i < 10; i += 1) expect(limits.tryTake('create')).toBeNull()
  expect(limits.createsFree()).toBe(0)
  const denial = limits.tryTake('create')!
  expect(denial).toMatchObject({ code: 10006, reason: expect.stringContaining('10 create calls') as string })
  clock.move(denial.retryAfterMs - 1)
  expect(limits.tryTake('create')).not.toBeNull()
  clock.move(1)
  expect(limits.createsFree()).toBe(10)
})

test('endpoints have counters of their own', () => {
  const { limits } = limitsOf()
  for (let i = 0; i < 10; i += 1) limits.tryTake('create')
  expect(limits.tryTake('cancel')).toBeNull()
  for (let i = 0; i < 50; i += 1) expect(limits.tryTake('realtime')).toBeNull()
  expect(limits.tryTake('realtime')).not.toBeNull()
})

test('the cap is learnt from the header: fewer creates than configured, never more', () => {
  const { limits } = limitsOf()
  limits.observe('create', { 'x-bapi-limit': '20' })
  expect(limits.createsFree()).toBe(10)
  limits.observe('create', { 'x-bapi-limit': '5' })
  expect(limits.createsFree()).toBe(5)
  limits.observe('create', { 'x-bapi-limit': 'lots' })
  limits.observe('create', {})
  expect(limits.createsFree()).toBe(5)
})

test("another client's calls on the same account are respected for the second they count", () => {
  const { clock, limits } = limitsOf()
  limits.tryTake('create')
  const sentUs = clock.nowUs()
  clock.move(5)
  limits.observe('create', { 'x-bapi-limit': '10', 'x-bapi-limit-status': '3' }, sentUs)
  expect(limits.createsFree()).toBe(3)
  clock.move(1100)
  expect(limits.createsFree()).toBe(10)
})

test('a slow reply is not taken for foreign use: what we had sent by then is what counts', () => {
  const { clock, limits } = limitsOf()
  for (let i = 0; i < 6; i += 1) limits.tryTake('create')
  clock.move(900)
  limits.tryTake('create')
  const sentUs = clock.nowUs()
  clock.move(300)
  limits.observe('create', { 'x-bapi-limit': '10', 'x-bapi-limit-status': '3' }, sentUs)
  expect(limits.createsFree()).toBe(9)
})

test('nothing is sent before the reset of an exceeded limit', () => {
  const { clock, limits } = limitsOf()
  const reset = String(clock.wallMs() + 400)
  limits.observe('create', { 'x-bapi-limit-status': '0', 'x-bapi-limit-reset-timestamp': reset })
  expect(limits.tryTake('create')).toMatchObject({ code: 10006, retryAfterMs: 400 })
  expect(limits.createsFree()).toBe(0)
  expect(limits.tryTake('cancel')).toBeNull()
  clock.move(400)
  limits.observe('create', { 'x-bapi-limit-status': '10' })
  expect(limits.tryTake('create')).toBeNull()
})

test('what others use holds back new trades, but no order once the moment has passed that the venue has named', () => {
  const { clock, limits } = limitsOf()
  expect(limits.tryTake('create')).toBeNull()
  const reset = String(clock.wallMs() + 300)
  limits.observe('create', { 'x-bapi-limit-status': '0', 'x-bapi-limit-reset-timestamp': reset })
  clock.move(299)
  expect(limits.tryTake('create')).toMatchObject({ code: 10006 })
  clock.move(1)
  expect(limits.createsFree()).toBe(0)
  expect(limits.tryTake('create')).toBeNull()
})

test('a reset later than a second is waited for, too', () => {
  const { clock, limits } = limitsOf()
  const reset = String(clock.wallMs() + 2500)
  limits.observe('create', { 'x-bapi-limit-status': '0', 'x-bapi-limit-reset-timestamp': reset })
  clock.move(2499)
  expect(limits.createsFree()).toBe(0)
  clock.move(1)
  expect(limits.createsFree()).toBe(10)
})

test('a reset far in the future or missing is not believed', () => {
  expect(resetAfterMs({ 'x-bapi-limit-reset-timestamp': '1250' }, 1000)).toBe(250)
  expect(resetAfterMs({ 'x-bapi-limit-reset-timestamp': '900' }, 1000)).toBe(1)
  expect(resetAfterMs({ 'x-bapi-limit-reset-timestamp': '99999999' }, 1000)).toBe(600)
  expect(resetAfterMs({}, 1000)).toBe(600)
})

test('the address budget counts every call, and keeps a reserve for orders and cancels, more of it from looks', () => {
  const { clock, limits } = limitsOf({ createsPerSecond: 1000, ipCallsPer5s: 100 })
  let reads = 0
  let looks = 0
  while (limits.tryTake('time') === null) {
    reads += 1
    if (limits.mayLook()) looks += 1
  }
  expect([reads, looks]).toEqual([80, 74])
  expect(limits.createsFree()).toBe(20)
  expect(limits.tryTake('create')).toBeNull()
  expect(limits.createsFree()).toBe(19)
  clock.move(5100)
  expect([limits.createsFree(), limits.mayLook()]).toEqual([100, true])
})

test('a ban stops everything until it ends', () => {
  const { clock, limits } = limitsOf()
  const untilUs = clock.nowUs() + 600e6
  limits.ban(untilUs)
  expect(limits.tryTake('time')).toMatchObject({ code: 403, bannedUntilUs: untilUs, retryAfterMs: 600_000 })
  expect([limits.createsFree(), limits.mayLook()]).toEqual([0, false])
  clock.move(600_000)
  expect(limits.tryTake('time')).toBeNull()
})
