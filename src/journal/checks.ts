/**
 * The promises of the design, judged on one journal, by name.
 *
 *   run ─► is it whole? ── no ──► unknown, with the reason
 *             └─ yes ─► the venue's books, indexed once ─► P1 … P10 ─► findings
 *
 * Scenarios assert on these findings and the report prints them, so the two cannot disagree. One pass per promise: a
 * journal of 20,000 executions takes well under a second.
 */
import { type Books, indexBooks } from './checks/books.ts'
import { checkNakedBound } from './checks/p1-naked.ts'
import { checkConservation } from './checks/p2-conservation.ts'
import { checkExactlyOnce } from './checks/p3-once.ts'
import { checkNoLostFill } from './checks/p4-no-lost-fill.ts'
import { checkSettled } from './checks/p5-settled.ts'
import { checkEmergencyClose } from './checks/p6-emergency-close.ts'
import { checkNeverOverClosed } from './checks/p7-never-over-closed.ts'
import { checkLimits } from './checks/p8-limits.ts'
import { checkAgreement } from './checks/p9-agreement.ts'
import { checkFaultFired } from './checks/p10-fault-fired.ts'
import type { Finding, Judgement, PromiseId } from './finding.ts'
import type { Run } from './run.ts'

interface PromiseCheck {
  readonly promise: PromiseId
  readonly name: string
  readonly needsBaseline: boolean
  readonly check: (books: Books) => Judgement
}

const PROMISES: readonly PromiseCheck[] = [
  { promise: 'P1', name: 'naked-bound', needsBaseline: false, check: checkNakedBound },
  { promise: 'P2', name: 'conservation', needsBaseline: true, check: checkConservation },
  { promise: 'P3', name: 'exactly-once', needsBaseline: false, check: checkExactlyOnce },
  { promise: 'P4', name: 'no-lost-fill', needsBaseline: false, check: checkNoLostFill },
  { promise: 'P5', name: 'settled', needsBaseline: true, check: checkSettled },
  { promise: 'P6', name: 'emergency-close', needsBaseline: false, check: checkEmergencyClose },
  { promise: 'P7', name: 'never-over-closed', needsBaseline: false, check: checkNeverOverClosed },
  { promise: 'P8', name: 'limits', needsBaseline: false, check: checkLimits },
  { promise: 'P9', name: 'agreement', needsBaseline: true, check: checkAgreement },
]

/** Judges a run by all ten promises, in their order. A journal that is not whole is never green, and never red. */
export function checkJournal(run: Run): Finding[] {
  const { started, truth } = run
  const books = started === null || truth === null ? null : indexBooks(run, started, truth.data)
  const findings = PROMISES.map(({ promise, name, needsBaseline, check }) => {
    const missing = whatIsMissing(run, needsBaseline)
    const judgement = books === null || missing !== null ? cannotJudge(run, missing ?? '') : check(books)
    return finding(promise, name, judgement)
  })
  const faults = run.complete ? checkFaultFired(run) : cannotJudge(run, whyIncomplete(run))
  return [...findings, finding('P10', 'fault-fired', faults)]
}

/** Why a promise that is judged from the venue's books cannot be judged; null when it can. */
function whatIsMissing(run: Run, needsBaseline: boolean): string | null {
  if (!run.complete) return whyIncomplete(run)
  if (run.truth === null) return "the venue's own books were never asked (venue.truth is missing)"
  if (needsBaseline && run.baseline === null) return 'what the account held before is not written down (run.baseline)'
  return null
}

function whyIncomplete(run: Run): string {
  const first = run.problems[0]
  const where = first === undefined || first.line === null ? '' : `line ${first.line}: `
  return `the journal is not whole: ${where}${first?.what ?? 'unknown'}`
}

function cannotJudge(run: Run, summary: string): Judgement {
  return { verdict: 'unknown', summary, evidence: { problems: run.problems.slice(0, 20) } }
}

function finding(promise: PromiseId, name: string, judgement: Judgement): Finding {
  const { verdict, summary, measure, onlyLate = false, evidence } = judgement
  return {
    promise,
    name,
    verdict,
    summary,
    worst: measure?.worst ?? null,
    bound: measure?.bound ?? null,
    margin: measure?.margin ?? null,
    unit: measure?.unit ?? null,
    onlyLate,
    evidence,
  }
}
