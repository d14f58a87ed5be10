/**
 * The private stream, `/v5/private`: first who you are, then what you want, then what happened to your account.
 *
 *   auth ─► subscribe ─► { id, topic, creationTime, data: [rows] }
 *
 * No snapshot on subscribe, no replay after a gap. Frames of one socket are handled strictly in order, because some
 * clients subscribe right behind `auth` without waiting for its answer.
 * Source: Bybit v5 websocket authentication and private topics; failure texts as seen live (facts in the README).
 */
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Clock } from '../seams/clock.ts'
import { authenticateStream } from './auth.ts'
import type { Connection, Connections, StreamLimits } from './connection.ts'
import { createConnections } from './connection.ts'
import type { Driver, PrivatePush } from './driver.ts'
import { NO_REQUEST, opNotFound, parseRequestFrame, privateAck, privatePong, type RequestFrame } from './frames.ts'
import { type FrameKind, framesOf, namesOf, type RowsPolicy } from './private-frames.ts'
import { createPrivateSessions, type PrivateDoor, type Session } from './private-sessions.ts'
import { subscribe, unsubscribe } from './private-topics.ts'
import type { Doubts } from './world-doubts.ts'

export interface PrivateStream {
  readonly connections: Connections
  accept(socket: WebSocket, wire: Duplex, door: PrivateDoor): void
  privateRows(push: PrivatePush, nowMs: number): void
  /** Frames sent by topic, e.g. "order". */
  framesSent(): Readonly<Record<string, number>>
}

export interface PrivateStreamOptions {
  readonly driver: Driver
  readonly clock: Clock
  readonly limits: StreamLimits
  readonly idPrefix: string
  readonly rows: RowsPolicy
  readonly doubts: Pick<Doubts, 'privateReqId' | 'privateAuthAgain' | 'subscribeBeforeAuth'>
}

export function createPrivateStream(options: PrivateStreamOptions): PrivateStream {
  const { driver, clock, limits, idPrefix, rows: policy, doubts } = options
  // A socket may end while rows are being sent to it: the core is told between batches, never inside one.
  const sessions = createPrivateSessions((accountId, isAlive) => {
    clock.after(0, () => driver.control({ do: 'dcp', accountId, isAlive }))
  })
  const sent: Record<FrameKind, number> = { order: 0, execution: 0, 'execution.fast': 0, position: 0, wallet: 0 }
  const connections = createConnections({ idPrefix, clock, limits, hooks: { onText, onClosed: sessions.end } })
  const nextId = createIds(idPrefix)

  return { connections, accept, privateRows, framesSent: () => ({ ...sent }) }

  function accept(socket: WebSocket, wire: Duplex, door: PrivateDoor): void {
    sessions.open(connections.accept(socket, wire, door.idleMaxMs), door)
  }

  function privateRows(push: PrivatePush, nowMs: number): void {
    for (const name of namesOf(push.topic)) {
      let frames: readonly string[] | undefined
      for (const connection of sessions.of(push.accountId)) {
        if (sessions.get(connection)?.topics.has(name[0]) !== true) continue
        frames ??= framesOf(push, name, { policy, nowMs, nextId })
        for (const frame of frames) if (connection.send(frame)) sent[name[1]] += 1
      }
    }
  }

  function onText(connection: Connection, text: string): void {
    const session = sessions.get(connection)
    if (session === undefined) return
    const frame = parseRequestFrame(text)
    if (typeof frame === 'string') acknowledge(connection, NO_REQUEST, frame)
    else if (frame.op === 'ping') connection.send(privatePong(connection.id, frame.reqId, driver.nowMs()))
    else if (frame.op === 'auth') authenticate(connection, session, frame)
    else if (frame.op === 'subscribe' || frame.op === 'unsubscribe') choose(connection, session, frame)
    else acknowledge(connection, frame, opNotFound(frame.op))
  }

  function acknowledge(
    connection: Connection,
    { op, reqId }: Pick<RequestFrame, 'op' | 'reqId'>,
    error?: string,
  ): void {
    const ack = { connId: connection.id, op, reqId: doubts.privateReqId === 'echoed' ? reqId : undefined }
    connection.send(privateAck(error === undefined ? ack : { ...ack, error }))
  }

  /** A refused `auth` carries neither code nor `req_id`, as seen live. */
  function authenticate(connection: Connection, session: Session, frame: RequestFrame): void {
    const isAgain = session.accountId !== undefined && doubts.privateAuthAgain === 'refused'
    const accountId = authenticateStream(frame.args, session.door.accounts, driver.nowMs())
    if (isAgain) acknowledge(connection, frame, 'Repeat auth')
    else if (accountId === undefined) acknowledge(connection, { op: 'auth', reqId: undefined }, 'Params Error')
    else {
      sessions.belong(connection, accountId)
      acknowledge(connection, frame)
    }
  }

  function choose(connection: Connection, { accountId, door }: Session, frame: RequestFrame): void {
    if (accountId === undefined && frame.op === 'subscribe') {
      acknowledge(connection, frame, doubts.subscribeBeforeAuth)
      return
    }
    const change = frame.op === 'subscribe' ? subscribe : unsubscribe
    const error = sessions.choose(connection, (topics) => change(topics, frame, door.persona.privateTopics))
    acknowledge(connection, frame, error)
  }
}

function createIds(prefix: string): () => string {
  let frames = 0
  return () => {
    frames += 1
    return `${prefix}${frames.toString(36)}`
  }
}

const ACTIVE_TIME = /^(\d{1,4})(s|m)$/

/** Bybit's `max_active_time` URL parameter of private sockets: 30s to 600s, or whole minutes; ms, or undefined. */
export function activeTimeMs(query: string): number | undefined {
  const match = ACTIVE_TIME.exec(new URLSearchParams(query).get('max_active_time') ?? '')
  if (match === null) return undefined
  return Math.min(600, Math.max(30, Number(match[1]) * (match[2] === 'm' ? 60 : 1))) * 1000
}
