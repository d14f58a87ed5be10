import { expect, test } from 'vitest'
import { readArguments } from './arguments.ts'

function read(argv: readonly string[], words = false) {
  const problems: string[] = []
  const given = readArguments(argv, { options: ['--bounds FILE', '--out DIR'], words }, problems)
  return { options: Object.fromEntries(given.options), words: given.words, problems }
}

test('options come behind a space or an equals sign, words in their order', () => {
  expect(read(['a', '--out', 'x', 'b=c', '--bounds=y=z'], true)).toEqual({
    options: { '--out': 'x', '--bounds': 'y=z' },
    words: ['a', 'b=c'],
    problems: [],
  })
})

test('every problem is named at once, each with what is allowed', () => {
  const unknown = (word: string): string => `unknown argument "${word}"; allowed: --bounds FILE, --out DIR, --help`
  expect(read(['a', '-x', '--colour=red', '--out=', '--bounds', '1', '--bounds=2', '--bounds'])).toEqual({
    options: { '--bounds': '1' },
    words: [],
    problems: [
      unknown('a'),
      unknown('-x'),
      unknown('--colour=red'),
      '--out needs a value',
      '--bounds is given twice',
      '--bounds is given twice',
      '--bounds needs a value',
    ],
  })
})

test('a value that was forgotten does not swallow the next option; a negative number is a value', () => {
  expect(read(['--out', '--bounds', '-5'])).toEqual({
    options: { '--bounds': '-5' },
    words: [],
    problems: ['--out needs a value'],
  })
  expect(read(['--out=--bounds']).options).toEqual({ '--out': '--bounds' })
})
