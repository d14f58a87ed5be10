/**
 * REST as the venue speaks it.
 *
 *   bytes ─► address budget ─► path ─► method ─► body ─► signature ─► JSON ─► core ─► envelope
 *              403              404     400     403/413   200+retCode   400
 *
 * What the venue refuses as business is HTTP 200 with a retCode; HTTP statuses are for calls that never became a request.
 * Source: Bybit v5 guide, error page, rate-limit page.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { parse as parseQuery } from 'node:querystring'
import { authenticateRequest } from './auth.ts'
import type { CoreReply, CoreRequest, ExchangeCore } from './core/types.ts'
import type { Driver } from './driver.ts'
import type { IpLimit } from './ip-limit.ts'
import { ROUTES, type Route } from './routes.ts'
import type { Doubts } from './world-doubts.ts'

/** No order or query of the venue comes near this. */
export const BODY_MAX_BYTES = 256 * 1024
const QUERY_KEYS_MAX = 100

export interface HttpOptions {
  readonly core: ExchangeCore
  readonly driver: Driver
  readonly ipLimit: IpLimit
  readonly doubts: Pick<Doubts, 'signedMarket'>
}

export interface HttpCounters {
  readonly requests: number
  /** Calls answered with an HTTP status other than 200. */
  readonly refused: number
}

export interface HttpSide {
  handle(request: IncomingMessage, response: ServerResponse): void
  counters(): HttpCounters
}

interface Call {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly path: string
  readonly route: Route
}

/** An HTTP status that is not 200, and the plain text that goes with it. */
interface Refusal {
  readonly status: number
  readonly reason: string
}

/** Where signed market requests are refused (a doubt); the text is a guess. */
const KEY_NOT_FOR_THIS: CoreReply = { retCode: 10003, retMsg: 'API key is invalid.', result: {}, retExtInfo: {} }
const BANNED: Refusal = { status: 403, reason: 'access too frequent' }
const NOT_FOUND: Refusal = { status: 404, reason: 'path not found' }
const GET_WITH_BODY: Refusal = { status: 403, reason: 'a GET request carries no body' }
const TOO_LARGE: Refusal = { status: 413, reason: `at most ${BODY_MAX_BYTES} bytes` }
const MALFORMED: Refusal = { status: 400, reason: 'the body is no JSON object' }

export function createHttpSide({ core, driver, ipLimit, doubts }: HttpOptions): HttpSide {
  let requests = 0
  let refused = 0
  return { handle, counters: () => ({ requests, refused }) }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    requests += 1
    const url = request.url ?? ''
    const mark = url.indexOf('?')
    const path = mark < 0 ? url : url.slice(0, mark)
    const query = mark < 0 ? '' : url.slice(mark + 1)
    const route = ROUTES.get(path)
    const problem = admissionProblem(request, route)
    if (route === undefined || problem !== undefined) {
      refuse(request, response, problem ?? NOT_FOUND)
    } else if (route.method === 'POST') {
      const call: Call = { request, response, path, route }
      readBody(call, {
        onWhole: (body) => admit(call, body, () => parseBody(body)),
        onTooLarge: () => refuse(request, response, TOO_LARGE),
      })
    } else {
      const params = parseQuery(query, '&', '=', { maxKeys: QUERY_KEYS_MAX })
      admit({ request, response, path, route }, query, () => params)
    }
  }

  /** Why a call never becomes a request, as far as its head tells. Calls of every kind count against the address. */
  function admissionProblem(request: IncomingMessage, route: Route | undefined): Refusal | undefined {
    if (!ipLimit.admit(request.socket.remoteAddress ?? '', driver.nowMs())) return BANNED
    if (route === undefined) return NOT_FOUND
    if (request.method !== route.method) return { status: 400, reason: `send this request with ${route.method}` }
    return route.method === 'GET' && hasBody(request) ? GET_WITH_BODY : undefined
  }

  /** `parse` runs only for a caller who may ask; it answers undefined for a malformed body. */
  function admit(call: Call, payload: string | Buffer, parse: () => CoreRequest['params'] | undefined): void {
    const { request, response, route, path } = call
    if (route.open && doubts.signedMarket === 'refused' && request.headers['x-bapi-sign'] !== undefined) {
      answer(response, KEY_NOT_FOR_THIS, driver.nowMs())
      return
    }
    const caller = route.open ? undefined : authenticateRequest(request.headers, payload, core.accounts, driver.nowMs())
    if (caller?.ok === false) {
      answer(response, { ...caller, result: {}, retExtInfo: {} }, driver.nowMs())
      return
    }
    const params = parse()
    if (params === undefined) {
      refuse(request, response, MALFORMED)
      return
    }
    const asked: CoreRequest = { accountId: caller?.accountId ?? null, method: route.method, path, params }
    driver.handle(asked, (reply, nowMs) => answer(response, reply, nowMs))
  }

  function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
    refused += 1
    answerRefusal(request, response, refusal)
  }
}

interface BodyHooks {
  /** Not called when the call was answered before its body ended. */
  onWhole(body: Buffer): void
  /** Called once; what still arrives is read and thrown away. */
  onTooLarge(): void
}

function readBody({ request, response }: Call, hooks: BodyHooks): void {
  const chunks: Buffer[] = []
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= BODY_MAX_BYTES) chunks.push(chunk)
    else if (!response.headersSent) hooks.onTooLarge()
  })
  request.on('end', () => {
    if (response.headersSent) return
    hooks.onWhole(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
  })
  request.on('error', () => response.destroy())
}

/** Small unread bodies are drained by node; with a body too large the connection goes instead. */
function answerRefusal(request: IncomingMessage, response: ServerResponse, { status, reason }: Refusal): void {
  const tooLarge = status === TOO_LARGE.status
  response.writeHead(status, {
    'Content-Type': 'text/plain',
    'Content-Length': Buffer.byteLength(reason),
    ...(tooLarge ? { Connection: 'close' } : {}),
  })
  response.end(reason, () => {
    if (tooLarge) request.socket.destroySoon()
  })
}

function answer(response: ServerResponse, reply: CoreReply, nowMs: number): void {
  const { retCode, retMsg, result, retExtInfo, limit } = reply
  const body = JSON.stringify({ retCode, retMsg, result, retExtInfo, time: nowMs })
  const headers = ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', String(Buffer.byteLength(body))]
  if (limit !== undefined) {
    headers.push('X-Bapi-Limit', String(limit.limit), 'X-Bapi-Limit-Status', String(limit.remaining))
    headers.push('X-Bapi-Limit-Reset-Timestamp', String(limit.resetMs))
  }
  response.writeHead(200, headers)
  response.end(body)
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

/** An empty body counts as `{}`. */
function parseBody(body: Buffer): CoreRequest['params'] | undefined {
  if (body.length === 0) return {}
  try {
    const value: unknown = JSON.parse(body.toString())
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as CoreRequest['params']) : undefined
  } catch {
    return undefined
  }
}
