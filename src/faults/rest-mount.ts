/**
 * REST faults and handshake faults, as MSW request handlers at the level of the process's own sockets.
 *
 *   client ─► request ─► handler ─► fate (rest-fate.ts) ─► the client's own connection, an answer, a reset, or nothing
 *
 * `HttpRequestInterceptor` sees every HTTP request of this thread whose socket was opened after `mountRest`, whatever
 * the client (undici, node:http, the upgrade of `ws`); a socket opened earlier stays invisible for its whole life.
 * A disturbed request travels to the venue on a connection of ours, detached from the client's: a client that gives up
 * does not take back what is already on the wire. An undisturbed one stays on the client's own connection.
 */
import { HttpRequestInterceptor } from '@mswjs/interceptors/http'
import type { RequestHandler } from 'msw'
import { defineNetwork, InterceptorSource } from 'msw/experimental'
import { http } from 'msw/http'
import { bypass } from 'msw/utils/bypass'
import { isPassthroughResponse } from 'msw/utils/passthrough'
import type { Clock } from '../seams/clock.ts'
import { createsIn, rememberIds, teachesIds } from './batch.ts'
import { factsOfRequest, REST_ROUTES, restOpOf, signedMsOf, streamOf } from './facts.ts'
import { type FaultGate, type JudgedOp, NO_FACTS } from './gate.ts'
import { type Answer, disturb, disturbHandshake, dripped, type Fate } from './rest-fate.ts'
import { signatureOf } from './rewrite.ts'

export interface RestMountOptions {
  readonly gate: FaultGate
  readonly clock: Clock
  /** For signing a changed body anew; null when the plan changes none. */
  readonly apiSecret: string | null
  /** The user's own handlers, asked before the plan. */
  readonly userHandlers: readonly RequestHandler[]
  /** Told when one of the user's handlers answered instead of the venue. */
  readonly onUserHandler: (header: string) => void
}

/** Starts intercepting this thread's HTTP traffic. Await it before any socket opens; dispose it to stop. */
export async function mountRest(options: RestMountOptions): Promise<AsyncDisposable> {
  const interceptor = new HttpRequestInterceptor()
  const resets = new WeakMap<Request, () => void>()
  interceptor.on('request', ({ request, controller }) => {
    resets.set(request, () => controller.errorWith(connectionReset()))
  })

  if (options.gate.asksVenueIds) {
    // The client is told its reply once this is over.
    interceptor.on('response', async ({ request, response, responseType }) => {
      const op = restOpOf(new URL(request.url).pathname)
      if (responseType === 'mock' || !teachesIds(options.gate, op)) return
      const [bodyText, answerText] = await Promise.all([request.clone().text(), response.clone().text()])
      rememberIds(options.gate, op, bodyText, answerText)
    })
  }

  const settle = async (request: Request, fate: Fate): Promise<Response | undefined> => {
    if (request.signal.aborted || fate.do === 'pass') return undefined
    if (fate.do === 'answer') return responseOf(fate.answer, options.clock)
    if (fate.do === 'reset') resets.get(request)?.()
    else await aborted(request.signal)
    return undefined
  }

  const network = defineNetwork({
    sources: [new InterceptorSource({ interceptors: [interceptor] })],
    onUnhandledFrame: 'bypass',
    context: { quiet: true },
    handlers: [createCounter(options), ...userHandlers(options), ...planHandlers(options, settle)],
  })
  await network.enable()
  return { [Symbol.asyncDispose]: async () => network.disable() }
}

type Settle = (request: Request, fate: Fate) => Promise<Response | undefined>

/** Counts every create before anything, the user's handlers included, can answer it. Never answers itself. */
function createCounter({ gate }: RestMountOptions): RequestHandler {
  return http.post(/\/v5\/order\/create(-batch)?$/, async ({ request }) => {
    const op = restOpOf(new URL(request.url).pathname)
    for (const facts of createsIn(op, await request.clone().text())) gate.createSent(facts)
    return undefined
  })
}

