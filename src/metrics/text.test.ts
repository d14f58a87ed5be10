import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'
import { duration, lineText, summaryText } from './text.ts'

test("the summary begins as the original's does, and goes on with what it lacks", () => {
  const { metrics } = collector()
  metrics.count('opportunitiesGenerated', 420)
  metrics.count('tradesExecuted', 300)
  metrics.count('tradesSuccessful', 285)
  metrics.skip('stale')
  for (let i = 0; i < 1000; i += 1) metrics.record('endToEnd', 4000)
  metrics.record('endToEnd', 2_500_000)
  const lines = summaryText(metrics.snapshot()).split('\n')
  expect(lines.slice(0, 13)).toEqual([
    '',
    '=== Test Metrics Summary ===',
    'Opportunities Generated: 420',
    'Trades Executed: 300',
    'Success Rate: 95.00%',
    '',
    'Latency Percentiles:',
    '  P50: 4.00ms',
    '  P95: 4.00ms',
    '  P99: 4.00ms',
    '  P99.9: - (1001 samples, needs 10000)',
    '  Max: 2.50s',
    '',
  ])
  expect(lines).toContain('  stale: 1')
  expect(lines).toContain('  tradesFailed: 0')
  expect(lines.some((line) => /^ {2}socket to ring +0( +-){5}$/.test(line))).toBe(true)
  expect(lines.some((line) => /^ {2}end to end +1001 +4\.00ms +4\.00ms +4\.00ms +- +2\.50s$/.test(line))).toBe(true)
})

test('a run without trades claims no success rate, and one without skips says so', () => {
  const text = summaryText(collector().metrics.snapshot())
  expect(text).toContain('Success Rate: - (no trades)')
  expect(text).toContain('Skipped Opportunities:\n  none')
})

test('the periodic line says in one line what a look at the screen wants to know', () => {
  const { metrics, time } = collector()
  time.nowUs = 60e6
  metrics.set('updatesPopped', 60_000)
  metrics.count('tradesExecuted', 12)
  metrics.count('tradesSuccessful', 11)
  metrics.count('tradesFailed')
  const line = lineText(metrics.snapshot())
  expect(line).toMatch(
    /^60 s \| 60000 quotes \(1000\/s, 0 dropped\) \| 0 opportunities \| 12 trades \(11 good, 1 failed, 0 emergency closes\) \| end to end P99 - \| \d+ MB \| -?\d+ % CPU$/,
  )
})

test.each([
  [null, '-'],
  [0.42, '0.4µs'],
  [999.9, '999.9µs'],
  [1000, '1.00ms'],
  [12_346, '12.35ms'],
  [1_000_000, '1.00s'],
])('a duration of %s µs reads %s', (us, text) => {
  expect(duration(us)).toBe(text)
})

function collector() {
  const time = { nowUs: 0 }
  return { time, metrics: createMetrics({ nowUs: () => time.nowUs }) }
}
