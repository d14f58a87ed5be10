/**
 * A schedule that mutants are put to.
 */
import type { Schedule } from '../stage.ts'

export interface Trial {
  readonly name: string
  readonly schedule: Schedule
}
