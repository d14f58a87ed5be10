/**
 * Everything the venue says, held against the schemas: what kind of message it is, whether it has exactly the fields and
 * texts it must have, and how many of each kind there were.
 */
import type { z } from 'zod'
import { envelopeOf } from './envelope.ts'
import { PRIVATE_FRAMES } from './private.ts'
import { PUBLIC_FRAMES } from './public.ts'
import { REST_RESULTS } from './rest.ts'
import { TRADE_FRAMES } from './trade.ts'

export type Message = Readonly<Record<string, unknown>>

export interface Inspector {
  publicFrame(frame: Message): void
  privateFrame(frame: Message): void
  tradeFrame(frame: Message): void
  /** An answer with HTTP status 200. */
  rest(path: string, answer: Message): void
  /** Messages seen, by "socket kind" or path. */
  readonly counts: ReadonlyMap<string, number>
  /** What was wrong: each sentence once, with how often and one message. */
  problems(): readonly string[]
  complain(what: string, sample: unknown): void
}

export function createInspector(): Inspector {
  const counts = new Map<string, number>()
  const found = new Map<string, { times: number; readonly sample: string }>()

  const complain = (what: string, sample: unknown): void => {
    const known = found.get(what)
    if (known !== undefined) known.times += 1
    else found.set(what, { times: 1, sample: JSON.stringify(sample).slice(0, 1_500) })
  }
  const hold = (kind: string, schema: z.ZodType | undefined, message: Message): void => {
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    if (schema === undefined) {
      complain(`${kind}: there is no schema for this`, message)
      return
    }
    const held = schema.safeParse(message)
    for (const issue of held.error?.issues ?? []) {
      for (const { path, message: why } of leavesOf(issue)) complain(`${kind} ${pathOf(path)}: ${why}`, message)
    }
  }
  const frame =
    (socket: string, schemas: Readonly<Record<string, z.ZodType>>, kindOf: (message: Message) => string) =>
    (message: Message): void => {
      const kind = kindOf(message)
      hold(`${socket} ${kind}`, schemas[kind], message)
    }
  return {
    counts,
    complain,
    publicFrame: frame('public', PUBLIC_FRAMES, publicKind),
    privateFrame: frame('private', PRIVATE_FRAMES, privateKind),
    tradeFrame: frame('trade', TRADE_FRAMES, tradeKind),
    rest: (path, answer) => {
      const isDone = answer['retCode'] === 0
      hold(isDone ? path : 'refused', envelopeOf(path, isDone, REST_RESULTS[path]), answer)
    },
    problems: () => [...found].map(([what, { times, sample }]) => `${what} (${times} times), e.g. ${sample}`),
  }
}

interface Leaf {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** Of a choice nothing of which fits, what is wrong with the one that nearly does: where its trouble lies deepest. */
function leavesOf(issue: z.core.$ZodIssue): Leaf[] {
  if (issue.code !== 'invalid_union') return [issue]
  const choices = issue.errors.map((each) => each.flatMap(leavesOf))
  const depth = (leaves: readonly Leaf[]): number => Math.max(0, ...leaves.map(({ path }) => path.length))
  const [nearest] = choices.toSorted((one, other) => depth(other) - depth(one))
  if (nearest === undefined || depth(nearest) === 0) return [issue]
  return nearest.map(({ path, message }) => ({ path: [...issue.path, ...path], message }))
}

/** Rows of a list are one place: their numbers are left out. */
function pathOf(path: readonly PropertyKey[]): string {
  return path.map((part) => (typeof part === 'number' ? '#' : String(part))).join('.')
}

const ackKind = ({ success }: Message): string => (success === true ? 'ack' : 'refusal')

function publicKind(message: Message): string {
  const { topic, type, op, ret_msg: said } = message
  if (typeof topic !== 'string') return op === 'ping' && said === 'pong' ? 'pong' : ackKind(message)
  const kind = topic.slice(0, topic.lastIndexOf('.'))
  return typeof type === 'string' ? `${kind} ${type}` : kind
}

function privateKind(message: Message): string {
  const { topic, op } = message
  if (typeof topic === 'string') return topic.replace(/\.linear$/, '')
  return op === 'pong' ? 'pong' : ackKind(message)
}

function tradeKind({ op, retCode }: Message): string {
  return typeof op === 'string' && (retCode === 0 || op === 'auth') ? op : 'refusal'
}
