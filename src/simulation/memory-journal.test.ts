import { expect, test } from 'vitest'
import { asParsed, createMemoryJournal } from './memory-journal.ts'

test('what is kept of a line is what a reader of its text would parse', () => {
  const odd = {
    missing: undefined,
    none: null,
    notANumber: Number.NaN,
    endless: Number.NEGATIVE_INFINITY,
    minusZero: -0,
    text: 'a "quoted" line\n\u2028',
    list: [1, undefined, { inner: undefined, deep: [[]] }, Number.NaN],
    empty: {},
  }
  expect(asParsed(odd)).toStrictEqual(JSON.parse(JSON.stringify(odd)))
  expect(Object.is((asParsed({ at: -0 }) as { at: number }).at, 0)).toBe(true)
})

test('a line stays as it was written, whatever its writer changes afterwards', () => {
  const journal = createMemoryJournal({ nowUs: () => 7 } as never)
  const data = { reason: 'first', nested: [{ lots: 1 }] }
  journal.writer('runtime').append('run.stopping', data)
  data.reason = 'second'
  data.nested[0]!.lots = 2
  expect(journal.text()).toBe(
    '{"seq":1,"at":7,"by":"runtime","type":"run.stopping","data":{"reason":"first","nested":[{"lots":1}]}}\n',
  )
})
