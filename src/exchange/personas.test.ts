import { expect, test } from 'vitest'
import { personaOf } from './personas.ts'
import { type RunningExchange, type ServeOptions, serveCore } from './shell.ts'
import { authFrame, call, connect, get, manualClock, post } from './test-support/clients.ts'
import {
  createFakeCore,
  type FakeCore,
  KEY,
  OK,
  OTHER_KEY,
  OTHER_SECRET,
  orderPush,
  SECRET,
} from './test-support/fake-core.ts'

const NOW_MS = 1767225600000
const BOTH = [{ persona: 'mainnet-like' }, { persona: 'demo' }] as const

interface Setting extends AsyncDisposable {
  readonly core: FakeCore
  readonly mainnet: RunningExchange['listeners'][number]
  readonly demo: RunningExchange['listeners'][number]
  readonly exchange: RunningExchange
}

/** The first account's key was made on mainnet, the other one's on demo. */
const APART: FakeCore['accounts'] = new Map([
  [KEY, { accountId: '1001', apiSecret: SECRET, environment: 'mainnet' }],
  [OTHER_KEY, { accountId: '1002', apiSecret: OTHER_SECRET, environment: 'demo' }],
])

async function setUp(options: ServeOptions = {}, accounts?: FakeCore['accounts']): Promise<Setting> {
  const core = createFakeCore(accounts)
  const exchange = await serveCore(core, { clock: manualClock(NOW_MS), listeners: BOTH, ...options })
  const [mainnet, demo] = exchange.listeners as [Setting['mainnet'], Setting['demo']]
  return { core, mainnet, demo, exchange, [Symbol.asyncDispose]: exchange.close }
}

const signed = { timestampMs: NOW_MS }
const asDemo = { timestampMs: NOW_MS, key: OTHER_KEY, secret: OTHER_SECRET }

test('an exchange that is told nothing has one listener, mainnet-like: all three streams', async () => {
  await using exchange = await serveCore(createFakeCore())
  expect(exchange.listeners.map(({ persona }) => persona)).toEqual(['mainnet-like'])
  for (const url of [exchange.publicUrl, exchange.privateUrl, exchange.tradeUrl]) {
    using client = await connect(url)
    await client.ask({ op: 'ping' })
  }
  expect(exchange.counters().connections).toMatchObject({
    public: { opened: 1 },
    private: { opened: 1 },
    trade: { opened: 1 },
  })
})

test('demo has a private stream and neither a public one nor a trade socket: 404', async () => {
  await using setting = await setUp()
  const { publicUrl, tradeUrl, privateUrl } = setting.demo
  await expect(connect(publicUrl)).rejects.toThrow('404')
  await expect(connect(tradeUrl)).rejects.toThrow('404')
  using client = await connect(privateUrl)
  expect(await client.ask(authFrame(NOW_MS + 1000))).toMatchObject({ success: true })
})

test('an endpoint demo lacks answers HTTP 200 with 10032, also where the mock has no such endpoint', async () => {
  await using setting = await setUp()
  const { restUrl } = setting.demo
  const absent = { retCode: 10032, retMsg: 'Demo trading are not supported.', result: {}, retExtInfo: {}, time: NOW_MS }
  const served = `${restUrl}/v5/account/set-limit-px-action`
  expect(await post(served, '{"category":"linear","modifyEnable":false}', signed)).toMatchObject({
    status: 200,
    json: absent,
  })
  expect(await post(`${restUrl}/v5/position/switch-isolated`, '{}', signed)).toMatchObject({
    status: 200,
    json: absent,
  })
  expect(await get(`${restUrl}/v5/asset/exchange/order-record`, 'limit=1', signed)).toMatchObject({ json: absent })
  expect(setting.core.requests).toEqual([])
})

test('whoever asks demo for what it lacks with a wrong key is told about the key', async () => {
  await using setting = await setUp()
  const url = `${setting.demo.restUrl}/v5/account/set-limit-px-action`
  expect(await post(url, '{}', { ...signed, key: 'nobody' })).toMatchObject({ json: { retCode: 10003 } })
})

test('what demo has reaches the core, and mainnet-like has everything', async () => {
  await using setting = await setUp()
  const { demo, mainnet } = setting
  expect(await call(`${demo.restUrl}/v5/market/time`)).toMatchObject({ json: { retCode: 0 } })
  expect(await post(`${demo.restUrl}/v5/order/create`, '{}', signed)).toMatchObject({ json: { retCode: 0 } })
  expect(await get(`${demo.restUrl}/v5/account/info`, '', signed)).toMatchObject({ json: { retCode: 0 } })
  const body = '{"category":"linear","modifyEnable":false}'
  expect(await post(`${mainnet.restUrl}/v5/account/set-limit-px-action`, body, signed)).toMatchObject({
    json: { retCode: 0 },
  })
  expect(await get(`${mainnet.restUrl}/v5/account/fee-rate`, 'category=linear', signed)).toMatchObject({
    json: { retCode: 0 },
  })
  expect(await call(`${mainnet.restUrl}/v5/asset/exchange/order-record`)).toMatchObject({ status: 404 })
  expect(await call(`${demo.restUrl}/v5/nothing`)).toMatchObject({ status: 404 })
  expect(setting.core.requests.map(({ path }) => path)).toHaveLength(5)
})

test('demo has no fee rates for linear: 10001 without a word', async () => {
  await using setting = await setUp()
  const answer = await get(`${setting.demo.restUrl}/v5/account/fee-rate`, 'category=linear', signed)
  expect(answer).toMatchObject({ status: 200, json: { retCode: 10001, retMsg: '' } })
})

