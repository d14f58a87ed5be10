/**
 * Who listens to which public topic, and how much each kind of topic was sent.
 *
 *   subscriber ─► held topics ─► topic ─► subscribers
 *
 * The core produces a topic from its first subscriber to its last.
 */
import type { Connection } from './connection.ts'
import type { ExchangeCore } from './core/types.ts'
import { handlerNotFound } from './frames.ts'

export interface Topic {
  readonly subscribers: ReadonlySet<Connection>
  /** Shared by all topics of one kind. */
  readonly sent: { frames: number }
}

interface OpenTopic extends Topic {
  readonly subscribers: Set<Connection>
}

export interface PublicTopics {
  /** A topic somebody listens to. */
  get(name: string): Topic | undefined
  heldBy(connection: Connection): ReadonlyMap<string, Topic>
  /** Asks the core for those topics nobody has yet; all of them or none. Answers why not. Each needs an `add` next. */
  openAll(names: readonly string[]): string | undefined
  add(connection: Connection, name: string): Topic
  release(connection: Connection, name: string): void
  releaseAll(connection: Connection): void
  /** Frames sent by kind of topic, e.g. "orderbook.1". */
  framesSent(): Readonly<Record<string, number>>
}

export function createPublicTopics(core: Pick<ExchangeCore, 'subscribe' | 'unsubscribe'>): PublicTopics {
  const topics = new Map<string, OpenTopic>()
  const holdings = new Map<Connection, Map<string, OpenTopic>>()
  const sentByKind = new Map<string, { frames: number }>()

  return {
    get: (name) => topics.get(name),
    heldBy,
    openAll,
    add,
    release,
    releaseAll,
    framesSent: () => Object.fromEntries([...sentByKind].map(([kind, sent]) => [kind, sent.frames])),
  }

  function heldBy(connection: Connection): Map<string, OpenTopic> {
    return upsert(holdings, connection, () => new Map())
  }

  function openAll(names: readonly string[]): string | undefined {
    const opened: string[] = []
    for (const name of names) {
      if (topics.has(name)) continue
      if (!core.subscribe(name)) {
        for (const undo of opened) core.unsubscribe(undo)
        return handlerNotFound(name)
      }
      opened.push(name)
    }
    return undefined
  }

  function add(connection: Connection, name: string): OpenTopic {
    const topic = upsert(topics, name, () => ({
      subscribers: new Set<Connection>(),
      sent: upsert(sentByKind, kindOf(name), () => ({ frames: 0 })),
    }))
    topic.subscribers.add(connection)
    heldBy(connection).set(name, topic)
    return topic
  }

  function release(connection: Connection, name: string): void {
    const topic = holdings.get(connection)?.get(name)
    if (topic === undefined) return
    holdings.get(connection)?.delete(name)
    topic.subscribers.delete(connection)
    if (topic.subscribers.size > 0) return
    topics.delete(name)
    core.unsubscribe(name)
  }

  function releaseAll(connection: Connection): void {
    for (const name of [...(holdings.get(connection)?.keys() ?? [])]) release(connection, name)
    holdings.delete(connection)
  }
}

function upsert<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = make()
  map.set(key, made)
  return made
}

/** "orderbook.1.BTCUSDT" is of the kind "orderbook.1". */
function kindOf(topic: string): string {
  const dot = topic.lastIndexOf('.')
  return dot < 0 ? topic : topic.slice(0, dot)
}
