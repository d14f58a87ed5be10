import { expect, test } from 'vitest'
import { createVirtualClock } from './virtual-clock.ts'

const START_MS = 1_000_000

test('timers fire by moment, then in the order in which they were set; a cancelled one does not', async () => {
  const clock = createVirtualClock(START_MS)
  const fired: string[] = []
  clock.after(2, () => fired.push('two'))
  clock.after(1, () => fired.push('one'))
  clock.after(1, () => fired.push('one, set later'))
  clock.after(1, () => fired.push('cancelled'))()
  clock.after(0, () => fired.push('now'))
  await clock.pass(1.5)
  expect(fired).toEqual(['now', 'one', 'one, set later'])
  expect(clock.nowUs()).toBe(1_500)
  expect(clock.wallMs()).toBe(START_MS + 1)
  await clock.pass(1)
  expect(fired.at(-1)).toBe('two')
})

test('what a timer sets off is over before time goes on, however long the chain of promises', async () => {
  const clock = createVirtualClock(START_MS)
  const seenUs: number[] = []
  for (const links of [1, 10, 500]) {
    clock.after(links, async () => {
      for (let link = 0; link < links; link += 1) await null
      // A chain that is asked for by a tick is awaited as well.
      process.nextTick(() => void Promise.resolve().then(() => seenUs.push(clock.nowUs())))
    })
    clock.after(links, () => undefined)
  }
  await clock.pass(1_000)
  expect(seenUs).toEqual([1_000, 10_000, 500_000])
})

test('the loop of the process gets its turns while virtual time goes by', async () => {
  const clock = createVirtualClock(START_MS)
  let isHeard = false
  const again = (): void => {
    if (!isHeard) clock.after(1, again)
  }
  again()
  setImmediate(() => {
    setImmediate(() => {
      isHeard = true
    })
  })
  await clock.pass(10_000)
  expect(isHeard).toBe(true)
  expect(clock.nowUs()).toBe(1e7)
})

test('waiting for what never comes says why it ends', async () => {
  const clock = createVirtualClock(START_MS)
  const never = new Promise(() => undefined)
  await expect(clock.passUntil(never, 10)).rejects.toThrow('nothing is left to happen')
  clock.after(20, () => undefined)
  await expect(clock.passUntil(never, 10)).rejects.toThrow('10 virtual ms have gone by')
  await expect(clock.passUntil(Promise.reject(new Error('its own')), 10)).rejects.toThrow('its own')
})
