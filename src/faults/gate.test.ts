import { expect, test } from 'vitest'
import { type Applied, createGate, type FaultFacts, type FaultGate, NO_FACTS } from './gate.ts'
import type { Fault, FaultVerdict } from './plan-types.ts'

const MOUNTED_US = 5_000_000
const DROP: FaultVerdict = { do: 'drop' }
const lostCreate = (more: Partial<Fault> = {}): Fault => ({
  name: 'planned',
  party: 'rest-request',
  op: 'create',
  verdict: DROP,
  ...more,
})

function gateOf(...faults: Fault[]): { gate: FaultGate; applied: Applied[] } {
  const applied: Applied[] = []
  return { gate: createGate({ faults }, { mountedAtUs: MOUNTED_US, onApplied: (one) => applied.push(one) }), applied }
}

const order = (clientId: string, more: Partial<FaultFacts> = {}): FaultFacts => ({
  symbol: 'BTCUSDT',
  leg: 'long',
  side: 'buy',
  reduceOnly: false,
  clientId,
  venueOrderId: null,
  ...more,
})

/** The names of the faults that hit a row of creates, null where none did. */
function names(gate: FaultGate, facts: readonly FaultFacts[], nowUs = MOUNTED_US): (string | null)[] {
  return facts.map((one) => gate.judge('rest-request', 'create', one, nowUs)?.fault.name ?? null)
}

test('a fault disturbs its first matching occurrence and then no more', () => {
  const { gate, applied } = gateOf(lostCreate())

  expect(names(gate, [order('a'), order('b')])).toEqual(['planned', null])
  expect(applied).toEqual([
    { fault: lostCreate(), verdict: DROP, party: 'rest-request', op: 'create', occurrence: 1, clientId: 'a' },
  ])
})

test('skip lets occurrences pass first, times bounds how many are disturbed, null does not', () => {
  const three = ['a', 'b', 'c', 'd'].map((id) => order(id))
  expect(names(gateOf(lostCreate({ skip: 1, times: 2 })).gate, three)).toEqual([null, 'planned', 'planned', null])
  expect(names(gateOf(lostCreate({ skip: 2, times: null })).gate, three)).toEqual([null, null, 'planned', 'planned'])
})

test('the occurrence written down counts those that were let pass', () => {
  const { gate, applied } = gateOf(lostCreate({ skip: 2 }))
  names(
    gate,
    ['a', 'b', 'c'].map((id) => order(id)),
  )
  expect(applied.map(({ occurrence, clientId }) => [occurrence, clientId])).toEqual([[3, 'c']])
})

test('only the party and the operation of the fault are disturbed', () => {
  const { gate } = gateOf(lostCreate({ times: null }))
  expect(gate.judge('rest-reply', 'create', order('a'), MOUNTED_US)).toBeNull()
  expect(gate.judge('rest-request', 'cancel', order('a'), MOUNTED_US)).toBeNull()
  expect(gate.judge('rest-request', 'create', order('a'), MOUNTED_US)).not.toBeNull()
})

test('`any` is every REST operation; `any-frame` is every frame but neither the handshake nor the socket', () => {
  const { gate } = gateOf(
    lostCreate({ op: 'any', times: null }),
    lostCreate({ name: 'frames', party: 'public-stream', op: 'any-frame', times: null }),
  )
  for (const op of ['create', 'time', 'create-batch', 'other'] as const) {
    expect(gate.judge('rest-request', op, NO_FACTS, MOUNTED_US), op).not.toBeNull()
  }
  expect(gate.judge('rest-request', 'create-in-batch', NO_FACTS, MOUNTED_US), 'an order of a batch').toBeNull()
  for (const op of ['orderbook', 'pong', 'ack', 'other'] as const) {
    expect(gate.judge('public-stream', op, NO_FACTS, MOUNTED_US), op).not.toBeNull()
  }
  for (const op of ['connect', 'socket'] as const) {
    expect(gate.judge('public-stream', op, NO_FACTS, MOUNTED_US), op).toBeNull()
  }
})

test('symbol, leg, side and reduce-only must all match, and what the wire does not say matches no filter', () => {
  const { gate } = gateOf(lostCreate({ symbol: 'BTCUSDT', leg: 'short', side: 'buy', reduceOnly: true, times: null }))
  const exact = order('a', { leg: 'short', side: 'buy', reduceOnly: true })
  expect(
    names(gate, [
      exact,
      { ...exact, symbol: 'ETHUSDT' },
      { ...exact, leg: 'long' },
      { ...exact, side: 'sell' },
      { ...exact, reduceOnly: false },
      { ...exact, symbol: null },
      { ...exact, leg: null },
      { ...exact, side: null },
      { ...exact, reduceOnly: null },
    ]),
  ).toEqual(['planned', null, null, null, null, null, null, null, null])
})

