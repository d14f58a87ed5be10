import { expect, test } from 'vitest'
import { call, connect } from './test-support/clients.ts'
import { OK, publicPush } from './test-support/fake-core.ts'
import { NOW_MS, setUp } from './test-support/setting.ts'

const CONN_ID = expect.stringMatching(/^\w+-\w+$/)

test('a subscription is acknowledged without naming topics, then each topic shows its snapshot', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.publicUrl)
  const args = ['orderbook.1.AUSDT', 'tickers.AUSDT']
  expect(await client.ask({ op: 'subscribe', args, req_id: 'r1' })).toEqual({
    success: true,
    ret_msg: '',
    conn_id: CONN_ID,
    req_id: 'r1',
    op: 'subscribe',
  })
  expect(await client.next()).toMatchObject({ topic: 'orderbook.1.AUSDT', type: 'snapshot', ts: NOW_MS })
  expect(await client.next()).toMatchObject({ topic: 'tickers.AUSDT' })
  expect(setting.core.subscribed).toEqual(new Set(args))
})

test('a request without an id is answered with an empty one, a number comes back as text', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.publicUrl)
  expect(await client.ask({ op: 'unsubscribe', args: ['tickers.AUSDT'] })).toMatchObject({ req_id: '' })
  expect(await client.ask({ op: 'unsubscribe', args: ['tickers.AUSDT'], req_id: 7 })).toMatchObject({ req_id: '7' })
})

test('one unknown topic fails the whole request: the good ones in it are not subscribed', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.publicUrl)
  const args = ['orderbook.1.AUSDT', 'orderbook.500.AUSDT', 'tickers.AUSDT']
  expect(await client.ask({ op: 'subscribe', args, req_id: 'x' })).toEqual({
    success: false,
    ret_msg: 'error:handler not found,topic:orderbook.500.AUSDT',
    conn_id: CONN_ID,
    req_id: 'x',
    op: 'subscribe',
  })
  expect(setting.core.subscribed).toEqual(new Set())
  expect(await client.ask({ op: 'subscribe', args: ['orderbook.1.AUSDT'] })).toMatchObject({ success: true })
})

test('a topic held already, or named twice, fails the whole request', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.publicUrl)
  await client.ask({ op: 'subscribe', args: ['tickers.AUSDT'] })
  await client.next()
  const again = await client.ask({ op: 'subscribe', args: ['orderbook.1.AUSDT', 'tickers.AUSDT'] })
  expect(again).toMatchObject({ success: false, ret_msg: 'error:already subscribed,topic:tickers.AUSDT' })
  const twice = await client.ask({ op: 'subscribe', args: ['orderbook.1.AUSDT', 'orderbook.1.AUSDT'] })
  expect(twice).toMatchObject({ success: false, ret_msg: 'error:already subscribed,topic:orderbook.1.AUSDT' })
  expect(setting.core.subscribed).toEqual(new Set(['tickers.AUSDT']))
})

test('all topics of a connection together have at most 21,000 characters', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.publicUrl)
  await client.ask({ op: 'subscribe', args: ['tickers.AUSDT'] })
  await client.next()
  const filler = 'x'.repeat(21_000 - 'tickers.AUSDT'.length)
  expect(await client.ask({ op: 'subscribe', args: [filler] })).toMatchObject({
    ret_msg: expect.stringMatching(/^error:handler/),
  })
  expect(await client.ask({ op: 'subscribe', args: [`${filler}x`] })).toMatchObject({
    ret_msg: expect.stringMatching(/21000/),
  })
})

test('a pong of the public stream keeps op "ping" and the request id', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.publicUrl)
  const pong = { success: true, ret_msg: 'pong', conn_id: CONN_ID, op: 'ping' }
  expect(await client.ask({ op: 'ping' })).toEqual({ ...pong, req_id: '' })
  expect(await client.ask({ op: 'ping', req_id: '42', args: 1 })).toEqual({ ...pong, req_id: '42' })
})

test('a control ping is answered with a control pong of the same bytes', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.publicUrl)
  const pong = new Promise((resolve) => client.socket.once('pong', (data: Buffer) => resolve(data.toString())))
  client.socket.ping('knock')
  expect(await pong).toBe('knock')
})

test('what the market does reaches every subscriber of the topic and nobody else, and is counted', async () => {
  await using setting = await setUp()
  using first = await connect(setting.exchange.publicUrl)
  using second = await connect(setting.exchange.publicUrl)
  using third = await connect(setting.exchange.publicUrl)
  for (const client of [first, second]) {
    await client.ask({ op: 'subscribe', args: ['orderbook.1.AUSDT'] })
    await client.next()
  }
  await third.ask({ op: 'subscribe', args: ['orderbook.1.BUSDT'] })
  await third.next()
  setting.core.queue(NOW_MS + 10, publicPush('orderbook.1.AUSDT', 10), publicPush('orderbook.1.BUSDT', 11))
  await third.ask({ op: 'unsubscribe', args: ['orderbook.1.AUSDT'] }) // not held: acknowledged, changes nothing
  setting.clock.pass(10)
  await third.ask({ op: 'subscribe', args: ['tickers.BUSDT'] })
  expect([await first.next(), await second.next()]).toMatchObject([{ ts: 10 }, { ts: 10 }])
  expect(setting.exchange.counters().frames).toMatchObject({ 'orderbook.1': 3 + 3, tickers: 1, order: 0 })
})

