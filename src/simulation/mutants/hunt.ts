/**
 * One mutant against the trials: what notices it, how often, and the smallest schedule that still does.
 */
import { worldChange } from '../../exchange/admin.ts'
import type { World } from '../../exchange/world.ts'
import { parsePlan } from '../../faults/plan.ts'
import type { PromiseId } from '../../journal/finding.ts'
import { shrinkTowards } from '../explore-shrink.ts'
import type { Kill as ProcessKill, Schedule } from '../stage.ts'
import { CALM, differences } from './calm.ts'
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
      const verdict = known.get(key) ?? judge(schedule, await player.play(schedule))
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
  return compareIn(await control.verdictOf(schedule), judge(schedule, await player.play(schedule)))
}

/** What is no schedule says nothing of anybody. */
function compareIn(sane: Verdict, broken: Verdict): Noticed | null {
  return sane.failure === null ? compare(sane, broken) : null
}

/** Promises say most; that a fault never met its moment (P10) says least. */
function strength({ check }: Kill): number {
  if (check === 'P10') return 2
  return isPromise({ check }) ? 0 : 1
}

function isPromise({ check }: Pick<Kill, 'check'>): boolean {
  return check.startsWith('P')
}

/** The kill to tell of: by the strongest check, in the schedule with the least in it. */
export function bestOf(kills: readonly Kill[]): Kill | null {
  const sizeOf = ({ schedule }: Kill): number => schedule.faults.faults.length + (schedule.changes?.length ?? 0)
  return kills.toSorted((a, b) => strength(a) - strength(b) || sizeOf(a) - sizeOf(b))[0] ?? null
}

/** Schedules played on the way, at most. */
const PLAYS_MAX = 150

/**
 * The schedule as close to the calm one as it can be while the same check still notices the mutant: by the explorer's own
 * shrinker.
 */
export async function shrunk(mutant: Mutant, kill: Kill, control: Control): Promise<Schedule> {
  using player = createPlayer(mutant)
  const fails = async (candidate: Schedule): Promise<boolean> => {
    if (!isPlayable(candidate)) return false
    const verdict = judge(candidate, await player.play(candidate))
    // What a promise noticed is asked of the broken one alone first: most candidates end there.
    if (isPromise(kill) && !verdict.broken.has(kill.check as PromiseId)) return false
    if (kill.check === 'lives' && verdict.lives.length === 0) return false
    return compareIn(await control.verdictOf(candidate), verdict)?.check === kill.check
  }
  const { faults, changes, ...rest } = kill.schedule
  let from: Schedule = { faults, ...(changes === undefined ? {} : { changes }), ...rest }
  // Its symbols and their world are one: they are calm together or not at all.
  const { world } = CALM
  const tamed = { ...from, world, config: { ...from.config, symbols: CALM.config.symbols } }
  if (await fails(tamed)) from = tamed
  const { value } = await shrinkTowards(from, { calmFor: () => CALM, fails, playsMax: PLAYS_MAX })
  return value
}

/** Whatever is left out of a fault, a change or a kill, it must still be one. */
function isPlayable({ faults, changes = [], kills = [] }: Schedule): boolean {
  try {
    parsePlan(faults)
  } catch {
    return false
  }
  if (!kills.every(isKill)) return false
  return changes.every(({ atMs, change }) => Number.isFinite(atMs) && worldChange.safeParse(change).success)
}

function isKill({ call, moment, restartMs, fromMs = 0 }: Partial<ProcessKill>): boolean {
  const isMoment = moment === 'before' || moment === 'within' || moment === 'after'
  return isMoment && Number(call) >= 1 && Number(restartMs) >= 0 && Number.isFinite(fromMs)
}

/** Does the schedule still tell the mutant from the sane source? */
export async function isNoticed(mutant: Mutant, schedule: Schedule, control: Control): Promise<Noticed | null> {
  using player = createPlayer(mutant)
  return await noticedIn(schedule, player, control) // awaited here: the player is gone when this returns
}

/** What a schedule has beside the calm one, in words; `calm` when that is nothing. */
export function inWords(schedule: Schedule): string {
  const { faults, changes = [], kills = [], world, config, latency, tradeMs, clockAheadMs = 0 } = schedule
  const settings = Object.entries(differences(config, CALM.config))
  const words = [
    ...faults.faults.map(({ name }) => name.replace(/ \{.*\}$/, '')),
    ...changes.flatMap(({ atMs, change }) => (idle(change) ? [] : [`${atMs} ms: ${change.do}`])),
    ...kills.map(killText),
    ...(world.matching.partialFills.length > 0 ? ['fills in pieces'] : []),
    ...(world.matching.ackDelayMs > 0 ? ['matched late'] : []),
    ...OWN.flatMap(([key, word]) => (isSame(world[key], CALM.world[key]) ? [] : [`${word} of its own`])),
    ...(clockAheadMs === 0 ? [] : [`clock off by ${clockAheadMs} ms`]),
    ...(isSame(latency, CALM.latency) ? [] : [`latency ${latency.fromMs} to ${latency.toMs} ms`]),
    ...(tradeMs === CALM.tradeMs ? [] : [`${tradeMs} ms`]),
    ...settings.map(([key, value]) => `${key} ${String(value)}`),
  ]
  return words.length === 0 ? 'calm' : words.join('; ')
}

function killText({ of = '', call, moment, restartMs, stranger }: ProcessKill): string {
  const while_ = stranger === undefined ? '' : `, ${stranger.lots} lots of ${stranger.symbol} opened by somebody else`
  return `killed ${moment} call ${call}${of === '' ? '' : ` of ${of}`}, again after ${restartMs} ms${while_}`
}

/** Parts of a world that are named when they are not the calm one's. */
const OWN: readonly (readonly [keyof World, string])[] = [
  ['instruments', 'a market'],
  ['accounts', 'an account'],
  ['doubts', 'doubts'],
  ['readLagMs', 'a read lag'],
]

function idle(change: object): boolean {
  return 'delayMs' in change && change.delayMs === 0
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
