import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { systemClock } from '../seams/clock.ts'
import type { OrderRequest } from './gateway.ts'
import type { RestClient, RestEvent, RestOptions } from './rest.ts'
import { createRest } from './rest.ts'
import { signRest } from './sign.ts'
import type { Scripted, Seen } from './test-support/http-venue.ts'
import { ok, refusal, startHttpVenue } from './test-support/http-venue.ts'
import { BTC, ETH } from './test-support/instruments.ts'

/** Patience for a busy machine: it bounds a failure, a passing test does not wait. */
const WAIT = { interval: 2, timeout: 60_000 }

/** The patience of a client whose reply is withheld; all others wait for theirs as long as a busy machine takes. */
const GIVES_UP_MS = 300

const credentials = { apiKey: 'testKey', apiSecret: 'testSecret' }

const ENTRY: OrderRequest = {
  clientId: 'run-1-0',
  symbol: 'BTCUSDT',
  leg: 'long',
  side: 'buy',
  lots: 12,
  priceTicks: 606_171,
  timeInForce: 'gtc',
  reduceOnly: false,
  closeAll: false,
}

function client(baseUrl: string, more: Partial<RestOptions> = {}): RestClient & AsyncDisposable {
  const rest = createRest({
    baseUrl,
    ...credentials,
    clock: systemClock,
    orderRecvWindowMs: 1000,
    orderTimeoutMs: 10_000,
    readTimeoutMs: 10_000,
    createsPerSecond: 10,
    ipCallsPer5s: 600,
    ...more,
  })
  rest.useInstruments([BTC, ETH])
  return Object.assign(rest, { [Symbol.asyncDispose]: () => rest.close() })
}

const acknowledge = ({ body }: Seen): Scripted => {
  const { orderLinkId } = JSON.parse(body) as { orderLinkId: string }
  return ok({ orderId: `venue-${orderLinkId}`, orderLinkId })
}

test('a submit sends exactly the bytes it signed, with the short receive window', async () => {
  await using venue = await startHttpVenue(acknowledge)
  await using rest = client(venue.url)
  const { venueTimestampMs, reply } = rest.submit(ENTRY)
  expect(await reply).toEqual({ kind: 'done', value: { venueOrderId: 'venue-run-1-0' } })
  const [seen] = venue.seen
  expect(seen!.headers['x-bapi-timestamp']).toBe(String(venueTimestampMs))
  expect(seen!.headers['x-bapi-recv-window']).toBe('1000')
  const preimage = { timestampMs: venueTimestampMs, recvWindowMs: 1000, payload: seen!.body }
  expect(seen!.headers['x-bapi-sign']).toBe(signRest(credentials, preimage))
  expect(JSON.parse(seen!.body)).toEqual({
    category: 'linear',
    symbol: 'BTCUSDT',
    side: 'Buy',
    orderType: 'Limit',
    qty: '0.012',
    price: '60617.10',
    timeInForce: 'GTC',
    positionIdx: 1,
    orderLinkId: 'run-1-0',
    reduceOnly: false,
    closeOnTrigger: false,
    smpType: 'CancelMaker',
  })
})

test('market orders, unwinds and close-all orders say so on the wire', async () => {
  await using venue = await startHttpVenue(acknowledge)
  await using rest = client(venue.url)
  const close = { ...ENTRY, leg: 'short', side: 'buy', reduceOnly: true } as const
  await rest.submit({ ...close, clientId: 'a', priceTicks: null }).reply
  await rest.submit({ ...close, clientId: 'b', timeInForce: 'ioc' }).reply
  await rest.submit({ ...close, clientId: 'c', priceTicks: null, closeAll: true }).reply
  const [market, ioc, all] = venue.seen.map(({ body }) => JSON.parse(body) as Record<string, unknown>)
  expect(market).toMatchObject({ orderType: 'Market', timeInForce: 'IOC', positionIdx: 2, reduceOnly: true })
  expect(market).not.toHaveProperty('price')
  expect(ioc).toMatchObject({ orderType: 'Limit', timeInForce: 'IOC', price: '60617.10', reduceOnly: true })
  expect(all).toMatchObject({ qty: '0', reduceOnly: true, closeOnTrigger: true })
})

