import { expect, test } from 'vitest'
import { timeAxis } from './axis.ts'
import { curvePoints, curveSvg } from './curve.ts'
import { showCount, showUs, showValue } from './format.ts'
import { stage } from './test-support/journal-text.ts'

test('a percentile curve ends where the samples end', () => {
  const percentiles = curvePoints(stage(500, 1_000, 1.3))?.map((point) => point.percentile) ?? []
  expect(Math.max(...percentiles)).toBeCloseTo(99.8)
  expect(curveSvg('placement', stage(500, 1_000, 1.3), null)?.text).not.toContain('p99.9 ')
  expect(curveSvg('placement', stage(5_000, 1_000, 1.3), null)?.text).toContain('p99.9 ')
})

test('a curve tells the same p99 as the summary beside it, whatever unit the histogram holds', () => {
  const inUs = stage(2_000, 1_000, 1.3)
  const at99 = curvePoints(inUs)?.find((point) => Math.abs(point.percentile - 99) < 1e-9)
  expect(at99?.us).toBe(inUs.p99Us)
  const readAsNs = { ...inUs, maxUs: (inUs.maxUs ?? 0) / 1_000 }
  expect(curvePoints(readAsNs)?.find((point) => Math.abs(point.percentile - 99) < 1e-9)?.us).toBeCloseTo(
    (inUs.p99Us ?? 0) / 1_000,
  )
})

test('a curve is drawn in steps, never in slopes', () => {
  const path = curveSvg('x', stage(100, 50, 1.3), null)?.text.match(/class="line" d="([^"]*)"/)?.[1] ?? ''
  expect(path).toMatch(/^M[\d.]+ [\d.]+(H[\d.]+V[\d.]+)+$/)
})

test('what cannot be read or was never measured has no curve', () => {
  expect(curvePoints({ ...stage(10, 50, 1.3), hdr: 'not a histogram' })).toBeNull()
  expect(curvePoints(stage(0, 50, 1.3))).toBeNull()
})

test('a time axis folds the idle stretch and keeps the rest to scale and in order', () => {
  const moments = [0, 1_000, 3_000, 10_000_000, 10_002_000]
  const axis = timeAxis(moments, 100, 900)
  expect(axis.folds).toEqual([{ fromUs: 3_000, toUs: 10_000_000 }])
  const places = moments.map((us) => axis.at(us))
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect([places[0], places.at(-1)]).toEqual([100, 900])
  expect(axis.at(10_002_000) - axis.at(10_000_000)).toBeCloseTo(axis.at(3_000) - axis.at(1_000))
})

test('a time axis without idle time folds nothing, and one moment is enough', () => {
  expect(timeAxis([0, 1_000, 2_000, 3_000], 0, 300).folds).toEqual([])
  expect(timeAxis([0], 0, 300).at(0)).toBe(0)
  expect(timeAxis([], 0, 300).at(5)).toBeGreaterThanOrEqual(0)
})

test('numbers carry their unit, µs below a millisecond', () => {
  const shown = [0.4, 12, 999, 1_000, 12_345, 250_000, 61_200_000].map(showUs)
  expect(shown).toEqual(['0.4 µs', '12 µs', '999 µs', '1 ms', '12.3 ms', '250 ms', '61.2 s'])
  expect(showUs(null)).toBe('–')
  expect([showCount(1_234_567), showCount(-1_000), showCount(12.5)]).toEqual(['1,234,567', '−1,000', '12.5'])
  expect([showValue(0.25, 'ms'), showValue(91.44, 'MB'), showValue(20_000, '/s')]).toEqual([
    '250 µs',
    '91.4 MB',
    '20,000 /s',
  ])
})
