/**
 * The private stream, `/v5/private`: first who you are, then what you want, then what happened to your account.
 *
 *   auth ─► subscribe ─► { id, topic, creationTime, data: [rows] }
 *
 * No snapshot on subscribe, no replay after a gap. Frames of one socket are handled strictly in order, because some
 * clients subscribe right behind `auth` without waiting for its answer.
 * Source: Bybit v5 websocket authentication and private topics; failure texts as seen live (facts in the README).
 */
import type { Clock } from '../seams/clock.ts'
import { authenticateStream } from './auth.ts'
import type { Connection, Connections, StreamLimits } from './connection.ts'
import { createConnections } from './connection.ts'
import type { ExchangeCore } from './core/types.ts'
import type { Driver, PrivatePush } from './driver.ts'
import {
  handlerNotFound,
  NO_REQUEST,
  opNotFound,
  parseRequestFrame,
  privateAck,
  privatePong,
  type RequestFrame,
  topicsOf,
} from './frames.ts'
import type { Doubts } from './world-doubts.ts'

/** `wallet` has no per-category form. */
const TOPIC = /^(?:(order|execution|position)(?:\.(?:linear|inverse|spot|option))?|wallet)$/

export interface PrivateStream {
  readonly connections: Connections
  privateRows(push: PrivatePush, nowMs: number): void
  /** Frames sent by topic, e.g. "order". */
  framesSent(): Readonly<Record<string, number>>
}

export interface PrivateStreamOptions {
  readonly core: ExchangeCore
  readonly driver: Driver
  readonly clock: Clock
  readonly limits: StreamLimits
  readonly idPrefix: string
  readonly doubts: Pick<Doubts, 'privateReqId' | 'subscribeBeforeAuth'>
}

interface Session {
  accountId: string | undefined
  readonly topics: Map<string, true>
}

export function createPrivateStream(options: PrivateStreamOptions): PrivateStream {
  const { core, driver, clock, limits, idPrefix, doubts } = options
  const sessions = new Map<Connection, Session>()
  const sent = { order: 0, execution: 0, position: 0, wallet: 0 }
  const connections = createConnections({
    idPrefix,
    clock,
    limits,
    hooks: { onText, onClosed: (connection) => sessions.delete(connection) },
  })
  let messages = 0

  return { connections, privateRows, framesSent: () => ({ ...sent }) }

  function privateRows(push: PrivatePush, nowMs: number): void {
    messages += 1
    const id = `${idPrefix}${messages.toString(36)}`
    for (const [connection, session] of sessions) {
      if (session.accountId !== push.accountId) continue
      for (const topic of [push.topic, `${push.topic}.linear`]) {
        if (!session.topics.has(topic)) continue
        const frame = JSON.stringify({ id, topic, creationTime: nowMs, data: push.rows })
        if (connection.send(frame)) sent[push.topic] += 1
      }
    }
  }

  function onText(connection: Connection, text: string): void {
    const frame = parseRequestFrame(text)
    const session = sessionOf(connection)
    if (typeof frame === 'string') acknowledge(connection, NO_REQUEST, frame)
    else if (frame.op === 'ping') connection.send(privatePong(connection.id, frame.reqId, driver.nowMs()))
    else if (frame.op === 'auth') authenticate(connection, session, frame)
    else if (frame.op === 'subscribe') acknowledge(connection, frame, subscribe(session, frame, doubts))
    else if (frame.op === 'unsubscribe') acknowledge(connection, frame, unsubscribe(session, frame))
    else acknowledge(connection, frame, opNotFound(frame.op))
  }

  function acknowledge(
    connection: Connection,
    { op, reqId }: Pick<RequestFrame, 'op' | 'reqId'>,
    error?: string,
  ): void {
    const echoed = doubts.privateReqId === 'echoed' ? reqId : undefined
    connection.send(privateAck({ connId: connection.id, op, reqId: echoed, ...(error === undefined ? {} : { error }) }))
  }

  /** A refused `auth` carries neither code nor `req_id`, as seen live. */
  function authenticate(connection: Connection, session: Session, frame: RequestFrame): void {
    const accountId = authenticateStream(frame.args, core.accounts, driver.nowMs())
    session.accountId = accountId ?? session.accountId
    if (accountId === undefined) acknowledge(connection, { op: 'auth', reqId: undefined }, 'Params Error')
    else acknowledge(connection, frame)
  }

  function sessionOf(connection: Connection): Session {
    const found = sessions.get(connection)
    if (found !== undefined) return found
    const session: Session = { accountId: undefined, topics: new Map() }
    sessions.set(connection, session)
    return session
  }
}

/** All topics of the frame or none. Answers why not. */
function subscribe(
  session: Session,
  frame: RequestFrame,
  { subscribeBeforeAuth }: Pick<Doubts, 'subscribeBeforeAuth'>,
): string | undefined {
  const wanted = session.accountId === undefined ? subscribeBeforeAuth : topicsOf(frame, session.topics)
  const problem = typeof wanted === 'string' ? wanted : firstProblem(wanted)
  if (typeof wanted !== 'string' && problem === undefined) for (const topic of wanted) session.topics.set(topic, true)
  return problem
}

/** Topics that are not held are fine as well: afterwards they are not held, which is what was asked. */
function unsubscribe(session: Session, frame: RequestFrame): string | undefined {
  const unwanted = topicsOf(frame, session.topics)
  if (typeof unwanted === 'string') return unwanted
  for (const topic of unwanted) session.topics.delete(topic)
  return undefined
}

/** Unknown topics, and the all-in-one form beside a per-category one, which the venue does not allow in one request. */
function firstProblem(topics: readonly string[]): string | undefined {
  const unknown = topics.find((topic) => !TOPIC.test(topic))
  if (unknown !== undefined) return handlerNotFound(unknown)
  const mixed = topics.find((topic) => topic.includes('.') && topics.includes(topic.slice(0, topic.indexOf('.'))))
  return mixed === undefined ? undefined : `error:all-in-one and categorised topics are mixed,topic:${mixed}`
}

const ACTIVE_TIME = /^(\d{1,4})(s|m)$/

/** Bybit's `max_active_time` URL parameter of private sockets: 30s to 600s, or whole minutes; ms, or undefined. */
export function activeTimeMs(query: string): number | undefined {
  const match = ACTIVE_TIME.exec(new URLSearchParams(query).get('max_active_time') ?? '')
  if (match === null) return undefined
  return Math.min(600, Math.max(30, Number(match[1]) * (match[2] === 'm' ? 60 : 1))) * 1000
}
