/**
 * A process that plays the schedules it is sent, one after another. Broken or not, it knows nothing of that.
 */
import { simulate } from '../simulate.ts'
import type { Schedule } from '../stage.ts'
import type { Played } from './played.ts'

process.on('message', async (schedule: Schedule) => {
  process.send?.(await played(schedule))
})

async function played(schedule: Schedule): Promise<Played> {
  try {
    const { journal, result } = await simulate(schedule)
    return { journal, exitCode: result.exitCode }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  }
}