test('the timer moves the core on without any request', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.publicUrl)
  setting.core.queue(NOW_MS + 50, publicPush('tickers.AUSDT', 50))
  await client.ask({ op: 'subscribe', args: ['tickers.AUSDT'] })
  expect(await client.next()).toMatchObject({ ts: NOW_MS })
  setting.clock.pass(49)
  expect(await client.ask({ op: 'ping' })).toMatchObject({ ret_msg: 'pong' })
  setting.clock.pass(1)
  expect(await client.next()).toMatchObject({ ts: 50 })
})

test('the last subscriber who leaves, or whose socket ends, stops the topic in the core', async () => {
  await using setting = await setUp()
  using first = await connect(setting.exchange.publicUrl)
  using second = await connect(setting.exchange.publicUrl)
  for (const client of [first, second]) await client.ask({ op: 'subscribe', args: ['tickers.AUSDT'] })
  await first.next()
  await first.ask({ op: 'unsubscribe', args: ['tickers.AUSDT'] })
  expect(setting.core.subscribed).toEqual(new Set(['tickers.AUSDT']))
  second.socket.close()
  await second.closed
  await first.ask({ op: 'ping' })
  expect(setting.core.subscribed).toEqual(new Set())
})

test('a subscribe that crosses the cut of its socket starts nothing in the core', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.publicUrl)
  client.send({ op: 'subscribe', args: ['tickers.AUSDT'] })
  setting.exchange.cutStreams('public', 'close')
  await client.closed
  expect(setting.core.subscribed).toEqual(new Set())
  expect(setting.exchange.counters().connections.public).toMatchObject({ open: 0, opened: 1 })
})

test('a client cut off while it is being subscribed holds no topic', async () => {
  await using setting = await setUp({ streamLimits: { bufferedMaxBytes: -1 } })
  using client = await connect(setting.exchange.publicUrl)
  client.send({ op: 'subscribe', args: ['tickers.AUSDT', 'orderbook.1.AUSDT'] })
  await client.closed
  expect(setting.core.subscribed).toEqual(new Set())
})

test('frames that make no sense are answered, and the connection lives on', async () => {
  await using setting = await setUp()
  using client = await connect(setting.exchange.publicUrl)
  const senseless = ['{"op":', '', '[]', 'null', '"x"', '{}', '{"op":7}', '{"op":"fly"}', '{"op":"subscribe"}']
  const wrong = [
    '{"op":"subscribe","args":[]}',
    '{"op":"subscribe","args":[7]}',
    '{"op":"subscribe","args":"tickers.AUSDT"}',
  ]
  for (const text of [...senseless, ...wrong]) {
    expect(await client.ask(text)).toMatchObject({
      success: false,
      ret_msg: expect.stringMatching(/^error:/),
      conn_id: CONN_ID,
    })
  }
  expect(await client.ask({ op: 'ping' })).toMatchObject({ ret_msg: 'pong' })
})

test('a socket that is silent both ways for ten minutes is closed, one that pings is not', async () => {
  await using setting = await setUp()
  using idle = await connect(setting.exchange.publicUrl)
  using lively = await connect(setting.exchange.publicUrl)
  for (let minute = 0; minute < 10; minute += 1) {
    await lively.ask({ op: 'ping' })
    setting.clock.pass(60_000)
  }
  await lively.ask({ op: 'ping' })
  setting.clock.pass(60_000)
  expect(await idle.closed).toBe(1001)
  expect(await lively.ask({ op: 'ping' })).toMatchObject({ ret_msg: 'pong' })
  expect(setting.exchange.counters().connections.public).toMatchObject({ open: 1, idleClosed: 1 })
})

test('a client that does not read is cut off, the others go on', async () => {
  await using setting = await setUp({ ipCallsPer5s: 10_000, streamLimits: { bufferedMaxBytes: 100_000 } })
  using slow = await connect(setting.exchange.publicUrl)
  using reader = await connect(setting.exchange.publicUrl)
  for (const client of [slow, reader]) {
    await client.ask({ op: 'subscribe', args: ['tickers.AUSDT'] })
    await client.next()
  }
  slow.socket.pause()
  const wide = {
    kind: 'public',
    topic: 'tickers.AUSDT',
    frame: { topic: 'tickers.AUSDT', pad: 'x'.repeat(60_000) },
  } as const
  setting.core.answer = { reply: OK, pushes: [wide] }
  const cut = () => setting.exchange.counters().connections.public.slowCut > 0
  // The kernel takes a few megabytes before anything piles up on our side.
  for (let sent = 0; sent < 1000 && !cut(); sent += 1) {
    await call(`${setting.exchange.restUrl}/v5/market/time`)
    expect(await reader.next()).toMatchObject({ topic: 'tickers.AUSDT' })
  }
  expect(setting.exchange.counters().connections.public).toMatchObject({ open: 1, slowCut: 1 })
  expect(await reader.ask({ op: 'ping' })).toMatchObject({ ret_msg: 'pong' })
})

test('other upgrade paths answer 404', async () => {
  await using setting = await setUp()
  const other = setting.exchange.publicUrl.replace('/linear', '/spot')
  await expect(connect(other)).rejects.toThrow('404')
})
