/**
 * P of the price band: the mean of mid − mark over the last 30 s (facts §5).
 *
 *   mid − mark   ──┐__┌──────┐___      held between changes
 *   samples      • • • • • • • •       one every 300 ms, as often as the venue publishes the band; the last 100 count
 *
 * How the venue samples is not documented. Before the first change the difference was 0.
 */

const SAMPLE_MS = 300
const SAMPLES = 100

export interface PremiumMean {
  /** The difference is this from now on, ticks. */
  note(ticks: number, atMs: number): void
  /** Mean of the samples taken before `nowMs`, ticks. */
  at(nowMs: number): number
}

export function createPremiumMean(): PremiumMean {
  const samples = new Float64Array(SAMPLES)
  let sum = 0
  let held = 0
  let place = 0
  let nextMs = Number.NaN

  const sampleUntil = (nowMs: number): void => {
    if (Number.isNaN(nextMs)) nextMs = Math.ceil(nowMs / SAMPLE_MS) * SAMPLE_MS
    // After a long silence only the last 30 s can matter.
    nextMs = Math.max(nextMs, Math.floor(nowMs / SAMPLE_MS - SAMPLES) * SAMPLE_MS)
    while (nextMs < nowMs) {
      sum += held - samples[place]!
      samples[place] = held
      place = (place + 1) % SAMPLES
      nextMs += SAMPLE_MS
    }
  }
  return {
    note: (ticks, atMs) => {
      sampleUntil(atMs)
      held = ticks
    },
    at: (nowMs) => {
      sampleUntil(nowMs)
      return sum / SAMPLES
    },
  }
}
