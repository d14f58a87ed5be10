/**
 * P11 as a table: for each scenario what was switched off, and the check that saw it.
 */
import { html, type Markup } from './markup.ts'

/** One remedy taken out, as the test that did it leaves it. Plain JSON. */
export interface CanFail {
  readonly scenario: string
  readonly switchedOff: string
  /** A promise's id, or the check in words. */
  readonly check: string
  /** What the check said; null when it noticed nothing, which is a failure. */
  readonly evidence: string | null
}

/** Nothing when no remedy was taken out in this run. */
export function canFailPart(rows: readonly CanFail[]): Markup | null {
  if (rows.length === 0) return null
  const missed = rows.filter(({ evidence }) => evidence === null).length
  const said = missed === 0 ? 'every one was noticed' : `${missed} went unnoticed`
  return html`<section aria-labelledby="can-fail"><h2 id="can-fail">Each scenario's central check, seen to fail (P11)</h2>
<p>${rows.length} remedies taken out of the runtime's process, over real sockets, in the scenario's own world: ${said}.</p>
<div class="wide"><table><thead><tr><th scope="col">scenario</th><th scope="col">switched off</th><th scope="col">the check that failed</th><th scope="col">what it said</th></tr></thead><tbody>${rows.map(rowOf)}</tbody></table></div></section>`
}

function rowOf({ scenario, switchedOff, check, evidence }: CanFail): Markup {
  return html`<tr class="${evidence === null ? 'failed' : ''}"><th scope="row">${scenario}</th><td>${switchedOff}</td><td>${check}</td><td>${evidence ?? '✖ nothing: the check did not notice'}</td></tr>`
}
