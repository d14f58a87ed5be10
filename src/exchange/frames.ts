/**
 * Control frames of the streams: what clients send, and the shapes the venue answers with. JSON is compact and keys are
 * in the venue's order, because some clients search the text instead of parsing it.
 *
 * Source: Bybit v5 websocket connect page; failure texts as seen live in public issue threads.
 */

/** A request frame, parsed as far as both streams need it. */
export interface RequestFrame {
  readonly op: string
  /** Echoed as text; undefined when the client sent none. */
  readonly reqId: string | undefined
  readonly args: unknown
}

/** Total characters of all topics one connection may hold (Bybit: args of at most 21,000 characters per connection). */
export const ARGS_MAX_CHARACTERS = 21_000

/** What an answer to a frame nobody could read refers to. */
export const NO_REQUEST = { op: '', reqId: undefined } as const

/** Reads a frame; a text when it cannot be understood, fit for `ret_msg`. */
export function parseRequestFrame(text: string): RequestFrame | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'error:invalid json'
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'error:request is no object'
  const { op, req_id: reqId, args } = value as Readonly<Record<string, unknown>>
  if (typeof op !== 'string') return 'error:op is missing'
  return { op, reqId: typeof reqId === 'string' || typeof reqId === 'number' ? String(reqId) : undefined, args }
}

export interface Ack {
  readonly connId: string
  readonly op: string
  readonly reqId: string | undefined
  /** Empty for success. */
  readonly error?: string
}

/** Acknowledgement on the public stream: `req_id` is always there, empty when none was sent. */
export function publicAck({ connId, op, reqId, error }: Ack): string {
  return JSON.stringify({
    success: error === undefined,
    ret_msg: error ?? '',
    conn_id: connId,
    req_id: reqId ?? '',
    op,
  })
}

/** The public pong keeps `op` "ping". */
export function publicPong(connId: string, reqId: string | undefined): string {
  return JSON.stringify({ success: true, ret_msg: 'pong', conn_id: connId, req_id: reqId ?? '', op: 'ping' })
}

/** Acknowledgement on the private stream: `req_id` only when one was sent. */
export function privateAck({ connId, op, reqId, error }: Ack): string {
  return JSON.stringify({
    req_id: reqId,
    success: error === undefined,
    ret_msg: error ?? '',
    op,
    conn_id: connId,
  })
}

export function privatePong(connId: string, reqId: string | undefined, nowMs: number): string {
  return JSON.stringify({ req_id: reqId, op: 'pong', args: [String(nowMs)], conn_id: connId })
}

export const handlerNotFound = (topic: string): string => `error:handler not found,topic:${topic}`
export const alreadySubscribed = (topic: string): string => `error:already subscribed,topic:${topic}`
export const opNotFound = (op: string): string => `error:handler not found,op:${op.slice(0, 64)}`

/**
 * The topics of a subscribe or unsubscribe request, or why the request as a whole fails: arguments that are no texts,
 * too many characters, or (subscribe) one topic held already or named twice.
 */
export function topicsOf(
  frame: RequestFrame,
  held: { has(topic: string): boolean; keys(): Iterable<string> },
): readonly string[] | string {
  const { args } = frame
  if (!Array.isArray(args) || args.length === 0) return 'error:args is empty'
  const wanted = new Set<string>()
  let characters = 0
  for (const topic of args as readonly unknown[]) {
    // What is no text is not shown: written out, nesting thousands deep would be the end of us.
    if (typeof topic !== 'string') return handlerNotFound('')
    if (frame.op === 'subscribe' && (held.has(topic) || wanted.has(topic))) return alreadySubscribed(topic)
    wanted.add(topic)
    characters += topic.length
  }
  if (frame.op === 'subscribe') for (const topic of held.keys()) characters += topic.length
  if (characters > ARGS_MAX_CHARACTERS) return `error:args exceed ${ARGS_MAX_CHARACTERS} characters`
  return [...wanted]
}
