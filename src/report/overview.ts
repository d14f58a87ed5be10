/**
 * The first screen, in the order a reviewer asks: did it hold, was money safe, what failed, how close was it, what was
 * left out.
 */
import { plural } from '../journal/finding.ts'
import { type BudgetResult, goalMet, marginPercent } from './budgets.ts'
import { budgetsByMargin, type Outcome, type ReportDocument, type ScenarioRecord } from './document.ts'
import { showCount, showPercent, showUs, showValue } from './format.ts'
import { html, type Markup, withoutControls } from './markup.ts'
import { type Safety, type SafetyTotal, totalOf } from './safety.ts'

export const OUTCOME_SIGN: Readonly<Record<Outcome, string>> = {
  passed: '✔',
  failed: '✖',
  skipped: '↷',
  void: '∅',
  unknown: '?',
}

const VERDICT = {
  pass: { sign: '✔', word: 'PASS' },
  fail: { sign: '✖', word: 'FAIL' },
  incomplete: { sign: '◐', word: 'INCOMPLETE' },
} as const

/** Verdict, target, counts, and why. */
export function masthead(document: ReportDocument): Markup {
  const { sign, word } = VERDICT[document.verdict]
  const ran = document.scenarios.length - document.counts.skipped
  const why = document.reasons.length > 0 ? document.reasons : [`${plural(ran, 'scenario')} ran, every promise held`]
  return html`<header class="masthead ${document.verdict}">
<p class="verdict" role="status"><span aria-hidden="true">${sign}</span> ${word}</p>
<div><h1>${document.title} <span class="badge">target: ${document.target}</span></h1>
<p class="why">${why.join(' · ')}</p>
<p class="counts">${counts(document)}</p></div></header>`
}

function counts(document: ReportDocument): Markup {
  const { counts: of } = document
  const rows: readonly (readonly [Outcome, number, string])[] = [
    ['passed', of.passed, 'passed'],
    ['failed', of.failed, 'failed'],
    ['void', of.void, 'void'],
    ['unknown', of.unknown, 'without a verdict'],
    ['skipped', of.skipped, 'skipped'],
  ]
  const shown = rows.filter(([outcome, count]) => count > 0 || outcome === 'passed' || outcome === 'failed')
  return html`${shown.map(([outcome, count, word]) => html`<button type="button" class="chip ${count === 0 ? '' : outcome}" data-filter="${outcome}" aria-pressed="false">${OUTCOME_SIGN[outcome]} ${count} ${word}</button> `)}${
    of.budgetsNotJudged > 0
      ? html`<a class="chip unknown" href="#budgets">? ${plural(of.budgetsNotJudged, 'budget')} not judged</a>`
      : null
  }`
}

/** Four numbers that must be zero. A promise broken on purpose, to show that its check can fail, does not count. */
export function safetyLine(document: ReportDocument): Markup {
  const parts = document.scenarios
    .filter((scenario) => scenario.journal !== null && scenario.outcome !== 'skipped')
    .map((scenario) => withoutExpected(scenario, scenario.run?.safety ?? NOTHING_KNOWN))
  return html`<section aria-labelledby="safety"><h2 id="safety">Was money safe?</h2><ul class="tiles">${TILES.map(([name, label]) => tile(label, totalOf(parts, name), parts.length))}</ul></section>`
}

/** Of a journal that never got as far as naming its run. */
const NOTHING_KNOWN: Safety = {
  nakedBeyondBound: null,
  duplicateOrders: null,
  unknownOutcomes: null,
  positionsLeft: null,
}

const TILES: readonly (readonly [keyof Safety, string])[] = [
  ['nakedBeyondBound', 'trades naked beyond the bound'],
  ['duplicateOrders', 'duplicate orders'],
  ['unknownOutcomes', 'unknown outcomes left'],
  ['positionsLeft', 'positions left that no run names'],
]

