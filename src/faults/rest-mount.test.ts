/**
 * One client process and one venue serve all these tests: each test has a symbol of its own, and its faults are aimed
 * at that symbol, so that none sees another's.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fault, FaultVerdict } from './plan-types.ts'
import {
  type AppliedLine,
  type DisturbedClient,
  type RequestOptions,
  startDisturbedClient,
} from './test-support/disturbed-client.ts'
import { type ReceivedRequest, startTestVenue, type TestVenue } from './test-support/venue.ts'

interface Bench {
  readonly venue: TestVenue
  /** Creates an order of this test's symbol, signed, by undici's Pool. */
  create(clientId: string, leg: 'long' | 'short', more?: RequestOptions): ReturnType<DisturbedClient['create']>
  readonly rest: DisturbedClient['rest']
  /** What reached the venue of this test's orders, oldest first. */
  arrived(): readonly ReceivedRequest[]
  /** What was written down of this test's faults. */
  journal(): readonly AppliedLine['data'][]
}

const planned: Fault[] = []
let venue: TestVenue
let client: DisturbedClient

beforeAll(async () => {
  venue = await startTestVenue()
  client = await startDisturbedClient({ venue, faults: planned })
})
afterAll(async () => {
  expect(client.stderr()).toBe('')
  await client[Symbol.asyncDispose]()
  await venue[Symbol.asyncDispose]()
})

/** Plans the faults of one test, aimed at a symbol of its own; to be called while the tests are collected. */
function withFaults(faults: readonly Fault[], body: (bench: Bench) => Promise<void>): () => Promise<void> {
  const symbol = `TEST${planned.length}USDT`
  const own = faults.map((fault) => ({ ...fault, symbol, name: `${symbol} ${fault.name}` }))
  planned.push(...own)
  return () =>
    body({
      venue,
      create: (clientId, leg, more = {}) =>
        client.create(`${symbol}-${clientId}`, leg, { ...more, body: { symbol, ...more.body } }),
      rest: (...request) => client.rest(...request),
      arrived: () => venue.requests.filter(({ body: sent }) => sent?.['symbol'] === symbol),
      journal: () =>
        client
          .journal()
          .map(({ data }) => data)
          .filter(({ name }) => name.startsWith(`${symbol} `)),
    })
}

const onCreate = (party: Fault['party'], verdict: FaultVerdict, more: Partial<Fault> = {}): Fault => ({
  name: 'planned',
  party,
  op: 'create',
  verdict,
  ...more,
})
/** Client order ids of what arrived, without the test's prefix. */
const idsOf = ({ arrived }: Bench): unknown[] =>
  arrived().map(({ body }) => String(body?.['orderLinkId']).split('-')[1])
const retCodeOf = (text: string | null): unknown => (JSON.parse(text ?? '{}') as { retCode?: unknown }).retCode

/** A request verdict keeps the order from the venue, a reply verdict comes after it was placed. */
const PARTIES = [
  { party: 'rest-request', reaches: [] },
  { party: 'rest-reply', reaches: ['a'] },
] as const

test(
  'traffic no fault is planned for stays on the connection of the client, and nothing is written down',
  withFaults(
    [onCreate('rest-request', { do: 'reset' }, { leg: 'short' })],
    async ({ create, rest, arrived, journal }) => {
      const first = await create('a', 'long', { connections: 1 })
      const second = await rest('GET', '/v5/order/realtime?category=linear&orderLinkId=a', { connections: 1 })
      const third = await rest('GET', '/unrelated', { connections: 1 })

      expect([first.status, second.status, third.status]).toEqual([200, 200, 200])
      const [create1] = arrived()
      const [query, other] = venue.requests.slice(-2)
      expect([create1?.isSigned, query?.isSigned]).toEqual([true, true])
      expect(new Set([create1?.port, query?.port, other?.port]).size).toBe(1)
      expect(create1?.headers).not.toHaveProperty('user-agent')
      expect(journal()).toEqual([])
    },
  ),
)

test(
  'a dropped request never arrives, and the client waits until it gives up',
  withFaults([onCreate('rest-request', { do: 'drop' })], async (bench) => {
    const lost = await bench.create('a', 'long', { timeoutMs: 120 })
    const next = await bench.create('b', 'long')

    expect(lost.error).toBe('TimeoutError')
    expect(retCodeOf(next.text)).toBe(0)
    expect(idsOf(bench)).toEqual(['b'])
    const [line, ...others] = bench.journal()
    expect(others).toEqual([])
    expect(line).toMatchObject({ party: 'rest-request', op: 'create', verdict: 'drop', occurrence: 1 })
    expect(line?.clientId).toMatch(/-a$/)
  }),
)

