import { expect, test } from 'vitest'
import type { ServeOptions } from './shell.ts'
import { authFrame, connect, type SocketClient } from './test-support/clients.ts'
import { OK, orderPush } from './test-support/fake-core.ts'
import { NOW_MS, type Setting, setUp } from './test-support/setting.ts'

const CONN_ID = expect.stringMatching(/^\w+-\w+$/)
const ORDER = { category: 'linear', symbol: 'AUSDT', side: 'Buy', orderType: 'Limit', qty: '1', price: '2' }

async function trader(setting: Setting): Promise<SocketClient> {
  const client = await connect(setting.exchange.tradeUrl)
  await client.ask(authFrame(NOW_MS + 1000))
  return client
}

/** An order request; what is given replaces its parts, undefined takes them out. */
function request(parts: object = {}): object {
  const header = { 'X-BAPI-TIMESTAMP': String(NOW_MS), 'X-BAPI-RECV-WINDOW': '5000' }
  return { reqId: 'r-1', header, op: 'order.create', args: [ORDER], ...parts }
}

test('authentication says what is wrong: 10001 arguments or time, 10003 key, 10004 signature, 20001 done already', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.tradeUrl)
  const ask = async (frame: object) => (await client.ask(frame))['retCode']
  expect(await ask({ op: 'auth' })).toBe(10001)
  expect(await ask({ op: 'auth', args: ['key', 'soon', 'signature'] })).toBe(10001)
  expect(await ask(authFrame(NOW_MS))).toBe(10001)
  expect(await ask(authFrame(NOW_MS + 1000, 'nobody'))).toBe(10003)
  expect(await ask(authFrame(NOW_MS + 1000, undefined, 'wrong'))).toBe(10004)
  expect(await client.ask(authFrame(String(NOW_MS + 1)))).toEqual({
    retCode: 0,
    retMsg: 'OK',
    op: 'auth',
    connId: CONN_ID,
  })
  expect(await client.ask({ ...authFrame(NOW_MS + 1000), reqId: 'a' })).toMatchObject({ reqId: 'a', retCode: 20001 })
})

test('a pong is camelCase with the time in its data, before authentication too', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.tradeUrl)
  const pong = { retCode: 0, retMsg: 'OK', op: 'pong', data: [String(NOW_MS)], connId: CONN_ID }
  expect(await client.ask({ op: 'ping' })).toEqual(pong)
  expect(await client.ask({ op: 'ping', reqId: 'p' })).toEqual({ ...pong, reqId: 'p' })
})

test('an order reaches the core as over REST and is answered in full, keys in the order of the venue', async () => {
  await using setting = await setUp()
  using client = await trader(setting)
  const limit = { limit: 10, remaining: 9, resetMs: NOW_MS + 7 }
  const result = { orderId: 'o-1', orderLinkId: 'mine' }
  setting.core.answer = { reply: { ...OK, result, limit }, pushes: [] }
  const answer = await client.ask(request())
  expect(answer).toEqual({
    reqId: 'r-1',
    retCode: 0,
    retMsg: 'OK',
    op: 'order.create',
    data: result,
    retExtInfo: {},
    header: {
      'X-Bapi-Limit': '10',
      'X-Bapi-Limit-Status': '9',
      'X-Bapi-Limit-Reset-Timestamp': String(NOW_MS + 7),
      Traceid: expect.stringMatching(/^[0-9a-f]{32}$/),
      Timenow: String(NOW_MS),
    },
    connId: CONN_ID,
  })
  const keys = ['reqId', 'retCode', 'retMsg', 'op', 'data', 'retExtInfo', 'header', 'connId']
  expect(Object.keys(answer)).toEqual(keys)
  const path = '/v5/order/create'
  expect(setting.core.requests).toEqual([{ accountId: '1001', method: 'POST', path, params: ORDER }])
})