function planHandlers({ gate, clock, apiSecret }: RestMountOptions, settle: Settle): RequestHandler[] {
  const handle =
    (op: JudgedOp) =>
    async ({ request }: { request: Request }): Promise<Response | undefined> => {
      const bodyText = request.body === null ? '' : await request.clone().text()
      const facts = factsOfRequest(op, new URL(request.url).searchParams, bodyText)
      const fate = await disturb({
        op,
        facts,
        gate,
        clock,
        bodyText,
        signedMs: signedMsOf(request.headers.get('x-bapi-timestamp')),
        hasGivenUp: () => request.signal.aborted,
        send: (changed) => forward(request, bodyText, changed ?? bodyText, apiSecret),
      })
      return settle(request, fate)
    }
  const known = new Set<string>(REST_ROUTES.map(({ path }) => path))

  return [
    ...REST_ROUTES.map(({ method, path, op }) => (method === 'POST' ? http.post : http.get)(`*${path}`, handle(op))),
    http.get(/\/v5\/(?:public\/|private)/, async ({ request }) => {
      const party = streamOf(request.url)
      const applied = party === null ? null : gate.judge(party, 'connect', NO_FACTS, clock.nowUs())
      if (applied === null) return undefined
      return settle(request, await disturbHandshake(applied.verdict, clock))
    }),
    http.all(/\/v5\//, async ({ request }) => {
      const { pathname } = new URL(request.url)
      if (known.has(pathname) || streamOf(request.url) !== null) return undefined
      return handle('other')({ request })
    }),
  ]
}

/** Wraps `run`, the one door of a handler, so that what a user's handler did is written down as a fault too. */
function userHandlers({ userHandlers: handlers, onUserHandler }: RestMountOptions): RequestHandler[] {
  for (const handler of handlers) {
    const run = handler.run.bind(handler)
    handler.run = async (args) => {
      const result = await run(args)
      if (result?.response !== undefined && !isPassthroughResponse(result.response)) onUserHandler(handler.info.header)
      return result
    }
  }
  return [...handlers]
}

/** As the kernel says it. `HttpResponse.error()` has no code and is unlike production. */
function connectionReset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', errno: -104, syscall: 'read' })
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** Headers about one connection or one encoding of the body, untrue of another. */
const HOP_HEADERS = ['connection', 'keep-alive', 'transfer-encoding', 'content-encoding', 'content-length', 'host']

/** Sends the request on a connection of ours, signed anew when its body was changed; null when no answer came back. */
async function forward(
  request: Request,
  sentText: string,
  bodyText: string,
  apiSecret: string | null,
): Promise<Answer | null> {
  const headers = withoutHops(request.headers)
  if (bodyText !== sentText && apiSecret !== null) headers.set('x-bapi-sign', signatureOf(headers, bodyText, apiSecret))
  const { method } = request
  const copy = new Request(request.url, { method, headers, ...(method === 'GET' ? {} : { body: bodyText }) })
  try {
    const reply = await fetch(bypass(copy))
    return { status: reply.status, headers: Object.fromEntries(withoutHops(reply.headers)), text: await reply.text() }
  } catch {
    return null
  }
}

/** With a content length, so that the client's keep-alive connection survives the answer. */
function responseOf({ status, headers, text, dripMs }: Answer, clock: Clock): Response {
  const body = dripMs === undefined ? text : ReadableStream.from(bytesOf(dripped(text, dripMs, clock)))
  return new Response(body, { status, headers: { ...headers, 'content-length': String(Buffer.byteLength(text)) } })
}

async function* bytesOf(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const text of texts) yield Buffer.from(text)
}

function withoutHops(headers: Headers): Headers {
  const kept = new Headers(headers)
  for (const name of HOP_HEADERS) kept.delete(name)
  return kept
}
