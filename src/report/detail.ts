/**
 * One scenario: what it proves, what held, how long things took, what every trade did, what was broken on purpose, and
 * how to run it again.
 */
import type { StageName, StageSummary } from '../journal/events.ts'
import type { Finding } from '../journal/finding.ts'
import { type BudgetResult, samplesNeeded } from './budgets.ts'
import { type CurveBudget, curveSvg } from './curve.ts'
import type { RunRecord, ScenarioRecord } from './document.ts'
import { digits, showCount, showUs } from './format.ts'
import { html, type Markup } from './markup.ts'
import { nakedPart } from './naked.ts'
import { BUDGET_HEADS, budgetCells, budgetClass, budgetName, OUTCOME_SIGN } from './overview.ts'
import { STAGES } from './stages.ts'
import { tradesPart } from './trade-table.ts'

/** Folded when green and among others, open when a reader has something to find. */
export function scenarioSection(scenario: ScenarioRecord, alone: boolean): Markup {
  const open = alone || !['passed', 'skipped'].includes(scenario.outcome)
  return html`<details class="scenario ${scenario.outcome}" id="${scenario.id}" data-outcome="${scenario.outcome}"${open ? html` open` : null}>
<summary><span class="sign" aria-hidden="true">${OUTCOME_SIGN[scenario.outcome]}</span> <strong>${scenario.name}</strong> <small>${scenario.outcome}, ${showUs(scenario.durationMs * 1000)}, ${scenario.file}</small></summary>
<p class="proves">${scenario.proves}</p>
${scenario.skipReason === null ? null : html`<p>Skipped: ${scenario.skipReason}</p>`}
${scenario.notForced.length === 0 ? null : html`<p>Not forced on this target: ${scenario.notForced.join('; ')}.</p>`}
${scenario.journalProblem === null ? null : html`<p class="failed">Journal: ${scenario.journalProblem}</p>`}
${failuresPart(scenario)}${promisesPart(scenario)}${budgetsPart(scenario.budgets)}
${scenario.run === null ? null : runPart(scenario, scenario.run)}
${rerunPart(scenario)}</details>`
}

function failuresPart(scenario: ScenarioRecord): Markup | null {
  if (scenario.failures.length === 0) return null
  return html`<h3>Failures</h3>${scenario.failures.map((one) => html`<div class="failure"><p>${one.message}</p>${one.detail === '' ? null : html`<pre>${one.detail}</pre>`}</div>`)}`
}

function promisesPart(scenario: ScenarioRecord): Markup | null {
  if (scenario.promises.length === 0) return null
  const why = new Map(scenario.expectedBreaks.map((one) => [one.promise, one.why]))
  const order = { fail: 0, unknown: 1, pass: 2 } as const
  const rows = scenario.promises.toSorted((a, b) => order[a.verdict] - order[b.verdict])
  return html`<h3>Promises</h3><div class="wide"><table class="promises"><tbody>${rows.map((one) => promiseRow(one, why.get(one.promise)))}</tbody></table></div>`
}

const PROMISE_WORD = { pass: '✔ held', fail: '✖ broken', unknown: '? unknown' } as const
const PROMISE_CLASS = { pass: 'passed', fail: 'failed', unknown: 'unknown' } as const

function promiseRow(one: Finding, expected: string | undefined): Markup {
  const asIntended = expected !== undefined && one.verdict !== 'pass'
  return html`<tr class="${asIntended ? 'void' : PROMISE_CLASS[one.verdict]}"><td>${PROMISE_WORD[one.verdict]}${asIntended ? ' on purpose' : ''}</td><th scope="row">${one.promise} ${one.name}</th><td>${one.summary}${marginWords(one)}${asIntended ? html`<br><small>${expected}</small>` : null}${evidencePart(one.evidence)}</td></tr>`
}

/** The number nearest to its bound, where there was one to measure. */
function marginWords(one: Finding): Markup | null {
  if (one.worst === null || one.bound === null || (one.bound === 0 && one.worst === 0)) return null
  const unit = one.unit ?? ''
  return html` <small class="worst">worst ${digits(one.worst, 2)} of ${digits(one.bound, 2)} ${unit}</small>`
}

const EVIDENCE_CHARS = 4000

