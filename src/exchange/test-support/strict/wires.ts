/**
 * The session's own ends of the wires: HTTP calls over kept connections, and sockets that know when everything sent to
 * them has been read.
 */
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { WebSocket } from 'ws'
import type { Message } from './inspector.ts'

export interface Socket {
  readonly wire: WebSocket
  send(frame: object): void
  /** Everything the venue sent before now has been read. */
  drained(): Promise<void>
}

export interface Caller {
  call(
    url: string,
    head: { readonly method: string; readonly headers: Record<string, string> },
    body: string,
  ): Promise<Reply>
  close(): void
}

interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export function createCaller(): Caller {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  return {
    close: () => agent.destroy(),
    call: (url, { method, headers }, body) =>
      new Promise((resolve, reject) => {
        const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }
        const sent = httpRequest(url, { method, headers: { ...headers, ...length }, agent }, (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(chunks).toString(),
            }),
          )
        })
        sent.on('error', reject)
        sent.end(body)
      }),
  }
}

export function connect(url: string, onFrame: (frame: Message) => void): Promise<Socket> {
  const wire = new WebSocket(url, { perMessageDeflate: false })
  const waiting: (() => void)[] = []
  wire.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as Message
    onFrame(frame)
    if (frame['op'] === 'pong' || frame['ret_msg'] === 'pong') waiting.shift()?.()
  })
  wire.on('close', () => {
    for (const done of waiting.splice(0)) done()
  })
  const send = (frame: object): void => wire.send(JSON.stringify(frame))
  const drained = (): Promise<void> =>
    new Promise((resolve) => {
      if (wire.readyState !== WebSocket.OPEN) return resolve()
      waiting.push(resolve)
      send({ op: 'ping' })
    })
  return new Promise((resolve, reject) => {
    wire.once('error', reject)
    wire.once('open', () => resolve({ wire, send, drained }))
  })
}
