/**
 * One stage's latencies as an HDR histogram: nanoseconds in, microseconds out.
 *
 * Values are recorded as whole nanoseconds from 0 to 60 s with three significant digits. What is beyond is recorded as
 * 60 s and counted; what is no time at all (NaN, negative) is refused and counted. Nothing here throws: a metric must
 * never take down the trade it measures.
 *
 * Only the one histogram class and its encoder are loaded: about 5 MB resident, where the package's index takes 14.
 */
import { createRequire } from 'node:module'
import type int32Module from 'hdr-histogram-js/dist/Int32Histogram.js'
import type {} from 'hdr-histogram-js/dist/JsHistogram.encoding.js'
import type { StageSummary } from '../journal/events.ts'

// Required, not imported: loaders disagree on what the default export of these CommonJS files is.
const require = createRequire(import.meta.url)
const { default: Int32Histogram } = require('hdr-histogram-js/dist/Int32Histogram.js') as typeof int32Module
require('hdr-histogram-js/dist/JsHistogram.encoding.js') // gives the class its encoder

/** The longest time told apart, ns. Anything longer counts as this long. */
const LONGEST_NS = 60e9
const SIGNIFICANT_DIGITS = 3

export interface LatencyHistogram {
  /** Records a duration in µs, fractions kept down to the nanosecond. */
  record(us: number): void
  /** `distribution` false leaves `hdr` empty, which saves most of the time this takes (about a millisecond). */
  summary(distribution?: boolean): StageSummary
  /**
   * The same, corrected for coordinated omission: while one sample took longer than the interval at which samples were
   * *meant* to begin, the ones that could not begin are added as if they had waited.
   *
   * Applies to a closed loop only: a load of ours that begins the next operation when the last has ended, at a known
   * intended interval. It does not apply to what the market drives: there a quote is timed from its arrival, so waiting
   * behind a slow one is in its own sample already, and correcting would count it twice.
   */
  corrected(expectedIntervalUs: number): StageSummary
  readonly clamped: number
  readonly refused: number
}

/** Has room for this much at first, ns, and makes more, a doubling at a time, for the first sample that needs it. */
const FIRST_ROOM_NS = 2_047

/** An empty histogram, 8 KB; one with a sample of 60 s has 100. */
export function createLatencyHistogram(): LatencyHistogram {
  const histogram = new Int32Histogram(1, FIRST_ROOM_NS, SIGNIFICANT_DIGITS)
  histogram.autoResize = true
  let clamped = 0
  let refused = 0
  return {
    record(us) {
      const ns = Math.round(us * 1e3)
      if (ns >= 0 && ns <= LONGEST_NS) histogram.recordValue(ns)
      else if (ns > LONGEST_NS) {
        clamped += 1
        histogram.recordValue(LONGEST_NS)
      } else refused += 1
    },
    summary: (distribution = true) => summarise(histogram, histogram.maxValue, distribution),
    corrected(expectedIntervalUs) {
      if (!(expectedIntervalUs > 0)) {
        throw new RangeError(`the expected interval must be a positive number of µs, got ${expectedIntervalUs}`)
      }
      const copy = histogram.copyCorrectedForCoordinatedOmission(Math.round(expectedIntervalUs * 1e3))
      return summarise(copy, histogram.maxValue, true) // the copy's own maximum is rounded up to its bucket
    },
    get clamped() {
      return clamped
    },
    get refused() {
      return refused
    },
  }
}

/**
 * How many samples a percentile needs before it is shown: ten beyond it, so 20 for P50, 200 for P95, 1,000 for P99 and
 * 10,000 for P99.9. With fewer, a single sample would decide it.
 */
export function samplesNeeded(percentile: number): number {
  return Math.round(1000 / (100 - percentile))
}

type Histogram = Pick<
  InstanceType<typeof Int32Histogram>,
  'totalCount' | 'getValueAtPercentile' | 'encodeIntoCompressedBase64'
>

function summarise(histogram: Histogram, maxNs: number, distribution: boolean): StageSummary {
  const count = histogram.totalCount
  const at = (percentile: number): number | null => {
    if (count < samplesNeeded(percentile)) return null
    // The histogram answers with the upper end of the value's bucket, which may lie beyond the exact maximum.
    return Math.min(histogram.getValueAtPercentile(percentile), maxNs) / 1e3
  }
  return {
    count,
    p50Us: at(50),
    p95Us: at(95),
    p99Us: at(99),
    p999Us: at(99.9),
    maxUs: count === 0 ? null : maxNs / 1e3,
    hdr: distribution && count > 0 ? histogram.encodeIntoCompressedBase64() : '',
  }
}