function evidencePart(evidence: unknown): Markup | null {
  if (evidence === null || evidence === undefined) return null
  if (typeof evidence === 'object' && Object.keys(evidence).length === 0) return null
  const text = typeof evidence === 'string' ? evidence : JSON.stringify(evidence, null, 1)
  const cut =
    text.length > EVIDENCE_CHARS
      ? `${text.slice(0, EVIDENCE_CHARS)}\n… showing ${EVIDENCE_CHARS} of ${text.length} characters`
      : text
  return html`<details class="evidence"><summary>evidence</summary><pre>${cut}</pre></details>`
}

function budgetsPart(budgets: readonly BudgetResult[]): Markup | null {
  if (budgets.length === 0) return null
  return html`<h3>Budgets judged here</h3><div class="wide"><table><thead><tr><th scope="col">what</th>${BUDGET_HEADS}<th scope="col">verdict</th></tr></thead><tbody>${budgets.map((one) => html`<tr class="${budgetClass(one)}"><th scope="row">${budgetName(one)}</th>${budgetCells(one)}</tr>`)}</tbody></table></div>`
}

function runPart(scenario: ScenarioRecord, run: RunRecord): Markup {
  const cut =
    run.ended === null ? html`<p class="failed">The journal ends without a last word: the run was cut off.</p>` : null
  return html`${cut}${stagesPart(scenario, run)}${countersPart(run)}${nakedPart(run.naked)}${tradesPart(scenario.id, run)}${faultsPart(run)}${remarksPart(run)}${setupPart(run)}`
}

function stagesPart(scenario: ScenarioRecord, run: RunRecord): Markup | null {
  const stages = run.metrics?.stages
  if (stages === undefined) return null
  const measured = STAGES.filter((stage) => (stages[stage.name]?.count ?? 0) > 0)
  if (measured.length === 0) return null
  const disturbed = run.faultsPlanned.length > 0 || run.faultsAppliedTotal > 0
  return html`<h3>Latency by stage</h3>
<div class="wide"><table><thead><tr><th scope="col">stage</th>${['n', 'p50', 'p95', 'p99', 'p99.9', 'max'].map((head) => html`<th scope="col" class="num">${head}</th>`)}</tr></thead><tbody>${measured.map((stage) => stageRow(stage.words, stages[stage.name]))}</tbody></table></div>
${disturbed ? html`<p class="note">A fault layer was mounted: these times are told, not judged.</p>` : null}
<div class="curves">${measured.map((stage) => figure(stage.words, stages[stage.name], curveBudget(scenario, stage.name, disturbed)))}</div>
<details class="evidence"><summary>the histograms themselves (HdrHistogram V2, base64)</summary><pre>${measured.map((stage) => `${stage.name}\n${stages[stage.name].hdr}`).join('\n\n')}</pre></details>`
}

function stageRow(words: string, stage: StageSummary): Markup {
  const cell = (us: number | null): Markup =>
    html`<td class="num">${us === null ? html`<small>n too small</small>` : showUs(us)}</td>`
  return html`<tr><th scope="row">${words}</th><td class="num">${showCount(stage.count)}</td>${cell(stage.p50Us)}${cell(stage.p95Us)}${cell(stage.p99Us)}${cell(stage.p999Us)}${cell(stage.maxUs)}</tr>`
}

function figure(words: string, stage: StageSummary, budget: CurveBudget | null): Markup | null {
  const svg = curveSvg(words, stage, budget)
  return svg === null ? null : html`<figure><figcaption>${words}</figcaption>${svg}</figure>`
}

/** The budget judged here for the stage, else the design's own, unless faults or too few samples make it meaningless. */
function curveBudget(scenario: ScenarioRecord, name: StageName, disturbed: boolean): CurveBudget | null {
  const stage = STAGES.find((one) => one.name === name)
  if (stage === undefined) return null
  const judged = scenario.budgets.find((one) => one.name === stage.budgetName && one.percentile !== undefined)
  if (judged?.percentile !== undefined) {
    const scale = judged.unit === 'ms' ? 1000 : 1
    const goalUs = judged.goal === undefined ? null : judged.goal * scale
    return { percentile: judged.percentile, budgetUs: judged.budget * scale, goalUs }
  }
  const measured = scenario.run?.metrics?.stages[name].count ?? 0
  return disturbed || measured < samplesNeeded(stage.budget.percentile) ? null : stage.budget
}

