/**
 * The end of a run: what is ours and no more is taken off, and "flat" is what the venue says, not what we hope.
 */
import { expect, test } from 'vitest'
import { settled } from '../seams/test-support/manual-clock.ts'
import type { OrderRequest } from '../venue/gateway.ts'
import type { SweepResult } from './sweep.ts'
import { booksOf, sweep } from './sweep.ts'
import type { Bench } from './test-support/bench.ts'
import { createBench, heldAtVenue, id, sentOrders } from './test-support/bench.ts'

interface Swept extends SweepResult {
  readonly warnings: readonly string[]
}

/** Runs the sweep to its end while the venue's time goes by. */
async function swept(bench: Bench, refused: readonly string[] = []): Promise<Swept> {
  const warnings: string[] = []
  const { ports, executor } = bench
  const sweeping = sweep({
    ports,
    books: booksOf(executor),
    runId: 'r',
    tradeId: 'sweep',
    isOwn: (clientId) => clientId.startsWith('r-'),
    refused,
    arrivalMaxMs: 1_250,
    warn: (message) => void warnings.push(message),
  })
  await bench.clock.pass(60_000)
  return { ...(await sweeping), warnings }
}

const asked = (bench: Bench, what: string): string[] => bench.log.filter((entry) => entry.startsWith(what))

/** A halted trade: long is filled, short is refused, and nothing closes the long. */
async function haltedBench(): Promise<Bench> {
  const bench = createBench()
  await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.script = (clientId) => bench.venue.refuse(clientId, 110017)
  bench.venue.refuse(id(1))
  await bench.clock.pass(2_000)
  expect(bench.executor.halted).not.toBeNull()
  bench.venue.script = bench.venue.fills
  return bench
}

test('where nothing is left nothing is sent, and flat is verified by asking twice', async () => {
  const bench = createBench()
  expect(await swept(bench)).toEqual({
    left: [],
    resting: [],
    strangers: [],
    ordersSent: 0,
    unresolved: [],
    warnings: [],
  })
  expect(asked(bench, 'positions')).toHaveLength(2)
})

test('what a halted trade holds is closed by its position index, whole, and the venue is asked again', async () => {
  const bench = await haltedBench()
  expect(await swept(bench)).toMatchObject({ left: [], ordersSent: 1, warnings: [] })
  expect(bench.venue.requests.at(-1)).toEqual({
    clientId: 'r-sweep-0',
    symbol: 'BTCUSDT',
    leg: 'long',
    side: 'sell',
    lots: 10,
    priceTicks: null,
    timeInForce: 'ioc',
    reduceOnly: true,
    closeAll: true,
  })
  expect(heldAtVenue(bench)).toEqual({ long: 0, short: 0 })
  expect(asked(bench, 'positions')).toHaveLength(3)
})

test('the sweep writes its orders down before they are sent, and its fills afterwards', async () => {
  const bench = await haltedBench()
  const before = bench.log.length
  await swept(bench)
  const entries = bench.log.slice(before)
  const submit = entries.indexOf('submit r-sweep-0')
  expect(entries.slice(submit - 2, submit)).toEqual(['write order.submitted', 'flush'])
  expect(bench.lines('order.submitted').at(-1)).toMatchObject({
    tradeId: 'sweep',
    place: 0,
    purpose: 'unwind',
    notionalUsd: 600,
  })
  expect(bench.lines('order.filled').at(-1)).toMatchObject({ tradeId: 'sweep', clientId: 'r-sweep-0', lots: 10 })
})

test('what takes off is sent even when the disk is full', async () => {
  const bench = await haltedBench()
  bench.diskFull = true
  expect(await swept(bench)).toMatchObject({ left: [], ordersSent: 1 })
})

test('a short is bought back under index 2', async () => {
  const bench = createBench()
  await bench.hedge()
  bench.venue.script = bench.venue.fills
  expect(await swept(bench)).toMatchObject({ left: [], ordersSent: 2 })
  expect(sentOrders(bench).slice(2)).toEqual(['unwind long sell all', 'unwind short buy all'])
})

