/**
 * Lists a page at a time. The cursor names the last row given out. As the venue's it is percent-encoded already, so it
 * comes back encoded once by clients that send it as it is, twice by those that encode what they send (facts §2.1): both
 * mean the same page.
 */
import { type Answer, refuse, type Venue } from './model.ts'
import { badParam, type Params, textOf } from './validate.ts'

export interface Page<T> {
  readonly rows: readonly T[]
  readonly nextPageCursor: string
}

export interface PageTerms<T> {
  readonly limit: number
  /** Number of the last row of the page before; rows are numbered downwards from the newest. */
  readonly after: number
  readonly numberOf: (row: T) => number
  readonly matches: (row: T) => boolean
}

const CURSOR = /^after:(\d{1,15})$/

/** Newest first: walks `rows` (oldest first) backwards. */
export function newestPage<T>(rows: readonly T[], terms: PageTerms<T>): Page<T> {
  const found: T[] = []
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const row = rows[at]!
    if (terms.numberOf(row) >= terms.after || !terms.matches(row)) continue
    if (found.length === terms.limit) return { rows: found, nextPageCursor: cursorText(terms.numberOf(found.at(-1)!)) }
    found.push(row)
  }
  return { rows: found, nextPageCursor: '' }
}

function cursorText(number: number): string {
  return encodeURIComponent(`after:${number}`)
}

/** The row number a cursor names; Infinity for the first page, null when it is none of ours. */
export function cursorOf(params: Params): number | null {
  const text = textOf(params['cursor'])
  if (text === '') return Number.POSITIVE_INFINITY
  const match = CURSOR.exec(decoded(decoded(text)))
  return match === null ? null : Number(match[1])
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The page size asked for, clamped into what the endpoint gives (clients do ask for more, facts §3.2). */
export function limitOf(params: Params, byDefault: number, max: number): number {
  const asked = Math.floor(Number(textOf(params['limit']) || byDefault))
  return Number.isFinite(asked) ? Math.min(max, Math.max(1, asked)) : byDefault
}

/** The same; a size beyond what the endpoint gives is refused where the world says so (a doubt, facts §3.2). */
export function pageSizeOf(venue: Venue, params: Params, byDefault: number, max: number): number | Answer {
  const isTooLarge = Number(textOf(params['limit'])) > max
  return isTooLarge && venue.rules.doubts.largePages === 'refused' ? badParam('limit') : limitOf(params, byDefault, max)
}

const WEEK_MS = 7 * 24 * 3_600_000

/** Start and end of a query, at most 7 days apart; one alone opens a week, none the last week. */
export function windowOf(params: Params, nowMs: number): { readonly fromMs: number; readonly toMs: number } | Answer {
  const start = Number(textOf(params['startTime']) || Number.NaN)
  const end = Number(textOf(params['endTime']) || Number.NaN)
  const fromMs = Number.isNaN(start) ? (Number.isNaN(end) ? nowMs : end) - WEEK_MS : start
  const toMs = Number.isNaN(end) ? fromMs + WEEK_MS : end
  if (toMs < fromMs) return refuse(10001, 'startTime must be before endTime')
  if (toMs - fromMs > WEEK_MS) return refuse(10001, 'The time range between startTime and endTime cannot exceed 7 days')
  return { fromMs, toMs }
}