test.for<[string, Scripted, object]>([
  ['no reply', { instead: 'silence' }, { kind: 'unknown', code: 0 }],
  [
    'a reply after the timeout',
    { ...ok({ orderId: 'x', orderLinkId: 'run-1-0' }), delayMs: 2 * GIVES_UP_MS },
    { kind: 'unknown', code: 0 },
  ],
  ['a reset after sending', { instead: 'reset' }, { kind: 'unknown', code: 0 }],
  ['half a reply', { ...ok({ orderId: 'x', orderLinkId: 'run-1-0' }), instead: 'half' }, { kind: 'unknown', code: 0 }],
  ['an html page', { body: '<html>busy</html>' }, { kind: 'unknown', code: 200 }],
  ['truncated JSON', { body: '{"retCode":0,"ret' }, { kind: 'unknown', code: 200 }],
  ['a 502', { status: 502, body: '<html>bad gateway</html>' }, { kind: 'unknown', code: 502 }],
  ['a 429', { status: 429, body: '' }, { kind: 'unknown', code: 429 }],
  ['an acknowledgement without an order', ok({}), { kind: 'unknown', code: 0 }],
  ['an acknowledgement of another order', ok({ orderId: 'x', orderLinkId: 'other' }), { kind: 'unknown', code: 0 }],
  ['10016', refusal(10016), { kind: 'unknown', code: 10016 }],
  ['110072', refusal(110072, 'OrderLinkedID is duplicate'), { kind: 'unknown', code: 110072 }],
  ['110007', refusal(110007, 'ab not enough'), { kind: 'refused', code: 110007, reason: 'ab not enough' }],
  ['10002', refusal(10002), { kind: 'refused', code: 10002 }],
  ['401', { status: 401, body: '' }, { kind: 'refused', code: 401 }],
])('a submit that meets %s is judged, sent once and never repeated', async ([, scripted, expected]) => {
  await using venue = await startHttpVenue(({ path }) => (path.endsWith('create') ? scripted : ok()))
  const isLate = scripted.instead === 'silence' || scripted.delayMs !== undefined
  await using rest = client(venue.url, isLate ? { orderTimeoutMs: GIVES_UP_MS } : {})
  expect(await rest.submit(ENTRY).reply).toMatchObject(expected)
  expect(venue.of('/v5/order/create')).toHaveLength(1)
})

test('after a lost reply the next submit works: the connection is replaced', async () => {
  let calls = 0
  await using venue = await startHttpVenue((seen) => {
    calls += 1
    return calls === 1 ? { instead: 'silence' } : acknowledge(seen)
  })
  await using rest = client(venue.url, { connections: 1, orderTimeoutMs: 1_500 })
  expect((await rest.submit(ENTRY).reply).kind).toBe('unknown')
  expect((await rest.submit({ ...ENTRY, clientId: 'run-1-1' }).reply).kind).toBe('done')
})

