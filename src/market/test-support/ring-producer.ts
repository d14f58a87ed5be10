/**
 * A producer in a thread of its own: pushes a bounded number of quotes, each carrying a checksum over its own fields, as
 * fast as it can or paced by the consumer. Tells how many it pushed, and ends.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { doorbellOf } from '../doorbell.ts'
import { quoteWriterOf } from '../quotes.ts'
import { producerOf } from '../ring.ts'
import { blankQuote } from '../slots.ts'
import type { ProducerOrder } from './sums.ts'
import { fillQuote } from './sums.ts'

const order = workerData as ProducerOrder
const producer = producerOf(order.ring)
const table = quoteWriterOf(order.table)
const bell = doorbellOf(order.ring)
const gate = new Int32Array(order.gate)
const quote = blankQuote()

Atomics.wait(gate, 0, 0)
for (let i = 0; i < order.quotes; i += 1) {
  const sum = fillQuote(quote, i, i % order.table.symbolCount)
  table.write(quote, sum)
  producer.push(quote, sum)
  bell.ring()
  // Paced: wait for the consumer after every burst, so that a ring at least as large as the burst never drops.
  if (order.burst > 0 && (i + 1) % order.burst === 0) {
    for (let taken = Atomics.load(gate, 1); taken < i + 1; taken = Atomics.load(gate, 1)) Atomics.wait(gate, 1, taken)
  }
}
parentPort?.postMessage('done')
