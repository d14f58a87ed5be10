/**
 * What a fault plan can tell apart, read off the wire: the operation, and the order it is about.
 *
 *   POST /v5/order/create  {"symbol":…,"positionIdx":2,"orderLinkId":…}   ─► create, short leg, that client order id
 *   {"topic":"execution","data":[{…,"orderLinkId":…}]}                    ─► execution, the leg by the gate's memory
 *
 * {"retCode":0,"result":{"orderId":…}}                          ─► what the venue calls the order it took in
 *
 * Reading is lenient: a field that is missing or odd is null, since faults also meet traffic that is itself broken.
 */
import type { LegName, Side } from '../domain/order.ts'
import { type FaultFacts, type JudgedOp, NO_FACTS } from './gate.ts'
import type { FaultParty } from './plan-types.ts'

/** REST operations by method and path. Source: Bybit v5 order, position, execution, account and market endpoints. */
export const REST_ROUTES = [
  { method: 'POST', path: '/v5/order/create', op: 'create' },
  { method: 'POST', path: '/v5/order/amend', op: 'amend' },
  { method: 'POST', path: '/v5/order/cancel', op: 'cancel' },
  { method: 'POST', path: '/v5/order/cancel-all', op: 'cancel-all' },
  { method: 'POST', path: '/v5/order/create-batch', op: 'create-batch' },
  { method: 'POST', path: '/v5/order/amend-batch', op: 'amend-batch' },
  { method: 'POST', path: '/v5/order/cancel-batch', op: 'cancel-batch' },
  { method: 'GET', path: '/v5/order/realtime', op: 'realtime' },
  { method: 'GET', path: '/v5/order/history', op: 'history' },
  { method: 'GET', path: '/v5/execution/list', op: 'executions' },
  { method: 'GET', path: '/v5/position/list', op: 'positions' },
  { method: 'GET', path: '/v5/account/wallet-balance', op: 'wallet' },
  { method: 'GET', path: '/v5/account/transaction-log', op: 'transactions' },
  { method: 'GET', path: '/v5/market/time', op: 'time' },
] as const

const REST_OPS: ReadonlyMap<string, JudgedOp> = new Map(REST_ROUTES.map(({ path, op }) => [path, op]))

/** The operation a REST path asks for; each has one method. */
export function restOpOf(path: string): JudgedOp {
  return REST_OPS.get(path) ?? 'other'
}

/** The timestamp a client signed with, from its header's text, ms; null when there is none or it is none. */
export function signedMsOf(header: unknown): number | null {
  const signedMs = Number(header ?? Number.NaN)
  return Number.isSafeInteger(signedMs) ? signedMs : null
}

/** Facts of a request: from its JSON body, or from its query when it has none. A batch is about no order in particular. */
export function factsOfRequest(op: JudgedOp, query: URLSearchParams, bodyText: string): FaultFacts {
  if (bodyText === '') return factsOfRecord(Object.fromEntries(query))
  return factsOfOrder(op, parsedOrNull(bodyText))
}

/** Facts of what is asked of one order. Left out of a create, reduce-only is false. Source: Bybit v5 docs, place-order. */
export function factsOfOrder(op: JudgedOp, record: unknown): FaultFacts {
  const facts = factsOfRecord(record)
  return op === 'create' ? { ...facts, reduceOnly: facts.reduceOnly ?? false } : facts
}

/** Facts of an order request or of a row of a private topic. */
export function factsOfRecord(record: unknown): FaultFacts {
  if (!isRecord(record)) return NO_FACTS
  return {
    symbol: textOrNull(record['symbol']),
    leg: legOf(record['positionIdx']),
    side: sideOf(record['side']),
    reduceOnly: typeof record['reduceOnly'] === 'boolean' ? record['reduceOnly'] : null,
    clientId: textOrNull(record['orderLinkId']),
    venueOrderId: textOrNull(record['orderId']),
  }
}

/** Which stream a socket of this URL is; null when it is none of ours. */
export function streamOf(url: string | undefined): 'public-stream' | 'private-stream' | null {
  const path = url === undefined || !URL.canParse(url) ? '' : new URL(url).pathname
  if (path.startsWith('/v5/public/')) return 'public-stream'
  return path === '/v5/private' ? 'private-stream' : null
}

/** A frame as the gate sees it. `text` is what will be delivered. */
export interface Frame {
  readonly op: JudgedOp
  /** The exact topic, for reordering; the operation's name for frames without one. */
  readonly topic: string
  readonly text: string
  readonly facts: FaultFacts
}

/**
 * Reads a stream frame. With `byRow`, a private frame of several rows becomes one frame per row, so that a fault aimed
 * at one leg leaves the other alone; the client sees the same rows in the same order.
 */
export function readFrame(party: FaultParty, text: string, byRow: boolean): readonly Frame[] {
  const parsed = parsedOrNull(text)
  if (!isRecord(parsed)) return [{ op: 'other', topic: 'other', text, facts: NO_FACTS }]
  const topic = textOrNull(parsed['topic'])
  if (topic === null) {
    const op = answerOp(parsed)
    return [{ op, topic: op, text, facts: NO_FACTS }]
  }
  if (party === 'public-stream') return [{ op: publicOp(topic), topic, text, facts: publicFacts(topic) }]
  const rows: unknown[] = Array.isArray(parsed['data']) ? parsed['data'] : []
  const op = privateOp(topic)
  const factsOf = (row: unknown): FaultFacts =>
    // The side of a position is no order's.
    op === 'position' ? { ...factsOfRecord(row), side: null } : factsOfRecord(row)
  if (!byRow || rows.length < 2) return [{ op, topic, text, facts: factsOf(rows[0]) }]
  return rows.map((row) => ({ op, topic, text: JSON.stringify({ ...parsed, data: [row] }), facts: factsOf(row) }))
}

/** Frames without a topic. The public pong keeps `op: "ping"` (Bybit v5, connect). */
function answerOp(frame: Readonly<Record<string, unknown>>): JudgedOp {
  if (frame['op'] === 'pong' || frame['op'] === 'ping') return 'pong'
  return frame['op'] === 'auth' || frame['op'] === 'subscribe' ? 'ack' : 'other'
}

function publicOp(topic: string): JudgedOp {
  if (topic.startsWith('orderbook.')) return 'orderbook'
  return topic.startsWith('tickers.') ? 'tickers' : 'other'
}

/** "orderbook.1.BTCUSDT" and "tickers.BTCUSDT" both end in the symbol. */
function publicFacts(topic: string): FaultFacts {
  return { ...NO_FACTS, symbol: topic.slice(topic.lastIndexOf('.') + 1) }
}

/** All-in-one topics and their categorised forms, "order" and "order.linear". */
function privateOp(topic: string): JudgedOp {
  const name = topic.split('.')[0]
  return name === 'order' || name === 'execution' || name === 'position' || name === 'wallet' ? name : 'other'
}

/** Hedge mode's position index: 1 holds the long, 2 the short. Text in a query, a number elsewhere. */
function legOf(positionIdx: unknown): LegName | null {
  if (positionIdx === 1 || positionIdx === '1') return 'long'
  return positionIdx === 2 || positionIdx === '2' ? 'short' : null
}

/** As Bybit writes it. */
function sideOf(side: unknown): Side | null {
  if (side === 'Buy') return 'buy'
  return side === 'Sell' ? 'sell' : null
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

export function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
