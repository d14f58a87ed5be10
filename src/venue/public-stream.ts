/**
 * Quotes and tickers of the public stream.
 *
 *   frame ─► topic ─► orderbook.1 ─► decode into one reused Quote ─► onQuote
 *                  └► tickers ─────► merge into the symbol's Ticker ─► onTicker
 *
 * After each (re)connect nothing is believed that builds on what was before: no delta before a snapshot, update ids
 * start anew. An update id lower than the last is old and dropped, unless it is 1 or the venue's own time says that it is
 * newer: then the venue has begun anew, and its first frame may have been lost. An equal one is a keep-alive: the same
 * quote, confirmed, so it is delivered and refreshes the age.
 *
 * A ticker's snapshot comes once, as the answer to its subscription. Where only deltas come, it was lost or not understood,
 * and that topic is subscribed anew; the others go on. Nothing tells of a lost delta: it shows when the market is where,
 * by the ticker we have, the venue takes no order, and then too the ticker is subscribed anew.
 */
import type { Instrument } from '../domain/instrument.ts'
import { priceUsd } from '../domain/instrument.ts'
import { priceBand } from '../domain/pricing.ts'
import type { Quote } from '../domain/quote.ts'
import type { Clock } from '../seams/clock.ts'
import type { Random } from '../seams/random.ts'
import type { MutableQuote, MutableTicker, Ticker } from './decode.ts'
import { decodeQuote, decodeTicker, emptyQuote, emptyTicker } from './decode.ts'
import type { Json } from './decode-fields.ts'
import { isRecord } from './decode-fields.ts'
import type { Link, StreamEvent } from './socket.ts'
import { openLink } from './socket.ts'
import { createSubscription } from './subscribe.ts'
import type { Transport } from './transport.ts'

export interface PublicStreamOptions {
  readonly url: string
  /** In the order of the run's symbol list: their position becomes `symbolIndex`. */
  readonly instruments: readonly Instrument[]
  readonly clock: Clock
  readonly random: Random
  readonly silenceMs: number
  readonly pingIntervalMs: number
  /** Kinds of topic per instrument, in the order they are asked for. Default: both, tickers first: no quote is of use without. */
  readonly topics?: readonly ('orderbook.1' | 'tickers')[]
  /** Each subscribe and the handshake must be answered within so long. Default 5 s. */
  readonly ackTimeoutMs?: number
  /** One object for all quotes, overwritten by the next: copy what is kept. */
  readonly onQuote: (quote: Quote) => void
  /** One object per symbol, overwritten by its next frame: copy what is kept. */
  readonly onTicker?: (ticker: Ticker) => void
  readonly onEvent: (event: StreamEvent) => void
  /** Default: the network. */
  readonly transport?: Transport | undefined
}

export interface Stream {
  close(): Promise<void>
}

interface Feed {
  readonly instrument: Instrument
  readonly symbolIndex: number
  /** −1 until the first quote of this connection. */
  lastUpdateId: number
  /** Venue time of that quote, ms. */
  lastVenueMs: number
  readonly ticker: MutableTicker
  tickerHasSnapshot: boolean
  /** Since when deltas have come without a snapshot, or when it was last asked for, µs; null while none is missing. */
  snapshotMissingUs: number | null
  /** When a snapshot or another mark or index price last came, or the ticker was subscribed anew for want of one, µs. */
  markedUs: number
}

const ACK_TIMEOUT_MS = 5000
/** A snapshot follows its subscription at once: after so many µs of deltas alone it does not come any more. */
const SNAPSHOT_WAIT_US = 1_000_000
/** The mark price moves about once a second: one so many µs old that the market has left is not the venue's any more. */
const MARK_QUIET_US = 2_000_000
const NO_SNAPSHOT = 'delta before a snapshot'

