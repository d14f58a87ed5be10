/**
 * A loopback WebSocket server for one stream: it acknowledges as Bybit does, and each connection can be scripted.
 */
import type { AddressInfo } from 'node:net'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'

export interface Connection {
  readonly socket: WebSocket
  /** Requests as received. */
  readonly seen: Record<string, unknown>[]
  push(frame: object | string): void
  /** From now on nothing is answered or sent: half-open, as a dead peer is. */
  silence(): void
  reset(): void
}

export interface WsVenue {
  readonly url: string
  readonly connections: Connection[]
  /** The connection of that number (from 0), as soon as it has completed its subscription. */
  ready(index: number): Promise<Connection>
  [Symbol.asyncDispose](): Promise<void>
}

export interface WsVenueOptions {
  /** Topics that are refused, with the venue's words for it. */
  readonly refuses?: Readonly<Record<string, string>>
  /** What to answer a request with instead; undefined answers as Bybit does, null not at all. */
  readonly answer?: (request: Record<string, unknown>, index: number) => object | null | undefined
}

export async function startWsVenue({ refuses = {}, answer }: WsVenueOptions = {}): Promise<WsVenue> {
  const connections: Connection[] = []
  const waiting = new Map<number, (() => void)[]>()
  const done = new Set<number>()
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', (socket, request) => {
    const index = connections.length
    let silent = false
    const connection: Connection = {
      socket,
      seen: [],
      push: (frame) => silent || socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
      silence() {
        silent = true
      },
      reset: () => request.socket.resetAndDestroy(),
    }
    connections.push(connection)
    socket.on('error', () => undefined)
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as Record<string, unknown>
      connection.seen.push(message)
      const scripted = answer?.(message, index)
      const reply = scripted === undefined ? usual(message, refuses) : scripted
      if (reply !== null) connection.push(reply)
      if (message['op'] !== 'subscribe' || (reply as { success?: boolean } | null)?.success !== true) return
      done.add(index)
      for (const resolve of waiting.get(index)?.splice(0) ?? []) resolve()
    })
  })
  await new Promise((resolve) => server.on('listening', resolve))
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections,
    async ready(index) {
      if (!done.has(index)) {
        await new Promise<void>((resolve) => waiting.set(index, [...(waiting.get(index) ?? []), resolve]))
      }
      return connections[index]!
    },
    async [Symbol.asyncDispose]() {
      for (const { socket } of connections) socket.terminate()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function usual(request: Record<string, unknown>, refuses: Readonly<Record<string, string>>): object {
  const { op, args, req_id = '' } = request
  if (op === 'ping') return { success: true, ret_msg: 'pong', conn_id: 'c', req_id, op: 'ping' }
  const bad =
    Array.isArray(args) && op === 'subscribe' ? (args as string[]).find((topic) => topic in refuses) : undefined
  if (bad !== undefined) return { success: false, ret_msg: refuses[bad], conn_id: 'c', req_id, op }
  return { success: true, ret_msg: '', conn_id: 'c', req_id, op }
}
