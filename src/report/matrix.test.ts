import { expect, test } from 'vitest'
import { type MatrixCell, matrixPart } from './matrix.ts'

const CELL: MatrixCell = {
  operation: 'place',
  outcome: 'never arrived',
  leg: 'short',
  stream: 'up',
  policy: 'unwind',
  end: 'flat',
  resolvedBy: ['absence proved'],
  nakedMs: 1_402.4,
  broken: [],
}

test('a cell shows how the trade ended and what told', () => {
  const text = matrixPart([CELL, { ...CELL, leg: 'long', end: 'hedged', resolvedBy: ['stream', 'query'] }])!.text
  expect(text).toContain('2 cells: 1 hedged, 1 flat, 0 halted')
  expect(text).toContain('<td class="flat" title="flat; absence proved; naked 1402 ms">A</td>')
  expect(text).toContain('>SQ</td>')
  expect(text).toContain('stream up, short, unwind')
})

test('a broken promise is marked, whatever the end; an impossible cell says why', () => {
  const text = matrixPart([
    { ...CELL, broken: ['P1 fail: naked for too long'] },
    { ...CELL, operation: 'amend', end: 'impossible', why: 'nobody <amends>' },
  ])!.text
  expect(text).toContain(
    '<td class="broken" title="flat; absence proved; naked 1402 ms; P1 fail: naked for too long">!',
  )
  expect(text).toContain('1 with a broken promise')
  expect(text).toContain('Impossible: nobody &lt;amends&gt;.')
})

test('a run that did not play the matrix has no section for it', () => {
  expect(matrixPart([])).toBeNull()
})
