import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { systemClock } from '../seams/clock.ts'
import { createQuoteTableMemory, quoteReaderOf } from './quotes.ts'
import type { RingMemory } from './ring.ts'
import { consumerOf, countsOf, createRingMemory, producerOf } from './ring.ts'
import { blankQuote } from './slots.ts'
import type { ProducerOrder } from './test-support/sums.ts'
import { fillQuote, isWhole } from './test-support/sums.ts'

/** Where the counters begin: at zero, just before the sign flips, just before all 32 bits wrap. */
const STARTS = [0, 2 ** 31 - 3, 2 ** 32 - 3]

test.each(STARTS)('what is pushed is popped, unchanged and in order, with counters from %d', (startAt) => {
  const memory = createRingMemory(4, { startAt })
  const ends = endsOf(memory)
  for (let n = 0; n < 20; n += 2) {
    ends.push(n)
    ends.push(n + 1)
    expect([ends.pop(), ends.pop(), ends.pop()]).toEqual([n, n + 1, null])
  }
  expect(countsOf(memory)).toEqual({ pushed: 20, popped: 20, dropped: 0, queued: 0 })
})

test.each(STARTS)(
  'a full ring drops the oldest, counts it, and never holds more than its capacity, from %d',
  (startAt) => {
    const memory = createRingMemory(4, { startAt })
    const ends = endsOf(memory)
    for (let n = 0; n < 11; n += 1) {
      ends.push(n)
      expect(countsOf(memory).queued).toBe(Math.min(n + 1, 4))
    }
    expect(countsOf(memory)).toEqual({ pushed: 11, popped: 0, dropped: 7, queued: 4 })
    expect([ends.pop(), ends.pop(), ends.pop(), ends.pop(), ends.pop()]).toEqual([7, 8, 9, 10, null])
  },
)

test('a ring agrees with a list that forgets its oldest, whatever the order of pushes and pops', () => {
  const capacities = fc.constantFrom(2, 4, 8)
  const starts = fc.oneof(fc.constantFrom(...STARTS), fc.integer({ min: 0, max: 2 ** 32 - 1 }))
  const steps = fc.array(fc.constantFrom('push', 'pop'), { maxLength: 200 })
  // On failure fast-check prints the seed and the shrunk case.
  fc.assert(
    fc.property(capacities, starts, steps, (capacity, startAt, run) => {
      const memory = createRingMemory(capacity, { startAt })
      const ends = endsOf(memory)
      const model = { list: [] as number[], pushed: 0, popped: 0, dropped: 0 }
      for (const step of run) {
        if (step === 'push') {
          if (model.list.length === capacity) {
            model.list.shift()
            model.dropped += 1
          }
          model.list.push(model.pushed)
          ends.push(model.pushed)
          model.pushed += 1
        } else {
          const expected = model.list.shift() ?? null
          if (expected !== null) model.popped += 1
          expect(ends.pop()).toBe(expected)
        }
        const { pushed, popped, dropped, list } = model
        expect(countsOf(memory)).toEqual({ pushed, popped, dropped, queued: list.length })
      }
    }),
    { numRuns: 500 },
  )
})

test.each([0, 1, 3, 6, 1.5, -4, Number.NaN, 2 ** 21])('capacity %d is refused by name', (capacity) => {
  expect(() => createRingMemory(capacity)).toThrow(/ring capacity must be a power of two/)
})

test('across threads at full speed nothing is torn, repeated or out of order, and everything is accounted for', async () => {
  const quotes = 2_000_000
  // A small ring and a consumer that now and then stops for breath: the producer laps it again and again.
  const seen = await race({ quotes, capacity: 64, startAt: 2 ** 32 - 1_000_000, burst: 0, breathe: 997 })
  expect(seen).toMatchObject({ torn: 0, disordered: 0, last: quotes - 1 })
  expect(seen.counts).toMatchObject({ pushed: quotes, popped: seen.popped, queued: 0 })
  expect(seen.counts.popped + seen.counts.dropped).toBe(quotes)
  expect(seen.counts.dropped).toBeGreaterThan(0)
  expect(seen.queuedMax).toBeLessThanOrEqual(64)
  expect(seen.table).toMatchObject({ torn: 0, backwards: 0 })
})

