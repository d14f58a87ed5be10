/**
 * Stream faults: wraps npm `ws` in this thread, frame by frame.
 *
 *   venue ─► ws receiver ─► emit('message') ─► gate ─┬─► the client's listener
 *                                                    ├─ held: delay and all that is behind it, or reorder
 *                                                    └─ gone
 *   timer, or the n-th create ─► gate ─► close, reset or silence the live socket (socket-acts.ts)
 *
 * Which stream a socket is shows in its URL; sockets of other URLs, and server sides, are left alone. Handshakes are
 * HTTP and belong to rest-mount.ts. Timers exist only while a socket is open, so they never keep a process alive.
 */
import { WebSocket } from 'ws'
import type { Clock } from '../seams/clock.ts'
import { type Frame, readFrame, streamOf } from './facts.ts'
import { type Applied, type FaultGate, type JudgedOp, NO_FACTS } from './gate.ts'
import { actOnSocket } from './socket-acts.ts'

export interface StreamMountOptions {
  readonly gate: FaultGate
  readonly clock: Clock
}

const FRAME_OPS: readonly JudgedOp[] = [
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

type Emit = (this: WebSocket, event: string | symbol, ...args: unknown[]) => boolean

/** One open socket of ours. */
interface Wire {
  readonly id: number
  readonly socket: WebSocket
  readonly party: 'public-stream' | 'private-stream'
  readonly judgesFrames: boolean
  isSilent: boolean
  /** Held back by a delay, in order. */
  readonly held: { readonly releaseUs: number; readonly deliver: () => void }[]
  /** Held back until the next frame of their topic has passed: one per topic, so reordering every frame swaps pairs. */
  readonly overtaken: Map<string, () => void>
  readonly cancels: Set<() => void>
}

/** Starts disturbing this thread's streams. Dispose it to stop; sockets then open keep what was done to them. */
export function mountStreams({ gate, clock }: StreamMountOptions): Disposable {
  const wires = new Map<WebSocket, Wire>()
  const prototype = WebSocket.prototype as unknown as { emit: Emit }
  const emit = prototype.emit
  let opened = 0

  const open = (socket: WebSocket): void => {
    const party = streamOf(socket.url)
    if (party === null) return
    opened += 1
    const judgesFrames = gate.wants(party, FRAME_OPS)
    const wire: Wire = {
      id: opened,
      socket,
      party,
      judgesFrames,
      isSilent: false,
      held: [],
      overtaken: new Map(),
      cancels: new Set(),
    }
    wires.set(socket, wire)
    for (const momentUs of gate.socketMomentsUs(party)) strikeAt(gate, clock, wire, momentUs)
    strike(gate, clock, wire)
  }

  const close = (socket: WebSocket): void => {
    for (const cancel of wires.get(socket)?.cancels ?? []) cancel()
    wires.delete(socket)
  }

  prototype.emit = function (event, ...args) {
    const deliver = (...other: unknown[]): boolean => emit.call(this, event, ...(other.length > 0 ? other : args))
    if (event === 'close') close(this)
    const wire = wires.get(this)
    if (wire !== undefined && (event === 'message' || event === 'pong' || event === 'ping')) {
      // A paused socket reads no more, but what was read before may still be on its way out of the receiver.
      if (wire.isSilent) return true
      if (wire.judgesFrames && event !== 'ping') return receive(gate, clock, wire, event, args, deliver)
    }
    const result = deliver()
    if (event === 'open') open(this)
    return result
  }
  gate.onCreate(() => {
    for (const wire of wires.values()) strike(gate, clock, wire)
  })

  return {
    [Symbol.dispose]() {
      prototype.emit = emit
      for (const socket of wires.keys()) close(socket)
    },
  }
}

/** A timer may fire a fraction of a millisecond early; before its moment a fault is not due, and would be missed for good. */
function strikeAt(gate: FaultGate, clock: Clock, wire: Wire, momentUs: number): void {
  const waitMs = Math.ceil((momentUs - clock.nowUs()) / 1000)
  if (waitMs <= 0) return
  later(clock, wire, waitMs, () => {
    if (clock.nowUs() < momentUs) strikeAt(gate, clock, wire, momentUs)
    else strike(gate, clock, wire)
  })
}

/** Asks whether the socket itself is due for a fault. A silent one is past harming. */
function strike(gate: FaultGate, clock: Clock, wire: Wire): void {
  if (wire.isSilent || wire.socket.readyState !== WebSocket.OPEN) return
  const applied = gate.judge(wire.party, 'socket', { ...NO_FACTS, socketId: wire.id }, clock.nowUs())
  if (applied === null) return
  wire.isSilent = applied.verdict.do === 'silence'
  if (wire.isSilent) for (const cancel of wire.cancels) cancel()
  actOnSocket(wire.socket, applied.verdict)
}

type Deliver = (...other: unknown[]) => boolean

/** A message or a control pong. Binary messages are none of the venue's and pass. */
function receive(gate: FaultGate, clock: Clock, wire: Wire, event: string, args: unknown[], deliver: Deliver): boolean {
  const [data, isBinary] = args
  if (event === 'pong') {
    const pong: Frame = { op: 'pong', topic: 'pong', text: '', facts: NO_FACTS }
    const applied = gate.judge(wire.party, 'pong', NO_FACTS, clock.nowUs())
    carryOut(clock, wire, pong, applied, () => deliver())
    return true
  }
  if (isBinary === true || !Buffer.isBuffer(data)) return deliver()
  for (const frame of readFrame(wire.party, data.toString(), gate.tellsRowsApart(wire.party))) {
    const applied = gate.judge(wire.party, frame.op, frame.facts, clock.nowUs())
    carryOut(clock, wire, frame, applied, (text) => deliver(Buffer.from(text), false))
  }
  return true
}

function carryOut(
  clock: Clock,
  wire: Wire,
  frame: Frame,
  applied: Applied | null,
  deliver: (text: string) => void,
): void {
  const whole = (): void => deliver(frame.text)
  const verdict = applied?.verdict
  if (verdict?.do === 'drop') return
  if (verdict?.do === 'reorder' && !wire.overtaken.has(frame.topic)) {
    wire.overtaken.set(frame.topic, whole)
    return
  }
  const heldMs = verdict?.do === 'delay' ? verdict.ms : 0
  const isHalf = verdict?.do === 'malformed'
  pass(clock, wire, heldMs, isHalf ? () => deliver(frame.text.slice(0, Math.ceil(frame.text.length / 2))) : whole)
  if (verdict?.do === 'duplicate') pass(clock, wire, 0, whole)

  const late = wire.overtaken.get(frame.topic)
  wire.overtaken.delete(frame.topic)
  if (late !== undefined) pass(clock, wire, 0, late)
}

/** Delivers in order: what is behind a held frame is held too. */
function pass(clock: Clock, wire: Wire, heldMs: number, deliver: () => void): void {
  if (heldMs === 0 && wire.held.length === 0) {
    deliver()
    return
  }
  const aheadUs = wire.held.at(-1)?.releaseUs ?? 0
  wire.held.push({ releaseUs: Math.max(clock.nowUs() + heldMs * 1000, aheadUs), deliver })
  if (wire.held.length === 1) release(clock, wire)
}

function release(clock: Clock, wire: Wire): void {
  for (let head = wire.held[0]; head !== undefined; head = wire.held[0]) {
    const waitMs = Math.ceil((head.releaseUs - clock.nowUs()) / 1000)
    if (waitMs > 0) {
      later(clock, wire, waitMs, () => release(clock, wire))
      return
    }
    // Delivered before it is removed: a frame that arrives meanwhile must queue behind it, not overtake it.
    head.deliver()
    wire.held.shift()
  }
}

/** Calls back unless the socket is closed, or falls silent, before. */
function later(clock: Clock, wire: Wire, waitMs: number, callback: () => void): void {
  const cancel = clock.after(waitMs, () => {
    wire.cancels.delete(cancel)
    callback()
  })
  wire.cancels.add(cancel)
}
