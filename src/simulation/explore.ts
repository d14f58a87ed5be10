/**
 * Explores a range of a seed's schedules: plays, judges, counts; what fails is shrunk.
 *
 *   seed, from, to ─► schedule ─► play ─► judge ─► tally
 *                                           └─► shrink ─► failure, with its minimal schedule and its timeline
 */
import { parseScheduleFile, ScheduleError, type ScheduleFile } from './explore-file.ts'
import type { Violation } from './explore-judge.ts'
import { playSchedule, timelineTextOf } from './explore-play.ts'
import { scheduleAt } from './explore-schedules.ts'
import { shrink } from './explore-shrink.ts'
import { count, newTally, type Tally } from './explore-tally.ts'

export interface Range {
  readonly seed: string
  /** Indexes, the last one excluded. */
  readonly from: number
  readonly to: number
}

/** Plain JSON. */
export interface Failure {
  readonly seed: string
  readonly index: number
  readonly violations: readonly Violation[]
  /** The minimal schedule that breaks the same rule. */
  readonly file: ScheduleFile
  readonly plays: number
  readonly minimal: readonly Violation[]
  readonly timeline: string
}

export interface ExploreHooks {
  /** After each schedule; what was counted is new every time it returns true, so that a worker can hand it on. */
  onPlayed(tally: Tally): boolean
  onFailure(failure: Failure): void
}

/** Schedules tried while a failure is made small. */
const SHRINK_PLAYS_MAX = 600
/** So many failures are shrunk; more are counted. */
const FAILURES_SHRUNK_MAX = 10

export async function explore({ seed, from, to }: Range, { onPlayed, onFailure }: ExploreHooks): Promise<void> {
  let tally = newTally()
  let failures = 0
  for (let index = from; index < to; index += 1) {
    const one = await playSchedule(scheduleAt(seed, index))
    count(tally, one)
    if (one.violations.length > 0) {
      failures += 1
      const failure = await smallestOf(one.file, one.violations, failures <= FAILURES_SHRUNK_MAX ? SHRINK_PLAYS_MAX : 0)
      onFailure({ seed, index, ...failure })
    }
    if (onPlayed(tally)) tally = newTally()
  }
}

/** Shrinks what breaks a rule. A schedule that nobody could read is no smaller one. */
async function smallestOf(
  from: ScheduleFile,
  violations: readonly Violation[],
  playsMax: number,
): Promise<Omit<Failure, 'seed' | 'index'>> {
  const { rule } = violations[0]!
  const fails = async (file: ScheduleFile): Promise<boolean> => {
    if (!isReadable(file)) return false
    return (await playSchedule(file)).violations.some((violation) => violation.rule === rule)
  }
  const { file, plays } = await shrink(from, fails, playsMax)
  const { played, violations: minimal } = await playSchedule(file)
  return { violations, file, plays, minimal, timeline: played === null ? '' : timelineTextOf(played) }
}

function isReadable(file: ScheduleFile): boolean {
  try {
    parseScheduleFile(file)
    return true
  } catch (error) {
    if (error instanceof ScheduleError) return false
    throw error
  }
}
