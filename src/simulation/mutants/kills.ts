/**
 * What noticed each mutant, as it was found last: written by hunt-command.ts, held by kills.test.ts, shown in MUTANTS.md.
 */
import { existsSync, readFileSync } from 'node:fs'
import type { Differences } from './calm.ts'

export interface Killed {
  readonly mutant: string
  /** By a trial's schedule: which check, in how many of how many trials, and the least of the schedule that it takes. */
  readonly trial: {
    readonly name: string
    readonly check: string
    readonly how: string
    readonly kills: number
    readonly of: number
    /** What the minimal schedule has beside the calm one. */
    readonly beside: Differences
    /** The same in words. */
    readonly smallest: string
  } | null
  /** By no schedule, but by a test beside the source. */
  readonly test: { readonly file: string; readonly name: string } | null
}

export const KILLS_FILE = new URL('kills.json', import.meta.url)

export function readKills(): Killed[] {
  return JSON.parse(readFileSync(KILLS_FILE, 'utf8')) as Killed[]
}

/** The first scenario that noticed a mutant, of all of them; mutants that were not put to them have none of these. */
export interface ScenarioKill {
  readonly mutant: string
  readonly scenario: string | null
  readonly how: string
  /** Of those that no run noticed: the files that pass as a whole with it. The others it was not put to. */
  readonly passed?: readonly string[]
}

export const SCENARIO_KILLS_FILE = new URL('scenario-kills.json', import.meta.url)

export function readScenarioKills(): ScenarioKill[] {
  if (!existsSync(SCENARIO_KILLS_FILE)) return []
  return JSON.parse(readFileSync(SCENARIO_KILLS_FILE, 'utf8')) as ScenarioKill[]
}
