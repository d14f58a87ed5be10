/**
 * The sockets of one stream: bounded buffers, one write per batch, idle ones closed, and the ways a test may cut them.
 *
 *   send ─► corked socket … flush() ─► one write per socket and batch
 *
 * A client that does not read is cut off instead of filling our memory: `slow`. A silenced socket stays open and says
 * nothing any more, not even to control pings: what a half-open connection looks like from the other end.
 */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import type { Clock } from '../seams/clock.ts'
import { plainAddress } from './auth.ts'

export interface Connection {
  /** The venue's `conn_id`. */
  readonly id: string
  /** The client's address. */
  readonly address: string
  /** False when the frame was not sent: the socket is closing, silenced, or was cut just now. */
  send(frame: string | Buffer): boolean
}

/** How to cut: a clean close frame, a TCP reset, or half-open silence. */
export type CutHow = 'close' | 'reset' | 'silence'

export interface StreamLimits {
  /** A socket with more unsent bytes than this is terminated. */
  readonly bufferedMaxBytes: number
  /** Closed after so long with nothing sent either way (Bybit: 10 min), ms. */
  readonly idleMaxMs: number
  /** How often idle sockets are looked for (Bybit: 30 s), ms. */
  readonly idleCheckMs: number
}

export const STREAM_LIMITS: StreamLimits = {
  bufferedMaxBytes: 16 * 1024 * 1024,
  idleMaxMs: 600_000,
  idleCheckMs: 30_000,
}

export interface ConnectionCounters {
  readonly open: number
  readonly opened: number
  readonly slowCut: number
  readonly idleClosed: number
}

export interface Connections {
  accept(socket: WebSocket, wire: Duplex, idleMaxMs?: number): Connection
  /** Ends a batch: what was sent since the last flush goes to the sockets now. */
  flush(): void
  cut(how: CutHow): number
  counters(): ConnectionCounters
  close(): Promise<void>
}

export interface ConnectionHooks {
  onText(connection: Connection, text: string): void
  onClosed(connection: Connection): void
}

interface Peer extends Connection {
  readonly socket: WebSocket
  readonly wire: Duplex
  readonly idleMaxMs: number
  corked: boolean
  /** Something went either way since the last look. */
  active: boolean
  quietSinceMs: number
}

const FRAME_OPTIONS = { binary: false, compress: false, fin: true, mask: false } as const
/** RFC 6455: going away. */
const GOING_AWAY = 1001
/** How long a closing socket may take to say goodbye, ms. */
const GOODBYE_MS = 200

export interface ConnectionsOptions {
  readonly idPrefix: string
  readonly clock: Clock
  readonly limits: StreamLimits
  readonly hooks: ConnectionHooks
}

export function createConnections({ idPrefix, clock, limits, hooks }: ConnectionsOptions): Connections {
  /** Those we talk to, and all whose socket is not closed yet: silenced and leaving ones too. */
  const peers = new Set<Peer>()
  const sockets = new Set<Peer>()
  const batch = createBatch()
  const idleWatch = watchIdle(peers, clock, limits.idleCheckMs)
  let opened = 0
  let slowCut = 0
  const counters = (): ConnectionCounters => ({ open: peers.size, opened, slowCut, idleClosed: idleWatch.closed() })

  return { accept, flush: batch.flush, cut, counters, close }

  function accept(socket: WebSocket, wire: Duplex, idleMaxMs = limits.idleMaxMs): Connection {
    opened += 1
    const id = `${idPrefix}-${opened.toString(36)}`
    const address = plainAddress((wire as Partial<Socket>).remoteAddress)
    const send = (frame: string | Buffer): boolean => sendTo(peer, frame)
    const since = { active: true, quietSinceMs: clock.wallMs() }
    const peer: Peer = { id, address, send, socket, wire, idleMaxMs, corked: false, ...since }
    peers.add(peer)
    sockets.add(peer)
    listenTo(peer, {
      onText(text) {
        // What still arrives from a socket that was cut would be remembered for good: its end is told already.
        if (peers.has(peer)) hooks.onText(peer, text)
        batch.flush()
      },
      onClosed() {
        sockets.delete(peer)
        forget(peer)
      },
    })
    return peer
  }

  function sendTo(peer: Peer, frame: string | Buffer): boolean {
    if (peer.socket.readyState !== WebSocket.OPEN || !peers.has(peer)) return false
    if (peer.socket.bufferedAmount > limits.bufferedMaxBytes) {
      slowCut += 1
      forget(peer)
      peer.socket.terminate()
      return false
    }
    batch.include(peer)
    peer.active = true
    peer.socket.send(frame, FRAME_OPTIONS)
    return true
  }

  function forget(peer: Peer): void {
    if (peers.delete(peer)) hooks.onClosed(peer)
  }

  function cut(how: CutHow): number {
    const targets = [...peers]
    batch.flush()
    for (const peer of targets) {
      forget(peer)
      cutSocket(peer, how)
    }
    return targets.length
  }

  async function close(): Promise<void> {
    idleWatch.stop()
    const ended = [...sockets].map((peer) => end(peer, peers.has(peer), clock))
    batch.flush()
    await Promise.all(ended)
  }
}

