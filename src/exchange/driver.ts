/**
 * Keeps the pure core in step with real time and hands out what it pushes.
 *
 *   timer at nextDueMs ─┐
 *   every request ──────┼─► core.advance(now) ─► pushes ─► public: at once     ─► sink
 *   every subscribe ────┘                              └─► private: held until due
 *
 * Rows for the private stream leave in the order of their due moments, and of arrival where these are equal.
 */
import type { Clock } from '../seams/clock.ts'
import type { CoreReply, CoreRequest, ExchangeCore, Push, WorldChange } from './core/types.ts'
import type { Doubts } from './world-doubts.ts'

export type PrivatePush = Extract<Push, { kind: 'private' }>
export type PublicPush = Extract<Push, { kind: 'public' }>

/** Where pushes go: the two streams. */
export interface PushSink {
  publicFrame(push: PublicPush): void
  privateRows(push: PrivatePush, nowMs: number): void
  /** The batch is over: let the sockets write. */
  flush(): void
}

export interface Driver {
  /** The venue's clock: wall time that never steps back, ms. */
  nowMs(): number
  /** Brings the core to now and delivers what that yields. Returns now. */
  step(): number
  /** Answers before the pushes of the request are delivered, unless the venue is to send its frames first. */
  handle(request: CoreRequest, answer: (reply: CoreReply, nowMs: number) => void): void
  control(change: WorldChange): void
  attach(sink: PushSink): void
  stop(): void
}

/** No timer of the platform takes more, ms. */
const SLEEP_MAX_MS = 2 ** 30

/** `firstOut`: whether a reply leaves before the frames its request causes, or after them (a doubt, facts §7.6). */
export function createDriver(core: ExchangeCore, clock: Clock, firstOut: Doubts['firstOut'] = 'reply'): Driver {
  const held = createHeldRows()
  const wake = createWake(clock, step)
  let sink: PushSink | undefined
  let lastMs = clock.wallMs()

  return { nowMs, step, handle, control, attach, stop: wake.stop }

  function nowMs(): number {
    lastMs = Math.max(lastMs, clock.wallMs())
    return lastMs
  }

  function step(): number {
    const now = nowMs()
    route(core.advance(now), now)
    return now
  }

  function handle(request: CoreRequest, answer: (reply: CoreReply, nowMs: number) => void): void {
    const now = nowMs()
    const moved = core.advance(now)
    const { reply, pushes } = core.handle(request, now)
    if (firstOut === 'reply') answer(reply, now)
    if (moved.length > 0) deliver(moved)
    route(pushes, now)
    if (firstOut === 'frames') answer(reply, now)
  }

  function control(change: WorldChange): void {
    const now = step()
    route(core.control(change, now), now)
  }

  function attach(target: PushSink): void {
    sink = target
    wakeWhenDue(nowMs())
  }

  function route(pushes: readonly Push[], now: number): void {
    deliver(pushes)
    for (let rows = held.takeDue(now); rows !== undefined; rows = held.takeDue(now)) sink?.privateRows(rows, now)
    sink?.flush()
    wakeWhenDue(now)
  }

  function deliver(pushes: readonly Push[]): void {
    for (const push of pushes) {
      if (push.kind === 'public') sink?.publicFrame(push)
      else held.add(push)
    }
  }

  function wakeWhenDue(now: number): void {
    wake.atLatest(Math.min(core.nextDueMs(), held.nextDueMs(), now + SLEEP_MAX_MS), now)
  }
}

interface Wake {
  atLatest(dueMs: number, nowMs: number): void
  stop(): void
}

/** The one timer. A wake already set for an earlier moment is kept: it finds nothing to do and sets the next one. */
function createWake(clock: Clock, run: () => void): Wake {
  let atMs = Number.POSITIVE_INFINITY
  let cancel: () => void = () => undefined
  let stopped = false
  const wakeUp = (): void => {
    atMs = Number.POSITIVE_INFINITY
    run()
  }
  return {
    atLatest(dueMs, nowMs) {
      if (stopped || dueMs >= atMs) return
      cancel()
      atMs = dueMs
      // The venue's clock shows whole milliseconds: before the next one nothing is due by it.
      cancel = clock.after(Math.max(0, Math.ceil(dueMs - nowMs)), wakeUp)
    },
    stop() {
      stopped = true
      cancel()
    },
  }
}

interface HeldRows {
  add(push: PrivatePush): void
  /** The next push that is due, or undefined. */
  takeDue(nowMs: number): PrivatePush | undefined
  nextDueMs(): number
}

/** Sorted by due moment; new rows nearly always belong at the end, so insertion looks from there. */
function createHeldRows(): HeldRows {
  let rows: PrivatePush[] = []
  let head = 0
  return {
    add(push) {
      let place = rows.length
      while (place > head && rows[place - 1]!.dueMs > push.dueMs) place -= 1
      if (place === rows.length) rows.push(push)
      else rows.splice(place, 0, push)
    },
    takeDue(nowMs) {
      const first = rows[head]
      if (first === undefined || first.dueMs > nowMs) return undefined
      head += 1
      if (head === rows.length || head >= 1024) {
        rows = rows.slice(head)
        head = 0
      }
      return first
    },
    nextDueMs: () => rows[head]?.dueMs ?? Number.POSITIVE_INFINITY,
  }
}
