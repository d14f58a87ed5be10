/**
 * One scenario's record, from what its test said and what its journal says.
 */
import { existsSync } from 'node:fs'
import { checkJournal } from '../journal/checks.ts'
import type { Finding } from '../journal/finding.ts'
import { readJournal } from '../journal/read.ts'
import type { Run } from '../journal/run.ts'
import { type FailureRecord, judgeOutcome, type ScenarioMeta, type ScenarioRecord, slug } from './document.ts'
import { runRecord } from './run.ts'

export interface ScenarioInput {
  readonly file: string
  readonly name: string
  readonly meta: Partial<ScenarioMeta>
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending'
  readonly skipReason: string | null
  readonly durationMs: number
  readonly failures: readonly FailureRecord[]
  /** A command for the shell; gets the run's seed where there is one. */
  readonly rerun: (seed: string | null) => string
  /** Where the journal is, or null when the scenario keeps none. */
  readonly journalPath: string | null
}

/** Reads the journal, judges it, and puts both sides together. Never throws at what a journal says. */
export function scenarioRecord(input: ScenarioInput): ScenarioRecord {
  const { meta } = input
  const journal = openJournal(input)
  const promises = journal.run === null ? [] : checkJournal(journal.run)
  const run = journal.run === null ? null : runRecord(journal.run, promises)
  const budgets = meta.budgets ?? []
  const expectedBreaks = meta.expectedBreaks ?? []
  return {
    id: slug(input.file.replace(/^.*\//, '').replace(/\.test\.ts$|\.jsonl$/, ''), input.name),
    file: input.file,
    name: input.name,
    proves: meta.proves ?? '',
    outcome: judgeOutcome({ state: input.state, budgets, promises, expectedBreaks, journalProblem: journal.problem }),
    durationMs: input.durationMs,
    failures: input.failures,
    skipReason: input.skipReason,
    notForced: meta.notForced ?? [],
    expectedBreaks,
    budgets,
    promises,
    journal: meta.journal ?? null,
    journalProblem: journal.problem,
    rerun: input.rerun(run?.seed ?? null),
    run,
  }
}

/** A journal standing alone, as the command line gets it: the scenario is the run, its verdict the promises'. */
export function recordFromRun(run: Run, path: string): ScenarioRecord {
  const promises: readonly Finding[] = checkJournal(run)
  const record = runRecord(run, promises)
  const name = run.started?.data.runId ?? path
  const said = run.events.findLast((event) => event.type === 'scenario.finished')?.data
  const state = said?.state ?? (run.finished !== null && run.finished.data.exitCode !== 0 ? 'failed' : 'passed')
  const ended = run.finished?.data
  const failures =
    state === 'failed' && ended !== undefined
      ? [{ message: `ended with exit code ${ended.exitCode}: ${ended.reason}`, detail: '' }]
      : []
  return {
    id: slug(path.replace(/^.*\//, '').replace(/\.jsonl$/, ''), name),
    file: path,
    name: said === undefined ? name : said.test,
    proves: said?.scenario ?? '',
    outcome: judgeOutcome({ state, budgets: [], promises, expectedBreaks: [], journalProblem: null }),
    durationMs: (record?.durationUs ?? 0) / 1000,
    failures,
    skipReason: null,
    notForced: [],
    expectedBreaks: [],
    budgets: [],
    promises,
    journal: path,
    journalProblem: null,
    rerun: rerunCommand(record?.target ?? null, record?.seed ?? null, 'npx bybit-synthetic-test run'),
    run: record,
  }
}

/** E.g. `SCENARIO_TARGET=demo RUN_SEED=7 npx …`: one line to paste. */
export function rerunCommand(target: string | null, seed: string | null, command: string): string {
  const parts = [
    target === null ? null : `SCENARIO_TARGET=${quote(target)}`,
    seed === null ? null : `RUN_SEED=${quote(seed)}`,
    command,
  ]
  return parts.filter((part) => part !== null).join(' ')
}

/** Quotes a word for a POSIX shell where it needs it. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

function openJournal(input: ScenarioInput): { readonly run: Run | null; readonly problem: string | null } {
  if (input.journalPath === null || input.state === 'skipped') return { run: null, problem: null }
  if (!existsSync(input.journalPath))
    return { run: null, problem: `${input.meta.journal ?? input.journalPath} does not exist` }
  try {
    return { run: readJournal(input.journalPath), problem: null }
  } catch (error) {
    return { run: null, problem: `${input.meta.journal ?? input.journalPath} cannot be read: ${messageOf(error)}` }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
