/**
 * The arguments of `run`: every problem at once, each with what is allowed.
 */
import { existsSync } from 'node:fs'
import { readArguments } from './seams/arguments.ts'

export interface RunArguments {
  readonly target: string | null
  readonly worldFile: string | null
  readonly faultsFile: string | null
  readonly handlersFile: string | null
  readonly durationMs: number | null
  readonly maxTrades: number | null
  /** A journal whose run left something: closed first, also when that run ended and said so. */
  readonly recoverFile: string | null
  /** Folder for journal and report. */
  readonly out: string
}

export const RUN_HELP = `usage: bybit-synthetic-test run [--target embedded|container|demo] [--duration 10m] [--max-trades N] [--world FILE] [--faults FILE] [--fault-handlers MODULE] [--recover JOURNAL] [--out DIR]

Trades synthetic opportunities, both legs on one venue, until a signal, a duration or a number of trades; then closes
every trade, asks the venue for its books, checks every promise and writes the report.

  --target T        embedded (a mock venue of its own, default), container (the same in a container) or demo;
                    default: SCENARIO_TARGET
  --duration D      stop after so long: a number with ms, s, m or h, e.g. 90s
  --max-trades N    stop after N trades
  --world FILE      the mock venue's starting state (default: the calm world)
  --faults FILE     a fault plan for this process's wire
  --fault-handlers MODULE
                    a module whose default export is an array of MSW http handlers, asked before the plan
  --recover JOURNAL close first what the run of this journal left open. A run that was killed and whose journal lies in
                    --out is recovered without being asked
  --out DIR         journal and report (default: reports/run)
  --help            this text

Everything else comes from the environment; see .env.example. First SIGINT or SIGTERM: close everything and end. Second:
stop at once and say what stays open.
Exit codes: 0 flat and every promise held, 1 something is left open or a promise failed, 2 bad input (every problem is
named at once).
`

const NAMES = [
  '--target',
  '--duration',
  '--max-trades',
  '--world',
  '--faults',
  '--fault-handlers',
  '--recover',
  '--out',
] as const
type Name = (typeof NAMES)[number]

/** Reads the arguments; whatever is wrong goes to `problems`. */
export function parseRunArguments(argv: readonly string[], problems: string[]): RunArguments {
  const given = readArguments(argv, { options: NAMES, words: false }, problems).options
  const text = (name: Name): string | null => given.get(name) ?? null
  const target = text('--target')
  if (target !== null && !['embedded', 'container', 'demo'].includes(target)) {
    problems.push(`--target is ${JSON.stringify(target)}; allowed: embedded, container, demo`)
  }
  for (const name of ['--world', '--faults', '--fault-handlers', '--recover'] as const) {
    const path = text(name)
    if (path !== null && !existsSync(path))
      problems.push(`${name} is ${JSON.stringify(path)}; allowed: a file that exists`)
  }
  return {
    target,
    worldFile: text('--world'),
    faultsFile: text('--faults'),
    handlersFile: text('--fault-handlers'),
    recoverFile: text('--recover'),
    durationMs: readDuration(text('--duration'), problems),
    maxTrades: readCount(text('--max-trades'), problems),
    out: text('--out') ?? 'reports/run',
  }
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
/** What a timer of the platform can hold, ms; about 24 days. */
const DURATION_MAX_MS = 2 ** 31 - 1

function readDuration(text: string | null, problems: string[]): number | null {
  if (text === null) return null
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? []
  const durationMs = Number(digits) * (UNITS[unit ?? ''] ?? Number.NaN)
  if (durationMs > 0 && durationMs <= DURATION_MAX_MS) return durationMs
  problems.push(`--duration is ${JSON.stringify(text)}; allowed: a positive number with ms, s, m or h, at most 596h`)
  return null
}

function readCount(text: string | null, problems: string[]): number | null {
  if (text === null) return null
  const count = Number(text)
  if (/^\d+$/.test(text) && count >= 1 && Number.isSafeInteger(count)) return count
  problems.push(`--max-trades is ${JSON.stringify(text)}; allowed: a whole number from 1`)
  return null
}
