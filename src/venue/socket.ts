/**
 * One WebSocket that stays up: connect, handshake, heartbeat, silence deadline, reconnect with backoff, forever.
 *
 *   connecting ─open─► handshake ─link.ready()─► ready ──close, error, silence──┐
 *       ▲  └─timeout─────┐  └─link.fail()─────┐                                 │
 *       └──── wait: ~100 ms, doubling to 5 s, with jitter ◄─────────────────────┘
 *
 * Every inbound frame is proof of life, before it is parsed. Silence ends in `terminate()`: a close handshake with a
 * dead peer never ends. `receivedUs` is taken when the bytes reach this process (the TCP socket's 'data' event), so
 * unmasking and parsing are inside every latency figure, not before it.
 */
import type { EventData } from '../journal/events.ts'
import type { Clock } from '../seams/clock.ts'
import type { Random } from '../seams/random.ts'
import { parseJson } from './decode-fields.ts'
import type { Transport, VenueSocket } from './transport.ts'
import { openWebSocket } from './web-socket.ts'

type StreamEventType =
  | 'stream.opened'
  | 'stream.subscribed'
  | 'stream.closed'
  | 'stream.gap'
  | 'frame.refused'
  | 'run.warned'

/** What a stream has to say to the journal. */
export type StreamEvent = { [T in StreamEventType]: { readonly type: T; readonly data: EventData[T] } }[StreamEventType]

export interface SocketOptions {
  readonly url: string
  readonly stream: 'public' | 'private'
  readonly clock: Clock
  /** For the jitter of the backoff. */
  readonly random: Random
  /** Nothing heard for so long means the connection is dead. */
  readonly silenceMs: number
  readonly pingIntervalMs: number
  /** For the TCP and WebSocket handshakes; default 5 s. */
  readonly connectTimeoutMs?: number
  /** Default: the network. */
  readonly transport?: Transport | undefined
  readonly onJournal: (event: StreamEvent) => void
}

export interface SocketHandlers {
  /** The connection is up: begin the handshake. */
  onOpen(): void
  /** A parsed frame. Pongs and frames that are no JSON never come here. */
  onFrame(frame: unknown, receivedUs: number): void
  /** The connection is gone, a new one will be tried. */
  onDown(): void
  /** The handshake is complete; `gap` is the silence since the last connection that was ready, null on the first. */
  onReady(gap: { readonly fromUs: number; readonly toUs: number } | null): void
}

export interface Link {
  send(message: object): void
  /** The handshake succeeded. */
  ready(): void
  /** The handshake failed: drop the connection and try again after the backoff. */
  fail(reason: string): void
  /** Writes down a frame that was not understood. */
  refuseFrame(why: string, frame: unknown): void
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 5000
const BACKOFF_FIRST_MS = 100
const BACKOFF_MAX_MS = 5000
/** A connection that was ready for so long resets the backoff; one that flaps does not. */
const STABLE_US = 5_000_000
/** After the silence deadline: one more look, for bytes that wait behind a busy loop. */
const LAST_LOOK_MS = 20
const CLOSE_WAIT_MS = 200
const SAMPLE_CHARS = 200
const UNDERSTOOD = new Set(['ping', 'pong'])

/** Starts connecting at once. */
export function openLink(options: SocketOptions, handlers: SocketHandlers): Link {
  return new SteadyLink(options, handlers)
}

class SteadyLink implements Link {
  readonly #options: SocketOptions
  readonly #handlers: SocketHandlers
  #socket: VenueSocket | null = null
  #attempt = 0
  /** Failed or short-lived connections in a row. */
  #misses = 0
  #closing: Promise<void> | null = null
  #heardUs = 0
  #receivedUs = 0
  /** 0 until the current connection is ready. */
  #readyUs = 0
  /** When the last connection that was ready was last heard; null before the first. */
  #lostUs: number | null = null
  #reason = ''
  #stopTimers: (() => void)[] = []
  #stopRetry: () => void = () => undefined
  #onClosed: (() => void) | null = null

  constructor(options: SocketOptions, handlers: SocketHandlers) {
    this.#options = options
    this.#handlers = handlers
    this.#connect()
  }

