import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { systemClock } from '../seams/clock.ts'
import { createQuoteTableMemory, quoteReaderOf, quoteWriterOf } from './quotes.ts'
import { createRingMemory } from './ring.ts'
import { blankQuote } from './slots.ts'
import type { ProducerOrder } from './test-support/sums.ts'
import { fillQuote, isWhole } from './test-support/sums.ts'

test('a table answers with the newest quote of each symbol, and empty before the first', () => {
  const memory = createQuoteTableMemory(2)
  const writer = quoteWriterOf(memory)
  const reader = quoteReaderOf(memory)
  const quote = blankQuote()
  const into = blankQuote()
  for (const n of [7, 8, 9]) writer.write(quote, fillQuote(quote, n, 1))
  expect(reader.read(0, into)).toBe('empty')
  expect(reader.read(1, into)).toBe('read')
  expect(into).toMatchObject({ symbolIndex: 1, updateId: 9 })
  expect(isWhole(into)).toBe(true)
})

test('a row whose writer never finishes answers busy after a bounded number of tries', () => {
  const memory = createQuoteTableMemory(1)
  const writer = quoteWriterOf(memory)
  const quote = blankQuote()
  writer.write(quote, fillQuote(quote, 1, 0))
  Atomics.add(new Int32Array(memory.sequences), 0, 1) // as if the writer had been stopped in the middle of a row
  expect(quoteReaderOf(memory).read(0, blankQuote())).toBe('busy')
})

test.each([-1, 2, 0.5, Number.NaN])('symbol index %d outside the table throws', (symbolIndex) => {
  const memory = createQuoteTableMemory(2)
  expect(() => quoteWriterOf(memory).write({ ...blankQuote(), symbolIndex }, 0)).toThrow(/symbol index must be 0 to 1/)
  expect(() => quoteReaderOf(memory).read(symbolIndex, blankQuote())).toThrow(/symbol index must be 0 to 1/)
})

test.each([0, -1, 1.5])('a table of %d symbols is refused', (symbolCount) => {
  expect(() => createQuoteTableMemory(symbolCount)).toThrow(/positive number of symbols/)
})

test('a row is read whole while another thread rewrites it without pause', async () => {
  const table = createQuoteTableMemory(1)
  const gate = new SharedArrayBuffer(8)
  const order: ProducerOrder = { ring: createRingMemory(2), table, gate, quotes: 1_000_000, burst: 0 }
  const worker = new Worker(new URL('./test-support/ring-producer.ts', import.meta.url), { workerData: order })
  await new Promise((resolve, reject) => worker.once('online', () => resolve(null)).once('error', reject))
  const go = new Int32Array(gate)
  Atomics.store(go, 0, 1)
  Atomics.notify(go, 0)

  const reader = quoteReaderOf(table)
  const into = blankQuote()
  const seen = { torn: 0, backwards: 0, last: -1 }
  const deadlineUs = systemClock.nowUs() + 20e6
  for (let looks = 0; seen.last < order.quotes - 1; looks += 1) {
    if (looks % 65_536 === 0 && systemClock.nowUs() > deadlineUs) throw new Error(`stalled: ${JSON.stringify(seen)}`)
    if (reader.read(0, into) !== 'read') continue
    if (!isWhole(into)) seen.torn += 1
    if (into.updateId < seen.last) seen.backwards += 1
    seen.last = into.updateId
  }
  await worker.terminate()
  expect(seen).toMatchObject({ torn: 0, backwards: 0 })
})
