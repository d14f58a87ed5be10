/**
 * After a run: the venue's own books, asked by the parent with the runtime gone, go into the same journal. Then it is judged.
 */
import type { Config } from './config.ts'
import { readCounters } from './exchange/spawn.ts'
import { openReader } from './execution/reader.ts'
import { readTruth } from './execution/truth.ts'
import { openJournal } from './journal/append.ts'
import { checkJournal } from './journal/checks.ts'
import type { Finding } from './journal/finding.ts'
import { readJournal } from './journal/read.ts'
import { linesOf, type Run } from './journal/run.ts'
import { symbolsBeside } from './recover-first.ts'
import { systemClock } from './seams/clock.ts'

export interface Aftermath {
  readonly run: Run
  readonly findings: readonly Finding[]
}

/** The venue's books are asked from so long before the run began: clocks differ a little, ms. */
const BEFORE_MS = 2_000

/** Completes a run's journal with the venue's truth and checks every promise. Without truth the checks say unknown. */
export async function judgeRun(config: Config, journalPath: string, adminUrl: string | null): Promise<Aftermath> {
  const before = readJournal(journalPath)
  if (before.started !== null) await recordTruth({ config, journalPath, adminUrl, run: before })
  const run = readJournal(journalPath)
  return { run, findings: checkJournal(run) }
}

async function recordTruth(parts: {
  config: Config
  journalPath: string
  adminUrl: string | null
  run: Run
}): Promise<void> {
  const { config, journalPath, adminUrl, run } = parts
  const { apiKey, apiSecret } = config
  const leftover = linesOf(run, 'recovery.started')[0]?.data
  const symbols = [...config.symbols, ...(leftover === undefined ? [] : symbolsBeside(leftover, config.symbols))]
  // What was recovered is judged as well, from its first order on.
  const sinceVenueMs = Math.min(run.started!.data.clock.venueMs, leftover?.sinceVenueMs ?? Number.POSITIVE_INFINITY)
  await using journal = openJournal({
    path: journalPath,
    by: 'harness',
    clock: systemClock,
    secrets: [apiSecret, apiKey],
  })
  try {
    await using reader = await openReader({ ...config, symbols })
    const truth = await readTruth(reader.rest, symbols, sinceVenueMs - BEFORE_MS)
    const venueCounters = adminUrl === null ? null : numbersOf(await readCounters(adminUrl))
    journal.append('venue.truth', { ...truth, venueCounters })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    journal.append('run.warned', { message: `the venue's books could not be read: ${message}` })
  }
}

/** Flattens nested counters to `outer.inner`. */
function numbersOf(value: object, prefix = ''): Record<string, number> {
  const flat: Record<string, number> = {}
  for (const [name, inner] of Object.entries(value) as [string, unknown][]) {
    if (typeof inner === 'number') flat[prefix + name] = inner
    else if (typeof inner === 'object' && inner !== null) Object.assign(flat, numbersOf(inner, `${prefix}${name}.`))
  }
  return flat
}
