/**
 * Batches under a plan: as a whole, and order by order. Then the same plan at both mounts, which tell and write down the same.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Fault } from '../faults/plan-types.ts'
import { startDisturbedClient } from '../faults/test-support/disturbed-client.ts'
import { TEST_SECRET } from '../faults/test-support/venue.ts'
import { systemClock } from '../seams/clock.ts'
import { startExchange } from './server.ts'
import { post } from './test-support/clients.ts'
import { type Bench, benchOf, fault, withFaults } from './test-support/fault-bench.ts'
import { shippedWorld } from './test-support/worlds.ts'
import { openVenueFaults } from './venue-faults.ts'

type Json = Readonly<Record<string, unknown>>
const REFUSED = { do: 'retCode', code: 110007, message: 'planned' } as const

const order = (orderLinkId: string, side: 'Buy' | 'Sell', fields: object = {}): object => ({
  symbol: 'BTCUSDT',
  side,
  orderType: 'Limit',
  qty: '0.010',
  price: side === 'Buy' ? '50000.00' : '65000.00',
  positionIdx: 0,
  orderLinkId,
  ...fields,
})

/** What became of each order: its client order id and its code. */
function outcomes(json: Json | null): unknown {
  const { list } = json!['result'] as { list: readonly { orderLinkId: string }[] }
  const { list: codes } = json!['retExtInfo'] as { list: readonly { code: number }[] }
  return list.map(({ orderLinkId }, at) => [orderLinkId, codes[at]?.code])
}

async function placed(bench: Bench, ids: readonly string[]): Promise<string[]> {
  const rows = await Promise.all(ids.map((id) => bench.order(id)))
  return rows.flatMap((row) => (row === undefined ? [] : [row['orderLinkId']!]))
}

const ABC = [order('a', 'Buy'), order('b', 'Sell'), order('c', 'Buy')]

test('one order of a batch is refused in its place, and the venue never saw it; the others are placed', () =>
  withFaults([fault('rest-request', 'create-in-batch', REFUSED, { side: 'sell' })], async (bench) => {
    const { json } = await bench.batch('create-batch', ABC)
    expect(outcomes(json)).toEqual([
      ['a', 0],
      ['b', 110007],
      ['c', 0],
    ])
    const told = (json!['result'] as { list: Json[] }).list[1]
    expect(told).toEqual({ category: 'linear', symbol: 'BTCUSDT', orderId: '', orderLinkId: 'b', createAt: '' })
    expect(await placed(bench, ['a', 'b', 'c'])).toEqual(['a', 'c'])
    expect(bench.applied()).toMatchObject([{ op: 'create-in-batch', occurrence: 1, clientId: 'b' }])
  }))

test('one order of a batch is told refused though the venue placed it', () =>
  withFaults([fault('rest-reply', 'create-in-batch', REFUSED, { skip: 1 })], async (bench) => {
    expect(outcomes((await bench.batch('create-batch', ABC)).json)).toEqual([
      ['a', 0],
      ['b', 110007],
      ['c', 0],
    ])
    expect(await placed(bench, ['a', 'b', 'c'])).toEqual(['a', 'b', 'c'])
  }))

test('an order is changed within its batch', () =>
  withFaults(
    [fault('rest-request', 'create-in-batch', { do: 'shrink', fraction: 0.5 }, { skip: 2 })],
    async (bench) => {
      await bench.batch('create-batch', ABC)
      expect([(await bench.order('b'))?.['qty'], (await bench.order('c'))?.['qty']]).toEqual(['0.010', '0.005'])
    },
  ))

test('cancels and amends of a batch are told from each other by the id their order was created with', () => {
  const faults = [
    fault('rest-request', 'cancel-in-batch', REFUSED, { side: 'sell' }),
    fault('rest-reply', 'amend-in-batch', REFUSED, { side: 'buy' }),
  ]
  return withFaults(faults, async (bench) => {
    await bench.batch('create-batch', ABC)
    const ids = (names: readonly string[], more: object = {}): object[] =>
      names.map((orderLinkId) => ({ symbol: 'BTCUSDT', orderLinkId, ...more }))
    const amended = await bench.batch('amend-batch', ids(['b', 'a'], { qty: '0.020' }))
    expect(outcomes(amended.json)).toEqual([
      ['b', 0],
      ['a', 110007],
    ])
    expect([(await bench.order('a'))?.['qty'], (await bench.order('b'))?.['qty']]).toEqual(['0.020', '0.020'])
    expect(outcomes((await bench.batch('cancel-batch', ids(['a', 'b']))).json)).toEqual([
      ['a', 0],
      ['b', 110007],
    ])
    expect((await bench.order('b'))?.['orderStatus']).toBe('New')
  })
})

test("cancels of a batch by the venue's ids alone are told apart by the batch's answer", () =>
  withFaults([fault('rest-request', 'cancel-in-batch', REFUSED, { side: 'sell' })], async (bench) => {
    const { json } = await bench.batch('create-batch', ABC)
    const { list } = json!['result'] as { list: readonly { orderId: string; orderLinkId: string }[] }
    const ids = list.map(({ orderId }) => ({ symbol: 'BTCUSDT', orderId }))
    const cancelled = await bench.batch('cancel-batch', ids.slice(0, 2))
    expect(outcomes(cancelled.json)).toEqual([
      ['a', 0],
      ['', 110007],
    ])
    expect(bench.applied()).toMatchObject([{ op: 'cancel-in-batch', clientId: 'b' }])
  }))

