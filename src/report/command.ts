/**
 * The `report` command: journals in, one page out. Also renders a stored report.json again.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { readJournal } from '../journal/read.ts'
import type { Run } from '../journal/run.ts'
import { givesHelp, type Output, readArguments, refuseInput } from '../seams/arguments.ts'
import { systemClock } from '../seams/clock.ts'
import { buildDocument, type ReportDocument, SCHEMA_VERSION } from './document.ts'
import { environmentNow, loadNow } from './environment.ts'
import { quote, recordFromRun } from './scenario.ts'
import { tallyLine, writeReport } from './write.ts'

const HELP = `usage: bybit-synthetic-test report [JOURNAL…|DIR|report.json] [--out DIR]

Judges journals by the promises and writes index.html, junit.xml and report.json.

  JOURNAL, DIR   journal files (.jsonl), or folders searched for them (default: reports/journals)
  report.json    an earlier report's data, rendered again; stands alone
  --out DIR      where to write (default: reports)
  --help         this text

Exit codes: 0 every promise held, 1 a promise or budget failed or could not be judged, 2 bad input (every problem is
named at once).
`

interface Request {
  readonly paths: readonly string[]
  readonly out: string
}

interface OpenedJournal {
  readonly path: string
  readonly run: Run
}

/** Resolves with the exit code; throws only what writing the report throws. */
export async function runReport(
  argv: readonly string[],
  stdout: Output = process.stdout,
  stderr: Output = process.stderr,
): Promise<number> {
  if (givesHelp(argv, HELP, stdout)) return 0
  const problems: string[] = []
  const request = parseArguments(argv, problems)
  const document = problems.length > 0 ? null : documentOf(request, problems)
  if (document === null || problems.length > 0) return refuseInput('report', problems, stderr)
  const page = writeReport(document, request.out)
  const why = document.reasons.map((reason) => `  ${reason}\n`).join('')
  stdout.write(`${why}${document.verdict}: ${tallyLine(document)} — report: ${page}\n`)
  return document.verdict === 'pass' ? 0 : 1
}

/** Judges journals and puts them into one document: each journal is one scenario. Throws when a file cannot be read. */
export function reportFromJournals(paths: readonly string[]): ReportDocument {
  return documentFrom(paths.map((path) => ({ path, run: readJournal(path) })))
}

function documentFrom(journals: readonly OpenedJournal[]): ReportDocument {
  const targets = new Set(journals.map(({ run }) => run.started?.data.target ?? 'unknown'))
  return buildDocument({
    generatedAtMs: systemClock.wallMs(),
    title: 'bybit-synthetic-test',
    target: [...targets].toSorted().join(', '),
    environment: environmentNow(loadNow()),
    rerun: `npx bybit-synthetic-test report ${journals.map(({ path }) => quote(path)).join(' ')}`,
    scenarios: journals.map(({ path, run }) => recordFromRun(run, path)),
    problems: [],
    interrupted: false,
  })
}

function parseArguments(argv: readonly string[], problems: string[]): Request {
  const { options, words } = readArguments(argv, { options: ['--out DIR'], words: true }, problems)
  return { paths: words.length === 0 ? ['reports/journals'] : words, out: options.get('--out') ?? 'reports' }
}

function documentOf(request: Request, problems: string[]): ReportDocument | null {
  const [first] = request.paths
  if (request.paths.length === 1 && first?.endsWith('.json')) return storedDocument(first, problems)
  const files = request.paths.flatMap((path) => journalFiles(path, problems))
  const journals = [...new Set(files)].flatMap((path) => openJournal(path, problems))
  return problems.length > 0 ? null : documentFrom(journals)
}

/** The files a path stands for: itself, or every .jsonl below it in the order of their names. */
function journalFiles(path: string, problems: string[]): string[] {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) problems.push(`${path} does not exist; give journal files (.jsonl) or a folder with some`)
  if (found?.isDirectory() !== true) return found === undefined ? [] : [path]
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted()
    .map((name) => relative('', join(path, name)))
  if (files.length === 0) problems.push(`${path} holds no journal (.jsonl)`)
  return files
}

function openJournal(path: string, problems: string[]): OpenedJournal[] {
  try {
    const run = readJournal(path)
    if (run.started !== null) return [{ path, run }]
    const first = run.problems[0]?.what ?? 'no run.started'
    problems.push(`${path} is not a journal of a run: ${first}`)
  } catch (error) {
    problems.push(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
  return []
}

function storedDocument(path: string, problems: string[]): ReportDocument | null {
  try {
    const stored: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof stored === 'object' && stored !== null && 'schema' in stored && stored.schema === SCHEMA_VERSION) {
      return stored as ReportDocument // written by us under this version; the version is the promise of its shape
    }
    problems.push(`${path} is not a report of schema ${SCHEMA_VERSION}`)
  } catch (error) {
    problems.push(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
  return null
}
