/**
 * One address the venue is reached at: REST and the streams its persona shows, on one port.
 *
 *   request ─► http        upgrade ─► path of the persona? ─► connection limits ─► handshake ─► stream
 *                                            404                   403 or 429
 *
 * Everything a client may keep open has an end: headers and bodies that trickle in, answers nobody reads, frames and
 * fragments beyond a size, handshakes that were refused.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { clientAddress } from './address.ts'
import { plainAddress } from './auth.ts'
import type { ConnectionLimit } from './connection-limit.ts'
import type { HttpSide } from './http.ts'
import type { Persona, StreamName } from './personas.ts'

export interface ListenerOptions {
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  readonly persona: Persona
  readonly http: HttpSide
  readonly limit: ConnectionLimit
  /** HTTP status of a handshake beyond the limits. */
  readonly refusedStatus: 403 | 429
  readonly nowMs: () => number
  readonly bounds: HttpBounds
  /** What is planned to go wrong with handshakes: `proceed` now, later or never. */
  readonly handshake?: ((stream: StreamName, wire: Duplex, proceed: () => void) => void) | undefined
  /** `query` is the part of the URL behind the question mark. */
  accept(stream: StreamName, socket: WebSocket, wire: Duplex, query: string): void
}

export interface HttpBounds {
  /** A request must be complete so long after its first byte; then 408. ms. */
  readonly requestMaxMs: number
  /** A connection on which nothing moves, not even an answer to its reader, is cut. ms. */
  readonly stuckMaxMs: number
  /** A stream's client that does not answer a close frame is cut after so long, ms. */
  readonly goodbyeMaxMs: number
}

/** Longer than any client keeps a connection idle between requests. */
export const HTTP_BOUNDS: HttpBounds = { requestMaxMs: 15_000, stuckMaxMs: 150_000, goodbyeMaxMs: 10_000 }

export interface RunningListener {
  /** Host and port as a client writes them. */
  readonly address: string
  close(): Promise<void>
}

/** More than the longest frame a client has reason to send: 21,000 characters of topics, twice. */
const FRAME_MAX_BYTES = 64 * 1024
/** Pieces one frame may arrive in. */
const FRAGMENTS_MAX = 1024
/** Clients keep connections for minutes; a server that closes first would make an order's fate unknown, ms. */
const KEEP_ALIVE_MS = 120_000
/** Connections of all kinds at once; more are dropped before a byte is read. */
const CONNECTIONS_MAX = 10_000

/** Rejects when the port cannot be had. */
export async function openListener(options: ListenerOptions): Promise<RunningListener> {
  const server = createVenueServer(options)
  const address = await listen(server, options.port, options.host)
  return { address, close: () => closeServer(server) }
}

function createVenueServer(options: ListenerOptions): Server {
  const { requestMaxMs, stuckMaxMs, goodbyeMaxMs } = options.bounds
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: requestMaxMs,
      headersTimeout: requestMaxMs,
      connectionsCheckingInterval: Math.ceil(requestMaxMs / 3),
    },
    options.http.handle,
  )
  server.timeout = stuckMaxMs
  server.maxConnections = CONNECTIONS_MAX
  // `ws` has it, its type declarations do not.
  const unlisted = { closeTimeout: goodbyeMaxMs }
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: FRAME_MAX_BYTES,
    maxFragments: FRAGMENTS_MAX,
    ...unlisted,
  })
  server.on('upgrade', (request: IncomingMessage, wire: Duplex, head: Buffer) => {
    wire.on('error', () => wire.destroy())
    const [path, query = ''] = (request.url ?? '').split('?', 2)
    const stream = options.persona.streams.get(path!)
    const refused = refusalOf(stream, request, wire, options)
    if (stream === undefined || refused !== undefined) refuseUpgrade(wire, refused ?? '404 Not Found')
    else {
      const proceed = (): void =>
        sockets.handleUpgrade(request, wire, head, (socket) => options.accept(stream, socket, wire, query))
      if (options.handshake === undefined) proceed()
      else options.handshake(stream, wire, proceed)
    }
  })
  return server
}

const STATUS_LINES = { 403: '403 Forbidden', 429: '429 Too Many Requests' } as const

/** The status line of a handshake that is not to be; market data connections count until their wire is closed. */
function refusalOf(
  stream: StreamName | undefined,
  request: IncomingMessage,
  wire: Duplex,
  { limit, nowMs, refusedStatus }: ListenerOptions,
): string | undefined {
  if (stream === undefined) return '404 Not Found'
  const address = plainAddress(request.socket.remoteAddress)
  const isMarketData = stream === 'public'
  if (!limit.admit(address, isMarketData, nowMs())) return STATUS_LINES[refusedStatus]
  if (isMarketData) wire.once('close', () => limit.release(address))
  return undefined
}

/** The wire goes once the answer is written: a client that never hangs up costs nothing. */
function refuseUpgrade(wire: Duplex, statusLine: string): void {
  wire.once('finish', () => wire.destroy())
  wire.end(`HTTP/1.1 ${statusLine}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** Resolves with the address clients use: host and port. */
function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const { port: taken } = server.address() as AddressInfo
      resolve(clientAddress(host, taken))
    })
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
