/**
 * What happens to the frames of a disturbed socket, whatever the socket is: a real one of this process
 * (stream-mount.ts) or one of a simulation.
 *
 *   frame ─► gate ─┬─► deliver
 *                  ├─ held: delay and all that is behind it, or reorder
 *                  └─ gone
 *   timer, or the n-th create ─► gate ─► the socket itself: close, reset, silence
 */
import type { Clock } from '../seams/clock.ts'
import { type Frame, readFrame } from './facts.ts'
import { type Applied, type FaultGate, type JudgedOp, NO_FACTS } from './gate.ts'
import type { FaultVerdict } from './plan-types.ts'

export interface StreamWires {
  /** An established socket. Acts on it at once when a fault of it is due. */
  open(socket: WireSocket): Wire
  /** Forgets every wire; what was done to their sockets stays. */
  close(): void
}

export interface WireSocket {
  readonly party: 'public-stream' | 'private-stream' | 'trade-stream'
  isOpen(): boolean
  /** Close, reset or silence. */
  act(verdict: FaultVerdict): void
}

export interface Wire {
  /** Whether single frames are looked at; otherwise they may go straight on. */
  readonly judgesFrames: boolean
  /** Half-open: nothing may be delivered any more. */
  readonly isSilent: boolean
  /** Delivers the frame now, later, twice, cut in half, row by row, or never. */
  receive(text: string, deliver: (text: string) => void): void
  /** A control pong. */
  receivePong(deliver: () => void): void
  /** The socket has closed. */
  close(): void
}

export const FRAME_OPS: readonly JudgedOp[] = [
  'order',
  'execution',
  'position',
  'wallet',
  'orderbook',
  'tickers',
  'pong',
  'ack',
  'other',
]

const PONG: Frame = { op: 'pong', topic: 'pong', text: '', facts: NO_FACTS }

export function createStreamWires(gate: FaultGate, clock: Clock): StreamWires {
  const wires = new Set<OpenWire>()
  let opened = 0
  gate.onCreate(() => {
    for (const wire of wires) wire.strike()
  })
  return {
    open(socket) {
      opened += 1
      const wire = new OpenWire({ id: opened, socket, gate, clock, onClose: () => wires.delete(wire) })
      wires.add(wire)
      wire.begin()
      return wire
    },
    close() {
      for (const wire of [...wires]) wire.close()
    },
  }
}

interface WireParts {
  readonly id: number
  readonly socket: WireSocket
  readonly gate: FaultGate
  readonly clock: Clock
  readonly onClose: () => void
}

class OpenWire implements Wire {
  isSilent = false
  readonly #openedUs: number
  readonly #parts: WireParts
  /** Held back by a delay, in order. */
  readonly #held: { readonly releaseUs: number; readonly deliver: () => void }[] = []
  /** Held back until the next frame of their topic has passed: one per topic, so reordering every frame swaps pairs. */
  readonly #overtaken = new Map<string, () => void>()
  readonly #cancels = new Set<() => void>()

  constructor(parts: WireParts) {
    this.#parts = parts
    this.#openedUs = parts.clock.nowUs()
  }

  /** What is held back keeps its place before what nothing can happen to any more. */
  get judgesFrames(): boolean {
    const { gate, clock, socket } = this.#parts
    return this.#held.length > 0 || this.#overtaken.size > 0 || gate.wants(socket.party, FRAME_OPS, clock.nowUs())
  }

  begin(): void {
    const { gate, socket } = this.#parts
    for (const momentUs of gate.socketMomentsUs(socket.party)) this.#strikeAt(momentUs)
    for (const ageMs of gate.socketAgesMs(socket.party)) this.#strikeAt(this.#openedUs + ageMs * 1000)
    this.strike()
  }

  close(): void {
    this.#cancelAll()
    this.#parts.onClose()
  }

