/**
 * Did it happen? One table from what came back to what it means.
 *
 *   nothing was sent ──────────► refused          HTTP status ─► 403 refuses and bans
 *   sent, no whole answer ─────► unknown                         429, 5xx are unknown
 *   an answer that is no JSON ─► unknown                         2xx: the retCode decides
 *
 * Sources: Bybit v5 error page and rate-limit rules (facts §8). A code the table does not list is `unknown`: asking
 * once too often is cheap, submitting twice is not.
 */
import type { Outcome } from './gateway.ts'

/** What was asked for decides what a failure leaves open. */
export type Operation = 'submit' | 'cancel' | 'read' | 'config'

export type Mark =
  /** Wait for the reset header, then it may be tried again. */
  | 'rate-limited'
  /** This address may not call for ten minutes. */
  | 'banned'
  /** Our timestamp was outside the venue's window: ask the time, then try again. */
  | 'resync-clock'
  /** There was nothing left to do. For a cancel: the order ended or never was, so ask for its fills. */
  | 'already-done'
  /** Key, permission, region or account: no call of this kind will succeed until somebody acts. */
  | 'halt'

export interface Ruling {
  readonly kind: Outcome<never>['kind']
  readonly mark?: Mark
}

/** What came back, reduced to what the table needs. */
export type Answer =
  | { readonly kind: 'unsent' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'garbled'; readonly httpStatus: number }
  | { readonly kind: 'reply'; readonly httpStatus: number; readonly retCode: number }

const DONE: Ruling = { kind: 'done' }
const REFUSED: Ruling = { kind: 'refused' }
const UNKNOWN: Ruling = { kind: 'unknown' }
const HALT: Ruling = { kind: 'refused', mark: 'halt' }
const BANNED: Ruling = { kind: 'refused', mark: 'banned' }
const LIMITED: Ruling = { kind: 'refused', mark: 'rate-limited' }
const CLOCK: Ruling = { kind: 'refused', mark: 'resync-clock' }

type Row = Ruling | { readonly [O in Operation]: Ruling }

/** Refusing to do what is done already: fine for configuration; for a cancel the fills must still be asked for. */
const ENDED: Row = {
  submit: UNKNOWN,
  cancel: { kind: 'refused', mark: 'already-done' },
  read: REFUSED,
  config: REFUSED,
}
const UNCHANGED: Row = {
  submit: UNKNOWN,
  cancel: UNKNOWN,
  read: REFUSED,
  config: { kind: 'done', mark: 'already-done' },
}
/** The venue knows this client order id: an order exists, perhaps this very one. */
const EXISTS: Row = { submit: UNKNOWN, cancel: REFUSED, read: REFUSED, config: REFUSED }

const HTTP = new Map<number, Row>([
  [400, REFUSED],
  [401, HALT],
  [403, BANNED],
  [404, REFUSED],
  [429, UNKNOWN],
])

const CODES = new Map<number, Row>([
  [0, DONE],
  ...rows(UNKNOWN, [429, 10000, 10016, 10014, 10019, 110079, 40004]),
  ...rows(CLOCK, [-1, 10002]),
  ...rows(LIMITED, [10006, 10018, 10403, 10429, 20003]),
  ...rows(HALT, [10003, 10004, 10005, 10007, 10008, 10009, 10010, 10024, 10027, 10028, 10029, 33004, -2015, 100028]),
  ...rows(HALT, [110123, 110124, 110125, 110132]),
  ...rows(ENDED, [110001, 110008, 110010]),
  ...rows(UNCHANGED, [110025, 110026, 110027, 110043, 34040]),
  [110072, EXISTS],
  // Parameters, route and feature.
  ...rows(REFUSED, [10001, 10017, 10032, 10404, 110018, 110019, 110029, 110032, 110073, 110100]),
  // Price, and a market that does not trade.
  ...rows(REFUSED, [30208, 30209, 110003, 110092, 110093, 110118, 110120, 110121]),
  ...rows(REFUSED, [30228, 110023, 110042, 110063, 110066, 110074, 110095, 110098, 110103]),
  // Balance, risk, count and size.
  ...rows(REFUSED, [110004, 110006, 110007, 110012, 110014, 110044, 110045, 110051, 110052, 110053, 110131]),
  ...rows(REFUSED, [110005, 110009, 110011, 110020, 110035, 110039, 110040, 110046, 110061]),
  ...rows(REFUSED, [110021, 110022, 110064, 110085, 110089, 110090, 110094]),
  // Position, mode and leverage.
  ...rows(REFUSED, [110013, 110017, 110024, 110028, 110033, 110034, 110036, 110038, 110086, 110087]),
])

/** Everything the table names, so that a test can go through all of it. Source: facts §8. */
export const LISTED: { readonly httpStatuses: readonly number[]; readonly retCodes: readonly number[] } = {
  httpStatuses: [...HTTP.keys()],
  retCodes: [...CODES.keys()],
}

/** What an answer means for an operation. */
export function rule(operation: Operation, answer: Answer): Ruling {
  const row = rowOf(answer)
  return 'kind' in row ? row : row[operation]
}

function rowOf(answer: Answer): Row {
  if (answer.kind === 'unsent') return REFUSED
  if (answer.kind === 'lost') return UNKNOWN
  if (answer.httpStatus < 200 || answer.httpStatus > 299) return HTTP.get(answer.httpStatus) ?? UNKNOWN
  return answer.kind === 'reply' ? (CODES.get(answer.retCode) ?? UNKNOWN) : UNKNOWN
}

function rows(row: Row, codes: readonly number[]): [number, Row][] {
  return codes.map((code) => [code, row])
}
