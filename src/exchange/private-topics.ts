/**
 * Which topics a private socket holds: all of a request or none. `order` is the all-in-one form of `order.linear` and its
 * siblings; the venue does not take both in one request (facts §7.1).
 */
import { handlerNotFound, type RequestFrame, topicsOf } from './frames.ts'

export type PrivateTopics = Set<string>

/** Adds the frame's topics. Answers why not, when one of them is unknown here, held already, repeated or mixed. */
export function subscribe(topics: PrivateTopics, frame: RequestFrame, known: RegExp): string | undefined {
  const wanted = topicsOf(frame, topics)
  const problem = typeof wanted === 'string' ? wanted : firstProblem(wanted, known)
  if (typeof wanted !== 'string' && problem === undefined) for (const topic of wanted) topics.add(topic)
  return problem
}

/** Topics that are not held are fine as well: afterwards they are not held, which is what was asked. */
export function unsubscribe(topics: PrivateTopics, frame: RequestFrame): string | undefined {
  const unwanted = topicsOf(frame, topics)
  if (typeof unwanted === 'string') return unwanted
  for (const topic of unwanted) topics.delete(topic)
  return undefined
}

const CATEGORISED = /^(.+)\.(?:linear|inverse|spot|option)$/

function firstProblem(topics: readonly string[], known: RegExp): string | undefined {
  const unknown = topics.find((topic) => !known.test(topic))
  if (unknown !== undefined) return handlerNotFound(unknown)
  const mixed = topics.find((topic) => topics.includes(CATEGORISED.exec(topic)?.[1] ?? ''))
  return mixed === undefined ? undefined : `error:all-in-one and categorised topics are mixed,topic:${mixed}`
}
