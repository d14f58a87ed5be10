import { expect, test } from 'vitest'
import { type Random, seededRandom } from '../../seams/random.ts'
import { type Bench, createBench, MAIN, noLimits, OTHER, privateRows, type Row, worldOf } from './test-support/bench.ts'
import type { Push } from './types.ts'

/** Facts §4.1, as a table: what a row of an order may say after what the last one said. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  '': ['New', 'PartiallyFilled', 'Filled', 'Cancelled', 'Rejected', 'Untriggered'],
  New: ['New', 'PartiallyFilled', 'Filled', 'Cancelled'],
  PartiallyFilled: ['PartiallyFilled', 'Filled', 'Cancelled'],
  Untriggered: ['Untriggered', 'Triggered', 'Deactivated'],
  Triggered: ['New', 'PartiallyFilled', 'Filled', 'Cancelled', 'Rejected'],
  Filled: [],
  Cancelled: [],
  Rejected: [],
  Deactivated: [],
}
const ACCOUNTS = [MAIN, OTHER]
const BTC = { symbol: 'BTCUSDT' }
const STEPS = 400

type Params = Record<string, unknown>

/** Something a client may do, sensible or not. */
function draw(random: Random, ids: readonly string[], isHedge: boolean): { path: string; params: Params } {
  const pick = <T>(all: readonly T[]): T => all[random.integer(0, all.length - 1)]!
  const near = (bps: number): string =>
    (Math.round(600_000 * (1 + (random.next() - 0.5) * (bps / 5_000))) / 10).toFixed(2)
  const maybe = (share: number, params: Params): Params => (random.next() < share ? params : {})
  const orderId = ids.length === 0 ? '' : pick(ids.slice(-30))
  const positionIdx = isHedge ? pick([1, 2]) : 0
  const kind = random.next()
  if (kind < 0.12) return { path: '/v5/order/cancel', params: { orderId } }
  if (kind < 0.24) {
    const change = pick<Params>([
      { qty: `0.0${random.integer(10, 40)}` },
      { price: near(40) },
      { triggerPrice: near(40) },
      { takeProfit: '0' },
    ])
    return { path: '/v5/order/amend', params: { orderId, ...change } }
  }
  if (kind < 0.26)
    return { path: '/v5/order/cancel-all', params: maybe(0.7, { orderFilter: pick(['Order', 'StopOrder']) }) }
  if (kind < 0.36) {
    const change = pick<Params>([
      { takeProfit: near(60) },
      { stopLoss: near(60) },
      { trailingStop: '30.00' },
      { takeProfit: '0' },
    ])
    return {
      path: '/v5/position/trading-stop',
      params: { positionIdx, ...change, ...maybe(0.4, { tpslMode: 'Partial' }) },
    }
  }
  const orderType = random.next() < 0.3 ? 'Market' : 'Limit'
  const terms = {
    ...maybe(0.25, {
      triggerPrice: near(30),
      triggerDirection: pick([1, 2]),
      triggerBy: pick(['LastPrice', 'MarkPrice', 'IndexPrice']),
    }),
    ...maybe(0.2, { takeProfit: near(60), stopLoss: near(60), tpslMode: pick(['Full', 'Partial']) }),
    ...maybe(0.15, { reduceOnly: true }),
    ...maybe(0.1, { rpiTakerAccess: true }),
    ...maybe(0.2, { smpType: pick(['CancelMaker', 'CancelTaker', 'CancelBoth']) }),
    timeInForce: pick(['GTC', 'GTC', 'IOC', 'FOK', 'PostOnly', 'RPI']),
  }
  const order = {
    side: pick(['Buy', 'Sell']),
    orderType,
    qty: `0.0${random.integer(10, 60)}`,
    price: near(20),
    positionIdx,
  }
  return { path: '/v5/order/create', params: { ...order, ...terms } }
}

/** Every order's latest row; a row that may not follow fails the test. */
function follow(last: Map<string, Row>, pushes: readonly Push[], where: string): void {
  for (const account of ACCOUNTS) {
    for (const row of privateRows(pushes, 'order', account)) {
      const before = last.get(row['orderId']!)
      const step = `${where}: ${row['orderId']} ${before?.['orderStatus'] ?? ''} -> ${row['orderStatus']}`
      if (row['rejectReason'] === 'EC_OrigClOrdIDDoesNotExist') {
        expect(before?.['orderStatus'], step).toBe('Filled')
        continue
      }
      expect(NEXT[before?.['orderStatus'] ?? ''], step).toContain(row['orderStatus'])
      expect(Number(row['cumExecQty']), step).toBeGreaterThanOrEqual(Number(before?.['cumExecQty'] ?? 0))
      expect(Number(row['cumExecQty']) + Number(row['leavesQty']), step).toBeLessThanOrEqual(Number(row['qty']) + 1e-9)
      last.set(row['orderId']!, row)
    }
  }
}

