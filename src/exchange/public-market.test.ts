/**
 * The public stream over real sockets with the real core behind it: what a client meets that subscribes and listens.
 */
import { expect, test } from 'vitest'
import { createExchange } from './core/exchange.ts'
import { START_MS, worldOf } from './core/test-support/bench.ts'
import { type RunningExchange, serveCore } from './shell.ts'
import { control } from './spawn.ts'
import { connect, type Frame, type ManualClock, manualClock, type SocketClient } from './test-support/clients.ts'

interface Setting extends AsyncDisposable {
  readonly clock: ManualClock
  readonly exchange: RunningExchange
}

async function setUp(): Promise<Setting> {
  const clock = manualClock(START_MS)
  const core = createExchange(worldOf('calm'), { startMs: START_MS })
  const exchange = await serveCore(core, { clock, adminPort: 0 })
  return { clock, exchange, [Symbol.asyncDispose]: exchange.close }
}

async function framesOf(client: SocketClient, count: number): Promise<Frame[]> {
  const frames: Frame[] = []
  while (frames.length < count) frames.push(await client.next())
  return frames
}

test('every kind of topic can be held at once; orderbook.500 is gone and poisons the request it is in', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.publicUrl)
  const kinds = ['orderbook.1', 'orderbook.50', 'orderbook.200', 'orderbook.1000', 'tickers', 'priceLimit', 'kline.5']
  const args = kinds.map((kind) => `${kind}.BTCUSDT`)
  const poisoned = await client.ask({ op: 'subscribe', args: [...args, 'orderbook.500.BTCUSDT'], req_id: args.join() })
  expect(poisoned).toMatchObject({
    success: false,
    ret_msg: 'error:handler not found,topic:orderbook.500.BTCUSDT',
    req_id: args.join(),
  })
  const silent = ['publicTrade.BTCUSDT', 'allLiquidation.BTCUSDT']
  expect(await client.ask({ op: 'subscribe', args: [...args, ...silent] })).toMatchObject({ success: true, req_id: '' })
  expect((await framesOf(client, args.length)).map(({ topic }) => topic)).toEqual(args)
  expect(await client.ask({ op: 'subscribe', args: ['tickers.ETHUSDT', args[0]] })).toMatchObject({
    ret_msg: `error:already subscribed,topic:${args[0]}`,
  })
})

test('a restart asked for at the admin port reaches every subscriber as books with update id 1', async () => {
  await using setting = await setUp()
  using first = await connect(setting.exchange.publicUrl)
  using second = await connect(setting.exchange.publicUrl)
  for (const client of [first, second]) {
    await client.ask({ op: 'subscribe', args: ['orderbook.50.BTCUSDT'] })
    const { data } = (await client.next()) as unknown as { data: { u: number } }
    expect(data.u).toBeGreaterThan(1)
  }
  await control(setting.exchange.adminUrl!, { do: 'restart' })
  for (const client of [first, second]) expect(await client.next()).toMatchObject({ type: 'snapshot', data: { u: 1 } })
})
