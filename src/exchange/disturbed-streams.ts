/**
 * Faults of the streams at the venue's door: the handshake, every frame on its way out, and the socket itself.
 *
 *   upgrade ─► handshake fate ─► socket ─► send ─► wire (faults/stream-wire.ts) ─► bytes
 *
 * A socket's own `send` and `pong` are replaced, so the streams above know nothing of it. Orders on the trade socket, and
 * their answers, are `disturbed-trade.ts`'s before they come here.
 */
import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import { type FaultGate, NO_FACTS } from '../faults/gate.ts'
import type { FaultVerdict } from '../faults/plan-types.ts'
import { disturbHandshake } from '../faults/rest-fate.ts'
import { createStreamWires, type Wire } from '../faults/stream-wire.ts'
import type { Clock } from '../seams/clock.ts'
import { resetWire } from './connection.ts'
import type { StreamName } from './personas.ts'

export interface StreamFaults {
  /** Calls `proceed` now, later or never; a handshake that is refused or reset is ended here. */
  handshake(stream: StreamName, wire: Duplex, proceed: () => void): void
  /** Takes an accepted socket under the plan. */
  open(stream: StreamName, socket: WebSocket, wire: Duplex): void
  close(): void
}

const PARTIES = { public: 'public-stream', private: 'private-stream', trade: 'trade-stream' } as const

export function createStreamFaults(gate: FaultGate, clock: Clock): StreamFaults {
  const wires = createStreamWires(gate, clock)
  /** Handshakes that are not answered yet, or never. */
  const waiting = new Set<Duplex>()
  return {
    handshake(stream, wire, proceed) {
      const party = PARTIES[stream]
      const verdict = gate.judge(party, 'connect', NO_FACTS, clock.nowUs())?.verdict
      if (verdict === undefined) {
        proceed()
        return
      }
      waiting.add(wire)
      wire.once('close', () => waiting.delete(wire))
      void disturbHandshake(verdict, clock).then((fate) => {
        if (fate.do === 'hang' || wire.destroyed) return
        waiting.delete(wire)
        if (fate.do === 'pass') proceed()
        else if (fate.do === 'reset') resetWire(wire)
        else refuse(wire, fate.answer.status, fate.answer.text)
      })
    },
    open(stream, socket, wire) {
      const party = PARTIES[stream]
      const own = wires.open({
        party,
        isOpen: () => socket.readyState === WebSocket.OPEN,
        act: (verdict) => act(verdict, socket, wire),
      })
      socket.once('close', () => own.close())
      route(socket, own)
    },
    close() {
      wires.close()
      for (const wire of waiting) wire.destroy()
    },
  }
}

type Send = (frame: string | Buffer, options: object) => void
type Pong = (data?: unknown, mask?: boolean, callback?: (error: Error) => void) => void

/** What leaves goes through the wire; a silent socket says nothing any more, not even goodbye. */
function route(socket: WebSocket, own: Wire): void {
  const send = socket.send.bind(socket) as Send
  const pong = socket.pong.bind(socket) as Pong
  const close = socket.close.bind(socket)
  const isOpen = (): boolean => socket.readyState === WebSocket.OPEN
  const routed: { send: Send; pong: Pong; close: WebSocket['close'] } = {
    send(frame, options) {
      if (own.isSilent) return
      if (!own.judgesFrames) send(frame, options)
      else
        own.receive(frame.toString(), (text) => {
          if (isOpen() && !own.isSilent) send(text, options)
        })
    },
    pong(...args) {
      if (own.isSilent) return
      if (!own.judgesFrames) pong(...args)
      else
        own.receivePong(() => {
          if (isOpen() && !own.isSilent) pong(...args)
        })
    },
    close(code, reason) {
      if (!own.isSilent) close(code, reason)
    },
  }
  Object.assign(socket, routed)
}

/** A silent socket is read no more either: pings stay unanswered, and its client's goodbye is not heard. */
function act(verdict: FaultVerdict, socket: WebSocket, wire: Duplex): void {
  if (verdict.do === 'close') socket.close(verdict.code)
  else if (verdict.do === 'reset') resetWire(wire)
  else if (verdict.do === 'silence') socket.pause()
}

function refuse(wire: Duplex, status: number, body: string): void {
  wire.once('finish', () => wire.destroy())
  const length = Buffer.byteLength(body)
  wire.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n${body}`)
}
