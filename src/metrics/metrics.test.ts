import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import { expect, test } from 'vitest'
import { createLatencyHistogram, samplesNeeded } from './histogram.ts'
import { COUNTERS, createMetrics, STAGES } from './metrics.ts'
import { createCpuMeter, residentKbOf, rssMb } from './process.ts'

test('percentiles agree with the sorted samples to three digits', () => {
  const samples = fc.array(fc.double({ min: 0.001, max: 59e6, noNaN: true }), { minLength: 20, maxLength: 2000 })
  fc.assert(
    fc.property(samples, (valuesUs) => {
      const histogram = createLatencyHistogram()
      for (const us of valuesUs) histogram.record(us)
      const sorted = valuesUs.toSorted((a, b) => a - b)
      const summary = histogram.summary()
      const exact = sorted[Math.ceil(0.5 * sorted.length) - 1]!
      expect(Math.abs(summary.p50Us! - exact)).toBeLessThanOrEqual(0.001 + exact * 0.001)
      expect(Math.abs(summary.maxUs! - sorted.at(-1)!)).toBeLessThanOrEqual(0.0005)
    }),
    { numRuns: 100 },
  )
})

test('no percentile is claimed that ten samples do not lie beyond', () => {
  expect([50, 95, 99, 99.9].map(samplesNeeded)).toEqual([20, 200, 1000, 10_000])
  const histogram = createLatencyHistogram()
  const shown = (): boolean[] => {
    const { p50Us, p95Us, p99Us, p999Us } = histogram.summary()
    return [p50Us, p95Us, p99Us, p999Us].map((value) => value !== null)
  }
  const recordUpTo = (count: number): void => {
    while (histogram.summary().count < count) histogram.record(5)
  }
  expect(histogram.summary()).toMatchObject({ count: 0, maxUs: null, hdr: '' })
  recordUpTo(19)
  expect(shown()).toEqual([false, false, false, false])
  recordUpTo(20)
  expect(shown()).toEqual([true, false, false, false])
  recordUpTo(199)
  expect(shown()).toEqual([true, false, false, false])
  recordUpTo(200)
  expect(shown()).toEqual([true, true, false, false])
  recordUpTo(999)
  expect(shown()).toEqual([true, true, false, false])
  recordUpTo(1000)
  expect(shown()).toEqual([true, true, true, false])
  for (let n = 1000; n < 10_000; n += 1) histogram.record(5)
  expect(shown()).toEqual([true, true, true, true])
})

test('a percentile never exceeds the exact maximum', () => {
  const histogram = createLatencyHistogram()
  for (let i = 0; i < 1000; i += 1) histogram.record(123_456.789)
  expect(histogram.summary()).toMatchObject({ p50Us: 123_456.789, p99Us: 123_456.789, maxUs: 123_456.789 })
})

test('what is beyond a minute is clamped and counted, what is no time at all is refused and counted', () => {
  const metrics = createMetrics(clockAt(0).clock)
  metrics.record('placement', 61e6)
  metrics.record('placement', Number.POSITIVE_INFINITY)
  metrics.record('placement', Number.NaN)
  metrics.record('placement', -1)
  metrics.record('detection', Number.NEGATIVE_INFINITY)
  const { stages, counters } = metrics.snapshot()
  expect(stages.placement).toMatchObject({ count: 2, maxUs: 60e6 })
  expect(stages.detection.count).toBe(0)
  expect(counters).toMatchObject({ samplesClamped: 2, samplesRefused: 3 })
})

test('the whole distribution travels as text, in nanoseconds', () => {
  const histogram = createLatencyHistogram()
  for (let us = 1; us <= 1000; us += 1) histogram.record(us)
  const decoded = decodeFromCompressedBase64(histogram.summary().hdr, 32, false)
  expect(decoded.totalCount).toBe(1000)
  expect(decoded.getValueAtPercentile(50) / 1e3).toBeCloseTo(500, 0)
})

