import { RestClientV5 } from 'bybit-api'
import { expect, test } from 'vitest'
import { startExchange } from './server.ts'
import type { RunningExchange } from './shell.ts'
import { listen, type Row } from './test-support/bybit-api.ts'
import { shippedWorld } from './test-support/worlds.ts'

/**
 * A client nobody of us wrote trades on the mock: the npm package `bybit-api`, told nothing but the addresses.
 */
const SYMBOL = 'BTCUSDT'
const WORLD = shippedWorld('calm')

interface Leg {
  readonly positionIdx: 1 | 2
  readonly side: 'Buy' | 'Sell'
}
const LEGS: readonly Leg[] = [
  { positionIdx: 1, side: 'Buy' },
  { positionIdx: 2, side: 'Sell' },
]

function restClient({ restUrl, apiKey, apiSecret }: RunningExchange): RestClientV5 {
  return new RestClientV5({ key: apiKey, secret: apiSecret, baseUrl: restUrl })
}

/** Ten dollars through the touch: a limit order that trades at once. */
async function placePair(rest: RestClientV5): Promise<readonly string[]> {
  const book = (await rest.getOrderbook({ category: 'linear', symbol: SYMBOL, limit: 1 })).result
  const prices = { Buy: Number(book.a[0]![0]) + 10, Sell: Number(book.b[0]![0]) - 10 }
  const replies = await Promise.all(
    LEGS.map(({ positionIdx, side }) =>
      rest.submitOrder({
        category: 'linear',
        symbol: SYMBOL,
        side,
        positionIdx,
        orderType: 'Limit',
        qty: '0.002',
        price: prices[side].toFixed(1),
        timeInForce: 'GTC',
        smpType: 'CancelMaker',
        orderLinkId: `pair-${positionIdx}`,
      }),
    ),
  )
  expect(replies.map(({ retCode, retMsg }) => ({ retCode, retMsg }))).toEqual(
    LEGS.map(() => ({ retCode: 0, retMsg: expect.any(String) })),
  )
  return replies.map(({ result }) => result.orderId)
}

async function closePair(rest: RestClientV5): Promise<void> {
  const replies = await Promise.all(
    LEGS.map(({ positionIdx, side }) =>
      rest.submitOrder({
        category: 'linear',
        symbol: SYMBOL,
        side: side === 'Buy' ? 'Sell' : 'Buy',
        positionIdx,
        orderType: 'Market',
        qty: '0.002',
        reduceOnly: true,
        orderLinkId: `close-${positionIdx}`,
      }),
    ),
  )
  expect(replies.map(({ retCode }) => retCode)).toEqual([0, 0])
}

async function sizes(rest: RestClientV5): Promise<Readonly<Record<number, number>>> {
  const { list } = (await rest.getPositionInfo({ category: 'linear', symbol: SYMBOL })).result
  return Object.fromEntries(list.map((row) => [row.positionIdx, Number(row.size)]))
}

const filled = (rows: readonly Row[], ids: readonly string[]): boolean =>
  ids.every((id) => rows.some((row) => row['orderLinkId'] === id && row['orderStatus'] === 'Filled'))

const executed = (rows: readonly Row[], id: string): number =>
  rows.filter((row) => row['orderLinkId'] === id).reduce((sum, row) => sum + Number(row['execQty']), 0)

test('the bybit-api package opens a hedged pair, sees it filled on REST and both sockets, and closes it flat', async () => {
  await using exchange = await startExchange({ world: WORLD })
  const { apiKey: key, apiSecret: secret, publicUrl, privateUrl } = exchange
  const rest = restClient(exchange)
  expect(await rest.switchPositionMode({ category: 'linear', symbol: SYMBOL, mode: 3 })).toMatchObject({ retCode: 0 })
  using market = await listen({ wsUrl: publicUrl }, [`orderbook.1.${SYMBOL}`])
  using account = await listen({ wsUrl: privateUrl, key, secret }, ['order', 'execution', 'position'])
  await market.until(`orderbook.1.${SYMBOL}`, (rows) => rows.length >= 2)

  const orderIds = await placePair(rest)

  await account.until('order', (rows) => filled(rows, ['pair-1', 'pair-2']))
  const executions = await account.until('execution', (rows) =>
    LEGS.every((leg) => executed(rows, `pair-${leg.positionIdx}`) > 0.0019),
  )
  expect(new Set(executions.map((row) => row['orderId']))).toEqual(new Set(orderIds))
  await account.until('position', (rows) =>
    LEGS.every((leg) => rows.some((row) => row['positionIdx'] === leg.positionIdx && row['size'] === '0.002')),
  )
  expect(await sizes(rest)).toEqual({ 1: 0.002, 2: 0.002 })
  const history = (await rest.getHistoricOrders({ category: 'linear', symbol: SYMBOL })).result.list
  expect(history.map(({ orderLinkId, orderStatus }) => `${orderLinkId} ${orderStatus}`).toSorted()).toEqual([
    'pair-1 Filled',
    'pair-2 Filled',
  ])

  await closePair(rest)

  await account.until('order', (rows) => filled(rows, ['close-1', 'close-2']))
  expect(await sizes(rest)).toEqual({ 1: 0, 2: 0 })
  expect((await rest.getActiveOrders({ category: 'linear', symbol: SYMBOL })).result.list).toEqual([])
  const fills = (await rest.getExecutionList({ category: 'linear', symbol: SYMBOL })).result.list
  const ids = ['pair-1', 'pair-2', 'close-1', 'close-2']
  expect(ids.map((id) => executed(fills as unknown as Row[], id).toFixed(3))).toEqual(ids.map(() => '0.002'))
})
