/**
 * The unknown-outcome matrix as a heat map: a row for what became of a request, a column for the circumstances, a cell
 * for how the trade ended and what told.
 */
import { html, type Markup } from './markup.ts'

/** One cell as the test that played it leaves it. Plain JSON. */
export interface MatrixCell {
  readonly operation: string
  readonly outcome: string
  readonly leg: string
  readonly stream: string
  readonly policy: string
  readonly end: string
  /** What told how the disturbed orders ended. Absent in a cell that cannot happen. */
  readonly resolvedBy?: readonly string[]
  readonly nakedMs?: number
  /** Promises that did not hold. */
  readonly broken?: readonly string[]
  /** Why it cannot happen. */
  readonly why?: string
}

/** Letters in the cells; a cell two ways resolved has both. */
const LETTERS: ReadonlyMap<string, string> = new Map([
  ['stream', 'S'],
  ['query', 'Q'],
  ['reconcile', 'R'],
  ['absence proved', 'A'],
  ['reply', 'r'],
])

/** Nothing when the matrix was not played in this run. */
export function matrixPart(cells: readonly MatrixCell[]): Markup | null {
  if (cells.length === 0) return null
  const columns = [...Map.groupBy(cells, columnOf).keys()]
  const rows = [...Map.groupBy(cells, (cell) => `${cell.operation}: ${cell.outcome}`)]
  const count = (end: string): number => cells.filter((cell) => cell.end === end).length
  const bad = cells.filter((cell) => (cell.broken ?? []).length > 0).length
  return html`<section aria-labelledby="matrix"><h2 id="matrix">Unknown outcomes, every cell in virtual time</h2>
<p>${cells.length} cells: ${count('hedged')} hedged, ${count('flat')} flat, ${count('halted')} halted, ${count('open')} open, ${count('impossible')} impossible; ${bad} with a broken promise.
Letters say what told how the order ended: S the private stream, Q a question by id, R reconciliation, A the proof that it never arrived, r the reply.</p>
<div class="scroll"><table class="matrix"><thead><tr><th scope="col">what became of it</th>${columns.map((name) => html`<th scope="col"><span>${name}</span></th>`)}</tr></thead>
<tbody>${rows.map(([name, list]) => rowOf(name, list, columns))}</tbody></table></div>
${impossibleNotes(cells)}</section>`
}

function columnOf({ stream, leg, policy }: MatrixCell): string {
  return `stream ${stream}, ${leg}, ${policy}`
}

function rowOf(name: string, cells: readonly MatrixCell[], columns: readonly string[]): Markup {
  const byColumn = new Map(cells.map((cell) => [columnOf(cell), cell]))
  return html`<tr><th scope="row">${name}</th>${columns.map((column) => cellOf(byColumn.get(column)))}</tr>`
}

function cellOf(cell: MatrixCell | undefined): Markup {
  if (cell === undefined) return html`<td></td>`
  const { end, resolvedBy = [], nakedMs, broken = [], why } = cell
  const told = [
    end,
    ...resolvedBy,
    nakedMs === undefined ? '' : `naked ${Math.round(nakedMs)} ms`,
    ...broken,
    why ?? '',
  ]
  const tone = broken.length > 0 ? 'broken' : end
  const letters = resolvedBy.map((way) => LETTERS.get(way) ?? '?').join('')
  return html`<td class="${tone}" title="${told.filter((text) => text !== '').join('; ')}">${broken.length > 0 ? '!' : letters}</td>`
}

function impossibleNotes(cells: readonly MatrixCell[]): Markup | null {
  const reasons = new Set(cells.flatMap((cell) => cell.why ?? []))
  if (reasons.size === 0) return null
  return html`<p class="note">Impossible: ${[...reasons].join('; ')}.</p>`
}