interface Batch {
  /** Holds back what the peer is sent until the flush. */
  include(peer: Peer): void
  flush(): void
}

/** The sockets corked since the last flush. */
function createBatch(): Batch {
  const corked: Peer[] = []
  return {
    include(peer) {
      if (peer.corked) return
      peer.corked = true
      peer.wire.cork()
      corked.push(peer)
    },
    flush() {
      if (corked.length === 0) return // most of the time; cutting an array is dear
      for (const peer of corked) {
        peer.corked = false
        peer.wire.uncork()
      }
      corked.length = 0
    },
  }
}

interface PeerHooks {
  onText(text: string): void
  onClosed(): void
}

/** Texts and control pings are proof of life. */
function listenTo(peer: Peer, hooks: PeerHooks): void {
  peer.socket.on('message', (data: Buffer) => {
    peer.active = true
    hooks.onText(data.toString())
  })
  peer.socket.on('ping', () => {
    peer.active = true
  })
  // A broken frame or a reset ends in 'close' as well; the error itself has nothing more to tell.
  peer.socket.on('error', () => undefined)
  peer.socket.on('close', hooks.onClosed)
}

function cutSocket(peer: Peer, how: CutHow): void {
  if (how === 'close') peer.socket.close(GOING_AWAY)
  else if (how === 'reset') resetWire(peer.wire)
  else peer.socket.pause()
}

interface IdleWatch {
  /** How many it has closed. */
  closed(): number
  stop(): void
}

function watchIdle(peers: Iterable<Peer>, clock: Clock, everyMs: number): IdleWatch {
  let closed = 0
  let cancel = clock.after(everyMs, look)
  return { closed: () => closed, stop: () => cancel() }

  function look(): void {
    closed += closeIdle(peers, clock.wallMs())
    cancel = clock.after(everyMs, look)
  }
}

/** Notes who was active since the last look and closes who has been quiet too long. Returns how many it closed. */
function closeIdle(peers: Iterable<Peer>, nowMs: number): number {
  let closed = 0
  for (const peer of peers) {
    if (peer.active) {
      peer.active = false
      peer.quietSinceMs = nowMs
    } else if (peer.socket.readyState === WebSocket.OPEN && nowMs - peer.quietSinceMs >= peer.idleMaxMs) {
      closed += 1
      peer.socket.close(GOING_AWAY)
    }
  }
  return closed
}

/** Resolves when the socket is gone. A silenced or leaving one is not asked: it would not answer. */
function end(peer: Peer, isHeard: boolean, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = clock.after(GOODBYE_MS, () => peer.socket.terminate())
    peer.socket.once('close', () => {
      giveUp()
      resolve()
    })
    if (isHeard) peer.socket.close(GOING_AWAY)
    else peer.socket.terminate()
  })
}

/** Ends a connection with a TCP reset where the wire has one to give. */
export function resetWire(wire: Duplex & { readonly resetAndDestroy?: () => void }): void {
  if (wire.resetAndDestroy === undefined) wire.destroy()
  else wire.resetAndDestroy()
}
