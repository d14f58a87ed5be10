/**
 * Crash points: a schedule is played, its process killed at one of its calls to the world, and another one started from
 * the journal the first left behind, against the same venue. Every call has its turn.
 *
 *   life 1 ─► ☠ before, within or after call n ─► journal as written ─► life 2: recovers, trades, ends ─► the venue's books
 *
 * Two points with the same future are played once. Of a dead process nothing remains but what it has done to the world,
 * so two kills at one moment, with nothing done to the world in between, lead to the same.
 */
import type { Leftover } from '../domain/leftover.ts'
import { checkJournal } from '../journal/checks.ts'
import { leftoverOf } from '../journal/leftover.ts'
import type { Run } from '../journal/run.ts'
import type { RunResult } from '../runtime-types.ts'
import { meantAndSent, openLives } from './lives.ts'
import type { CrashPoint, SeamCall } from './mortal.ts'
import type { Schedule, Stranger } from './stage.ts'
import { leftAtVenue, openAsStranger } from './stranger.ts'

export interface CrashOptions {
  readonly schedule: Schedule
  /** Where each life but the last is killed; null: it ends by itself, and the next one is asked to close what it left. */
  readonly kills: readonly (CrashPoint | null)[]
  /** From a kill to the next start, ms. */
  readonly restartMs: number
  /** What the lives after the first trade for before they are stopped, ms. */
  readonly afterMs: number
  /** Somebody else opens so much in the account while no process of ours runs. */
  readonly stranger?: Stranger
  /** Started without the journal of the life before: how it would be without recovery. Default false. */
  readonly forgets?: boolean
}

export interface Crashed {
  readonly lives: readonly Run[]
  /** Calls of every life. */
  readonly calls: readonly (readonly SeamCall[])[]
  readonly result: RunResult
  /** How long it all took, virtual ms. */
  readonly virtualMs: number
  /** What is wrong, one sentence each. */
  readonly wrong: readonly string[]
}

const QUIET_MS = 3_000

/** Plays the lives one after another. Throws when one neither ends nor is killed. */
export async function playCrash(options: CrashOptions): Promise<Crashed> {
  const { schedule, kills } = options
  const lives = openLives(schedule)
  const { stage } = lives
  const calls: (readonly SeamCall[])[] = []
  let leftover: Leftover | null = null
  for (let life = 0; ; life += 1) {
    const tradeMs = life === 0 ? schedule.tradeMs : options.afterMs
    const {
      run,
      result,
      calls: made,
    } = await lives.play({
      runId: `life${life + 1}`,
      killAt: kills[life] ?? null,
      leftover,
      tradeMs,
    })
    calls.push(made)
    if (result !== null && life >= kills.length) {
      const all = await lives.end(QUIET_MS)
      const virtualMs = stage.clock.nowUs() / 1_000
      return { lives: all, calls, result, virtualMs, wrong: whatIsWrong(all, result, options.stranger) }
    }
    leftover = options.forgets === true ? null : leftoverOf(run, { asked: result !== null })
    if (life === 0 && options.stranger !== undefined) await openAsStranger(stage, options.stranger)
    await stage.clock.pass(options.restartMs)
  }
}

function whatIsWrong(lives: readonly Run[], result: RunResult, stranger: Stranger | undefined): string[] {
  const last = lives.at(-1)!
  const promises = checkJournal(last).filter(({ verdict }) => verdict !== 'pass')
  return [
    ...(result.exitCode === 0 ? [] : [`exit ${result.exitCode}: ${result.reason}`]),
    ...promises.map(({ promise, verdict, summary }) => `${promise} ${verdict}: ${summary}`),
    ...meantAndSent(lives),
    ...leftAtVenue(last, stranger),
  ]
}

/** Every point of a life's calls, each with what it leads to: points that share it share their future. */
function crashPoints(calls: readonly SeamCall[]): { readonly point: CrashPoint; readonly future: string }[] {
  let effects = 0
  return calls.flatMap(({ atUs, effect, isWrite }, index) => {
    const call = index + 1
    const before = { point: { call, moment: 'before' } as const, future: `${atUs} ${effects}` }
    const within = { point: { call, moment: 'within' } as const, future: `${atUs} ${effects} torn` }
    if (effect) effects += 1
    const after = { point: { call, moment: 'after' } as const, future: `${atUs} ${effects}` }
    return isWrite ? [before, within, after] : [before, after]
  })
}

export interface CrashStudy {
  /** Points: every call, before and after it, and within every write. */
  readonly points: number
  /** Of those with a future of their own: so many were played. */
  readonly played: number
  /** Virtual time of all of them together, ms. */
  readonly virtualMs: number
  readonly failures: readonly { readonly point: CrashPoint; readonly call: string; readonly wrong: readonly string[] }[]
}

/**
 * Plays every crash point of the life that follows `before`, up to the first call that `until` names (default: to its end).
 * A life that cannot be played to its end is a failure as well.
 */
export async function playEveryCrash(
  options: Omit<CrashOptions, 'kills'>,
  { before = [], until }: { readonly before?: readonly CrashPoint[]; readonly until?: string } = {},
): Promise<CrashStudy> {
  const { calls } = await playCrash({ ...options, kills: before })
  const all = calls[before.length]!
  const end = until === undefined ? -1 : all.findIndex(({ what }) => what === until)
  const points = crashPoints(end < 0 ? all : all.slice(0, end + 1))
  const distinct = new Map(points.map(({ future, point }) => [future, point]))
  const failures: CrashStudy['failures'][number][] = []
  let virtualMs = 0
  for (const point of distinct.values()) {
    const call = all[point.call - 1]!.what
    try {
      const crashed = await playCrash({ ...options, kills: [...before, point] })
      virtualMs += crashed.virtualMs
      if (crashed.wrong.length > 0) failures.push({ point, call, wrong: crashed.wrong })
    } catch (error) {
      failures.push({ point, call, wrong: [String(error)] })
    }
  }
  return { points: points.length, played: distinct.size, virtualMs, failures }
}
