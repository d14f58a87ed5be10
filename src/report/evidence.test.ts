/** What is shown beside the scenarios: errors, checks seen to fail, random schedules. */
import { expect, test } from 'vitest'
import { type CanFail, canFailPart } from './can-fail.ts'
import { buildDocument, type DocumentInput } from './document.ts'
import { type ErrorRow, errorsPart } from './errors.ts'
import { type Exploration, explorationPart } from './exploration.ts'
import { renderHtml } from './html.ts'
import { documentOf, passing } from './test-support/documents.ts'

const ROW: ErrorRow = {
  error: 'retCode 110007',
  step: 'place long',
  done: false,
  heard: 'refused',
  mark: null,
  end: 'flat',
  exitCode: 0,
  leftLots: 0,
  nakedMs: 4.2,
  closeMs: 3.1,
  broken: [],
}

test('errors with the same answers on every step share a row; the table says the worst of them', () => {
  const text = errorsPart([ROW, { ...ROW, error: 'retCode 110004', nakedMs: 7.8 }, { ...ROW, error: 'HTTP 400' }])!.text
  expect(text.match(/<tr>/g)).toHaveLength(2)
  expect(text).toContain('<th scope="row">retCode 110007 110004, HTTP 400</th>')
  expect(text).toContain('title="naked for at most 8 ms, closed within 3 ms"><b>refused</b> flat</td>')
  expect(text).toContain('3 schedules: 3 errors × 1 steps')
})

test('an error on which the venue acts all the same shows both ends; what is left open is told apart', () => {
  const unknown = { ...ROW, error: 'HTTP 503', heard: 'unknown' }
  const banned = { ...ROW, error: 'HTTP 403', mark: 'banned', end: 'halted', exitCode: 1, leftLots: 9, broken: ['P1'] }
  const halt = { ...ROW, error: 'HTTP 401', mark: 'halt', exitCode: 1 }
  const text = errorsPart([unknown, { ...unknown, done: true, end: 'hedged' }, banned, halt])!.text
  expect(text).toContain('<b>unknown</b> flat, done hedged</td>')
  expect(text).toContain(
    '<td class="left" title="naked for at most 4 ms, closed within 3 ms"><b>banned</b> halted (exit 1, left open, breaks P1)</td>',
  )
  expect(text).toContain('<td class="stop"')
  expect(text).toContain('in 1 the run says what it leaves open')
})

const SEEN: CanFail = {
  scenario: '02-leg-timeout',
  switchedOff: 'the cancel at the leg timeout',
  check: 'P1',
  evidence: 'naked for <3871> ms',
}

test('a remedy taken out shows the check that saw it; one that nobody saw fails the run', () => {
  const text = canFailPart([SEEN])!.text
  expect(text).toContain('every one was noticed')
  expect(text).toContain('<td>the cancel at the leg timeout</td><td>P1</td><td>naked for &lt;3871&gt; ms</td>')
  const missed = { ...SEEN, evidence: null }
  expect(canFailPart([SEEN, missed])!.text).toContain('1 went unnoticed')
  expect(verdictWith({ canFail: [SEEN] })).toEqual({ verdict: 'pass', reasons: [] })
  expect(verdictWith({ canFail: [SEEN, missed] })).toMatchObject({ verdict: 'fail' })
})

test('what random schedules broke is said, bounded, and fails the run', () => {
  const explored: Exploration = { seed: 's1', runs: 12_000, perMinute: 10_400.4, violations: [] }
  expect(explorationPart([explored])!.text).toContain(
    '<td class="num">12,000</td><td class="num">10,400</td><td>none</td>',
  )
  const broken = { ...explored, violations: Array.from({ length: 25 }, (_, i) => `schedule ${i}: P1`) }
  expect(explorationPart([broken])!.text).toContain('schedule 19: P1 … and 5 more')
  expect(verdictWith({ exploration: [explored] }).verdict).toBe('pass')
  expect(verdictWith({ exploration: [broken] })).toEqual({
    verdict: 'fail',
    reasons: ['25 violations in random schedules'],
  })
})

test('a run that played none of them has no section for it', () => {
  const page = renderHtml(documentOf([passing()]))
  for (const id of ['errors', 'can-fail', 'exploration']) expect(page).not.toContain(`id="${id}"`)
})

function verdictWith(more: Partial<DocumentInput>) {
  const { environment, rerun, scenarios } = documentOf([passing()])
  const base = { generatedAtMs: 0, title: 't', target: 'embedded', problems: [], interrupted: false }
  const { verdict, reasons } = buildDocument({ ...base, environment, rerun, scenarios, ...more })
  return { verdict, reasons }
}
