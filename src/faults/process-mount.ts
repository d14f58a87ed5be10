/**
 * Faults of the process itself: killed, standing still, or with a wall clock that is wrong.
 *
 *   timer at `windowMs.from`, or the n-th create ─► gate ─► SIGKILL · a main thread that waits · a clock that is ahead
 *
 * The clock is the process's own seam (seams/clock.ts), so every thread that reads wall time is wrong by as much, and
 * monotonic time stays right, as when somebody sets a machine's clock. A kill is journaled before it happens.
 */
import type { Clock } from '../seams/clock.ts'
import { type Applied, type FaultGate, NO_FACTS } from './gate.ts'

/** What can be done to a process from outside. */
export interface ProcessHands {
  kill(): void
  /** Its main thread stands still for so long, ms. */
  pause(ms: number): void
}

export interface ProcessMountOptions {
  readonly gate: FaultGate
  /** Its wall time is what is made wrong. */
  readonly clock: Clock
  /** Whether this is the main thread: it alone kills and pauses. */
  readonly isMain: boolean
  /** The moment windows count from, monotonic µs. */
  readonly mountedAtUs: number
  /** Default: this process. */
  readonly hands?: ProcessHands
}

const THIS_PROCESS: ProcessHands = {
  kill: () => void process.kill(process.pid, 'SIGKILL'),
  pause: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
}

/** Starts disturbing this thread. What is due from the start happens before this returns. */
export function mountProcess(options: ProcessMountOptions): void {
  const { gate, clock, isMain } = options
  const parties = isMain ? (['process', 'clock'] as const) : (['clock'] as const)
  const strike = (): void => {
    for (const party of parties) {
      const applied = gate.judge(party, party, NO_FACTS, clock.nowUs())
      if (applied !== null) act(applied, options)
    }
  }
  const strikeAt = (momentUs: number): void => {
    const waitMs = Math.ceil((momentUs - clock.nowUs()) / 1000)
    if (waitMs <= 0) strike()
    else clock.after(waitMs, () => strikeAt(momentUs))
  }
  for (const party of parties) for (const momentUs of gate.socketMomentsUs(party)) strikeAt(momentUs)
  gate.onCreate(strike)
  strike()
}

function act({ verdict, fault }: Applied, { clock, mountedAtUs, hands = THIS_PROCESS }: ProcessMountOptions): void {
  if (verdict.do === 'kill') hands.kill()
  else if (verdict.do === 'pause') hands.pause(verdict.ms)
  else if (verdict.do === 'skew') {
    const { windowMs } = fault
    skew(clock, verdict.ms)
    if (windowMs === undefined) return
    const leftMs = windowMs.to - (clock.nowUs() - mountedAtUs) / 1000
    clock.after(Math.max(0, leftMs), () => skew(clock, -verdict.ms))
  }
}

/** Skews add up, so that two that overlap end each in its own time. */
function skew(clock: { wallMs: Clock['wallMs'] }, ms: number): void {
  const { wallMs } = clock
  clock.wallMs = () => wallMs() + ms
}