test('demo refuses isolated margin with 110073 and leaves other margin modes to the core', () => {
  const { refuses } = personaOf('demo', { preMarketSymbols: new Set() })
  const answer = (setMarginMode: string) => refuses('/v5/account/set-margin-mode', { setMarginMode })
  expect(answer('ISOLATED_MARGIN')).toMatchObject({ retCode: 110073 })
  expect([answer('REGULAR_MARGIN'), answer('PORTFOLIO_MARGIN')]).toEqual([null, null])
})

test('a market that is not open yet cannot be traded on demo: 110100', async () => {
  await using setting = await setUp({ preMarketSymbols: new Set(['NEWUSDT']) })
  const order = (symbol: string) => JSON.stringify({ category: 'linear', symbol })
  const create = (symbol: string) => post(`${setting.demo.restUrl}/v5/order/create`, order(symbol), signed)
  expect(await create('NEWUSDT')).toMatchObject({ status: 200, json: { retCode: 110100 } })
  expect(await create('AUSDT')).toMatchObject({ json: { retCode: 0 } })
  expect(await post(`${setting.mainnet.restUrl}/v5/order/create`, order('NEWUSDT'), signed)).toMatchObject({
    json: { retCode: 0 },
  })
})

test('execution.fast and dcp topics are unknown on demo and known on mainnet', async () => {
  await using setting = await setUp()
  for (const [url, success] of [
    [setting.demo.privateUrl, false],
    [setting.mainnet.privateUrl, true],
  ] as const) {
    using client = await connect(url)
    await client.ask(authFrame(NOW_MS + 1000))
    for (const topic of ['execution.fast', 'execution.fast.linear', 'dcp.future', 'dcp.spot', 'dcp.option']) {
      const ack = await client.ask({ op: 'subscribe', args: [topic] })
      expect(ack, topic).toMatchObject({ success, ret_msg: success ? '' : `error:handler not found,topic:${topic}` })
    }
  }
})

test('a key is known where it was made: elsewhere 10003, and no stream', async () => {
  await using setting = await setUp({}, APART)
  const { mainnet, demo } = setting
  const codes = []
  for (const { restUrl } of [mainnet, demo]) {
    for (const key of [signed, asDemo]) {
      codes.push((await post(`${restUrl}/v5/order/create`, '{}', key)).json?.['retCode'])
    }
  }
  expect(codes).toEqual([0, 10003, 10003, 0])
  expect(setting.core.requests.map(({ accountId }) => accountId)).toEqual(['1001', '1002'])
  using onMainnet = await connect(mainnet.privateUrl)
  using onDemo = await connect(demo.privateUrl)
  using trading = await connect(mainnet.tradeUrl)
  const [of1001, of1002] = [authFrame(NOW_MS + 1000), authFrame(NOW_MS + 1000, OTHER_KEY, OTHER_SECRET)]
  expect(await onMainnet.ask(of1002)).toMatchObject({ success: false, ret_msg: 'Params Error' })
  expect(await onDemo.ask(of1001)).toMatchObject({ success: false, ret_msg: 'Params Error' })
  expect(await trading.ask(of1002)).toMatchObject({ retCode: 10003 })
  expect(await onMainnet.ask(of1001)).toMatchObject({ success: true })
  expect(await onDemo.ask(of1002)).toMatchObject({ success: true })
})

test('each listener tells an account whose key it knows; without one it does not open', async () => {
  await using setting = await setUp({}, APART)
  expect(setting.exchange).toMatchObject({ apiKey: KEY, persona: 'mainnet-like', restUrl: setting.mainnet.restUrl })
  expect(setting.demo).toMatchObject({ apiKey: OTHER_KEY, apiSecret: OTHER_SECRET })
  const onlyMainnet = createFakeCore(new Map([...APART].slice(0, 1)))
  await expect(serveCore(onlyMainnet, { listeners: BOTH })).rejects.toThrow('a demo listener needs an account')
})

test('there is one venue: what happens through one listener is told at the other', async () => {
  await using setting = await setUp()
  const sockets = [await connect(setting.mainnet.privateUrl), await connect(setting.demo.privateUrl)]
  for (const client of sockets) {
    await client.ask(authFrame(NOW_MS + 1000))
    await client.ask({ op: 'subscribe', args: ['order'] })
  }
  setting.core.answer = { reply: OK, pushes: [orderPush('1001', 'o-1')] }
  await post(`${setting.demo.restUrl}/v5/order/create`, '{}', signed)
  for (const client of sockets) {
    expect(await client.next()).toMatchObject({ topic: 'order', data: [{ orderId: 'o-1' }] })
    client[Symbol.dispose]()
  }
  expect(setting.exchange.counters()).toMatchObject({ http: { requests: 1 }, connections: { private: { opened: 2 } } })
})

test('the budget of an address is one for all listeners', async () => {
  await using setting = await setUp({ ipCallsPer5s: 2 })
  const time = async (restUrl: string): Promise<number> => (await call(`${restUrl}/v5/market/time`)).status
  const { mainnet, demo } = setting
  expect([await time(mainnet.restUrl), await time(demo.restUrl), await time(mainnet.restUrl)]).toEqual([200, 200, 403])
})

test('when one port cannot be had, none stays open', async () => {
  await using holder = await serveCore(createFakeCore())
  const port = Number(new URL(holder.restUrl).port)
  const options = { listeners: [{ persona: 'demo' }, { persona: 'mainnet-like', port }] } as const
  let counted = 0
  const failed = serveCore(createFakeCore(), { ...options, journalCounters: () => (counted += 1) })
  await expect(failed).rejects.toThrow('EADDRINUSE')
  expect(counted).toBe(1)
})
