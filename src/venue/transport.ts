/**
 * What carries bytes between a client and the venue: real sockets, or whatever a simulation has instead.
 *
 *   rest ──────────► openHttp ───┐
 *                                ├─► network: undici, ws          the one in production
 *   socket (link) ─► openSocket ─┘   a simulation: memory, virtual time
 */
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import type { Http, HttpOptions } from './http.ts'
import { createHttp } from './http.ts'

export interface Transport {
  openHttp(options: HttpOptions): Http
  /** Begins to connect at once; `events` tells the rest. */
  openSocket(url: string, events: SocketEvents): VenueSocket
}

/** One WebSocket connection as its user needs it. */
export interface VenueSocket {
  readonly state: 'connecting' | 'open' | 'ending'
  send(text: string): void
  /** Begins the closing handshake; `onClose` follows when the peer takes part in it. */
  close(code: number): void
  /** Drops the connection; `onClose` follows. */
  terminate(): void
}

/** Told in the order of the wire. `onClose` is the last one and comes exactly once, also after a failed handshake. */
export interface SocketEvents {
  /** Bytes have reached this process; what they mean comes later. */
  onBytes(): void
  onOpen(): void
  onText(text: string): void
  /** A control ping or pong. */
  onControl(): void
  onError(message: string): void
  onClose(code: number, reason: string): void
}

/** The network. */
export const network: Transport = { openHttp: createHttp, openSocket }

function openSocket(url: string, events: SocketEvents): VenueSocket {
  const socket = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true })
  socket.on('upgrade', (response: IncomingMessage) => {
    response.socket.on('data', () => events.onBytes())
  })
  socket.on('open', () => events.onOpen())
  socket.on('message', (data) => events.onText((data as Buffer).toString()))
  socket.on('ping', () => events.onControl())
  socket.on('pong', () => events.onControl())
  socket.on('error', (error) => events.onError(error.message))
  socket.on('close', (code, reason) => events.onClose(code, reason.toString()))
  return {
    get state() {
      if (socket.readyState === WebSocket.CONNECTING) return 'connecting'
      return socket.readyState === WebSocket.OPEN ? 'open' : 'ending'
    },
    send: (text) => socket.send(text),
    close: (code) => socket.close(code),
    terminate: () => socket.terminate(),
  }
}
