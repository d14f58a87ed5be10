import { expect, test } from 'vitest'
import type { Push } from './core/types.ts'
import { activeTimeMs } from './private-stream.ts'
import { authFrame, connect, post, type SocketClient } from './test-support/clients.ts'
import { OK, OTHER_KEY, OTHER_SECRET, orderPush } from './test-support/fake-core.ts'
import { NOW_MS, type Setting, setUp } from './test-support/setting.ts'

const CONN_ID = expect.stringMatching(/^\w+-\w+$/)

async function listener(setting: Setting, args: readonly string[]): Promise<SocketClient> {
  const client = await connect(setting.exchange.privateUrl)
  await client.ask(authFrame(NOW_MS + 5000))
  await client.ask({ op: 'subscribe', args })
  return client
}

test('authentication is acknowledged, with the request id when one was sent', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.privateUrl)
  const ack = { success: true, ret_msg: '', op: 'auth', conn_id: CONN_ID }
  expect(await client.ask(authFrame(NOW_MS + 1))).toEqual(ack)
  expect(await client.ask({ ...authFrame(String(NOW_MS + 1)), req_id: 'a' })).toEqual({ ...ack, req_id: 'a' })
})

test('an expired, wrongly signed or unknown authentication gets "Params Error", and the socket stays open', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.privateUrl)
  const refused = { success: false, ret_msg: 'Params Error', op: 'auth', conn_id: CONN_ID }
  expect(await client.ask({ ...authFrame(NOW_MS), req_id: 'a' })).toEqual(refused)
  expect(await client.ask(authFrame(NOW_MS + 5000, undefined, 'wrong'))).toEqual(refused)
  expect(await client.ask(authFrame(NOW_MS + 5000, 'nobody'))).toEqual(refused)
  expect(await client.ask({ op: 'auth' })).toEqual(refused)
  expect(await client.ask(authFrame(NOW_MS + 5000))).toMatchObject({ success: true })
})

test('nobody subscribes before authentication', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.privateUrl)
  expect(await client.ask({ op: 'subscribe', args: ['order'], req_id: '1' })).toEqual({
    req_id: '1',
    success: false,
    ret_msg: 'Request not authorized',
    op: 'subscribe',
    conn_id: CONN_ID,
  })
})

test('frames are handled in order: a subscription sent right behind the authentication is accepted', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.privateUrl)
  client.send(authFrame(NOW_MS + 1000))
  client.send({ op: 'subscribe', args: ['order', 'execution', 'position', 'wallet'] })
  expect([await client.next(), await client.next()]).toMatchObject([
    { op: 'auth', success: true },
    { op: 'subscribe', success: true, ret_msg: '' },
  ])
})

test('unknown, repeated and mixed topics fail the whole request', async () => {
  await using setting = await setUp()
  using client = await listener(setting, ['wallet'])
  const subscribe = (...args: readonly string[]) => client.ask({ op: 'subscribe', args })
  expect(await subscribe('order', 'orders')).toMatchObject({ ret_msg: 'error:handler not found,topic:orders' })
  expect(await subscribe('order', 'wallet')).toMatchObject({ ret_msg: 'error:already subscribed,topic:wallet' })
  expect(await subscribe('order', 'order.linear')).toMatchObject({
    success: false,
    ret_msg: expect.stringMatching(/mixed/),
  })
  expect(await subscribe('execution.fast', 'execution.fast.linear')).toMatchObject({
    ret_msg: expect.stringMatching(/mixed/),
  })
  expect(await subscribe('wallet.linear')).toMatchObject({ ret_msg: expect.stringMatching(/handler not found/) })
  expect(await subscribe('execution', 'execution.fast')).toMatchObject({ success: true })
  expect(await subscribe('order')).toMatchObject({ success: true })
})

test('rows reach every subscribed socket of their account only, in the envelope, under the name subscribed', async () => {
  await using setting = await setUp()
  using plain = await listener(setting, ['order'])
  using categorised = await listener(setting, ['order.linear', 'execution'])
  using stranger = await connect(setting.exchange.privateUrl)
  await stranger.ask(authFrame(NOW_MS + 5000, OTHER_KEY, OTHER_SECRET))
  await stranger.ask({ op: 'subscribe', args: ['order'] })
  setting.core.answer = { reply: OK, pushes: [orderPush('1001', 'o-1')] }
  await post(`${setting.exchange.restUrl}/v5/order/create`, '{}', { timestampMs: NOW_MS })
  const data = [{ category: 'linear', orderId: 'o-1' }]
  expect(await plain.next()).toEqual({ id: expect.any(String), topic: 'order', creationTime: NOW_MS, data })
  expect(await categorised.next()).toMatchObject({ topic: 'order.linear', data })
  expect(await stranger.ask({ op: 'ping' })).toMatchObject({ op: 'pong' })
  expect(setting.exchange.counters().frames).toMatchObject({ order: 2, execution: 0 })
})

