import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startExchange } from './server.ts'
import type { RunningExchange } from './shell.ts'
import { type Answer, type ManualClock, manualClock, post, type SignOptions } from './test-support/clients.ts'
import { FACTS_CODES, MADE_ELSEWHERE, NOT_MADE } from './test-support/codes.ts'
import { parseWorld } from './world.ts'

/**
 * The error table (facts §8.2) through the venue's own door: each code it can give, and the requests that get it. What
 * it cannot give is listed with its reason in test-support/codes.ts.
 */
const NOW_MS = 1767225600000
const CALM = readFileSync(new URL('../../fixtures/worlds/calm.json', import.meta.url), 'utf8')

type Fields = Readonly<Record<string, unknown>>

interface Client {
  readonly exchange: RunningExchange
  readonly clock: ManualClock
  post(path: string, params?: Fields, sign?: Partial<SignOptions>): Promise<Answer>
  /** A limit order that rests, unless told otherwise. */
  order(params?: Fields): Promise<Answer>
  /** A market order for 0.1 BTC, some 6,000 USDT. */
  market(params?: Fields): Promise<Answer>
}

/** One code, the circumstances it needs, and what gets it: the last answer counts. */
interface Row {
  readonly code: number
  readonly when: string
  readonly make: (client: Client) => Promise<Answer>
  /** Changes to the calm world, to its first account and to BTCUSDT. */
  readonly world?: Fields
  readonly account?: Fields
  readonly btc?: Fields
}

const DEAD_BOOK = { levels: 1, levelLots: 0, levelGapTicks: 1, refillMs: null }
const TIERS = [
  { limitUsd: 5_000, maxLeverage: '100', maintenanceRate: '0.005' },
  { limitUsd: 50_000, maxLeverage: '10', maintenanceRate: '0.01' },
]
const HALF = { symbol: 'BTCUSDT', side: 'buy', fills: [{ share: 0.5, afterMs: 0 }] }
const STANDINGS = [10007, 10008, 10009, 10024, 10027, 10028, 33004, 100028, 110123, 110124, 110125, 110132]

/** The last of so many answers; requests one after another. */
async function lastOf(count: number, ask: (number: number) => Promise<Answer>): Promise<Answer> {
  for (let number = 1; number < count; number += 1) await ask(number)
  return ask(count)
}