function countersPart(run: RunRecord): Markup | null {
  const metrics = run.metrics
  if (metrics === null) return null
  const own: readonly (readonly [string, string])[] = [
    ['longest time between two looks at the ring', showUs(metrics.ringGapMaxUs)],
    ['resident memory at the end', `${digits(metrics.rssMb, 1)} MB`],
    ["strategy thread's CPU", `${digits(metrics.strategyCpuPercent, 1)} %`],
  ]
  const entries = Object.entries(metrics.counters)
  const counted = entries.filter(([, value]) => value !== 0).map(([name, value]) => [name, showCount(value)] as const)
  const never = entries.filter(([, value]) => value === 0).map(([name]) => name)
  const skips = Object.entries(metrics.skips).toSorted((a, b) => b[1] - a[1])
  return html`<div class="columns"><div><h3>Counters</h3>${pairs([...own, ...counted])}${never.length === 0 ? null : html`<p class="note">Zero: ${never.join(', ')}.</p>`}</div><div><h3>Opportunities skipped, by reason</h3>${skips.length === 0 ? html`<p class="note">None.</p>` : pairs(skips.map(([reason, count]) => [reason, showCount(count)] as const))}</div></div>`
}

function pairs(rows: readonly (readonly [string, string])[]): Markup {
  return html`<table class="pairs"><tbody>${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td class="num">${value}</td></tr>`)}</tbody></table>`
}

function faultsPart(run: RunRecord): Markup | null {
  if (run.faultsPlanned.length + run.faultsAppliedTotal === 0) return null
  const fired = new Set(run.faultsFired)
  const shown = run.faultsApplied.length
  return html`<h3>Faults, planned and applied</h3><ul class="faults">${run.faultsPlanned.map((name) => html`<li class="${fired.has(name) ? 'passed' : 'failed'}">${fired.has(name) ? '✔ fired' : '✖ never fired'}: ${name}</li>`)}</ul>
${shown === 0 ? null : html`<div class="wide"><table><thead><tr><th scope="col">at</th><th scope="col">fault</th><th scope="col">where and what</th><th scope="col">occurrence</th><th scope="col">order</th></tr></thead><tbody>${run.faultsApplied.map((one) => html`<tr><td class="num">${showUs(one.atUs)}</td><th scope="row">${one.name}</th><td>${one.what}</td><td class="num">${one.occurrence}</td><td><code>${one.clientId ?? '–'}</code></td></tr>`)}</tbody></table></div>`}${shown < run.faultsAppliedTotal ? html`<p class="note">Showing ${shown} of ${run.faultsAppliedTotal} faults applied.</p>` : null}`
}

function remarksPart(run: RunRecord): Markup | null {
  if (run.remarksTotal === 0) return null
  return html`<h3>What else happened</h3><ol class="remarks">${run.remarks.map((one) => html`<li><span class="num">${showUs(one.atUs)}</span> ${one.text}</li>`)}</ol>${run.remarks.length < run.remarksTotal ? html`<p class="note">Showing ${run.remarks.length} of ${run.remarksTotal}.</p>` : null}`
}

function setupPart(run: RunRecord): Markup {
  const ended = run.ended === null ? 'cut off' : `exit code ${run.ended.exitCode}: ${run.ended.reason}`
  const rows: readonly (readonly [string, string])[] = [
    ['run', run.runId],
    ['target', run.target],
    ['seed', run.seed],
    ['lasted', showUs(run.durationUs)],
    ['ended', ended],
    ...Object.entries(run.versions),
  ]
  return html`<details class="evidence"><summary>run ${run.runId}: seed, versions, configuration</summary>${pairs(rows)}<pre>${JSON.stringify(run.config, null, 1)}</pre></details>`
}

function rerunPart(scenario: ScenarioRecord): Markup {
  const journal = scenario.journal === null ? null : html`<p class="note">Journal: <code>${scenario.journal}</code></p>`
  return html`<h3>Run it again</h3><div class="copy"><code>${scenario.rerun}</code><button type="button" data-copy>copy</button></div>${journal}`
}
