/**
 * A loopback HTTP server that answers as a test scripts it: replies, delays, silence, resets.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly rawQuery: string
  readonly body: string
  readonly headers: IncomingMessage['headers']
}

export interface Scripted {
  readonly status?: number
  readonly headers?: Record<string, string>
  /** An object is sent as JSON, a text as it is. */
  readonly body?: object | string
  readonly delayMs?: number
  /** Instead of a reply. */
  readonly instead?: 'silence' | 'reset' | 'half'
}

export interface HttpVenue {
  readonly url: string
  readonly seen: Seen[]
  /** Requests of one path. */
  of(path: string): Seen[]
  sockets(): number
  [Symbol.asyncDispose](): Promise<void>
}

export function ok(result: object = {}, time = 1_767_225_600_000): { body: object } {
  return { body: { retCode: 0, retMsg: 'OK', result, retExtInfo: {}, time } }
}

export function refusal(retCode: number, retMsg = 'refused'): { body: object } {
  return { body: { retCode, retMsg, result: {}, retExtInfo: {}, time: 1_767_225_600_000 } }
}

export async function startHttpVenue(answer: (seen: Seen) => Scripted): Promise<HttpVenue> {
  const seen: Seen[] = []
  const sockets = new Set<Socket>()
  let opened = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const url = new URL(request.url!, 'http://venue')
      const entry: Seen = {
        method: request.method!,
        path: url.pathname,
        query: url.searchParams,
        rawQuery: request.url!.split('?')[1] ?? '',
        body: Buffer.concat(chunks).toString(),
        headers: request.headers,
      }
      seen.push(entry)
      respond(response, request.socket, answer(entry))
    })
  })
  server.keepAliveTimeout = 60_000
  server.on('connection', (socket) => {
    opened += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    of: (path) => seen.filter((entry) => entry.path === path),
    sockets: () => opened,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function respond(response: ServerResponse, socket: Socket, scripted: Scripted): void {
  const { status = 200, headers = {}, body = {}, delayMs = 0, instead } = scripted
  if (instead === 'silence') return
  if (instead === 'reset') {
    socket.resetAndDestroy()
    return
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const write = (): void => {
    response.writeHead(status, { 'content-length': Buffer.byteLength(text), ...headers })
    if (instead === 'half') {
      response.write(text.slice(0, text.length / 2))
      setTimeout(() => socket.destroy(), 5)
    } else response.end(text)
  }
  if (delayMs === 0) write()
  else setTimeout(write, delayMs)
}