test('a snapshot without distributions says the same, less the distributions', () => {
  const metrics = createMetrics(clockAt(0).clock)
  for (let us = 1; us <= 1000; us += 1) metrics.record('detection', us)
  const { hdr, ...numbers } = metrics.snapshot().stages.detection
  const { hdr: none, ...sameNumbers } = metrics.snapshot({ distributions: false }).stages.detection
  expect(hdr).not.toBe('')
  expect(none).toBe('')
  expect(sameNumbers).toEqual(numbers)
  expect(metrics.stageSummary('detection')).toEqual({ ...numbers, hdr: '' })
})

test('correction for coordinated omission adds the samples a stall kept from beginning', () => {
  const metrics = createMetrics(clockAt(0).clock)
  for (let i = 0; i < 1000; i += 1) metrics.record('placement', 1000)
  metrics.record('placement', 1_000_000)
  const asRecorded = metrics.snapshot().stages.placement
  const corrected = metrics.corrected('placement', 1000)
  expect(asRecorded.p99Us!).toBeCloseTo(1000, -1)
  expect(corrected.count).toBe(2000) // 999 more: one for every millisecond of the stall
  expect(corrected.p99Us! / 1e3).toBeCloseTo(980, 0)
  expect(corrected.maxUs).toBe(1_000_000)
  expect(metrics.snapshot().stages.placement.count).toBe(1001)
  expect(() => metrics.corrected('placement', 0)).toThrow(/expected interval must be a positive number/)
})

test('a snapshot holds every counter and stage from the start, and is not changed by what comes later', () => {
  const time = clockAt(5_000_000)
  const metrics = createMetrics(time.clock)
  time.nowUs += 2_500_000
  const first = metrics.snapshot()
  expect(first.elapsedMs).toBe(2500)
  expect(Object.keys(first.counters)).toEqual([...COUNTERS])
  expect(Object.keys(first.stages)).toEqual([...STAGES])
  expect(Object.values(first.counters).every((value) => value === 0)).toBe(true)

  metrics.count('tradesExecuted')
  metrics.count('fillsRecovered', 3)
  metrics.set('updatesDropped', 17)
  metrics.skip('stale')
  metrics.skip('stale')
  metrics.skip('rate')
  metrics.ringGap(30)
  metrics.ringGap(20)
  const second = metrics.snapshot()
  expect(second.counters).toMatchObject({ tradesExecuted: 1, fillsRecovered: 3, updatesDropped: 17 })
  expect(second.skips).toEqual({ stale: 2, rate: 1 })
  expect(second.ringGapMaxUs).toBe(30)
  expect(metrics.value('fillsRecovered')).toBe(3)
  expect(first.counters['tradesExecuted']).toBe(0)
  expect(first.skips).toEqual({})
  expect(JSON.parse(JSON.stringify(second))).toEqual(second)
})

test('CPU is the share of one core since the last look at least a second back', () => {
  const time = clockAt(0)
  let usedUs = 0
  const percent = createCpuMeter(time.clock, () => usedUs)
  time.nowUs = 500_000
  usedUs = 250_000
  expect(percent()).toBe(50) // young, but all there is
  time.nowUs = 2_000_000
  usedUs = 500_000
  expect(percent()).toBe(25)
  time.nowUs = 2_000_100
  usedUs = 500_100
  expect(percent()).toBe(25) // too soon to say more
  time.nowUs = 4_000_000
  usedUs = 2_500_000
  expect(percent()).toBe(100)
})

test('resident memory is VmRSS, and is what the process really uses', () => {
  expect(residentKbOf('Name:\tnode\nVmHWM:\t  60000 kB\nVmRSS:\t   51200 kB\nThreads:\t11\n')).toBe(51_200)
  expect(residentKbOf('')).toBe(undefined)
  const nodeSaysMb = process.memoryUsage.rss() / 2 ** 20
  expect(rssMb()).toBeGreaterThan(nodeSaysMb * 0.8)
  expect(rssMb()).toBeLessThan(nodeSaysMb * 1.25)
})

test('the histogram is imported by its own file, never by the package index, which costs four times the memory', () => {
  for (const file of ['histogram.ts', 'metrics.ts', 'process.ts', 'text.ts']) {
    expect(readFileSync(new URL(file, import.meta.url), 'utf8')).not.toMatch(/from 'hdr-histogram-js'/)
  }
})

function clockAt(nowUs: number) {
  const time = { nowUs, clock: { nowUs: () => time.nowUs } }
  return time
}
