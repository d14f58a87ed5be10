/**
 * A recorded tape: best quotes with their moments, played back.
 *
 *   rows   0 ──── 40 ── 95 ─────── 210 ─┐          end "hold": the last row stays
 *          ▲                            │
 *          └──── 115 ms after the last ─┘          end "loop": the last row stays as long as the one before it did
 */
import type { Instrument } from '../../domain/instrument.ts'
import { parseSteps } from '../../domain/steps.ts'
import type { TapeRow } from '../world-path.ts'

/** One row in ticks and lots; a size that was not recorded is undefined. */
export interface TapeQuote {
  readonly bid: number
  readonly ask: number
  readonly bidLots: number | undefined
  readonly askLots: number | undefined
}

export interface Tape {
  /** The row that holds now. */
  now(): TapeQuote
  /** When the next row comes, ms; Infinity: none does. */
  dueMs(): number
  /** Goes on to the next row. */
  step(): void
  /** Rows to come are so much later, ms. */
  postpone(ms: number): void
}

/** Plays rows that parseWorld has checked; the first one holds at once. */
export function playTape(
  { tick, lot }: Instrument,
  tape: { readonly rows: readonly TapeRow[]; readonly end: 'hold' | 'loop' },
  startMs: number,
): Tape {
  const lots = (size: string | undefined): number | undefined =>
    size === undefined ? undefined : parseSteps(size, lot)!
  const rows = tape.rows.map(({ atMs, bid, ask, bidSize, askSize }) => ({
    atMs,
    quote: { bid: parseSteps(bid, tick)!, ask: parseSteps(ask, tick)!, bidLots: lots(bidSize), askLots: lots(askSize) },
  }))
  const lengthMs = 2 * rows.at(-1)!.atMs - rows.at(-2)!.atMs
  let next = 1
  let roundMs = startMs
  let quote = rows[0]!.quote
  return {
    now: () => quote,
    dueMs: () => (next < rows.length ? roundMs + rows[next]!.atMs : Number.POSITIVE_INFINITY),
    step: () => {
      quote = rows[next]!.quote
      next += 1
      if (next < rows.length || tape.end === 'hold') return
      next = 0
      roundMs += lengthMs
    },
    postpone: (ms) => {
      roundMs += ms
    },
  }
}
