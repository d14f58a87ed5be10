import { expect, test } from 'vitest'
import { bounds } from '../config.ts'
import type { ErrorRow } from '../report/errors.ts'
import type { Operation } from '../venue/outcome.ts'
import { LISTED, rule } from '../venue/outcome.ts'
import {
  allErrorCases,
  allErrors,
  type ErrorResult,
  errorCaseName,
  errorSchedule,
  expectedOf,
  judgeError,
  rulingOf,
  STEPS,
} from './errors.ts'
import { simulate } from './simulate.ts'
import { schedule } from './test-support/schedules.ts'

declare module 'vitest' {
  interface TaskMeta {
    errors?: readonly ErrorRow[]
  }
}

const BASE = schedule()
const { closeBudgetMs, orderRecvWindowMs, readLagMs, nakedMaxMs } = bounds(BASE.config)

test('every documented error on every step: heard as documented, and ends hedged, flat, or halted with the amount', {
  timeout: 300_000,
}, async ({ task }) => {
  const results: ErrorResult[] = []
  const wrong: unknown[] = []
  for (const one of allErrorCases()) {
    const played = await simulate(errorSchedule(one, BASE))
    const result = judgeError(one, played)
    results.push(result)
    const got = { heard: result.heard, ...endingOf(result) }
    const expected = { heard: rulingOf(one).kind, ...expectedOf(one) }
    if (JSON.stringify(got) !== JSON.stringify(expected)) wrong.push({ case: errorCaseName(one), got, expected })
    if (result.exitCode === 1) expect(played.output).toMatch(result.mark === 'halt' ? /HALTED/ : /STILL OPEN/)
  }
  task.meta.errors = results
  expect(wrong).toEqual([])
  expect(results.length).toBeGreaterThan(allErrors().length * STEPS.length)
  // An unwind of unknown outcome costs the proof that it never arrived (P6 counts it apart), and P1 allows for that.
  const slowest = Math.max(...results.filter((each) => each.mark !== 'banned').map((each) => each.closeMs))
  expect(slowest).toBeLessThan(closeBudgetMs + orderRecvWindowMs + readLagMs)
  const naked = Math.max(...results.filter((each) => each.mark !== 'banned').map((each) => each.nakedMs))
  expect(naked).toBeLessThanOrEqual(nakedMaxMs)
})

function endingOf({ end, exitCode, leftLots, broken }: ErrorResult): ReturnType<typeof expectedOf> {
  return { end, exitCode, leavesOpen: leftLots > 0, breaks: broken }
}

/** Facts §8.2, row by row: its class in our words, for [submit, cancel, read, config]. */
const DOCUMENTED: [string, number[], string][] = [
  ['ok', [0], 'done done done done'],
  ['unknown outcome', [10000, 10016, 429, 10019, 10014, 40004, 110079], 'unknown unknown unknown unknown'],
  ['ambiguous, and unlisted', [20006, 500000], 'unknown unknown unknown unknown'],
  ['clock', [10002, -1], 'resync-clock resync-clock resync-clock resync-clock'],
  ['rate limited', [10006, 10018, 10403, 10429, 20003], 'rate-limited rate-limited rate-limited rate-limited'],
  ['key', [10003, 10004, 10005, 10007, 33004, -2015, 10010], 'halt halt halt halt'],
  [
    'account',
    [10008, 10009, 10024, 10027, 110123, 110124, 110125, 110132, 10028, 100028, 10029],
    'halt halt halt halt',
  ],
  [
    'parameter, route, feature',
    [10001, 10017, 10032, 10404, 110018, 110019, 110032, 110100, 110029, 110073],
    'refused',
  ],
  ['price', [30208, 30209, 110003, 110120, 110121, 110092, 110093, 110118], 'refused'],
  ['market closed', [30228, 110023, 110042, 110066, 110074, 110063, 110095, 110098, 110103], 'refused'],
  ['no such order', [110001, 110008, 110010], 'unknown already-done refused refused'],
  ['balance', [110004, 110006, 110007, 110012, 110014, 110044, 110045, 110051, 110052, 110053, 110131], 'refused'],
  ['risk and count', [110005, 110011, 110035, 110039, 110040, 110046, 110009, 110020, 110061], 'refused'],
  ['leverage', [110013, 110036, 110038, 110086, 110087, 110024, 110028], 'refused'],
  ['unchanged', [110043, 110025, 110026, 110027, 34040], 'unknown unknown refused already-done'],
  ['cannot reduce', [110017, 110033, 110034], 'refused'],
  ['size', [110021, 110022, 110085, 110089, 110090, 110064, 110094], 'refused'],
  ['the id exists', [110072], 'unknown refused refused refused'],
]

/** Facts §8.1. */
const DOCUMENTED_HTTP: [number, string][] = [
  [400, 'refused'],
  [401, 'halt'],
  [403, 'banned'],
  [404, 'refused'],
  ...[429, 500, 502, 503, 504].map((status): [number, string] => [status, 'unknown']),
]

test('every HTTP status has the class of the documents, whatever was asked', () => {
  for (const [httpStatus, expected] of DOCUMENTED_HTTP) {
    for (const operation of OPERATIONS) {
      const { kind, mark } = rule(operation, { kind: 'garbled', httpStatus })
      expect(mark ?? kind, `${httpStatus} on ${operation}`).toBe(expected)
    }
  }
  expect(LISTED.httpStatuses.filter((status) => !DOCUMENTED_HTTP.some(([known]) => known === status))).toEqual([])
})

test('the table has the class of the documents for every code they name, and names no other', () => {
  for (const [what, codes, classes] of DOCUMENTED) {
    const expected = classes === 'refused' ? 'refused refused refused refused' : classes
    for (const retCode of codes) {
      const rulings = OPERATIONS.map((operation) => rule(operation, { kind: 'reply', httpStatus: 200, retCode }))
      expect(rulings.map(({ kind, mark }) => mark ?? kind).join(' '), `${what}: ${retCode}`).toBe(expected)
    }
  }
  const documented = new Set(DOCUMENTED.flatMap(([, codes]) => codes))
  expect(LISTED.retCodes.filter((code) => !documented.has(code))).toEqual([])
})

const OPERATIONS: readonly Operation[] = ['submit', 'cancel', 'read', 'config']
