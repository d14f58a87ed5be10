/**
 * A day of the npm package `bybit-api`, unmodified, told nothing but the addresses. A hedged pair and its streams:
 * bybit-api.test.ts.
 */
import { type OrderParamsV5, RestClientV5, WebsocketAPIClient } from 'bybit-api'
import { expect, test } from 'vitest'
import { startExchange } from './server.ts'
import type { RunningExchange } from './shell.ts'
import { listen } from './test-support/bybit-api.ts'
import { shippedWorld } from './test-support/worlds.ts'

const SYMBOL = 'BTCUSDT'
const LINEAR = { category: 'linear', symbol: SYMBOL } as const

async function day(run: (rest: RestClientV5, exchange: RunningExchange) => Promise<void>): Promise<void> {
  await using exchange = await startExchange({ world: shippedWorld('calm') })
  const { apiKey: key, apiSecret: secret, restUrl: baseUrl } = exchange
  await run(new RestClientV5({ key, secret, baseUrl }), exchange)
}

type Reply<T> = { readonly retCode: number; readonly retMsg: string; readonly result: T }

/** The result of a call that must be accepted. */
async function done<T>(reply: Promise<Reply<T>>): Promise<T> {
  const { retCode, retMsg, result } = await reply
  expect({ retCode, retMsg }).toMatchObject({ retCode: 0 })
  return result
}

async function touch(rest: RestClientV5): Promise<{ readonly bid: number; readonly ask: number }> {
  const { a, b } = await done(rest.getOrderbook({ ...LINEAR, limit: 1 }))
  return { bid: Number(b[0]![0]), ask: Number(a[0]![0]) }
}

const limit = (price: number, more: Partial<OrderParamsV5> = {}): OrderParamsV5 => ({
  ...LINEAR,
  side: 'Buy',
  orderType: 'Limit',
  qty: '0.01',
  price: price.toFixed(1),
  positionIdx: 1,
  ...more,
})

test('bybit-api reads markets, wallet and settings, and sets hedge mode and leverage', () =>
  day(async (rest) => {
    expect((await done(rest.getInstrumentsInfo({ category: 'linear' }))).list.map(({ symbol }) => symbol)).toEqual([
      'BTCUSDT',
      'ETHUSDT',
      'SOLUSDT',
    ])
    const [wallet] = (await done(rest.getWalletBalance({ accountType: 'UNIFIED' }))).list
    expect(wallet!.coin.find(({ coin }) => coin === 'USDT')!.walletBalance).toBe('100000')
    await done(rest.switchPositionMode({ ...LINEAR, mode: 3 }))
    await done(rest.setLeverage({ ...LINEAR, buyLeverage: '5', sellLeverage: '5' }))
    expect((await rest.setLeverage({ ...LINEAR, buyLeverage: '5', sellLeverage: '5' })).retCode).toBe(110043)
    const { list } = await done(rest.getPositionInfo(LINEAR))
    expect(list.map(({ positionIdx, leverage, side }) => ({ positionIdx, leverage, side }))).toEqual(
      expect.arrayContaining([
        { positionIdx: 1, leverage: '5', side: '' },
        { positionIdx: 2, leverage: '5', side: '' },
      ]),
    )
  }))

test('bybit-api places every kind of order, amends, cancels, works in batches, and finds all of it in the books', () =>
  day(async (rest) => {
    await done(rest.switchPositionMode({ ...LINEAR, mode: 3 }))
    const { bid, ask } = await touch(rest)
    const { orderId } = await done(rest.submitOrder(limit(bid - 100, { orderLinkId: 'day-1' })))
    await done(rest.amendOrder({ ...LINEAR, orderId, qty: '0.02', price: (bid - 120).toFixed(1) }))
    const [open] = (await done(rest.getActiveOrders(LINEAR))).list
    expect(open).toMatchObject({ orderId, orderLinkId: 'day-1', qty: '0.020', orderStatus: 'New' })
    expect(Number(open!.price)).toBeCloseTo(bid - 120, 6)
    await done(rest.cancelOrder({ ...LINEAR, orderLinkId: 'day-1' }))
    expect((await rest.cancelOrder({ ...LINEAR, orderLinkId: 'day-1' })).retCode).toBe(110001)
    expect((await rest.submitOrder(limit(bid - 100, { orderLinkId: 'day-1' }))).retCode).toBe(110072)

    await done(rest.submitOrder({ ...LINEAR, side: 'Buy', orderType: 'Market', qty: '0.02', positionIdx: 1 }))
    await done(rest.submitOrder(limit(bid - 50, { side: 'Sell', positionIdx: 2, timeInForce: 'IOC' })))
    const post = await done(rest.submitOrder(limit(ask + 50, { timeInForce: 'PostOnly' })))
    const trigger = await done(
      rest.submitOrder(limit(bid - 900, { triggerPrice: (bid - 800).toFixed(1), triggerDirection: 2 })),
    )
    const history = (await done(rest.getHistoricOrders(LINEAR))).list
    expect(history.find((row) => row.orderId === post.orderId)).toMatchObject({
      orderStatus: 'Cancelled',
      rejectReason: 'EC_PostOnlyWillTakeLiquidity',
    })
    expect((await done(rest.getActiveOrders({ ...LINEAR, orderFilter: 'StopOrder' }))).list).toMatchObject([
      { orderId: trigger.orderId, orderStatus: 'Untriggered' },
    ])
    expect((await done(rest.cancelAllOrders({ ...LINEAR }))).list.map((each) => each.orderId)).toEqual([
      trigger.orderId,
    ])

    const orders = [200, 300].map((below) => {
      const { category: _category, ...order } = limit(bid - below)
      return order
    })
    const batch = await rest.batchSubmitOrders('linear', orders)
    expect(batch.retExtInfo.list.map(({ code }) => code)).toEqual([0, 0])
    const cancelled = await rest.batchCancelOrders(
      'linear',
      batch.result.list.map((each) => ({ symbol: SYMBOL, orderId: each.orderId })),
    )
    expect(cancelled.retExtInfo.list.map(({ code }) => code)).toEqual([0, 0])

    await done(
      rest.submitOrder({
        ...LINEAR,
        side: 'Sell',
        orderType: 'Market',
        qty: '0',
        positionIdx: 1,
        reduceOnly: true,
        closeOnTrigger: true,
      }),
    )
    await done(
      rest.submitOrder({ ...LINEAR, side: 'Buy', orderType: 'Market', qty: '0.01', positionIdx: 2, reduceOnly: true }),
    )
    expect((await done(rest.getPositionInfo({ category: 'linear', settleCoin: 'USDT' }))).list).toEqual([])
    expect((await done(rest.getClosedPnL(LINEAR))).list).toHaveLength(2)
    const fills = (await done(rest.getExecutionList(LINEAR))).list
    expect(fills.reduce((sum, row) => sum + Number(row.execQty), 0)).toBeCloseTo(0.06, 9)
    expect((await done(rest.getTransactionLog({ accountType: 'UNIFIED' }))).list.length).toBeGreaterThan(0)
  }))