test('what others opened beside ours is left alone, and said: only what our fills explain is taken', async () => {
  const bench = await haltedBench()
  bench.venue.hold('BTCUSDT', 1, 5)
  bench.venue.hold('ETHUSDT', 2, 3)
  const result = await swept(bench)
  expect(bench.venue.requests.at(-1)).toMatchObject({ symbol: 'BTCUSDT', lots: 10, closeAll: false })
  expect(result).toMatchObject({ left: [], ordersSent: 1, strangers: [{ lots: 5 }, { lots: 3 }] })
  expect(heldAtVenue(bench)).toEqual({ long: 5, short: 0 })
  expect(heldAtVenue(bench, 'ETHUSDT')).toEqual({ long: 0, short: 3 })
  expect(result.warnings).toContain(
    "5 lots of BTCUSDT (index 1) are not explained by this run's fills and are left alone",
  )
  expect(result.warnings).toContain(
    "3 lots of ETHUSDT (index 2) are not explained by this run's fills and are left alone",
  )
})

test('what others hold is said once, however often the venue is asked', async () => {
  const bench = await haltedBench()
  bench.venue.hold('ETHUSDT', 2, 3)
  const { warnings } = await swept(bench)
  expect(warnings).toHaveLength(1)
})

test('what somebody has closed for us meanwhile is not closed again', async () => {
  const bench = await haltedBench()
  bench.venue.hold('BTCUSDT', 1, -10)
  expect(await swept(bench)).toMatchObject({ left: [], ordersSent: 0 })
  const other = await haltedBench()
  other.venue.hold('BTCUSDT', 1, -6)
  expect(await swept(other)).toMatchObject({ left: [], ordersSent: 1 })
  expect(other.venue.requests.at(-1)).toMatchObject({ lots: 4 })
})

test('a symbol with an order of ours that never was resolved is closed whole', async () => {
  const bench = createBench()
  await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.readsFail = true
  bench.venue.cancelAnswer = { kind: 'unknown', code: 0, reason: 'no answer' }
  bench.venue.lose(id(1))
  await bench.clock.pass(5_000)
  expect(bench.executor.books.open()[0]?.quiet).toBe(false)
  bench.executor.books.open()[0]?.rest()
  bench.venue.hold('BTCUSDT', 2, 10)
  bench.venue.readsFail = 'inquire'
  bench.venue.cancelAnswer = null
  bench.venue.script = bench.venue.fills
  expect(await swept(bench)).toMatchObject({ left: [], warnings: [] })
  expect(heldAtVenue(bench)).toEqual({ long: 0, short: 0 })
})

test('symbols that were never ours are neither asked about nor touched', async () => {
  const bench = await haltedBench()
  bench.venue.hold('ETHUSDT', 1, 5)
  expect(await swept(bench, ['ETHUSDT'])).toMatchObject({ left: [], ordersSent: 1, warnings: [] })
  expect(heldAtVenue(bench, 'ETHUSDT').long).toBe(5)
})

test('orders of this run that still rest are cancelled, those of others are not', async () => {
  const bench = createBench()
  await bench.open()
  for (const clientId of [id(0), id(1)]) bench.venue.take(clientId)
  for (const clientId of ['web', 'r2-t1-0']) {
    bench.venue.submit({ ...bench.venue.requests[0]!, clientId })
    bench.venue.take(clientId)
  }
  for (const run of bench.executor.books.open()) run.rest()
  await swept(bench)
  expect(asked(bench, 'cancel')).toEqual(['cancel r-t1-0', 'cancel r-t1-1'])
})

test('an order that fills while it is being cancelled is seen in the next look, and taken off', async () => {
  const bench = createBench()
  const run = await bench.open()
  bench.venue.take(id(0))
  bench.venue.cancelAnswer = { kind: 'done', value: null }
  bench.clock.after(100, () => bench.venue.fill(id(0)))
  run.rest()
  bench.venue.script = bench.venue.fills
  const result = await swept(bench)
  expect(result.left).toEqual([])
  expect(heldAtVenue(bench)).toEqual({ long: 0, short: 0 })
})

