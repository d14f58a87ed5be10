/**
 * The shell around a pure core: sockets in, sockets out.
 *
 *   one port    REST ─────────────► http ──┐
 *               /v5/public/linear ► public ├─► driver ─► core
 *               /v5/private ──────► private┘
 *   another     admin, off unless asked for, on loopback unless told otherwise
 */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { type Clock, systemClock } from '../seams/clock.ts'
import { seededRandom } from '../seams/random.ts'
import { clientAddress } from './address.ts'
import { type ExchangeCounters, startAdmin } from './admin.ts'
import { type CutHow, STREAM_LIMITS, type StreamLimits } from './connection.ts'
import type { ExchangeCore } from './core/types.ts'
import { createDriver, type Driver } from './driver.ts'
import { createHttpSide, type HttpSide } from './http.ts'
import { createIpLimit } from './ip-limit.ts'
import { activeTimeMs, createPrivateStream, type PrivateStream } from './private-stream.ts'
import { createPublicStream, type PublicStream } from './public-stream.ts'
import { type Doubts, NO_DOUBTS } from './world-doubts.ts'

export interface ServeOptions {
  readonly host?: string
  /** 0 (default) takes a free port. */
  readonly port?: number
  /** Null (default) opens no admin side. */
  readonly adminPort?: number | null
  /** Default 127.0.0.1, whatever `host` is. */
  readonly adminHost?: string
  readonly clock?: Clock
  /** HTTP calls one address may make in any 5 s. Default 600, as Bybit. */
  readonly ipCallsPer5s?: number
  /** How long an address that made more is refused, ms. Default 10 minutes, as Bybit. */
  readonly ipBanMs?: number
  /** HTTP calls of all addresses in any second; more get 429. Default null: no bound. */
  readonly systemCallsPerS?: number | null
  readonly streamLimits?: Partial<StreamLimits>
  /** How the venue behaves where nobody has verified it. */
  readonly doubts?: Partial<Doubts>
  /** Told once, when the exchange closes. */
  readonly journalCounters?: (counters: ExchangeCounters) => void
}

export interface RunningExchange {
  readonly restUrl: string
  readonly publicUrl: string
  readonly privateUrl: string
  readonly adminUrl: string | null
  /** Of the world's first account. */
  readonly apiKey: string
  readonly apiSecret: string
  readonly core: ExchangeCore
  counters(): ExchangeCounters
  /** Cuts all sockets of a stream from the venue's side. Returns how many. */
  cutStreams(stream: 'public' | 'private', how: CutHow): number
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

interface Shell {
  readonly driver: Driver
  readonly http: HttpSide
  readonly publicStream: PublicStream
  readonly privateStream: PrivateStream
}

/** More than the longest frame a client has reason to send: 21,000 characters of topics, twice. */
const FRAME_MAX_BYTES = 64 * 1024
/** Clients keep connections for minutes; a server that closes first would make an order's fate unknown, ms. */
const KEEP_ALIVE_MS = 120_000
const REQUEST_MAX_MS = 15_000

/** Serves a core until it is closed. Rejects when a port cannot be had. */
export async function serveCore(core: ExchangeCore, options: ServeOptions = {}): Promise<RunningExchange> {
  const { host = '127.0.0.1', port = 0, adminPort = null, adminHost = '127.0.0.1' } = options
  const [apiKey, account] = [...core.accounts][0] ?? []
  if (apiKey === undefined || account === undefined) throw new Error('a world needs at least one account')
  const shell = createShell(core, options)
  const server = createVenueServer(shell)
  const address = await listen(server, port, host)
  const counters = (): ExchangeCounters => countersOf(core, shell)
  const cutStreams = (stream: 'public' | 'private', how: CutHow): number =>
    (stream === 'public' ? shell.publicStream : shell.privateStream).connections.cut(how)
  const admin =
    adminPort === null
      ? null
      : await startAdmin({ port: adminPort, host: adminHost, counters, control: shell.driver.control, cutStreams })
  const close = once(async () => {
    shell.driver.stop()
    await Promise.all([shell.publicStream.connections.close(), shell.privateStream.connections.close(), admin?.close()])
    await closeServer(server)
    options.journalCounters?.(counters())
  })
  return {
    restUrl: `http://${address}`,
    publicUrl: `ws://${address}/v5/public/linear`,
    privateUrl: `ws://${address}/v5/private`,
    adminUrl: admin?.url ?? null,
    apiKey,
    apiSecret: account.apiSecret,
    core,
    counters,
    cutStreams,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function createShell(core: ExchangeCore, options: ServeOptions): Shell {
  const { clock = systemClock, ipCallsPer5s = 600, ipBanMs = 600_000, systemCallsPerS = null } = options
  const limits = { ...STREAM_LIMITS, ...options.streamLimits }
  const doubts = { ...NO_DOUBTS, ...options.doubts }
  const driver = createDriver(core, clock, doubts.firstOut)
  const idPrefix = connectionPrefix(driver.nowMs())
  const ipLimit = createIpLimit({ callsPer5s: ipCallsPer5s, banMs: ipBanMs })
  const http = createHttpSide({ core, driver, ipLimit, systemCallsPerS, doubts })
  const publicStream = createPublicStream({ core, driver, clock, limits, idPrefix: `${idPrefix}p` })
  const privateStream = createPrivateStream({ core, driver, clock, limits, idPrefix: `${idPrefix}u`, doubts })
  driver.attach({
    publicFrame: publicStream.publicFrame,
    privateRows: privateStream.privateRows,
    flush() {
      publicStream.connections.flush()
      privateStream.connections.flush()
    },
  })
  return { driver, http, publicStream, privateStream }
}

/** Names of connections differ from run to run, as the venue's do, and stay clear of the world's own chance. */
function connectionPrefix(startMs: number): string {
  const random = seededRandom(startMs).fork('connections')
  return Array.from({ length: 16 }, () => random.integer(0, 31).toString(32)).join('')
}

function createVenueServer(shell: Shell): Server {
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_MAX_MS, headersTimeout: REQUEST_MAX_MS },
    shell.http.handle,
  )
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: FRAME_MAX_BYTES,
  })
  server.on('upgrade', (request: IncomingMessage, wire: Duplex, head: Buffer) => {
    wire.on('error', () => wire.destroy())
    const [path, query = ''] = (request.url ?? '').split('?', 2)
    if (path === '/v5/public/linear') {
      sockets.handleUpgrade(request, wire, head, (socket) => shell.publicStream.connections.accept(socket, wire))
    } else if (path === '/v5/private') {
      const idleMaxMs = activeTimeMs(query)
      sockets.handleUpgrade(request, wire, head, (socket) => {
        shell.privateStream.connections.accept(socket, wire, idleMaxMs)
      })
    } else {
      wire.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    }
  })
  return server
}

function countersOf(core: ExchangeCore, { http, publicStream, privateStream }: Shell): ExchangeCounters {
  return {
    core: core.counters(),
    http: http.counters(),
    frames: { ...publicStream.framesSent(), ...privateStream.framesSent() },
    connections: { public: publicStream.connections.counters(), private: privateStream.connections.counters() },
  }
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

function once<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  return () => {
    running ??= run()
    return running
  }
}
