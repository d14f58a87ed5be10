/**
 * After a crash: what an earlier run left is found by its order ids, closed, explained; nothing else is touched.
 */
import { expect, test } from 'vitest'
import type { Leftover, LeftoverOrder, RecoveredPosition } from '../domain/leftover.ts'
import { RecoveryError, recover } from './recover.ts'
import type { Bench } from './test-support/bench.ts'
import { createBench, heldAtVenue, id } from './test-support/bench.ts'

const ARRIVAL_MAX_MS = 1_250

/** A process that sent both legs and was killed: what happens to them is up to the test, and nobody hears of it. */
async function killedBench(): Promise<Bench> {
  const bench = createBench()
  const run = await bench.open()
  run.handOver()
  bench.venue.streamDown = true
  bench.venue.script = bench.venue.fills
  return bench
}

function leftoverOf({ venue }: Bench, more: Partial<Leftover> = {}): Leftover {
  const orders = venue.requests.map(({ clientId, symbol, leg, side, lots, reduceOnly }): LeftoverOrder => {
    return { clientId, symbol, leg, side, lots, reduceOnly }
  })
  return { runIds: ['r'], orders, fills: [], sinceVenueMs: 0, restUrl: 'http://venue', account: null, ...more }
}

/** Recovers while the venue's time goes by; rejects as the recovery does. */
async function recovered(bench: Bench, leftover = leftoverOf(bench)): Promise<readonly RecoveredPosition[]> {
  const recovering = recover({ ports: bench.ports, leftover, runId: 'n', arrivalMaxMs: ARRIVAL_MAX_MS })
  recovering.catch(() => undefined)
  await bench.clock.pass(60_000)
  return recovering
}

test('both legs of a hedged pair are closed by ids of their own, and the position is explained', async () => {
  const bench = await killedBench()
  for (const clientId of [id(0), id(1)]) bench.venue.fill(clientId)
  expect(await recovered(bench)).toEqual([
    { symbol: 'BTCUSDT', idx: 1, heldLots: 10, closedLots: 10, leftLots: 0 },
    { symbol: 'BTCUSDT', idx: 2, heldLots: 10, closedLots: 10, leftLots: 0 },
  ])
  expect(heldAtVenue(bench)).toEqual({ long: 0, short: 0 })
  const own = bench.lines('order.submitted').slice(2)
  expect(own.map(({ clientId, side, reduceOnly }) => [clientId, side, reduceOnly])).toEqual([
    ['n-recover-0', 'sell', true],
    ['n-recover-1', 'buy', true],
  ])
  expect(bench.lines('recovered')).toMatchObject([
    {
      runIds: ['r'],
      complete: true,
      orders: [
        { clientId: id(0), filledLots: 10 },
        { clientId: id(1), filledLots: 10 },
      ],
    },
  ])
})

test('every order of the recovery is on record before it is sent', async () => {
  const bench = await killedBench()
  bench.venue.fill(id(0))
  bench.venue.end(id(1))
  const before = bench.log.length
  await recovered(bench)
  const entries = bench.log.slice(before)
  const submit = entries.indexOf('submit n-recover-0')
  expect(entries.slice(submit - 2, submit)).toEqual(['write order.submitted', 'flush'])
})

test('what rests is cancelled, what it had filled is closed', async () => {
  const bench = await killedBench()
  bench.venue.take(id(0))
  bench.venue.fill(id(0), 3)
  bench.venue.end(id(1), 'Rejected')
  expect(await recovered(bench)).toMatchObject([{ idx: 1, heldLots: 3, closedLots: 3, leftLots: 0 }])
  expect(bench.log).toContain(`cancel ${id(0)}`)
  expect(heldAtVenue(bench)).toEqual({ long: 0, short: 0 })
})

test('an order that has not arrived yet is waited for as long as the venue may still accept it', async () => {
  const bench = await killedBench()
  bench.venue.end(id(0), 'Rejected')
  bench.clock.after(1_000, () => bench.venue.fill(id(1)))
  expect(await recovered(bench)).toMatchObject([{ idx: 2, heldLots: 10, closedLots: 10, leftLots: 0 }])
  expect(heldAtVenue(bench)).toEqual({ long: 0, short: 0 })
})

