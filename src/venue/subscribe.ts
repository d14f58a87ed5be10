/**
 * Subscribing, one request at a time, because the venue's acknowledgement does not say which topics it is for.
 *
 *   [a b c] ─ack─► accepted            [a x c] ─refused─► [a] ─ack─► accepted
 *                                                         [x] ─refused─► reported
 *                                                         [c] ─ack─► accepted
 *
 * One bad or duplicate topic fails a whole request and subscribes none of it (facts §6.1).
 */
import type { Clock } from '../seams/clock.ts'
import type { Json } from './decode-fields.ts'
import type { Link } from './socket.ts'

export interface RefusedTopic {
  readonly topic: string
  readonly why: string
}

export interface Subscription {
  begin(): void
  /** An acknowledgement of `subscribe` came. */
  acknowledge(frame: Json): void
  /** The connection is gone. */
  abandon(): void
}

export interface SubscriptionOptions {
  readonly link: () => Link
  readonly clock: Clock
  readonly topics: readonly string[]
  /** Each request is acknowledged within so long, or the connection is given up. */
  readonly ackTimeoutMs: number
  onDone(accepted: readonly string[], refused: readonly RefusedTopic[]): void
}

const TOPICS_PER_REQUEST = 100

export function createSubscription({ link, clock, topics, ackTimeoutMs, onDone }: SubscriptionOptions): Subscription {
  let waiting: string[][] = []
  let accepted: string[] = []
  let refused: RefusedTopic[] = []
  let stopDeadline = (): void => undefined

  const next = (): void => {
    const request = waiting[0]
    if (request === undefined) {
      onDone(accepted, refused)
      return
    }
    stopDeadline = clock.after(ackTimeoutMs, () => link().fail(`subscribe not acknowledged within ${ackTimeoutMs} ms`))
    link().send({ op: 'subscribe', args: request, req_id: `subscribe-${accepted.length}-${refused.length}` })
  }

  const abandon = (): void => {
    stopDeadline()
    waiting = []
  }

  return {
    begin() {
      abandon()
      accepted = []
      refused = []
      for (let i = 0; i < topics.length; i += TOPICS_PER_REQUEST) waiting.push(topics.slice(i, i + TOPICS_PER_REQUEST))
      next()
    },
    acknowledge(frame) {
      const request = waiting.shift()
      if (request === undefined) return
      stopDeadline()
      const why = String(frame['ret_msg'])
      if (frame['success'] === true) accepted.push(...request)
      else if (request.length > 1) waiting = [...request.map((topic) => [topic]), ...waiting]
      else if (why.includes('already subscribed')) accepted.push(...request)
      else refused.push({ topic: request[0]!, why })
      next()
    },
    abandon,
  }
}
