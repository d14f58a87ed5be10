/**
 * What can be done to an established `ws` client socket, so that neither side can tell it from the real thing.
 *
 *   close    as if the venue's close frame had arrived: 'close' with its code, then the socket ends
 *   reset    a TCP RST: the client sees 1006, the venue ECONNRESET
 *   silence  half-open: nothing is read, nothing written, nothing reported, until the client itself gives up
 *
 * Reaches into `ws` 8 (`_socket`, `_receiver`, `_sender`): its public API has no door for any of this.
 */
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { WebSocket } from 'ws'
import type { FaultVerdict } from './plan-types.ts'

type SendCallback = (error?: Error) => void

interface Inside {
  readonly _socket: Socket
  readonly _receiver: { emit(event: 'conclude', code: number, reason: Buffer): boolean; end(): void }
  readonly _sender: { sendFrame: (list: readonly Buffer[], callback?: SendCallback) => void }
}

/** Acts on an open socket. Verdicts that are not for sockets do nothing: `parsePlan` has refused them. */
export function actOnSocket(socket: WebSocket, verdict: FaultVerdict): void {
  const inside = socket as unknown as Inside
  if (verdict.do === 'close') closeAsVenue(inside, verdict.code)
  else if (verdict.do === 'reset') resetConnection(inside)
  else if (verdict.do === 'silence') silence(socket, inside)
}

/** What `ws`'s receiver does when it has parsed a close frame; not written as bytes, as it may be amid a frame. */
function closeAsVenue({ _receiver: receiver }: Inside, code: number): void {
  receiver.emit('conclude', code, Buffer.alloc(0))
  receiver.end()
}

/** Over TLS Node has no RST to give; there the connection just ends, which a client sees as 1006 too. */
function resetConnection({ _socket: socket }: Inside): void {
  if (socket instanceof TLSSocket) socket.destroy()
  else socket.resetAndDestroy()
}

/**
 * Pausing stops reading, so the venue's FIN is not seen either; its RST would be, so errors no longer destroy. Paused
 * through `ws`, which would otherwise resume the socket by itself.
 */
function silence(client: WebSocket, { _socket: socket, _sender: sender }: Inside): void {
  client.pause()
  const destroy = socket.destroy.bind(socket)
  socket.destroy = (error) => (error === undefined ? destroy() : socket)
  sender.sendFrame = (_list, callback) => {
    if (callback !== undefined) process.nextTick(callback)
  }
}
