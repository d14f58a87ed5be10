/**
 * Schedules whose every crash point is played: one trade each, calm and in every kind of trouble that leaves a leg alone.
 */
import type { Schedule } from '../stage.ts'
import { fault, fillsInPieces, plan, rests, SHORT_REFUSED } from './failures.ts'
import { schedule } from './schedules.ts'

const SHORT_ENTRY = { leg: 'short', reduceOnly: false } as const
/** A trade is held just long enough to be killed in the middle of it. */
const SETTINGS = { MAX_HOLD_MS: '150', SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '50' }

function base(changes: Partial<Schedule>, settings: Readonly<Record<string, string>> = {}): Schedule {
  return schedule({ tradeMs: 4_000, ...changes }, { ...SETTINGS, ...settings })
}

export const CRASH_BASES: Readonly<Record<string, Schedule>> = {
  'a calm trade': base({}),
  'one leg times out': base({ changes: [rests('sell', 3_000)] }),
  'both legs rest': base({}, { LEG_PRICING: 'synthetic', LEG_TIMEOUT_MS: '150', ENTRY_RETRIES_MAX: '0' }),
  'the hedge fails': base(plan(SHORT_REFUSED)),
  'a leg fills in part': base({ world: fillsInPieces('sell', [{ afterMs: 0, lots: 3 }]) }),
  'a reply is lost': base(plan(fault('rest-reply', 'create', { do: 'drop' }, SHORT_ENTRY))),
  'an order is long under way': base(plan(fault('rest-request', 'create', { do: 'delay', ms: 700 }, SHORT_ENTRY))),
}
