/**
 * Our venue client against our mock venue, over real sockets: the two were written apart from the same facts.
 */
import { expect, onTestFinished, test } from 'vitest'
import type { Quote } from '../domain/quote.ts'
import { startExchange } from '../exchange/server.ts'
import { shippedWorld } from '../exchange/test-support/worlds.ts'
import { systemClock } from '../seams/clock.ts'
import { seededRandom } from '../seams/random.ts'
import type { OrderRequest, Outcome, PrivateEvent } from '../venue/gateway.ts'
import { createPrivateStream } from '../venue/private-stream.ts'
import { createPublicStream } from '../venue/public-stream.ts'
import type { RestClient } from '../venue/rest.ts'
import { createRest } from '../venue/rest.ts'
import type { StreamEvent } from '../venue/socket.ts'

/** Patience for a busy machine; a passing test does not wait. */
const WAIT = { interval: 5, timeout: 60_000 }

interface Desk {
  readonly rest: RestClient
  readonly quotes: Map<number, Quote>
  readonly tickers: Set<number>
  readonly events: PrivateEvent[]
  readonly journal: StreamEvent[]
  order(change: Partial<OrderRequest>): OrderRequest
}

function doneOf<T>(outcome: Outcome<T>): T {
  if (outcome.kind !== 'done') throw new Error(`expected done, got ${JSON.stringify(outcome)}`)
  return outcome.value
}

/** A running venue with both streams ready and the account in hedge mode. */
async function openDesk(createsPerSecond = 10): Promise<Desk> {
  const exchange = await startExchange({ world: shippedWorld('calm') })
  const { apiKey, apiSecret } = exchange
  const rest = createRest({
    baseUrl: exchange.restUrl,
    apiKey,
    apiSecret,
    clock: systemClock,
    orderRecvWindowMs: 5000,
    orderTimeoutMs: 5000,
    readTimeoutMs: 5000,
    createsPerSecond,
    ipCallsPer5s: 600,
  })
  doneOf(await rest.syncClock())
  const instruments = doneOf(await rest.loadInstruments(['BTCUSDT', 'ETHUSDT']))
  rest.useInstruments(instruments)
  doneOf(await rest.ensureHedgeMode('BTCUSDT'))
  doneOf(await rest.setLeverage('BTCUSDT', 10))
  const quotes = new Map<number, Quote>()
  const tickers = new Set<number>()
  const events: PrivateEvent[] = []
  const journal: StreamEvent[] = []
  const common = {
    instruments,
    clock: systemClock,
    random: seededRandom('desk'),
    silenceMs: 5000,
    pingIntervalMs: 1000,
  }
  const publicStream = createPublicStream({
    ...common,
    url: exchange.publicUrl,
    onQuote: (quote) => quotes.set(quote.symbolIndex, { ...quote }),
    onTicker: ({ symbolIndex }) => tickers.add(symbolIndex),
    onEvent: (event) => journal.push(event),
  })
  const privateStream = createPrivateStream({
    ...common,
    url: exchange.privateUrl,
    apiKey,
    apiSecret,
    venueNowMs: rest.venueNowMs,
    onEvent: (event) => events.push(event),
    onJournal: (event) => journal.push(event),
  })
  onTestFinished(async () => {
    await Promise.all([publicStream.close(), privateStream.close(), rest.close()])
    await exchange[Symbol.asyncDispose]()
  })
  await expect.poll(() => quotes.size + tickers.size, WAIT).toBe(4)
  await expect.poll(() => events.some(({ kind }) => kind === 'ready'), WAIT).toBe(true)
  const order: Desk['order'] = (change) => ({
    clientId: 'it-1',
    symbol: 'BTCUSDT',
    leg: 'long',
    side: 'buy',
    lots: 3,
    priceTicks: null,
    timeInForce: 'ioc',
    reduceOnly: false,
    closeAll: false,
    ...change,
  })
  return { rest, quotes, tickers, events, journal, order }
}

const filledLots = (events: readonly PrivateEvent[], clientId: string): number =>
  events.reduce(
    (sum, event) => (event.kind === 'execution' && event.row.clientId === clientId ? sum + event.row.lots : sum),
    0,
  )

