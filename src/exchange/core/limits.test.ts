import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLimit, visit, windowMsOf } from './limits.ts'
import { ROUTES } from './routes.ts'
import { createBench, type Mutable, worldOf } from './test-support/bench.ts'

/**
 * Per second, demo funds per minute; batches are counted in orders. Source: facts §9, default tier; symbol-info and
 * set-hedging-mode have no documented number.
 */
const CAPS: Readonly<Record<string, number>> = {
  '/v5/order/create': 10,
  '/v5/order/amend': 10,
  '/v5/order/cancel': 10,
  '/v5/order/cancel-all': 10,
  '/v5/order/create-batch': 10,
  '/v5/order/amend-batch': 10,
  '/v5/order/cancel-batch': 10,
  '/v5/order/disconnected-cancel-all': 5,
  '/v5/order/realtime': 50,
  '/v5/order/history': 50,
  '/v5/execution/list': 50,
  '/v5/position/list': 50,
  '/v5/position/closed-pnl': 50,
  '/v5/position/set-leverage': 10,
  '/v5/position/switch-mode': 10,
  '/v5/position/trading-stop': 10,
  '/v5/position/add-margin': 10,
  '/v5/position/set-auto-add-margin': 10,
  '/v5/position/symbol-info': 50,
  '/v5/account/wallet-balance': 50,
  '/v5/account/info': 50,
  '/v5/account/transaction-log': 25,
  '/v5/account/fee-rate': 5,
  '/v5/account/smp-group': 5,
  '/v5/account/query-dcp-info': 5,
  '/v5/account/set-margin-mode': 5,
  '/v5/account/set-limit-px-action': 10,
  '/v5/account/set-hedging-mode': 10,
  '/v5/account/demo-apply-money': 1,
  '/v5/asset/coin/query-info': 5,
  '/v5/user/query-api': 10,
}

const counted = [...ROUTES].filter(([, { limit }]) => limit !== null)

test.each(counted)(
  '%s is let through as often as the venue says, then refused with 10006 until its window is over',
  (path, { method }) => {
    const bench = createBench(worldOf('calm'))
    const cap = CAPS[path]!
    const ask = () => (method === 'GET' ? bench.get(path, {}) : bench.post(path, {}).reply)
    for (let left = cap - 1; left >= 0; left -= 1) {
      const { retCode, limit } = ask()
      expect(retCode).not.toBe(10006)
      expect(limit).toEqual({ limit: cap, remaining: left, resetMs: bench.nowMs() })
    }
    const windowMs = path.endsWith('apply-money') ? 60_000 : 1000
    const refused = {
      retCode: 10006,
      retMsg: 'Too many visits. Exceeded the API Rate Limit.',
      result: {},
      retExtInfo: {},
    }
    if (!path.endsWith('-batch')) {
      expect(ask()).toEqual({ ...refused, limit: { limit: cap, remaining: 0, resetMs: bench.nowMs() + windowMs } })
    }
    bench.pass(windowMs - 1)
    if (!path.endsWith('-batch')) expect(ask().retCode).toBe(10006)
    bench.pass(1)
    expect(ask().limit).toMatchObject({ limit: cap, remaining: cap - 1 })
  },
)

test('every counted endpoint has a counter of its own: ten creates, ten amends and ten cancels fit into one second', () => {
  const bench = createBench(worldOf('calm'))
  for (const path of ['create', 'amend', 'cancel', 'cancel-all', 'create-batch']) {
    for (let i = 0; i < 10; i += 1) expect(bench.post(`/v5/order/${path}`, {}).reply.retCode).not.toBe(10006)
  }
  expect(bench.post('/v5/order/create', {}).reply.retCode).toBe(10006)
})

test('every endpoint that is counted has its number here', () => {
  expect(counted.map(([path]) => path).filter((path) => !(path in CAPS))).toEqual([])
})

test('one account does not spend what another may', () => {
  const bench = createBench(worldOf('calm'))
  for (let i = 0; i < 10; i += 1) bench.post('/v5/order/create', {})
  expect(bench.post('/v5/order/create', {}).reply.retCode).toBe(10006)
  expect(bench.post('/v5/order/create', {}, '1000002').reply.limit?.remaining).toBe(9)
})

test('a world may have other limits, as a VIP account does', () => {
  const bench = createBench(worldOf('calm', (world: Mutable<ReturnType<typeof worldOf>>) => (world.limits.create = 20)))
  for (let i = 0; i < 20; i += 1) expect(bench.post('/v5/order/create', {}).reply.retCode).not.toBe(10006)
  expect(bench.post('/v5/order/create', {}).reply.retCode).toBe(10006)
})

test('what a request is refused for later still counts; a request over the limit does not', () => {
  const counter = createLimit(2, 1000)
  expect([0, 400, 900, 1000, 1399, 1400].map((ms) => visit(counter, ms).admitted)).toEqual([1, 1, 0, 1, 0, 1])
})

test('demo funds are counted by the minute', () => {
  expect([windowMsOf('applyMoney'), windowMsOf('create')]).toEqual([60_000, 1000])
})

test('in any window no more visits than the limit are let through, and none is refused while there is room', () => {
  const property = fc.property(
    fc.integer({ min: 1, max: 12 }),
    fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 400 }), asked: fc.integer({ min: 0, max: 15 }) }), {
      maxLength: 60,
    }),
    (limit, calls) => {
      const counter = createLimit(limit, 1000)
      const admittedAt: number[] = []
      let nowMs = 0
      for (const { afterMs, asked } of calls) {
        nowMs += afterMs
        const used = admittedAt.filter((ms) => ms > nowMs - 1000).length
        const verdict = visit(counter, nowMs, asked)
        expect(verdict.admitted).toBe(Math.min(asked, limit - used))
        for (let i = 0; i < verdict.admitted; i += 1) admittedAt.push(nowMs)
        expect(verdict.remaining).toBe(asked > verdict.admitted ? 0 : limit - used - asked)
        const oldest = admittedAt.at(-limit)
        expect(verdict.resetMs).toBe(asked > verdict.admitted ? oldest! + 1000 : nowMs)
      }
    },
  )
  fc.assert(property)
})
