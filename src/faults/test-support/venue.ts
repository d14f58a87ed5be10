/**
 * A loopback venue for the fault tests: answers REST, verifies signatures over the bytes received, pushes what it is told
 * to push, and remembers everything that really reached it.
 */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

export const TEST_SECRET = 'a-secret-of-the-fault-tests'

export interface ReceivedRequest {
  readonly path: string
  readonly body: Readonly<Record<string, unknown>> | null
  readonly headers: IncomingMessage['headers']
  readonly isSigned: boolean
  /** The client's port: tells connections apart. */
  readonly port: number | undefined
}

/** One accepted stream connection. `events`: "message:<text>", "close:<code>", "error:<code>". */
export interface ReceivedSocket {
  readonly path: string
  readonly socket: WebSocket
  readonly events: string[]
}

export interface TestVenue extends AsyncDisposable {
  readonly origin: string
  readonly streamOrigin: string
  readonly requests: readonly ReceivedRequest[]
  readonly sockets: readonly ReceivedSocket[]
  /** Sends a text frame to every open socket whose path starts so. */
  push(path: string, frame: unknown): void
  /** Resolves once `check` holds; asked again whenever something reaches the venue. */
  until(check: () => boolean): Promise<void>
}

export async function startTestVenue(): Promise<TestVenue> {
  const requests: ReceivedRequest[] = []
  const sockets: ReceivedSocket[] = []
  const waiting = new Set<() => void>()
  const changed = (): void => {
    for (const look of waiting) look()
  }
  const server = createServer((request, response) => {
    void receive(request).then((received) => {
      requests.push(received)
      changed()
      reply(response, received, requests)
    })
  })
  const streams = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    streams.handleUpgrade(request, socket, head, (accepted) => {
      const entry: ReceivedSocket = { path: request.url ?? '', socket: accepted, events: [] }
      sockets.push(entry)
      const note = (event: string): void => {
        entry.events.push(event)
        changed()
      }
      socket.on('error', (error: NodeJS.ErrnoException) => note(`error:${error.code}`))
      accepted.on('message', (data) => note(`message:${data.toString()}`))
      accepted.on('close', (code) => note(`close:${code}`))
      changed()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  return {
    origin: `http://127.0.0.1:${port}`,
    streamOrigin: `ws://127.0.0.1:${port}`,
    requests,
    sockets,
    push: (path, frame) => {
      const text = typeof frame === 'string' ? frame : JSON.stringify(frame)
      for (const entry of sockets) if (entry.path.startsWith(path)) entry.socket.send(text)
    },
    until: (check) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!check()) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    [Symbol.asyncDispose]: async () => {
      for (const { socket } of sockets) socket.terminate()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  const { headers, socket, url = '' } = request
  const signed = `${headers['x-bapi-timestamp']}${headers['x-bapi-api-key']}${headers['x-bapi-recv-window']}`
  const expected = createHmac('sha256', TEST_SECRET)
    .update(signed + (text === '' ? (url.split('?')[1] ?? '') : text))
    .digest('hex')
  return {
    path: url,
    body: text === '' ? null : (JSON.parse(text) as Record<string, unknown>),
    headers,
    isSigned: headers['x-bapi-sign'] === expected,
    port: socket.remotePort,
  }
}

/** Done, or 110072 for a client order id it has seen before, as the venue would say. */
function reply(response: ServerResponse, received: ReceivedRequest, requests: readonly ReceivedRequest[]): void {
  const orderLinkId = received.body?.['orderLinkId']
  const isCreate = received.path === '/v5/order/create'
  const same = requests.filter(({ path, body }) => path === received.path && body?.['orderLinkId'] === orderLinkId)
  const isRepeated = isCreate && same.length > 1
  const body = {
    retCode: isRepeated ? 110072 : 0,
    retMsg: isRepeated ? 'OrderLinkedID is duplicate' : 'OK',
    result: isCreate && !isRepeated ? { orderId: `order-${requests.length}`, orderLinkId } : {},
    retExtInfo: {},
    time: 1,
  }
  response.setHeader('X-Bapi-Limit', '10')
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(body))
}
