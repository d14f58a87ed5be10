/**
 * What is demanded of a run once its world has healed: it settles what it had, and it trades again.
 *
 *   disturbed ──► healed ──────────────────────────────────► stopped
 *                  ├─ a new trade, hedged and flat again: quotes come, the private stream is up and reconciled, the budget
 *                  │  of orders is free, no halt lingers: without any of these there is none
 *                  └─ nothing of it is left at the venue
 */
import { SWEEP_TRADE } from '../domain/leftover.ts'
import { ROUNDS_MAX } from '../execution/sweep.ts'
import { linesOf, type Run, type RunTrade } from '../journal/run.ts'
import { isBanned } from './explore-allowance.ts'
import type { Explored } from './explore-file.ts'
import type { LastTrade } from './last-trade.ts'
import type { Simulated } from './simulate.ts'

/** How the demand to trade again was met. `excused`: it was not made. */
export type TradedAgain = 'yes' | 'no' | 'excused'

export function tradedAgain({ healsAtMs, lastTrade }: Explored, run: Run): TradedAgain {
  if (lastTrade === undefined || healsAtMs === null || run.baseline === null) return 'excused'
  const trades = [...run.trades.values()].filter(({ tradeId }) => tradeId !== SWEEP_TRADE)
  const good = trades.filter((trade) => isGood(trade, lastTrade))
  if (new Set(good.map(({ symbol }) => symbol)).size >= lastTrade.symbols) return 'yes'
  if (isBanned(run) || (run.stopping?.at ?? 0) < healsAtMs * 1_000) return 'excused'
  if (linesOf(run, 'entries.halted').length === 0) return 'no'
  // Entries stay halted until somebody starts the process anew (D11): the reason must be from before the healing.
  const isBad = ({ failed, halted }: RunTrade): boolean => failed !== null || halted !== null
  const healedUs = healedAtUs(healsAtMs, run)
  const hasOldReason = trades.some((trade) => isBad(trade) && trade.firstUs < healedUs)
  const isAboutTrades = trades.some(isBad)
  return hasOldReason || !isAboutTrades || !lastTrade.hedged ? 'excused' : 'no'
}

function isGood({ firstUs, hedged, flat }: RunTrade, last: LastTrade): boolean {
  return firstUs >= last.fromMs * 1_000 && flat !== null && (!last.hedged || hedged !== null)
}

/** When the last disturbance that had begun before was over too. */
function healedAtUs(healsAtMs: number, run: Run): number {
  const ends = run.faults.applied
    .filter(({ data }) => data.party !== 'clock')
    .map(({ at, data }) => at + 1_000 * Number(/ (\d+) ms/.exec(data.verdict)?.[1] ?? 0))
  return Math.max(healsAtMs * 1_000, ...ends)
}

/**
 * With nothing disturbed any more and a market that takes what it is offered, it trades again and everything ends flat:
 * a sentence for each thing that is otherwise.
 */
export function judgeHealing(schedule: Explored, { run, result }: Simulated): string[] {
  const { healsAtMs, lastTrade } = schedule
  const again = tradedAgain(schedule, run)
  const wanted = lastTrade?.hedged ? 'hedged and flat' : 'flat'
  const idle = again === 'no' ? [`healed at ${healsAtMs} ms, yet no new trade was ${wanted} again`] : []
  if (isBanned(run) || (again !== 'yes' && !outlivesHealing(healsAtMs, run))) return idle
  const left = result.left.map(({ symbol, longLots, shortLots }) => `${symbol} long ${longLots}, short ${shortLots}`)
  const open = (run.truth?.data.orders ?? []).filter(({ status }) => OPEN.has(status)).map(({ clientId }) => clientId)
  return [...idle, ...[...left, ...open].map((what) => `left over in a healed world: ${what}`)]
}

/** Bybit's statuses of an order that may still fill. */
export const OPEN: ReadonlySet<string> = new Set(['New', 'PartiallyFilled', 'Untriggered'])

/** Whether the run was still there when the world had healed, and long enough to settle, with a try to close left to it. */
export function outlivesHealing(healsAtMs: number | null, run: Run): boolean {
  if (healsAtMs === null || hadGivenUp(healsAtMs, run)) return false
  return (run.finished?.at ?? 0) / 1_000 >= healsAtMs + SETTLES_MS
}

/** What the venue refuses, or takes nothing of, is tried so often and no more: what goes on after that only reads. */
function hadGivenUp(healsAtMs: number, run: Run): boolean {
  const orders = run.trades.get(SWEEP_TRADE)?.orders ?? []
  const tries = orders.flatMap(({ submitted, fills }) => {
    if (submitted === null) return []
    const { symbol, leg } = submitted.data
    return [{ at: submitted.at, of: `${symbol} ${leg}`, isInVain: fills.length === 0 }]
  })
  const isBefore = tries.every(({ at }) => at < healsAtMs * 1_000)
  const isSpent = (list: typeof tries): boolean =>
    list.length >= ROUNDS_MAX && list.slice(-ROUNDS_MAX).every(({ isInVain }) => isInVain)
  return isBefore && [...Map.groupBy(tries, ({ of }) => of).values()].some(isSpent)
}

/** The sweep looks twice, with a pause, and sends up to four times in vain: so long after the healing it is over, ms. */
const SETTLES_MS = 2_500
