/**
 * Who gets in over HTTP: which calls become requests at all, and whose they are.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from '../faults/rest-fate.ts'
import { type Accounts, type Authentication, authenticateRequest } from './auth.ts'
import { createLimit, visit } from './core/limits.ts'
import type { CoreReply, CoreRequest, ExchangeCore } from './core/types.ts'
import type { Driver } from './driver.ts'
import { BANNED, GET_WITH_BODY, NOT_FOUND, OVERLOADED, type Refusal } from './http-answers.ts'
import type { IpLimit } from './ip-limit.ts'
import type { Route } from './routes.ts'
import type { Doubts } from './world-doubts.ts'

export interface HttpOptions {
  readonly core: ExchangeCore
  readonly driver: Driver
  readonly ipLimit: IpLimit
  /** Keys this listener knows; default: all of the core. */
  readonly accounts?: Accounts
  /** What this listener's persona answers instead of the core; `params` is null for a path the core does not have. */
  readonly refuses?: (path: string, params: CoreRequest['params'] | null) => CoreReply | null
  /** Calls of everybody together in any second; null: no bound. */
  readonly systemCallsPerS?: number | null
  readonly doubts: Pick<Doubts, 'signedMarket' | 'authStatus' | 'limitHeadersElsewhere'>
  /** What is planned to go wrong with admitted requests and their answers. */
  readonly faults?: RestFaults | undefined
}

export interface Call {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly address: string
  readonly path: string
  readonly route: Route
}

/** A request that was let in, and the ways it can go on. */
export interface Admitted {
  readonly call: Call
  /** The body, or the query of a GET. */
  readonly payload: string | Buffer
  /** As if there were no faults. */
  pass(): void
  /** Sends the request to the core, with another body if one is given, and keeps the answer from the client. */
  send(changed: string | null): Answer
}

export interface RestFaults {
  carry(admitted: Admitted): void
}

export type Caller = Authentication | { readonly ok: true; readonly accountId: null }

const ANYBODY: Caller = { ok: true, accountId: null }
/** Where signed market requests are refused (a doubt); the text is a guess. */
const KEY_NOT_FOR_THIS: Caller = { ok: false, retCode: 10003, retMsg: 'API key is invalid.' }

/** Why a call never becomes a request, as far as its head tells. Calls of every kind count against the address. */
export function createAdmission({ driver, ipLimit, systemCallsPerS = null }: HttpOptions) {
  const system = systemCallsPerS === null ? null : createLimit(systemCallsPerS, 1000)
  return (request: IncomingMessage, address: string, route: Route | undefined): Refusal | undefined => {
    if (!ipLimit.admit(address, driver.nowMs())) return BANNED
    if (system !== null && visit(system, driver.nowMs()).admitted === 0) return OVERLOADED
    if (route === undefined) return NOT_FOUND
    if (request.method !== route.method) return { status: 400, reason: `send this request with ${route.method}` }
    return route.method === 'GET' && hasBody(request) ? GET_WITH_BODY : undefined
  }
}

/** Market data is for everybody; the rest is for who signs as the holder of a key known here. */
export function createCallers({ core, accounts = core.accounts, driver, doubts }: HttpOptions) {
  return ({ request: { headers }, address, route }: Call, payload: string | Buffer): Caller => {
    if (!route.open) return authenticateRequest({ headers, payload, address }, accounts, driver.nowMs())
    return doubts.signedMarket === 'refused' && headers['x-bapi-sign'] !== undefined ? KEY_NOT_FOR_THIS : ANYBODY
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}
