/**
 * All mutants, by the part they break.
 */
import type { Mutant } from './mutant.ts'
import { OF_BOOKS } from './of-books.ts'
import { OF_FACTS } from './of-facts.ts'
import { OF_MONEY } from './of-money.ts'
import { OF_RECOVERY } from './of-recovery.ts'
import { OF_RULES } from './of-rules.ts'
import { OF_VENUE } from './of-venue.ts'

export const MUTANTS: readonly Mutant[] = [
  ...OF_RULES,
  ...OF_FACTS,
  ...OF_BOOKS,
  ...OF_VENUE,
  ...OF_MONEY,
  ...OF_RECOVERY,
]