test('a refused connection is a refusal with code 0: nothing was sent', async () => {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.on('listening', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  await using rest = client(`http://127.0.0.1:${port}`)
  expect(await rest.submit(ENTRY).reply).toMatchObject({ kind: 'refused', code: 0 })
})

test('a submit still waiting for a socket at its deadline is refused and never reaches the wire', async () => {
  let asked = 0
  await using venue = await startHttpVenue(({ path }) => {
    if (!path.endsWith('account/info')) return ok()
    asked += 1
    return asked === 1 ? { instead: 'silence' } : ok({ marginMode: 'REGULAR_MARGIN', unifiedMarginStatus: 5 })
  })
  await using rest = client(venue.url, { connections: 1, orderTimeoutMs: 60, readTimeoutMs: 1_500 })
  const blocking = rest.accountInfo()
  expect(await rest.submit(ENTRY).reply).toMatchObject({ kind: 'refused', code: 0 })
  expect((await blocking).kind).toBe('done')
  expect(venue.of('/v5/order/create')).toHaveLength(0)
})

test('both legs are on the wire together: neither waits for the other', async () => {
  await using venue = await startHttpVenue(() => ({ instead: 'silence' }))
  await using rest = client(venue.url, { orderTimeoutMs: 60_000 })
  rest.submit(ENTRY)
  rest.submit({ ...ENTRY, clientId: 'run-1-1', leg: 'short', side: 'sell' })
  await expect.poll(() => venue.seen.length, WAIT).toBe(2)
  expect(venue.sockets()).toBe(2)
})

test('the clock is synchronised over several sockets, which the first trade then finds open', async () => {
  const venueMs = Date.now() + 7000
  const events: RestEvent[] = []
  await using venue = await startHttpVenue((seen) => (seen.method === 'GET' ? ok({}, venueMs) : acknowledge(seen)))
  await using rest = client(venue.url, { onEvent: (event) => events.push(event) })
  expect((await rest.syncClock()).kind).toBe('done')
  expect(rest.venueNowMs()).toBeGreaterThanOrEqual(venueMs)
  expect(rest.venueNowMs()).toBeLessThan(venueMs + 2000)
  expect(events).toContainEqual({
    kind: 'clock-synced',
    offsetMs: expect.closeTo(7000, -3) as number,
    roundTripMs: expect.any(Number) as number,
  })
  const warm = venue.sockets()
  await new Promise((resolve) => setImmediate(resolve))
  const first = rest.submit(ENTRY)
  expect(first.venueTimestampMs).toBeGreaterThanOrEqual(venueMs)
  await Promise.all([first.reply, rest.submit({ ...ENTRY, clientId: 'b' }).reply])
  await Promise.all([rest.submit({ ...ENTRY, clientId: 'c' }).reply, rest.submit({ ...ENTRY, clientId: 'd' }).reply])
  expect(venue.sockets()).toBe(warm)
})

test('a submit refused for its timestamp is not repeated, but the clock is asked again', async () => {
  const venueMs = Date.now() - 60_000
  await using venue = await startHttpVenue(({ path }) =>
    path.endsWith('market/time') ? ok({}, venueMs) : refusal(10002),
  )
  await using rest = client(venue.url)
  expect(await rest.submit(ENTRY).reply).toMatchObject({ kind: 'refused', code: 10002 })
  await expect.poll(() => rest.venueNowMs(), WAIT).toBeLessThan(venueMs + 5000)
  expect(venue.of('/v5/order/create')).toHaveLength(1)
})

test('a read refused for its timestamp is repeated after the clock was set', async () => {
  const venueMs = Date.now() - 60_000
  await using venue = await startHttpVenue(({ path, headers }) => {
    if (path.endsWith('market/time')) return ok({}, venueMs)
    const late = Number(headers['x-bapi-timestamp']) > venueMs + 10_000
    return late ? refusal(10002) : ok({ list: [], nextPageCursor: '' })
  })
  await using rest = client(venue.url)
  expect(await rest.positions(['BTCUSDT'])).toEqual({ kind: 'done', value: [] })
})

/** Further off than what is assumed without the header, and than a busy machine takes to read it. */
const RESET_MS = 4_500

test('10006 is refused with the wait the reset header asks for, and honoured before the next submit', async () => {
  const limit = { 'X-Bapi-Limit': '10', 'X-Bapi-Limit-Status': '0' }
  await using venue = await startHttpVenue(() => {
    const headers = { ...limit, 'X-Bapi-Limit-Reset-Timestamp': String(Date.now() + RESET_MS) }
    return { ...refusal(10006), headers }
  })
  await using rest = client(venue.url)
  const outcome = await rest.submit(ENTRY).reply
  expect(outcome).toMatchObject({ kind: 'refused', code: 10006 })
  expect((outcome as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(RESET_MS / 2)
  expect((outcome as { retryAfterMs: number }).retryAfterMs).toBeLessThanOrEqual(RESET_MS + 50)
  expect(rest.limits.createsFree()).toBe(0)
  expect(await rest.submit({ ...ENTRY, clientId: 'b' }).reply).toMatchObject({ kind: 'refused', code: 10006 })
  expect(venue.seen).toHaveLength(1)
})

test('the eleventh create of a second is refused without being sent', async () => {
  await using venue = await startHttpVenue(acknowledge)
  await using rest = client(venue.url)
  const replies = Array.from({ length: 11 }, (_, i) => rest.submit({ ...ENTRY, clientId: `c${i}` }).reply)
  const kinds = (await Promise.all(replies)).map(({ kind }) => kind)
  expect(kinds.filter((kind) => kind === 'done')).toHaveLength(10)
  expect(await replies[10]).toMatchObject({ kind: 'refused', code: 10006, retryAfterMs: expect.any(Number) as number })
  expect(venue.seen).toHaveLength(10)
})

test('403 bans every call, reads and cancels included, without another byte sent', async () => {
  await using venue = await startHttpVenue(() => ({ status: 403, body: 'access too frequent' }))
  await using rest = client(venue.url)
  const untilUs = systemClock.nowUs() + 9 * 60e6
  const outcome = await rest.submit(ENTRY).reply
  expect(outcome).toMatchObject({ kind: 'refused', code: 403 })
  expect((outcome as { bannedUntilUs: number }).bannedUntilUs).toBeGreaterThan(untilUs)
  expect(await rest.cancel('BTCUSDT', 'x')).toMatchObject({ kind: 'refused', code: 403 })
  expect(await rest.positions(['BTCUSDT'])).toMatchObject({ kind: 'refused', code: 403 })
  expect((await rest.submit(ENTRY).reply).kind).toBe('refused')
  expect(venue.seen).toHaveLength(1)
})

test('a refused signature does not carry the key into the reason', async () => {
  await using venue = await startHttpVenue(() => refusal(10004, 'error sign! origin_string[1767testKey5000]'))
  await using rest = client(venue.url)
  expect(await rest.submit(ENTRY).reply).toMatchObject({ reason: 'error sign! origin_string[1767(api key)5000]' })
})

test('a client that closes settles what is under way', async () => {
  await using venue = await startHttpVenue(() => ({ instead: 'silence' }))
  const rest = client(venue.url, { orderTimeoutMs: 5000 })
  const { reply } = rest.submit(ENTRY)
  await expect.poll(() => venue.seen.length, WAIT).toBe(1)
  await rest.close()
  expect((await reply).kind).toBe('unknown')
  expect((await rest.submit(ENTRY).reply).kind).toBe('refused')
})

test('a cancel that finds nothing to cancel is refused with its code, a lost one is unknown', async () => {
  let scripted: Scripted = refusal(110001, 'order not exists or too late to cancel')
  await using venue = await startHttpVenue(() => scripted)
  await using rest = client(venue.url)
  expect(await rest.cancel('BTCUSDT', 'x')).toMatchObject({ kind: 'refused', code: 110001 })
  scripted = ok({ orderId: 'y', orderLinkId: 'x' })
  expect(await rest.cancel('BTCUSDT', 'x')).toEqual({ kind: 'done', value: null })
  scripted = { instead: 'reset' }
  expect((await rest.cancel('BTCUSDT', 'x')).kind).toBe('unknown')
  expect(venue.seen).toHaveLength(3)
})
