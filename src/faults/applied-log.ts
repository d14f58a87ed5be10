/**
 * Writes down what was done, as journal lines: a fault that was planned and not delivered makes a run void (P10).
 *
 * Every thread appends to the same file, each line by one O_APPEND write, so that lines never mix. `seq` counts from
 * thread id × 1,000,000 + 1, so that two threads never use the same number.
 */
import { openSync, writeSync } from 'node:fs'
import type { EventData, JournalLine } from '../journal/events.ts'
import type { Clock } from '../seams/clock.ts'
import type { Applied } from './gate.ts'
import type { FaultVerdict } from './plan-types.ts'

export type AppliedRecord = EventData['fault.applied']

/** Opens the journal for appending and returns the writer. Null path: nothing is written down. */
export function openAppliedLog(path: string | null, clock: Clock, threadId: number): (record: AppliedRecord) => void {
  if (path === null) return () => undefined
  const file = openSync(path, 'a')
  let seq = threadId * 1_000_000
  return (data) => {
    seq += 1
    const line: JournalLine<'fault.applied'> = { seq, at: clock.nowUs(), by: 'faults', type: 'fault.applied', data }
    writeSync(file, `${JSON.stringify(line)}\n`)
  }
}

export function recordOf({ fault, verdict, party, op, occurrence, clientId }: Applied): AppliedRecord {
  return { name: fault.name, party, op, verdict: verdictText(verdict), occurrence, clientId }
}

/** E.g. "delay 300 ms", "retCode 110007", "drop". */
export function verdictText(verdict: FaultVerdict): string {
  switch (verdict.do) {
    case 'delay':
      return `delay ${verdict.ms} ms`
    case 'pause':
    case 'skew':
      return `${verdict.do} ${verdict.ms} ms`
    case 'slow-drip':
      return `slow-drip ${verdict.ms} ms`
    case 'close':
      return `close ${verdict.code}`
    case 'http':
      return `http ${verdict.status}`
    case 'retCode':
      return `retCode ${verdict.code}`
    case 'rate-limit':
      return `rate-limit ${verdict.resetMs} ms`
    case 'reprice':
      return `reprice ${verdict.bps} bps`
    case 'shrink':
      return `shrink to ${verdict.fraction}`
    default:
      return verdict.do
  }
}
