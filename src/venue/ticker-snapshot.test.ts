import { expect, test } from 'vitest'
import { heard, listen, quoteFrame, WAIT } from './test-support/public-listener.ts'
import { fixture } from './test-support/rows.ts'
import type { Connection } from './test-support/ws-venue.ts'
import { startWsVenue } from './test-support/ws-venue.ts'

/** Pushes ticker deltas until the condition holds, as a market does. */
async function pushDeltasUntil(connection: Connection, isReached: () => boolean): Promise<void> {
  const delta = fixture('public-tickers-delta')
  await expect
    .poll(() => {
      connection.push(delta)
      return isReached()
    }, WAIT)
    .toBe(true)
}

test('a ticker whose snapshot is lost is subscribed anew; the other topics and the connection stay', async () => {
  await using venue = await startWsVenue()
  const listener = listen(venue.url)
  const connection = await venue.ready(0)
  const topic = 'tickers.BTCUSDT'
  await pushDeltasUntil(connection, () => connection.seen.length > 2)
  expect(connection.seen.slice(1)).toMatchObject([
    { op: 'unsubscribe', args: [topic] },
    { op: 'subscribe', args: [topic] },
  ])
  connection.push(quoteFrame(7))
  connection.push(fixture('public-tickers-snapshot'))
  connection.push(fixture('public-tickers-delta'))
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
  await pushDeltasUntil(connection, () => venue.connections.length > 1)
  await venue.ready(1)
  expect(listener.of('stream.closed')[0]!.reason).toBe('tickers.BTCUSDT is refused when subscribed anew: not now')
})
