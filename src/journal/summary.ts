/**
 * Findings in short: one word for all of them, one line for each.
 */
import type { Finding } from './finding.ts'

/** `void`: a planned fault never fired, so the run shows nothing. */
export type Overall = 'pass' | 'fail' | 'unknown' | 'void'

/** A failure stands whatever else is missing; then void, since such a run must be repeated anyway; then unknown. */
export function overall(findings: readonly Finding[]): Overall {
  if (findings.some((finding) => finding.verdict === 'fail')) return 'fail'
  if (findings.some(isVoid)) return 'void'
  // No findings at all show nothing, so they are not a pass.
  if (findings.length === 0 || findings.some((finding) => finding.verdict === 'unknown')) return 'unknown'
  return 'pass'
}

/** E.g. "pass     P1 naked-bound: 3 trades, naked for at most 4 of 3250 ms". */
export function describeFinding(finding: Finding): string {
  const word = isVoid(finding) ? 'void' : finding.verdict
  const summary = isVoid(finding) ? finding.summary.slice(VOID.length).trimStart() : finding.summary
  return `${word.padEnd(8)} ${finding.promise.padEnd(3)} ${finding.name}: ${summary}`
}

const VOID = 'void:'

function isVoid(finding: Finding): boolean {
  return finding.verdict === 'unknown' && finding.summary.startsWith(VOID)
}
