/**
 * One REST call, whole: budget, signature, request, answer, ruling.
 *
 *   begin(op, params) ─► budget? ─no─► refused (10006 or 403), nothing sent
 *                          │yes
 *                          └─► text built once, signed, handed to a socket ─► answer ─► rule ─► Outcome
 *
 * Everything up to the socket happens before `begin` returns.
 */
import type { Clock } from '../seams/clock.ts'
import type { Json } from './decode-fields.ts'
import { isRecord, parseJson } from './decode-fields.ts'
import type { EndpointName } from './endpoints.ts'
import { ENDPOINTS } from './endpoints.ts'
import type { Outcome } from './gateway.ts'
import type { Http, HttpAnswer } from './http.ts'
import type { Denial, Limits } from './limits.ts'
import { resetAfterMs } from './limits.ts'
import type { Answer, Mark } from './outcome.ts'
import { rule } from './outcome.ts'
import type { Credentials } from './sign.ts'
import { signRest } from './sign.ts'
import type { VenueClock } from './venue-clock.ts'

export type Params = Readonly<Record<string, string | number | boolean | undefined>>

/** A whole reply: the envelope's result and time. */
export interface Reply {
  readonly result: Json
  /** The venue's clock when it answered (`time`), ms; null when the envelope has none. */
  readonly venueMs: number | null
}

export interface Called {
  readonly outcome: Outcome<Reply>
  readonly mark: Mark | null
}

export interface Call {
  /** What the request was signed with, venue ms. */
  readonly venueTimestampMs: number
  readonly called: Promise<Called>
}

export interface CallerOptions {
  readonly http: Http
  readonly limits: Limits
  readonly venueClock: VenueClock
  readonly clock: Clock
  readonly credentials: Credentials
  readonly onMark?: (mark: Mark, op: EndpointName, reason: string) => void
}

export interface CallLimits {
  readonly timeoutMs: number
  /** How long the venue may accept the request after its timestamp, ms. */
  readonly recvWindowMs: number
}

export type Caller = (op: EndpointName, params: Params, limits: CallLimits) => Call

/** Bybit: after a 403 stop for at least ten minutes. Source: rate-limit page. */
const BAN_US = 10 * 60 * 1_000_000

export function createCaller({ http, limits, venueClock, clock, credentials, onMark }: CallerOptions): Caller {
  const interpret = (op: EndpointName, answer: HttpAnswer, sentUs: number): Called => {
    if (answer.kind === 'reply') limits.observe(op, answer.headers, sentUs)
    const { facts, envelope } = reduce(answer)
    const { kind, mark = null } = rule(ENDPOINTS[op].operation, facts)
    if (mark === 'banned') limits.ban(clock.nowUs() + BAN_US)
    if (kind === 'done' && mark === null) return { outcome: { kind, value: replyOf(envelope) }, mark }
    const reason = hide(credentials.apiKey, reasonOf(answer, envelope))
    if (mark !== null) onMark?.(mark, op, reason)
    if (kind === 'done') return { outcome: { kind, value: replyOf(envelope) }, mark }
    const code = codeOf(facts)
    if (kind === 'unknown') return { outcome: { kind, code, reason }, mark }
    const extra =
      mark === 'rate-limited' && answer.kind === 'reply'
        ? { retryAfterMs: resetAfterMs(answer.headers, venueClock.nowMs()) }
        : mark === 'banned'
          ? { bannedUntilUs: limits.bannedUntilUs() }
          : {}
    return { outcome: { kind, code, reason, ...extra }, mark }
  }

  return (op, params, { timeoutMs, recvWindowMs }) => {
    const venueTimestampMs = Math.floor(venueClock.nowMs())
    const denial = limits.tryTake(op)
    if (denial !== null) return { venueTimestampMs, called: Promise.resolve(denied(denial)) }
    const { method, path, signed } = ENDPOINTS[op]
    const payload = method === 'GET' ? queryOf(params) : JSON.stringify(params)
    const headers: string[] = method === 'POST' ? ['Content-Type', 'application/json'] : []
    if (signed) {
      const signature = signRest(credentials, { timestampMs: venueTimestampMs, recvWindowMs, payload })
      headers.push('X-BAPI-API-KEY', credentials.apiKey, 'X-BAPI-TIMESTAMP', String(venueTimestampMs))
      headers.push('X-BAPI-RECV-WINDOW', String(recvWindowMs), 'X-BAPI-SIGN', signature)
    }
    const sentUs = clock.nowUs()
    const answer = http.send({
      method,
      path: method === 'GET' && payload !== '' ? `${path}?${payload}` : path,
      headers,
      // A GET with a body is answered 403 by the venue.
      body: method === 'POST' ? payload : null,
      timeoutMs,
    })
    return { venueTimestampMs, called: answer.then((got) => interpret(op, got, sentUs)) }
  }
}

function denied({ code, reason, retryAfterMs, bannedUntilUs }: Denial): Called {
  const ban = bannedUntilUs === undefined ? {} : { bannedUntilUs }
  return { outcome: { kind: 'refused', code, reason, retryAfterMs, ...ban }, mark: null }
}

function queryOf(params: Params): string {
  let query = ''
  for (const name in params) {
    const value = params[name]
    if (value === undefined) continue
    const text = typeof value !== 'string' ? value : encodeURIComponent(name === 'cursor' ? plain(value) : value)
    query += `${query === '' ? '' : '&'}${name}=${text}`
  }
  return query
}

/** The venue hands out cursors that are percent-encoded already; encoded once more they name another page. */
function plain(cursor: string): string {
  try {
    return decodeURIComponent(cursor)
  } catch {
    return cursor
  }
}

function reduce(answer: HttpAnswer): { facts: Answer; envelope: Json | null } {
  if (answer.kind !== 'reply') return { facts: { kind: answer.kind }, envelope: null }
  const envelope = parseJson(answer.text)
  const httpStatus = answer.status
  const retCode = isRecord(envelope) ? envelope['retCode'] : undefined
  if (!isRecord(envelope) || typeof retCode !== 'number' || !Number.isSafeInteger(retCode)) {
    return { facts: { kind: 'garbled', httpStatus }, envelope: null }
  }
  return { facts: { kind: 'reply', httpStatus, retCode }, envelope }
}

/** The retCode, or the HTTP status when the status decided or there was no retCode, or 0 when nothing was sent. */
function codeOf(facts: Answer): number {
  if (facts.kind === 'unsent' || facts.kind === 'lost') return 0
  const fine = facts.httpStatus >= 200 && facts.httpStatus < 300
  return facts.kind === 'reply' && fine ? facts.retCode : facts.httpStatus
}

function reasonOf(answer: HttpAnswer, envelope: Json | null): string {
  if (answer.kind !== 'reply') return answer.kind === 'unsent' ? `not sent: ${answer.reason}` : answer.reason
  const message = envelope?.['retMsg']
  if (typeof message === 'string' && message !== '') return message.slice(0, 300)
  return envelope === null ? `HTTP ${answer.status} with a body that is no reply` : `HTTP ${answer.status}`
}

/** A refused signature is answered with the text that was signed, key included; that never goes further. */
function hide(apiKey: string, reason: string): string {
  return apiKey === '' ? reason : reason.replaceAll(apiKey, '(api key)')
}

function replyOf(envelope: Json | null): Reply {
  const result = envelope?.['result']
  const time = envelope?.['time']
  return {
    result: isRecord(result) ? result : {},
    venueMs: typeof time === 'number' && Number.isSafeInteger(time) && time > 0 ? time : null,
  }
}