test('rows wait for their moment and leave in its order', async () => {
  await using setting = await setUp()
  using client = await listener(setting, ['order'])
  const pushes = [orderPush('1001', 'late', NOW_MS + 30), orderPush('1001', 'early', NOW_MS + 20)]
  setting.core.answer = { reply: OK, pushes }
  await post(`${setting.exchange.restUrl}/v5/order/create`, '{}', { timestampMs: NOW_MS })
  setting.clock.pass(19)
  expect(await client.ask({ op: 'ping' })).toMatchObject({ op: 'pong' })
  setting.clock.pass(1)
  expect(await client.next()).toMatchObject({ creationTime: NOW_MS + 20, data: [{ orderId: 'early' }] })
  setting.clock.pass(10)
  expect(await client.next()).toMatchObject({ creationTime: NOW_MS + 30, data: [{ orderId: 'late' }] })
})

test('after unsubscribing nothing comes any more', async () => {
  await using setting = await setUp()
  using client = await listener(setting, ['order'])
  expect(await client.ask({ op: 'unsubscribe', args: ['order'], req_id: 'u' })).toMatchObject({
    success: true,
    req_id: 'u',
  })
  setting.core.answer = { reply: OK, pushes: [orderPush('1001', 'o-1')] }
  await post(`${setting.exchange.restUrl}/v5/order/create`, '{}', { timestampMs: NOW_MS })
  expect(await client.ask({ op: 'ping' })).toMatchObject({ op: 'pong' })
})

test('a pong of the private stream has op "pong" and the time, before authentication too', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.privateUrl)
  const pong = { op: 'pong', args: [String(NOW_MS)], conn_id: CONN_ID }
  expect(await client.ask({ op: 'ping' })).toEqual(pong)
  expect(await client.ask({ op: 'ping', req_id: 'test' })).toEqual({ req_id: 'test', ...pong })
})

test('the time a private socket may be idle is a URL parameter within bounds', () => {
  expect(activeTimeMs('max_active_time=45s')).toBe(45_000)
  expect(activeTimeMs('max_active_time=1m')).toBe(60_000)
  expect(activeTimeMs('max_active_time=1s')).toBe(30_000)
  expect(activeTimeMs('max_active_time=90m')).toBe(600_000)
  expect(activeTimeMs('max_active_time=soon')).toBeUndefined()
  expect(activeTimeMs('')).toBeUndefined()
})

test('a private socket that asked for it is closed after its own idle time', async () => {
  await using setting = await setUp()
  using client = await connect(`${setting.exchange.privateUrl}?max_active_time=30s`)
  setting.clock.pass(90_000)
  expect(await client.closed).toBe(1001)
})

/** Has the core push so, as an order would. */
async function push(setting: Setting, ...pushes: readonly Push[]): Promise<void> {
  setting.core.answer = { reply: OK, pushes }
  await post(`${setting.exchange.restUrl}/v5/order/create`, '{}', { timestampMs: NOW_MS })
}

const execution = (fields: object): Push => ({
  kind: 'private',
  accountId: '1001',
  topic: 'execution',
  dueMs: 0,
  rows: [{ category: 'linear', execType: 'Trade', isMaker: false, orderLinkId: 'mine', execFee: '0.1', ...fields }],
})

test('fast executions are trades alone, without fee or frame id, and hide the client order id of a maker', async () => {
  await using setting = await setUp()
  using client = await listener(setting, ['execution.fast'])
  const taken = { symbol: 'AUSDT', execId: 'e-1', execPrice: '1.1', execQty: '5', orderId: 'o-1', side: 'Buy', seq: 9 }
  const made = { ...taken, execId: 'e-2', isMaker: true }
  await push(setting, execution({ execType: 'Funding' }), execution({ ...taken, execTime: '7' }), execution(made))
  expect(await client.next()).toEqual({
    topic: 'execution.fast',
    creationTime: NOW_MS,
    data: [{ category: 'linear', ...taken, execTime: '7', isMaker: false, orderLinkId: 'mine' }],
  })
  expect(await client.next()).toMatchObject({ data: [{ execId: 'e-2', isMaker: true, orderLinkId: '' }] })
  expect(setting.exchange.counters().frames).toMatchObject({ execution: 0, 'execution.fast': 2 })
})