  send(message: object): void {
    if (this.#socket?.state === 'open') this.#socket.send(JSON.stringify(message))
  }

  ready(): void {
    const { clock } = this.#options
    this.#readyUs = clock.nowUs()
    const gap = this.#lostUs === null ? null : { fromUs: this.#lostUs, toUs: this.#readyUs }
    this.#lostUs = null
    if (gap !== null) this.#journal({ type: 'stream.gap', data: { stream: this.#options.stream, ...gap } })
    this.#handlers.onReady(gap)
  }

  fail(reason: string): void {
    this.#reason = reason
    this.#socket?.terminate()
  }

  refuseFrame(why: string, frame: unknown): void {
    const text = typeof frame === 'string' ? frame : (JSON.stringify(frame) ?? String(frame))
    const sample = text.slice(0, SAMPLE_CHARS)
    this.#journal({ type: 'frame.refused', data: { stream: this.#options.stream, why, sample } })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #close(): Promise<void> {
    this.#stopRetry()
    const socket = this.#socket
    if (socket === null) return Promise.resolve()
    return new Promise((resolve) => {
      const stop = this.#options.clock.after(CLOSE_WAIT_MS, () => socket.terminate())
      this.#onClosed = () => {
        stop()
        resolve()
      }
      socket.close(1000)
    })
  }

  #connect(): void {
    this.#attempt += 1
    this.#reason = ''
    this.#readyUs = 0
    this.#receivedUs = this.#options.clock.nowUs()
    const { url, clock, connectTimeoutMs = CONNECT_TIMEOUT_MS, transport } = this.#options
    const connect = transport?.openSocket ?? openWebSocket
    const socket = connect(url, {
      onBytes: () => {
        this.#receivedUs = clock.nowUs()
      },
      onOpen: () => this.#open(),
      onText: (text) => {
        // What a connection still hands over after its end belongs to the gap.
        if (this.#socket === socket) this.#hear(text)
      },
      onControl: () => this.#live(),
      onError: (message) => {
        this.#reason ||= message
      },
      onClose: (code, reason) => this.#down(code, reason),
    })
    this.#socket = socket
    this.#stopTimers.push(
      clock.after(connectTimeoutMs, () => {
        if (socket.state === 'connecting') this.fail(`no connection within ${connectTimeoutMs} ms`)
      }),
    )
  }

  #open(): void {
    this.#live()
    this.#journal({ type: 'stream.opened', data: { stream: this.#options.stream, attempt: this.#attempt } })
    this.#every(this.#options.pingIntervalMs, () => this.send({ op: 'ping' }))
    this.#watch()
    this.#handlers.onOpen()
  }

  #hear(text: string): void {
    this.#live()
    const frame = parseJson(text)
    if (frame === undefined) this.refuseFrame('frame is not JSON', text)
    else if (!isPong(frame)) this.#handlers.onFrame(frame, this.#receivedUs)
  }

  #live(): void {
    this.#heardUs = this.#options.clock.nowUs()
  }

  #watch(): void {
    const { clock, silenceMs } = this.#options
    const look = (waitMs: number, isLast: boolean): void => {
      const stop = clock.after(waitMs, () => {
        this.#stopTimers = this.#stopTimers.filter((other) => other !== stop)
        const leftMs = silenceMs - (clock.nowUs() - this.#heardUs) / 1000
        if (leftMs > 0) look(leftMs, false)
        else if (isLast) this.fail(`nothing heard for ${silenceMs} ms`)
        else look(LAST_LOOK_MS, true)
      })
      this.#stopTimers.push(stop)
    }
    look(silenceMs, false)
  }

  #every(periodMs: number, act: () => void): void {
    const stop = this.#options.clock.after(periodMs, () => {
      this.#stopTimers = this.#stopTimers.filter((other) => other !== stop)
      act()
      this.#every(periodMs, act)
    })
    this.#stopTimers.push(stop)
  }

  #down(code: number, said: string): void {
    const { stream, clock } = this.#options
    for (const stop of this.#stopTimers.splice(0)) stop()
    this.#socket = null
    const wasReady = this.#readyUs > 0
    if (wasReady) this.#lostUs = this.#heardUs
    this.#misses = wasReady && clock.nowUs() - this.#readyUs >= STABLE_US ? 0 : this.#misses + 1
    this.#readyUs = 0
    this.#journal({ type: 'stream.closed', data: { stream, code, reason: this.#reason || said || unsaid(code) } })
    this.#handlers.onDown()
    if (this.#onClosed !== null) this.#onClosed()
    else this.#stopRetry = clock.after(this.#backoffMs(), () => this.#connect())
  }

  /** 100 ms, doubling to 5 s, each between three quarters and five quarters of that. */
  #backoffMs(): number {
    const plain = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.max(0, this.#misses - 1))
    return Math.min(BACKOFF_MAX_MS, plain * (0.75 + this.#options.random.next() / 2))
  }

  #journal(event: StreamEvent): void {
    this.#options.onJournal(event)
  }
}

/** 1006 is what `ws` says when there was no close frame: a reset, or an end in the middle. */
function unsaid(code: number): string {
  return code === 1006 ? 'connection lost without a close frame' : ''
}

/** The public pong keeps `op: "ping"`, the private one says `pong` (facts §6.2). */
function isPong(frame: unknown): boolean {
  return typeof frame === 'object' && frame !== null && 'op' in frame && UNDERSTOOD.has(frame.op as string)
}
