/**
 * What came of a schedule, as data: what a child process hands back, and what the untouched parent makes of it.
 *
 *   journals of the child ─► parsed and judged here ─► Verdict ─┐
 *   the same schedule, nothing broken ───────────────► Verdict ─┴─► which check noticed, or none
 */
import { checkJournal } from '../../journal/checks.ts'
import type { PromiseId } from '../../journal/finding.ts'
import { parseJournal } from '../../journal/read.ts'
import { endOf, type TradeEnd } from '../end.ts'
import { withBans } from '../killed.ts'
import { meantAndSent } from '../lives.ts'
import type { Schedule } from '../stage.ts'
import { leftAtVenue } from '../stranger.ts'

/** What a child says of one schedule: a journal for each life of its process, and how the last one ended. */
export type Played =
  | { readonly journals: readonly string[]; readonly exitCode: number; readonly output: string }
  | { readonly failure: string }

export interface Verdict {
  /** Why there is nothing to judge: the run threw, hung, or its process died; null otherwise. */
  readonly failure: string | null
  /** Promises that did not hold, each with what is said of it. */
  readonly broken: ReadonlyMap<PromiseId, string>
  /** Of a process that was killed: what is wrong with all its lives together, one sentence each. */
  readonly lives: readonly string[]
  /** Of the first trade; null where the process was killed, since its next one trades in another market. */
  readonly end: TradeEnd | null
  readonly exitCode: number | null
}

/** Judged by the parent's own code, so that a broken source cannot speak for itself. */
export function judge({ kills = [] }: Schedule, played: Played): Verdict {
  if ('failure' in played) return { failure: played.failure, broken: new Map(), lives: [], end: null, exitCode: null }
  const lives = played.journals.map((journal) => parseJournal(journal, 'mutant'))
  const run = withBans(lives)
  const findings = checkJournal(run).filter(({ verdict }) => verdict !== 'pass')
  const broken = new Map(findings.map(({ promise, summary }) => [promise, summary]))
  const said = { failure: null, broken, exitCode: played.exitCode }
  if (lives.length === 1) return { ...said, lives: [], end: endOf(run) }
  const left = leftAtVenue(run, kills.find(({ stranger }) => stranger !== undefined)?.stranger)
  const denied = left.length > 0 && played.output.includes('Flat: no position') ? ['says that it is flat'] : []
  return { ...said, lives: [...meantAndSent(lives), ...left, ...denied], end: null }
}

/** `check`: a promise, or `lives`, `end`, `exit code`, `run`. */
export interface Noticed {
  readonly check: string
  readonly how: string
}

/**
 * What is worse than in the same schedule with nothing broken; null when nothing is. Promises come first, then what all lives
 * answer for together, then how the run ended; that a fault never met its moment (P10) is the weakest sign, since it also tells of a changed but sane conduct.
 */
export function compare(sane: Verdict, mutant: Verdict): Noticed | null {
  if (mutant.failure !== null) return { check: 'run', how: mutant.failure }
  const news = [...mutant.broken].filter(([promise]) => !sane.broken.has(promise))
  const [strongest] = news.filter(([promise]) => promise !== 'P10')
  if (strongest !== undefined) return { check: strongest[0], how: strongest[1] }
  const [wrong] = mutant.lives.filter((what) => !sane.lives.includes(what))
  if (wrong !== undefined) return { check: 'lives', how: wrong }
  if (mutant.end !== sane.end) return { check: 'end', how: `${mutant.end} instead of ${sane.end}` }
  if (mutant.exitCode !== sane.exitCode) return { check: 'exit code', how: `${mutant.exitCode}, not ${sane.exitCode}` }
  const [void_] = news
  return void_ === undefined ? null : { check: void_[0], how: void_[1] }
}