test('a socket that authenticates again is acknowledged again, or refused where the world says so', async () => {
  for (const [privateAuthAgain, success] of [
    ['acknowledged', true],
    ['refused', false],
  ] as const) {
    await using setting = await setUp({ doubts: { privateAuthAgain } })
    using client = await listener(setting, ['order'])
    expect(await client.ask(authFrame(NOW_MS + 5000))).toMatchObject({ op: 'auth', success })
    await push(setting, orderPush('1001', 'o-1'))
    expect(await client.next()).toMatchObject({ topic: 'order' })
  }
})

test('a socket that authenticates as another account hears of that one alone', async () => {
  await using setting = await setUp()
  using client = await listener(setting, ['order'])
  await client.ask(authFrame(NOW_MS + 5000, OTHER_KEY, OTHER_SECRET))
  await push(setting, orderPush('1001', 'theirs'), orderPush('1002', 'ours'))
  expect(await client.next()).toMatchObject({ data: [{ orderId: 'ours' }] })
})

test('a world may spread the rows of one moment over frames, and send New orders and positions twice', async () => {
  const row = (orderId: string, orderStatus: string) => ({ orderId, orderStatus })
  const rows = [row('a', 'New'), row('b', 'New'), row('c', 'Filled')]
  const pushes: readonly Push[] = [
    { kind: 'private', accountId: '1001', topic: 'order', rows, dueMs: 0 },
    { kind: 'private', accountId: '1001', topic: 'position', rows: [{ size: '1' }], dueMs: 0 },
    execution({ execId: 'e' }),
  ]
  await using setting = await setUp({ privateRows: { repeated: true, perFrameMax: 2 } })
  using client = await listener(setting, ['order', 'position', 'execution'])
  await push(setting, ...pushes)
  const frames = []
  for (let i = 0; i < 6; i += 1) frames.push(await client.next())
  expect(frames.map(({ topic, data }) => [topic, (data as object[]).length])).toEqual([
    ['order', 2],
    ['order', 2],
    ['order', 1],
    ['position', 1],
    ['position', 1],
    ['execution', 1],
  ])
  expect(new Set(frames.map(({ id }) => id)).size).toBe(6)
  expect(frames[1]).toEqual({ ...frames[0], id: frames[1]!['id'] })
  expect(await client.ask({ op: 'ping' })).toMatchObject({ op: 'pong' })
})

test('nothing is replayed to a socket that was away, and nothing is shown on subscribing', async () => {
  await using setting = await setUp()
  using away = await listener(setting, ['order'])
  away.socket.terminate()
  await away.closed
  await push(setting, orderPush('1001', 'missed'))
  using back = await listener(setting, ['order', 'position', 'wallet'])
  await push(setting, orderPush('1001', 'seen'))
  expect(await back.next()).toMatchObject({ data: [{ orderId: 'seen' }] })
})

test('the core hears when the last socket with disconnect protection is gone, and when one is back', async () => {
  await using setting = await setUp()
  const heard = (): unknown[] => {
    setting.clock.pass(1)
    return setting.core.changes.splice(0)
  }
  const first = await listener(setting, ['dcp.future', 'order'])
  expect(heard()).toEqual([{ do: 'dcp', accountId: '1001', isAlive: true }])
  using second = await listener(setting, ['dcp.future'])
  using bystander = await listener(setting, ['order', 'dcp.spot'])
  first.socket.terminate()
  await first.closed
  await bystander.ask({ op: 'ping' })
  expect(heard()).toEqual([])
  second.socket.close()
  await second.closed
  await bystander.ask({ op: 'ping' })
  expect(heard()).toEqual([{ do: 'dcp', accountId: '1001', isAlive: false }])
  using third = await listener(setting, ['dcp.future'])
  expect(heard()).toEqual([{ do: 'dcp', accountId: '1001', isAlive: true }])
  await third.ask({ op: 'unsubscribe', args: ['dcp.future'] })
  third.socket.terminate()
  await third.closed
  await bystander.ask({ op: 'ping' })
  expect(heard()).toEqual([])
})
