/**
 * The ring against the obvious alternative, `postMessage`, in one run: blocks of each in turn, so that a busy machine is
 * busy for both.
 *
 *   npx node src/market/ring.bench.ts
 *
 * throughput   a burst of quotes as fast as the producer can, until the last one is in the consumer's hands
 * hop          one quote per millisecond, the consumer asleep in between: push to pop, µs
 *
 * What it does not prove: that a second thread pays at all. A hop costs what is printed here, and one thread needs none
 * (`TOPOLOGY=inline`); what the feed thread buys is a socket that is read while the strategy is busy.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { Quote } from '../domain/quote.ts'
import { systemClock } from '../seams/clock.ts'
import { doorbellOf, waitForQuotes } from './doorbell.ts'
import type { RingMemory } from './ring.ts'
import { consumerOf, createRingMemory, producerOf } from './ring.ts'
import { blankQuote } from './slots.ts'

const BURST = 50_000
const HOPS = 1_000
const HOP_EVERY_US = 1_000
const BLOCKS = 5
const WAYS = ['ring', 'postMessage'] as const

type Way = (typeof WAYS)[number]
type Load = 'throughput' | 'hop'

/** A pair of functions: the producer's "send this", the consumer's "call me with each". */
interface Consumer {
  receive(onQuote: (pushedUs: number) => void): () => void
}

if (isMainThread) await main()
else produce(workerData as RingMemory)

async function main(): Promise<void> {
  const ring = createRingMemory(65_536)
  const worker = new Worker(new URL(import.meta.url), { workerData: ring })
  await new Promise((resolve) => worker.once('online', resolve))
  const consumers: Readonly<Record<Way, Consumer>> = { ring: overRing(ring), postMessage: overMessages(worker) }
  const results = new Map<string, number[]>()
  const note = (key: string, value: number): void => void results.set(key, [...(results.get(key) ?? []), value])

  for (let block = 0; block <= BLOCKS; block += 1) {
    for (const way of WAYS) {
      const burst = await measure(worker, consumers[way], way, 'throughput', BURST)
      const hops = await measure(worker, consumers[way], way, 'hop', HOPS)
      if (block === 0) continue // warm-up
      note(`${way} throughput`, BURST / (burst.elapsedUs / 1e6))
      note(`${way} hop p50`, percentile(hops.latenciesUs, 50))
      note(`${way} hop p99`, percentile(hops.latenciesUs, 99))
    }
  }
  await worker.terminate()
  print(results)
}

/** One block: tells the producer to begin, resolves when the last quote has arrived. */
function measure(worker: Worker, consumer: Consumer, way: Way, load: Load, count: number) {
  const latenciesUs = new Float64Array(count)
  const startedUs = systemClock.nowUs()
  const keepAlive = systemClock.after(60_000, () => process.exit(1)) // a sleeping consumer keeps no thread alive
  return new Promise<{ elapsedUs: number; latenciesUs: Float64Array }>((resolve) => {
    let arrived = 0
    const stop = consumer.receive((pushedUs) => {
      const nowUs = systemClock.nowUs()
      latenciesUs[arrived] = nowUs - pushedUs
      arrived += 1
      if (arrived < count) return
      stop()
      keepAlive()
      resolve({ elapsedUs: nowUs - startedUs, latenciesUs })
    })
    worker.postMessage({ way, load, count })
  })
}

function overRing(ring: RingMemory): Consumer {
  const consumer = consumerOf(ring)
  const quote = blankQuote()
  return {
    receive: (onQuote) =>
      waitForQuotes(ring, () => {
        while (consumer.pop(quote)) onQuote(quote.pushedUs)
      }),
  }
}

function overMessages(worker: Worker): Consumer {
  return {
    receive(onQuote) {
      const listen = (quote: { readonly pushedUs: number }): void => onQuote(quote.pushedUs)
      worker.on('message', listen)
      return () => worker.off('message', listen)
    },
  }
}

/** The producer's thread. */
function produce(ring: RingMemory): void {
  const producer = producerOf(ring)
  const bell = doorbellOf(ring)
  const quote: Quote = { ...blankQuote(), bidTicks: 606_171, bidLots: 12, askTicks: 606_172, askLots: 7 }
  const send: Readonly<Record<Way, () => void>> = {
    ring() {
      producer.push(quote, systemClock.nowUs())
      bell.ring()
    },
    postMessage: () => parentPort?.postMessage({ ...quote, pushedUs: systemClock.nowUs() }),
  }
  parentPort?.on('message', ({ way, load, count }: { way: Way; load: Load; count: number }) => {
    const startedUs = systemClock.nowUs()
    for (let i = 0; i < count; i += 1) {
      if (load === 'hop') pause(startedUs + i * HOP_EVERY_US)
      send[way]()
    }
  })
}

const never = new Int32Array(new SharedArrayBuffer(4))

/** Sleeps until a moment, as a producer waiting for its socket does. */
function pause(untilUs: number): void {
  const leftMs = (untilUs - systemClock.nowUs()) / 1e3
  if (leftMs > 0) Atomics.wait(never, 0, 0, leftMs)
}

function percentile(values: Float64Array, wanted: number): number {
  return values.toSorted()[Math.ceil((wanted / 100) * values.length) - 1] ?? Number.NaN
}

function print(results: ReadonlyMap<string, readonly number[]>): void {
  const median = (key: string): number => percentile(Float64Array.from(results.get(key) ?? []), 50)
  const row = (title: string, unit: string, digits: number): string => {
    const [ring, message] = WAYS.map((way) => median(`${way} ${title}`)) as [number, number]
    const cells = [ring, message].map((value) => value.toFixed(digits).padStart(12)).join('')
    return `${title.padEnd(12)}${cells}  ${unit}`
  }
  process.stdout.write(
    [
      `median of ${BLOCKS} blocks each, ${BURST} quotes per burst, ${HOPS} hops`,
      `${''.padEnd(12)}${WAYS.map((way) => way.padStart(12)).join('')}`,
      row('throughput', 'quotes/s', 0),
      row('hop p50', 'µs', 1),
      row('hop p99', 'µs', 1),
      '',
    ].join('\n'),
  )
}
