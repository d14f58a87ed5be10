/**
 * A public stream that listens to a scripted loopback venue, with everything it says kept.
 */
import { expect, onTestFinished } from 'vitest'
import type { Quote } from '../../domain/quote.ts'
import { systemClock } from '../../seams/clock.ts'
import { seededRandom } from '../../seams/random.ts'
import type { Ticker } from '../decode.ts'
import type { PublicStreamOptions } from '../public-stream.ts'
import { createPublicStream } from '../public-stream.ts'
import type { StreamEvent } from '../socket.ts'
import { BTC, ETH } from './instruments.ts'
import { fixture } from './rows.ts'
import type { WsVenue } from './ws-venue.ts'

/** Patience for a busy machine: it bounds a failure, a passing test does not wait. */
export const WAIT = { interval: 2, timeout: 60_000 }

/** What a public stream told. */
export interface Listener {
  readonly quotes: Quote[]
  readonly tickers: Ticker[]
  readonly events: StreamEvent[]
  of<T extends StreamEvent['type']>(type: T): Extract<StreamEvent, { type: T }>['data'][]
}

/** A public stream of two symbols, and all it tells. Closed when the test is over. */
export function listen(url: string, more: Partial<PublicStreamOptions> = {}): Listener {
  const quotes: Quote[] = []
  const tickers: Ticker[] = []
  const events: StreamEvent[] = []
  const stream = createPublicStream({
    url,
    instruments: [BTC, ETH],
    clock: systemClock,
    random: seededRandom('public'),
    silenceMs: 5000,
    pingIntervalMs: 20_000,
    onQuote: (quote) => quotes.push({ ...quote }),
    onTicker: (ticker) => tickers.push({ ...ticker }),
    onEvent: (event) => events.push(event),
    ...more,
  })
  onTestFinished(() => stream.close())
  const of: Listener['of'] = (type) =>
    events.filter((event) => event.type === type).map((event) => event.data) as ReturnType<Listener['of']> as never
  return { quotes, tickers, events, of }
}

/** A frame of `orderbook.1` for BTCUSDT. */
export function quoteFrame(u: number, bid = '60617.10', ask = '60617.20'): object {
  const frame = fixture('public-orderbook-1') as { data: object }
  return { ...frame, data: { ...frame.data, u, b: [[bid, '1.204']], a: [[ask, '0.350']] } }
}

/** Resolves when everything pushed so far has been heard: frames are delivered in order. */
export async function heard(listener: Listener, venue: WsVenue, index: number): Promise<void> {
  const before = listener.of('frame.refused').length
  venue.connections[index]!.push('end of what was pushed')
  await expect.poll(() => listener.of('frame.refused').length, WAIT).toBeGreaterThan(before)
}
