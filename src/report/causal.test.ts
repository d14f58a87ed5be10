import { expect, test } from 'vitest'
import { causalOf, causalPart } from './causal.ts'
import { cleanTrade, JournalText, unwoundTrade } from './test-support/journal-text.ts'

const RUN = (() => {
  const journal = new JournalText({ plannedFaults: ['refuse the short'] })
  cleanTrade(journal, 'one', 100, 500)
  const fault = { party: 'rest-request', op: 'create', verdict: 'retCode 110007', occurrence: 1, clientId: 'two-1' }
  journal.add(1_000.4, 'fault.applied', { name: 'refuse the short', ...fault })
  unwoundTrade(journal, 'two', 1_000, 'no <money>')
  cleanTrade(journal, 'three', 2_000, 500)
  return journal.finish(4_000).run()
})()

test('a trade is told step by step: intents, the venue, what was heard, what was decided; nothing of other trades', () => {
  const { steps, stepsTotal } = causalOf(RUN, RUN.trades.get('two')!)
  expect(stepsTotal).toBe(steps.length)
  const told = steps.map(({ who, leg, what }) => `${who} ${leg}: ${what}`).join('\n')
  expect(told).not.toMatch(/\b(?:one|three)\b/)
  const inOrder = [
    /executor null: plans two/,
    /executor long: sends buy 50/,
    /executor short: sends sell 50/,
    /wire null: fault "refuse the short"/,
    /executor short: hears: refused, 110007/,
    /executor null: two has failed/,
    /executor long: sends sell 50.*reduce-only/,
    /venue long: executed sell 50/,
    /executor null: two is flat/,
  ]
  const places = inOrder.map((pattern) => told.search(pattern))
  expect(places.every((place) => place >= 0)).toBe(true)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(steps.map(({ atUs }) => atUs)).toEqual(steps.map(({ atUs }) => atUs).toSorted((a, b) => a - b))
})

test('each leg has a column of its own, and what concerns both spans them; a stranger’s words are text', () => {
  const text = causalPart(causalOf(RUN, RUN.trades.get('two')!))!.text
  expect(text).toMatch(/<td>executor<\/td><td>sends buy 50[^<]*<\/td><td><\/td>/)
  expect(text).toMatch(/<td>executor<\/td><td><\/td><td>sends sell 50/)
  expect(text).toMatch(/<td colspan="2">two has failed/)
  expect(text).toContain('no &lt;money&gt;')
})

test('the most that is shown is bounded, and what was left out is said', () => {
  const steps = Array.from({ length: 80 }, (_, i) => ({ atUs: i, who: 'run', leg: null, what: 'x' }) as const)
  expect(causalPart({ steps, stepsTotal: 200 })!.text).toContain('Showing 80 of 200 steps.')
  expect(causalPart({ steps: [], stepsTotal: 0 })).toBeNull()
})
