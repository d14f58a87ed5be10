/**
 * The `explore` command: a seed in, thousands of schedules played in virtual time, a minimal one for whatever fails.
 *
 *   seed, runs ─► schedules ─► play, judge ─► counts, rate
 *                                  └─► minimal schedule ─► a file, a timeline, a one-line replay
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { quote } from './report/scenario.ts'
import { givesHelp, type Output, readArguments, refuseInput } from './seams/arguments.ts'
import { systemClock } from './seams/clock.ts'
import { coverageText } from './simulation/coverage-pairs.ts'
import type { Failure, Range } from './simulation/explore.ts'
import { readScheduleFile, ScheduleError, type ScheduleFile } from './simulation/explore-file.ts'
import { exploreWith, partOf } from './simulation/explore-jobs.ts'
import { playSchedule, timelineTextOf } from './simulation/explore-play.ts'
import { eventsOf } from './simulation/explore-shrink.ts'
import { merge, newTally, type Tally, tallyText } from './simulation/explore-tally.ts'

const HELP = `usage: bybit-synthetic-test explore [--runs N] [--seed S] [--from K] [--shard I/N] [--jobs N] [--keep DIR]
                                     [--coverage FILE]
       bybit-synthetic-test explore --replay FILE

Plays schedules nobody thought of: worlds, settings, market changes and faults, drawn from a seed, run in virtual time by
the real runtime against the mock venue's real core. Every promise is checked on each; then its world heals, and whatever
it left open must settle, and it must trade again. What fails is made as small as it can be, kept as a file and told as a
timeline.

  --runs N         how many schedules (default 1000)
  --seed S         which: the same seed gives the same schedules on every machine (default 1)
  --from K         the first schedule's index (default 0)
  --shard I/N      only the I-th of N equal parts, for several machines
  --jobs N         processes to divide the work among (default 1)
  --keep DIR       where minimal failing schedules go (default fixtures/schedules)
  --coverage FILE  where to write, every ten seconds, how often each pair of a state and an event, each verdict and each
                   way to recover has been exercised, and which never; a summary is shown at the end in any case
  --replay FILE    plays one kept schedule and shows its timeline
  --help           this text

Exit codes: 0 nothing was violated, 1 something was, 2 bad input (every problem is named at once).
`

interface ExploreArguments {
  readonly range: Range
  readonly jobs: number
  readonly keep: string
  /** Null: only the summary is shown. */
  readonly coverage: string | null
  readonly replay: string | null
}

const OPTIONS = [
  '--runs N',
  '--seed S',
  '--from K',
  '--shard I/N',
  '--jobs N',
  '--keep DIR',
  '--coverage FILE',
  '--replay FILE',
]
const PROGRESS_EVERY_US = 10_000_000

/** Resolves with the exit code. */
export async function runExplore(
  argv: readonly string[],
  stdout: Output = process.stdout,
  stderr: Output = process.stderr,
): Promise<number> {
  if (givesHelp(argv, HELP, stdout)) return 0
  const problems: string[] = []
  const request = parseArguments(argv, problems)
  const file = request.replay === null ? null : readReplay(request.replay, problems)
  if (problems.length > 0) return refuseInput('explore', problems, stderr)
  return file === null ? exploreAll(request, stdout) : replay(file, stdout)
}

// ── Arguments ───────────────────────────────────────────────────────────────────────────────────────────────────────

function parseArguments(argv: readonly string[], problems: string[]): ExploreArguments {
  const { options } = readArguments(argv, { options: OPTIONS, words: false }, problems)
  const whole = (name: string, fallback: number, least: number): number => {
    const text = options.get(name) ?? String(fallback)
    const value = Number(text)
    if (/^\d{1,10}$/.test(text) && value >= least) return value
    problems.push(`${name} is ${JSON.stringify(text)}; allowed: a whole number from ${least}`)
    return fallback
  }
  const replay = options.get('--replay') ?? null
  const others = [...options.keys()].filter((name) => name !== '--replay')
  if (replay !== null && others.length > 0)
    problems.push(`--replay stands alone; ${others.join(', ')} mean nothing to it`)
  const from = whole('--from', 0, 0)
  const range = { seed: options.get('--seed') ?? '1', from, to: from + whole('--runs', 1_000, 1) }
  const { part, parts } = shardOf(options.get('--shard') ?? '1/1', problems)
  return {
    range: partOf(range, part, parts),
    jobs: whole('--jobs', 1, 1),
    keep: options.get('--keep') ?? join('fixtures', 'schedules'),
    coverage: options.get('--coverage') ?? null,
    replay,
  }
}

