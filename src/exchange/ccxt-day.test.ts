/**
 * A day of a client nobody of us wrote: ccxt and ccxt.pro, unmodified, told nothing but the addresses.
 */
import ccxt from 'ccxt'
import { expect, test } from 'vitest'
import { systemClock } from '../seams/clock.ts'
import { startExchange } from './server.ts'
import type { RunningExchange } from './shell.ts'
import { shippedWorld } from './test-support/worlds.ts'

const SYMBOL = 'BTC/USDT:USDT'
const LONG = { positionIdx: 1 }
const SHORT = { positionIdx: 2 }

type Client = InstanceType<typeof ccxt.pro.bybit>

/** Base addresses are all that is changed. ccxt asks for its agents before it opens a `ws:` address. */
async function client(exchange: RunningExchange): Promise<Client> {
  const { restUrl, publicUrl, apiKey, apiSecret } = exchange
  const bybit = new ccxt.pro.bybit({
    apiKey,
    secret: apiSecret,
    options: { defaultType: 'swap' },
    enableRateLimit: false,
  })
  const api = bybit.urls['api'] as Record<string, unknown>
  for (const [name, value] of Object.entries(api)) if (typeof value === 'string') api[name] = restUrl
  const streams = publicUrl.replace('/v5/public/linear', '')
  api['ws'] = JSON.parse(JSON.stringify(api['ws']).replaceAll(/wss:\/\/stream\.(?:\{hostname\}|bybit\.com)/g, streams))
  await bybit.loadHttpProxyAgent()
  return bybit
}

async function day(run: (bybit: Client, exchange: RunningExchange) => Promise<void>): Promise<void> {
  await using exchange = await startExchange({ world: shippedWorld('calm') })
  const bybit = await client(exchange)
  try {
    await bybit.loadMarkets()
    await run(bybit, exchange)
  } finally {
    await bybit.close()
  }
}

/** Acts again and again until what is watched for has come: an act before the subscription is heard of nobody. */
async function provoked<T>(watch: () => Promise<T>, act: () => Promise<unknown>): Promise<T> {
  let isHeard = false
  const heard = watch().finally(() => {
    isHeard = true
  })
  while (!isHeard) {
    await act()
    await Promise.race([heard, systemClock.sleep(100)])
  }
  return heard
}

test('ccxt loads the markets, and other categories are empty, not errors', () =>
  day(async (bybit) => {
    expect(Object.keys(bybit.markets!)).toEqual(['BTC/USDT:USDT', 'ETH/USDT:USDT', 'SOL/USDT:USDT'])
    expect(bybit.markets![SYMBOL]).toMatchObject({
      contract: true,
      linear: true,
      precision: { price: 0.1, amount: 0.001 },
      limits: { leverage: { max: 100 } },
    })
  }))

test('ccxt reads market data: ticker, book, trades, candles, funding, open interest, leverage tiers', () =>
  day(async (bybit) => {
    const ticker = await bybit.fetchTicker(SYMBOL)
    expect(ticker.bid!).toBeLessThan(ticker.ask!)
    const book = await bybit.fetchOrderBook(SYMBOL, 5)
    expect([book.bids.length, book.asks.length]).toEqual([5, 5])
    expect((await bybit.fetchOHLCV(SYMBOL, '1m', undefined, 5)).length).toBeGreaterThan(0)
    expect(await bybit.fetchFundingRate(SYMBOL)).toMatchObject({ symbol: SYMBOL, fundingRate: 0.0001 })
    expect((await bybit.fetchFundingRateHistory(SYMBOL)).length).toBeGreaterThan(0)
    expect((await bybit.fetchOpenInterest(SYMBOL)).openInterestAmount).toBeGreaterThan(0)
    expect((await bybit.fetchMarketLeverageTiers(SYMBOL, {})).length).toBeGreaterThan(0)
    expect((await bybit.fetchTime())!).toBeGreaterThan(0)
  }))

test('ccxt trades a day: hedge mode, leverage, every kind of order, amend, cancel, batch, positions, history', () =>
  day(async (bybit) => {
    await bybit.setPositionMode(true, SYMBOL)
    await bybit.setLeverage(5, SYMBOL)
    const { bid } = await bybit.fetchTicker(SYMBOL)
    const below = (usd: number): number => Number(bybit.priceToPrecision(SYMBOL, bid! - usd))

    const resting = await bybit.createOrder(SYMBOL, 'limit', 'buy', 0.01, below(100), {
      ...LONG,
      clientOrderId: 'day-1',
    })
    await bybit.editOrder(resting.id!, SYMBOL, 'limit', 'buy', 0.02, below(120), {})
    const [open] = await bybit.fetchOpenOrders(SYMBOL)
    expect(open).toMatchObject({ id: resting.id, clientOrderId: 'day-1', amount: 0.02, price: below(120) })
    await bybit.cancelOrder(resting.id!, SYMBOL)

    await bybit.createOrder(SYMBOL, 'market', 'buy', 0.01, undefined, LONG)
    await bybit.createOrder(SYMBOL, 'limit', 'sell', 0.01, below(50), { ...SHORT, timeInForce: 'IOC' })
    const posted = await bybit.createOrder(SYMBOL, 'limit', 'buy', 0.01, below(10), { ...LONG, postOnly: true })
    const waiting = await bybit.createOrder(SYMBOL, 'limit', 'buy', 0.01, below(1_000), {
      ...LONG,
      triggerPrice: below(500),
      triggerDirection: 'descending',
    })
    const held = (await bybit.fetchPositions([SYMBOL])).map(({ side, contracts }) => ({ side, contracts }))
    expect(held).toEqual([
      { side: 'long', contracts: 0.01 },
      { side: 'short', contracts: 0.01 },
    ])
    const ended = (await bybit.cancelAllOrders(SYMBOL)) as unknown as { id: string }[]
    expect(ended.map(({ id }) => id).toSorted()).toEqual([posted.id, waiting.id].toSorted())

    const batch = await bybit.createOrders(
      [200, 300].map((usd) => ({
        symbol: SYMBOL,
        type: 'limit' as const,
        side: 'buy' as const,
        amount: 0.01,
        price: below(usd),
        params: LONG,
      })),
    )
    expect(batch).toHaveLength(2)
    expect(
      await bybit.cancelOrders(
        batch.map(({ id }) => id!),
        SYMBOL,
      ),
    ).toHaveLength(2)

    await bybit.createOrder(SYMBOL, 'market', 'sell', 0.01, undefined, { ...LONG, reduceOnly: true })
    await bybit.createOrder(SYMBOL, 'market', 'buy', 0.01, undefined, { ...SHORT, reduceOnly: true })
    expect((await bybit.fetchPositions([SYMBOL])).filter(({ contracts }) => contracts !== 0)).toEqual([])
    expect((await bybit.fetchPositionsHistory([SYMBOL])).length).toBe(2)
    expect((await bybit.fetchCanceledOrders(SYMBOL)).map(({ id }) => id)).toContain(resting.id)
    expect((await bybit.fetchClosedOrders(SYMBOL)).length).toBe(4)
    expect((await bybit.fetchMyTrades(SYMBOL)).length).toBeGreaterThanOrEqual(4)
    const balance = await bybit.fetchBalance()
    expect((balance['USDT'] as { total: number }).total).toBeLessThan(100_000)
    expect((await bybit.fetchLedger('USDT')).length).toBeGreaterThan(0)
    expect(await bybit.fetchTradingFee(SYMBOL)).toMatchObject({ taker: 0.00055, maker: 0.0002 })
  }))

