/**
 * The venue's clock as we know it, and provably never ahead of it.
 *
 *   asked ├────────── round trip ──────────┤ answered
 *                  venue says T somewhere in here
 *
 * At the answer the venue shows at least T (it said so earlier) and about T + half the round trip. We take T: the
 * midpoint estimate less its own error, so at most one round trip behind. Behind is harmless (−5 s is accepted), a
 * second ahead is fatal, and "late enough to call an order absent" must not come early.
 */
import type { Clock } from '../seams/clock.ts'

export interface ClockSample {
  /** Monotonic µs. */
  readonly askedUs: number
  readonly answeredUs: number
  /** What the venue's clock showed in between, ms. */
  readonly venueMs: number
}

export interface VenueClock {
  /** The venue's time, ms, fraction kept. The machine's wall clock until the first sample. */
  nowMs(): number
  adopt(sample: ClockSample): void
}

export function createVenueClock(clock: Clock): VenueClock {
  let baseMs: number | null = null
  return {
    nowMs: () => (baseMs === null ? clock.wallMs() : baseMs + clock.nowUs() / 1000),
    adopt({ answeredUs, venueMs }) {
      baseMs = venueMs - answeredUs / 1000
    },
  }
}