function tile(label: string, { total, silent }: SafetyTotal, journals: number): Markup {
  const state = total > 0 ? 'failed' : silent > 0 || journals === 0 ? 'unknown' : 'passed'
  const words = journals === silent ? 'not known' : showCount(total)
  const base =
    silent > 0 && silent < journals
      ? `in ${journals - silent} of ${journals} journals, the others cannot say`
      : `in ${plural(journals, 'journal')}`
  return html`<li class="tile ${state}"><b>${OUTCOME_SIGN[state]} ${words}</b><span>${label}</span><small>${base}</small></li>`
}

function withoutExpected(scenario: ScenarioRecord, safety: Safety): Safety {
  const expected = new Set(scenario.expectedBreaks.map((one) => one.promise))
  return {
    nakedBeyondBound: expected.has('P1') ? 0 : safety.nakedBeyondBound,
    duplicateOrders: expected.has('P3') ? 0 : safety.duplicateOrders,
    unknownOutcomes: expected.has('P5') ? 0 : safety.unknownOutcomes,
    positionsLeft: expected.has('P5') ? 0 : safety.positionsLeft,
  }
}

/** Links to everything that is not green, each with its first line. */
export function failuresFirst(document: ReportDocument): Markup | null {
  const bad = document.scenarios.filter((one) => ['failed', 'void', 'unknown'].includes(one.outcome))
  if (bad.length === 0) return null
  return html`<section aria-labelledby="failures"><h2 id="failures">What did not hold</h2><ul class="failures">${bad.map(
    (one) =>
      html`<li class="${one.outcome}"><a href="#${one.id}">${OUTCOME_SIGN[one.outcome]} ${one.name}</a> <span>${firstReason(one)}</span></li>`,
  )}</ul></section>`
}

/** The most telling sentence about a scenario that is not green: one line, and not a long one. */
export function firstReason(scenario: ScenarioRecord): string {
  const [line = ''] = withoutControls(tellingReason(scenario)).trimStart().split('\n', 1)
  return line.length > REASON_CHARS ? `${line.slice(0, REASON_CHARS)}…` : line
}

const REASON_CHARS = 240

function tellingReason(scenario: ScenarioRecord): string {
  const expected = new Set(scenario.expectedBreaks.map((one) => one.promise))
  const surprises = scenario.promises.filter((one) => !expected.has(one.promise))
  const broken = surprises.find((one) => one.verdict === 'fail')
  if (broken !== undefined) return `${broken.promise} ${broken.name}: ${broken.summary}`
  const missed = scenario.budgets.find((one) => one.verdict === 'missed')
  if (missed !== undefined)
    return `${budgetName(missed)}: ${showValue(missed.actual, missed.unit)}, ${boundText(missed)}`
  if (scenario.outcome === 'failed' && scenario.failures[0] !== undefined) return scenario.failures[0].message
  if (scenario.journalProblem !== null) return scenario.journalProblem
  const unknown = surprises.findLast((one) => one.verdict === 'unknown')
  if (unknown !== undefined) return `${unknown.promise} ${unknown.name}: ${unknown.summary}`
  return scenario.failures[0]?.message ?? 'it did not finish'
}

export function budgetsTable(document: ReportDocument): Markup {
  const rows = budgetsByMargin(document)
  if (rows.length === 0)
    return html`<section><h2 id="budgets">Budgets</h2><p class="note">No budget was judged in this run.</p></section>`
  return html`<section aria-labelledby="budgets"><h2 id="budgets">Budgets, smallest margin first</h2>
<div class="wide"><table><thead><tr><th scope="col">what</th>${BUDGET_HEADS}<th scope="col">verdict</th><th scope="col">scenario</th></tr></thead>
<tbody>${rows.map(({ scenario, result }) => html`<tr class="${budgetClass(result)}"><th scope="row">${budgetName(result)}</th>${budgetCells(result)}<td><a href="#${scenario.id}">${scenario.name}</a></td></tr>`)}</tbody></table></div></section>`
}

/** Heads of the cells below. */
export const BUDGET_HEADS = html`<th scope="col" class="num">n</th><th scope="col" class="num">budget</th><th scope="col" class="num">actual</th><th scope="col" class="num">margin</th><th scope="col" class="num">our goal</th>`