test('ccxt sees an order fill in part, rest with the remainder, and end cancelled with what it got', () =>
  day(async (bybit) => {
    const { ask } = await bybit.fetchTicker(SYMBOL)
    const large = await bybit.createOrder(SYMBOL, 'limit', 'buy', 8, ask)
    const [open] = await bybit.fetchOpenOrders(SYMBOL)
    expect(open!.id).toBe(large.id)
    expect(open!.filled).toBeGreaterThan(0)
    expect(open!.remaining).toBeGreaterThan(0)
    await bybit.cancelOrder(large.id!, SYMBOL)
    const [ended] = await bybit.fetchCanceledOrders(SYMBOL)
    expect(ended).toMatchObject({ id: large.id, status: 'canceled', amount: 8 })
    const filled = (await bybit.fetchMyTrades(SYMBOL)).reduce((sum, trade) => sum + trade.amount!, 0)
    expect(ended!.filled).toBeCloseTo(filled, 9)
    expect((await bybit.fetchPositions([SYMBOL]))[0]!.contracts).toBeCloseTo(filled, 9)
  }))

test('ccxt follows order and trade history page by page', () =>
  day(async (bybit) => {
    for (let count = 0; count < 10; count += 1) {
      await bybit.createOrder(SYMBOL, 'market', count % 2 === 0 ? 'buy' : 'sell', 0.01)
    }
    const idsOf = async (ask: (params: object) => Promise<Record<string, Page>>, id: string): Promise<Set<unknown>> => {
      const ids = new Set<unknown>()
      let cursor = ''
      do {
        const { list, nextPageCursor } = (await ask({ category: 'linear', symbol: 'BTCUSDT', limit: 4, cursor }))[
          'result'
        ]!
        expect(list.length).toBeLessThanOrEqual(4)
        for (const row of list) ids.add(row[id])
        cursor = nextPageCursor
      } while (cursor !== '')
      return ids
    }
    expect((await idsOf((params) => bybit.privateGetV5OrderHistory(params), 'orderId')).size).toBe(10)
    const trades = await idsOf((params) => bybit.privateGetV5ExecutionList(params), 'execId')
    expect(trades.size).toBe((await bybit.fetchMyTrades(SYMBOL)).length)
  }))

interface Page {
  readonly list: readonly Readonly<Record<string, unknown>>[]
  readonly nextPageCursor: string
}

test('ccxt.pro hears the public and the private stream, and comes back after both are cut', () =>
  day(async (bybit, exchange) => {
    await bybit.setPositionMode(true, SYMBOL)
    const heard = async (): Promise<void> => {
      expect((await bybit.watchTicker(SYMBOL)).last).toBeGreaterThan(0)
      expect((await bybit.watchOrderBook(SYMBOL, 50)).bids.length).toBe(50)
      expect((await bybit.watchTrades(SYMBOL)).length).toBeGreaterThan(0)
    }
    await heard()
    const buy = () => bybit.createOrder(SYMBOL, 'market', 'buy', 0.01, undefined, LONG)
    const orders = await provoked(() => bybit.watchOrders(SYMBOL), buy)
    expect(orders.at(-1)).toMatchObject({ status: 'closed', filled: 0.01 })
    const trades = await provoked(() => bybit.watchMyTrades(SYMBOL), buy)
    expect(trades.at(-1)).toMatchObject({ side: 'buy', amount: 0.01 })

    // Each stream that is cut rejects what waits for it; asking again connects anew.
    exchange.cutStreams('public', 'reset')
    exchange.cutStreams('private', 'reset')
    await expect
      .poll(
        () =>
          heard().then(
            () => true,
            () => false,
          ),
        { timeout: 60_000 },
      )
      .toBe(true)
    const again = (): Promise<number> => provoked(() => bybit.watchMyTrades(SYMBOL), buy).then((mine) => mine.length)
    await expect.poll(() => again().catch(() => 0), { timeout: 60_000 }).toBeGreaterThan(0)
  }))
