/**
 * What an exploration has seen so far, as counts: plain JSON, so that a worker's can be added to everybody's.
 */

import { addCoverage, type Coverage, cover, newCoverage } from './coverage.ts'
import { coverageSummary } from './coverage-pairs.ts'
import { classOf } from './explore-faults.ts'
import { endsOf, type PlayedSchedule } from './explore-play.ts'

export interface Tally {
  played: number
  violated: number
  /** Schedules in which at least one planned fault never fired (P10 would call them void). */
  unfired: number
  /** Runs that had to trade again once their world had healed, and did. */
  tradedAgain: number
  /** In how many schedules each class of faults struck. */
  readonly classes: Record<string, number>
  /** How often each verdict was carried out. */
  readonly verdicts: Record<string, number>
  /** How trades and runs ended. */
  readonly ends: Record<string, number>
  /** What of the tables of orders, trades, faults and recovery was exercised. */
  readonly coverage: Coverage
}

export function newTally(): Tally {
  return {
    played: 0,
    violated: 0,
    unfired: 0,
    tradedAgain: 0,
    classes: {},
    verdicts: {},
    ends: {},
    coverage: newCoverage(),
  }
}

export function count(tally: Tally, one: PlayedSchedule): void {
  tally.played += 1
  if (one.violations.length > 0) tally.violated += 1
  for (const end of endsOf(one)) add(tally.ends, end, 1)
  if (one.again === 'yes') tally.tradedAgain += 1
  const lives = one.played === null ? [] : [...(one.played.before ?? []), one.played.run]
  for (const life of lives) cover(tally.coverage, life)
  const applied = one.played?.run.faults.applied ?? []
  const fired = new Set(applied.map(({ data }) => data.name))
  if (one.file.faults.some(({ name }) => !fired.has(name))) tally.unfired += 1
  for (const { data } of applied) add(tally.verdicts, data.verdict.split(' ', 1)[0]!, 1)
  const classes = new Set<string>([...fired].map((name) => classOf(name) ?? 'other'))
  if (lives.length > 1) classes.add('killed')
  for (const each of classes.size === 0 ? ['none'] : classes) add(tally.classes, each, 1)
}

/** Adds a part to the whole. */
export function merge(whole: Tally, part: Tally): void {
  whole.played += part.played
  whole.violated += part.violated
  whole.unfired += part.unfired
  whole.tradedAgain += part.tradedAgain
  addCoverage(whole.coverage, part.coverage)
  for (const name of ['classes', 'verdicts', 'ends'] as const) {
    for (const [key, amount] of Object.entries(part[name])) add(whole[name], key, amount)
  }
}

/** The counts as lines of text, the most frequent first. */
export function tallyText({ played, unfired, tradedAgain: again, classes, verdicts, ends, coverage }: Tally): string {
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .toSorted(([a, m], [b, n]) => n - m || a.localeCompare(b))
      .map(([name, amount]) => `${name} ${amount}`)
      .join(', ')
  return [
    `schedules in which a class struck: ${list(classes)}`,
    `verdicts carried out: ${list(verdicts)}`,
    `ends: ${list(ends)}`,
    `a planned fault never fired in ${unfired} of ${played} schedules; ${again} traded again once their world had healed`,
    coverageSummary(coverage),
  ].join('\n')
}

function add(counts: Record<string, number>, key: string, amount: number): void {
  counts[key] = (counts[key] ?? 0) + amount
}
