import { expect, test } from 'vitest'
import { systemClock } from '../seams/clock.ts'
import type { RestClient } from './rest.ts'
import { createRest } from './rest.ts'
import type { Scripted, Seen } from './test-support/http-venue.ts'
import { ok, refusal, startHttpVenue } from './test-support/http-venue.ts'
import { BTC, ETH } from './test-support/instruments.ts'
import { executionRow, instrumentRow, orderRow, positionRow } from './test-support/rows.ts'

function client(baseUrl: string): RestClient & AsyncDisposable {
  const rest = createRest({
    baseUrl,
    apiKey: 'testKey',
    apiSecret: 'testSecret',
    clock: systemClock,
    orderRecvWindowMs: 1000,
    orderTimeoutMs: 10_000,
    readTimeoutMs: 10_000,
    createsPerSecond: 10,
    ipCallsPer5s: 600,
  })
  rest.useInstruments([BTC, ETH])
  return Object.assign(rest, { [Symbol.asyncDispose]: () => rest.close() })
}

const list = (rows: readonly object[], nextPageCursor = ''): Scripted =>
  ok({ category: 'linear', list: rows, nextPageCursor })

test('a read survives two failures and gives up after the third', async () => {
  let failures = 2
  await using venue = await startHttpVenue(() => {
    failures -= 1
    if (failures >= 0) return failures === 1 ? { instead: 'reset' } : { status: 502, body: '<html>' }
    return list([positionRow({ size: '0.010', side: 'Buy', positionIdx: 1 })])
  })
  await using rest = client(venue.url)
  const value = [{ symbol: 'BTCUSDT', idx: 1, side: 'buy', lots: 10 }]
  expect(await rest.positions(['BTCUSDT'])).toEqual({ kind: 'done', value })
  failures = 99
  expect(await rest.positions(['BTCUSDT'])).toMatchObject({ kind: 'unknown', code: 502 })
  expect(venue.seen).toHaveLength(6)
})

test('a read that finds no connection is repeated, and then refused as unsent', async () => {
  const venue = await startHttpVenue(() => ok())
  await venue[Symbol.asyncDispose]()
  await using rest = client(venue.url)
  const startUs = systemClock.nowUs()
  expect(await rest.positions(['BTCUSDT'])).toMatchObject({ kind: 'refused', code: 0 })
  expect(systemClock.nowUs() - startUs).toBeGreaterThan(149_000)
})

test('a refused read is not repeated', async () => {
  await using venue = await startHttpVenue(() => refusal(10001, 'symbol params err'))
  await using rest = client(venue.url)
  expect(await rest.positions(['NOPE'])).toMatchObject({ kind: 'refused', code: 10001 })
  expect(venue.seen).toHaveLength(1)
})

test('a row that cannot be trusted makes the whole read unknown, never half a list', async () => {
  const broken = positionRow({ positionIdx: 1, side: 'Buy', size: '0.0105' })
  await using venue = await startHttpVenue(() =>
    list([positionRow({ positionIdx: 2, side: 'Sell', size: '0.010' }), broken]),
  )
  await using rest = client(venue.url)
  expect(await rest.positions(['BTCUSDT'])).toMatchObject({
    kind: 'unknown',
    reason: expect.stringContaining('size') as string,
  })
})

test('pages are followed to the end, with the cursor the venue means', async () => {
  const page = ({ query, rawQuery }: Seen): Scripted => {
    const cursor = query.get('cursor')
    if (cursor === null) return list([executionRow({ execId: 'e3', execTime: '3' })], 'id%3A2%2C1')
    expect(rawQuery).toContain('cursor=id%3A2%2C1')
    return cursor === 'id:2,1'
      ? list([executionRow({ execId: 'e1', execTime: '1' }), executionRow({ execId: 'e2', execTime: '2' })])
      : refusal(10001)
  }
  await using venue = await startHttpVenue(page)
  await using rest = client(venue.url)
  const found = await rest.executionsSince(['BTCUSDT'], 1.5)
  expect(found.kind === 'done' && found.value.map(({ execId }) => execId)).toEqual(['e1', 'e2', 'e3'])
  expect(venue.seen[0]!.query.get('startTime')).toBe('1')
})

