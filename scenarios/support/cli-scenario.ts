/**
 * A scenario whose run is started by the command line, as a user would.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import type { Aftermath } from '../../src/aftermath.ts'
import { judgeRun } from '../../src/aftermath.ts'
import { parseConfig } from '../../src/config-parse.ts'
import type { PositionRow, VenueOrderRow } from '../../src/domain/rows.ts'
import { openReader } from '../../src/execution/reader.ts'
import { known } from '../../src/execution/reconcile.ts'
import { parsePlan } from '../../src/faults/plan.ts'
import type { Fault } from '../../src/faults/plan-types.ts'
import type { BudgetResult } from '../../src/report/budgets.ts'
import { slug } from '../../src/report/document.ts'
import type { Target } from '../../src/targets.ts'
import { missed } from './budgets.ts'
import type { CliRun } from './cli.ts'
import { startCli } from './cli.ts'
import { JOURNALS, ROOT } from './paths.ts'
import { openBuiltTarget, scenarioOf, setsWorld, venueSettings } from './scenario.ts'
import { JournalTail } from './tail.ts'

export interface CliScenarioOptions {
  readonly proves: string
  readonly settings: Readonly<Record<string, string>>
  readonly faults?: readonly Fault[]
  readonly elsewhere?: { readonly skip: string }
}

export interface CliStage {
  readonly cli: CliRun
  readonly journal: JournalTail
  /** The run's folder: journal and report. */
  readonly out: string
  /** The command line once more, in the same folder at the same venue, undisturbed. */
  startAgain(...args: string[]): CliRun
  /** What the venue itself has now. */
  judgeAtVenue(): Promise<{ positions: readonly PositionRow[]; openOrders: readonly VenueOrderRow[] }>
  /** Puts the venue's books into the journal and judges it, when the command line cannot. */
  judgeJournal(): Promise<Aftermath>
  budgets(results: readonly BudgetResult[]): void
}

export function cliScenario(name: string, options: CliScenarioOptions, body: (stage: CliStage) => Promise<void>): void {
  test(name, { timeout: 180_000 }, async (context) => {
    const judged: BudgetResult[] = []
    const out = join(JOURNALS, scenarioOf(context), slug(name))
    const journalPath = join(out, 'journal.jsonl')
    const meta = { scenario: scenarioOf(context), proves: options.proves, budgets: judged }
    Object.assign(context.task.meta, meta)
    const config = parseConfig({ ...venueSettings(), ...options.settings })
    if (!setsWorld(config) && options.elsewhere !== undefined) context.skip(options.elsewhere.skip)
    // Where the run is cut off on purpose its journal proves nothing more than what the test itself asserts.
    if (options.faults === undefined) Object.assign(context.task.meta, { journal: relative(ROOT, journalPath) })
    rmSync(out, { recursive: true, force: true })
    mkdirSync(out, { recursive: true })
    await using target = await openBuiltTarget(config)
    await using cli = startCli(target, out, options.settings, faultArguments(options.faults, out))
    await body({
      cli,
      journal: new JournalTail(journalPath),
      out,
      startAgain: (...args) => startCli(target, out, options.settings, args),
      judgeAtVenue: () => askVenue(target),
      judgeJournal: () => judgeRun(target.config, journalPath, target.adminUrl),
      budgets: (results) => {
        judged.push(...results)
        expect(missed(results)).toEqual([])
      },
    })
  })
}

function faultArguments(faults: readonly Fault[] | undefined, out: string): string[] {
  if (faults === undefined) return []
  const path = join(out, 'faults.json')
  writeFileSync(path, JSON.stringify(parsePlan({ faults }, 'process'), null, 2))
  return ['--faults', path]
}

async function askVenue({ config }: Target) {
  const { symbols } = config
  await using reader = await openReader(config)
  const positions = known(await reader.rest.positions(symbols), 'positions').filter((row) => row.lots > 0)
  return { positions, openOrders: known(await reader.rest.openOrders(symbols), 'open orders') }
}
