/**
 * Subscribing, one request at a time, because the venue's acknowledgement does not say which topics it is for.
 *
 *   [a b c] ─ack─► accepted            [a x c] ─refused─► [a] ─ack─► accepted
 *                                                         [x] ─refused─► reported
 *                                                         [c] ─ack─► accepted
 *   renew b:  unsubscribe [b] ─answer─► subscribe [b] ─ack─► its first frame comes once more
 *                                                     └refused─► the connection is made anew
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
  /**
   * Subscribes one topic anew, behind what is under way. It is left first: to a topic that is there, the venue answers
   * "already subscribed" and sends no first frame. Nothing happens while a request about the topic waits for its answer.
   */
  renew(topic: string): void
  /** An acknowledgement of `subscribe` or `unsubscribe` came. */
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

interface Request {
  readonly op: 'subscribe' | 'unsubscribe'
  readonly args: readonly string[]
  readonly isRenewal?: true
}

const TOPICS_PER_REQUEST = 100

export function createSubscription({ link, clock, topics, ackTimeoutMs, onDone }: SubscriptionOptions): Subscription {
  let waiting: Request[] = []
  let accepted: string[] = []
  let refused: RefusedTopic[] = []
  let isDone = false
  let sent = 0
  let stopDeadline = (): void => undefined

  const next = (): void => {
    const request = waiting[0]
    if (request !== undefined) return send(request)
    if (isDone) return
    isDone = true
    onDone(accepted, refused)
  }

  const send = ({ op, args }: Request): void => {
    stopDeadline = clock.after(ackTimeoutMs, () => link().fail(`${op} not acknowledged within ${ackTimeoutMs} ms`))
    sent += 1
    link().send({ op, args, req_id: `${op}-${sent}` })
  }

  const take = ({ args, isRenewal }: Request, frame: Json): void => {
    const isAccepted = frame['success'] === true
    const why = String(frame['ret_msg'])
    if (isRenewal) {
      if (!isAccepted) link().fail(`${args[0]} is refused when subscribed anew: ${why}`)
    } else if (isAccepted) accepted.push(...args)
    else if (args.length > 1) waiting = [...args.map((topic) => subscribe([topic])), ...waiting]
    else if (why.includes('already subscribed')) accepted.push(...args)
    else refused.push({ topic: args[0]!, why })
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
      isDone = false
      sent = 0
      for (let i = 0; i < topics.length; i += TOPICS_PER_REQUEST)
        waiting.push(subscribe(topics.slice(i, i + TOPICS_PER_REQUEST)))
      next()
    },
    renew(topic) {
      if (waiting.some(({ args }) => args.includes(topic))) return
      const isIdle = waiting.length === 0
      waiting.push({ op: 'unsubscribe', args: [topic] }, { op: 'subscribe', args: [topic], isRenewal: true })
      if (isIdle) next()
    },
    acknowledge(frame) {
      const request = waiting[0]
      if (request === undefined || frame['op'] !== request.op) return
      waiting.shift()
      stopDeadline()
      // Whether the topic could be left is told by what subscribing it brings.
      if (request.op === 'subscribe') take(request, frame)
      next()
    },
    abandon,
  }
}

function subscribe(args: readonly string[]): Request {
  return { op: 'subscribe', args }
}
