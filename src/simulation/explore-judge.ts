/**
 * What is wrong with a played schedule: every promise, what the run itself said of its end, and that all is settled once
 * the world has healed.
 *
 *   findings ─► excused by an allowance? ─┐
 *   exit code, output, books ─────────────┼─► violations, each a sentence; none: the schedule is green
 *   healed, yet something is left ────────┘
 *
 * A planned fault that never fires makes no violation here, unlike in a scenario: a drawn plan claims nothing. It is counted.
 */
import type { Finding } from '../journal/finding.ts'
import { leftoverOf } from '../journal/leftover.ts'
import type { Run, RunTrade } from '../journal/run.ts'
import {
  type Allowance,
  allowanceOf,
  isBanned,
  mostSentInASecond,
  wasRefusedYetTaken,
  werePostponed,
} from './explore-allowance.ts'
import type { Explored } from './explore-file.ts'
import { judgeHealing, OPEN, outlivesHealing } from './explore-healing.ts'
import { meantAndSent } from './lives.ts'
import type { Simulated } from './simulate.ts'
import type { Schedule } from './stage.ts'

export interface Violation {
  /** The promise's id, or what else was broken. */
  readonly rule: string
  readonly what: string
}

export function judge(schedule: Explored, played: Simulated): Violation[] {
  if (played.run.baseline === null) return judgeUnstarted(schedule, played)
  const { findings } = played
  const excused = new Excused(schedule, played)
  const broken = findings
    .filter((finding) => finding.verdict !== 'pass' && finding.promise !== 'P10' && !excused.covers(finding))
    .map(({ promise, verdict, summary }) => ({ rule: promise, what: `${verdict}: ${summary}` }))
  const liveness = judgeHealing(schedule, played).map((what) => ({ rule: 'liveness', what }))
  return [...broken, ...judgeEnd(played), ...liveness, ...judgeHalts(schedule, played), ...judgeLives(played)]
}

/**
 * A run that could not even begin has nothing to answer for but that it says so, and that what is at the venue, left by lives
 * before it, is on record for the next one. Those it must not give up in a healed world.
 */
function judgeUnstarted({ healsAtMs }: Explored, { result, run, before = [] }: Simulated): Violation[] {
  const violations: Violation[] = []
  const wrong = (what: string): number => violations.push({ rule: 'end', what })
  if (result.exitCode !== 1) wrong(`never started, yet ended with ${result.exitCode}`)
  if (before.length > 0 && healsAtMs !== null && !isBanned(run))
    wrong(`killed, and did not start again: ${result.reason}`)
  const { orders = [], positions = [] } = run.truth?.data ?? {}
  const known = leftoverOf(run)?.orders ?? []
  const open = orders.filter(({ status }) => OPEN.has(status))
  for (const { symbol, lots } of [...positions, ...open.map((order) => ({ symbol: order.symbol, lots: order.lots }))]) {
    if (!known.some((order) => order.symbol === symbol)) wrong(`${lots} of ${symbol} are there and on nobody's record`)
  }
  if (before.length === 0 && orders.length > 0) wrong('never started, yet traded')
  return violations
}

/** What all processes of a run that was killed answer for together. */
function judgeLives({ run, before = [] }: Simulated): Violation[] {
  if (before.length === 0) return []
  return meantAndSent([...before, run]).map((what) => ({ rule: 'lives', what }))
}

class Excused {
  readonly #schedule: Explored
  readonly #played: Simulated

  constructor(schedule: Explored, played: Simulated) {
    this.#schedule = schedule
    this.#played = played
  }

  /** Whether all that is wrong in a finding is lateness, and no more of it than is allowed for. */
  covers(finding: Finding): boolean {
    if (finding.promise === 'P1') return this.#coversNaked(finding)
    if (finding.promise === 'P4') return this.#coversLateFills(finding)
    if (finding.promise === 'P6') return this.#coversSlowCloses(finding)
    if (finding.promise === 'P8') return this.#coversLimits(finding)
    if (finding.promise === 'P5' && this.#coversNamedOrders(finding)) return true
    // What could not be asked could not be booked either: the run must have said so, which judgeEnd holds it to.
    return (finding.promise === 'P5' || finding.promise === 'P9') && isBanned(this.#played.run)
  }

  #coversNaked({ evidence, bound }: Finding): boolean {
    return listOf(evidence['broken']).every(({ trade, endLots, longestMs, wrong }) => {
      const { because, moreMs } = this.#allowance(String(trade))
      // Banned, it cannot know what became of an order that rests: it has to say so, which judgeEnd holds it to.
      if (because === 'banned') return true
      if (endLots !== 0) return because !== null && String(wrong).includes('an honest end')
      return because !== null || Number(longestMs) <= (bound ?? 0) + moreMs
    })
  }

  #coversLateFills({ evidence, bound, onlyLate }: Finding): boolean {
    if (isBanned(this.#played.run)) return true
    return (
      onlyLate &&
      listOf(evidence['late']).every(
        ({ tradeId, worstMs }) => Number(worstMs) <= (bound ?? 0) + this.#allowance(String(tradeId)).moreMs,
      )
    )
  }

  #coversSlowCloses({ evidence, bound }: Finding): boolean {
    return listOf(evidence['broken']).every(({ tradeId, venueMs, executorMs, detectionMs }) => {
      const { because, moreMs } = this.#allowance(String(tradeId))
      if (because !== null) return true
      const trade = this.#played.run.trades.get(String(tradeId))
      // What the sweep closes is in the sweep's books, not in the trade's.
      const ownMs = executorMs === null && trade?.flat === null ? venueMs : executorMs
      if (venueMs === null || ownMs === null) return false
      const isNoticed = Number(detectionMs) <= DETECTION_MAX_MS + moreMs
      return isNoticed && Math.max(Number(venueMs), Number(ownMs)) <= (bound ?? 0) + moreMs
    })
  }

  /** Creates sent at the permitted rate, some of which were held up on their way; or a trade that came back when it was over. */
  #coversLimits({ evidence, bound }: Finding): boolean {
    const { run } = this.#played
    const isHeldUp = werePostponed(run) && mostSentInASecond(run) <= (bound ?? 0)
    const isBack = wasRefusedYetTaken(run)
    return listOf(evidence['broken']).every(({ limit }) => {
      if (limit === 'creates per second') return isHeldUp
      return isBack && AT_ONCE.has(String(limit))
    })
  }