test('each operation is the endpoint of its name, batches with their list of codes', async () => {
  await using setting = await setUp()
  using client = await trader(setting)
  const retExtInfo = { list: [{ code: 10001, msg: 'position idx not match position mode' }] }
  setting.core.answer = { reply: { ...OK, result: { list: [{ orderId: '' }] }, retExtInfo }, pushes: [] }
  const ops = ['create', 'amend', 'cancel', 'create-batch', 'amend-batch', 'cancel-batch']
  for (const op of ops) {
    const answer = await client.ask(request({ op: `order.${op}`, reqId: op }))
    expect(answer).toMatchObject({ reqId: op, op: `order.${op}`, retCode: 0, data: { list: [{}] }, retExtInfo })
  }
  expect(setting.core.requests.map(({ path }) => path)).toEqual(ops.map((op) => `/v5/order/${op}`))
})

test('what the core refuses comes back with its code', async () => {
  await using setting = await setUp()
  using client = await trader(setting)
  setting.core.answer = { reply: { ...OK, retCode: 110007, retMsg: 'ab not enough for new order' }, pushes: [] }
  expect(await client.ask(request({ reqId: undefined }))).toMatchObject({ retCode: 110007, data: {} })
})

test('an unknown operation and an unknown category are 10404', async () => {
  await using setting = await setUp()
  using client = await trader(setting)
  expect(await client.ask(request({ op: 'order.fly' }))).toMatchObject({
    reqId: 'r-1',
    op: 'order.fly',
    retCode: 10404,
  })
  expect(await client.ask(request({ op: 'constructor' }))).toMatchObject({ retCode: 10404 })
  expect(await client.ask(request({ args: [{ ...ORDER, category: 'bonds' }] }))).toMatchObject({ retCode: 10404 })
  expect(await client.ask(request({ args: [{}] }))).toMatchObject({ retCode: 10404 })
  expect(setting.core.requests).toEqual([])
})

test('nobody trades before authentication', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.tradeUrl)
  expect(await client.ask(request())).toMatchObject({ reqId: 'r-1', retCode: 10003, op: 'order.create', data: {} })
  expect(setting.core.requests).toEqual([])
})

test('an order sent right behind the authentication is accepted: frames are handled in order', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.tradeUrl)
  client.send(authFrame(NOW_MS + 1000))
  client.send(request())
  expect([await client.next(), await client.next()]).toMatchObject([
    { op: 'auth', retCode: 0 },
    { op: 'order.create', retCode: 0 },
  ])
})

test('a request id is taken once on a socket; without one there is none in the answer', async () => {
  await using setting = await setUp()
  using client = await trader(setting)
  using other = await trader(setting)
  expect(await client.ask(request())).toMatchObject({ retCode: 0 })
  const again = await client.ask(request({ op: 'order.cancel' }))
  expect(again).toMatchObject({ reqId: 'r-1', retCode: 20006, retMsg: 'Duplicate reqId', op: 'order.cancel', data: {} })
  expect(await other.ask(request())).toMatchObject({ retCode: 0 })
  for (let i = 0; i < 2; i += 1) {
    const answer = await client.ask(request({ reqId: undefined }))
    expect(answer).not.toHaveProperty('reqId')
    expect(answer).toMatchObject({ retCode: 0 })
  }
  expect(await client.ask(request({ reqId: 'x'.repeat(36) }))).toMatchObject({ retCode: 0 })
  expect(await client.ask(request({ reqId: 'x'.repeat(37) }))).toMatchObject({ retCode: 10001 })
  expect(await client.ask(request({ reqId: 7 }))).toMatchObject({ reqId: '7', retCode: 0 })
})

test('the latest 5,000 request ids of a socket are remembered', async () => {
  await using setting = await setUp({ tradeSocket: { perAddress: 100_000, perSession: 100_000 } })
  using client = await trader(setting)
  for (let i = 0; i <= 5000; i += 1) client.send(request({ reqId: `r-${i}` }))
  for (let i = 0; i <= 5000; i += 1) expect(await client.next()).toMatchObject({ retCode: 0 })
  expect(await client.ask(request({ reqId: 'r-1' }))).toMatchObject({ retCode: 20006 })
  expect(await client.ask(request({ reqId: 'r-0' }))).toMatchObject({ retCode: 0 })
})

