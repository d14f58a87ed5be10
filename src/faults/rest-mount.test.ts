import { expect, test } from 'vitest'
import type { Fault, FaultVerdict } from './plan-types.ts'
import { type DisturbedClient, startDisturbedClient } from './test-support/disturbed-client.ts'
import { startTestVenue, type TestVenue } from './test-support/venue.ts'

interface Bench {
  readonly venue: TestVenue
  readonly client: DisturbedClient
}

async function withFaults(faults: readonly Fault[], body: (bench: Bench) => Promise<void>): Promise<void> {
  await using venue = await startTestVenue()
  await using client = await startDisturbedClient({ venue, faults })
  await body({ venue, client })
  expect(client.stderr()).toBe('')
}

const onCreate = (party: Fault['party'], verdict: FaultVerdict, more: Partial<Fault> = {}): Fault => ({
  name: 'planned',
  party,
  op: 'create',
  verdict,
  ...more,
})
const idsAt = ({ requests }: TestVenue): unknown[] => requests.map(({ body }) => body?.['orderLinkId'])
const retCodeOf = (text: string | null): unknown => (JSON.parse(text ?? '{}') as { retCode?: unknown }).retCode

test('traffic no fault is planned for stays on the connection of the client, and nothing is written down', async () => {
  await withFaults([onCreate('rest-request', { do: 'reset' }, { symbol: 'ETHUSDT' })], async ({ venue, client }) => {
    const first = await client.create('a', 'long')
    const second = await client.rest('GET', '/v5/order/realtime?category=linear&orderLinkId=a')
    const third = await client.rest('GET', '/unrelated')

    expect([first.status, second.status, third.status]).toEqual([200, 200, 200])
    expect(venue.requests.every(({ isSigned }) => isSigned)).toBe(true)
    expect(new Set(venue.requests.map(({ port }) => port)).size).toBe(1)
    expect(venue.requests[0]?.headers).not.toHaveProperty('user-agent')
    expect(client.journal()).toEqual([])
  })
})

test('a dropped request never arrives, and the client waits until it gives up', async () => {
  await withFaults([onCreate('rest-request', { do: 'drop' })], async ({ venue, client }) => {
    const lost = await client.create('a', 'long', { timeoutMs: 120 })
    const next = await client.create('b', 'long')

    expect(lost.error).toBe('TimeoutError')
    expect(retCodeOf(next.text)).toBe(0)
    expect(idsAt(venue)).toEqual(['b'])
    expect(client.journal().map(({ data }) => data)).toEqual([
      { name: 'planned', party: 'rest-request', op: 'create', verdict: 'drop', occurrence: 1, clientId: 'a' },
    ])
  })
})

test('a dropped reply was done at the venue, once', async () => {
  await withFaults([onCreate('rest-reply', { do: 'drop' })], async ({ venue, client }) => {
    const lost = await client.create('a', 'long', { timeoutMs: 300 })
    await venue.until(() => venue.requests.length === 1)
    await client.create('b', 'long')

    expect(lost.error).toBe('TimeoutError')
    expect(idsAt(venue)).toEqual(['a', 'b'])
    expect(venue.requests[0]?.isSigned).toBe(true)
    expect(venue.requests[0]?.headers.accept ?? '').not.toContain('msw')
  })
})

test.for([
  { party: 'rest-request', reaches: [] },
  { party: 'rest-reply', reaches: ['a'] },
] as const)('a reset $party is ECONNRESET to the client', async ({ party, reaches }) => {
  await withFaults([onCreate(party, { do: 'reset' })], async ({ venue, client }) => {
    expect((await client.create('a', 'long')).error).toBe('ECONNRESET')
    expect(idsAt(venue)).toEqual(reaches)
    expect((await client.create('b', 'long')).status).toBe(200)
  })
})

test.for([
  { party: 'rest-request', reaches: [] },
  { party: 'rest-reply', reaches: ['a'] },
] as const)('a refusal planned for the $party is what the client is told', async ({ party, reaches }) => {
  const verdict = { do: 'retCode', code: 110007, message: 'ab not enough for new order' } as const
  await withFaults([onCreate(party, verdict)], async ({ venue, client }) => {
    const told = await client.create('a', 'long')

    expect(told.status).toBe(200)
    expect(JSON.parse(told.text ?? '')).toMatchObject({ retCode: 110007, retMsg: verdict.message, result: {} })
    expect(idsAt(venue)).toEqual(reaches)
  })
})

