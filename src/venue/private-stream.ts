/**
 * The private stream: login, then `order` and `execution`, as events in our words.
 *
 *   open ─► auth ─ack─► subscribe ─ack─► (gap) ready ─► rows …
 *
 * Nothing is replayed after a gap (facts §7.1): the listener is told from when to when nothing was heard, then that
 * it may rely on the stream again, and recovers the rest by asking.
 */
import type { Instrument } from '../domain/instrument.ts'
import type { Clock } from '../seams/clock.ts'
import type { Random } from '../seams/random.ts'
import type { Decoded, InstrumentIndex, Json } from './decode-fields.ts'
import { indexInstruments, isRecord, isRefusal } from './decode-fields.ts'
import { decodeExecution, decodeOrder } from './decode-rows.ts'
import type { PrivateEvent } from './gateway.ts'
import type { Stream } from './public-stream.ts'
import { signStream } from './sign.ts'
import type { Link, StreamEvent } from './socket.ts'
import { openLink } from './socket.ts'
import { createSubscription } from './subscribe.ts'
import type { Transport } from './transport.ts'

export interface PrivateStreamOptions {
  readonly url: string
  readonly apiKey: string
  readonly apiSecret: string
  readonly instruments: readonly Instrument[]
  readonly clock: Clock
  readonly random: Random
  readonly silenceMs: number
  readonly pingIntervalMs: number
  /** The venue's clock, ms, for the login's expiry. Default: this machine's. */
  readonly venueNowMs?: () => number
  /** Login, each subscribe and the handshake must be answered within so long. Default 5 s. */
  readonly ackTimeoutMs?: number
  readonly onEvent: (event: PrivateEvent) => void
  readonly onJournal: (event: StreamEvent) => void
  /** Default: the network. */
  readonly transport?: Transport | undefined
}

/** Not `position`: our books are the sum of executions, and the venue's are read when the two are compared. */
const TOPICS = ['order', 'execution'] as const
type Topic = (typeof TOPICS)[number]
type Decoder = (row: unknown, instruments: InstrumentIndex) => Decoded<unknown> | null

const DECODERS: ReadonlyMap<string, { readonly kind: Topic; readonly decode: Decoder }> = new Map([
  ['order', { kind: 'order', decode: decodeOrder }],
  ['execution', { kind: 'execution', decode: decodeExecution }],
])

const ACK_TIMEOUT_MS = 5000
/** The login expires so long after our present: enough for a clock that is a few seconds off. */
const LOGIN_VALID_MS = 10_000

export function createPrivateStream(options: PrivateStreamOptions): Stream {
  const { clock, apiKey, apiSecret, onEvent, onJournal, ackTimeoutMs = ACK_TIMEOUT_MS } = options
  const instruments = indexInstruments(options.instruments)
  let stopDeadline = (): void => undefined

  const subscription = createSubscription({
    link: () => link,
    clock,
    topics: TOPICS,
    ackTimeoutMs,
    onDone(accepted, refused) {
      // Without either of the two our books would be blind: try again rather than run on.
      if (refused.length > 0) {
        const named = refused.map(({ topic, why }) => `${topic} (${why})`).join(', ')
        onJournal({ type: 'run.warned', data: { message: `private stream: refused topics: ${named}` } })
        return link.fail(`refused topics: ${named}`)
      }
      onJournal({ type: 'stream.subscribed', data: { stream: 'private', topics: [...accepted] } })
      link.ready()
    },
  })

  const login = (): void => {
    const expiresMs = Math.floor(options.venueNowMs?.() ?? clock.wallMs()) + LOGIN_VALID_MS
    stopDeadline = clock.after(ackTimeoutMs, () => link.fail(`login not acknowledged within ${ackTimeoutMs} ms`))
    link.send({ op: 'auth', args: [apiKey, expiresMs, signStream(apiSecret, expiresMs)] })
  }

  const acknowledge = (frame: Json): void => {
    if (frame['op'] === 'subscribe') return subscription.acknowledge(frame)
    if (frame['op'] !== 'auth') return link.refuseFrame('frame has neither a topic nor a known op', frame)
    stopDeadline()
    if (frame['success'] === true) subscription.begin()
    else link.fail(`login refused: ${String(frame['ret_msg']).replaceAll(apiKey, '(api key)')}`)
  }

  const link: Link = openLink(
    { ...options, stream: 'private', connectTimeoutMs: ackTimeoutMs },
    {
      onOpen: login,
      onDown() {
        stopDeadline()
        subscription.abandon()
      },
      onReady(gap) {
        if (gap !== null) onEvent({ kind: 'gap', ...gap })
        onEvent({ kind: 'ready' })
      },
      onFrame(frame) {
        if (!isRecord(frame)) return link.refuseFrame('frame is no object', frame)
        if (typeof frame['topic'] !== 'string') return acknowledge(frame)
        takeRows(frame, instruments, link, onEvent)
      },
    },
  )
  return { close: () => link.close() }
}

/** Every row stands for itself: one that is not understood is written down, the others are delivered. */
function takeRows(frame: Json, instruments: InstrumentIndex, link: Link, onEvent: (event: PrivateEvent) => void): void {
  const { topic, data } = frame
  const decoder = DECODERS.get(topic as string)
  if (decoder === undefined) return link.refuseFrame('topic was not subscribed', frame)
  if (!Array.isArray(data)) return link.refuseFrame('data must be an array', frame)
  for (const item of data as unknown[]) {
    const row = decoder.decode(item, instruments)
    if (row === null) continue
    if (isRefusal(row)) link.refuseFrame(row.why, item)
    else onEvent({ kind: decoder.kind, row } as PrivateEvent)
  }
}