  /** Asks whether the socket itself is due for a fault. A silent one is past harming. */
  strike(): void {
    const { gate, clock, socket, id } = this.#parts
    if (this.isSilent || !socket.isOpen()) return
    const nowUs = clock.nowUs()
    const facts = { ...NO_FACTS, socketId: id, socketAgeMs: (nowUs - this.#openedUs) / 1000 }
    const applied = gate.judge(socket.party, 'socket', facts, nowUs)
    if (applied === null) return
    this.isSilent = applied.verdict.do === 'silence'
    if (this.isSilent) this.#cancelAll()
    socket.act(applied.verdict)
  }

  /**
   * A timer may fire a fraction of a millisecond early; before its moment a fault is not due, and would be missed for good.
   * One look at the clock decides, since between two the moment may pass. What is past when a socket opens is `begin`'s.
   */
  #strikeAt(momentUs: number, onPast: () => void = () => undefined): void {
    const waitMs = Math.ceil((momentUs - this.#parts.clock.nowUs()) / 1000)
    if (waitMs <= 0) onPast()
    else this.#later(waitMs, () => this.#strikeAt(momentUs, () => this.strike()))
  }

  receive(text: string, deliver: (text: string) => void): void {
    const { gate, clock, socket } = this.#parts
    for (const frame of readFrame(socket.party, text, gate.tellsRowsApart(socket.party))) {
      this.#carryOut(frame, gate.judge(socket.party, frame.op, frame.facts, clock.nowUs()), deliver)
    }
  }

  receivePong(deliver: () => void): void {
    const { gate, clock, socket } = this.#parts
    this.#carryOut(PONG, gate.judge(socket.party, 'pong', NO_FACTS, clock.nowUs()), deliver)
  }

  #carryOut(frame: Frame, applied: Applied | null, deliver: (text: string) => void): void {
    const verdict = applied?.verdict
    const text = verdict?.do === 'replace' ? verdict.text : frame.text
    const whole = (): void => deliver(text)
    if (verdict?.do === 'drop') return
    if (verdict?.do === 'reorder' && !this.#overtaken.has(frame.topic)) {
      this.#overtaken.set(frame.topic, whole)
      return
    }
    const heldMs = verdict?.do === 'delay' ? verdict.ms : 0
    const isHalf = verdict?.do === 'malformed'
    this.#pass(heldMs, isHalf ? () => deliver(frame.text.slice(0, Math.ceil(frame.text.length / 2))) : whole)
    if (verdict?.do === 'duplicate') this.#pass(0, whole)

    const late = this.#overtaken.get(frame.topic)
    this.#overtaken.delete(frame.topic)
    if (late !== undefined) this.#pass(0, late)
  }

  /** Delivers in order: what is behind a held frame is held too. */
  #pass(heldMs: number, deliver: () => void): void {
    if (heldMs === 0 && this.#held.length === 0) {
      deliver()
      return
    }
    const aheadUs = this.#held.at(-1)?.releaseUs ?? 0
    this.#held.push({ releaseUs: Math.max(this.#parts.clock.nowUs() + heldMs * 1000, aheadUs), deliver })
    if (this.#held.length === 1) this.#release()
  }

  #release(): void {
    for (let head = this.#held[0]; head !== undefined; head = this.#held[0]) {
      const waitMs = Math.ceil((head.releaseUs - this.#parts.clock.nowUs()) / 1000)
      if (waitMs > 0) {
        this.#later(waitMs, () => this.#release())
        return
      }
      // Delivered before it is removed: a frame that arrives meanwhile must queue behind it, not overtake it.
      head.deliver()
      this.#held.shift()
    }
  }

  /** Calls back unless the socket is closed, or falls silent, before. */
  #later(waitMs: number, callback: () => void): void {
    const cancel = this.#parts.clock.after(waitMs, () => {
      this.#cancels.delete(cancel)
      callback()
    })
    this.#cancels.add(cancel)
  }

  #cancelAll(): void {
    for (const cancel of this.#cancels) cancel()
    this.#cancels.clear()
  }
}
