/**
 * What leaves over HTTP: the envelope of a request, or a bare status for a call that never became one.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from '../faults/rest-fate.ts'
import type { CoreReply } from './core/types.ts'

/** No order or query of the venue comes near this. */
export const BODY_MAX_BYTES = 256 * 1024

/** An HTTP status that is not 200, and the plain text that goes with it. */
export interface Refusal {
  readonly status: number
  readonly reason: string
}

export const BANNED: Refusal = { status: 403, reason: 'access too frequent' }
export const OVERLOADED: Refusal = { status: 429, reason: 'too many requests' }
export const NOT_FOUND: Refusal = { status: 404, reason: 'path not found' }
export const GET_WITH_BODY: Refusal = { status: 403, reason: 'a GET request carries no body' }
export const TOO_LARGE: Refusal = { status: 413, reason: `at most ${BODY_MAX_BYTES} bytes` }
export const MALFORMED: Refusal = { status: 400, reason: 'the body is no JSON object' }

/** Small unread bodies are drained by node; with a body too large the connection goes instead. */
export function answerRefusal(request: IncomingMessage, response: ServerResponse, { status, reason }: Refusal): void {
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

/** The body of an answer. */
export function envelopeText({ retCode, retMsg, result, retExtInfo, omits }: CoreReply, nowMs: number): string {
  const envelope: Record<string, unknown> = { retCode, retMsg, result, retExtInfo, time: nowMs }
  for (const part of omits ?? []) delete envelope[part]
  return JSON.stringify(envelope)
}

/** The same answer, kept instead of written. */
export function answerOf(status: number, reply: CoreReply, nowMs: number): Answer {
  const { limit } = reply
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    ...(limit === undefined
      ? {}
      : {
          'x-bapi-limit': String(limit.limit),
          'x-bapi-limit-status': String(limit.remaining),
          'x-bapi-limit-reset-timestamp': String(limit.resetMs),
        }),
  }
  return { status, headers, text: envelopeText(reply, nowMs) }
}

export function writeEnvelope(response: ServerResponse, status: number, reply: CoreReply, nowMs: number): void {
  const { limit } = reply
  const body = envelopeText(reply, nowMs)
  const headers = ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', String(Buffer.byteLength(body))]
  if (limit !== undefined) {
    headers.push('X-Bapi-Limit', String(limit.limit), 'X-Bapi-Limit-Status', String(limit.remaining))
    headers.push('X-Bapi-Limit-Reset-Timestamp', String(limit.resetMs))
  }
  response.writeHead(status, headers)
  response.end(body)
}
