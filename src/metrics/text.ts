/**
 * The numbers for people: one line every minute, one page at the end.
 */
import type { MetricsSnapshot, StageName, StageSummary } from '../journal/events.ts'
import { samplesNeeded } from './histogram.ts'

const STAGE_TITLES: readonly (readonly [StageName, string])[] = [
  ['socketToRing', 'socket to ring'],
  ['ringToStrategy', 'ring to strategy'],
  ['detection', 'detection'],
  ['placement', 'placement'],
  ['endToEnd', 'end to end'],
]

const PERCENTILES = [
  { title: 'P50', percentile: 50, field: 'p50Us' },
  { title: 'P95', percentile: 95, field: 'p95Us' },
  { title: 'P99', percentile: 99, field: 'p99Us' },
  { title: 'P99.9', percentile: 99.9, field: 'p999Us' },
] as const

/** The summary on exit. The first lines have the original's layout; its percentiles are those of "end to end". */
export function summaryText(snapshot: MetricsSnapshot): string {
  const endToEnd = snapshot.stages.endToEnd
  return [
    '',
    '=== Test Metrics Summary ===',
    `Opportunities Generated: ${counter(snapshot, 'opportunitiesGenerated')}`,
    `Trades Executed: ${counter(snapshot, 'tradesExecuted')}`,
    `Success Rate: ${successRate(snapshot)}`,
    '',
    'Latency Percentiles:',
    ...PERCENTILES.map(({ title, percentile, field }) => {
      const value = endToEnd[field]
      const shown =
        value === null ? `- (${endToEnd.count} samples, needs ${samplesNeeded(percentile)})` : duration(value)
      return `  ${title}: ${shown}`
    }),
    `  Max: ${duration(endToEnd.maxUs)}`,
    '',
    'By Stage:',
    ...stageTable(snapshot),
    '',
    'Counters:',
    ...pairs(snapshot.counters),
    '',
    'Skipped Opportunities:',
    ...(Object.keys(snapshot.skips).length === 0 ? ['  none'] : pairs(snapshot.skips)),
    '',
    `Longest Gap At The Ring: ${duration(snapshot.ringGapMaxUs)}`,
    `Memory: ${snapshot.rssMb.toFixed(1)} MB`,
    `Strategy CPU: ${snapshot.strategyCpuPercent.toFixed(1)} %`,
    `Elapsed: ${(snapshot.elapsedMs / 1e3).toFixed(1)} s`,
    '',
  ].join('\n')
}

/** The periodic line. Rates are averages since the run started. */
export function lineText(snapshot: MetricsSnapshot): string {
  const seconds = snapshot.elapsedMs / 1e3
  const popped = counter(snapshot, 'updatesPopped')
  return [
    `${seconds.toFixed(0)} s`,
    `${popped} quotes (${seconds > 0 ? (popped / seconds).toFixed(0) : 0}/s, ${counter(snapshot, 'updatesDropped')} dropped)`,
    `${counter(snapshot, 'opportunitiesGenerated')} opportunities`,
    `${counter(snapshot, 'tradesExecuted')} trades (${counter(snapshot, 'tradesSuccessful')} good, ` +
      `${counter(snapshot, 'tradesFailed')} failed, ${counter(snapshot, 'emergencyCloses')} emergency closes)`,
    `end to end P99 ${duration(snapshot.stages.endToEnd.p99Us)}`,
    `${snapshot.rssMb.toFixed(0)} MB`,
    `${snapshot.strategyCpuPercent.toFixed(0)} % CPU`,
  ].join(' | ')
}

/** A duration given in µs, in the unit that suits its size; a dash for one that is not known. */
export function duration(us: number | null): string {
  if (us === null) return '-'
  if (us >= 1e6) return `${(us / 1e6).toFixed(2)}s`
  if (us >= 1e3) return `${(us / 1e3).toFixed(2)}ms`
  return `${us.toFixed(1)}µs`
}

function stageTable(snapshot: MetricsSnapshot): string[] {
  const cells = (stage: StageSummary): string[] => [
    String(stage.count),
    ...PERCENTILES.map(({ field }) => duration(stage[field])),
    duration(stage.maxUs),
  ]
  const header = ['n', ...PERCENTILES.map(({ title }) => title), 'max']
  const row = (title: string, values: readonly string[]): string =>
    `  ${title.padEnd(18)}${values.map((value) => value.padStart(11)).join('')}`
  return [row('', header), ...STAGE_TITLES.map(([stage, title]) => row(title, cells(snapshot.stages[stage])))]
}

function pairs(values: Readonly<Record<string, number>>): string[] {
  return Object.entries(values).map(([name, value]) => `  ${name}: ${value}`)
}

function counter(snapshot: MetricsSnapshot, name: string): number {
  return snapshot.counters[name] ?? 0
}

function successRate(snapshot: MetricsSnapshot): string {
  const executed = counter(snapshot, 'tradesExecuted')
  if (executed === 0) return '- (no trades)'
  return `${((100 * counter(snapshot, 'tradesSuccessful')) / executed).toFixed(2)}%`
}
