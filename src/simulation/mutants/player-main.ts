/**
 * A process that plays the schedules it is sent, one after another. Broken or not, it knows nothing of that.
 */
import type { Explored } from '../explore-file.ts'
import { simulateKilled } from '../killed.ts'
import { simulate } from '../simulate.ts'
import type { Schedule } from '../stage.ts'
import type { Played } from './played.ts'

process.on('message', async (schedule: Schedule) => {
  process.send?.(await played(schedule))
})

async function played(schedule: Schedule & Partial<Pick<Explored, 'healsAtMs'>>): Promise<Played> {
  try {
    if (schedule.kills?.length) {
      const { journals, result, output } = await simulateKilled(schedule, schedule.healsAtMs ?? null)
      return { journals, exitCode: result.exitCode, output }
    }
    const { journal, result, output } = await simulate(schedule)
    return { journals: [journal], exitCode: result.exitCode, output }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  }
}
