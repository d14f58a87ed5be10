/**
 * The second mount of the fault layer: what a bot that knows nothing of it sees of a venue with a plan, over REST.
 */
import { HttpResponse, http } from 'msw'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { FaultVerdict } from '../faults/plan-types.ts'
import { systemClock } from '../seams/clock.ts'
import { seededRandom } from '../seams/random.ts'
import { startExchange } from './server.ts'
import { type Answer, post } from './test-support/clients.ts'
import { benchOf, CREATE, fault, onCreate, withFaults } from './test-support/fault-bench.ts'
import { shippedWorld } from './test-support/worlds.ts'
import { askHandlers } from './user-handlers.ts'
import { openVenueFaults } from './venue-faults.ts'

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code
/** A request that gets no answer is told from a slow one by what comes back first behind it. */
const unanswered = async (asked: Promise<Answer>, behind: () => Promise<unknown>): Promise<boolean> => {
  let isAnswered = false
  asked.then(
    () => {
      isAnswered = true
    },
    () => undefined,
  )
  for (let i = 0; i < 3; i += 1) await behind()
  return !isAnswered
}

const PARTIES = [
  { party: 'rest-request', reaches: false },
  { party: 'rest-reply', reaches: true },
] as const

for (const { party, reaches } of PARTIES) {
  test(`a dropped ${party} is never answered; at the venue it ${reaches ? 'was done' : 'never was'}`, () =>
    withFaults([onCreate(party, { do: 'drop' })], async (bench) => {
      expect(await unanswered(bench.create('a'), () => bench.create('b'))).toBe(true)
      expect((await bench.order('a')) !== undefined).toBe(reaches)
      expect(bench.applied()).toMatchObject([{ type: 'fault.applied', party, op: 'create', clientId: 'a' }])
    }))

  test(`a reset ${party} is ECONNRESET to the client, and the next connection works`, () =>
    withFaults([onCreate(party, { do: 'reset' })], async (bench) => {
      expect(codeOf(await bench.create('a').catch((error: unknown) => error))).toBe('ECONNRESET')
      expect((await bench.order('a')) !== undefined).toBe(reaches)
      expect((await bench.create('b')).json).toMatchObject({ retCode: 0 })
    }))

  test.each<[FaultVerdict, number, RegExp]>([
    [{ do: 'http', status: 503, body: '<p>busy</p>' }, 503, /^<p>busy<\/p>$/],
    [{ do: 'retCode', code: 110007, message: 'not enough' }, 200, /"retCode":110007,"retMsg":"not enough"/],
    [{ do: 'replace', text: '{"odd":true}' }, 200, /^\{"odd":true\}$/],
    [{ do: 'malformed' }, 200, /^\{"retCode":0(?!.*"time")/],
  ])(`%j planned for the ${party} is what the client is told`, (verdict, status, text) =>
    withFaults([onCreate(party, verdict)], async (bench) => {
      const told = await bench.create('a')
      expect([told.status, told.text]).toEqual([status, expect.stringMatching(text)])
      expect((await bench.order('a')) !== undefined).toBe(reaches)
    }),
  )
}

test('a rate limit is refused with 10006 and a moment at which to come again', () =>
  withFaults([onCreate('rest-request', { do: 'rate-limit', resetMs: 500 })], async (bench) => {
    const told = await bench.create('a')
    expect(told.json).toMatchObject({ retCode: 10006 })
    const ahead = Number(told.headers['x-bapi-limit-reset-timestamp']) - systemClock.wallMs()
    expect(ahead).toBeLessThanOrEqual(500)
    expect(await bench.order('a')).toBeUndefined()
  }))

test('a late request is judged by the time it was signed: within its window it is placed, beyond it refused', () =>
  withFaults(
    [
      onCreate('rest-request', { do: 'delay', ms: 120 }),
      { ...onCreate('rest-request', { do: 'delay', ms: 900 }), name: 'too late' },
    ],
    async (bench) => {
      const [late, tooLate] = await Promise.all([bench.create('a'), bench.create('b', { window: '500' })])
      expect([late.json?.['retCode'], tooLate.json?.['retCode']]).toEqual([0, 10002])
      expect(await bench.order('b')).toBeUndefined()
    },
  ))

test('a duplicated request arrives twice: the venue refuses the second, the client hears the first', () =>
  withFaults(
    [onCreate('rest-request', { do: 'duplicate' }), { ...onCreate('rest-reply', { do: 'duplicate' }), skip: 1 }],
    async (bench) => {
      expect((await bench.create('a')).json).toMatchObject({ retCode: 0 })
      expect((await bench.create('b')).json).toMatchObject({ retCode: 110072 })
      expect(await bench.order('b')).toMatchObject({ orderLinkId: 'b' })
    },
  ))

test('an order is changed behind its signature: nobody signs it anew', () =>
  withFaults(
    [onCreate('rest-request', { do: 'shrink', fraction: 0.5 }), onCreate('rest-request', { do: 'reprice', bps: -100 })],
    async (bench) => {
      await bench.create('a')
      await bench.create('b')
      expect(await bench.order('a')).toMatchObject({ qty: '0.005' })
      expect(await bench.order('b')).toMatchObject({ qty: '0.010', price: '49500.00' })
      expect(bench.applied().map(({ verdict }) => verdict)).toEqual(['shrink to 0.5', 'reprice -100 bps'])
    },
  ))

test('one side of a one-way account is told from the other: as it is sent, and by its id when it is cancelled', () => {
  const refusal = { do: 'retCode', code: 10016, message: 'planned' } as const
  const faults = [
    fault('rest-request', 'create', refusal, { side: 'sell', skip: 1 }),
    fault('rest-request', 'cancel', refusal, { side: 'sell' }),
  ]
  return withFaults(faults, async (bench) => {
    const codes: unknown[] = []
    for (const [id, side] of [
      ['a', 'Buy'],
      ['b', 'Sell'],
      ['c', 'Buy'],
      ['d', 'Sell'],
    ] as const)
      codes.push((await bench.create(id, { side })).json?.['retCode'])
    for (const id of ['a', 'b']) codes.push((await bench.cancel(id)).json?.['retCode'])
    expect(codes).toEqual([0, 0, 0, 10016, 0, 10016])
    expect(bench.applied().map(({ op, clientId }) => [op, clientId])).toEqual([
      ['create', 'd'],
      ['cancel', 'b'],
    ])
  })
})

test("a cancel by the venue's id alone is matched by the side its order was created with, without a client's id too", () =>
  withFaults([fault('rest-request', 'cancel', { do: 'drop' }, { side: 'sell' })], async (bench) => {
    const idOf = async (clientId: string, side: 'Buy' | 'Sell'): Promise<string> =>
      ((await bench.create(clientId, { side })).json!['result'] as { orderId: string }).orderId
    const [buy, sell, nameless] = [await idOf('a', 'Buy'), await idOf('b', 'Sell'), await idOf('', 'Sell')]
    expect((await bench.cancel({ orderId: buy })).json).toMatchObject({ retCode: 0 })
    const lost = bench.cancel({ orderId: nameless })
    expect(await unanswered(lost, () => bench.create('c'))).toBe(true)
    // The one cancel that is planned to be lost is spent.
    expect((await bench.cancel({ orderId: sell })).json).toMatchObject({ retCode: 0 })
    expect(bench.applied()).toMatchObject([{ op: 'cancel', clientId: null }])
  }))

test('the balance and what changed it are read, lost and read again, each by its own operation', () =>
  withFaults(
    (['wallet', 'transactions'] as const).map((op) =>
      fault('rest-reply', op, { do: 'retCode', code: 10016, message: 'x' }),
    ),
    async (bench) => {
      const read = async (path: string): Promise<unknown> => (await bench.read(path)).json?.['retCode']
      const paths = ['/v5/account/wallet-balance?accountType=UNIFIED', '/v5/account/transaction-log?currency=USDT']
      const codes: unknown[] = []
      for (const path of [...paths, ...paths]) codes.push(await read(path))
      expect(codes).toEqual([10016, 10016, 0, 0])
      expect(bench.applied().map(({ op }) => op)).toEqual(['wallet', 'transactions'])
    },
  ))

test('a trickling reply is whole in the end, and late', () =>
  withFaults([onCreate('rest-reply', { do: 'slow-drip', ms: 200 })], async (bench) => {
    const startUs = systemClock.nowUs()
    expect((await bench.create('a')).json).toMatchObject({ retCode: 0 })
    expect(systemClock.nowUs() - startUs).toBeGreaterThan(180_000)
  }))

test('who is not who they say is refused by the venue, and no fault is spent on them', () =>
  withFaults([onCreate('rest-request', { do: 'reset' })], async (bench) => {
    const body = JSON.stringify({ category: 'linear' })
    const { restUrl, apiKey: key } = bench.exchange
    const told = await post(`${restUrl}${CREATE}`, body, { timestampMs: systemClock.wallMs(), key, secret: 'wrong' })
    expect(told.json).toMatchObject({ retCode: 10004 })
    expect(codeOf(await bench.create('a').catch((error: unknown) => error))).toBe('ECONNRESET')
  }))

test("a user's handler answers before the plan, leaves alone what it does not want, and is written down", () =>
  withFaults(
    [onCreate('rest-request', { do: 'retCode', code: 110007, message: 'planned' })],
    async (bench) => {
      expect((await bench.create('mine')).json).toMatchObject({ retCode: 10016 })
      expect((await bench.create('b')).json).toMatchObject({ retCode: 110007 })
      expect(bench.applied()).toMatchObject([{ name: 'handler POST /v5/order/create' }, { name: 'create retCode' }])
    },
    {
      userHandlers: askHandlers([
        http.post<never, { orderLinkId: string }>('*/v5/order/create', async ({ request }) => {
          const { orderLinkId } = await request.clone().json()
          return orderLinkId === 'mine' ? HttpResponse.json({ retCode: 10016, retMsg: 'handler' }) : undefined
        }),
      ]),
    },
  ))

test('a venue with requests and handshakes still held closes at once', async () => {
  const faults = [
    onCreate('rest-request', { do: 'delay', ms: 600_000 }),
    fault('public-stream', 'connect', { do: 'drop' }),
  ]
  const waiting = new Set<number>()
  const after = (ms: number, callback: () => void): (() => void) => {
    waiting.add(ms)
    const cancel = systemClock.after(ms, callback)
    return () => {
      waiting.delete(ms)
      cancel()
    }
  }
  const venueFaults = openVenueFaults({ plan: { faults }, clock: { ...systemClock, after }, journalPath: null })
  const exchange = await startExchange({ world: shippedWorld('calm'), faults: venueFaults })
  const bench = benchOf(exchange, '')
  const failed = bench.create('a').catch(codeOf)
  const socket = new WebSocket(exchange.publicUrl)
  socket.on('error', () => undefined)
  const ended = new Promise((resolve) => socket.once('close', resolve))
  await bench.create('b')
  expect([...waiting]).toEqual([600_000])
  await exchange.close()
  expect([...waiting]).toEqual([])
  expect(await failed).toBe('ECONNRESET')
  await ended
})

test('chance disturbs the same requests for the same seed', async () => {
  const refusal = { do: 'retCode', code: 10016, message: '' } as const
  const chancy = fault('rest-request', 'time', refusal, { chance: 0.5, seed: 3, times: null })
  const random = seededRandom(3)
  const expected = Array.from({ length: 20 }, () => (random.next() < 0.5 ? 10016 : 0))
  await withFaults([chancy], async ({ exchange }) => {
    const codes: unknown[] = []
    for (let i = 0; i < 20; i += 1) {
      codes.push(((await (await fetch(`${exchange.restUrl}/v5/market/time`)).json()) as { retCode: number }).retCode)
    }
    expect(codes).toEqual(expected)
  })
})
