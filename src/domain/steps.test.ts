import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatSteps, parseSteps, stepFromText, stepsToNumber } from './steps.ts'

test.each([
  ['0.10', { units: 10, decimals: 2 }],
  ['0.001', { units: 1, decimals: 3 }],
  ['1', { units: 1, decimals: 0 }],
  ['0.5', { units: 5, decimals: 1 }],
  ['100', { units: 100, decimals: 0 }],
  ['0.0000001', { units: 1, decimals: 7 }],
])('the step %s keeps the decimals of its own text', (text, step) => {
  expect(stepFromText(text)).toEqual(step)
})

test.each([
  '',
  '0',
  '0.00',
  '-0.1',
  '1e-3',
  ' 0.1',
  '0.1 ',
  '.1',
  '1.',
  'abc',
  '1,5',
  '0x1',
  'NaN',
  '9999999999999999',
])('the step %j is refused, and the message shows it', (text) => {
  expect(() => stepFromText(text)).toThrow(RangeError)
  expect(() => stepFromText(text)).toThrow(JSON.stringify(text))
})

test.each([
  ['60617.10', '0.10', 606_171],
  ['60617.1', '0.10', 606_171],
  ['60617', '0.10', 606_170],
  ['60617.1000', '0.10', 606_171],
  ['0.00', '0.10', 0],
  ['-0.30', '0.10', -3],
  ['1.500', '0.5', 3],
  ['007', '1', 7],
  ['1200', '100', 12],
])('%s in steps of %s is %d', (text, step, count) => {
  expect(parseSteps(text, stepFromText(step))).toBe(count)
})

test.each([
  ['a price between two ticks', '60617.15', '0.10'],
  ['more decimals than the step has', '0.0001', '0.001'],
  ['a quantity between two lots', '150', '100'],
  ['an exponent', '1e3', '1'],
  ['blanks', ' 1', '1'],
  ['nothing', '', '1'],
  ['a plus sign', '+1', '1'],
  ['a lone point', '.', '1'],
  ['more than a safe integer', '99999999999999.99', '0.001'],
])('%s is no count of steps: %j in %s', (_, text, step) => {
  expect(parseSteps(text, stepFromText(step))).toBeUndefined()
})

test.each([
  [606_171, '0.10', '60617.10'],
  [1, '0.001', '0.001'],
  [0, '0.001', '0.000'],
  [-3, '0.10', '-0.30'],
  [12, '100', '1200'],
  [3, '0.5', '1.5'],
])('%d steps of %s are written as %s', (count, step, text) => {
  expect(formatSteps(count, stepFromText(step))).toBe(text)
})

test.each([0.5, Number.NaN, Number.MAX_SAFE_INTEGER])('%d steps are never written: our bug throws', (count) => {
  expect(() => formatSteps(count, { units: 10, decimals: 2 })).toThrow(RangeError)
})

test('what is written is read back as the same count, whatever the step', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.integer({ min: 0, max: 10 }),
      fc.integer({ min: -1e9, max: 1e9 }),
      (units, decimals, count) => {
        const text = formatSteps(count, { units, decimals })
        expect(parseSteps(text, { units, decimals })).toBe(count)
        expect(text).toMatch(decimals === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${decimals}}$`))
      },
    ),
    { numRuns: 1_000 },
  )
})

test('steps as a number are for scores: exact where a float can be', () => {
  expect(stepsToNumber(606_171, stepFromText('0.10'))).toBe(60_617.1)
  expect(stepsToNumber(3, stepFromText('0.5'))).toBe(1.5)
})
