import { expect, test } from 'vitest'
import { judgeBudget } from './budgets.ts'
import type { ScenarioRecord } from './document.ts'
import { renderHtml } from './html.ts'
import { PAGE_SCRIPT } from './page-script.ts'
import { cutOff, documentOf, failing, passing, skipped, voided } from './test-support/documents.ts'

const HOSTILE = `</script><script>alert("1")</script><img src=x onerror='y'>&`

/** Every text a stranger can choose, made hostile. */
function hostile(): ScenarioRecord {
  const record = failing()
  const text = JSON.stringify({ ...record, name: HOSTILE, proves: HOSTILE })
    .replaceAll('three unwinds refused', JSON.stringify(HOSTILE).slice(1, -1))
    .replaceAll('ab not enough for new order', JSON.stringify(HOSTILE).slice(1, -1))
    .replaceAll('refuse the short', JSON.stringify(HOSTILE).slice(1, -1))
    .replaceAll('BTCUSDT', JSON.stringify(HOSTILE).slice(1, -1))
  const parsed = JSON.parse(text) as ScenarioRecord
  return { ...parsed, failures: [{ message: HOSTILE, detail: HOSTILE }], notForced: [HOSTILE], rerun: HOSTILE }
}

test('a run in which all held says PASS, in words and with a sign', () => {
  const page = renderHtml(documentOf([passing()]))
  expect(page).toContain('<span aria-hidden="true">✔</span> PASS')
  expect(page).toContain('1 scenario ran, every promise held')
  expect(page).not.toContain('What did not hold')
})

test('a broken promise says FAIL, and its scenario comes first with the reason', () => {
  const page = renderHtml(documentOf([passing(), failing()]))
  expect(page).toContain('<span aria-hidden="true">✖</span> FAIL')
  const list = page.slice(page.indexOf('What did not hold'), page.indexOf('Budgets, smallest'))
  expect(list).toContain('a refused short leg ends flat within a second')
  expect(list).toContain('P1 naked-bound: 1 trade broke the bound')
  expect(page.indexOf('What did not hold')).toBeLessThan(page.indexOf('Budgets, smallest margin first'))
})

test('a fault that never fired makes the run void and the page INCOMPLETE', () => {
  const document = documentOf([passing(), voided()])
  expect(document.scenarios.map((one) => one.outcome)).toContain('void')
  const page = renderHtml(document)
  expect(page).toContain('INCOMPLETE')
  expect(page).toContain('✖ never fired: lose the first acknowledgement')
})

test('a cut-off journal is never green', () => {
  const page = renderHtml(documentOf([cutOff()]))
  expect(page).toContain('INCOMPLETE')
  expect(page).toContain('the run was cut off')
  expect(page).toContain('not known')
})

test('an interrupted run, an empty one, and a skip without a reason are INCOMPLETE', () => {
  expect(documentOf([passing()], true).verdict).toBe('incomplete')
  expect(documentOf([]).verdict).toBe('incomplete')
  expect(documentOf([passing(), skipped(null)]).verdict).toBe('incomplete')
})

test('a skip with its reason is shown and leaves the verdict standing', () => {
  const document = documentOf([passing(), skipped('the demo target cannot set a world')])
  expect(document.verdict).toBe('pass')
  expect(renderHtml(document)).toContain('slow matching fills in pieces</a>: the demo target cannot set a world')
})

test('a budget with too few samples is "not judged", is counted, and is never a pass', () => {
  const few = judgeBudget({
    name: 'placement',
    percentile: 99,
    unit: 'us',
    budget: 5_000,
    actual: 1,
    atMost: true,
    n: 40,
  })
  const document = documentOf([{ ...passing(), budgets: [few] }])
  expect(document.verdict).toBe('incomplete')
  const page = renderHtml(document)
  expect(page).toContain('? not judged<br><small>n too small for p99: 40 of 1000')
  expect(page).toContain('? 1 budget not judged</a>')
})

test('budgets of all scenarios are listed by smallest margin', () => {
  const page = renderHtml(documentOf([passing()]))
  const table = page.slice(page.indexOf('Budgets, smallest'), page.indexOf('id="scenarios"'))
  const names = [...table.matchAll(/<th scope="row">([^<]*)<\/th>/g)].map((match) => match[1])
  expect(names).toEqual([
    'end to end, p99',
    'updates without loss',
    'resident memory, 60 s steady',
    'placement, p99',
    'detection, p99',
  ])
})

test('hostile names and reasons stay text', () => {
  const page = renderHtml(documentOf([hostile()]))
  expect(page).not.toContain('<script>alert')
  expect(page).not.toContain('<img')
  expect(page).not.toMatch(/onerror='/)
  expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;')
  expect(page.split('<script>')).toHaveLength(2)
  expect(page.split('</script>')).toHaveLength(2)
})

test('the page asks nothing of any network', () => {
  const page = renderHtml(documentOf([passing(), failing(), voided(), cutOff(), skipped('why')]))
  expect(page).not.toMatch(/https?:/)
  expect(page).not.toMatch(/\ssrc\s*=/)
  expect(page).not.toMatch(/@import|url\(|<link|<iframe|<object|<embed|<base/)
  for (const [, target] of page.matchAll(/href="([^"]*)"/g)) expect(target).toMatch(/^#/)
  expect(page).toContain("default-src 'none'".replaceAll("'", '&#39;'))
})

test('every link of the page leads somewhere in it, and no anchor is there twice', () => {
  const page = renderHtml(documentOf([passing(), passing(), failing(), voided(), cutOff(), skipped('why')]))
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map((match) => match[1])
  expect(new Set(ids).size).toBe(ids.length)
  for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target)
})

test('the page is a pure function of the document, and of its JSON', () => {
  const document = documentOf([passing(), failing(), cutOff()])
  expect(renderHtml(JSON.parse(JSON.stringify(document)))).toBe(renderHtml(document))
})

test('the script of the page parses', () => {
  expect(() => new Function(PAGE_SCRIPT)).not.toThrow()
})

test('a journal that says nothing is counted as one that cannot say', () => {
  const page = renderHtml(documentOf([passing(), { ...cutOff(), run: null, promises: [] }]))
  expect(page).toContain('in 1 of 2 journals, the others cannot say')
})

test('the first reason is one short line, however long the error', () => {
  const long = { message: `first line ${'x'.repeat(1_000)}\nsecond line`, detail: '' }
  const page = renderHtml(documentOf([{ ...passing(), outcome: 'failed', failures: [long] }]))
  const list = page.slice(page.indexOf('What did not hold'), page.indexOf('Budgets, smallest'))
  expect(list).toContain('first line xxx')
  expect(list.length).toBeLessThan(700)
  expect(list).not.toContain('second line')
})

test('a promise broken on purpose is shown as such and does not count against money safety', () => {
  const broken = failing()
  const expected = ['P1', 'P5', 'P6'].map((promise) => ({ promise, why: 'the remedy was taken out' }))
  const page = renderHtml(documentOf([{ ...broken, outcome: 'passed', expectedBreaks: expected }]))
  expect(page).toContain('✖ broken on purpose')
  expect(page).toContain('the remedy was taken out')
  expect(page.slice(page.indexOf('Was money safe'), page.indexOf('</ul>'))).not.toContain('✖')
})