test('what does not match is no occurrence', () => {
  const { gate } = gateOf(lostCreate({ leg: 'short', skip: 1 }))
  const short = (id: string): FaultFacts => order(id, { leg: 'short' })
  expect(names(gate, [order('a'), short('b'), order('c'), short('d')])).toEqual([null, null, null, 'planned'])
})

test('the first fault that is due decides; the others have seen the occurrence and stay due', () => {
  const { gate } = gateOf(
    lostCreate({ name: 'one' }),
    lostCreate({ name: 'two' }),
    lostCreate({ name: 'three', skip: 2 }),
  )
  expect(
    names(
      gate,
      ['a', 'b', 'c', 'd'].map((id) => order(id)),
    ),
  ).toEqual(['one', 'two', 'three', null])
})

test('a window includes its first moment and excludes its last, and what is outside is no occurrence', () => {
  const { gate } = gateOf(lostCreate({ windowMs: { from: 100, to: 200 }, times: null, skip: 1 }))
  const at = (ms: number): boolean => names(gate, [order('a')], MOUNTED_US + ms * 1000)[0] !== null
  expect([0, 99.999, 100, 199.999, 200].map(at)).toEqual([false, false, false, true, false])
})

test('afterCreates holds a fault back until the create of that number is sent, that one included', () => {
  const { gate } = gateOf(lostCreate({ afterCreates: 2, times: null }))
  const results = ['a', 'b', 'c'].map((id) => {
    gate.createSent(order(id))
    return names(gate, [order(id)])[0]
  })
  expect(results).toEqual([null, 'planned', 'planned'])
})

test('a cancel, a query and an execution are matched by what their order was created as', () => {
  const { gate } = gateOf(
    lostCreate({ name: 'cancel', op: 'cancel', leg: 'short' }),
    lostCreate({ name: 'execution', party: 'private-stream', op: 'execution', leg: 'short', reduceOnly: true }),
    lostCreate({ name: 'query', op: 'realtime', side: 'sell' }),
  )
  gate.createSent(order('a'))
  gate.createSent(order('b', { leg: 'short', side: 'sell', reduceOnly: true }))
  const bare = (clientId: string): FaultFacts => ({ ...NO_FACTS, clientId })

  expect(gate.judge('rest-request', 'cancel', bare('a'), MOUNTED_US)).toBeNull()
  expect(gate.judge('rest-request', 'cancel', bare('unknown'), MOUNTED_US)).toBeNull()
  expect(gate.judge('rest-request', 'cancel', bare('b'), MOUNTED_US)).toMatchObject({ clientId: 'b' })
  expect(gate.judge('private-stream', 'execution', bare('a'), MOUNTED_US)).toBeNull()
  expect(gate.judge('private-stream', 'execution', bare('b'), MOUNTED_US)).toMatchObject({ clientId: 'b' })
  expect(gate.judge('rest-request', 'realtime', bare('a'), MOUNTED_US)).toBeNull()
  expect(gate.judge('rest-request', 'realtime', bare('b'), MOUNTED_US)).toMatchObject({ clientId: 'b' })
})

test("a cancel that names the venue's id alone is matched by what that order was created as", () => {
  const { gate } = gateOf(lostCreate({ op: 'cancel', leg: 'short', times: null }))
  expect(gate.asksVenueIds).toBe(true)
  const nameless = order('', { clientId: null, leg: 'short' })
  for (const [facts, id] of [
    [order('a'), 'v1'],
    [order('b', { leg: 'short' }), 'v2'],
    [nameless, 'v3'],
  ] as const) {
    gate.createSent(facts)
    gate.createTaken(facts, id)
  }
  const cancelled = (venueOrderId: string): unknown =>
    gate.judge('rest-request', 'cancel', { ...NO_FACTS, venueOrderId }, MOUNTED_US)?.clientId

  expect(['v1', 'v2', 'v3', 'unknown'].map(cancelled)).toEqual([undefined, 'b', null, undefined])
})

test("the venue's ids are asked for only where something says less of an order than its create", () => {
  const asks = (more: Partial<Fault>): boolean => gateOf(lostCreate(more)).gate.asksVenueIds
  expect([asks({ leg: 'short' }), asks({ op: 'cancel' }), asks({ op: 'cancel', symbol: 'BTCUSDT' })]).toEqual([
    false,
    false,
    false,
  ])
  expect([asks({ op: 'any', side: 'sell' }), asks({ op: 'amend', reduceOnly: true })]).toEqual([true, true])
})