const ROWS: readonly Row[] = [
  { code: 0, when: 'an order is taken in', make: (v) => v.order() },
  { code: 10001, when: 'a parameter makes no sense', make: (v) => v.order({ side: 'Up' }) },
  {
    code: 10002,
    when: 'the timestamp is too old',
    make: (v) => v.post('order/create', {}, { timestampMs: NOW_MS - 5001 }),
  },
  { code: 10003, when: 'nobody knows the key', make: (v) => v.post('order/create', {}, { key: 'nobody' }) },
  { code: 10004, when: 'the secret is another one', make: (v) => v.post('order/create', {}, { secret: 'other' }) },
  { code: 10005, when: 'the key may only read', account: { readOnly: true }, make: (v) => v.order() },
  {
    code: 10006,
    when: 'the second is full',
    world: { limits: { create: 2 } },
    make: (v) => lastOf(3, () => v.order()),
  },
  ...STANDINGS.map((code) => ({
    code,
    when: 'the account stands so',
    account: { refusedWith: code },
    make: (v: Client) => v.order(),
  })),
  { code: 10010, when: 'the key is for other addresses', account: { ips: ['10.0.0.7'] }, make: (v) => v.order() },
  { code: 10029, when: 'the key is for other symbols', account: { symbols: ['ETHUSDT'] }, make: (v) => v.order() },
  { code: 30228, when: 'the symbol is being delisted', btc: { status: 'Delivering' }, make: (v) => v.order() },
  { code: 110023, when: 'the symbol can only be closed', btc: { status: 'ReduceOnly' }, make: (v) => v.order() },
  { code: 110074, when: 'the symbol is not live', btc: { status: 'Closed' }, make: (v) => v.order() },
  { code: 110001, when: 'no such order is open', make: (v) => v.post('order/cancel', { orderLinkId: 'nobody' }) },
  {
    code: 110003,
    when: 'the price is outside the band and may not be moved',
    make: async (v) => {
      await v.post('account/set-limit-px-action', { modifyEnable: false })
      return v.order({ price: '70000' })
    },
  },
  {
    code: 110004,
    when: 'demo funds are not there to give back',
    account: { usdt: '10' },
    make: (v) => giveBack(v, '100'),
  },
  {
    code: 110012,
    when: 'demo funds are bound as margin',
    account: { usdt: '1000' },
    make: async (v) => {
      await v.market()
      return giveBack(v, '700')
    },
  },
  {
    code: 110005,
    when: 'the position is being liquidated',
    account: { usdt: '100', leverage: '100' },
    make: async (v) => {
      await v.market()
      v.exchange.core.control({ do: 'move', symbol: 'BTCUSDT', bps: -150 }, NOW_MS)
      v.clock.pass(100)
      return v.order()
    },
  },
  { code: 110007, when: 'the margin is not there', account: { usdt: '5' }, make: (v) => v.order() },
  {
    code: 110009,
    when: 'ten conditional orders wait',
    make: (v) => lastOf(11, () => v.order({ triggerPrice: '61000', triggerDirection: 1, price: '61000' })),
  },
  {
    code: 110013,
    when: 'the position is too large for the leverage',
    btc: { riskTiers: TIERS },
    make: async (v) => {
      await v.market()
      return v.post('position/set-leverage', { buyLeverage: '50', sellLeverage: '50' })
    },
  },
  {
    code: 110017,
    when: 'nothing is held to reduce',
    make: (v) => v.order({ side: 'Sell', price: '61000', reduceOnly: true }),
  },
  {
    code: 110020,
    when: '500 orders are open',
    make: async (v) => {
      const item = { symbol: 'BTCUSDT', side: 'Buy', orderType: 'Limit', qty: '0.001', price: '59500' }
      await lastOf(25, () => v.post('order/create-batch', { request: Array.from({ length: 20 }, () => item) }))
      return v.order()
    },
  },
  {
    code: 110022,
    when: 'a reducing order is to grow',
    make: async (v) => {
      await v.market()
      await v.order({ side: 'Sell', price: '60400', reduceOnly: true, orderLinkId: 'r' })
      return v.post('order/amend', { orderLinkId: 'r', qty: '0.002' })
    },
  },
  {
    code: 110024,
    when: 'a position is open while the mode is to change',
    make: async (v) => {
      await v.market()
      return v.post('position/switch-mode', { mode: 3 })
    },
  },
  { code: 110025, when: 'the mode is the same', make: (v) => v.post('position/switch-mode', { mode: 0 }) },
  {
    code: 110028,
    when: 'orders are open while the mode is to change',
    make: async (v) => {
      await v.order()
      return v.post('position/switch-mode', { mode: 3 })
    },
  },
  {
    code: 110043,
    when: 'the leverage is the same',
    make: (v) => v.post('position/set-leverage', { buyLeverage: '10', sellLeverage: '10' }),
  },
  {
    code: 110044,
    when: 'less leverage needs more margin than there is',
    account: { usdt: '1000' },
    make: async (v) => {
      await v.market()
      return v.post('position/set-leverage', { buyLeverage: '2', sellLeverage: '2' })
    },
  },
  {
    code: 110061,
    when: 'twenty partial TP orders wait',
    make: async (v) => {
      await v.market()
      const takeProfit = (number: number): string => String(70_000 + number)
      return lastOf(21, (number) =>
        v.post('position/trading-stop', { tpslMode: 'Partial', takeProfit: takeProfit(number), tpSize: '0.001' }),
      )
    },
  },
  {
    code: 110064,
    when: 'the new quantity is filled already',
    world: { matching: { partialFills: [HALF] } },
    make: async (v) => {
      await v.order({ price: '60300', qty: '0.010', orderLinkId: 'half' })
      return v.post('order/amend', { orderLinkId: 'half', qty: '0.005' })
    },
  },
  {
    code: 110072,
    when: 'the client order id is taken',
    make: (v) => lastOf(2, () => v.order({ orderLinkId: 'once' })),
  },
  {
    code: 110079,
    when: 'a cancel is under way',
    world: { matching: { cancelDelayMs: 50 } },
    make: async (v) => {
      await v.order({ orderLinkId: 'going' })
      return lastOf(2, () => v.post('order/cancel', { orderLinkId: 'going' }))
    },
  },
  {
    code: 110090,
    when: 'the position would be too large',
    btc: { riskTiers: TIERS },
    make: (v) => v.order({ qty: '0.9' }),
  },
  {
    code: 110092,
    when: 'a rise is awaited that has been',
    make: (v) => v.order({ triggerPrice: '50000', triggerDirection: 1 }),
  },
  {
    code: 110093,
    when: 'a fall is awaited that has been',
    make: (v) => v.order({ triggerPrice: '70000', triggerDirection: 2 }),
  },
  { code: 110094, when: 'the order is worth too little', btc: { minNotionalValue: '100' }, make: (v) => v.order() },
  { code: 110118, when: 'nobody is there to trade with', btc: { dead: true }, make: (v) => v.market() },
  {
    code: 34040,
    when: 'TP and SL are as asked already',
    make: async (v) => {
      await v.market()
      return lastOf(2, () => v.post('position/trading-stop', { takeProfit: '70000', positionIdx: 0 }))
    },
  },
]

