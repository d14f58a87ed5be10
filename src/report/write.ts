/** Puts a report where readers look: a page for people, JUnit and JSON for machines. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ReportDocument } from './document.ts'
import { renderHtml } from './html.ts'
import { renderJunit } from './junit.ts'

/** Writes index.html, junit.xml and report.json into `folder`, making it where needed; returns the page's path. */
export function writeReport(document: ReportDocument, folder: string): string {
  mkdirSync(folder, { recursive: true })
  const page = join(folder, 'index.html')
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(document, null, 1)}\n`)
  writeFileSync(join(folder, 'junit.xml'), renderJunit(document))
  writeFileSync(page, renderHtml(document))
  return page
}

/** E.g. "41 passed, 0 failed, 2 skipped, 1 not judged". What did not happen is left out, except failures and skips. */
export function tallyLine(document: ReportDocument): string {
  const { passed, failed, skipped, void: voided, unknown, budgetsNotJudged } = document.counts
  const parts = [
    `${passed} passed`,
    `${failed} failed`,
    voided > 0 ? `${voided} void` : null,
    unknown > 0 ? `${unknown} without a verdict` : null,
    `${skipped} skipped`,
    `${budgetsNotJudged} not judged`,
  ]
  return parts.filter((part) => part !== null).join(', ')
}