test('a list that never ends is unknown, not endless', async () => {
  let served = 0
  await using venue = await startHttpVenue(() => {
    served += 1
    const headers = { 'X-Bapi-Limit': '5000', 'X-Bapi-Limit-Status': '4000' }
    return { ...list([executionRow({ execId: `e${served}` })], `cursor-${served}`), headers }
  })
  await using rest = client(venue.url)
  expect(await rest.executionsSince(['BTCUSDT'], 0)).toMatchObject({ kind: 'unknown' })
  expect(served).toBe(100)
})

test('later pages wait for the rate limit, the first does not', async () => {
  const headers = { 'X-Bapi-Limit': '1', 'X-Bapi-Limit-Status': '0' }
  await using venue = await startHttpVenue(({ query }) => ({
    ...(query.has('cursor') ? list([executionRow({ execId: 'b' })]) : list([executionRow({ execId: 'a' })], 'next')),
    headers,
  }))
  await using rest = client(venue.url)
  const found = await rest.executionsSince(['BTCUSDT'], 0)
  expect(found.kind === 'done' && found.value).toHaveLength(2)
  expect(await rest.executionsSince(['BTCUSDT'], 0)).toMatchObject({ kind: 'refused', code: 10006 })
})

test('an inquiry asks all three books by id and answers the newest row with its executions', async () => {
  await using venue = await startHttpVenue(({ path }) => {
    if (path.endsWith('market/time')) return ok({}, 5000)
    if (path.endsWith('realtime')) return list([orderRow({ orderStatus: 'New', updatedTime: '10' })])
    if (path.endsWith('history'))
      return list([orderRow({ orderStatus: 'Filled', cumExecQty: '0.012', updatedTime: '20' })])
    return list([executionRow({}), executionRow({ execId: 'other', orderLinkId: 'somebody-else' })])
  })
  await using rest = client(venue.url)
  await rest.syncClock()
  const found = await rest.inquire('BTCUSDT', 'run-1-0')
  if (found.kind !== 'done') throw new Error(`inquiry is ${found.kind}`)
  expect(found.value.row).toMatchObject({ status: 'Filled', filledLots: 12, updatedMs: 20 })
  expect(found.value.executions.map(({ execId }) => execId)).toEqual(['exec-1'])
  expect(found.value.askedVenueMs).toBeGreaterThanOrEqual(5000)
  for (const { query, path } of venue.seen.slice(4)) {
    expect([path, query.get('orderLinkId'), query.get('symbol')]).toEqual([path, 'run-1-0', 'BTCUSDT'])
  }
})

test('an inquiry of which one book cannot be read is unknown: absence may not be concluded', async () => {
  await using venue = await startHttpVenue(({ path }) =>
    path.endsWith('history') ? { status: 500, body: '' } : list([]),
  )
  await using rest = client(venue.url)
  expect((await rest.inquire('BTCUSDT', 'x')).kind).toBe('unknown')
})

test('several symbols are asked for in one call and sorted out here', async () => {
  await using venue = await startHttpVenue(() =>
    list([
      positionRow({}),
      positionRow({ symbol: 'ETHUSDT', size: '0.10', side: 'Sell', positionIdx: 2 }),
      positionRow({ symbol: 'XRPUSDT' }),
    ]),
  )
  await using rest = client(venue.url)
  const found = await rest.positions(['ETHUSDT', 'SOLUSDT'])
  expect(found).toEqual({ kind: 'done', value: [{ symbol: 'ETHUSDT', idx: 2, side: 'sell', lots: 10 }] })
  expect(venue.seen.map(({ rawQuery }) => rawQuery)).toEqual(['category=linear&settleCoin=USDT&limit=200'])
})

