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

export interface ProcessMountOptions {
  readonly gate: FaultGate
  /** Its wall time is what is made wrong. */
  readonly clock: Clock
  /** Whether this is the main thread: it alone kills and pauses. */
  readonly isMain: boolean
}

/** Starts disturbing this thread. What is due from the start happens before this returns. */
export function mountProcess({ gate, clock, isMain }: ProcessMountOptions): void {
  const parties = isMain ? (['process', 'clock'] as const) : (['clock'] as const)
  const strike = (): void => {
    for (const party of parties) {
      const applied = gate.judge(party, party, NO_FACTS, clock.nowUs())
      if (applied !== null) act(applied, clock)
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

function act({ verdict, fault }: Applied, clock: Clock): void {
  if (verdict.do === 'kill') process.kill(process.pid, 'SIGKILL')
  else if (verdict.do === 'pause') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, verdict.ms)
  else if (verdict.do === 'skew') {
    const { windowMs } = fault
    skew(clock, verdict.ms)
    if (windowMs !== undefined) clock.after(windowMs.to - windowMs.from, () => skew(clock, -verdict.ms))
  }
}

/** Skews add up, so that two that overlap end each in its own time. */
function skew(clock: { wallMs: Clock['wallMs'] }, ms: number): void {
  const { wallMs } = clock
  clock.wallMs = () => wallMs() + ms
}