test('a hedged pair is opened, seen on every book, and closed to flat', async () => {
  const { rest, events, journal, order } = await openDesk()
  const sinceMs = rest.venueNowMs() - 1000
  const entry = [order({ clientId: 'it-l' }), order({ clientId: 'it-s', leg: 'short', side: 'sell' })]
  for (const outcome of await Promise.all(entry.map((leg) => rest.submit(leg).reply))) doneOf(outcome)
  for (const id of ['it-l', 'it-s']) await expect.poll(() => filledLots(events, id), WAIT).toBe(3)
  expect(doneOf(await rest.positions(['BTCUSDT']))).toEqual(
    expect.arrayContaining([
      { symbol: 'BTCUSDT', idx: 1, side: 'buy', lots: 3 },
      { symbol: 'BTCUSDT', idx: 2, side: 'sell', lots: 3 },
    ]),
  )
  expect(doneOf(await rest.positions(['BTCUSDT', 'ETHUSDT']))).toHaveLength(2)
  const inquiry = doneOf(await rest.inquire('BTCUSDT', 'it-s'))
  expect(inquiry.row).toMatchObject({ status: 'Filled', idx: 2, side: 'sell', filledLots: 3 })
  expect(inquiry.executions.reduce((sum, { lots }) => sum + lots, 0)).toBe(3)

  const exits = [
    order({ clientId: 'it-lx', side: 'sell', reduceOnly: true }),
    order({ clientId: 'it-sx', leg: 'short', side: 'buy', reduceOnly: true, closeAll: true }),
  ]
  for (const outcome of await Promise.all(exits.map((leg) => rest.submit(leg).reply))) doneOf(outcome)
  for (const id of ['it-lx', 'it-sx']) await expect.poll(() => filledLots(events, id), WAIT).toBe(3)
  expect(doneOf(await rest.positions(['BTCUSDT', 'ETHUSDT']))).toEqual([])
  expect(doneOf(await rest.openOrders(['BTCUSDT', 'ETHUSDT']))).toEqual([])
  const orders = doneOf(await rest.ordersSince(['BTCUSDT'], sinceMs))
  expect(orders.map(({ clientId, status }) => `${clientId} ${status}`).sort()).toEqual([
    'it-l Filled',
    'it-lx Filled',
    'it-s Filled',
    'it-sx Filled',
  ])
  const executions = doneOf(await rest.executionsSince(['BTCUSDT', 'ETHUSDT'], sinceMs))
  const streamed = events.flatMap((event) => (event.kind === 'execution' ? [event.row] : []))
  expect([...executions].sort((a, b) => (a.execId < b.execId ? -1 : 1))).toEqual(
    [...streamed].sort((a, b) => (a.execId < b.execId ? -1 : 1)),
  )
  expect(journal.filter(({ type }) => type === 'frame.refused' || type === 'run.warned')).toEqual([])
})

test('a resting order is seen open, cancelled once, and then there is nothing left to cancel', async () => {
  const { rest, quotes, events, order } = await openDesk()
  const priceTicks = Math.round(quotes.get(0)!.bidTicks * 0.995)
  doneOf(await rest.submit(order({ clientId: 'it-rest', priceTicks, timeInForce: 'gtc' })).reply)
  await expect.poll(async () => doneOf(await rest.openOrders(['BTCUSDT'])).length, WAIT).toBe(1)
  expect(await rest.submit(order({ clientId: 'it-rest', priceTicks, timeInForce: 'gtc' })).reply).toMatchObject({
    kind: 'unknown',
    code: 110072,
  })
  doneOf(await rest.cancel('BTCUSDT', 'it-rest'))
  const cancelled = (): boolean => events.some((event) => event.kind === 'order' && event.row.status === 'Cancelled')
  await expect.poll(cancelled, WAIT).toBe(true)
  expect(await rest.cancel('BTCUSDT', 'it-rest')).toMatchObject({ kind: 'refused', code: 110001 })
  expect(await rest.cancel('BTCUSDT', 'it-never')).toMatchObject({ kind: 'refused', code: 110001 })
})

test('what the venue refuses is refused, with its code', async () => {
  const { rest, order } = await openDesk()
  expect(await rest.submit(order({ clientId: 'it-r', reduceOnly: true, side: 'sell' })).reply).toMatchObject({
    kind: 'refused',
    code: 110017,
  })
  expect(await rest.loadInstruments(['BTCUSDT', 'NOPEUSDT'])).toMatchObject({ kind: 'refused', code: 10001 })
})

test("the venue's own limit is met with a refusal that says when to come back, and the cap is learnt", async () => {
  const { rest, quotes, order } = await openDesk(50)
  const priceTicks = Math.round(quotes.get(0)!.bidTicks * 0.995)
  const replies = Array.from(
    { length: 14 },
    (_, i) => rest.submit(order({ clientId: `it-${i}`, priceTicks, timeInForce: 'gtc' })).reply,
  )
  const outcomes = await Promise.all(replies)
  expect(outcomes.filter(({ kind }) => kind === 'done')).toHaveLength(10)
  const refused = outcomes.filter((outcome) => outcome.kind === 'refused')
  expect(refused.map(({ code }) => code)).toEqual([10006, 10006, 10006, 10006])
  for (const { retryAfterMs } of refused) expect(retryAfterMs).toBeLessThanOrEqual(1100)
  expect(rest.limits.createsFree()).toBe(0)
})