export function createPublicStream(options: PublicStreamOptions): Stream {
  const { clock, onEvent, ackTimeoutMs = ACK_TIMEOUT_MS } = options
  const feeds = feedsByTopic(options)
  const quote = emptyQuote(0)

  const subscription = createSubscription({
    link: () => link,
    clock,
    topics: [...feeds.keys()],
    ackTimeoutMs,
    onDone(accepted, refused) {
      for (const { topic, why } of refused) {
        onEvent({ type: 'run.warned', data: { message: `public stream: topic ${topic} is refused: ${why}` } })
      }
      if (accepted.length === 0) return link.fail('every topic is refused')
      onEvent({ type: 'stream.subscribed', data: { stream: 'public', topics: [...accepted] } })
      link.ready()
    },
  })

  const link: Link = openLink(
    { ...options, stream: 'public', connectTimeoutMs: ackTimeoutMs, onJournal: onEvent },
    {
      onOpen() {
        for (const feed of feeds.values()) forget(feed)
        subscription.begin()
      },
      onDown: subscription.abandon,
      onReady: () => undefined,
      onFrame(frame, receivedUs) {
        if (!isRecord(frame)) return link.refuseFrame('frame is no object', frame)
        const { topic } = frame
        if (typeof topic !== 'string') {
          if (frame['op'] === 'subscribe' || frame['op'] === 'unsubscribe') subscription.acknowledge(frame)
          else link.refuseFrame('frame has neither a topic nor a known op', frame)
          return
        }
        const feed = feeds.get(topic)
        if (feed === undefined) return link.refuseFrame('topic was not subscribed', frame)
        const isQuote = topic.startsWith('orderbook')
        const why = isQuote
          ? takeQuote(feed, frame, receivedUs, quote, options.onQuote)
          : takeTicker(feed, frame, receivedUs, options.onTicker)
        if (why !== null) link.refuseFrame(why, frame)
        if (why === NO_SNAPSHOT && isSnapshotLost(feed, receivedUs)) subscription.renew(topic)
        if (isQuote && why === null && isDeltaLost(feed, quote, receivedUs))
          subscription.renew(`tickers.${feed.instrument.symbol}`)
      },
    },
  )
  return { close: () => link.close() }
}

function feedsByTopic({ instruments, topics = ['tickers', 'orderbook.1'] }: PublicStreamOptions): Map<string, Feed> {
  const feeds = new Map<string, Feed>()
  for (const [symbolIndex, instrument] of instruments.entries()) {
    const ticker = emptyTicker(symbolIndex)
    const ticked = { ticker, tickerHasSnapshot: false, snapshotMissingUs: null, markedUs: 0 }
    const feed: Feed = { instrument, symbolIndex, lastUpdateId: -1, lastVenueMs: 0, ...ticked }
    for (const topic of topics) feeds.set(`${topic}.${instrument.symbol}`, feed)
  }
  return feeds
}

function forget(feed: Feed): void {
  feed.lastUpdateId = -1
  feed.tickerHasSnapshot = false
  feed.snapshotMissingUs = null
}

/** True once in each wait. */
function isSnapshotLost(feed: Feed, nowUs: number): boolean {
  feed.snapshotMissingUs ??= nowUs
  if (nowUs - feed.snapshotMissingUs < SNAPSHOT_WAIT_US) return false
  feed.snapshotMissingUs = nowUs
  return true
}

/** True once in each wait. A quote that is kept alive, unchanged, tells it as well. */
function isDeltaLost(feed: Feed, { bidTicks, askTicks }: Quote, nowUs: number): boolean {
  const { instrument, ticker, tickerHasSnapshot } = feed
  if (!tickerHasSnapshot || nowUs - feed.markedUs < MARK_QUIET_US) return false
  const tickUsd = priceUsd(instrument, 1)
  const band = priceBand(instrument, { markUsd: ticker.markTicks * tickUsd, indexUsd: ticker.indexTicks * tickUsd })
  if (askTicks <= band.maxBuyTicks && bidTicks >= band.minSellTicks) return false
  feed.markedUs = nowUs
  return true
}

/** Null when delivered or rightly dropped, else why the frame was not understood. */
function takeQuote(
  feed: Feed,
  frame: Json,
  receivedUs: number,
  quote: MutableQuote,
  onQuote: (quote: Quote) => void,
): string | null {
  const refusal = decodeQuote(frame, feed.instrument, quote)
  if (refusal !== null) return refusal.why
  const hasLowerId = quote.updateId < feed.lastUpdateId && quote.updateId !== 1
  if (hasLowerId && quote.venueMs <= feed.lastVenueMs) return null
  feed.lastUpdateId = quote.updateId
  feed.lastVenueMs = quote.venueMs
  quote.symbolIndex = feed.symbolIndex
  quote.receivedUs = receivedUs
  onQuote(quote)
  return null
}

function takeTicker(
  feed: Feed,
  frame: Json,
  receivedUs: number,
  onTicker: ((ticker: Ticker) => void) | undefined,
): string | null {
  const isSnapshot = frame['type'] === 'snapshot'
  if (!isSnapshot && !feed.tickerHasSnapshot) return NO_SNAPSHOT
  const { cs } = frame
  if (!isSnapshot && typeof cs === 'number' && cs < feed.ticker.sequence) return null
  const { markTicks, indexTicks } = feed.ticker
  const refusal = decodeTicker(frame, feed.instrument, feed.ticker)
  if (refusal !== null) return refusal.why
  if (isSnapshot || markTicks !== feed.ticker.markTicks || indexTicks !== feed.ticker.indexTicks)
    feed.markedUs = receivedUs
  feed.tickerHasSnapshot = true
  feed.snapshotMissingUs = null
  feed.ticker.receivedUs = receivedUs
  onTicker?.(feed.ticker)
  return null
}
