/**
 * Stream faults in this process: wraps npm `ws` in this thread, frame by frame.
 *
 *   venue ─► ws receiver ─► emit('message') ─► wire (stream-wire.ts) ─► the client's listener
 *
 * Which stream a socket is shows in its URL; sockets of other URLs, and server sides, are left alone. Handshakes are
 * HTTP and belong to rest-mount.ts. Timers exist only while a socket is open, so they never keep a process alive.
 */
import { WebSocket } from 'ws'
import type { Clock } from '../seams/clock.ts'
import { streamOf } from './facts.ts'
import type { FaultGate } from './gate.ts'
import { actOnSocket } from './socket-acts.ts'
import { createStreamWires, type Wire } from './stream-wire.ts'

export interface StreamMountOptions {
  readonly gate: FaultGate
  readonly clock: Clock
}

type Emit = (this: WebSocket, event: string | symbol, ...args: unknown[]) => boolean

/** Starts disturbing this thread's streams. Dispose it to stop; sockets then open keep what was done to them. */
export function mountStreams({ gate, clock }: StreamMountOptions): Disposable {
  const all = createStreamWires(gate, clock)
  const wires = new Map<WebSocket, Wire>()
  const prototype = WebSocket.prototype as unknown as { emit: Emit }
  const emit = prototype.emit

  const open = (socket: WebSocket): void => {
    const party = streamOf(socket.url)
    if (party === null) return
    const wire = all.open({
      party,
      isOpen: () => socket.readyState === WebSocket.OPEN,
      act: (verdict) => actOnSocket(socket, verdict),
    })
    wires.set(socket, wire)
  }

  const close = (socket: WebSocket): void => {
    wires.get(socket)?.close()
    wires.delete(socket)
  }

  prototype.emit = function (event, ...args) {
    const deliver = (...other: unknown[]): boolean => emit.call(this, event, ...(other.length > 0 ? other : args))
    if (event === 'close') close(this)
    const wire = wires.get(this)
    if (wire !== undefined && (event === 'message' || event === 'pong' || event === 'ping')) {
      // A paused socket reads no more, but what was read before may still be on its way out of the receiver.
      if (wire.isSilent) return true
      if (wire.judgesFrames && event !== 'ping') return receive(wire, event, args, deliver)
    }
    const result = deliver()
    if (event === 'open') open(this)
    return result
  }

  return {
    [Symbol.dispose]() {
      prototype.emit = emit
      all.close()
      wires.clear()
    },
  }
}

/** A message or a control pong. Binary messages are none of the venue's and pass. */
function receive(wire: Wire, event: string, args: unknown[], deliver: (...other: unknown[]) => boolean): boolean {
  const [data, isBinary] = args
  if (event === 'pong') wire.receivePong(() => deliver())
  else if (isBinary === true || !Buffer.isBuffer(data)) return deliver()
  else wire.receive(data.toString(), (text) => deliver(Buffer.from(text), false))
  return true
}
