import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createIntake } from './intake.ts'
import { createQuoteTableMemory, quoteReaderOf, quoteWriterOf } from './quotes.ts'
import { consumerOf, countsOf, createRingMemory, producerOf } from './ring.ts'
import { blankQuote } from './slots.ts'

test("one quiet symbol's only quote survives another symbol's flood", () => {
  const road = createRoad({ capacity: 8, symbols: 2 })
  road.feed(1)
  for (let i = 0; i < 1000; i += 1) road.feed(0)
  expect(countsOf(road.ring)).toMatchObject({ dropped: 993, queued: 8 })
  road.drain()
  expect(road.newestOf(1)).toBe(1)
  expect(road.newestOf(0)).toBe(1001)
  expect(road.intake.counts()).toEqual({ rescued: 1, overtaken: 0, rescues: 1 })
})

test('without drops the table is not read and nothing is delivered twice', () => {
  const road = createRoad({ capacity: 8, symbols: 3 })
  for (let i = 0; i < 8; i += 1) road.feed(i % 3)
  road.drain()
  expect(road.delivered.map((quote) => quote.updateId)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  expect(road.intake.counts()).toEqual({ rescued: 0, overtaken: 0, rescues: 0 })
})

test('a quote the table has overtaken is popped and counted, but not delivered: no symbol goes back in time', () => {
  const road = createRoad({ capacity: 4, symbols: 2 })
  for (let i = 0; i < 6; i += 1) road.feed(0)
  road.drain(1) // stops after one quote; the drops send it to the table, which knows quote 6 already
  expect(road.delivered.map((quote) => quote.updateId)).toEqual([3, 6])
  road.drain()
  expect(road.delivered.map((quote) => quote.updateId)).toEqual([3, 6])
  expect(road.intake.counts()).toEqual({ rescued: 1, overtaken: 3, rescues: 1 })
  road.feed(0)
  road.drain()
  expect(road.newestOf(0)).toBe(7)
})

test('update ids that begin again after a restart of the venue are newer, being received later', () => {
  const road = createRoad({ capacity: 4, symbols: 1 })
  road.feed(0, { updateId: 900 })
  road.feed(0, { updateId: 1 })
  road.drain()
  expect(road.delivered.map((quote) => quote.updateId)).toEqual([900, 1])
})

test('two quotes of one microsecond are told apart by their update ids', () => {
  const road = createRoad({ capacity: 4, symbols: 1 })
  road.feed(0, { receivedUs: 5, updateId: 10 })
  road.feed(0, { receivedUs: 5, updateId: 11 })
  road.feed(0, { receivedUs: 5, updateId: 11 })
  road.drain()
  expect(road.delivered.map((quote) => quote.updateId)).toEqual([10, 11])
})

test('a drain that stops early says so, and goes on where it stopped', () => {
  const road = createRoad({ capacity: 8, symbols: 1 })
  for (let i = 0; i < 5; i += 1) road.feed(0)
  expect(road.drain(3)).toBe(false)
  expect(road.delivered).toHaveLength(3)
  expect(road.drain(3)).toBe(true)
  expect(road.delivered).toHaveLength(5)
})

test('a table row that cannot be read stays owed until it can', () => {
  const road = createRoad({ capacity: 2, symbols: 2 })
  road.feed(1)
  for (let i = 0; i < 3; i += 1) road.feed(0)
  const sequences = new Int32Array(road.table.sequences)
  const rowOne = sequences.length / 2
  Atomics.add(sequences, rowOne, 1) // the writer stands still in the middle of row 1
  road.drain()
  expect(road.newestOf(1)).toBe(null)
  Atomics.sub(sequences, rowOne, 1)
  road.drain()
  expect(road.newestOf(1)).toBe(1)
})

test('the gap is the longest time the ring was left alone while it held quotes', () => {
  const road = createRoad({ capacity: 8, symbols: 1 })
  road.wait(50_000) // an empty ring left alone is no gap
  road.feed(0)
  road.wait(300)
  road.drain()
  expect(road.intake.takeGapMaxUs()).toBe(300)
  road.feed(0)
  road.feed(0)
  road.wait(100)
  road.drain(1)
  road.wait(900)
  road.drain(1)
  expect(road.intake.takeGapMaxUs()).toBe(900)
  expect(road.intake.takeGapMaxUs()).toBe(0)
})

test('after drops the gap counts from the last look, since the quotes that waited longest are gone', () => {
  const road = createRoad({ capacity: 2, symbols: 1 })
  road.feed(0)
  road.drain()
  road.wait(10)
  for (let i = 0; i < 5; i += 1) {
    road.feed(0)
    road.wait(1000)
  }
  road.drain()
  expect(road.intake.takeGapMaxUs()).toBe(5010)
})

test('whatever is fed and whenever it is drained, each symbol ends at its newest quote and never steps back', () => {
  const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('one', 'all')), { maxLength: 200 })
  fc.assert(
    fc.property(steps, (run) => {
      const road = createRoad({ capacity: 4, symbols: 4 })
      const fed: (number | null)[] = [null, null, null, null]
      for (const step of run) {
        if (typeof step === 'number') fed[step] = road.feed(step)
        else road.drain(step === 'one' ? 1 : 1000)
      }
      road.drain()
      expect([0, 1, 2, 3].map((symbol) => road.newestOf(symbol))).toEqual(fed)
      for (const symbol of [0, 1, 2, 3]) {
        const ids = road.delivered.filter((quote) => quote.symbolIndex === symbol).map((quote) => quote.updateId)
        expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b))
      }
      const { pushed, popped, dropped } = countsOf(road.ring)
      expect(popped + dropped).toBe(pushed)
    }),
    { numRuns: 500 },
  )
})

/** Feed, ring, table and intake in one thread with a clock that moves when told. */
function createRoad(size: { readonly capacity: number; readonly symbols: number }) {
  const ring = createRingMemory(size.capacity)
  const table = createQuoteTableMemory(size.symbols)
  const producer = producerOf(ring)
  const writer = quoteWriterOf(table)
  let nowUs = 1000
  let fed = 0
  const intake = createIntake({
    consumer: consumerOf(ring),
    table: quoteReaderOf(table),
    clock: { nowUs: () => nowUs },
  })
  const delivered: { readonly symbolIndex: number; readonly updateId: number }[] = []
  return {
    ring,
    table,
    intake,
    delivered,
    wait: (us: number) => {
      nowUs += us
    },
    feed(symbolIndex: number, fields: { readonly updateId?: number; readonly receivedUs?: number } = {}): number {
      fed += 1
      const quote = { ...blankQuote(), symbolIndex, updateId: fed, receivedUs: fed, ...fields }
      writer.write(quote, nowUs)
      producer.push(quote, nowUs)
      return quote.updateId
    },
    drain: (quotesMax = 1000) =>
      intake.drain(({ symbolIndex, updateId }) => delivered.push({ symbolIndex, updateId }), quotesMax),
    newestOf: (symbolIndex: number) =>
      delivered.findLast((quote) => quote.symbolIndex === symbolIndex)?.updateId ?? null,
  }
}
