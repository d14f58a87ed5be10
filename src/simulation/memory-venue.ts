/**
 * The mock venue without sockets: its real REST side and its real streams, spoken to in memory.
 *
 *   request ─► http side ─► driver ─► core         signatures, limits, envelopes and frames are the server's own
 *   socket  ─► public or private stream ──┘
 *
 * Only `node:http` and `ws` are missing: what stands for a request, a response and a server's socket is here.
 */
import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { STREAM_LIMITS } from '../exchange/connection.ts'
import type { CoreReply, CoreRequest, ExchangeCore, WorldChange } from '../exchange/core/types.ts'
import { createDriver } from '../exchange/driver.ts'
import { createHttpSide } from '../exchange/http.ts'
import { createIpLimit } from '../exchange/ip-limit.ts'
import { personaOf } from '../exchange/personas.ts'
import { createStreams } from '../exchange/streams.ts'
import type { World } from '../exchange/world.ts'
import type { Answer } from '../faults/rest-fate.ts'
import type { Clock } from '../seams/clock.ts'

export interface MemoryRequest {
  readonly method: 'GET' | 'POST'
  /** Path with query. */
  readonly path: string
  /** Alternating names and values. */
  readonly headers: readonly string[]
  readonly body: string | null
}

/** The venue's end of a stream's socket, as whoever carries its frames sees it. */
export interface VenueEnd {
  /** A frame of the client's has arrived. */
  receive(text: string): void
  /** The client's end is gone. */
  gone(): void
}

export interface ClientEnd {
  onFrame(text: string): void
  onClose(code: number): void
}

export interface MemoryVenue {
  /** Answers before it returns. */
  answer(request: MemoryRequest): Answer
  /** What the core answers an account that is known without a signature. */
  ask(request: CoreRequest): CoreReply
  /** Accepts a socket at `/v5/public/linear` or `/v5/private`. */
  accept(stream: 'public-stream' | 'private-stream', client: ClientEnd): VenueEnd
  control(change: WorldChange): void
  stop(): void
}

/** Serves a core in memory, on the clock given. */
export function createMemoryVenue(core: ExchangeCore, world: World, clock: Clock): MemoryVenue {
  const { doubts } = world
  const driver = createDriver(core, clock, doubts.firstOut)
  const ipLimit = createIpLimit({ callsPer5s: world.ipCallsPer5s, banMs: world.ipBanMs })
  const http = createHttpSide({ core, driver, ipLimit, doubts })
  const streams = createStreams({
    core,
    driver,
    clock,
    limits: STREAM_LIMITS,
    idPrefix: 'memory-',
    rows: world.privateRows,
    tradeBounds: world.tradeSocket,
    doubts,
  })
  const persona = personaOf('mainnet-like', { preMarketSymbols: new Set() })
  const door = { persona, accounts: core.accounts, query: '' }
  return {
    answer: (request) => answerOf(request, http.handle),
    ask(request) {
      let told: CoreReply | undefined
      driver.handle(request, (reply) => {
        told = reply
      })
      return told!
    },
    accept(stream, client) {
      const socket = new ServerSocket(client)
      const name = stream === 'public-stream' ? 'public' : 'private'
      streams.accept(name, socket as unknown as WebSocket, WIRE, door)
      return { receive: (text) => socket.receive(text), gone: () => socket.gone() }
    },
    control: driver.control,
    stop: driver.stop,
  }
}

/** Nothing is buffered in memory, so there is nothing to cork. */
const WIRE = { cork: () => undefined, uncork: () => undefined, destroy: () => undefined } as unknown as Duplex

function answerOf(asked: MemoryRequest, handle: (request: IncomingMessage, response: ServerResponse) => void): Answer {
  const request = new ArrivedRequest(asked)
  const response = new MemoryResponse()
  handle(request as unknown as IncomingMessage, response as unknown as ServerResponse)
  request.deliver(asked.body)
  return response.answer()
}

const SOCKET = { remoteAddress: 'memory', destroySoon: () => undefined }

/** As much of an `IncomingMessage` as the REST side uses. */
class ArrivedRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly socket = SOCKET
  #onData: ((chunk: Buffer) => void) | null = null
  #onEnd: (() => void) | null = null

  constructor({ method, path, headers, body }: MemoryRequest) {
    this.method = method
    this.url = path
    this.headers = headersOf(headers, body)
  }

  on(event: string, listener: (chunk?: Buffer) => void): this {
    if (event === 'data') this.#onData = listener
    else if (event === 'end') this.#onEnd = listener
    return this
  }

  deliver(body: string | null): void {
    if (body !== null) this.#onData?.(Buffer.from(body))
    this.#onEnd?.()
  }
}

function headersOf(list: readonly string[], body: string | null): Record<string, string> {
  const headers: Record<string, string> = {}
  put(headers, list)
  if (body !== null) headers['content-length'] = String(Buffer.byteLength(body))
  return headers
}

/** Alternating names and values, into a record with names in lower case. */
function put(headers: Record<string, string>, list: readonly string[]): void {
  for (let at = 0; at < list.length; at += 2) headers[lowerCased(list[at]!)] = list[at + 1]!
}

/** The few names there are, written anew once each: a new text for every header is looked up among all names there are. */
const LOWER_CASED = new Map<string, string>()

function lowerCased(name: string): string {
  let lower = LOWER_CASED.get(name)
  if (lower === undefined) {
    lower = name.toLowerCase()
    LOWER_CASED.set(name, lower)
  }
  return lower
}

/** As much of a `ServerResponse` as the REST side uses. */
class MemoryResponse {
  headersSent = false
  #status = 0
  readonly #headers: Record<string, string> = {}
  #text: string | null = null

  writeHead(status: number, headers: readonly string[] | Readonly<Record<string, string | number>>): this {
    this.#status = status
    this.headersSent = true
    if (Array.isArray(headers)) put(this.#headers, headers as readonly string[])
    else for (const [name, value] of Object.entries(headers)) this.#headers[name.toLowerCase()] = String(value)
    return this
  }

  end(text: string, done?: () => void): this {
    this.#text = text
    done?.()
    return this
  }

  destroy(): this {
    return this
  }

  answer(): Answer {
    if (this.#text === null) throw new Error('the venue did not answer at once')
    return { status: this.#status, headers: this.#headers, text: this.#text }
  }
}

/** As much of a server's `ws` socket as the streams use. */
class ServerSocket extends EventEmitter {
  /** `ws`: 1 open, 3 closed. */
  readyState = 1
  readonly bufferedAmount = 0
  readonly #client: ClientEnd

  constructor(client: ClientEnd) {
    super()
    this.#client = client
  }

  receive(text: string): void {
    if (this.readyState === 1) this.emit('message', Buffer.from(text))
  }

  gone(): void {
    if (this.readyState === 3) return
    this.readyState = 3
    this.emit('close', 1006, Buffer.alloc(0))
  }

  send(frame: string | Buffer): void {
    this.#client.onFrame(frame.toString())
  }

  close(code: number): void {
    this.#client.onClose(code)
    this.gone()
  }

  terminate(): void {
    this.#client.onClose(1006)
    this.gone()
  }

  pause(): void {
    // Half-open from the venue's side: what a fault plan's `silence` does on the wire.
  }
}
