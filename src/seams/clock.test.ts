import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { systemClock } from './clock.ts'

// Lower bounds only: how late a timer fires is the machine's affair. Timers may fire up to a millisecond early.
const EARLY_MS = 1

test('monotonic time never goes back and has fractions of a microsecond', () => {
  let last = systemClock.nowUs()
  let fraction = false
  for (let i = 0; i < 1_000; i += 1) {
    const now = systemClock.nowUs()
    expect(now).toBeGreaterThanOrEqual(last)
    fraction ||= !Number.isInteger(now)
    last = now
  }
  expect(fraction).toBe(true)
})

test('wall time is milliseconds since 1970', () => {
  const before = performance.timeOrigin + performance.now()
  expect(Math.abs(systemClock.wallMs() - before)).toBeLessThan(60_000)
})

test('a sleep lasts at least as long as asked', async () => {
  const startUs = systemClock.nowUs()
  await systemClock.sleep(20)
  expect(systemClock.nowUs() - startUs).toBeGreaterThanOrEqual((20 - EARLY_MS) * 1_000)
})

test('a sleep ends at once when its signal aborts, and does not reject', async () => {
  const controller = new AbortController()
  const sleeping = systemClock.sleep(3_600_000, controller.signal)
  controller.abort()
  await expect(sleeping).resolves.toBeUndefined()
})

test('a sleep whose signal has aborted before does not begin', async () => {
  await expect(systemClock.sleep(3_600_000, AbortSignal.abort())).resolves.toBeUndefined()
})

test('a sleep that is over no longer listens to its signal', async () => {
  const { signal } = new AbortController()
  let listening = 0
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = ((...args: Parameters<typeof addEventListener>) => {
    listening += 1
    addEventListener.apply(signal, args)
  }) as typeof addEventListener
  signal.removeEventListener = ((...args: Parameters<typeof removeEventListener>) => {
    listening -= 1
    removeEventListener.apply(signal, args)
  }) as typeof removeEventListener
  const sleeping = systemClock.sleep(1, signal)
  expect(listening).toBe(1)
  await sleeping
  expect(listening).toBe(0)
})

test('a callback comes once, after at least so long, and in the order of the waits', async () => {
  const startUs = systemClock.nowUs()
  const calls: string[] = []
  await new Promise<void>((resolve) => {
    systemClock.after(30, () => {
      calls.push('later')
      resolve()
    })
    systemClock.after(5, () => calls.push('sooner'))
  })
  expect(calls).toEqual(['sooner', 'later'])
  expect(systemClock.nowUs() - startUs).toBeGreaterThanOrEqual((30 - EARLY_MS) * 1_000)
})

test('a callback that was cancelled never comes, and cancelling again does no harm', async () => {
  let called = false
  const cancel = systemClock.after(5, () => {
    called = true
  })
  cancel()
  cancel()
  await systemClock.sleep(20)
  expect(called).toBe(false)
})
