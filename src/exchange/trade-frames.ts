/**
 * Frames of the trade socket: camelCase, one answer per request, limits in a `header` of their own. Keys are in the
 * venue's order. Source: Bybit v5 websocket trade guideline; the answer to a repeated `reqId` as seen live (facts §2.3, §8.2).
 */
import type { CoreReply } from './core/types.ts'

export interface TradeRequest {
  readonly op: string
  /** Echoed as text; undefined when the client sent none. */
  readonly reqId: string | undefined
  readonly header: Readonly<Record<string, unknown>>
  readonly args: unknown
}

/** Longest `reqId` the venue takes. */
export const REQ_ID_MAX_CHARACTERS = 36

/** Reads a frame; a text when it cannot be understood, fit for `retMsg`. */
export function parseTradeRequest(text: string): TradeRequest | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'params error: invalid json'
  }
  if (!isRecord(value)) return 'params error: request is no object'
  const { op, reqId, header, args } = value
  if (typeof op !== 'string') return 'params error: op is missing'
  return {
    op,
    reqId: typeof reqId === 'string' || typeof reqId === 'number' ? String(reqId) : undefined,
    header: isRecord(header) ? header : {},
    args,
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What an answer refers to. */
export interface TradeAnswer {
  readonly connId: string
  readonly op: string
  readonly reqId: string | undefined
}

export function answerTo({ id: connId }: { readonly id: string }, { op, reqId }: TradeRequest): TradeAnswer {
  return { connId, op, reqId }
}

/** The answer to `auth`: no data, no header. */
export function tradeAck({ connId, op, reqId }: TradeAnswer, retCode: number, retMsg: string): string {
  return JSON.stringify({ reqId, retCode, retMsg, op, connId })
}

export function tradePong({ connId, reqId }: TradeAnswer, nowMs: number): string {
  return JSON.stringify({ reqId, retCode: 0, retMsg: 'OK', op: 'pong', data: [String(nowMs)], connId })
}

/**
 * The answer to an order request. Limits are there when an endpoint's counter was asked; `resetMs` is when one that was met
 * is free again.
 */
export function tradeReply(
  { connId, op, reqId }: TradeAnswer,
  reply: CoreReply,
  trip: { readonly nowMs: number; readonly traceId: string; readonly resetMs?: number },
): string {
  const { retCode, retMsg, result, retExtInfo, limit } = reply
  const limits =
    limit === undefined
      ? limitMet(trip.resetMs)
      : {
          'X-Bapi-Limit': String(limit.limit),
          'X-Bapi-Limit-Status': String(limit.remaining),
          'X-Bapi-Limit-Reset-Timestamp': String(limit.resetMs),
        }
  const header = { ...limits, Traceid: trip.traceId, Timenow: String(trip.nowMs) }
  return JSON.stringify({ reqId, retCode, retMsg, op, data: result, retExtInfo, header, connId })
}

function limitMet(resetMs: number | undefined): object {
  return resetMs === undefined ? {} : { 'X-Bapi-Limit-Status': '0', 'X-Bapi-Limit-Reset-Timestamp': String(resetMs) }
}

/** A field of a request's header as text; empty when it is none. */
export function headerText({ header }: TradeRequest, name: string): string {
  const value = header[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