test('while one leg is unknown the other is not taken off; then both go at once, without waiting for a reply', async () => {
  const bench = await killedBench()
  bench.venue.fill(id(0))
  const sentMs: number[] = []
  bench.venue.script = (clientId) => {
    sentMs.push(bench.clock.nowUs() / 1_000)
    bench.venue.take(clientId)
    bench.venue.fill(clientId)
    bench.clock.after(900, () => bench.venue.acknowledge(clientId))
  }
  const startMs = bench.clock.nowUs() / 1_000
  bench.clock.after(1_000, () => bench.venue.fill(id(1)))
  await recovered(bench)
  expect(sentMs).toHaveLength(2)
  expect(sentMs[0]! - startMs).toBeGreaterThanOrEqual(1_000)
  expect(sentMs[1]).toBe(sentMs[0])
})

test('orders that never arrived are waited out, and nothing is sent', async () => {
  const bench = await killedBench()
  const startUs = bench.clock.nowUs()
  let tookMs = 0
  const recovering = recover({
    ports: bench.ports,
    leftover: leftoverOf(bench),
    runId: 'n',
    arrivalMaxMs: ARRIVAL_MAX_MS,
  })
  void recovering.then(() => {
    tookMs = (bench.clock.nowUs() - startUs) / 1000
  })
  await bench.clock.pass(10_000)
  expect(tookMs).toBeGreaterThan(ARRIVAL_MAX_MS)
  expect(bench.venue.requests).toHaveLength(2)
  expect(bench.lines('recovered')).toMatchObject([
    {
      complete: true,
      orders: [
        { status: null, filledLots: 0 },
        { status: null, filledLots: 0 },
      ],
      positions: [],
    },
  ])
})

test('what others hold beside it, or in other symbols, is not touched', async () => {
  const bench = await killedBench()
  bench.venue.fill(id(0))
  bench.venue.end(id(1))
  bench.venue.hold('BTCUSDT', 1, 4)
  bench.venue.hold('ETHUSDT', 2, 3)
  await recovered(bench)
  expect(heldAtVenue(bench)).toEqual({ long: 4, short: 0 })
  expect(heldAtVenue(bench, 'ETHUSDT')).toEqual({ long: 0, short: 3 })
  expect(bench.venue.requests.at(-1)).toMatchObject({ lots: 10, closeAll: false })
})

test("what a recovery that was killed had closed itself counts: its orders are earlier runs' as well", async () => {
  const bench = await killedBench()
  bench.venue.fill(id(0))
  bench.venue.end(id(1))
  const first = recover({ ports: bench.ports, leftover: leftoverOf(bench), runId: 'm', arrivalMaxMs: ARRIVAL_MAX_MS })
  first.catch(() => undefined)
  bench.venue.script = (clientId) => void bench.venue.fill(clientId, 6)
  await bench.clock.pass(0)
  // Killed here: its own journal and the one before name what there is.
  bench.venue.end('m-recover-0')
  bench.venue.script = bench.venue.fills
  const second = recover({
    ports: bench.ports,
    leftover: leftoverOf(bench, { runIds: ['r', 'm'] }),
    runId: 'n',
    arrivalMaxMs: ARRIVAL_MAX_MS,
  })
  await bench.clock.pass(60_000)
  expect(await second).toMatchObject([{ idx: 1, heldLots: 4, leftLots: 0 }])
  expect(heldAtVenue(bench)).toEqual({ long: 0, short: 0 })
})

test('a fill that the venue has forgotten and the journal knows is explained', async () => {
  const bench = await killedBench()
  const orders = [{ ...leftoverOf(bench).orders[0]!, clientId: 'r-t0-0' }]
  bench.venue.hold('BTCUSDT', 1, 10)
  const fills = [{ clientId: 'r-t0-0', execId: 'old', lots: 10 }]
  expect(await recovered(bench, leftoverOf(bench, { orders, fills }))).toMatchObject([{ heldLots: 10, closedLots: 10 }])
  expect(heldAtVenue(bench)).toEqual({ long: 0, short: 0 })
})