function shardOf(text: string, problems: string[]): { part: number; parts: number } {
  const [, part, parts] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number)
  if (part !== undefined && parts !== undefined && part >= 1 && part <= parts) return { part, parts }
  problems.push(`--shard is ${JSON.stringify(text)}; allowed: I/N with I from 1 to N, e.g. 2/4`)
  return { part: 1, parts: 1 }
}

function readReplay(path: string, problems: string[]): ScheduleFile | null {
  try {
    return readScheduleFile(path)
  } catch (error) {
    if (error instanceof ScheduleError) problems.push(...error.problems.map((one) => `--replay ${path}: ${one}`))
    else problems.push(`--replay ${path} cannot be read: ${(error as Error).message}`)
    return null
  }
}

// ── One schedule ────────────────────────────────────────────────────────────────────────────────────────────────────

async function replay(file: ScheduleFile, stdout: Output): Promise<number> {
  const { played, violations } = await playSchedule(file)
  if (played !== null) stdout.write(`${timelineTextOf(played)}\n\n`)
  stdout.write(violations.map(({ rule, what }) => `${rule}: ${what}\n`).join(''))
  stdout.write(violations.length === 0 ? 'nothing violated\n' : `${violations.length} violated\n`)
  return violations.length === 0 ? 0 : 1
}

// ── Many ────────────────────────────────────────────────────────────────────────────────────────────────────────────

async function exploreAll({ range, jobs, keep, coverage }: ExploreArguments, stdout: Output): Promise<number> {
  const startUs = systemClock.nowUs()
  const total = newTally()
  let shownUs = startUs
  writeCoverage(total, coverage) // a path that cannot be written to is told now
  stdout.write(
    `seed ${range.seed}, schedules ${range.from} to ${range.to - 1}, ${jobs === 1 ? 'one process' : `${jobs} processes`}\n`,
  )
  await exploreWith(jobs, range, {
    onTally: (part) => {
      merge(total, part)
      const nowUs = systemClock.nowUs()
      if (nowUs - shownUs < PROGRESS_EVERY_US) return
      shownUs = nowUs
      writeCoverage(total, coverage)
      stdout.write(`${progressText(total, range, nowUs - startUs)}\n`)
    },
    onFailure: (failure) => stdout.write(failureText(failure, writeDown(failure, keep))),
  })
  stdout.write(`${tallyText(total)}\n${progressText(total, range, systemClock.nowUs() - startUs)}\n`)
  writeCoverage(total, coverage)
  return total.violated === 0 ? 0 : 1
}

function writeCoverage({ coverage }: Tally, path: string | null): void {
  if (path !== null) writeFileSync(path, `${coverageText(coverage)}\n`)
}

function progressText({ played, violated }: Tally, { from, to }: Range, tookUs: number): string {
  const perMinute = Math.round((played * 60e6) / Math.max(1, tookUs))
  return `${played} of ${to - from} schedules in ${(tookUs / 1e6).toFixed(0)} s, ${perMinute} a minute; ${violated} violated`
}

function writeDown({ seed, index, file, minimal }: Failure, keep: string): string {
  const slug = `${(minimal[0]?.rule ?? 'x').toLowerCase()}-${seed}-${index}`.replace(/[^a-z0-9.-]+/g, '-')
  const path = join(keep, `${slug}.json`)
  if (!existsSync(keep)) mkdirSync(keep, { recursive: true })
  const about = `Found by seed ${seed} at ${index}: ${minimal[0]?.rule}, ${minimal[0]?.what}`
  writeFileSync(path, `${JSON.stringify({ about, ...file }, null, 2)}\n`)
  return path
}

function failureText({ seed, index, violations, file, plays, minimal, timeline }: Failure, path: string): string {
  const said = (list: Failure['violations']): string => list.map(({ rule, what }) => `  ${rule}: ${what}`).join('\n')
  return `
VIOLATED: seed ${seed}, schedule ${index}
${said(violations)}
  again: npx bybit-synthetic-test explore --seed ${quote(seed)} --from ${index} --runs 1
shrunk in ${plays} plays to ${eventsOf(file)} events: ${path}
${said(minimal)}
  again: npx bybit-synthetic-test explore --replay ${quote(path)}

${timeline}

`
}
