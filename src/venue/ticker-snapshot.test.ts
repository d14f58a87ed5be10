import { expect, test } from 'vitest'
import { heard, listen, quoteFrame, WAIT } from './test-support/public-listener.ts'
import { fixture } from './test-support/rows.ts'
import type { Connection } from './test-support/ws-venue.ts'
import { startWsVenue } from './test-support/ws-venue.ts'

/** Pushes something again and again until the condition holds, as a market does. */
async function pushUntil(connection: Connection, frame: object, isReached: () => boolean): Promise<void> {
  await expect
    .poll(() => {
      connection.push(frame)
      return isReached()
    }, WAIT)
    .toBe(true)
}

const DELTA = fixture('public-tickers-delta') as object
const SNAPSHOT = fixture('public-tickers-snapshot') as object
const TOPIC = 'tickers.BTCUSDT'

test('a ticker whose snapshot is lost is subscribed anew; the other topics and the connection stay', async () => {
  await using venue = await startWsVenue()
  const listener = listen(venue.url)
  const connection = await venue.ready(0)
  await pushUntil(connection, DELTA, () => connection.seen.length > 2)
  expect(connection.seen.slice(1)).toMatchObject([
    { op: 'unsubscribe', args: [TOPIC] },
    { op: 'subscribe', args: [TOPIC] },
  ])
  connection.push(quoteFrame(7))
  connection.push(SNAPSHOT)
  connection.push(DELTA)
  await heard(listener, venue, 0)
  expect(listener.tickers).toHaveLength(2)
  expect(listener.quotes).toHaveLength(1)
  expect(venue.connections).toHaveLength(1)
  expect(listener.of('stream.subscribed')).toHaveLength(1)
})

test('where subscribing anew is refused, the connection is made anew, and says why', async () => {
  const refusal = { success: false, ret_msg: 'not now', op: 'subscribe' }
  await using venue = await startWsVenue({
    answer: ({ op, args }) => (op === 'subscribe' && (args as unknown[]).length === 1 ? refusal : undefined),
  })
  const listener = listen(venue.url)
  const connection = await venue.ready(0)
  await pushUntil(connection, DELTA, () => venue.connections.length > 1)
  await venue.ready(1)
  expect(listener.of('stream.closed')[0]!.reason).toBe('tickers.BTCUSDT is refused when subscribed anew: not now')
})

test('a market outside the price band of a mark that moves no more: a delta was lost, and the ticker is subscribed anew', async () => {
  await using venue = await startWsVenue()
  const listener = listen(venue.url)
  const connection = await venue.ready(0)
  connection.push(SNAPSHOT)
  connection.push(DELTA)
  // The mark price is 60,615.02, and the band of 2 % ends below this bid. Nothing else of the ticker tells of the mark.
  await pushUntil(connection, quoteFrame(7, '62000.00', '62000.10'), () => connection.seen.length > 2)
  expect(connection.seen.slice(1)).toMatchObject([
    { op: 'unsubscribe', args: [TOPIC] },
    { op: 'subscribe', args: [TOPIC] },
  ])
  const quietUs = listener.quotes.at(-1)!.receivedUs - listener.tickers[1]!.receivedUs
  expect(quietUs).toBeGreaterThanOrEqual(2_000_000)
  expect(venue.connections).toHaveLength(1)
})

test.each([
  ['inside the band, however old the mark', ['60617.10', '60617.20'], false],
  ['outside, while the mark is told again and again', ['62000.00', '62000.10'], true],
] as const)('a market %s: nothing is subscribed anew', async (_, [bid, ask], isTold) => {
  await using venue = await startWsVenue()
  const listener = listen(venue.url)
  const connection = await venue.ready(0)
  connection.push(SNAPSHOT)
  const quote = quoteFrame(7, bid, ask)
  await pushUntil(connection, isTold ? SNAPSHOT : quote, () => {
    connection.push(quote)
    return (listener.quotes.at(-1)?.receivedUs ?? 0) - (listener.quotes[0]?.receivedUs ?? 0) > 2_200_000
  })
  expect(connection.seen).toHaveLength(1)
})