/** The cells shared by the table of all budgets and the one of a scenario: n, budget, actual, margin, goal, verdict. */
export function budgetCells(result: BudgetResult): Markup {
  const met = goalMet(result)
  const goal =
    result.goal === undefined
      ? '–'
      : `${result.atMost ? '≤' : '≥'} ${showValue(result.goal, result.unit)}${met === null ? '' : met ? ' ✔' : ' ✖'}`
  return html`<td class="num">${showCount(result.n)}</td><td class="num">${boundText(result)}</td><td class="num">${showValue(result.actual, result.unit)}</td><td class="num">${marginBar(result)}</td><td class="num${met === false ? ' off' : ''}">${goal}</td><td>${VERDICT_WORD[result.verdict]}${result.note === undefined ? null : html`<br><small>${result.note}</small>`}</td>`
}

export function budgetName(result: BudgetResult): string {
  return result.percentile === undefined ? result.name : `${result.name}, p${result.percentile}`
}

export function budgetClass(result: BudgetResult): string {
  return result.verdict === 'met' ? 'passed' : result.verdict === 'missed' ? 'failed' : 'unknown'
}

const VERDICT_WORD = { met: '✔ met', missed: '✖ missed', 'not judged': '? not judged' } as const

function boundText(result: BudgetResult): string {
  return `${result.atMost ? '≤' : '≥'} ${showValue(result.budget, result.unit)}`
}

function marginBar(result: BudgetResult): Markup {
  const margin = result.verdict === 'not judged' ? null : marginPercent(result)
  if (margin === null) return html`–`
  const width = Math.min(Math.abs(margin), 100)
  return html`<span class="margin">${showPercent(margin)}</span><span class="bar" aria-hidden="true"><i style="width:${width.toFixed(0)}%"></i></span>`
}

export function skipsList(document: ReportDocument): Markup | null {
  const skipped = document.scenarios.filter((one) => one.outcome === 'skipped')
  const partly = document.scenarios.filter((one) => one.notForced.length > 0)
  if (skipped.length + partly.length === 0) return null
  return html`<section aria-labelledby="left-out"><h2 id="left-out">What was left out</h2><ul>${skipped.map(
    (one) =>
      html`<li><a href="#${one.id}">${OUTCOME_SIGN.skipped} ${one.name}</a>: ${one.skipReason ?? 'no reason given'}</li>`,
  )}${partly.map((one) => html`<li><a href="#${one.id}">${one.name}</a> ran, but this target could not force: ${one.notForced.join('; ')}</li>`)}</ul></section>`
}

export function scenarioIndex(document: ReportDocument): Markup {
  return html`<section aria-labelledby="scenarios"><h2 id="scenarios">Scenarios</h2><div class="wide"><table><thead><tr><th scope="col">outcome</th><th scope="col">scenario</th><th scope="col">promises</th><th scope="col" class="num">trades</th><th scope="col" class="num">longest naked</th><th scope="col" class="num">took</th></tr></thead><tbody>${document.scenarios.map(
    (one) =>
      html`<tr class="${one.outcome}" data-outcome="${one.outcome}"><td>${OUTCOME_SIGN[one.outcome]} ${one.outcome}</td><th scope="row"><a href="#${one.id}">${one.name}</a><br><small>${one.file}</small></th><td>${promiseTally(one)}</td><td class="num">${one.run === null ? '–' : showCount(one.run.tradesTotal)}</td><td class="num">${longestNaked(one)}</td><td class="num">${showUs(one.durationMs * 1000)}</td></tr>`,
  )}</tbody></table></div></section>`
}

function promiseTally(scenario: ScenarioRecord): string {
  if (scenario.promises.length === 0) return '–'
  const of = (verdict: string): number => scenario.promises.filter((one) => one.verdict === verdict).length
  const parts = [
    `${of('pass')} ✔`,
    of('fail') > 0 ? `${of('fail')} ✖` : '',
    of('unknown') > 0 ? `${of('unknown')} ?` : '',
  ]
  return parts.filter((part) => part !== '').join(' ')
}

function longestNaked(scenario: ScenarioRecord): string {
  const naked = scenario.run?.naked
  return naked === null || naked === undefined ? '–' : showUs((naked.venue ?? naked.believed).longestUs)
}