function pagesOf(bench: Bench, path: string, params: Params, account: string): Row[] {
  const rows: Row[] = []
  for (let cursor = ''; ; ) {
    const page = bench.get(path, { ...params, limit: 100, cursor }, account).result as {
      list: Row[]
      nextPageCursor: string
    }
    rows.push(...page.list)
    if (page.nextPageCursor === '') return rows
    cursor = page.nextPageCursor
  }
}

/** Money and lots are where the executions say, and what is open by the rows is open by the books. */
function checkBooks(bench: Bench, last: ReadonlyMap<string, Row>, isHedge: boolean, where: string): void {
  for (const account of ACCOUNTS) {
    const open = pagesOf(bench, '/v5/order/realtime', BTC, account)
    const closed = pagesOf(bench, '/v5/order/history', BTC, account)
    for (const row of [...open, ...closed]) {
      expect(last.get(row['orderId']!), where).toMatchObject({
        orderStatus: row['orderStatus'],
        cumExecQty: row['cumExecQty'],
      })
    }
    const idxOf = new Map([...open, ...closed].map((row) => [row['orderId'], Number(row['positionIdx'])]))
    for (const idx of isHedge ? [1, 2] : [0]) {
      const executions = pagesOf(bench, '/v5/execution/list', BTC, account).filter(
        (row) => idxOf.get(row['orderId']) === idx,
      )
      const lots = executions.reduce((sum, row) => sum + Number(row['execQty']) * (row['side'] === 'Buy' ? 1 : -1), 0)
      const position = bench.position('BTCUSDT', idx, account)
      const held = Number(position['size']) * (position['side'] === 'Sell' ? -1 : 1)
      expect(lots, `${where}: account ${account}, idx ${idx}`).toBeCloseTo(held, 9)
      // TP, SL and trailing stop are there as long as their position is, and on the other side of it.
      const own = open.filter(
        (row) => Number(row['positionIdx']) === idx && String(row['createType']).match(/Profit|Loss|Trailing/),
      )
      for (const row of own) expect(row['side'], where).toBe(held > 0 ? 'Sell' : held < 0 ? 'Buy' : 'none')
    }
  }
}

test.each([
  ['calm', false, 0],
  ['calm', true, 40],
  ['thin', false, 40],
  ['thin', true, 0],
])(
  'in a %s world (hedge %s, cancels %i ms late) no order ever takes a step the venue does not have',
  (name, isHedge, cancelDelayMs) => {
    const seen = new Set<string>()
    for (let seed = 1; seed <= 6; seed += 1) {
      // To replay one failure: keep its seed alone.
      const random = seededRandom(`order-life/${name}/${isHedge}/${seed}`)
      const bench = createBench(
        worldOf(name, (world) => {
          noLimits(world)
          world.matching.cancelDelayMs = cancelDelayMs
          for (const account of world.accounts) account.positionMode = isHedge ? 3 : 0
        }),
      )
      const last = new Map<string, Row>()
      const ids: Record<string, string[]> = { [MAIN]: [], [OTHER]: [] }
      for (let step = 0; step < STEPS; step += 1) {
        const where = `seed ${seed}, step ${step}`
        const account = ACCOUNTS[step % 2]!
        const { path, params } = draw(random, ids[account]!, isHedge)
        const { reply, pushes } = bench.post(path, { ...BTC, ...params }, account)
        expect(
          [
            0, 10001, 34040, 110001, 110007, 110009, 110017, 110022, 110061, 110064, 110079, 110092, 110093, 110094,
            110118,
          ],
          where,
        ).toContain(reply.retCode)
        const { orderId } = reply.result as { orderId?: string }
        if (path === '/v5/order/create' && orderId !== undefined) ids[account]!.push(orderId)
        follow(last, pushes, where)
        if (random.next() < 0.3) follow(last, bench.pass(random.integer(1, 200)), where)
        if (random.next() < 0.02) {
          const bps = random.integer(-15, 15)
          follow(last, bench.core.control({ do: 'move', symbol: 'BTCUSDT', bps }, bench.nowMs()), where)
        }
      }
      follow(last, bench.pass(1_000), `seed ${seed}, end`)
      checkBooks(bench, last, isHedge, `seed ${seed}`)
      for (const row of last.values()) for (const word of ['orderStatus', 'createType']) seen.add(row[word]!)
    }
    // The flow has been everywhere, else it shows nothing.
    const kinds = ['ByUser', 'ByStopOrder', 'ByTakeProfit', 'ByStopLoss', 'ByTrailingStop', 'ByPartialTakeProfit']
    const everywhere = ['New', 'Filled', 'Cancelled', 'Deactivated', ...kinds.map((kind) => `Create${kind}`)]
    expect([...seen]).toEqual(expect.arrayContaining(everywhere))
  },
  60_000,
)
