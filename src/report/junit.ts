/**
 * The report as JUnit XML, for machines that collect it: one suite per file, one case per scenario, budgets and promises
 * as properties, a skip with its reason, a failure with its text. A void scenario is a failure: it proves nothing.
 */
import { type BudgetResult, marginPercent } from './budgets.ts'
import type { ReportDocument, ScenarioRecord } from './document.ts'
import { digits, showValue } from './format.ts'
import { html, type Markup, trusted } from './markup.ts'
import { budgetName, firstReason } from './overview.ts'

export function renderJunit(document: ReportDocument): string {
  const suites = [...Map.groupBy(document.scenarios, (scenario) => scenario.file)]
  const all = document.scenarios
  return html`${trusted('<?xml version="1.0" encoding="UTF-8"?>')}
<testsuites name="${document.title}" ${tally(all)}>
${suites.map(([file, scenarios]) => suite(file, scenarios, document))}</testsuites>
`.text
}

function suite(file: string, scenarios: readonly ScenarioRecord[], document: ReportDocument): Markup {
  return html`  <testsuite name="${file}" ${tally(scenarios)} timestamp="${document.generatedAt.replace(/\.\d+Z$/, '')}">
${scenarios.map((scenario) => testcase(scenario))}  </testsuite>
`
}

function tally(scenarios: readonly ScenarioRecord[]): Markup {
  const of = (...outcomes: readonly string[]): number =>
    scenarios.filter((one) => outcomes.includes(one.outcome)).length
  return html`tests="${scenarios.length}" failures="${of('failed', 'void')}" errors="${of('unknown')}" skipped="${of('skipped')}" time="${seconds(scenarios.reduce((sum, one) => sum + one.durationMs, 0))}"`
}

function testcase(scenario: ScenarioRecord): Markup {
  const classname = scenario.file.replace(/\.test\.ts$/, '').replaceAll('/', '.')
  return html`    <testcase name="${scenario.name}" classname="${classname}" time="${seconds(scenario.durationMs)}">
${properties(scenario)}${ending(scenario)}    </testcase>
`
}

function properties(scenario: ScenarioRecord): Markup | null {
  const rows = [
    ...(scenario.proves === '' ? [] : [['proves', scenario.proves] as const]),
    ...scenario.budgets.map((one) => [`budget ${budgetName(one)}`, budgetWords(one)] as const),
    ...scenario.promises.map(
      (one) => [`promise ${one.promise} ${one.name}`, `${one.verdict}: ${one.summary}`] as const,
    ),
    ...(scenario.run === null ? [] : [['seed', scenario.run.seed] as const]),
  ]
  if (rows.length === 0) return null
  return html`      <properties>
${rows.map(
  ([name, value]) => html`        <property name="${name}" value="${value}"/>
`,
)}      </properties>
`
}

function budgetWords(one: BudgetResult): string {
  const margin = marginPercent(one)
  const words = `${one.verdict}: ${showValue(one.actual, one.unit)}, ${one.atMost ? 'at most' : 'at least'} ${showValue(one.budget, one.unit)}, n ${one.n}`
  const note = one.note === undefined ? '' : ` (${one.note})`
  return margin === null ? `${words}${note}` : `${words}, margin ${digits(margin, 1)} %${note}`
}

function ending(scenario: ScenarioRecord): Markup | null {
  const detail = scenario.failures.map((one) => `${one.message}\n${one.detail}`).join('\n\n')
  switch (scenario.outcome) {
    case 'passed':
      return null
    case 'skipped':
      return html`      <skipped message="${scenario.skipReason ?? 'no reason given'}"/>
`
    case 'unknown':
      return html`      <error type="unknown" message="${firstReason(scenario)}">${detail}</error>
`
    default:
      return html`      <failure type="${scenario.outcome}" message="${firstReason(scenario)}">${detail}</failure>
`
  }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}