  /** Orders that nothing could cancel before the run gave up, each named in its last words. Once healed, none may be left. */
  #coversNamedOrders({ evidence }: Finding): boolean {
    const { run, output, result } = this.#played
    if (outlivesHealing(this.#schedule.healsAtMs, run) || result.exitCode !== 1) return false
    const isNamed = ({ clientId }: Readonly<Record<string, unknown>>): boolean =>
      output.includes(`order ${String(clientId)} may still rest`)
    return listOf(evidence['unexplained']).length === 0 && listOf(evidence['openOrders']).every(isNamed)
  }

  #allowance(tradeId: string): Allowance {
    const { run } = this.#played
    const trade = run.trades.get(tradeId)
    return trade === undefined ? { moreMs: 0, because: null } : allowanceOf(this.#schedule, run, trade)
  }
}

/** P8: the limits that count trades from their first order to the last thing heard of them. */
const AT_ONCE: ReadonlySet<string> = new Set(['trades at once', 'notional at once', 'trades per symbol'])

/** P6: how long after it could be known a failure may be noticed, ms. */
const DETECTION_MAX_MS = 50

/** Lists of evidence hold the first twenty, and say how many there are: more than that is never excused. */
function listOf(evidence: unknown): Listed['first'] {
  const { count = 0, first = [] } = (evidence ?? {}) as Partial<Listed>
  return count > first.length ? [{}] : first
}

interface Listed {
  readonly count: number
  readonly first: readonly Readonly<Record<string, unknown>>[]
}

/**
 * The exit code, the last words and the journal's last line say what the venue's books say, of what was not there when the
 * run began. Where that was of a life before, it had ended and named it: `run --recover` is how it is taken up again.
 */
function judgeEnd({ run, result, output, before = [] }: Simulated): Violation[] {
  const violations: Violation[] = []
  const wrong = (what: string): number => violations.push({ rule: 'end', what })
  const finished = run.finished?.data
  if (finished?.exitCode !== result.exitCode)
    wrong(`ended with ${result.exitCode}, the journal says ${finished?.exitCode}`)
  const { positions = [], orders = [] } = run.truth?.data ?? {}
  const { positions: inherited = [], openOrders: resting = [] } = run.baseline?.data ?? {}
  const isNamed = (symbol: string): boolean => before.some(({ finished: end }) => isLeftBy(end, symbol))
  for (const { symbol, lots } of inherited) {
    if (!isNamed(symbol)) wrong(`takes ${lots} of ${symbol} for somebody else's, though no life before named it`)
  }
  const wereThere = new Set([...inherited.map(bookText), ...resting.map(({ venueOrderId }) => venueOrderId)])
  const open = orders.filter(({ status, venueOrderId }) => OPEN.has(status) && !wereThere.has(venueOrderId))
  const isFlat = positions.every((row) => row.lots === 0 || wereThere.has(bookText(row))) && open.length === 0
  if (output.includes('Flat: no position') && !isFlat) wrong('says that it is flat, which the venue does not')
  const isVerified = !output.includes('NOT VERIFIED')
  if (!isVerified && !isBanned(run)) wrong('could not ask the venue, though nothing kept it from asking')
  if (result.exitCode === 0 && !isFlat) wrong('ended with 0 though the venue shows something of it')
  if (result.exitCode !== 0) return violations
  if (run.events.some(({ type }) => type === 'entries.halted')) wrong('ended with 0 though its entries were halted')
  return violations
}

function isLeftBy(finished: Run['finished'], symbol: string): boolean {
  return finished?.data.exitCode === 1 && finished.data.tradesLeftOpen.some((left) => left.symbol === symbol)
}

function bookText({ symbol, idx, lots }: { symbol: string; idx: number; lots: number }): string {
  return `${symbol} ${idx} ${lots}`
}

/** A trade is given up only where something kept it from being closed. */
function judgeHalts(schedule: Schedule, { run }: Simulated): Violation[] {
  const halted = (trade: RunTrade): boolean => {
    if (trade.halted === null) return false
    const { because } = allowanceOf(schedule, run, trade)
    return because === null && !run.faults.applied.some(({ at }) => at <= trade.halted!.at)
  }
  return [...run.trades.values()]
    .filter(halted)
    .map(({ tradeId, halted: line }) => ({ rule: 'halt', what: `${tradeId} halted for nothing: ${line!.data.reason}` }))
}
