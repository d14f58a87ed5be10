/** Documents for tests: the four kinds of run a reader must be able to tell apart. */
import { judgeBudget } from '../budgets.ts'
import { buildDocument, type ReportDocument, type ScenarioRecord } from '../document.ts'
import { recordFromRun } from '../scenario.ts'
import { cleanTrade, JournalText, metrics, unwoundTrade } from './journal-text.ts'

export function documentOf(scenarios: readonly ScenarioRecord[], interrupted = false): ReportDocument {
  return buildDocument({
    generatedAtMs: 1_760_000_000_000,
    title: 'bybit-synthetic-test scenarios',
    target: 'embedded',
    environment: {
      node: 'v24.21.0',
      platform: 'linux 6.18',
      cpu: 'a processor',
      cores: 2,
      memoryMb: 24_000,
      loadBefore: 0.4,
      loadAfter: 1.1,
      revision: 'abc123',
    },
    rerun: 'npx vitest run --project scenarios',
    scenarios,
    problems: [],
    interrupted,
  })
}

/** Three trades, the middle one unwound after a refusal; every promise holds. */
export function passing(): ScenarioRecord {
  const journal = new JournalText()
  cleanTrade(journal, 'r7k2m9-1', 100, 9_800)
  unwoundTrade(journal, 'r7k2m9-2', 12_000, 'ab not enough for new order')
  cleanTrade(journal, 'r7k2m9-3', 14_000, 9_100)
  journal.add(30_000, 'metrics.snapshot', metrics(1_200)).finish(30_100)
  const budgets = [
    judgeBudget({
      name: 'placement',
      percentile: 99,
      unit: 'us',
      budget: 5_000,
      actual: 2_400,
      atMost: true,
      n: 1_200,
    }),
    judgeBudget({
      name: 'end to end',
      percentile: 99,
      unit: 'us',
      budget: 10_000,
      actual: 9_800,
      atMost: true,
      n: 1_200,
    }),
    judgeBudget({
      name: 'detection',
      percentile: 99,
      unit: 'us',
      budget: 2_000,
      goal: 50,
      actual: 12,
      atMost: true,
      n: 12_000,
    }),
    judgeBudget({
      name: 'updates without loss',
      unit: '/s',
      budget: 1_000,
      goal: 20_000,
      actual: 1_020,
      atMost: false,
      n: 60,
    }),
    judgeBudget({
      name: 'resident memory, 60 s steady',
      unit: 'MB',
      budget: 100,
      goal: 100,
      actual: 91.4,
      atMost: true,
      n: 60,
    }),
  ]
  const record = recordFromRun(journal.run(), 'scenarios/05-high-throughput.test.ts')
  return {
    ...record,
    name: 'a thousand updates a second are traded without loss',
    proves: 'The road keeps up with ten instruments at the venue’s cadence and drops nothing.',
    budgets,
  }
}

/** A leg that nobody ever closes: the venue still holds it. */
export function failing(): ScenarioRecord {
  const journal = new JournalText({ plannedFaults: ['refuse the short'] })
  cleanTrade(journal, 'r7k2m9-1', 100, 4_000)
  journal
    .plan(5_000, 'r7k2m9-2', 50)
    .order('r7k2m9-2', { place: 0, leg: 'long', lots: 50, sentMs: 5_000.2, filledMs: 5_001.6 })
    .order('r7k2m9-2', { place: 1, leg: 'short', lots: 50, sentMs: 5_000.3, refused: 'ab not enough for new order' })
    .add(5_000.6, 'fault.applied', {
      name: 'refuse the short',
      party: 'rest-request',
      op: 'create',
      verdict: 'retCode 110007',
      occurrence: 1,
      clientId: 'r7k2m9-2-1',
    })
    .add(5_002, 'trade.failed', { tradeId: 'r7k2m9-2', reason: 'short refused', dueUs: 6_001_900 })
    .add(9_000, 'trade.halted', {
      tradeId: 'r7k2m9-2',
      symbol: 'BTCUSDT',
      longLots: 50,
      shortLots: 0,
      nakedLots: 50,
      nakedUsd: 3_030,
      reason: 'three unwinds refused',
    })
    .add(9_001, 'entries.halted', { reason: 'an emergency close did not end flat' })
    .add(9_500, 'metrics.snapshot', metrics(120))
    .finish(9_600, 1, 'halted with a naked leg')
  const record = recordFromRun(journal.run(), 'scenarios/03-hedge-fails.test.ts')
  return {
    ...record,
    name: 'a refused short leg ends flat within a second',
    proves: 'When the second leg is refused, the first is taken off before it can cost money.',
  }
}

/** The planned fault never fired. */
export function voided(): ScenarioRecord {
  const journal = new JournalText({ plannedFaults: ['lose the first acknowledgement'] })
  cleanTrade(journal, 'r7k2m9-1', 100, 900)
  return recordFromRun(journal.finish(2_000).run(), 'scenarios/06-disconnect.test.ts')
}

/** The journal stops in the middle of a trade. */
export function cutOff(): ScenarioRecord {
  const journal = new JournalText()
  journal.plan(100, 'r7k2m9-1', 50).order('r7k2m9-1', { place: 0, leg: 'long', lots: 50, sentMs: 100.2, filledMs: 101 })
  return recordFromRun(journal.run(), 'scenarios/07-graceful-shutdown.test.ts')
}

export function skipped(reason: string | null): ScenarioRecord {
  const { run: _, ...rest } = passing()
  return {
    ...rest,
    id: 'skipped-one',
    name: 'slow matching fills in pieces',
    file: 'scenarios/04-partial-fill.test.ts',
    outcome: 'skipped',
    skipReason: reason,
    budgets: [],
    promises: [],
    run: null,
  }
}
