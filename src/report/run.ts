/**
 * One journal as the page's `RunRecord`. Bounded: the page shows so much and says how much there was.
 */
import { indexBooks } from '../journal/checks/books.ts'
import { ledgerOf, venueAheadMs } from '../journal/checks/ledger.ts'
import type { EventData, JournalEvent, JournalLine } from '../journal/events.ts'
import type { Finding } from '../journal/finding.ts'
import type { Run } from '../journal/run.ts'
import { causalOf } from './causal.ts'
import type { AppliedFault, RunRecord } from './document.ts'
import { runNaked } from './naked.ts'
import { safetyOf } from './safety.ts'
import { type TradeRecord, tradesOf } from './trades.ts'

/** Timelines drawn per scenario. */
export const TIMELINES_SHOWN = 4
/** Trades kept per scenario, worst first. */
export const TRADES_SHOWN = 40
const NEVER_ASKED = { positions: [], orders: [], executions: [], venueCounters: null }
const FAULTS_SHOWN = 60
const REMARKS_SHOWN = 60

/** Null when the journal never said what run it is of. */
export function runRecord(run: Run, findings: readonly Finding[]): RunRecord | null {
  if (run.started === null) return null
  const { at: startUs, data } = run.started
  const books = indexBooks(run, run.started, run.truth?.data ?? NEVER_ASKED)
  const ledger = ledgerOf(books)
  const trades = tradesOf(run, ledger, venueAheadMs(books))
  const faults = run.faults.applied.map((line) => appliedFault(line, startUs))
  const remarks = remarksOf(run, startUs)
  return {
    runId: data.runId,
    target: data.target,
    seed: data.seed,
    versions: data.versions,
    config: data.config,
    nakedMaxMs: data.bounds.nakedMaxMs,
    durationUs: (run.finished ?? run.events.at(-1) ?? run.started).at - startUs,
    ended: run.finished === null ? null : { exitCode: run.finished.data.exitCode, reason: run.finished.data.reason },
    metrics: run.metrics.last,
    naked: runNaked(books, ledger, run.truth !== null),
    trades: trades.slice(0, TRADES_SHOWN).map((trade, place) => withSteps(run, trade, place)),
    tradesTotal: trades.length,
    faultsPlanned: run.faults.planned,
    faultsApplied: faults.slice(0, FAULTS_SHOWN),
    faultsAppliedTotal: faults.length,
    faultsFired: [...new Set(faults.map((fault) => fault.name))],
    remarks: remarks.slice(0, REMARKS_SHOWN),
    remarksTotal: remarks.length,
    safety: safetyOf(run, findings),
  }
}

/** The first few of a run, which are drawn, are told step by step as well. */
function withSteps(run: Run, record: TradeRecord, place: number): TradeRecord {
  const trade = run.trades.get(record.tradeId)
  return place < TIMELINES_SHOWN && trade !== undefined ? { ...record, causal: causalOf(run, trade) } : record
}

function appliedFault({ at, data }: JournalLine<'fault.applied'>, startUs: number): AppliedFault {
  const { name, occurrence, clientId } = data
  return { name, what: `${data.party} ${data.op}: ${data.verdict}`, occurrence, clientId, atUs: at - startUs }
}

function remarksOf(run: Run, startUs: number): { atUs: number | null; text: string }[] {
  const problems = run.problems.map(({ line, what }) => ({
    atUs: null,
    text: `journal${line === null ? '' : `, line ${line}`}: ${what}`,
  }))
  const told = run.events.flatMap((event) => {
    const text = remark(event)
    return text === null ? [] : [{ atUs: event.at - startUs, text }]
  })
  return [...problems, ...told]
}

/** What a reader wants to know of a run beside its trades; null for everything else. */
function remark(event: JournalEvent): string | null {
  switch (event.type) {
    case 'run.warned':
      return `warning: ${event.data.message}`
    case 'run.stopping':
      return `stopping: ${event.data.reason}`
    case 'stream.closed':
      return `${event.data.stream} stream closed (${event.data.code}) ${event.data.reason}`
    case 'stream.gap':
      return `${event.data.stream} stream heard nothing for ${((event.data.toUs - event.data.fromUs) / 1000).toFixed(1)} ms`
    case 'frame.refused':
      return `${event.data.stream} frame refused: ${event.data.why}`
    case 'entries.halted':
      return `entries halted: ${event.data.reason}`
    case 'reconciled':
      return reconcileText(event.data)
    case 'run.finished':
      return event.data.tradesLeftOpen.length === 0 ? null : `left open: ${leftOpenText(event.data)}`
    default:
      return null
  }
}

function reconcileText(data: EventData['reconciled']): string {
  return `reconciled after ${data.cause}: ${data.ordersAsked} orders asked, ${data.fillsRecovered} fills recovered in ${data.tookMs.toFixed(1)} ms`
}

function leftOpenText(data: EventData['run.finished']): string {
  return data.tradesLeftOpen.map((left) => `${left.tradeId} ${left.symbol} naked ${left.nakedLots} lots`).join(', ')
}
