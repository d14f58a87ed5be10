/**
 * What carries bytes between a client and the venue: real sockets, or whatever a simulation has instead.
 *
 *   rest ──────────► openHttp ────► http.ts (undici)         or a simulation's: memory, virtual time
 *   socket (link) ─► openSocket ──► web-socket.ts (ws)       or the same
 *
 * The two are loaded apart: the feed's thread has sockets and no REST client.
 */
import type { Http, HttpOptions } from './http.ts'

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