test('a batch of which nothing is left never reaches the venue; one that the venue refuses whole is told as it is', () =>
  withFaults([fault('rest-request', 'create-in-batch', REFUSED, { times: 3 })], async (bench) => {
    expect(outcomes((await bench.batch('create-batch', ABC)).json)).toEqual(['a', 'b', 'c'].map((id) => [id, 110007]))
    expect(await placed(bench, ['a', 'b', 'c'])).toEqual([])
    const many = Array.from({ length: 30 }, (_, at) => order(`m${at}`, 'Buy'))
    expect((await bench.batch('create-batch', many)).json).toMatchObject({ retCode: 10001, result: {} })
  }))

test('a whole batch suffers as a single order would, and each of its orders counts as a create', () => {
  const faults = [
    fault('rest-reply', 'create-batch', { do: 'http', status: 503 }),
    fault('rest-request', 'cancel', { do: 'http', status: 502 }, { afterCreates: 4 }),
  ]
  return withFaults(faults, async (bench) => {
    expect((await bench.batch('create-batch', ABC)).status).toBe(503)
    expect(await placed(bench, ['a', 'b', 'c'])).toEqual(['a', 'b', 'c'])
    expect((await bench.cancel('a')).status).toBe(200)
    await bench.create('d')
    expect((await bench.cancel('b')).status).toBe(502)
  })
})

/** Refused here, changed there, late, lost in the answer: singles and batches. */
const PLAN: readonly Fault[] = [
  fault('rest-request', 'create', REFUSED, { side: 'sell', skip: 1 }),
  fault('rest-request', 'create-in-batch', REFUSED, { side: 'sell', times: 2 }),
  fault('rest-request', 'create-in-batch', { do: 'reprice', bps: -100 }, { symbol: 'BTCUSDT', skip: 4 }),
  fault('rest-reply', 'cancel-in-batch', { ...REFUSED, code: 110001 }, { side: 'buy', skip: 1 }),
  fault('rest-reply', 'cancel', { do: 'malformed' }, { side: 'buy', afterCreates: 8 }),
  fault('rest-request', 'cancel-batch', { do: 'rate-limit', resetMs: 700 }, { skip: 1 }),
]

const REQUESTS: readonly (readonly [string, object])[] = [
  ['create', order('s1', 'Sell')],
  ['create', order('s2', 'Sell')],
  ['create-batch', { request: ABC }],
  ['create-batch', { request: [order('d', 'Sell'), order('e', 'Buy'), order('f', 'Buy')] }],
  ['cancel', { symbol: 'BTCUSDT', orderLinkId: 'e' }],
  ['cancel-batch', { request: ['a', 's1', 'c'].map((orderLinkId) => ({ symbol: 'BTCUSDT', orderLinkId })) }],
  ['cancel-batch', { request: [{ symbol: 'BTCUSDT', orderLinkId: 'f' }] }],
]

interface Heard {
  readonly status: number | null
  readonly text: string | null
}

/** What is drawn or timed anew in every run. */
const alike = ({ status, text }: Heard): unknown => [
  status,
  text?.replace(/("(?:orderId|createAt)":)"[^"]+"/g, '$1"…"').replace(/"time":\d+/, '"time":0'),
]

async function atTheDoor(world: ReturnType<typeof shippedWorld>): Promise<readonly [unknown, unknown]> {
  const folder = mkdtempSync(join(tmpdir(), 'door-'))
  const journalPath = join(folder, 'journal.jsonl')
  const faults = openVenueFaults({ plan: { faults: PLAN }, clock: systemClock, journalPath })
  await using exchange = await startExchange({ world, faults })
  const heard: unknown[] = []
  for (const [name, fields] of REQUESTS) {
    const body = JSON.stringify({ category: 'linear', ...fields })
    const signed = { timestampMs: systemClock.wallMs(), key: exchange.apiKey, secret: exchange.apiSecret }
    heard.push(alike(await post(`${exchange.restUrl}/v5/order/${name}`, body, signed)))
  }
  const applied = benchOf(exchange, journalPath).applied()
  rmSync(folder, { recursive: true })
  return [heard, applied]
}

async function inTheProcess(world: ReturnType<typeof shippedWorld>): Promise<readonly [unknown, unknown]> {
  await using exchange = await startExchange({ world })
  await using client = await startDisturbedClient({ venue: { origin: exchange.restUrl }, faults: PLAN })
  const heard: unknown[] = []
  for (const [name, fields] of REQUESTS) {
    const told = await client.rest('POST', `/v5/order/${name}`, { body: { category: 'linear', ...fields } })
    expect(told.error).toBeNull()
    heard.push(alike(told))
  }
  return [heard, client.journal().map(({ type, data }) => ({ type, ...data }))]
}

test('one plan, two mounts: the client is told the same, and the same is written down', async () => {
  const calm = shippedWorld('calm')
  const account = { ...calm.accounts[0]!, apiKey: 'key', apiSecret: TEST_SECRET }
  const world = { ...calm, accounts: [account] }
  const [heard, applied] = await atTheDoor(world)
  expect(await inTheProcess(world)).toEqual([heard, applied])
  expect(new Set((applied as { name: string }[]).map(({ name }) => name))).toEqual(
    new Set(PLAN.map(({ name }) => name)),
  )
})
