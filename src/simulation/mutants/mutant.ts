/**
 * A deliberately broken executor, reconciler or venue client: a patch, what it does wrong, and where that was seen.
 */
import type { Patch } from './patch.ts'

export interface Mutant extends Patch {
  /** What it does wrong, as one would say it of a bot. */
  readonly why: string
  /** A public thread that tells of this failure, `owner/repository#number`; null when it is from our own list of failures. */
  readonly modelledOn: string | null
}
