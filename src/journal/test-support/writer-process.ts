/**
 * A process that writes a journal: path, writer, how many lines, and "stay" to hang about afterwards until killed.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../../seams/clock.ts'
import { openJournal } from '../append.ts'
import type { Writer } from '../events.ts'

const [, , path, by, count, stay] = process.argv
const journal = openJournal({ path: path!, by: by as Writer, clock: systemClock })
for (let i = 0; i < Number(count); i += 1) {
  journal.append('run.warned', { message: `${by} ${i} ${'x'.repeat(i)}` })
  journal.flush()
}
process.stdout.write('written\n')
if (stay === 'stay') await sleep(60_000)
journal.close()
