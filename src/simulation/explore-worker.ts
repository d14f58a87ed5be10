/**
 * A process that explores a part of a range for its parent: the range comes as its argument, counts and failures leave as
 * messages, and it ends when it is through, or when nobody listens any more.
 */
import { explore, type Failure, type Range } from './explore.ts'
import type { Tally } from './explore-tally.ts'

export type WorkerMessage = { readonly tally: Tally } | { readonly failure: Failure }

/** Counts are handed on so often: seldom enough to cost nothing, often enough to watch. */
const PLAYED_PER_MESSAGE = 25

process.on('disconnect', () => process.exit())
const range = JSON.parse(process.argv[2] ?? 'null') as Range
const tell = (message: WorkerMessage): void => {
  process.send?.(message)
}
let last: Tally | null = null
await explore(range, {
  onPlayed: (tally) => {
    const isFull = tally.played >= PLAYED_PER_MESSAGE
    if (isFull) tell({ tally })
    last = isFull ? null : tally
    return isFull
  },
  onFailure: (failure) => tell({ failure }),
})
if (last !== null) tell({ tally: last })
process.disconnect()
