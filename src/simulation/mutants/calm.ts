/**
 * A schedule as what it has beside the calm one: small enough to be written down and read.
 *
 *   schedule ─► differences(schedule, calm) ─► kills.json ─► withDifferences(calm, …) ─► the same schedule
 */
import type { Schedule } from '../stage.ts'
import { schedule } from '../test-support/schedules.ts'

/** One trade in the calm world, nothing disturbed, and nothing said about it. */
export const CALM: Schedule = calm()

function calm(): Schedule {
  const plain = schedule()
  const { about: _, ...world } = plain.world
  return { ...plain, world }
}

/** What of a record is other than in `from`, records within records; a list is taken whole. */
export type Differences = { readonly [key: string]: unknown }

/** Throws when `value` lacks something that `from` has: that cannot be told. */
export function differences(value: object, from: object): Differences {
  const [mine, theirs] = [value, from] as [Differences, Differences]
  const missing = Object.keys(theirs).find((key) => !(key in mine))
  if (missing !== undefined) throw new Error(`no ${missing}`)
  const other = Object.keys(mine).filter((key) => JSON.stringify(mine[key]) !== JSON.stringify(theirs[key]))
  return Object.fromEntries(
    other.map((key) => {
      const [a, b] = [mine[key], theirs[key]]
      return [key, isRecord(a) && isRecord(b) ? differences(a, b) : a]
    }),
  )
}

export function withDifferences<T extends object>(from: T, changes: Differences): T {
  const entries = Object.entries(changes).map(([key, change]) => {
    const before = (from as Differences)[key]
    return [key, isRecord(before) && isRecord(change) ? withDifferences(before, change) : change]
  })
  return { ...from, ...Object.fromEntries(entries) }
}

function isRecord(value: unknown): value is Differences {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