test('one connection is one occurrence however often it is looked at', () => {
  const { gate } = gateOf(
    lostCreate({ party: 'private-stream', op: 'socket', verdict: { do: 'silence' }, skip: 1, times: null }),
  )
  const look = (socketId: number): boolean =>
    gate.judge('private-stream', 'socket', { ...NO_FACTS, socketId }, MOUNTED_US) !== null
  expect([1, 1, 2, 2, 1, 3].map(look)).toEqual([false, false, true, false, false, true])
})

test('a connection looked at before its fault is due is not used up', () => {
  const { gate } = gateOf(
    lostCreate({ party: 'private-stream', op: 'socket', verdict: { do: 'reset' }, afterCreates: 1 }),
  )
  const look = () => gate.judge('private-stream', 'socket', { ...NO_FACTS, socketId: 1 }, MOUNTED_US)
  expect(look()).toBeNull()
  gate.createSent(order('a'))
  expect(look()).not.toBeNull()
})

test('listeners hear of each create after it was counted', () => {
  const { gate } = gateOf(
    lostCreate({ party: 'private-stream', op: 'socket', verdict: { do: 'reset' }, afterCreates: 2 }),
  )
  const heard: boolean[] = []
  gate.onCreate(() =>
    heard.push(gate.judge('private-stream', 'socket', { ...NO_FACTS, socketId: 1 }, MOUNTED_US) !== null),
  )
  for (const id of ['a', 'b', 'c']) gate.createSent(order(id))
  expect(heard).toEqual([false, true, false])
})

test('a gate says what it could ever want, row by row or not, and when sockets come due', () => {
  const { gate } = gateOf(
    lostCreate({ party: 'private-stream', op: 'execution', leg: 'long' }),
    lostCreate({ party: 'public-stream', op: 'socket', verdict: { do: 'reset' }, windowMs: { from: 30, to: 40 } }),
  )
  expect(gate.wants('private-stream', ['order', 'execution'])).toBe(true)
  expect(gate.wants('private-stream', ['order', 'socket'])).toBe(false)
  expect([gate.tellsRowsApart('private-stream'), gate.tellsRowsApart('public-stream')]).toEqual([true, false])
  expect(gate.socketMomentsUs('public-stream')).toEqual([MOUNTED_US + 30_000])
  expect(gate.socketMomentsUs('private-stream')).toEqual([])
})

test('a gate wants nothing any more of a fault that has struck as often as it may, or whose time is up', () => {
  const { gate } = gateOf(
    lostCreate({ times: 2 }),
    lostCreate({ party: 'rest-reply', times: null, windowMs: { from: 0, to: 40 } }),
  )
  const wanted = (atUs: number): boolean[] =>
    (['rest-request', 'rest-reply'] as const).map((party) => gate.wants(party, ['create'], MOUNTED_US + atUs))
  expect(wanted(39_999)).toEqual([true, true])
  expect(wanted(40_000)).toEqual([true, false])
  for (const id of ['a', 'b']) {
    expect(wanted(0)).toEqual([true, true])
    gate.judge('rest-request', 'create', order(id), MOUNTED_US)
  }
  expect(wanted(0)).toEqual([false, true])
})

test('a fault with a chance disturbs about that part of its occurrences, the same ones for the same seed', () => {
  const many = Array.from({ length: 2_000 }, (_, i) => order(`o-${i}`))
  const hits = (seed: number | string) =>
    names(gateOf(lostCreate({ chance: 0.1, seed, times: null })).gate, many).map((name) => name !== null)

  const drawn = hits(7)
  expect(drawn.filter(Boolean).length).toBeGreaterThan(140)
  expect(drawn.filter(Boolean).length).toBeLessThan(260)
  expect(hits(7)).toEqual(drawn)
  expect(hits(8)).not.toEqual(drawn)
})

test('what an earlier fault takes does not shift the draws of a later one', () => {
  const many = Array.from({ length: 200 }, (_, i) => order(`o-${i}`))
  const chancy = lostCreate({ name: 'chancy', chance: 0.3, seed: 1, times: null })
  const alone = names(gateOf(chancy).gate, many)
  const behind = names(gateOf(lostCreate({ name: 'first' }), chancy).gate, many)
  expect(behind.slice(1)).toEqual(alone.slice(1))
  expect(behind[0]).toBe('first')
})
