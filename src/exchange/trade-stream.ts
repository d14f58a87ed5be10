/**
 * The trade socket, `/v5/trade`: orders as frames, in the same core and on the same budgets as REST.
 *
 *   auth ─► { reqId, header, op, args: [order] } ─► known op ─► rates ─► reqId ─► time window ─► category ─► core ─► answer
 *                                                    10404     10403,20003,10429  20006   10002     10404
 *
 * Source: Bybit v5 websocket trade guideline, error page (facts §2.3, §8.2, §9).
 */
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Clock } from '../seams/clock.ts'
import { seededRandom } from '../seams/random.ts'
import { type Accounts, isSigned, windowProblem } from './auth.ts'
import type { Connection, Connections, StreamLimits } from './connection.ts'
import { createConnections } from './connection.ts'
import type { CoreReply } from './core/types.ts'
import type { Driver } from './driver.ts'
import { ROUTES } from './routes.ts'
import {
  type Answer,
  admittedOrder,
  NOTHING,
  type OrderParts,
  type Params,
  type TradeFaults,
} from './trade-admission.ts'
import {
  answerTo,
  headerText,
  isRecord,
  parseTradeRequest,
  REQ_ID_MAX_CHARACTERS,
  type TradeRequest,
  tradeAck,
  tradePong,
  tradeReply,
} from './trade-frames.ts'
import { createTradeRates, type TradeBounds } from './trade-rates.ts'

export interface TradeStream {
  readonly connections: Connections
  accept(socket: WebSocket, wire: Duplex, at: TradeDoor): void
}

export interface TradeDoor {
  /** Keys known where the socket came in. */
  readonly accounts: Accounts
  /** What the client asked for in its URL. */
  readonly idleMaxMs: number | undefined
}

export interface TradeStreamOptions {
  readonly faults?: TradeFaults | undefined
  readonly driver: Driver
  readonly clock: Clock
  readonly limits: StreamLimits
  readonly idPrefix: string
  readonly bounds: TradeBounds
}

interface Session {
  readonly accounts: Accounts
  readonly wire: Duplex
  accountId: string | undefined
  /** The latest request ids, oldest first. */
  readonly reqIds: Set<string>
}

const PATHS: ReadonlyMap<string, string> = new Map([
  ['order.create', '/v5/order/create'],
  ['order.amend', '/v5/order/amend'],
  ['order.cancel', '/v5/order/cancel'],
  ['order.create-batch', '/v5/order/create-batch'],
  ['order.amend-batch', '/v5/order/amend-batch'],
  ['order.cancel-batch', '/v5/order/cancel-batch'],
])
const CATEGORIES: ReadonlySet<unknown> = new Set(['linear', 'spot', 'inverse', 'option'])
/** Request ids of one socket that are remembered; how long the venue does is not documented. */
const REQ_IDS_MAX = 5000
const DIGITS = /^\d{1,16}$/

export function createTradeStream(options: TradeStreamOptions): TradeStream {
  const { driver, clock, limits, idPrefix } = options
  const sessions = new Map<Connection, Session>()
  const rates = createTradeRates(options.bounds)
  const connections = createConnections({ idPrefix, clock, limits, hooks: { onText, onClosed } })
  const nextTraceId = createTraceIds(driver.nowMs())

  return { connections, accept }

  function accept(socket: WebSocket, wire: Duplex, { accounts, idleMaxMs }: TradeDoor): void {
    const connection = connections.accept(socket, wire, idleMaxMs)
    sessions.set(connection, { accounts, wire, accountId: undefined, reqIds: new Set() })
  }

  function onClosed(connection: Connection): void {
    sessions.delete(connection)
    rates.forget(connection)
  }

  function onText(connection: Connection, text: string): void {
    const session = sessions.get(connection)
    if (session === undefined) return
    const request = parseTradeRequest(text)
    if (typeof request === 'string') {
      connection.send(tradeAck({ connId: connection.id, op: '', reqId: undefined }, 10001, request))
    } else if (request.op === 'ping') connection.send(tradePong(answerTo(connection, request), driver.nowMs()))
    else if (request.op === 'auth') authenticate(connection, session, request, driver.nowMs())
    else order(connection, session, request)
  }

  function order(connection: Connection, session: Session, request: TradeRequest): void {
    const nowMs = driver.nowMs()
    const refused = opProblem(request) ?? rates.refuses(connection, nowMs) ?? requestProblem(session, request, nowMs)
    if (refused !== undefined) {
      reply(connection, request, { ...refused, ...NOTHING }, nowMs)
      return
    }
    const params = (request.args as readonly Params[])[0]!
    const answer: Answer = (given, atMs) => {
      reply(connection, request, given, atMs)
      // The rows it causes are about to be written elsewhere: the answer leaves first, as on REST.
      connections.flush()
    }
    const performs: OrderParts['perform'] = (asked, told) => perform(driver, session, request, asked, told)
    if (options.faults === undefined) performs(params, answer)
    else {
      const parts = { connection, wire: session.wire, request, path: PATHS.get(request.op)!, params, answer }
      const order = admittedOrder({
        ...parts,
        problem: (atMs) => requestProblem(session, request, atMs),
        perform: performs,
        trip: () => ({ nowMs: driver.nowMs(), traceId: nextTraceId() }),
        flush: connections.flush,
        isOpen: () => sessions.has(connection),
      })
      options.faults.carry(order)
    }
  }

  function reply(connection: Connection, request: TradeRequest, given: CoreReply, nowMs: number): void {
    connection.send(tradeReply(answerTo(connection, request), given, { nowMs, traceId: nextTraceId() }))
  }
}

