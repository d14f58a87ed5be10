/**
 * Who looks at a venue, and who disturbs it, as the command line asks: a fault plan, handlers, a journal. Each is loaded
 * only when it is asked for.
 */
import { statSync } from 'node:fs'
import type { FaultPlan } from '../faults/plan-types.ts'
import { systemClock } from '../seams/clock.ts'
import type { ExchangeOptions } from './server.ts'
import type { AskHandlers } from './user-handlers.ts'

export interface WatchedArguments {
  readonly faultsFile: string | null
  readonly handlersFile: string | null
  readonly journalFile: string | null
}

export interface Watching extends Disposable {
  /** For `startExchange`. */
  readonly options: Pick<ExchangeOptions, 'faults' | 'watch'>
}

/** Null when something is wrong with the files; what, is in `problems`. Dispose it once the exchange is closed. */
export async function openWatching(
  { faultsFile, handlersFile, journalFile }: WatchedArguments,
  seed: string,
  problems: string[],
): Promise<Watching | null> {
  const plan = faultsFile === null ? null : await readPlan(faultsFile, problems)
  const userHandlers = handlersFile === null ? null : await readHandlers(handlersFile, problems)
  if (journalFile !== null && (statSync(journalFile, { throwIfNoEntry: false })?.size ?? 0) > 0)
    problems.push(`--journal ${journalFile}: it holds something already; a journal holds one run`)
  const journal = problems.length > 0 ? null : await openJournal(journalFile, seed, plan, problems)
  if (problems.length > 0) return null

  const isDisturbed = plan !== null || userHandlers !== null
  const faults = isDisturbed ? await openFaults(plan ?? { faults: [] }, userHandlers, journalFile) : null
  return {
    options: {
      ...(faults === null ? {} : { faults }),
      ...(journal === null ? {} : { watch: journal.watch }),
    },
    [Symbol.dispose]: () => journal?.close('closed on request'),
  }
}

async function openFaults(plan: FaultPlan, userHandlers: AskHandlers | null, journalPath: string | null) {
  const { openVenueFaults } = await import('./venue-faults.ts')
  return openVenueFaults({ plan, clock: systemClock, journalPath, ...(userHandlers === null ? {} : { userHandlers }) })
}

async function openJournal(path: string | null, seed: string, plan: FaultPlan | null, problems: string[]) {
  if (path === null) return null
  const { openVenueJournal } = await import('./venue-journal.ts')
  try {
    const plannedFaults = plan?.faults.map(({ name }) => name) ?? []
    return openVenueJournal({ path, clock: systemClock, seed, plannedFaults })
  } catch (error) {
    problems.push(`--journal ${path}: ${(error as Error).message}`)
    return null
  }
}

async function readPlan(path: string, problems: string[]): Promise<FaultPlan | null> {
  try {
    return (await import('./venue-faults.ts')).readPlanFile(path)
  } catch (error) {
    problems.push(`--faults ${path}: ${(error as Error).message}`)
    return null
  }
}

async function readHandlers(path: string, problems: string[]): Promise<AskHandlers | null> {
  try {
    return await (await import('./user-handlers.ts')).readHandlersFile(path)
  } catch (error) {
    problems.push(`--fault-handlers ${path}: ${(error as Error).message}`)
    return null
  }
}
