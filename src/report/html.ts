/**
 * The report as one self-contained page: a pure function of the document. Opens from a file, asks nothing of any network
 * (its own content policy forbids it), and says the same thing every time it is rendered.
 *
 *   verdict ─ money safety ─ what did not hold ─ budgets ─ what was left out ─ scenarios ─
 *   matrix ─ errors ─ checks seen to fail ─ exploration ─ each in detail ─ environment
 */
import { createHash } from 'node:crypto'
import { canFailPart } from './can-fail.ts'
import { scenarioSection } from './detail.ts'
import type { ReportDocument } from './document.ts'
import { errorsPart } from './errors.ts'
import { explorationPart } from './exploration.ts'
import { digits, showCount } from './format.ts'
import { html, type Markup, trusted } from './markup.ts'
import { matrixPart } from './matrix.ts'
import { budgetsTable, failuresFirst, masthead, safetyLine, scenarioIndex, skipsList } from './overview.ts'
import { PAGE_SCRIPT } from './page-script.ts'
import { PAGE_STYLE } from './page-style.ts'

export function renderHtml(document: ReportDocument): string {
  const title = `${document.verdict.toUpperCase()} – ${document.title}`
  return html`${trusted('<!doctype html>')}
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy()}">
<title>${title}</title><style>${trusted(PAGE_STYLE)}</style></head><body>
${masthead(document)}
<main>${safetyLine(document)}${failuresFirst(document)}${budgetsTable(document)}${skipsList(document)}${scenarioIndex(document)}${matrixPart(document.matrix)}${errorsPart(document.errors)}${canFailPart(document.canFail)}${explorationPart(document.exploration)}
<section aria-labelledby="details"><h2 id="details">Each scenario in detail</h2>${document.scenarios.map((scenario) => scenarioSection(scenario, document.scenarios.length === 1))}</section>
${environmentPart(document)}</main>
<footer class="note">Generated ${document.generatedAt}, schema ${document.schema}. The same numbers as data: report.json beside this page.</footer>
<script>${trusted(PAGE_SCRIPT)}</script></body></html>
`.text
}

/** Nothing is fetched; only this page's own script runs, so that no text smuggled in could. */
function contentPolicy(): string {
  const hash = createHash('sha256').update(PAGE_SCRIPT).digest('base64')
  return `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
}

function environmentPart(document: ReportDocument): Markup {
  const { environment: of } = document
  const busy = Math.max(of.loadBefore, of.loadAfter) > of.cores
  const rows: readonly (readonly [string, string])[] = [
    ['revision', of.revision ?? 'not known'],
    ['Node', of.node],
    ['platform', of.platform],
    ['processor', `${of.cpu}, ${of.cores} cores`],
    ['memory', `${showCount(of.memoryMb)} MB`],
    ['load average before → after', `${digits(of.loadBefore, 2)} → ${digits(of.loadAfter, 2)}`],
  ]
  return html`<section aria-labelledby="environment"><h2 id="environment">Where it ran</h2><table class="pairs"><tbody>${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>
${busy ? html`<p class="note">The machine was busier than it has cores: latency verdicts mean less.</p>` : null}
<h3>Run everything again</h3><div class="copy"><code>${document.rerun}</code><button type="button" data-copy>copy</button></div></section>`
}