test(
  'a dropped reply was done at the venue, once',
  withFaults([onCreate('rest-reply', { do: 'drop' })], async (bench) => {
    const lost = await bench.create('a', 'long', { timeoutMs: 300 })
    await bench.venue.until(() => bench.arrived().length === 1)
    await bench.create('b', 'long')

    expect(lost.error).toBe('TimeoutError')
    expect(idsOf(bench)).toEqual(['a', 'b'])
    expect(bench.arrived()[0]?.isSigned).toBe(true)
    expect(bench.arrived()[0]?.headers.accept ?? '').not.toContain('msw')
  }),
)

for (const { party, reaches } of PARTIES) {
  test(
    `a reset ${party} is ECONNRESET to the client`,
    withFaults([onCreate(party, { do: 'reset' })], async (bench) => {
      expect((await bench.create('a', 'long')).error).toBe('ECONNRESET')
      expect(idsOf(bench)).toEqual(reaches)
      expect((await bench.create('b', 'long')).status).toBe(200)
    }),
  )

  const refusal = { do: 'retCode', code: 110007, message: 'not enough' } as const
  test(
    `a refusal planned for the ${party} is what the client is told`,
    withFaults([onCreate(party, refusal)], async (bench) => {
      const told = await bench.create('a', 'long')

      expect(told.status).toBe(200)
      expect(JSON.parse(told.text ?? '')).toMatchObject({ retCode: 110007, retMsg: refusal.message, result: {} })
      expect(idsOf(bench)).toEqual(reaches)
    }),
  )

  test(
    `an HTTP status planned for the ${party} comes with its body`,
    withFaults([onCreate(party, { do: 'http', status: 503, body: '<p>busy</p>' })], async (bench) => {
      expect(await bench.create('a', 'long')).toMatchObject({ status: 503, text: '<p>busy</p>' })
      expect(idsOf(bench)).toEqual(reaches)
    }),
  )

  test(
    `a malformed answer to the ${party} is no JSON`,
    withFaults([onCreate(party, { do: 'malformed' })], async (bench) => {
      const told = await bench.create('a', 'long')

      expect(told.status).toBe(200)
      expect(told.text).not.toBe('')
      expect(() => JSON.parse(told.text ?? '')).toThrow(SyntaxError)
      expect(idsOf(bench)).toEqual(reaches)
    }),
  )
}

test(
  'a rate limit says when to come back, and the venue never sees the request',
  withFaults([onCreate('rest-request', { do: 'rate-limit', resetMs: 700 })], async (bench) => {
    const told = await bench.create('a', 'long')
    const { time } = JSON.parse(told.text ?? '') as { time: number }

    expect(retCodeOf(told.text)).toBe(10006)
    expect(told.headers['x-bapi-limit-status']).toBe('0')
    expect(Number(told.headers['x-bapi-limit-reset-timestamp'])).toBe(time + 700)
    expect(bench.arrived()).toEqual([])
  }),
)

test(
  'a delayed request arrives late with the timestamp it was signed with',
  withFaults([onCreate('rest-request', { do: 'delay', ms: 80 })], async (bench) => {
    const late = await bench.create('a', 'long')

    expect(late.status).toBe(200)
    expect(late.tookMs).toBeGreaterThanOrEqual(79)
    expect(bench.arrived()[0]?.isSigned).toBe(true)
  }),
)

test(
  'a delayed request arrives even though the client has given up',
  withFaults([onCreate('rest-request', { do: 'delay', ms: 400 })], async (bench) => {
    const lost = await bench.create('a', 'long', { timeoutMs: 60 })
    expect(lost.error).toBe('TimeoutError')

    await bench.venue.until(() => bench.arrived().length === 1)
    expect(bench.arrived()[0]?.isSigned).toBe(true)
    expect(idsOf(bench)).toEqual(['a'])
  }),
)

test(
  'a delayed reply is the own reply of the venue, later',
  withFaults([onCreate('rest-reply', { do: 'delay', ms: 80 })], async (bench) => {
    const late = await bench.create('a', 'long')

    expect(late.tookMs).toBeGreaterThanOrEqual(79)
    expect(JSON.parse(late.text ?? '')).toMatchObject({
      retCode: 0,
      result: { orderLinkId: expect.stringMatching(/-a$/) },
    })
    expect(late.headers['x-bapi-limit']).toBe('10')
    expect(idsOf(bench)).toEqual(['a'])
  }),
)

test(
  'a duplicated request arrives twice; the request party hears the first answer, the reply party the second',
  withFaults(
    [
      onCreate('rest-request', { do: 'duplicate' }),
      onCreate('rest-reply', { do: 'duplicate' }, { name: 'second', skip: 1 }),
    ],
    async (bench) => {
      const first = await bench.create('a', 'long')
      const second = await bench.create('b', 'long')

      expect(retCodeOf(first.text)).toBe(0)
      expect(retCodeOf(second.text)).toBe(110072)
      expect(idsOf(bench)).toEqual(['a', 'a', 'b', 'b'])
    },
  ),
)

