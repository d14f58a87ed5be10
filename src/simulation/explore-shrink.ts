/**
 * Makes a failing schedule small: fewer faults, fewer changes, settings and a world as calm as they can be while the same
 * rule is still broken.
 *
 *   schedule ─► every way to be one step closer to the calm one ─► the first that still fails ─► again, until none does
 *
 * Works on the JSON and knows nothing of what it means: whatever is no schedule any more does not fail the same way.
 * fast-check shrinks what it drew; this shrinks any file, and by the same rule.
 */
import { calmOf } from './explore-calm.ts'
import type { ScheduleFile } from './explore-file.ts'

export interface Shrunk {
  readonly file: ScheduleFile
  /** Schedules played on the way. */
  readonly plays: number
}

/** How many faults, changes and kills a schedule has: what happens to the run, beside the calm it could have had. */
export function eventsOf({ faults, changes, kills = [] }: ScheduleFile): number {
  return faults.length + changes.length + kills.length
}

/**
 * Shrinks until nothing smaller fails, or so many schedules have been played. `fails` must be a function of the schedule
 * alone.
 */
export async function shrink(
  from: ScheduleFile,
  fails: (file: ScheduleFile) => Promise<boolean>,
  playsMax: number,
): Promise<Shrunk> {
  let file = eventsFirst(from)
  let plays = 0
  for (const candidate of withOneSymbol(file)) {
    if (plays === playsMax) return { file, plays }
    plays += 1
    if (!(await fails(candidate))) continue
    file = candidate
    break
  }
  const { value, plays: more } = await shrinkTowards(file, { calmFor: calmOf, fails, playsMax: playsMax - plays })
  return { file: value, plays: plays + more }
}

export interface Shrinking<T> {
  readonly calmFor: (value: T) => T
  readonly fails: (value: T) => Promise<boolean>
  readonly playsMax: number
}

/** Any JSON, brought as close to its calm form as it can be while it still fails. */
export async function shrinkTowards<T>(
  from: T,
  { calmFor, fails, playsMax }: Shrinking<T>,
): Promise<{ readonly value: T; readonly plays: number }> {
  let value = from
  let plays = 0
  // After a success the search goes on where it is: what came before has just been tried. The last round, in which
  // nothing is found any more, tries everything.
  for (let progressed = true; progressed; ) {
    progressed = false
    let skipped = 0
    for (let found = true; found; ) {
      found = false
      let at = 0
      for (const candidate of closer(value, calmFor(value)) as Generator<T>) {
        at += 1
        if (at <= skipped) continue
        if (plays === playsMax) return { value, plays }
        plays += 1
        skipped = at
        if (!(await fails(candidate))) continue
        value = candidate
        skipped = at - 1
        found = true
        progressed = true
        break
      }
    }
  }
  return { value, plays }
}

/** The same with one of its symbols alone, for each: what the rest says of the others goes with them. */
function* withOneSymbol(file: ScheduleFile): Generator<ScheduleFile> {
  const { settings, world, changes } = file
  const symbols = (settings['SYMBOLS_TO_TRADE'] ?? '').split(',')
  if (symbols.length < 2) return
  for (const symbol of symbols) {
    const ofIt = (list: unknown): unknown =>
      Array.isArray(list) ? list.filter((each) => each.symbol === symbol) : list
    const matching = isRecord(world['matching'])
      ? Object.entries(world['matching']).map(([key, value]) => [key, ofIt(value)])
      : []
    yield {
      ...file,
      settings: { ...settings, SYMBOLS_TO_TRADE: symbol },
      world: { ...world, instruments: ofIt(world['instruments']), matching: Object.fromEntries(matching) },
      changes: changes.filter(({ change }) => !('symbol' in change) || change.symbol === symbol),
    }
  }
}

/** What happens to a run is left out before its settings and its world are looked at. */
function eventsFirst({ about, faults, changes, kills, ...rest }: ScheduleFile): ScheduleFile {
  return {
    ...(about === undefined ? {} : { about }),
    faults,
    changes,
    ...(kills === undefined ? {} : { kills }),
    ...rest,
  }
}

/** Every value one step closer to `calm`, the largest steps first. Without a calm value: only what can be left out or be smaller. */
function* closer(value: unknown, calm?: unknown): Generator<unknown> {
  if (isSame(value, calm)) return
  if (calm !== undefined) yield calm
  if (Array.isArray(value)) yield* shorter(value, Array.isArray(calm) ? calm : undefined)
  else if (isRecord(value)) yield* plainer(value, isRecord(calm) ? calm : {})
  else if (typeof value === 'number' && calm === undefined) yield* smaller(value)
}

function* shorter(list: readonly unknown[], calm: readonly unknown[] = []): Generator<unknown> {
  for (let size = list.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < list.length; at += size) yield list.toSpliced(at, size)
  }
  if (list.length === 1) yield []
  for (const [at, item] of list.entries()) {
    for (const other of closer(item, calm[at])) yield list.with(at, other)
  }
}

function* plainer(record: Json, calm: Json): Generator<unknown> {
  for (const key of Object.keys(calm)) if (!(key in record)) yield { ...record, [key]: calm[key] }
  for (const key of Object.keys(record)) {
    const { [key]: value, ...rest } = record
    if (!(key in calm)) yield rest
    for (const other of closer(value, calm[key])) yield { ...record, [key]: other }
  }
}

function* smaller(value: number): Generator<number> {
  for (const other of [0, 1, Math.trunc(value / 2)]) if (Math.abs(other) < Math.abs(value)) yield other
}

type Json = Readonly<Record<string, unknown>>

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