test('across threads a consumer that keeps up loses nothing', async () => {
  const quotes = 200_000
  const seen = await race({ quotes, capacity: 1024, startAt: 2 ** 31 - 100_000, burst: 500, breathe: 0 })
  expect(seen).toMatchObject({ torn: 0, disordered: 0, popped: quotes, last: quotes - 1 })
  expect(seen.counts).toEqual({ pushed: quotes, popped: quotes, dropped: 0, queued: 0 })
})

/** Both ends in this thread; a quote is known by its update id. */
function endsOf(memory: RingMemory): { push(n: number): void; pop(): number | null } {
  const producer = producerOf(memory)
  const consumer = consumerOf(memory)
  const quote = blankQuote()
  const into = blankQuote()
  return {
    push: (n) => producer.push(quote, fillQuote(quote, n, 0)),
    pop() {
      if (!consumer.pop(into)) return null
      if (!isWhole(into)) throw new Error(`torn: ${JSON.stringify(into)}`)
      return into.updateId
    },
  }
}

/** A producer thread against a spinning consumer in this one. The consumer must see the very last quote. */
async function race(options: {
  readonly quotes: number
  readonly capacity: number
  readonly startAt: number
  readonly burst: number
  /** Look at other things (the quote table) after so many pops; 0 never. */
  readonly breathe: number
}) {
  const ring = createRingMemory(options.capacity, { startAt: options.startAt })
  const table = createQuoteTableMemory(3)
  const gate = new SharedArrayBuffer(8)
  const order: ProducerOrder = { ring, table, gate, quotes: options.quotes, burst: options.burst }
  const worker = new Worker(new URL('./test-support/ring-producer.ts', import.meta.url), { workerData: order })
  await new Promise((resolve, reject) => worker.once('online', () => resolve(null)).once('error', reject))
  const go = new Int32Array(gate)
  Atomics.store(go, 0, 1)
  Atomics.notify(go, 0)

  const consumer = consumerOf(ring)
  const tableWatch = watchTable(table)
  const quote = blankQuote()
  const seen = { popped: 0, torn: 0, disordered: 0, last: -1, queuedMax: 0 }
  const deadlineUs = systemClock.nowUs() + 20e6
  for (let looks = 0; seen.last < options.quotes - 1; looks += 1) {
    if (looks % 65_536 === 0 && systemClock.nowUs() > deadlineUs) throw new Error(`stalled: ${JSON.stringify(seen)}`)
    if (!consumer.pop(quote)) continue
    seen.popped += 1
    if (!isWhole(quote)) seen.torn += 1
    if (quote.updateId <= seen.last) seen.disordered += 1
    seen.last = quote.updateId
    if (options.burst > 0 && seen.popped % options.burst === 0) {
      Atomics.store(go, 1, seen.popped)
      Atomics.notify(go, 1)
    }
    if (options.breathe === 0 || seen.popped % options.breathe !== 0) continue
    seen.queuedMax = Math.max(seen.queuedMax, consumer.queued)
    for (let i = 0; i < 30; i += 1) tableWatch.look()
  }
  await worker.terminate()
  return { ...seen, counts: countsOf(ring), table: tableWatch.seen }
}

/** Reads the quote table while it is being written: every row whole, none older than the one before. */
function watchTable(memory: ReturnType<typeof createQuoteTableMemory>) {
  const reader = quoteReaderOf(memory)
  const quote = blankQuote()
  const newest = new Float64Array(memory.symbolCount).fill(-1)
  const seen = { read: 0, busy: 0, torn: 0, backwards: 0 }
  const look = (): void => {
    for (let symbol = 0; symbol < memory.symbolCount; symbol += 1) {
      const answer = reader.read(symbol, quote)
      if (answer === 'busy') seen.busy += 1
      if (answer !== 'read') continue
      seen.read += 1
      if (!isWhole(quote) || quote.symbolIndex !== symbol) seen.torn += 1
      if (quote.updateId < newest[symbol]!) seen.backwards += 1
      newest[symbol] = quote.updateId
    }
  }
  return { seen, look }
}
