/**
 * REST as the venue speaks it.
 *
 *   bytes ─► address ─► system ─► path ─► method ─► body ─► signature ─► JSON ─► core ─► envelope
 *              403       429       404     400     403/413  200+retCode   400
 *
 * What the venue refuses as business is HTTP 200 with a retCode; HTTP statuses are for calls that never became a request.
 * Source: Bybit v5 guide, error page, rate-limit page.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { parse as parseQuery } from 'node:querystring'
import type { Answer } from '../faults/rest-fate.ts'
import { plainAddress } from './auth.ts'
import type { CoreReply, CoreRequest } from './core/types.ts'
import { type Admitted, type Call, createAdmission, createCallers, type HttpOptions } from './http-admission.ts'
import {
  answerOf,
  answerRefusal,
  BODY_MAX_BYTES,
  MALFORMED,
  NOT_FOUND,
  type Refusal,
  TOO_LARGE,
  writeEnvelope,
} from './http-answers.ts'
import { ROUTES } from './routes.ts'

const QUERY_KEYS_MAX = 100
/** Pieces of a body kept apart. */
const PIECES_MAX = 1024

export interface HttpCounters {
  readonly requests: number
  /** Calls answered with an HTTP status other than 200. */
  readonly refused: number
}

export interface HttpSide {
  handle(request: IncomingMessage, response: ServerResponse): void
  counters(): HttpCounters
}

export function createHttpSide(options: HttpOptions): HttpSide {
  const { driver, doubts, refuses, faults } = options
  const admissionProblem = createAdmission(options)
  const whoAsks = createCallers(options)
  const withLimit = limitTeller(options)
  let requests = 0
  let refused = 0
  return { handle, counters: () => ({ requests, refused }) }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    requests += 1
    const { path, query } = splitUrl(request.url ?? '')
    const route = ROUTES.get(path)
    const address = plainAddress(request.socket.remoteAddress)
    const problem = admissionProblem(request, address, route)
    const absent = problem === NOT_FOUND ? (refuses?.(path, null) ?? null) : null
    if (absent !== null) {
      answer({ response, address }, 200, absent, driver.nowMs())
    } else if (route === undefined || problem !== undefined) {
      refuse(request, response, problem ?? NOT_FOUND)
    } else if (route.method === 'POST') {
      const call: Call = { request, response, address, path, route }
      readBody(call, {
        onWhole: (body) => admit(call, body, () => parseBody(body)),
        onTooLarge: () => refuse(request, response, TOO_LARGE),
      })
    } else {
      const params = parseQuery(query, '&', '=', { maxKeys: QUERY_KEYS_MAX })
      admit({ request, response, address, path, route }, query, () => params)
    }
  }

  /** `parse` runs only for a caller who may ask; it answers undefined for a malformed body. */
  function admit(call: Call, payload: string | Buffer, parse: () => CoreRequest['params'] | undefined): void {
    const caller = whoAsks(call, payload)
    if (!caller.ok) {
      answer(call, doubts.authStatus, refusalOf(caller), driver.nowMs())
      return
    }
    const params = parse()
    if (params === undefined) {
      refuse(call.request, call.response, MALFORMED)
      return
    }
    const { path, route } = call
    const otherwise = refuses?.(path, params) ?? null
    const asked: CoreRequest = { accountId: caller.accountId, method: route.method, path, params }
    if (otherwise !== null) answer(call, 200, otherwise, driver.nowMs())
    else if (faults === undefined) driver.handle(asked, (reply, nowMs) => answer(call, 200, reply, nowMs))
    else faults.carry(admittedOf({ ...options, whoAsks, call, payload, asked, answer, withLimit }))
  }

  /** An answer no account's counter was asked for tells the address's budget, or nothing. */
  function answer(
    { response, address }: Pick<Call, 'response' | 'address'>,
    status: number,
    reply: CoreReply,
    nowMs: number,
  ): void {
    if (status !== 200) refused += 1
    writeEnvelope(response, status, withLimit(reply, address, nowMs), nowMs)
  }

  function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
    refused += 1
    answerRefusal(request, response, refusal)
  }
}

/** Adds what an answer says of limits: the account's, or where a doubt says so the address's budget. */
function limitTeller({ ipLimit, doubts }: HttpOptions) {
  const elsewhere = doubts.limitHeadersElsewhere === 'address'
  return (reply: CoreReply, address: string, nowMs: number): CoreReply => {
    const limit = reply.limit ?? (elsewhere ? ipLimit.budget(address, nowMs) : undefined)
    return limit === undefined ? reply : { ...reply, limit }
  }
}

interface AdmittedParts extends Pick<HttpOptions, 'driver' | 'doubts'>, Pick<Admitted, 'call' | 'payload'> {
  readonly whoAsks: ReturnType<typeof createCallers>
  readonly asked: CoreRequest
  answer(call: Call, status: number, reply: CoreReply, nowMs: number): void
  withLimit(reply: CoreReply, address: string, nowMs: number): CoreReply
}

type Tell = (status: number, reply: CoreReply, nowMs: number) => void

/** A request in the hands of the fault layer. When it goes on it may be late: then who asks is verified once more. */
function admittedOf(parts: AdmittedParts): Admitted {
  const { driver, doubts, whoAsks, call, payload, asked, answer, withLimit } = parts
  const ask = (params: CoreRequest['params'], tell: Tell): void => {
    const still = whoAsks(call, payload)
    if (!still.ok) tell(doubts.authStatus, refusalOf(still), driver.nowMs())
    else driver.handle({ ...asked, params }, (reply, nowMs) => tell(200, reply, nowMs))
  }
  return {
    call,
    payload,
    pass: () => ask(asked.params, (status, reply, nowMs) => answer(call, status, reply, nowMs)),
    send(changed) {
      const params = changed === null ? asked.params : (parseBody(Buffer.from(changed)) ?? {})
      let answered: Answer | undefined
      ask(params, (status, reply, nowMs) => {
        answered = answerOf(status, withLimit(reply, call.address, nowMs), nowMs)
      })
      return answered!
    },
  }
}

function refusalOf({ retCode, retMsg }: { readonly retCode: number; readonly retMsg: string }): CoreReply {
  return { retCode, retMsg, result: {}, retExtInfo: {} }
}

/** The path, and the raw query without its question mark. */
function splitUrl(url: string): { readonly path: string; readonly query: string } {
  const mark = url.indexOf('?')
  return mark < 0 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) }
}

interface BodyHooks {
  /** Not called when the call was answered before its body ended. */
  onWhole(body: Buffer): void
  /** Called once; what still arrives is read and thrown away. */
  onTooLarge(): void
}

function readBody({ request, response }: Call, hooks: BodyHooks): void {
  let chunks: Buffer[] = []
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= BODY_MAX_BYTES) chunks.push(chunk)
    else if (!response.headersSent) hooks.onTooLarge()
    // A byte at a time would be kept at a hundred times its size.
    if (chunks.length === PIECES_MAX) chunks = [Buffer.concat(chunks)]
  })
  request.on('end', () => {
    if (response.headersSent) return
    hooks.onWhole(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
  })
  request.on('error', () => response.destroy())
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
