/**
 * The `check` command: a venue's journal and the bounds a bot is held to, a verdict out.
 *
 *   exchange --journal out.jsonl ─► out.jsonl ─┐
 *                              bounds.json ────┴─► verdict, text, one page
 */
import { readFileSync } from 'node:fs'
import type { Finding } from './journal/finding.ts'
import { readJournal } from './journal/read.ts'
import { linesOf, type Run } from './journal/run.ts'
import { describeFinding, overall } from './journal/summary.ts'
import { BoundsError, parseBounds, type VenueBounds } from './journal/venue-bounds.ts'
import { checkVenueJournal } from './journal/venue-checks.ts'
import { buildDocument, judgeOutcome, slug } from './report/document.ts'
import { environmentNow, loadNow } from './report/environment.ts'
import { quote } from './report/scenario.ts'
import { writeReport } from './report/write.ts'
import { givesHelp, type Output, readArguments, refuseInput } from './seams/arguments.ts'
import { systemClock } from './seams/clock.ts'

const HELP = `usage: bybit-synthetic-test check JOURNAL --bounds FILE [--out DIR]

Judges whatever traded at an exchange started with --journal, from the venue's books alone.

  JOURNAL        what \`exchange --journal\` wrote; end the exchange with SIGINT or SIGTERM first
  --bounds FILE  JSON. nakedMaxMs is required: the longest stretch in which a symbol's long and short may differ.
                 Optional: nakedMaxUsd, nakedMaxUsdMs, maxNotionalUsd, createsPerSecond (null: any), rateLimitRefusalsMax
                 and openOrdersMax (0), mayHold (symbols, none), accounts ("apart", or "together" when they hedge each
                 other)
  --out DIR      also writes index.html, junit.xml and report.json there
  --help         this text

Exit codes: 0 every promise held, 1 one failed or could not be judged (a planned fault that never fired makes the run void),
2 bad input (every problem is named at once).
`

interface CheckArguments {
  readonly journal: string
  readonly bounds: string
  readonly out: string | null
}

/** Resolves with the exit code. */
export async function runCheck(
  argv: readonly string[],
  stdout: Output = process.stdout,
  stderr: Output = process.stderr,
): Promise<number> {
  if (givesHelp(argv, HELP, stdout)) return 0
  const problems: string[] = []
  const request = parseArguments(argv, problems)
  const bounds = request.bounds === '' ? null : readBounds(request.bounds, problems)
  const run = request.journal === '' ? null : openVenueJournal(request.journal, problems)
  if (problems.length > 0 || bounds === null || run === null) return refuseInput('check', problems, stderr)
  const findings = checkVenueJournal(run, bounds)
  const verdict = overall(findings)
  stdout.write(`${findings.map(describeFinding).join('\n')}\n${verdict}\n`)
  if (request.out !== null) stdout.write(`report: ${writePage(request, request.out, run, bounds, findings)}\n`)
  return verdict === 'pass' ? 0 : 1
}

function parseArguments(argv: readonly string[], problems: string[]): CheckArguments {
  const allowed = { options: ['--bounds FILE', '--out DIR'], words: true }
  const { options: given, words: journals } = readArguments(argv, allowed, problems)
  if (journals.length !== 1) problems.push(`one journal is judged at a time, got ${journals.length}`)
  if (!given.has('--bounds')) problems.push('--bounds FILE is missing')
  return { journal: journals[0] ?? '', bounds: given.get('--bounds') ?? '', out: given.get('--out') ?? null }
}

function readBounds(path: string, problems: string[]): VenueBounds | null {
  try {
    return parseBounds(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    const found = error instanceof BoundsError ? error.problems : [(error as Error).message]
    problems.push(...found.map((problem) => `--bounds ${path}: ${problem}`))
    return null
  }
}

function openVenueJournal(path: string, problems: string[]): Run | null {
  try {
    const run = readJournal(path)
    if (linesOf(run, 'venue.started').length > 0) return run
    const hint = run.started === null ? '' : '; the journal of a run is judged by the report command'
    problems.push(`${path} is not a venue's journal (exchange --journal)${hint}`)
  } catch (error) {
    problems.push(`${path} cannot be read: ${(error as Error).message}`)
  }
  return null
}

function writePage(
  { journal, bounds: boundsFile }: CheckArguments,
  out: string,
  run: Run,
  bounds: VenueBounds,
  findings: readonly Finding[],
): string {
  const [started] = linesOf(run, 'venue.started')
  const [finished] = linesOf(run, 'venue.finished')
  const rerun = `npx bybit-synthetic-test check ${quote(journal)} --bounds ${quote(boundsFile)}`
  const common = { skipReason: null, notForced: [], expectedBreaks: [], budgets: [], failures: [], run: null }
  const document = buildDocument({
    generatedAtMs: systemClock.wallMs(),
    title: 'bybit-synthetic-test check',
    target: 'exchange',
    environment: environmentNow(loadNow()),
    rerun,
    scenarios: [
      {
        ...common,
        id: slug('check', journal),
        file: journal,
        name: `whoever traded at the venue, from its books (${started?.data.accounts.join(', ') ?? ''})`,
        proves: bounds.about ?? "Judged from the venue's side alone.",
        outcome: judgeOutcome({
          state: 'passed',
          budgets: [],
          promises: findings,
          expectedBreaks: [],
          journalProblem: null,
        }),
        durationMs: ((finished?.at ?? 0) - (started?.at ?? 0)) / 1000,
        promises: findings,
        journal,
        journalProblem: null,
        rerun,
      },
    ],
    problems: [],
    interrupted: false,
  })
  return writeReport(document, out)
}