test('a request must be inside its time window; 5,000 ms when it names none', async () => {
  await using setting = await setUp()
  using client = await trader(setting)
  const at = (timestamp: unknown, window?: string) => {
    const header = { 'X-BAPI-TIMESTAMP': timestamp, 'X-BAPI-RECV-WINDOW': window }
    return client.ask(request({ header, reqId: undefined })).then(({ retCode }) => retCode)
  }
  expect(await at(String(NOW_MS - 5000))).toBe(0)
  expect(await at(NOW_MS - 5001)).toBe(10002)
  expect(await at(String(NOW_MS - 5001), '8000')).toBe(0)
  expect(await at(String(NOW_MS + 999))).toBe(0)
  expect(await at(String(NOW_MS + 1000), '60000')).toBe(10002)
  expect([await at(undefined), await at('now')]).toEqual([10002, 10002])
  expect(await client.ask(request({ header: undefined, reqId: undefined }))).toMatchObject({ retCode: 10002 })
})

test('a request carries one order object', async () => {
  await using setting = await setUp()
  using client = await trader(setting)
  for (const args of [undefined, [], [ORDER, ORDER], ORDER, ['linear'], [[ORDER]], [null]]) {
    expect(await client.ask(request({ args, reqId: undefined }))).toMatchObject({ retCode: 10001, data: {} })
  }
})

test('too many requests in a second: 10403 for an address, 20003 for a socket, 10429 for everybody', async () => {
  const codes = async (tradeSocket: ServeOptions['tradeSocket'] & object, sockets: number): Promise<unknown[]> => {
    await using setting = await setUp({ tradeSocket })
    const told: unknown[] = []
    const clients: SocketClient[] = []
    for (let i = 0; i < sockets; i += 1) clients.push(await trader(setting))
    for (let round = 0; round < 2; round += 1) {
      for (const client of clients) told.push((await client.ask(request({ reqId: `r-${round}` })))['retCode'])
    }
    setting.clock.pass(1000)
    for (const client of clients) {
      told.push((await client.ask(request({ reqId: 'r-1' })))['retCode'])
      client[Symbol.dispose]()
    }
    return told
  }
  expect(await codes({ perAddress: 3 }, 2)).toEqual([0, 0, 0, 10403, 20006, 0])
  expect(await codes({ perSession: 1 }, 2)).toEqual([0, 0, 20003, 20003, 0, 0])
  expect(await codes({ system: 2 }, 1)).toEqual([0, 0, 20006])
  expect(await codes({ system: 1 }, 1)).toEqual([0, 10429, 0])
})

test('a frame that is no request gets an answer, and the socket lives on', async () => {
  await using setting = await setUp()
  using client = await trader(setting)
  for (const text of ['{"op":', '', '[]', 'null', '7', '{}', '{"op":7}', '['.repeat(20_000)]) {
    expect(await client.ask(text)).toEqual({ retCode: 10001, retMsg: expect.any(String), op: '', connId: CONN_ID })
  }
  expect(await client.ask({ op: 'ping' })).toMatchObject({ op: 'pong' })
})

test('the answer leaves before the rows it causes', async () => {
  await using setting = await setUp()
  using client = await trader(setting)
  using listener = await connect(setting.exchange.privateUrl)
  await listener.ask(authFrame(NOW_MS + 1000))
  await listener.ask({ op: 'subscribe', args: ['order'] })
  setting.core.answer = { reply: OK, pushes: [orderPush('1001', 'o-1')] }
  const heard: string[] = []
  const both = [client.ask(request()).then(() => heard.push('answer')), listener.next().then(() => heard.push('row'))]
  await Promise.all(both)
  expect(heard).toEqual(['answer', 'row'])
})

test('a trade socket is closed after its own idle time', async () => {
  await using setting = await setUp()
  using client = await connect(`${setting.exchange.tradeUrl}?max_active_time=30s`)
  setting.clock.pass(90_000)
  expect(await client.closed).toBe(1001)
  expect(setting.exchange.counters().connections.trade).toMatchObject({ opened: 1, idleClosed: 1 })
})

test('trade sockets can be cut apart from the others', async () => {
  await using setting = await setUp()
  using client = await trader(setting)
  using account = await connect(setting.exchange.privateUrl)
  expect(setting.exchange.cutStreams('trade', 'close')).toBe(1)
  expect(await client.closed).toBe(1001)
  expect(await account.ask({ op: 'ping' })).toMatchObject({ op: 'pong' })
})