test('bybit-api sees an order fill in part, rest with the remainder, and end cancelled with what it got', () =>
  day(async (rest) => {
    const { ask } = await touch(rest)
    const { orderId } = await done(rest.submitOrder(limit(ask, { qty: '8', positionIdx: 0 })))
    const [open] = (await done(rest.getActiveOrders(LINEAR))).list
    expect(open).toMatchObject({ orderId, orderStatus: 'PartiallyFilled' })
    expect(Number(open!.leavesQty) + Number(open!.cumExecQty)).toBeCloseTo(8, 9)
    await done(rest.cancelOrder({ ...LINEAR, orderId }))
    const [ended] = (await done(rest.getHistoricOrders({ ...LINEAR, orderId }))).list
    expect(ended).toMatchObject({ orderStatus: 'Cancelled', leavesQty: '0.000' })
    const { list } = await done(rest.getExecutionList({ ...LINEAR, orderId }))
    expect(list.reduce((sum, row) => sum + Number(row.execQty), 0)).toBeCloseTo(Number(ended!.cumExecQty), 9)
  }))

test('bybit-api follows history by cursor, and every row comes once', () =>
  day(async (rest) => {
    const sides = Array.from({ length: 10 }, (_, count) => (count % 2 === 0 ? 'Buy' : 'Sell') as 'Buy' | 'Sell')
    for (const side of sides) await done(rest.submitOrder({ ...LINEAR, side, orderType: 'Market', qty: '0.001' }))
    const ids: string[] = []
    let cursor: string | undefined
    do {
      const page = await done(rest.getHistoricOrders({ ...LINEAR, limit: 3, ...(cursor ? { cursor } : {}) }))
      ids.push(...page.list.map(({ orderId }) => orderId))
      cursor = page.nextPageCursor
    } while (cursor)
    expect(ids).toHaveLength(10)
    expect(new Set(ids).size).toBe(10)
  }))

test('bybit-api trades over the trade socket', () =>
  day(async (rest, { apiKey: key, apiSecret: secret, tradeUrl }) => {
    const silent = (): undefined => undefined
    const trade = new WebsocketAPIClient(
      { key, secret, wsUrl: tradeUrl, attachEventListeners: false },
      { trace: silent, info: silent, error: silent },
    )
    try {
      const { bid } = await touch(rest)
      const placed = await trade.submitNewOrder(limit(bid - 100, { positionIdx: 0, orderLinkId: 'socket-1' }))
      expect(placed).toMatchObject({ retCode: 0, data: { orderLinkId: 'socket-1' } })
      await trade.cancelOrder({ ...LINEAR, orderLinkId: 'socket-1' })
      expect((await done(rest.getHistoricOrders({ ...LINEAR, orderLinkId: 'socket-1' }))).list).toMatchObject([
        { orderStatus: 'Cancelled', cumExecQty: '0.000' },
      ])
    } finally {
      trade.getWSClient().closeAll(true)
    }
  }))

test('bybit-api reconnects and subscribes again when the venue cuts its sockets', () =>
  day(async (rest, exchange) => {
    const { apiKey: key, apiSecret: secret, publicUrl, privateUrl } = exchange
    using market = await listen({ wsUrl: publicUrl }, [`orderbook.50.${SYMBOL}`])
    using account = await listen({ wsUrl: privateUrl, key, secret }, ['order', 'execution', 'position', 'wallet'])
    await market.until(`orderbook.50.${SYMBOL}`, (rows) => rows.length > 1)
    exchange.cutStreams('public', 'reset')
    exchange.cutStreams('private', 'close')
    await Promise.all([market.reconnected, account.reconnected])
    const before = market.count(`orderbook.50.${SYMBOL}`)
    await market.until(`orderbook.50.${SYMBOL}`, (rows) => rows.length > before)
    await expect
      .poll(() => rest.submitOrder(MARKET_BUY).then(() => account.count('execution') * account.count('wallet')), {
        interval: 200,
        timeout: 60_000,
      })
      .toBeGreaterThan(0)
  }))

const MARKET_BUY: OrderParamsV5 = { ...LINEAR, side: 'Buy', orderType: 'Market', qty: '0.001' }