test.for([
  { party: 'rest-request', reaches: [] },
  { party: 'rest-reply', reaches: ['a'] },
] as const)('an HTTP status planned for the $party comes with its body', async ({ party, reaches }) => {
  await withFaults([onCreate(party, { do: 'http', status: 503, body: '<p>busy</p>' })], async ({ venue, client }) => {
    expect(await client.create('a', 'long')).toMatchObject({ status: 503, text: '<p>busy</p>' })
    expect(idsAt(venue)).toEqual(reaches)
  })
})

test.for([
  { party: 'rest-request', reaches: [] },
  { party: 'rest-reply', reaches: ['a'] },
] as const)('a malformed answer to the $party is no JSON', async ({ party, reaches }) => {
  await withFaults([onCreate(party, { do: 'malformed' })], async ({ venue, client }) => {
    const told = await client.create('a', 'long')

    expect(told.status).toBe(200)
    expect(told.text).not.toBe('')
    expect(() => JSON.parse(told.text ?? '')).toThrow(SyntaxError)
    expect(idsAt(venue)).toEqual(reaches)
  })
})

test('a rate limit says when to come back, and the venue never sees the request', async () => {
  await withFaults([onCreate('rest-request', { do: 'rate-limit', resetMs: 700 })], async ({ venue, client }) => {
    const told = await client.create('a', 'long')
    const { time } = JSON.parse(told.text ?? '') as { time: number }

    expect(retCodeOf(told.text)).toBe(10006)
    expect(told.headers['x-bapi-limit-status']).toBe('0')
    expect(Number(told.headers['x-bapi-limit-reset-timestamp'])).toBe(time + 700)
    expect(venue.requests).toEqual([])
  })
})

test('a delayed request arrives late with the timestamp it was signed with', async () => {
  await withFaults([onCreate('rest-request', { do: 'delay', ms: 80 })], async ({ venue, client }) => {
    const late = await client.create('a', 'long')

    expect(late.status).toBe(200)
    expect(late.tookMs).toBeGreaterThanOrEqual(79)
    expect(venue.requests[0]?.isSigned).toBe(true)
  })
})

test('a delayed request arrives even though the client has given up', async () => {
  await withFaults([onCreate('rest-request', { do: 'delay', ms: 200 })], async ({ venue, client }) => {
    const lost = await client.create('a', 'long', { timeoutMs: 60 })
    expect(lost.error).toBe('TimeoutError')
    expect(venue.requests).toEqual([])

    await venue.until(() => venue.requests.length === 1)
    expect(venue.requests[0]).toMatchObject({ isSigned: true, body: { orderLinkId: 'a' } })
  })
})

test('a delayed reply is the own reply of the venue, later', async () => {
  await withFaults([onCreate('rest-reply', { do: 'delay', ms: 80 })], async ({ venue, client }) => {
    const late = await client.create('a', 'long')

    expect(late.tookMs).toBeGreaterThanOrEqual(79)
    expect(JSON.parse(late.text ?? '')).toMatchObject({ retCode: 0, result: { orderLinkId: 'a' } })
    expect(late.headers['x-bapi-limit']).toBe('10')
    expect(idsAt(venue)).toEqual(['a'])
  })
})

test('a duplicated request arrives twice; the request party hears the first answer, the reply party the second', async () => {
  await withFaults(
    [
      onCreate('rest-request', { do: 'duplicate' }),
      onCreate('rest-reply', { do: 'duplicate' }, { name: 'second', skip: 1 }),
    ],
    async ({ venue, client }) => {
      const first = await client.create('a', 'long')
      const second = await client.create('b', 'long')

      expect(retCodeOf(first.text)).toBe(0)
      expect(retCodeOf(second.text)).toBe(110072)
      expect(idsAt(venue)).toEqual(['a', 'a', 'b', 'b'])
    },
  )
})

test('a repriced order arrives further from the market and correctly signed', async () => {
  await withFaults(
    [onCreate('rest-request', { do: 'reprice', bps: -50, tick: '0.50' }, { times: null })],
    async ({ venue, client }) => {
      const long = await client.create('a', 'long', { body: { price: '60000.7' } })
      const short = await client.create('b', 'short', { body: { price: '60000.7' } })

      expect([retCodeOf(long.text), retCodeOf(short.text)]).toEqual([0, 0])
      expect(venue.requests.map(({ body }) => body?.['price'])).toEqual(['59700.50', '60301.00'])
      expect(venue.requests.every(({ isSigned }) => isSigned)).toBe(true)
      expect(venue.requests[0]?.body).toMatchObject({ orderLinkId: 'a', qty: '0.010', side: 'Buy' })
    },
  )
})