test('orders since a time are the open ones and the history, each once, as newest known', async () => {
  await using venue = await startHttpVenue(({ path }) =>
    path.endsWith('realtime')
      ? list([
          orderRow({ orderId: 'open', createdTime: '5' }),
          orderRow({ orderId: 'both', createdTime: '6', updatedTime: '7' }),
        ])
      : list([orderRow({ orderId: 'both', createdTime: '6', updatedTime: '8', orderStatus: 'Cancelled' })]),
  )
  await using rest = client(venue.url)
  const found = await rest.ordersSince(['BTCUSDT'], 1)
  expect(found.kind === 'done' && found.value.map(({ venueOrderId, status }) => [venueOrderId, status])).toEqual([
    ['open', 'New'],
    ['both', 'Cancelled'],
  ])
})

test('instruments come in the order asked for, and every missing one is named', async () => {
  await using venue = await startHttpVenue(({ query }) =>
    query.get('cursor') === 'p2'
      ? list([instrumentRow({ symbol: 'BTCUSDT' }), { symbol: 'ODD' }])
      : list(
          [
            instrumentRow({ symbol: 'ETHUSDT', baseCoin: 'ETH' }),
            instrumentRow({ symbol: 'OLDUSDT', status: 'Closed' }),
          ],
          'p2',
        ),
  )
  await using rest = client(venue.url)
  const found = await rest.loadInstruments(['BTCUSDT', 'ETHUSDT'])
  expect(found.kind === 'done' && found.value.map(({ symbol }) => symbol)).toEqual(['BTCUSDT', 'ETHUSDT'])
  expect(found.kind === 'done' && found.value[0]).toEqual(BTC)
  expect(await rest.loadInstruments(['BTCUSDT', 'FOOUSDT', 'OLDUSDT'])).toEqual({
    kind: 'refused',
    code: 10001,
    reason: 'no such linear perpetual, or not trading: FOOUSDT, OLDUSDT',
  })
})

test('hedge mode counts only when the positions show both legs', async () => {
  let rows = [positionRow({ positionIdx: 2 }), positionRow({ positionIdx: 1 })]
  let switched: Scripted = ok()
  await using venue = await startHttpVenue(({ path }) => (path.endsWith('switch-mode') ? switched : list(rows)))
  await using rest = client(venue.url)
  expect(await rest.ensureHedgeMode('BTCUSDT')).toEqual({ kind: 'done', value: null })
  expect(JSON.parse(venue.seen[0]!.body)).toEqual({ category: 'linear', symbol: 'BTCUSDT', mode: 3 })
  switched = refusal(110025, 'Position mode is not modified')
  expect((await rest.ensureHedgeMode('BTCUSDT')).kind).toBe('done')
  switched = { instead: 'reset' }
  expect((await rest.ensureHedgeMode('BTCUSDT')).kind).toBe('done')
  rows = [positionRow({ positionIdx: 0 })]
  expect(await rest.ensureHedgeMode('BTCUSDT')).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('not in hedge mode') as string,
  })
  switched = refusal(110024, 'open position')
  expect(await rest.ensureHedgeMode('BTCUSDT')).toMatchObject({ kind: 'refused', code: 110024 })
})

test('leverage unchanged is done, wallet and account are read', async () => {
  await using venue = await startHttpVenue(({ path }) => {
    if (path.endsWith('set-leverage')) return refusal(110043, 'leverage not modified')
    if (path.endsWith('info')) return ok({ marginMode: 'REGULAR_MARGIN', unifiedMarginStatus: 5 })
    return list([{ totalEquity: '1000.5', totalAvailableBalance: '900', coin: [{ coin: 'BTC', walletBalance: '2' }] }])
  })
  await using rest = client(venue.url)
  expect(await rest.setLeverage('BTCUSDT', 10)).toEqual({ kind: 'done', value: null })
  expect(JSON.parse(venue.seen[0]!.body)).toMatchObject({ buyLeverage: '10', sellLeverage: '10' })
  expect(await rest.wallet()).toEqual({ kind: 'done', value: { equityUsd: 1000.5, availableUsd: 900, cashUsd: 0 } })
  expect(await rest.accountInfo()).toMatchObject({ kind: 'done', value: { unifiedMarginStatus: 5 } })
})
