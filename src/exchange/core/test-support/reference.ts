/**
 * The core and the naive venue side by side: the same requests go to both, and after each everything that can be seen
 * from outside must be the same.
 *
 *   request ─┬─► core  ─► retCode, rows of its pushes, REST lists ─┐
 *            └─► naive ─► retCode, fills, orders, positions ───────┴─► expect the same
 */
import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import { createExchange } from '../exchange.ts'
import type { CoreReply, ExchangeCore, Push } from '../types.ts'
import { START_MS } from './bench.ts'
import { NaiveVenue } from './naive.ts'
import { isOpen, leavesOf, type NaiveAccount, type NaiveFill, type NaiveIdx, type NaiveOrder } from './naive-model.ts'
import {
  ACCOUNTS,
  CASH_E8,
  e8,
  hundredths,
  levels,
  money,
  type Request,
  STILL_WORLD,
  SWEEPER,
  SYMBOL,
  TERMS,
  text,
  ticksOf,
} from './reference-world.ts'

type Row = Readonly<Record<string, unknown>>

export class Pair {
  readonly naive: NaiveVenue
  /** What the core says it took in fees, 1e-8 USDT. */
  feesE8 = 0n
  readonly #core: ExchangeCore
  /** The newest row of each order, by account and name. */
  readonly #rows = new Map<string, Row>()
  /** Orders whose end both sides agree on: looked at again only when a row of theirs comes. */
  readonly #settled = new Set<string>()
  readonly #ids = new Map<string, string>()
  readonly #names = ACCOUNTS.map((): string[] => [])
  #nowMs = START_MS
  #fillsSeen = 0
  #requests = 0

  constructor() {
    this.#core = createExchange(STILL_WORLD, { startMs: START_MS })
    this.#core.control({ do: 'hold', symbol: SYMBOL, on: true }, START_MS)
    const accounts = ACCOUNTS.map((id) => ({ id, cashE8: CASH_E8 }))
    this.naive = new NaiveVenue(TERMS, accounts)
    const book = this.read(null, '/v5/market/orderbook', { limit: '50' }) as { b: string[][]; a: string[][] }
    for (const [price, size] of book.b) this.naive.quote(true, hundredths(price), hundredths(size))
    for (const [price, size] of book.a) this.naive.quote(false, hundredths(price), hundredths(size))
    const [ticker] = (this.read(null, '/v5/market/tickers', {}) as { list: Row[] }).list
    expect(ticker).toMatchObject({ markPrice: '100.00', indexPrice: '100.00' })
  }

