/**
 * A run whose process is killed at the calls its schedule names, and started again as somebody who watches over it would:
 *
 *   life ─► ☠ ─► pause ─► next life, from the journal ─► … ─► the life that ends by itself ─► judged, for all of them
 *                            └─ could not start, and the world is not healed yet? once more, a second later
 */
import { checkJournal } from '../journal/checks.ts'
import { leftoverOf } from '../journal/leftover.ts'
import type { Run } from '../journal/run.ts'
import { type Life, openLives } from './lives.ts'
import { quietMsAfter } from './quiet.ts'
import type { Simulated } from './simulate.ts'
import type { Schedule } from './stage.ts'
import { openAsStranger } from './stranger.ts'

/** Whoever could not start is started again after so long, ms. */
const START_AGAIN_MS = 1_000
/** A life that begins when the run's time is nearly over trades for so long, ms. */
const TRADE_MIN_MS = 500

export interface SimulatedLives extends Simulated {
  /** The journal of each life, as it was written. */
  readonly journals: readonly string[]
}

/** Plays every life. `healsAtMs`: a life that began before and could not start is not the last one. */
export async function simulateKilled(schedule: Schedule, healsAtMs: number | null): Promise<SimulatedLives> {
  const { kills = [], tradeMs } = schedule
  const lives = openLives(schedule)
  const { clock } = lives.stage
  const nowMs = (): number => clock.nowUs() / 1_000
  let killed = 0
  for (let life: Life | null = null, number = 1; ; number += 1) {
    const beganMs = nowMs()
    const leftover = life === null ? null : leftoverOf(life.run)
    life = await lives.play({
      runId: number === 1 ? 'sim' : `sim${number}`,
      killAt: kills[killed] ?? null,
      leftover,
      tradeMs: Math.max(tradeMs - beganMs, TRADE_MIN_MS),
    })
    const { result } = life
    if (result === null) {
      const { restartMs, stranger } = kills[killed]!
      if (stranger !== undefined) await openAsStranger(lives.stage, stranger)
      await clock.pass(restartMs)
      killed += 1
    } else if (killed > 0 && beganMs < (healsAtMs ?? 0) && life.run.baseline === null) await clock.pass(START_AGAIN_MS)
    else {
      const all = await lives.end(quietMsAfter(result, schedule))
      const run = withBans(all)
      const journals = lives.texts()
      const journal = journals.join('')
      const before = all.slice(0, -1)
      return { run, findings: checkJournal(run), result, output: life.output, journal, journals, before }
    }
  }
}

/** The last life's own journal, and the address bans that outlasted the lives before. */
export function withBans(lives: readonly Run[]): Run {
  const last = lives.at(-1)!
  const { faults } = last
  const bans = lives
    .slice(0, -1)
    .flatMap((life) => life.faults.applied.filter(({ data }) => data.verdict === 'http 403'))
  return { ...last, faults: { ...faults, applied: [...bans, ...faults.applied] } }
}
