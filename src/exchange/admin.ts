/**
 * The side door for tests: counters, changes of the world, cut sockets. A port of its own, off unless asked for, on
 * loopback unless told otherwise; never on the venue's own port. Browsers are kept out: any request with an Origin is refused.
 *
 *   GET  /counters       ─► ExchangeCounters
 *   POST /control        ◄─ WorldChange
 *   POST /streams/cut    ◄─ { "stream": "public"|"private"|"trade", "how": "close"|"reset"|"silence" }  ─► { "cut": n }
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { clientAddress } from './address.ts'
import type { ConnectionCounters, CutHow } from './connection.ts'
import type { WorldChange } from './core/types.ts'
import type { HttpCounters } from './http.ts'
import type { StreamName } from './personas.ts'

/** What happened since the start. `frames` counts by kind of topic, e.g. "orderbook.1", "order". */
export interface ExchangeCounters {
  readonly core: Readonly<Record<string, number>>
  readonly http: HttpCounters
  readonly frames: Readonly<Record<string, number>>
  readonly connections: Readonly<Record<StreamName, ConnectionCounters>>
  /** Handshakes beyond the connection limits. */
  readonly refusedHandshakes: number
}

export interface AdminOptions {
  readonly port: number
  /** Default 127.0.0.1. Whoever reaches it rules the venue. */
  readonly host?: string
  readonly counters: () => ExchangeCounters
  readonly control: (change: WorldChange) => void
  readonly cutStreams: (stream: StreamName, how: CutHow) => number
}

export interface RunningAdmin {
  readonly url: string
  close(): Promise<void>
}

const BODY_MAX_BYTES = 64 * 1024

const symbol = z.string().min(1)
export const worldChange: z.ZodType<WorldChange> = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('restart') }),
  z.strictObject({ do: z.literal('move'), symbol, bps: z.number().gt(-10_000).lt(100_000) }),
  z.strictObject({ do: z.literal('depth'), symbol, levelLots: z.int().nonnegative().nullable() }),
  z.strictObject({
    do: z.literal('matchDelay'),
    symbol,
    side: z.enum(['buy', 'sell']),
    delayMs: z.number().nonnegative().max(3_600_000),
  }),
  z.strictObject({ do: z.literal('hold'), symbol, on: z.boolean() }),
  z.strictObject({
    do: z.literal('status'),
    symbol,
    status: z.enum(['Trading', 'PreLaunch', 'ReduceOnly', 'Delivering', 'Closed']),
  }),
  z.strictObject({ do: z.literal('fundingRate'), symbol, rate: z.string().regex(/^-?0(\.\d{1,8})?$/) }),
  z.strictObject({ do: z.literal('dcp'), accountId: z.string().min(1), isAlive: z.boolean() }),
])
const streamCut = z.strictObject({
  stream: z.enum(['public', 'private', 'trade']),
  how: z.enum(['close', 'reset', 'silence']),
})

/** For a request to arrive whole; then it is 408. ms. */
const PATIENCE = { requestTimeout: 15_000, headersTimeout: 15_000, connectionsCheckingInterval: 5000 }

export async function startAdmin(options: AdminOptions): Promise<RunningAdmin> {
  const { host = '127.0.0.1' } = options
  const server = createServer(PATIENCE, (request, response) => {
    readText(request).then(
      (body) => reply(response, answerTo(options, request, body)),
      () => reply(response, { status: 413, value: { problems: ['the body is too large or was cut off'] } }),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, host, resolve)
  })
  return {
    url: `http://${clientAddress(host, (server.address() as AddressInfo).port)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Answer {
  readonly status: number
  readonly value: object
}

function answerTo(options: AdminOptions, { headers, method, url }: IncomingMessage, body: string): Answer {
  if (headers.origin !== undefined) return { status: 403, value: { problems: ['not for browsers'] } }
  switch (`${method} ${url}`) {
    case 'GET /counters':
      return { status: 200, value: options.counters() }
    case 'POST /control':
      return withBody(worldChange, body, (change) => {
        options.control(change)
        return { done: true }
      })
    case 'POST /streams/cut':
      return withBody(streamCut, body, ({ stream, how }) => ({ cut: options.cutStreams(stream, how) }))
    default:
      return { status: 404, value: { problems: ['there is GET /counters, POST /control, POST /streams/cut'] } }
  }
}

/** 400 with every problem at once when the body does not fit, or when the core knows no such thing (a RangeError). */
function withBody<T>(schema: z.ZodType<T>, body: string, act: (value: T) => object): Answer {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return badRequest(['the body is no JSON'])
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    return badRequest(parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`))
  }
  try {
    return { status: 200, value: act(parsed.data) }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return badRequest([error.message])
  }
}

function badRequest(problems: readonly string[]): Answer {
  return { status: 400, value: { problems } }
}

function reply(response: ServerResponse, { status, value }: Answer): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(value))
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_MAX_BYTES) throw new RangeError('body too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
