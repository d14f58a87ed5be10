/**
 * Which exchanges a fault reaches, and that the others go through as if there were none. What each verdict does:
 * `rest-mount.test.ts`.
 */
import { expect, test } from 'vitest'
import type { Fault } from './plan-types.ts'
import { startDisturbedClient } from './test-support/disturbed-client.ts'
import { idsOf, onCreate, setUpRestBenches } from './test-support/rest-bench.ts'
import { startTestVenue } from './test-support/venue.ts'

const { withFaults } = setUpRestBenches()

test(
  'traffic no fault is planned for stays on the connection of the client, and nothing is written down',
  withFaults(
    [onCreate('rest-request', { do: 'reset' }, { leg: 'short' })],
    async ({ venue, create, rest, arrived, journal }) => {
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
  "a cancel and an amend that name the venue's id alone are matched by the leg that order was created for",
  withFaults(
    [
      { name: 'cancel', party: 'rest-request', op: 'cancel', leg: 'short', verdict: { do: 'http', status: 502 } },
      { name: 'amend', party: 'rest-reply', op: 'amend', leg: 'long', verdict: { do: 'http', status: 504 } },
    ],
    async ({ create, rest, journal }) => {
      const idOf = async (name: string, leg: 'long' | 'short'): Promise<unknown> => {
        const { text } = await create(name, leg)
        return (JSON.parse(text!) as { result: { orderId: string } }).result.orderId
      }
      const [long, short] = [await idOf('a', 'long'), await idOf('b', 'short')]
      const ask = async (path: string, orderId: unknown): Promise<unknown> =>
        (await rest('POST', `/v5/order/${path}`, { body: { orderId } })).status

      expect([await ask('cancel', long), await ask('cancel', short)]).toEqual([200, 502])
      expect([await ask('amend', short), await ask('amend', long)]).toEqual([200, 504])
      expect(journal().map(({ op, clientId }) => [op, clientId?.split('-')[1]])).toEqual([
        ['cancel', 'b'],
        ['amend', 'a'],
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

test('reads of the balance and of what changed it are operations of their own', async () => {
  const faults = (['wallet', 'transactions'] as const).map(
    (op): Fault => ({ name: op, party: 'rest-request', op, verdict: { do: 'http', status: 502 } }),
  )
  await using venue = await startTestVenue()
  await using own = await startDisturbedClient({ venue, faults })
  const ask = async (path: string): Promise<unknown> => (await own.rest('GET', `/v5/account/${path}`)).status

  const paths = ['info', 'wallet-balance?accountType=UNIFIED', 'transaction-log?currency=USDT']
  expect(await Promise.all(paths.map(ask))).toEqual([200, 502, 502])
  expect(own.journal().map(({ data }) => data.op)).toEqual(['wallet', 'transactions'])
})

test('a path the plan has no name for is hit by `any` only', async () => {
  const any: Fault = {
    name: 'any',
    party: 'rest-request',
    op: 'any',
    times: null,
    verdict: { do: 'http', status: 500 },
  }
  await using venue = await startTestVenue()
  await using own = await startDisturbedClient({ venue, faults: [any] })

  expect((await own.rest('GET', '/v5/account/info')).status).toBe(500)
  expect((await own.rest('GET', '/any-unrelated')).status).toBe(200)
  expect(own.journal().map(({ data, by, type }) => [by, type, data.op])).toEqual([['faults', 'fault.applied', 'other']])
  expect(venue.requests.some(({ path }) => path === '/v5/account/info')).toBe(false)
})
