/**
 * Every documented error on every step of a trade: what it was taken for, and how the trade ended. Errors with the same
 * answers on every step share a row.
 */
import { showCount } from './format.ts'
import { html, type Markup } from './markup.ts'

/** One played case as the test leaves it. Plain JSON. */
export interface ErrorRow {
  /** E.g. "retCode 110007" or "HTTP 503". */
  readonly error: string
  readonly step: string
  /** The venue did what was asked, and answered with the error all the same. */
  readonly done: boolean
  /** What the executor took it for. */
  readonly heard: string
  /** What else follows from it: "rate-limited", "halt" and so on. */
  readonly mark: string | null
  readonly end: string
  readonly exitCode: number
  readonly leftLots: number
  readonly nakedMs: number
  readonly closeMs: number
  /** Promises that could not hold, and were said not to. */
  readonly broken: readonly string[]
}

/** Nothing when the errors were not played in this run. */
export function errorsPart(rows: readonly ErrorRow[]): Markup | null {
  if (rows.length === 0) return null
  const steps = [...new Set(rows.map(({ step }) => step))]
  const byError = [...Map.groupBy(rows, ({ error }) => error)]
  const groups = [...Map.groupBy(byError, ([, list]) => steps.map((step) => answerOf(list, step)).join('|'))]
  const slowest = Math.round(Math.max(...rows.filter(({ leftLots }) => leftLots === 0).map(({ nakedMs }) => nakedMs)))
  const left = rows.filter(({ leftLots }) => leftLots > 0).length
  return html`<section aria-labelledby="errors"><h2 id="errors">Every documented error, on every step of a trade</h2>
<p>${showCount(rows.length)} schedules: ${byError.length} errors × ${steps.length} steps, and what may have been done all the same once more as done. In ${showCount(rows.length - left)} nothing is left and nobody was naked for longer than ${showCount(slowest)} ms; in ${left} the run says what it leaves open, and fails.</p>
<div class="scroll"><table class="errors"><thead><tr><th scope="col">the venue answers</th>${steps.map((step) => html`<th scope="col">${step}</th>`)}</tr></thead>
<tbody>${groups.map(([, same]) => groupRow(same, steps))}</tbody></table></div>
<p class="note">A cell: what the answer is taken for, then how the trade ends; after “done” how it ends when the venue did it all the same.</p></section>`
}

function groupRow(same: readonly (readonly [string, readonly ErrorRow[]])[], steps: readonly string[]): Markup {
  const names = same.map(([error]) => error)
  return html`<tr><th scope="row">${namesText(names)}</th>${steps.map((step) => cellOf(same, step))}</tr>`
}

/** "retCode 10001 10017 …, HTTP 400": the word once for all that share it. */
function namesText(names: readonly string[]): string {
  const parts = names.map((name) => [name.slice(0, name.indexOf(' ')), name.slice(name.indexOf(' ') + 1)] as const)
  return [...Map.groupBy(parts, ([word]) => word)]
    .map(([word, list]) => `${word} ${list.map(([, code]) => code).join(' ')}`)
    .join(', ')
}

function cellOf(same: readonly (readonly [string, readonly ErrorRow[]])[], step: string): Markup {
  const all = same.flatMap(([, list]) => list.filter((row) => row.step === step))
  const [first] = all
  if (first === undefined) return html`<td></td>`
  const tone = all.some(({ leftLots }) => leftLots > 0)
    ? 'left'
    : all.some(({ exitCode }) => exitCode !== 0)
      ? 'stop'
      : ''
  const worst = (of: (row: ErrorRow) => number): number => Math.round(Math.max(...all.map(of)))
  const told = `naked for at most ${worst((row) => row.nakedMs)} ms, closed within ${worst((row) => row.closeMs)} ms`
  return html`<td class="${tone}" title="${told}"><b>${first.mark ?? first.heard}</b> ${answerOf(same[0]![1], step).replace(/^[^:]*: /, '')}</td>`
}

/** What a reader is told of one error on one step; equal for errors that share a row. */
function answerOf(list: readonly ErrorRow[], step: string): string {
  const own = list.filter((row) => row.step === step)
  const [first] = own
  if (first === undefined) return ''
  const ends = own.map((row) => `${row.done ? 'done ' : ''}${endText(row)}`)
  return `${first.mark ?? first.heard}: ${ends.join(', ')}`
}

function endText({ end, exitCode, leftLots, broken }: ErrorRow): string {
  const more = [
    ...(exitCode === 0 ? [] : [`exit ${exitCode}`]),
    ...(leftLots > 0 ? ['left open'] : []),
    ...(broken.length > 0 ? [`breaks ${broken.join(' ')}`] : []),
  ]
  return more.length === 0 ? end : `${end} (${more.join(', ')})`
}