test('flat is not claimed while an order of ours may still be open', async () => {
  const unread = createBench()
  unread.venue.readsFail = 'openOrders'
  expect(await swept(unread)).toMatchObject({ left: null, ordersSent: 0 })
  const stubborn = createBench()
  const run = await stubborn.open()
  stubborn.venue.take(id(0))
  stubborn.venue.cancelAnswer = { kind: 'unknown', code: 0, reason: 'no answer' }
  run.rest()
  expect(await swept(stubborn)).toMatchObject({ resting: ['r-t1-0'], ordersSent: 0 })
})

test('what is closed in part is closed on in the next round', async () => {
  const bench = await haltedBench()
  bench.venue.script = (clientId) => {
    bench.venue.acknowledge(clientId)
    bench.venue.fill(clientId, clientId === 'r-sweep-0' ? 4 : 6)
  }
  expect(await swept(bench)).toMatchObject({ left: [], ordersSent: 2 })
  expect(bench.venue.requests.slice(-2).map(({ lots }) => lots)).toEqual([10, 6])
})

test('what was taken already is not taken again from others', async () => {
  const bench = await haltedBench()
  bench.venue.script = (clientId, request) => {
    bench.venue.fills(clientId, request)
    // The same moment somebody else opens as much under the same index.
    bench.venue.hold('BTCUSDT', 1, 10)
  }
  const result = await swept(bench)
  expect(result).toMatchObject({ left: [], ordersSent: 1 })
  expect(heldAtVenue(bench).long).toBe(10)
})

const STUBBORN: readonly (readonly [string, (bench: Bench) => (clientId: string, request: OrderRequest) => void])[] = [
  ['refuses', (bench) => (clientId) => bench.venue.refuse(clientId, 110017)],
  ['never answers', (bench) => (clientId) => bench.venue.lose(clientId)],
  [
    'takes and fills nothing',
    (bench) => (clientId) => {
      bench.venue.acknowledge(clientId)
      bench.venue.end(clientId)
    },
  ],
]

test.each(STUBBORN)('a venue that %s is asked four times, then the amount is named', async (_, script) => {
  const bench = await haltedBench()
  bench.venue.script = script(bench)
  expect(await swept(bench)).toMatchObject({
    left: [{ symbol: 'BTCUSDT', idx: 1, side: 'buy', lots: 10 }],
    ordersSent: 4,
    warnings: [],
  })
  // Once more to name it; and while it is not proved that what got no answer never arrived, every 200 ms.
  expect(asked(bench, 'positions').length).toBeLessThanOrEqual(5 + Math.ceil(1_250 / 200))
})

test('a refusal of the sweep is written down', async () => {
  const bench = await haltedBench()
  bench.venue.script = (clientId) => bench.venue.refuse(clientId, 110017)
  await swept(bench)
  expect(bench.lines('order.refused').at(-1)).toEqual({
    tradeId: 'sweep',
    clientId: 'r-sweep-3',
    code: 110017,
    reason: 'no',
  })
})

test('what is limited, or not let through, is waited out: it uses up none of the rounds', async () => {
  for (const code of [10006, 10002, 0]) {
    const bench = await haltedBench()
    const untilMs = bench.clock.nowUs() / 1000 + 8_000
    bench.venue.script = (clientId, request) => {
      const { nowUs } = bench.clock
      if (nowUs() / 1000 >= untilMs) return bench.venue.fills(clientId, request)
      bench.venue.refuse(clientId, code, code === 10006 ? 600 : undefined)
    }
    expect(await swept(bench)).toMatchObject({ left: [] })
    expect(heldAtVenue(bench).long).toBe(0)
  }
})

test('a venue that does not answer is asked for twenty seconds, then the answer is "nobody knows"', async () => {
  const bench = await haltedBench()
  bench.venue.readsFail = true
  expect(await swept(bench)).toMatchObject({ left: null, ordersSent: 0, warnings: [] })
  expect(asked(bench, 'positions').length).toBeGreaterThan(50)
})

test('a venue that can be asked again in time is swept', async () => {
  const bench = await haltedBench()
  bench.venue.readsFail = true
  bench.clock.after(300, () => {
    bench.venue.readsFail = false
  })
  expect(await swept(bench)).toMatchObject({ left: [], ordersSent: 1 })
  await settled()
  expect(heldAtVenue(bench).long).toBe(0)
})
