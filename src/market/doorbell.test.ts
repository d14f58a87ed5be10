import { setImmediate as nextTurn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { expect, test, vi } from 'vitest'
import { systemClock } from '../seams/clock.ts'
import { doorbellOf, inlineDoorbell, waitForQuotes } from './doorbell.ts'
import { createQuoteTableMemory } from './quotes.ts'
import { consumerOf, createRingMemory, producerOf } from './ring.ts'
import { blankQuote } from './slots.ts'
import type { ProducerOrder } from './test-support/sums.ts'

test('no wake-up is lost: a consumer that sleeps after every quote gets every one of them', async () => {
  // The producer waits for each quote to be taken: one lost wake-up and both wait for ever.
  const quotes = 10_000
  const ring = createRingMemory(4)
  const gate = new SharedArrayBuffer(8)
  const order: ProducerOrder = { ring, table: createQuoteTableMemory(1), gate, quotes, burst: 1 }
  const worker = new Worker(new URL('./test-support/ring-producer.ts', import.meta.url), { workerData: order })
  const go = new Int32Array(gate)
  Atomics.store(go, 0, 1)
  Atomics.notify(go, 0)

  const consumer = consumerOf(ring)
  const quote = blankQuote()
  const seen = { taken: 0, last: -1, wakes: 0 }
  await new Promise<void>((resolve, reject) => {
    const giveUp = systemClock.after(20_000, () => reject(new Error(`asleep: ${JSON.stringify(seen)}`)))
    worker.once('error', reject)
    const stop = waitForQuotes(ring, () => {
      seen.wakes += 1
      while (consumer.pop(quote)) {
        seen.taken += 1
        seen.last = quote.updateId
        Atomics.store(go, 1, seen.taken)
        Atomics.notify(go, 1)
      }
      if (seen.taken < quotes) return
      giveUp()
      stop()
      resolve()
    })
  })
  await worker.terminate()
  expect(seen).toMatchObject({ taken: quotes, last: quotes - 1 })
}, 25_000)

test('a producer notifies a sleeper once, and a consumer that is awake never', async () => {
  const notify = vi.spyOn(Atomics, 'notify')
  const ring = createRingMemory(8)
  const { push, bell, quotesTaken, listener } = oneThread(ring)
  const stop = waitForQuotes(ring, () => {
    push()
    bell.ring() // awake: it will look again before it sleeps
    listener()
  })
  push()
  bell.ring()
  push()
  bell.ring()
  expect(notify).toHaveBeenCalledTimes(1)
  await untilTaken(quotesTaken, 3)
  expect(notify).toHaveBeenCalledTimes(1)
  stop()
  notify.mockRestore()
})

test('quotes already in the ring when listening begins are not waited for', async () => {
  const ring = createRingMemory(8)
  const { push, quotesTaken, listener } = oneThread(ring)
  push()
  const stop = waitForQuotes(ring, listener)
  await untilTaken(quotesTaken, 1)
  stop()
})

test('one wake-up serves a whole batch', async () => {
  const ring = createRingMemory(8)
  const { push, bell, quotesTaken, listener } = oneThread(ring)
  let batches = 0
  const stop = waitForQuotes(ring, () => {
    batches += 1
    listener()
  })
  for (let i = 0; i < 5; i += 1) push()
  bell.ring()
  await untilTaken(quotesTaken, 5)
  expect(batches).toBe(1)
  stop()
})

test('other work gets its turn between batches, however fast quotes arrive', async () => {
  const ring = createRingMemory(8)
  const { push, quotesTaken, listener } = oneThread(ring)
  let batches = 0
  push()
  const stop = waitForQuotes(ring, () => {
    batches += 1
    listener()
    push() // never runs dry
  })
  await untilTaken(quotesTaken, 1)
  const before = batches
  await nextTurn()
  await nextTurn()
  await nextTurn()
  stop()
  expect(batches - before).toBeGreaterThan(0)
  expect(batches - before).toBeLessThan(6)
})

test('after stop nothing is called any more, not even for a ring that was already heard', async () => {
  const ring = createRingMemory(8)
  const { push, bell, quotesTaken, listener } = oneThread(ring)
  const stop = waitForQuotes(ring, listener)
  push()
  bell.ring()
  stop()
  await nextTurn()
  await nextTurn()
  expect(quotesTaken()).toBe(0)
})

test('within one thread a burst of pushes is answered once, after the burst', async () => {
  const ring = createRingMemory(8)
  const batches: number[] = []
  const { push, quotesTaken, listener } = oneThread(ring)
  const bell = inlineDoorbell(ring, () => {
    const before = quotesTaken()
    listener()
    batches.push(quotesTaken() - before)
  })
  for (let i = 0; i < 3; i += 1) {
    push()
    bell.ring()
  }
  expect(batches).toEqual([])
  await Promise.resolve()
  expect(batches).toEqual([3])
  push()
  bell.ring()
  await Promise.resolve()
  expect(batches).toEqual([3, 1])
})

test('within one thread a batch that stops early goes on next turn, without another quote having to come', async () => {
  const ring = createRingMemory(8)
  const consumer = consumerOf(ring)
  const { push } = oneThread(ring)
  const quote = blankQuote()
  let taken = 0
  const bell = inlineDoorbell(ring, () => {
    for (let i = 0; i < 2 && consumer.pop(quote); i += 1) taken += 1
  })
  for (let i = 0; i < 5; i += 1) {
    push()
    bell.ring()
  }
  await Promise.resolve()
  expect(taken).toBe(2)
  await untilTaken(() => taken, 5)
})

/** Both ends in this thread. */
function oneThread(ring: ReturnType<typeof createRingMemory>) {
  const producer = producerOf(ring)
  const consumer = consumerOf(ring)
  const quote = blankQuote()
  let taken = 0
  return {
    bell: doorbellOf(ring),
    push: () => producer.push(quote, 0),
    quotesTaken: () => taken,
    listener: () => {
      while (consumer.pop(quote)) taken += 1
    },
  }
}

/** Turns of the event loop until enough was taken; a bounded number of them. */
async function untilTaken(taken: () => number, count: number): Promise<void> {
  for (let turns = 0; turns < 1000 && taken() < count; turns += 1) await nextTurn()
  expect(taken()).toBeGreaterThanOrEqual(count)
}
