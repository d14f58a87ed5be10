/**
 * Every switch of a world's doubts that the shell turns, in all its positions. Those of the core are in
 * core/doubts.test.ts.
 */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createDriver } from './driver.ts'
import { startExchange } from './server.ts'
import { serveCore } from './shell.ts'
import { authFrame, call, connect, manualClock, signedHeaders } from './test-support/clients.ts'
import { createFakeCore, OK, orderPush } from './test-support/fake-core.ts'
import { parseWorld } from './world.ts'
import { type Doubts, NO_DOUBTS } from './world-doubts.ts'

const NOW_MS = 1_767_225_600_000

async function doubting(doubts: Partial<Doubts>) {
  const core = createFakeCore()
  const exchange = await serveCore(core, { clock: manualClock(NOW_MS), doubts })
  return { core, exchange, [Symbol.asyncDispose]: exchange.close }
}

test('who subscribes before authentication is told what the world says', async () => {
  for (const [doubt, told] of [
    [{}, 'Request not authorized'],
    [{ subscribeBeforeAuth: 'error:not login' }, 'error:not login'],
  ] as const) {
    await using venue = await doubting(doubt)
    using client = await connect(venue.exchange.privateUrl)
    expect(await client.ask({ op: 'subscribe', args: ['order'] })).toMatchObject({ success: false, ret_msg: told })
  }
})

test.each([
  ['echoed', 'mine'],
  ['never', undefined],
] as const)('the request id in private acknowledgements is %s', async (privateReqId, told) => {
  await using venue = await doubting({ privateReqId })
  using client = await connect(venue.exchange.privateUrl)
  const frames = [
    { ...authFrame(NOW_MS + 5_000), req_id: 'mine' },
    { op: 'subscribe', args: ['order'], req_id: 'mine' },
    { op: 'unsubscribe', args: ['order'], req_id: 'mine' },
  ]
  for (const frame of frames) expect([await client.ask(frame)].map((ack) => ack['req_id'])).toEqual([told])
  // The pong has it either way, as its documented shape says.
  expect(await client.ask({ op: 'ping', req_id: 'mine' })).toMatchObject({ op: 'pong', req_id: 'mine' })
})

test.each([
  ['tolerated', 0],
  ['refused', 10_003],
] as const)('a signed request for market data is %s', async (signedMarket, retCode) => {
  await using venue = await doubting({ signedMarket })
  const url = `${venue.exchange.restUrl}/v5/market/time`
  const signed = await call(url, { headers: signedHeaders('', { timestampMs: NOW_MS }) })
  expect(signed.json).toMatchObject({ retCode })
  expect((await call(url)).json).toMatchObject({ retCode: 0 })
})

test.each([
  ['reply', ['reply', 'frames']],
  ['frames', ['frames', 'reply']],
] as const)('of a reply and the frames its request causes, the %s leave first', (firstOut, expected) => {
  const core = createFakeCore()
  const driver = createDriver(core, manualClock(NOW_MS), firstOut)
  const left: string[] = []
  driver.attach({ publicFrame: () => {}, privateRows: () => left.push('frames'), flush: () => {} })
  core.answer = { reply: OK, pushes: [orderPush('1001', 'it')] }
  const asked = { accountId: '1001', method: 'POST', path: '/v5/order/create', params: {} } as const
  driver.handle(asked, () => left.push('reply'))
  expect(left).toEqual(expected)
})

test('the doubts of a world reach its sockets', async () => {
  const json = JSON.parse(readFileSync(new URL('../../fixtures/worlds/calm.json', import.meta.url), 'utf8')) as object
  const world = parseWorld({ ...json, doubts: { subscribeBeforeAuth: 'who are you' } })
  await using exchange = await startExchange({ world })
  using client = await connect(exchange.privateUrl)
  expect(await client.ask({ op: 'subscribe', args: ['order'] })).toMatchObject({ ret_msg: 'who are you' })
})

test('every doubt has its row in the README, and every row its doubt', () => {
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  const table = readme.slice(readme.indexOf('## Doubts'))
  const named = [...table.matchAll(/ \| `(\w+)` +\|$/gm)].map(([, name]) => name)
  expect(named.toSorted()).toEqual(Object.keys(NO_DOUBTS).toSorted())
})
