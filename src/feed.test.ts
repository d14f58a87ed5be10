/**
 * What the feed hands over, and what it takes back.
 */
import { expect, onTestFinished, test } from 'vitest'
import { createFeedMemory, startFeed } from './feed.ts'
import { referenceReader } from './feed-host.ts'
import { systemClock } from './seams/clock.ts'
import { seededRandom } from './seams/random.ts'
import { BTC } from './venue/test-support/instruments.ts'
import { quoteFrame, WAIT } from './venue/test-support/public-listener.ts'
import { fixture } from './venue/test-support/rows.ts'
import { startWsVenue } from './venue/test-support/ws-venue.ts'

test('mark and index prices from before a gap are not known any more when the first quote after it comes', async () => {
  await using venue = await startWsVenue()
  const memory = createFeedMemory(1, 8)
  const reference = referenceReader(memory, [BTC])
  const referencesAtQuotes: (number | undefined)[] = []
  const feed = startFeed({
    url: venue.url,
    instruments: [BTC],
    memory,
    silenceMs: 5_000,
    pingIntervalMs: 20_000,
    clock: systemClock,
    random: seededRandom('feed'),
    doorbell: { ring: () => referencesAtQuotes.push(reference(0)?.markUsd) },
    onEvent: () => undefined,
  })
  onTestFinished(() => feed.stop())
  for (const at of [0, 1]) {
    const connection = await venue.ready(at)
    connection.push(quoteFrame(7))
    connection.push(fixture('public-tickers-snapshot'))
    connection.push(quoteFrame(8))
    await expect.poll(() => referencesAtQuotes.length, WAIT).toBe(2 * at + 2)
    connection.reset()
  }
  const told = expect.closeTo(60_615, -1) as number
  expect(referencesAtQuotes).toEqual([undefined, told, undefined, told])
})
