import { expect, test } from 'vitest'
import type { Answer, Mark, Operation } from './outcome.ts'
import { rule } from './outcome.ts'

const code = (retCode: number, httpStatus = 200): Answer => ({ kind: 'reply', httpStatus, retCode })
const html = (httpStatus: number): Answer => ({ kind: 'garbled', httpStatus })

/** answer, then [submit, cancel, read, config]; `!` marks follow after a slash. */
const TABLE: [string, Answer, string, string, string, string][] = [
  ['nothing sent', { kind: 'unsent' }, 'refused', 'refused', 'refused', 'refused'],
  ['lost after sending', { kind: 'lost' }, 'unknown', 'unknown', 'unknown', 'unknown'],
  ['200 with html', html(200), 'unknown', 'unknown', 'unknown', 'unknown'],
  ['400', html(400), 'refused', 'refused', 'refused', 'refused'],
  ['401', html(401), 'refused/halt', 'refused/halt', 'refused/halt', 'refused/halt'],
  ['403 html', html(403), 'refused/banned', 'refused/banned', 'refused/banned', 'refused/banned'],
  ['403 json', code(0, 403), 'refused/banned', 'refused/banned', 'refused/banned', 'refused/banned'],
  ['404', html(404), 'refused', 'refused', 'refused', 'refused'],
  ['429 html', html(429), 'unknown', 'unknown', 'unknown', 'unknown'],
  ['429 saying 10006', code(10006, 429), 'unknown', 'unknown', 'unknown', 'unknown'],
  ['500', html(500), 'unknown', 'unknown', 'unknown', 'unknown'],
  ['502', html(502), 'unknown', 'unknown', 'unknown', 'unknown'],
  ['503 saying ok', code(0, 503), 'unknown', 'unknown', 'unknown', 'unknown'],
  ['302', html(302), 'unknown', 'unknown', 'unknown', 'unknown'],
  ['0', code(0), 'done', 'done', 'done', 'done'],
  ['10000 server timeout', code(10000), 'unknown', 'unknown', 'unknown', 'unknown'],
  ['10016 internal error', code(10016), 'unknown', 'unknown', 'unknown', 'unknown'],
  ['10014 duplicate request', code(10014), 'unknown', 'unknown', 'unknown', 'unknown'],
  ['110079 being processed', code(110079), 'unknown', 'unknown', 'unknown', 'unknown'],
  [
    '10002 clock',
    code(10002),
    'refused/resync-clock',
    'refused/resync-clock',
    'refused/resync-clock',
    'refused/resync-clock',
  ],
  [
    '10006 limit',
    code(10006),
    'refused/rate-limited',
    'refused/rate-limited',
    'refused/rate-limited',
    'refused/rate-limited',
  ],
  ['10003 key', code(10003), 'refused/halt', 'refused/halt', 'refused/halt', 'refused/halt'],
  ['10004 signature', code(10004), 'refused/halt', 'refused/halt', 'refused/halt', 'refused/halt'],
  ['10001 parameter', code(10001), 'refused', 'refused', 'refused', 'refused'],
  ['110003 price', code(110003), 'refused', 'refused', 'refused', 'refused'],
  ['110007 balance', code(110007), 'refused', 'refused', 'refused', 'refused'],
  ['110017 reduce only', code(110017), 'refused', 'refused', 'refused', 'refused'],
  ['110094 too small', code(110094), 'refused', 'refused', 'refused', 'refused'],
  ['110072 id exists', code(110072), 'unknown', 'refused', 'refused', 'refused'],
  ['110001 no such order', code(110001), 'unknown', 'refused/already-done', 'refused', 'refused'],
  ['110008 completed', code(110008), 'unknown', 'refused/already-done', 'refused', 'refused'],
  ['110010 cancelled', code(110010), 'unknown', 'refused/already-done', 'refused', 'refused'],
  ['110025 mode unchanged', code(110025), 'unknown', 'unknown', 'refused', 'done/already-done'],
  ['110043 leverage unchanged', code(110043), 'unknown', 'unknown', 'refused', 'done/already-done'],
  ['a code nobody knows', code(987654), 'unknown', 'unknown', 'unknown', 'unknown'],
]

test.for(TABLE)('%s', ([, answer, ...expected]) => {
  const operations: Operation[] = ['submit', 'cancel', 'read', 'config']
  const got = operations.map((operation) => {
    const ruling: { kind: string; mark?: Mark } = rule(operation, answer)
    return ruling.mark === undefined ? ruling.kind : `${ruling.kind}/${ruling.mark}`
  })
  expect(got).toEqual(expected)
})

test('no failure of the wire after sending ever counts as refused', () => {
  for (let status = 500; status < 600; status += 1) expect(rule('submit', html(status)).kind).toBe('unknown')
})
