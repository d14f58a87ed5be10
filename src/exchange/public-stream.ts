/**
 * The public stream, `/v5/public/linear`: topics, who listens to them, and what a subscriber gets first.
 *
 *   subscribe ─► all topics good? ─► ack ─► a snapshot of each
 *                    └ one unknown, held or repeated: the whole request fails, nothing is subscribed
 *
 * A frame is serialised once, however many listen. The core produces a topic only while somebody does.
 * Source: Bybit v5 websocket connect, public topics; failure texts as seen live (facts in the README).
 */
import type { Clock } from '../seams/clock.ts'
import type { Connection, Connections, StreamLimits } from './connection.ts'
import { createConnections } from './connection.ts'
import type { ExchangeCore } from './core/types.ts'
import type { Driver, PublicPush } from './driver.ts'
import {
  NO_REQUEST,
  opNotFound,
  parseRequestFrame,
  publicAck,
  publicPong,
  type RequestFrame,
  topicsOf,
} from './frames.ts'
import { createPublicTopics } from './public-topics.ts'

export interface PublicStream {
  readonly connections: Connections
  publicFrame(push: PublicPush): void
  /** Frames sent by kind of topic, e.g. "orderbook.1". */
  framesSent(): Readonly<Record<string, number>>
}

export interface PublicStreamOptions {
  readonly core: ExchangeCore
  readonly driver: Driver
  readonly clock: Clock
  readonly limits: StreamLimits
  readonly idPrefix: string
}

export function createPublicStream({ core, driver, clock, limits, idPrefix }: PublicStreamOptions): PublicStream {
  const topics = createPublicTopics(core)
  const connections = createConnections({ idPrefix, clock, limits, hooks: { onText, onClosed: topics.releaseAll } })

  return { connections, publicFrame, framesSent: topics.framesSent }

  function publicFrame(push: PublicPush): void {
    const topic = topics.get(push.topic)
    if (topic === undefined) return
    const text = JSON.stringify(push.frame)
    const frame = topic.subscribers.size > 1 ? Buffer.from(text) : text
    for (const subscriber of topic.subscribers) if (subscriber.send(frame)) topic.sent.frames += 1
  }

  function onText(connection: Connection, text: string): void {
    const frame = parseRequestFrame(text)
    if (typeof frame === 'string') acknowledge(connection, NO_REQUEST, frame)
    else if (frame.op === 'ping') connection.send(publicPong(connection.id, frame.reqId))
    else if (frame.op === 'subscribe') subscribe(connection, frame)
    else if (frame.op === 'unsubscribe') unsubscribe(connection, frame)
    else acknowledge(connection, frame, opNotFound(frame.op))
  }

  function acknowledge(
    connection: Connection,
    { op, reqId }: Pick<RequestFrame, 'op' | 'reqId'>,
    error?: string,
  ): boolean {
    return connection.send(publicAck({ connId: connection.id, op, reqId, ...(error === undefined ? {} : { error }) }))
  }

  function subscribe(connection: Connection, frame: RequestFrame): void {
    const wanted = topicsOf(frame, topics.heldBy(connection))
    const problem = typeof wanted === 'string' ? wanted : topics.openAll(wanted)
    let isHeard = acknowledge(connection, frame, problem)
    if (typeof wanted === 'string' || problem !== undefined) return
    // The market is brought to now before anything is shown of it, so that snapshot and later deltas fit together.
    const now = driver.step()
    for (const name of wanted) {
      const topic = topics.add(connection, name)
      for (const first of core.snapshot(name, now)) {
        isHeard = connection.send(JSON.stringify(first))
        if (isHeard) topic.sent.frames += 1
      }
    }
    // Cut off meanwhile, for being slow: its end came before it held anything.
    if (!isHeard) topics.releaseAll(connection)
  }

  /** Topics that are not held are acknowledged as well: afterwards they are not held, which is what was asked. */
  function unsubscribe(connection: Connection, frame: RequestFrame): void {
    const unwanted = topicsOf(frame, topics.heldBy(connection))
    if (typeof unwanted !== 'string') for (const name of unwanted) topics.release(connection, name)
    acknowledge(connection, frame, typeof unwanted === 'string' ? unwanted : undefined)
  }
}