test('an order whose row says more than its executions do is asked about until they have followed', async () => {
  const bench = await killedBench()
  const { venue, clock } = bench
  venue.fill(id(0))
  venue.end(id(1), 'Rejected')
  const ask = venue.inquire.bind(venue)
  const shownFromUs = clock.nowUs() + 800_000
  venue.inquire = async (symbol, clientId) => {
    const found = await ask(symbol, clientId)
    if (found.kind !== 'done' || clock.nowUs() >= shownFromUs) return found
    return { kind: 'done', value: { ...found.value, executions: [] } }
  }
  expect(await recovered(bench)).toMatchObject([{ idx: 1, heldLots: 10, closedLots: 10, leftLots: 0 }])
  expect(heldAtVenue(bench)).toEqual({ long: 0, short: 0 })
})

test('what cannot be closed is named: symbol, side and amount', async () => {
  const bench = await killedBench()
  bench.venue.fill(id(0))
  bench.venue.end(id(1))
  bench.venue.script = (clientId) => bench.venue.refuse(clientId, 110017)
  const failure = await recovered(bench).catch((error: unknown) => error as RecoveryError)
  expect(String(failure)).toContain('what run r left could not be closed: BTCUSDT long 10 lots; nothing is traded')
  expect(failure).toBeInstanceOf(RecoveryError)
  expect((failure as RecoveryError).left).toMatchObject([{ symbol: 'BTCUSDT', idx: 1, lots: 10 }])
  expect(bench.lines('recovered')).toMatchObject([{ complete: false, positions: [{ leftLots: 10 }] }])
})

test('a venue that cannot be asked is an error, not an empty account', async () => {
  const bench = await killedBench()
  bench.venue.fill(id(0))
  bench.venue.readsFail = true
  await expect(recovered(bench)).rejects.toThrow('the venue could not be asked for what run r left')
  expect(bench.venue.requests).toHaveLength(2)
})

test('a symbol whose books answer slowly keeps no other symbol from being closed', async () => {
  const bench = createBench()
  for (const symbolIndex of [0, 1]) (await bench.open(symbolIndex)).handOver()
  bench.venue.streamDown = true
  bench.venue.script = bench.venue.fills
  for (const trade of [1, 2]) for (const place of [0, 1]) bench.venue.fill(id(place, trade))
  const slow = Promise.withResolvers<void>()
  bench.venue.inquireGates.set('BTCUSDT', slow.promise)
  const { ports } = bench
  const recovering = recover({ ports, leftover: leftoverOf(bench), runId: 'n', arrivalMaxMs: ARRIVAL_MAX_MS })
  await bench.clock.pass(500)
  expect(heldAtVenue(bench, 'ETHUSDT')).toEqual({ long: 0, short: 0 })
  // What is not known yet is not closed by half.
  expect(heldAtVenue(bench, 'BTCUSDT')).toEqual({ long: 10, short: 10 })
  await bench.clock.pass(5_000)
  slow.resolve()
  await bench.clock.pass(60_000)
  expect(await recovering).toHaveLength(4)
  expect(heldAtVenue(bench, 'BTCUSDT')).toEqual({ long: 0, short: 0 })
})

test('a symbol that does not trade any more is named with its amount, and the others are closed all the same', async () => {
  const bench = await killedBench()
  for (const clientId of [id(0), id(1)]) bench.venue.fill(clientId)
  const leftover = leftoverOf(bench)
  const gone = { clientId: 'r-t9-0', symbol: 'GONEUSDT', leg: 'long', side: 'buy', lots: 7, reduceOnly: false } as const
  const orders = [...leftover.orders, gone]
  const fills = [{ clientId: gone.clientId, execId: 'x', lots: 4 }]
  const error: unknown = await recovered(bench, { ...leftover, orders, fills }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(RecoveryError)
  expect(String(error)).toContain('GONEUSDT does not trade any more, its orders could not be asked about')
  expect(String(error)).toContain('GONEUSDT long 4 lots by the journal')
  expect((error as RecoveryError).left).toEqual([{ symbol: 'GONEUSDT', idx: 1, side: null, lots: 4 }])
  expect(heldAtVenue(bench)).toEqual({ long: 0, short: 0 })
  expect(bench.lines('recovered')).toMatchObject([{ complete: false }])
})
