import { expect, test } from 'vitest'
import { mistakesIn } from './operators.ts'

const TEXT = `/** 1 < 2 in a comment */
export const LIMIT = 3
export function f(a: number, b: string): boolean {
  if (a < LIMIT && b === 'a < b') return true
  g(a + 1)
  return false
}
`

test('every operator, literal, condition and statement is a mistake of its own; comments and strings are none', () => {
  const mistakes = mistakesIn('a.ts', TEXT).map(({ find, replace }) => TEXT.replace(find, () => replace))
  expect(mistakes.map(changedLine)).toEqual([
    'export const LIMIT = 4',
    "  if (!(a < LIMIT && b === 'a < b')) return true",
    "  if (a <= LIMIT && b === 'a < b') return true",
    "  if (a < LIMIT || b === 'a < b') return true",
    "  if (a < LIMIT && b !== 'a < b') return true",
    "  if (a < LIMIT && b === 'a < b') return false",
    '',
    '  g(a - 1)',
    '  g(a + 2)',
    '  return true',
  ])
})

test('what stands in several places is broken in one of them', () => {
  const twice = 'f(1)\nx()\nf(1)\ny()\n'
  const mistakes = mistakesIn('a.ts', twice).map(({ find, replace }) => [
    twice.split(find).length,
    twice.replace(find, replace),
  ])
  expect(mistakes).toEqual([
    [2, 'f(2)\nx()\nf(1)\ny()\n'],
    [2, 'f(1)\nx()\nf(2)\ny()\n'],
  ])
})

function changedLine(text: string): string {
  const before = TEXT.split('\n')
  return text.split('\n').find((line, i) => line !== before[i]) ?? ''
}
