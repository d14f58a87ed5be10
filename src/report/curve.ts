/**
 * A latency distribution as a step curve over percentiles, with the budget as an area it must not enter.
 *
 *   10 ms ┤▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒╎          x: percentile, each nine as wide as the one before
 *    5 ms ┤▒▒▒ no-go ▒▒▒▒▒▒▒▒▒╎   ┌──    y: logarithmic
 *    1 ms ┤            ┌───────────┘     the curve stops where n stops: no p99.9 out of 500 samples
 *         └ 0 ─── 90 ──── 99 ──── 99.9
 */
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import type { StageSummary } from '../journal/events.ts'
import { showCount, showUs } from './format.ts'
import { html, type Markup } from './markup.ts'

export interface CurvePoint {
  readonly percentile: number
  readonly us: number
}

export interface CurveBudget {
  readonly percentile: number
  readonly budgetUs: number
  readonly goalUs: number | null
}

/**
 * The curve's points, up to the largest percentile that the samples support (1 − 1/n), from the stored histogram.
 * Null when there is nothing to draw or the text is no histogram.
 */
export function curvePoints(summary: StageSummary): CurvePoint[] | null {
  if (summary.count === 0 || summary.hdr === '') return null
  const valueAt = readHistogram(summary)
  if (valueAt === null) return null
  const last = 100 * (1 - 1 / summary.count)
  const grid = [...GRID.filter((percentile) => percentile < last), last]
  const points = grid.map((percentile) => ({ percentile, us: valueAt(percentile) }))
  return points.every((point) => Number.isFinite(point.us)) ? points : null
}

/** Draws one stage. `label` names it for those who cannot see it. */
export function curveSvg(label: string, summary: StageSummary, budget: CurveBudget | null): Markup | null {
  const points = curvePoints(summary)
  const top = points?.at(-1)
  if (points === null || top === undefined) return null
  const values = points.map((point) => Math.max(point.us, 0.1))
  const bounds = budget === null ? [] : [budget.budgetUs, budget.goalUs ?? budget.budgetUs]
  const last = Math.max(99.9, top.percentile)
  const x = percentileScale(last)
  const y = logScale(Math.min(...values, ...bounds), Math.max(...values, ...bounds) * 1.3)
  const told = TOLD.filter((percentile) => percentile <= top.percentile)
  const words = told.map((percentile) => `p${percentile} ${showUs(usAt(points, percentile))}`)
  return html`<svg class="curve" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}: latency by percentile, ${words.join(', ')}, n ${showCount(summary.count)}">
${axes(last, x, y)}${noGo(budget, x, y)}<path class="line" d="${stepPath(points, x, y)}"/>
${told.map((percentile) => dot(percentile, usAt(points, percentile), x, y))}
<text class="end" x="${x(top.percentile).toFixed(1)}" y="${(y(Math.max(top.us, 0.1)) - 6).toFixed(1)}" text-anchor="end">n ${showCount(summary.count)}</text></svg>`
}

const WIDTH = 340
const HEIGHT = 190
const LEFT = 52
const RIGHT = 12
const TOP = 14
const BOTTOM = 24
/** Room a label under the axis needs. */
const LABEL_PX = 30

/** Percentiles told in words and marked with a dot. */
const TOLD = [50, 90, 99, 99.9, 99.99]
const TICKS = [50, 90, 99, 99.9, 99.99, 99.999]

/** Twenty points for each nine: percentile = 100·(1 − 10^(−k/20)); and the median, which falls between two of them. */
const GRID = [50, ...Array.from({ length: 121 }, (_, k) => 100 * (1 - 10 ** (-k / 20)))].toSorted((a, b) => a - b)

type Scale = (value: number) => number

/** Reads µs at a percentile, whatever unit was recorded: the summary beside it says what the largest value means. */
function readHistogram(summary: StageSummary): ((percentile: number) => number) | null {
  try {
    const histogram = decodeFromCompressedBase64(summary.hdr, 32, false)
    const recorded = histogram.maxValue
    const exact = summary.maxUs ?? recorded
    const scale = recorded > 0 && exact > 0 ? 10 ** Math.round(Math.log10(exact / recorded)) : 1
    // The decoded maximum is the top of its bucket; the exact one stands beside the histogram.
    return (percentile) => Math.min(histogram.getValueAtPercentile(percentile) * scale, exact)
  } catch {
    return null // the text is data from a file; an unreadable curve must not cost the reader the page
  }
}

