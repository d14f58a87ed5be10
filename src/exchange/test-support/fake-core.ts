/**
 * A core of a few lines, so that tests of the shell say exactly what the core answers and pushes.
 */
import type { CoreReply, CoreRequest, ExchangeCore, Push, WorldChange } from '../core/types.ts'

export interface FakeCore extends ExchangeCore {
  readonly requests: CoreRequest[]
  readonly changes: WorldChange[]
  readonly subscribed: Set<string>
  /** What the next `handle` answers and pushes. */
  answer: { reply: CoreReply; pushes: readonly Push[] }
  /** Given out by the next `advance` at or after `dueMs`. */
  queue(dueMs: number, ...pushes: readonly Push[]): void
}

export const OK: CoreReply = { retCode: 0, retMsg: 'OK', result: {}, retExtInfo: {} }

export const KEY = 'demoKey000000000001'
export const SECRET = 'demoSecret0000000000000000000000000001'
export const OTHER_KEY = 'demoKey000000000002'
export const OTHER_SECRET = 'demoSecret0000000000000000000000000002'

const ACCOUNTS: ExchangeCore['accounts'] = new Map([
  [KEY, { accountId: '1001', apiSecret: SECRET }],
  [OTHER_KEY, { accountId: '1002', apiSecret: OTHER_SECRET }],
])

const TOPIC = /^(orderbook\.(1|50)|tickers|publicTrade)\.(AUSDT|BUSDT)$/

/** Two accounts whose keys are known everywhere, unless others are given. */
export function createFakeCore(accounts: ExchangeCore['accounts'] = ACCOUNTS): FakeCore {
  let queued: { dueMs: number; pushes: readonly Push[] }[] = []
  const core: FakeCore = {
    requests: [],
    changes: [],
    subscribed: new Set(),
    answer: { reply: OK, pushes: [] },
    accounts,
    queue(dueMs, ...pushes) {
      queued.push({ dueMs, pushes })
    },
    handle(request) {
      core.requests.push(request)
      return core.answer
    },
    advance(nowMs) {
      const due = queued.filter((each) => each.dueMs <= nowMs)
      queued = queued.filter((each) => each.dueMs > nowMs)
      return due.flatMap((each) => each.pushes)
    },
    nextDueMs: () => Math.min(Number.POSITIVE_INFINITY, ...queued.map((each) => each.dueMs)),
    subscribe(topic) {
      if (TOPIC.test(topic)) core.subscribed.add(topic)
      return TOPIC.test(topic)
    },
    unsubscribe: (topic) => void core.subscribed.delete(topic),
    snapshot: (topic, nowMs) => [bookFrame(topic, nowMs)],
    counters: () => ({ requests: core.requests.length }),
    control(change) {
      if ('symbol' in change && !['AUSDT', 'BUSDT'].includes(change.symbol))
        throw new RangeError(`symbol: no market for "${change.symbol}"`)
      core.changes.push(change)
      return []
    },
  }
  return core
}

export function bookFrame(topic: string, ts: number): Readonly<Record<string, unknown>> {
  return {
    topic,
    ts,
    type: 'snapshot',
    data: { s: topic.split('.').at(-1), b: [['1.0', '5']], a: [['1.1', '5']], u: 7 },
  }
}

export function publicPush(topic: string, ts = 1): Push {
  return { kind: 'public', topic, frame: bookFrame(topic, ts) }
}

export function orderPush(accountId: string, orderId: string, dueMs = 0): Push {
  return { kind: 'private', accountId, topic: 'order', rows: [{ category: 'linear', orderId }], dueMs }
}