const giveBack = (v: Client, amountStr: string): Promise<Answer> =>
  v.post('account/demo-apply-money', { adjustType: 1, utaDemoApplyMoney: [{ coin: 'USDT', amountStr }] })

function worldOf({ world = {}, account = {}, btc = {} }: Row) {
  const json = JSON.parse(CALM)
  const { dead, ...fields } = btc
  Object.assign(json.accounts[0], account)
  Object.assign(json.instruments[0], fields)
  if (dead === true) json.instruments[0].market.book = DEAD_BOOK
  const limits = { create: 10_000, createBatch: 10_000, settings: 10_000 }
  return parseWorld({ ...json, limits, ipCallsPer5s: 100_000, ...world })
}

function clientOf(exchange: RunningExchange, clock: ManualClock): Client {
  const client: Client = {
    exchange,
    clock,
    post: (path, params = {}, over = {}) => {
      const body = JSON.stringify({ category: 'linear', symbol: 'BTCUSDT', ...params })
      const { restUrl, apiKey: key, apiSecret: secret } = exchange
      return post(`${restUrl}/v5/${path}`, body, { timestampMs: clock.wallMs(), key, secret, ...over })
    },
    order: (params = {}) =>
      client.post('order/create', { side: 'Buy', orderType: 'Limit', qty: '0.001', price: '59500', ...params }),
    market: (params = {}) => client.order({ orderType: 'Market', qty: '0.1', ...params }),
  }
  return client
}

test.each(ROWS)('retCode $code: $when', async (row) => {
  const clock = manualClock(NOW_MS)
  await using exchange = await startExchange({ world: worldOf(row), clock })
  const { status, json } = await row.make(clientOf(exchange, clock))
  expect({ status, retCode: json?.['retCode'], retMsg: json?.['retMsg'] }).toEqual({
    status: 200,
    retCode: row.code,
    retMsg: expect.stringMatching(/\S/),
  })
  if (row.code !== 0) expect(json).toMatchObject({ result: {}, retExtInfo: {}, time: expect.any(Number) })
})

test('every code of the facts is made here or at its own door, or says why it is not', () => {
  const told = [
    ...new Set(ROWS.map(({ code }) => code)),
    ...Object.keys({ ...MADE_ELSEWHERE, ...NOT_MADE }).map(Number),
  ]
  expect(told.toSorted()).toEqual([...FACTS_CODES].toSorted())
  for (const reason of Object.values(NOT_MADE)) expect(reason.length).toBeGreaterThan(15)
})
