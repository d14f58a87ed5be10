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

/** Promises say most; that a fault never met its moment (P10) says least. */
function strength({ check }: Kill): number {
  if (check === 'P10') return 2
  return check.startsWith('P') ? 0 : 1
}

/** The kill to tell of: by the strongest check, in the schedule with the least in it. */
export function bestOf(kills: readonly Kill[]): Kill | null {
  const sizeOf = ({ schedule }: Kill): number => schedule.faults.faults.length + (schedule.changes?.length ?? 0)
  return kills.toSorted((a, b) => strength(a) - strength(b) || sizeOf(a) - sizeOf(b))[0] ?? null
}

/** What is left of a trial's schedule: indexes of its faults and of its changes. */
export interface Kept {
  readonly faults: readonly number[]
  readonly changes: readonly number[]
}

export function reduced(schedule: Schedule, kept: Kept): Schedule {
  const { faults } = schedule.faults
  const changes = kept.changes.map((i) => schedule.changes![i]!)
  return { ...schedule, faults: { faults: kept.faults.map((i) => faults[i]!) }, changes }
}

/** Faults and changes taken away one by one, as long as the same check still notices the mutant. */
export async function shrink(mutant: Mutant, kill: Kill, control: Control): Promise<Kept> {
  using player = createPlayer(mutant)
  const { faults, changes = [] } = kill.schedule
  let kept: Kept = { faults: [...faults.faults.keys()], changes: [...changes.keys()] }
  for (let found = true; found; ) {
    found = false
    for (const smaller of smallerOnes(kept)) {
      const noticed = await noticedIn(reduced(kill.schedule, smaller), player, control)
      if (noticed?.check !== kill.check) continue
      kept = smaller
      found = true
      break
    }
  }
  return kept
}

function smallerOnes({ faults, changes }: Kept): Kept[] {
  return [
    ...faults.map((_, i) => ({ faults: faults.toSpliced(i, 1), changes })),
    ...changes.map((_, i) => ({ faults, changes: changes.toSpliced(i, 1) })),
  ]
}

/** Does the schedule still tell the mutant from the sane source? */
export async function isNoticed(mutant: Mutant, schedule: Schedule, control: Control): Promise<Noticed | null> {
  using player = createPlayer(mutant)
  return noticedIn(schedule, player, control)
}

/** Faults and changes of a schedule in words; `calm` when there are none. */
export function inWords({ faults: { faults }, changes = [], world, clockAheadMs = 0 }: Schedule): string {
  const words = [
    ...faults.map(({ name }) => name.replace(/ \{.*\}$/, '')),
    ...changes.flatMap(({ atMs, change }) => (idle(change) ? [] : [`${atMs} ms: ${change.do}`])),
    ...(world.matching.partialFills.length > 0 ? ['fills in pieces'] : []),
    ...(world.matching.ackDelayMs > 0 ? ['matched late'] : []),
    ...(clockAheadMs === 0 ? [] : [`clock off by ${clockAheadMs} ms`]),
  ]
  return words.length === 0 ? 'calm' : words.join('; ')
}

function idle(change: object): boolean {
  return 'delayMs' in change && change.delayMs === 0
}
