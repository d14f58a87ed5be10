/**
 * Plays one schedule and judges it. Whatever is thrown on the way is a violation too.
 */
import { RECOVERY_TRADE, SWEEP_TRADE } from '../domain/leftover.ts'
import { timelineOf, timelineText } from '../journal/timeline.ts'
import { endOf } from './end.ts'
import { type Explored, type ScheduleFile, scheduleOf } from './explore-file.ts'
import { type TradedAgain, tradedAgain } from './explore-healing.ts'
import { judge, type Violation } from './explore-judge.ts'
import { simulateKilled } from './killed.ts'
import { type Simulated, simulate } from './simulate.ts'

export interface PlayedSchedule {
  readonly file: ScheduleFile
  readonly violations: readonly Violation[]
  /** Null when it threw. */
  readonly played: Simulated | null
  /** Whether it traded again in its healed world. */
  readonly again: TradedAgain
}

export async function playSchedule(file: ScheduleFile): Promise<PlayedSchedule> {
  let schedule: Explored
  let played: Simulated
  try {
    schedule = scheduleOf(file)
    played = await (schedule.kills?.length ? simulateKilled(schedule, schedule.healsAtMs) : simulate(schedule))
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { file, played: null, again: 'excused', violations: [{ rule: 'exception', what }] }
  }
  return { file, played, again: tradedAgain(schedule, played.run), violations: judge(schedule, played) }
}

/** How every trade ended, and the run: words to count by. */
export function endsOf({ played }: PlayedSchedule): string[] {
  if (played === null) return ['exception']
  const { run, result } = played
  if (run.started === null) return ['not started']
  const trades = [...run.trades.keys()]
    .filter((id) => id !== SWEEP_TRADE && id !== RECOVERY_TRADE)
    .map((id) => `trade ${endOf(run, id)}`)
  const left = result.left.length > 0 ? [`run left ${result.left.length} open`] : []
  return [...(trades.length === 0 ? ['no trade'] : trades), `run exit ${result.exitCode}`, ...left]
}

/** Who did what when, in every process of the run. */
export function timelineTextOf({ run, before = [] }: Simulated): string {
  return [...before, run].map((life) => timelineText(timelineOf(life))).join('\n\n')
}
