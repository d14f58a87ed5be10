import { expect, test } from 'vitest'
import { patchedText } from '../simulation/mutants/patch.ts'
import { REMEDIES } from './remedies.ts'

test.each(REMEDIES.map((remedy) => [remedy.switchedOff, remedy.patch] as const))(
  'the source still has the place where this is taken out: %s',
  (name, patch) => {
    expect(patchedText({ name, ...patch })).not.toBe('')
  },
)

test('every scenario has a remedy that is taken out', () => {
  const seven = ['01', '02', '03', '04', '05', '06', '07']
  expect([...new Set(REMEDIES.map(({ scenario }) => scenario.slice(0, 2)))].toSorted()).toEqual(seven)
})
