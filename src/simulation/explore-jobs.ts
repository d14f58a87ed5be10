/**
 * Divides a range among processes, or explores it in this one: what comes out is the same, in another order.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { explore, type Failure, type Range } from './explore.ts'
import type { Tally } from './explore-tally.ts'
import type { WorkerMessage } from './explore-worker.ts'

/**
 * A schedule leaves some 3 MB of garbage: with twice the usual room for what is new, less of it is still in use when the
 * room is full, and less is copied.
 */
const WORKER_FLAGS = ['--max-semi-space-size=32']

export interface JobHooks {
  onTally(part: Tally): void
  onFailure(failure: Failure): void
}

/** The i-th of n nearly equal parts of a range, i from 1. */
export function partOf({ seed, from, to }: Range, part: number, parts: number): Range {
  const at = (share: number): number => from + Math.floor(((to - from) * share) / parts)
  return { seed, from: at(part - 1), to: at(part) }
}

/** Resolves when every part has been explored. Rejects when a process ends before that. */
export async function exploreWith(jobs: number, range: Range, hooks: JobHooks): Promise<void> {
  if (jobs === 1) return inThisProcess(range, hooks)
  const parts = Array.from({ length: jobs }, (_, at) => partOf(range, at + 1, jobs))
  await Promise.all(parts.map((part) => inAnotherProcess(part, hooks)))
}

function inThisProcess(range: Range, { onTally, onFailure }: JobHooks): Promise<void> {
  return explore(range, {
    onPlayed: (tally) => {
      onTally(tally)
      return true
    },
    onFailure,
  })
}

async function inAnotherProcess(range: Range, { onTally, onFailure }: JobHooks): Promise<void> {
  const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = fileURLToPath(new URL(`./explore-worker.${suffix}`, import.meta.url))
  const child = fork(worker, [JSON.stringify(range)], { execArgv: [...process.execArgv, ...WORKER_FLAGS] })
  child.on('message', (message: WorkerMessage) => {
    if ('tally' in message) onTally(message.tally)
    else onFailure(message.failure)
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (code !== 0) throw new Error(`a worker for ${range.from} to ${range.to - 1} ended with ${code ?? signal}`)
}
