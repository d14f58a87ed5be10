/**
 * HTTP over undici's `Pool`, reduced to the one thing the outcome table needs to know: were bytes sent, and did a
 * whole answer come back?
 *
 *   send(request) ─► reply   status, headers, text
 *                 ├► unsent  certainly nothing left this process: no connection, or given up while waiting for one
 *                 └► lost    bytes were handed to a socket, no whole answer came
 *
 * The Pool is loaded by its file: the package's entry also loads fetch, caches and mocks. Measured beside ws, VmRSS:
 * +2.5 MB for the file, +12.6 MB for the entry. Under load the Pool holds 9 MB more than node:http, all of it V8
 * optimising undici's parser, which is WebAssembly; with `--liftoff-only` it holds the same (87 MB, ws on both threads,
 * 1,000 quotes/s). And unlike node:http it says when a request is about to be written.
 *
 * Requests go through `dispatch` with a handler of our own: a request is on its way when `send` returns. On a socket
 * that was idle undici writes one turn of the event loop later, after looking whether the venue has closed it.
 */
import { createRequire } from 'node:module'
import type { Dispatcher, Pool } from 'undici'
import type { Clock } from '../seams/clock.ts'

const PoolClass = createRequire(import.meta.url)('undici/lib/dispatcher/pool.js') as typeof Pool

export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

export type HttpAnswer =
  | { readonly kind: 'reply'; readonly status: number; readonly headers: HttpHeaders; readonly text: string }
  | { readonly kind: 'unsent' | 'lost'; readonly reason: string }

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  /** Path with query. */
  readonly path: string
  /** Alternating names and values. */
  readonly headers: string[]
  readonly body: string | null
  readonly timeoutMs: number
}

export interface Http {
  /** Hands the request to a socket before it returns. Never rejects. */
  send(request: HttpRequest): Promise<HttpAnswer>
  /** Drops every connection; what is under way ends as unsent or lost. */
  close(): Promise<void>
}

export interface HttpOptions {
  readonly baseUrl: string
  readonly connections: number
  readonly connectTimeoutMs: number
  readonly clock: Clock
}

/** An idle socket is kept so long, unless the server asks for less. */
const KEEP_ALIVE_MS = 120_000
const REPLY_MAX_BYTES = 16 * 1024 * 1024

export function createHttp({ baseUrl, connections, connectTimeoutMs, clock }: HttpOptions): Http {
  const { origin } = new URL(baseUrl)
  const pool = new PoolClass(origin, {
    connections,
    connect: { timeout: connectTimeoutMs },
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    // Our own timer ends every request, to the millisecond; undici's are coarse and cost one more timer each.
    headersTimeout: 0,
    bodyTimeout: 0,
    // One request per socket: over HTTP/2 both legs would share one connection and its fate.
    allowH2: false,
    pipelining: 1,
  })
  return {
    send({ method, path, headers, body, timeoutMs }) {
      const request = new PendingRequest(timeoutMs, clock)
      try {
        pool.dispatch({ origin, method, path, headers, body, idempotent: false }, request)
      } catch (error) {
        request.onResponseError(null, asError(error))
      }
      return request.answer
    },
    close: () => pool.destroy().catch(() => undefined),
  }
}

/** One request's life. Settles exactly once; whatever comes later changes nothing. */
class PendingRequest implements Dispatcher.DispatchHandler {
  readonly answer: Promise<HttpAnswer>
  #resolve: ((answer: HttpAnswer) => void) | null = null
  #controller: Dispatcher.DispatchController | null = null
  readonly #stopTimer: () => void
  #status = 0
  #headers: HttpHeaders = {}
  #chunks: Buffer[] = []
  #bytes = 0

  constructor(timeoutMs: number, clock: Clock) {
    this.answer = new Promise((resolve) => {
      this.#resolve = resolve
    })
    this.#stopTimer = clock.after(timeoutMs, () => this.#giveUp(`no answer within ${timeoutMs} ms`))
  }

  /** Undici calls this right before the first byte is written. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Given up while it waited for a socket, or about to be written a second time: neither may reach the wire.
    if (this.#resolve === null || this.#controller !== null) {
      controller.abort(new Error('given up'))
      this.#fail('written twice')
      return
    }
    this.#controller = controller
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: HttpHeaders): void {
    this.#status = status
    this.#headers = headers
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > REPLY_MAX_BYTES) this.#giveUp(`reply exceeds ${REPLY_MAX_BYTES} bytes`)
    else this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    const body = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)
    this.#settle({ kind: 'reply', status: this.#status, headers: this.#headers, text: body.toString('utf8') })
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.#fail(describe(error))
  }

  #giveUp(reason: string): void {
    this.#fail(reason)
    this.#controller?.abort(new Error(reason))
  }

  #fail(reason: string): void {
    this.#settle({ kind: this.#controller === null ? 'unsent' : 'lost', reason })
  }

  #settle(answer: HttpAnswer): void {
    const resolve = this.#resolve
    if (resolve === null) return
    this.#resolve = null
    this.#chunks = []
    this.#stopTimer()
    resolve(answer)
  }
}

function describe(error: Error): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? `${code}: ${error.message}` : error.message
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
