/**
 * The run's numbers: five latencies, counters, skips by reason, memory and CPU. Written by the strategy thread alone,
 * journaled as snapshots, read from there by everybody else.
 *
 *   frame in ──socketToRing──► ring ──ringToStrategy──► popped ──detection──► verdict ──placement──► both legs acknowledged
 *      └──────────────────────────────────────── endToEnd ───────────────────────────────────────────────┘
 *
 * All five are timed from arrival, not from when we got around to it: waiting is inside. What happens before the bytes
 * reach this process (a stalled event loop leaves them in the kernel) is not, and shows in the quote's age instead.
 */
import type { MetricsSnapshot, StageName, StageSummary } from '../journal/events.ts'
import type { Clock } from '../seams/clock.ts'
import type { LatencyHistogram } from './histogram.ts'
import { createLatencyHistogram } from './histogram.ts'
import { createCpuMeter, type ProcessUsage, thisProcess } from './process.ts'

/** Every counter there is, all shown from the start: a zero is a statement, a missing line is not. */
export const COUNTERS = [
  // the original's
  'opportunitiesGenerated',
  'tradesExecuted',
  'tradesSuccessful',
  'tradesFailed',
  'emergencyCloses',
  'partialFills',
  'cancellations',
  'timeouts',
  // the road's
  'updatesReceived',
  'updatesPopped',
  'updatesDropped',
  'updatesRescued',
  'updatesOvertaken',
  'framesRefused',
  'reconnects',
  // the executor's
  'ordersSubmitted',
  'ordersRefused',
  'unknownOutcomes',
  'rateLimited',
  'retries',
  'reconciles',
  'fillsRecovered',
  'duplicatesIgnored',
  'tradesHedged',
  'tradesHalted',
  'inquiries',
  // the metrics' own
  'samplesClamped',
  'samplesRefused',
] as const

export type CounterName = (typeof COUNTERS)[number]

/** In the order of the road. */
export const STAGES: readonly StageName[] = ['socketToRing', 'ringToStrategy', 'detection', 'placement', 'endToEnd']

export interface Metrics {
  /** One latency, µs. Never throws: what is no time is counted as `samplesRefused`. */
  record(stage: StageName, us: number): void
  count(name: CounterName, by?: number): void
  /** For what somebody else counts, e.g. the ring: replaces the value. */
  set(name: CounterName, value: number): void
  /** An opportunity not traded, by reason. Reasons come from a small fixed set: each one is kept for the whole run. */
  skip(reason: string): void
  /** A time the ring was left alone while it held quotes, µs (D15); the longest is kept. */
  ringGap(us: number): void
  value(name: CounterName): number
  /** One stage's numbers without its distribution: cheap enough for a live display. */
  stageSummary(stage: StageName): StageSummary
  /**
   * With `distributions` (the default) every stage carries its whole histogram: 5 to 15 ms of work, for the end of a run.
   * Without, about 1 ms: for a look while trades are open.
   */
  snapshot(options?: { readonly distributions?: boolean }): MetricsSnapshot
  /** One stage corrected for coordinated omission; see `LatencyHistogram.corrected` for when that is right. */
  corrected(stage: StageName, expectedIntervalUs: number): StageSummary
}

/** An empty collector. Its time starts now. */
export function createMetrics(clock: Pick<Clock, 'nowUs'>, usage: ProcessUsage = thisProcess): Metrics {
  const startedUs = clock.nowUs()
  const cpuPercent = createCpuMeter(clock, usage.cpuUs)
  const stages = Object.fromEntries(STAGES.map((stage) => [stage, createLatencyHistogram()])) as Readonly<
    Record<StageName, LatencyHistogram>
  >
  const counters = Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Record<CounterName, number>
  const skips = new Map<string, number>()
  let ringGapMaxUs = 0

  const sumOf = (read: (histogram: LatencyHistogram) => number): number =>
    STAGES.reduce((sum, stage) => sum + read(stages[stage]), 0)

  return {
    record: (stage, us) => stages[stage].record(us),
    count(name, by = 1) {
      counters[name] += by
    },
    set(name, value) {
      counters[name] = value
    },
    skip(reason) {
      skips.set(reason, (skips.get(reason) ?? 0) + 1)
    },
    ringGap(us) {
      if (us > ringGapMaxUs) ringGapMaxUs = us
    },
    value: (name) => counters[name],
    stageSummary: (stage) => stages[stage].summary(false),
    corrected: (stage, expectedIntervalUs) => stages[stage].corrected(expectedIntervalUs),
    snapshot({ distributions = true } = {}) {
      counters.samplesClamped = sumOf((histogram) => histogram.clamped)
      counters.samplesRefused = sumOf((histogram) => histogram.refused)
      return {
        elapsedMs: (clock.nowUs() - startedUs) / 1e3,
        counters: { ...counters },
        skips: Object.fromEntries(skips),
        stages: Object.fromEntries(STAGES.map((stage) => [stage, stages[stage].summary(distributions)])) as Record<
          StageName,
          StageSummary
        >,
        ringGapMaxUs,
        rssMb: usage.rssMb(),
        strategyCpuPercent: cpuPercent(),
      }
    },
  }
}