test('a shrunk order arrives smaller and correctly signed', async () => {
  await withFaults([onCreate('rest-request', { do: 'shrink', fraction: 0.55 })], async ({ venue, client }) => {
    await client.create('a', 'long')

    expect(venue.requests[0]).toMatchObject({ isSigned: true, body: { qty: '0.005', price: '60000.0' } })
  })
})

test('the connection of the client survives an answer that is not the venue’s', async () => {
  await withFaults([onCreate('rest-request', { do: 'http', status: 503 }, { skip: 1 })], async ({ venue, client }) => {
    await client.create('a', 'long')
    await client.create('b', 'long')
    await client.create('c', 'long')

    expect(idsAt(venue)).toEqual(['a', 'c'])
    expect(new Set(venue.requests.map(({ port }) => port)).size).toBe(1)
  })
})

test('of two concurrent creates only the short leg is hit', async () => {
  await withFaults([onCreate('rest-reply', { do: 'drop' }, { leg: 'short' })], async ({ venue, client }) => {
    const [long, short] = await Promise.all([
      client.create('a', 'long'),
      client.create('b', 'short', { timeoutMs: 300 }),
    ])

    expect(long.status).toBe(200)
    expect(short.error).toBe('TimeoutError')
    expect(idsAt(venue).toSorted()).toEqual(['a', 'b'])
    expect(client.journal().map(({ data }) => data.clientId)).toEqual(['b'])
  })
})

test('a cancel and a query are matched by the leg their client order id was created for', async () => {
  const faults: Fault[] = [
    { name: 'cancel', party: 'rest-request', op: 'cancel', leg: 'short', verdict: { do: 'http', status: 502 } },
    { name: 'query', party: 'rest-reply', op: 'realtime', leg: 'short', verdict: { do: 'http', status: 504 } },
  ]
  await withFaults(faults, async ({ client }) => {
    await client.create('a', 'long')
    await client.create('b', 'short')
    const cancel = (orderLinkId: string) =>
      client.rest('POST', '/v5/order/cancel', { body: { category: 'linear', symbol: 'BTCUSDT', orderLinkId } })
    const query = (id: string) => client.rest('GET', `/v5/order/realtime?category=linear&orderLinkId=${id}`)

    expect([(await cancel('a')).status, (await cancel('b')).status]).toEqual([200, 502])
    expect([(await query('a')).status, (await query('b')).status]).toEqual([200, 504])
    expect(client.journal().map(({ data }) => [data.name, data.clientId])).toEqual([
      ['cancel', 'b'],
      ['query', 'b'],
    ])
  })
})

test('a request verdict and a reply verdict meet in one exchange', async () => {
  await withFaults(
    [
      onCreate('rest-request', { do: 'shrink', fraction: 0.5 }),
      onCreate('rest-reply', { do: 'drop' }, { name: 'lost' }),
    ],
    async ({ venue, client }) => {
      expect((await client.create('a', 'long', { timeoutMs: 300 })).error).toBe('TimeoutError')
      expect(venue.requests[0]).toMatchObject({ isSigned: true, body: { qty: '0.005' } })
      expect(client.journal().map(({ data, by, type }) => [by, type, data.name])).toEqual([
        ['faults', 'fault.applied', 'planned'],
        ['faults', 'fault.applied', 'lost'],
      ])
    },
  )
})

test('a path the plan has no name for is hit by `any` only', async () => {
  const any: Fault = {
    name: 'any',
    party: 'rest-request',
    op: 'any',
    times: null,
    verdict: { do: 'http', status: 500 },
  }
  await withFaults([any], async ({ venue, client }) => {
    expect((await client.rest('GET', '/v5/account/info')).status).toBe(500)
    expect((await client.rest('GET', '/unrelated')).status).toBe(200)
    expect(client.journal().map(({ data }) => data.op)).toEqual(['other'])
    expect(venue.requests.map(({ path }) => path)).toEqual(['/unrelated'])
  })
})