function authenticate(connection: Connection, session: Session, request: TradeRequest, nowMs: number): void {
  const outcome = session.accountId === undefined ? whoAsks(request.args, session.accounts, nowMs) : REPEATED
  session.accountId = outcome.accountId ?? session.accountId
  connection.send(tradeAck(answerTo(connection, request), outcome.retCode, outcome.retMsg))
}

function perform(driver: Driver, session: Session, request: TradeRequest, params: Params, answer: Answer): void {
  if (request.reqId !== undefined) remember(session.reqIds, request.reqId)
  const path = PATHS.get(request.op)!
  driver.handle({ accountId: session.accountId!, method: 'POST', path, params }, answer)
}

function opProblem({ op }: TradeRequest): Refusal | undefined {
  const path = PATHS.get(op)
  return path !== undefined && ROUTES.has(path) ? undefined : { retCode: 10404, retMsg: 'op type is not found' }
}

/** Why a request never reaches the core, beside its operation and its rate. */
function requestProblem(session: Session, request: TradeRequest, nowMs: number): Refusal | undefined {
  const { reqId, args } = request
  if (session.accountId === undefined) return { retCode: 10003, retMsg: 'Request not authorized' }
  if (reqId !== undefined && session.reqIds.has(reqId)) return { retCode: 20006, retMsg: 'Duplicate reqId' }
  if ((reqId?.length ?? 0) > REQ_ID_MAX_CHARACTERS) return badParams('reqId is too long')
  const late = windowProblem(headerText(request, 'X-BAPI-TIMESTAMP'), headerText(request, 'X-BAPI-RECV-WINDOW'), nowMs)
  if (late !== undefined) return { retCode: 10002, retMsg: late }
  if (!Array.isArray(args) || args.length !== 1 || !isRecord(args[0])) return badParams('args takes one object')
  return CATEGORIES.has(args[0]['category']) ? undefined : { retCode: 10404, retMsg: 'category is not correct' }
}

interface Refusal {
  readonly retCode: number
  readonly retMsg: string
}

interface AuthOutcome extends Refusal {
  readonly accountId?: string
}

const REPEATED: AuthOutcome = { retCode: 20001, retMsg: 'Repeat auth' }

const badParams = (why: string): Refusal => ({ retCode: 10001, retMsg: `params error: ${why}` })

/** Checks `[apiKey, expires, signature]`; unlike the private stream this one says what is wrong. */
function whoAsks(args: unknown, accounts: Accounts, nowMs: number): AuthOutcome {
  const [key, expires, signature] = Array.isArray(args) && args.length === 3 ? (args as readonly unknown[]) : []
  const stamp = typeof expires === 'number' || typeof expires === 'string' ? String(expires) : ''
  if (typeof key !== 'string' || !DIGITS.test(stamp) || Number(stamp) <= nowMs)
    return { retCode: 10001, retMsg: 'Params Error' }
  const account = accounts.get(key)
  if (account === undefined) return { retCode: 10003, retMsg: 'API key is invalid.' }
  if (!isSigned(account, signature, `GET/realtime${stamp}`)) return { retCode: 10004, retMsg: 'Invalid sign' }
  return { retCode: 0, retMsg: 'OK', accountId: account.accountId }
}

function remember(reqIds: Set<string>, reqId: string): void {
  reqIds.add(reqId)
  if (reqIds.size <= REQ_IDS_MAX) return
  for (const oldest of reqIds) {
    reqIds.delete(oldest)
    return
  }
}

/** Names of trips through the venue, 32 hex digits: half of them say which run, half count. */
function createTraceIds(startMs: number): () => string {
  const random = seededRandom(startMs).fork('traces')
  const run = Array.from({ length: 16 }, () => random.integer(0, 15).toString(16)).join('')
  let trips = 0
  return () => {
    trips += 1
    return run + trips.toString(16).padStart(16, '0')
  }
}
