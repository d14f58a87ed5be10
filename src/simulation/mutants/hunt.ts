/**
 * One mutant against the trials: what notices it, how often, and the smallest schedule that still does.
 */
import type { Schedule } from '../stage.ts'
import type { Mutant } from './mutant.ts'
import { compare, judge, type Noticed, type Verdict } from './played.ts'
import { createPlayer, type Player } from './player.ts'
import type { Trial } from './trial.ts'

/** Plays schedules with nothing broken; each once. */
export interface Control {
  verdictOf(schedule: Schedule): Promise<Verdict>
  [Symbol.dispose](): void
}

export function createControl(): Control {
  const player = createPlayer(null)
  const known = new Map<string, Verdict>()
  return {
    async verdictOf(schedule) {
      const key = JSON.stringify(schedule)
      const verdict = known.get(key) ?? judge(await player.play(schedule))
      known.set(key, verdict)
      return verdict
    },
    [Symbol.dispose]: () => player[Symbol.dispose](),
  }
}

export interface Kill extends Noticed {
  readonly trial: string
  readonly schedule: Schedule
}

/** The first trial that notices the mutant, or null. */
export async function firstKill(mutant: Mutant, trials: readonly Trial[], control: Control): Promise<Kill | null> {
  using player = createPlayer(mutant)
  for (const trial of trials) {
    const noticed = await noticedIn(trial.schedule, player, control)
    if (noticed !== null) return { ...noticed, trial: trial.name, schedule: trial.schedule }
  }
  return null
}

/** Every trial that notices it. */
export async function allKills(mutant: Mutant, trials: readonly Trial[], control: Control): Promise<Kill[]> {
  using player = createPlayer(mutant)
  const kills: Kill[] = []
  for (const trial of trials) {
    const noticed = await noticedIn(trial.schedule, player, control)
    if (noticed !== null) kills.push({ ...noticed, trial: trial.name, schedule: trial.schedule })
  }
  return kills
}

async function noticedIn(schedule: Schedule, player: Player, control: Control): Promise<Noticed | null> {
  const sane = await control.verdictOf(schedule)
  return compare(sane, judge(await player.play(schedule)))
}

/** Faults and changes taken away one by one, as long as the same check still notices the mutant. */
export async function shrink(mutant: Mutant, kill: Kill, control: Control): Promise<Schedule> {
  using player = createPlayer(mutant)
  let smallest = kill.schedule
  for (let found = true; found; ) {
    found = false
    for (const smaller of smallerOnes(smallest)) {
      const noticed = await noticedIn(smaller, player, control)
      if (noticed?.check !== kill.check) continue
      smallest = smaller
      found = true
      break
    }
  }
  return smallest
}

function smallerOnes(schedule: Schedule): Schedule[] {
  const { faults } = schedule.faults
  const { changes = [] } = schedule
  return [
    ...faults.map((_, i) => ({ ...schedule, faults: { faults: faults.toSpliced(i, 1) } })),
    ...changes.map((_, i) => ({ ...schedule, changes: changes.toSpliced(i, 1) })),
  ]
}

/** Faults and changes of a schedule in words; `calm` when there are none. */
export function inWords({ faults: { faults }, changes = [], world, clockAheadMs = 0 }: Schedule): string {
  const words = [
    ...faults.map(({ name }) => name),
    ...changes.flatMap(({ change }) => (idle(change) ? [] : [JSON.stringify(change)])),
    ...(world.matching.partialFills.length > 0 ? ['a fill in pieces'] : []),
    ...(clockAheadMs === 0 ? [] : [`clock ${clockAheadMs} ms ahead`]),
  ]
  return words.length === 0 ? 'calm' : words.join('; ')
}

function idle(change: object): boolean {
  return 'delayMs' in change && change.delayMs === 0
}
