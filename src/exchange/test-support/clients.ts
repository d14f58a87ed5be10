/**
 * Bare clients for tests: signed HTTP calls with every header and byte in the test's hands, and a socket whose frames
 * are read one by one in order.
 */
import { type IncomingHttpHeaders, request } from 'node:http'
import { WebSocket } from 'ws'
import type { Clock } from '../../seams/clock.ts'
import { sign } from '../auth.ts'
import { KEY, SECRET } from './fake-core.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The parsed body; null when it is no JSON. */
  readonly json: Readonly<Record<string, unknown>> | null
}

export interface CallOptions {
  readonly method?: string
  readonly body?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

export function call(url: string, { method = 'GET', body, headers = {} }: CallOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const sent = request(url, { method, headers: { ...length, ...headers }, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: jsonOf(text) })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

export interface SignOptions {
  readonly timestampMs: number
  readonly window?: string
  readonly key?: string
  readonly secret?: string
}

export function signedHeaders(
  payload: string,
  { timestampMs, window = '5000', key = KEY, secret = SECRET }: SignOptions,
): Record<string, string> {
  return {
    'x-bapi-api-key': key,
    'x-bapi-timestamp': String(timestampMs),
    'x-bapi-recv-window': window,
    'x-bapi-sign': sign(secret, `${timestampMs}${key}${window}`, payload),
  }
}

export function post(url: string, body: string, options: SignOptions): Promise<Answer> {
  return call(url, { method: 'POST', body, headers: signedHeaders(body, options) })
}

export function get(url: string, query: string, options: SignOptions): Promise<Answer> {
  return call(query === '' ? url : `${url}?${query}`, { headers: signedHeaders(query, options) })
}

export type Frame = Readonly<Record<string, unknown>>

export interface SocketClient {
  readonly socket: WebSocket
  send(frame: object | string): void
  /** The next frame not yet read. */
  next(): Promise<Frame>
  /** Sends and reads one frame. */
  ask(frame: object | string): Promise<Frame>
  /** The code the socket was closed with. */
  readonly closed: Promise<number>
  [Symbol.dispose](): void
}

export async function connect(url: string): Promise<SocketClient> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  const frames: Frame[] = []
  const readers: ((frame: Frame) => void)[] = []
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as Frame
    const reader = readers.shift()
    if (reader === undefined) frames.push(frame)
    else reader(frame)
  })
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.once('open', () => resolve())
  })
  socket.on('error', () => undefined)
  const send = (frame: object | string): void => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  const next = (): Promise<Frame> => {
    const frame = frames.shift()
    return frame === undefined ? new Promise((resolve) => readers.push(resolve)) : Promise.resolve(frame)
  }
  const ask = (frame: object | string): Promise<Frame> => {
    send(frame)
    return next()
  }
  return { socket, send, next, ask, closed, [Symbol.dispose]: () => socket.terminate() }
}

export function authFrame(expires: number | string, key = KEY, secret = SECRET): object {
  return { op: 'auth', args: [key, expires, sign(secret, `GET/realtime${expires}`)] }
}

export interface ManualClock extends Clock {
  /** Moves time on and fires what falls due, in order. */
  pass(ms: number): void
}

/** Time that stands still until told: a request is judged at exactly the moment the test names. */
export function manualClock(startMs: number): ManualClock {
  let now = startMs
  let timers: { readonly atMs: number; readonly callback: () => void }[] = []
  const after = (ms: number, callback: () => void): (() => void) => {
    const timer = { atMs: now + ms, callback }
    timers.push(timer)
    return () => {
      timers = timers.filter((each) => each !== timer)
    }
  }
  return {
    nowUs: () => now * 1000,
    wallMs: () => now,
    sleep: (ms) => new Promise((resolve) => void after(ms, resolve)),
    after,
    pass(ms) {
      const endMs = now + ms
      for (;;) {
        const next = timers.toSorted((a, b) => a.atMs - b.atMs)[0]
        if (next === undefined || next.atMs > endMs) break
        timers = timers.filter((each) => each !== next)
        now = Math.max(now, next.atMs)
        next.callback()
      }
      now = endMs
    },
  }
}

function jsonOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>
  } catch {
    return null
  }
}