  /** Sends one request to both and compares everything. Answers the retCode. */
  step(request: Request): number {
    this.#nowMs += 1
    this.#requests += 1
    const { path, params, ask } = this.#translate(request)
    const id = ACCOUNTS[request.by]!
    const { reply, pushes } = this.#core.handle(
      { accountId: id, method: 'POST', path, params: { category: 'linear', symbol: SYMBOL, ...params } },
      this.#nowMs,
    )
    const wanted = ask()
    expect(reply.retCode, `${reply.retMsg} for ${path} ${JSON.stringify(params)}`).toBe(wanted)
    this.#learn(id, reply, pushes)
    this.#compareFills(pushes)
    this.#compareOrders()
    for (const account of this.naive.accounts) {
      if (account.id !== ACCOUNTS[SWEEPER] || request.by === SWEEPER) this.#compareAccount(account)
    }
    this.#compareBook()
    return wanted
  }

  /** Takes the whole book away in small bites: the order in which orders go is the order they stood in. */
  sweep(): void {
    for (const isBuy of [true, false]) {
      const isInReach = (order: NaiveOrder): boolean => (isBuy ? order.ticks <= 10_100 : order.ticks >= 9_900)
      while (this.naive.queue(!isBuy).some(isInReach)) {
        const bite = {
          isMarket: false,
          tif: 'IOC',
          lots: 9,
          closes: false,
          isWrongIdx: false,
          reduceOnly: false,
        } as const
        const rest = { closeOnTrigger: false, smp: 'None', name: 'new', price: { at: isBuy ? 10_200 : 9_800 } } as const
        this.step({ by: SWEEPER, do: 'create', isBuy, ...bite, ...rest })
      }
    }
  }

  #translate(request: Request): { path: string; params: Row; ask: () => number } {
    const id = ACCOUNTS[request.by]!
    const { naive } = this
    switch (request.do) {
      case 'create':
        return this.#create(request)
      case 'amend': {
        const name = this.#pick(request)
        const { ticks, lots } = request
        const price = ticks === null ? {} : { price: text(ticks) }
        const qty = lots === null ? {} : { qty: text(lots) }
        const params = { orderLinkId: name, ...price, ...qty }
        return { path: '/v5/order/amend', params, ask: () => naive.amend(id, name, { ticks, lots }) }
      }
      case 'cancel': {
        const name = this.#pick(request)
        return { path: '/v5/order/cancel', params: { orderLinkId: name }, ask: () => naive.cancel(id, name) }
      }
      case 'cancelAll':
        return { path: '/v5/order/cancel-all', params: {}, ask: () => naive.cancelAll(id) }
      case 'switchMode': {
        const { isHedge } = request
        const params = { mode: isHedge ? 3 : 0 }
        return { path: '/v5/position/switch-mode', params, ask: () => naive.switchMode(id, isHedge) }
      }
    }
  }

  #create(request: Extract<Request, { do: 'create' }>): { path: string; params: Row; ask: () => number } {
    const { by, isBuy, isMarket, tif, reduceOnly, closeOnTrigger, smp, closes, isWrongIdx } = request
    const ticks = ticksOf(request)
    const leg = isBuy === closes ? 2 : 1
    const id = ACCOUNTS[by]!
    // The venue cuts a reducing order above the maximum into several (§3.2); that has tests of its own.
    const lots =
      reduceOnly || closeOnTrigger || this.naive.account(id).isHedge ? Math.min(request.lots, 50) : request.lots
    const names = this.#names[by]!
    // Every order has a name here, so that both sides can speak of it.
    const name = request.name === 'used' ? (names.at(-1) ?? 'first') : `n${this.#requests}`
    names.push(name)
    const idx = (this.naive.account(id).isHedge === isWrongIdx ? 0 : leg) as NaiveIdx
    const price = isMarket ? {} : { price: text(ticks) }
    const flags = { reduceOnly, closeOnTrigger, smpType: smp, positionIdx: idx, orderLinkId: name }
    const side = { side: isBuy ? 'Buy' : 'Sell', orderType: isMarket ? 'Market' : 'Limit', timeInForce: tif }
    const asked = { name, isBuy, isMarket, tif, ticks, lots, idx, reduceOnly, closeOnTrigger, smp }
    return {
      path: '/v5/order/create',
      params: { ...side, ...price, qty: text(lots), ...flags },
      ask: () => this.naive.create(id, asked),
    }
  }

  /** An open order most of the time, else any name ever used, which has ended or never was. */
  #pick({ by, which }: { readonly by: number; readonly which: number }): string {
    const open = this.naive.openOrders(ACCOUNTS[by]!)
    if (which >= 0 && open.length > 0) return open[which % open.length]!.name
    const names = this.#names[by]!
    return names[Math.abs(which) % Math.max(1, names.length)] ?? 'never'
  }

  #learn(id: string, reply: CoreReply, pushes: readonly Push[]): void {
    const { orderId, orderLinkId } = reply.result as Record<string, string>
    if (orderId !== undefined) this.#ids.set(`${id} ${orderLinkId}`, orderId)
    for (const [account, row] of rowsOf(pushes, 'order')) {
      const key = `${account} ${row['orderLinkId']}`
      this.#rows.set(key, row)
      this.#settled.delete(key)
    }
  }

  #compareFills(pushes: readonly Push[]): void {
    const fresh = this.naive.fills.slice(this.#fillsSeen)
    this.#fillsSeen = this.naive.fills.length
    const core = rowsOf(pushes, 'execution')
    for (const [, row] of core) this.feesE8 += e8(row['execFee'])
    for (const id of ACCOUNTS) {
      const ours = fresh.filter((each) => each.account === id).map((each) => this.#fillRow(each))
      const theirs = core.filter(([account]) => account === id).map(([, row]) => fillFields(row))
      same(theirs, ours, `executions of ${id}`)
    }
  }

  #fillRow(fill: NaiveFill): Row {
    return {
      orderId: this.#ids.get(`${fill.account} ${fill.name}`),
      orderLinkId: fill.name,
      side: fill.isBuy ? 'Buy' : 'Sell',
      execPrice: text(fill.ticks),
      execQty: text(fill.lots),
      leavesQty: text(fill.leaves),
      isMaker: fill.isMaker,
      execFee: money(fill.feeE8),
      execPnl: money(fill.pnlE8),
      closedSize: fill.closedLots === 0 ? '' : text(fill.closedLots),
    }
  }

  #compareOrders(): void {
    for (const order of this.naive.orders) {
      const key = `${order.account?.id} ${order.name}`
      if (order.account === null || this.#settled.has(key)) continue
      const wanted = this.#orderRow(order)
      const row = this.#rows.get(key) ?? {}
      same(Object.fromEntries(Object.keys(wanted).map((field) => [field, row[field]])), wanted, `the row of ${key}`)
      if (!isOpen(order)) this.#settled.add(key)
    }
  }

  #orderRow(order: NaiveOrder): Row {
    const smpOrderId = order.smpOrder === '' ? '' : this.#ids.get(`${order.account?.id} ${order.smpOrder}`)
    return {
      orderStatus: order.status,
      price: text(order.ticks),
      qty: text(order.lots),
      cumExecQty: text(order.filled),
      leavesQty: text(leavesOf(order)),
      cancelType: order.cancelType,
      reduceOnly: order.reduceOnly,
      positionIdx: order.idx,
      smpOrderId,
      ...(order.rejectReason === null ? {} : { rejectReason: order.rejectReason }),
    }
  }

  #compareAccount(account: NaiveAccount): void {
    const open = this.read(account.id, '/v5/order/realtime', { limit: '50' }) as { list: Row[] }
    const shown = open.list.map((row) => [row['orderLinkId'], row['price'], row['leavesQty'], row['orderStatus']])
    const ours = this.naive.openOrders(account.id)
    const wanted = ours.toReversed().map((each) => [each.name, text(each.ticks), text(leavesOf(each)), each.status])
    same(shown, wanted, `open orders of ${account.id}`)
    const { list } = this.read(account.id, '/v5/position/list', {}) as { list: Row[] }
    // The venue gives the legs in no fixed order.
    const byIdx = list.toSorted((one, other) => Number(one['positionIdx']) - Number(other['positionIdx']))
    const rows = byIdx.map((row) =>
      ['positionIdx', 'side', 'size', 'avgPrice', 'cumRealisedPnl'].map((field) => row[field]),
    )
    const legs = account.isHedge ? ([1, 2] as const) : ([0] as const)
    const held = legs.map((idx) => positionFields(account, idx))
    same(rows, held, `positions of ${account.id}`)
    const wallet = this.read(account.id, '/v5/account/wallet-balance', { accountType: 'UNIFIED' }) as { list: Row[] }
    same(wallet.list[0]?.['totalWalletBalance'], money(account.cashE8), `cash of ${account.id}`)
  }

  #compareBook(): void {
    const { a, b } = this.read(null, '/v5/market/orderbook', { limit: '500' }) as { a: unknown; b: unknown }
    same({ b, a }, { b: levels(this.naive.queue(true)), a: levels(this.naive.queue(false)) }, 'the book')
  }

  /** What the core answers to a read. */
  read(accountId: string | null, path: string, params: Row): unknown {
    const asked = { category: 'linear', symbol: SYMBOL, ...params }
    const { reply } = this.#core.handle({ accountId, method: 'GET', path, params: asked }, this.#nowMs)
    if (reply.retCode !== 0) throw new Error(`${path}: ${reply.retCode} ${reply.retMsg}`)
    return reply.result
  }
}