function usAt(points: readonly CurvePoint[], percentile: number): number {
  return (points.find((point) => point.percentile >= percentile - 1e-9) ?? points.at(-1))?.us ?? 0
}

function percentileScale(last: number): Scale {
  const nines = -Math.log10(1 - Math.min(last, 99.99999) / 100)
  return (percentile) => {
    const at = -Math.log10(1 - Math.min(percentile, 99.99999) / 100) // beyond the last one: at its place
    return LEFT + (Math.min(at, nines) / nines) * (WIDTH - LEFT - RIGHT)
  }
}

function logScale(low: number, high: number): Scale {
  const from = Math.log10(Math.max(low, 0.1)) - 0.1
  const span = Math.max(Math.log10(high) - from, 0.5)
  return (us) => HEIGHT - BOTTOM - ((Math.log10(Math.max(us, 0.1)) - from) / span) * (HEIGHT - TOP - BOTTOM)
}

/** Steps, across first and then up: a straight line between two points would show values nobody measured. */
function stepPath(points: readonly CurvePoint[], x: Scale, y: Scale): string {
  return points
    .map((point, index) => {
      const across = x(point.percentile).toFixed(1)
      const up = y(point.us).toFixed(1)
      return index === 0 ? `M${across} ${up}` : `H${across}V${up}`
    })
    .join('')
}

function axes(last: number, x: Scale, y: Scale): Markup {
  const shown: number[] = []
  for (const tick of TICKS.filter((one) => one <= last)) {
    const before = shown.at(-1)
    if (before === undefined || x(tick) - x(before) > LABEL_PX) shown.push(tick)
  }
  const decades = [0.1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7].filter((us) => y(us) >= TOP && y(us) <= HEIGHT - BOTTOM)
  const rows = decades.length >= 2 ? decades : [...decades, ...halfDecades(y)]
  return html`<g class="axis">${rows.map((us) => html`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(us).toFixed(1)}" y2="${y(us).toFixed(1)}"/><text x="${LEFT - 5}" y="${(y(us) + 3.5).toFixed(1)}" text-anchor="end">${showUs(us)}</text>`)}
${shown.map((tick) => html`<text x="${x(tick).toFixed(1)}" y="${HEIGHT - 8}" text-anchor="${x(tick) > WIDTH - RIGHT - LABEL_PX / 2 ? 'end' : 'middle'}">p${tick}</text>`)}</g>`
}

function halfDecades(y: Scale): number[] {
  const all = [0.2, 0.5, 2, 5, 20, 50, 200, 500, 2e3, 5e3, 2e4, 5e4, 2e5, 5e5, 2e6, 5e6]
  return all.filter((us) => y(us) >= TOP && y(us) <= HEIGHT - BOTTOM)
}

/** "p99 ≤ 5 ms" forbids everything above 5 ms that lies left of p99; further right the curve may rise. */
function noGo(budget: CurveBudget | null, x: Scale, y: Scale): Markup | null {
  if (budget === null) return null
  const right = x(budget.percentile)
  const bottom = y(budget.budgetUs)
  const goal =
    budget.goalUs === null
      ? null
      : html`<line class="goal" x1="${LEFT}" x2="${right.toFixed(1)}" y1="${y(budget.goalUs).toFixed(1)}" y2="${y(budget.goalUs).toFixed(1)}"><title>our own goal: p${budget.percentile} ≤ ${showUs(budget.goalUs)}</title></line>`
  return html`<rect class="nogo" x="${LEFT}" y="${TOP - 8}" width="${(right - LEFT).toFixed(1)}" height="${Math.max(bottom - TOP + 8, 0).toFixed(1)}"><title>budget: p${budget.percentile} ≤ ${showUs(budget.budgetUs)}</title></rect>
<text class="nogo-label" x="${LEFT + 4}" y="${(bottom - 4).toFixed(1)}">p${budget.percentile} ≤ ${showUs(budget.budgetUs)}</text>${goal}`
}

function dot(percentile: number, us: number, x: Scale, y: Scale): Markup {
  return html`<circle class="dot" cx="${x(percentile).toFixed(1)}" cy="${y(us).toFixed(1)}" r="2.6"><title>p${percentile} ${showUs(us)}</title></circle>`
}