test(
  'a repriced order arrives further from the market and correctly signed',
  withFaults([onCreate('rest-request', { do: 'reprice', bps: -50, tick: '0.50' }, { times: null })], async (bench) => {
    const long = await bench.create('a', 'long', { body: { price: '60000.7' } })
    const short = await bench.create('b', 'short', { body: { price: '60000.7' } })

    expect([retCodeOf(long.text), retCodeOf(short.text)]).toEqual([0, 0])
    expect(bench.arrived().map(({ body }) => body?.['price'])).toEqual(['59700.50', '60301.00'])
    expect(bench.arrived().every(({ isSigned }) => isSigned)).toBe(true)
    expect(bench.arrived()[0]?.body).toMatchObject({ qty: '0.010', side: 'Buy' })
  }),
)

test(
  'a shrunk order arrives smaller and correctly signed',
  withFaults([onCreate('rest-request', { do: 'shrink', fraction: 0.55 })], async (bench) => {
    await bench.create('a', 'long')
    expect(bench.arrived()[0]).toMatchObject({ isSigned: true, body: { qty: '0.005', price: '60000.0' } })
  }),
)

test(
  'the connection of the client survives an answer that is not the venue’s',
  withFaults([onCreate('rest-request', { do: 'http', status: 503 }, { skip: 1 })], async (bench) => {
    for (const id of ['a', 'b', 'c']) await bench.create(id, 'long', { connections: 1 })

    expect(idsOf(bench)).toEqual(['a', 'c'])
    expect(new Set(bench.arrived().map(({ port }) => port)).size).toBe(1)
  }),
)

test(
  'of two concurrent creates only the short leg is hit',
  withFaults([onCreate('rest-reply', { do: 'drop' }, { leg: 'short' })], async (bench) => {
    const [long, short] = await Promise.all([bench.create('a', 'long'), bench.create('b', 'short', { timeoutMs: 300 })])
    await bench.venue.until(() => bench.arrived().length === 2)

    expect(long.status).toBe(200)
    expect(short.error).toBe('TimeoutError')
    expect(idsOf(bench).toSorted()).toEqual(['a', 'b'])
    expect(bench.journal().map(({ clientId }) => clientId?.split('-')[1])).toEqual(['b'])
  }),
)

test(
  'a cancel and a query are matched by the leg and symbol their client order id was created for',
  withFaults(
    [
      { name: 'cancel', party: 'rest-request', op: 'cancel', leg: 'short', verdict: { do: 'http', status: 502 } },
      { name: 'query', party: 'rest-reply', op: 'realtime', leg: 'short', verdict: { do: 'http', status: 504 } },
    ],
    async ({ create, rest, arrived, journal }) => {
      await create('a', 'long')
      await create('b', 'short')
      const [long, short] = arrived().map(({ body }) => String(body?.['orderLinkId']))
      const cancel = (orderLinkId: string | undefined) => rest('POST', '/v5/order/cancel', { body: { orderLinkId } })
      const query = (id: string | undefined) => rest('GET', `/v5/order/realtime?category=linear&orderLinkId=${id}`)

      expect([(await cancel(long)).status, (await cancel(short)).status]).toEqual([200, 502])
      expect([(await query(long)).status, (await query(short)).status]).toEqual([200, 504])
      expect(journal().map(({ op, clientId }) => [op, clientId])).toEqual([
        ['cancel', short],
        ['realtime', short],
      ])
    },
  ),
)

test(
  'a request verdict and a reply verdict meet in one exchange',
  withFaults(
    [
      onCreate('rest-request', { do: 'shrink', fraction: 0.5 }),
      onCreate('rest-reply', { do: 'drop' }, { name: 'lost' }),
    ],
    async (bench) => {
      expect((await bench.create('a', 'long', { timeoutMs: 300 })).error).toBe('TimeoutError')
      await bench.venue.until(() => bench.arrived().length === 1)
      expect(bench.arrived()[0]).toMatchObject({ isSigned: true, body: { qty: '0.005' } })
      expect(bench.journal().map(({ verdict }) => verdict)).toEqual(['shrink to 0.5', 'drop'])
    },
  ),
)

test('a path the plan has no name for is hit by `any` only', async () => {
  const any: Fault = {
    name: 'any',
    party: 'rest-request',
    op: 'any',
    times: null,
    verdict: { do: 'http', status: 500 },
  }
  await using own = await startDisturbedClient({ venue, faults: [any] })

  expect((await own.rest('GET', '/v5/account/info')).status).toBe(500)
  expect((await own.rest('GET', '/any-unrelated')).status).toBe(200)
  expect(own.journal().map(({ data, by, type }) => [by, type, data.op])).toEqual([['faults', 'fault.applied', 'other']])
  expect(venue.requests.some(({ path }) => path === '/v5/account/info')).toBe(false)
})