/** Millions of these are asked, so the slow words are for the one that differs. */
function same(actual: unknown, wanted: unknown, what: string): void {
  if (!isDeepStrictEqual(actual, wanted)) expect(actual, what).toEqual(wanted)
}

function rowsOf(pushes: readonly Push[], topic: string): readonly (readonly [string, Row])[] {
  return pushes.flatMap((push) =>
    push.kind === 'private' && push.topic === topic ? push.rows.map((row) => [push.accountId, row] as const) : [],
  )
}

const FILL_FIELDS = ['orderId', 'orderLinkId', 'side', 'execPrice', 'execQty', 'leavesQty'] as const
const MONEY_FIELDS = ['isMaker', 'execFee', 'execPnl', 'closedSize'] as const

function fillFields(row: Row): Row {
  return Object.fromEntries([...FILL_FIELDS, ...MONEY_FIELDS].map((field) => [field, row[field]]))
}

function positionFields(account: NaiveAccount, idx: NaiveIdx): readonly unknown[] {
  const { lots, costE8, realisedE8 } = account.positions[idx]
  const side = lots === 0 ? '' : lots > 0 ? 'Buy' : 'Sell'
  // An average price is text of at most eight decimals; lots are hundredths.
  const average = lots === 0 ? '0' : money((costE8 * 100n) / BigInt(Math.abs(lots)))
  return [idx, side, lots === 0 ? '0' : text(Math.abs(lots)), average, money(realisedE8)]
}
