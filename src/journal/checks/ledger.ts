/**
 * The ledger of naked exposure (P1): what the venue's books say, and beside it what the executor's own books said then.
 *
 *   venue.truth.executions ─► changes at the venue's time ───────┐
 *   order.filled ───────────► changes when they were written ────┼─► per trade: naked · believed · apart
 *   trade.hedged, flat, halted ─► what was claimed to be naked ──┘   (claims are held against the executor's own fills)
 *
 * A fact under way is no disagreement: an execution and its record may lie apart by the recovery bound, either way, since
 * two clocks are compared. What remains is apart: learned later than that, never, twice, or with other lots.
 */
import { sideOf } from '../../domain/order.ts'
import type { JournalLine } from '../events.ts'
import { mostOf } from '../finding.ts'
import { linesOf } from '../run.ts'
import { type AttributedChange, changesByTrade } from './attribution.ts'
import { type Books, type OurExecution, venueMsOfEnd } from './books.ts'
import { type Change, type Exposure, exposureOf } from './exposure.ts'

/** One trade on one symbol. Changes are long minus short, on the venue's clock. */
export interface TradeLedger {
  /** The trade's id, or the client order id where no intent names a trade. */
  readonly trade: string
  readonly symbol: string
  /** What the venue executed. */
  readonly venue: readonly Change[]
  /** What the executor's books said, from when they said it. */
  readonly believed: readonly Change[]
  readonly naked: Exposure
  readonly believedNaked: Exposure
  /** What our books said minus what the venue's did, facts under way left aside: nothing, in an honest run. */
  readonly apart: Exposure
}

type FillLine = JournalLine<'order.filled'>

interface Sides {
  readonly trade: string
  readonly symbol: string
  readonly venue: Change[]
  readonly believed: Change[]
  readonly apart: Change[]
}

/** All trades with an execution at the venue, a fill in our books, or a claim. */
export function ledgerOf(books: Books): TradeLedger[] {
  const fills = Map.groupBy(linesOf(books.run, 'order.filled'), (line) => line.data.execId)
  const trades = new Map<string, Sides>()
  const inherited = inheritedNow(books)
  const isInherited = new Set(inherited.map(({ row }) => row.execId))
  for (const { trade, symbol, changes } of changesByTrade([...inherited, ...books.executions])) {
    const sides = sidesOf(trades, trade, symbol)
    for (const change of changes) {
      if (isInherited.has(change.execId)) addInherited(sides, change)
      else addExecution(books, sides, change, fills.get(change.execId)?.[0])
    }
  }
  addSurplus(books, trades, fills)
  // Whoever claimed something has an entry, also without a fill.
  for (const { tradeId, symbol, hedged, flat, halted } of books.run.trades.values()) {
    if ((hedged ?? flat ?? halted) !== null) sidesOf(trades, tradeId, symbol)
  }
  const endMs = venueMsOfEnd(books)
  return [...trades.values()].map(({ trade, symbol, venue, believed, apart }) => ({
    trade,
    symbol,
    venue,
    believed: inOrder(believed),
    naked: exposureOf(venue, endMs),
    believedNaked: exposureOf(inOrder(believed), endMs),
    apart: exposureOf(inOrder(apart), endMs),
  }))
}

/** What earlier runs left is this run's from its beginning: nobody could take it off while no process ran. */
function inheritedNow({ inherited, started }: Books): OurExecution[] {
  const { venueMs } = started.data.clock
  return inherited.executions.map((each) => ({
    ...each,
    row: { ...each.row, venueMs: Math.max(each.row.venueMs, venueMs) },
  }))
}

/** Whether this run found it is P4's question. */
function addInherited(sides: Sides, { execId: _, ...change }: AttributedChange): void {
  sides.venue.push(change)
  sides.believed.push(change)
}

/** Recorded in time it is on both sides; recorded late or never, the two are apart in between. */
function addExecution(books: Books, sides: Sides, { execId: _, ...change }: AttributedChange, line?: FillLine): void {
  sides.venue.push(change)
  const bookedMs = line === undefined ? Number.POSITIVE_INFINITY : books.venueMs(line.at)
  if (line !== undefined) sides.believed.push({ ...change, atMs: bookedMs })
  if (Math.abs(bookedMs - change.atMs) <= books.bounds.recoveryBoundMs) return
  sides.apart.push({ ...change, signedLots: -change.signedLots })
  if (line !== undefined) sides.apart.push({ ...change, atMs: bookedMs })
}

/** What our books hold beyond the venue's: fills booked again, with other lots, or of executions that never were. */
function addSurplus(books: Books, trades: Map<string, Sides>, fills: ReadonlyMap<string, readonly FillLine[]>): void {
  const venueLots = new Map(books.executions.map(({ row }) => [row.execId, row.lots]))
  for (const [execId, lines] of fills) {
    for (const [place, { at, data }] of lines.entries()) {
      const lots = place === 0 ? data.lots - (venueLots.get(execId) ?? 0) : data.lots
      if (lots === 0) continue
      const intent = books.intents.get(data.clientId)?.data
      const bought = (intent?.side ?? sideOf(data.leg, false)) === 'buy'
      const symbol = intent?.symbol ?? books.run.trades.get(data.tradeId)?.symbol ?? ''
      const lotUsd = books.lotUsd(symbol, data.priceTicks)
      const change = { atMs: books.venueMs(at), signedLots: bought ? lots : -lots, lotUsd }
      const sides = sidesOf(trades, data.tradeId, symbol)
      sides.believed.push(change)
      sides.apart.push(change)
    }
  }
}

function sidesOf(trades: Map<string, Sides>, trade: string, symbol: string): Sides {
  const key = `${trade} ${symbol}`
  const known = trades.get(key) ?? { trade, symbol, venue: [], believed: [], apart: [] }
  trades.set(key, known)
  return known
}

function inOrder(changes: readonly Change[]): Change[] {
  return changes.toSorted((a, b) => a.atMs - b.atMs)
}

/**
 * By how much the venue's clock is ahead of where the run laid it, ms: some fill was in our books so long before it
 * happened. Durations do not change by it; a picture of both books does.
 */
export function venueAheadMs(books: Books): number {
  const booked = new Map<string, number>()
  for (const { at, data } of linesOf(books.run, 'order.filled')) {
    if (!booked.has(data.execId)) booked.set(data.execId, books.venueMs(at))
  }
  return mostOf(books.executions, ({ row }) => row.venueMs - (booked.get(row.execId) ?? Number.POSITIVE_INFINITY))
}

/**
 * A moment at which the executor said what was naked, and its own fills up to then said otherwise; or it said that all was
 * well, and knew of an order that had ended with `unreadLots` more than it had booked.
 */
export interface Misstatement {
  readonly trade: string
  readonly said: 'hedged' | 'flat' | 'halted'
  readonly saidLots: number
  readonly bookedLots: number
  readonly unreadLots: number
}

/** Claims are held against the executor's own lines; those against the venue's are the ledger's matter. */
export function misstatements({ run, intents }: Books): Misstatement[] {
  const booked = new Map<string, number>()
  const unread = new UnreadFills()
  const wrong: Misstatement[] = []
  const hold = (trade: string, said: Misstatement['said'], saidLots: number): void => {
    const bookedLots = booked.get(trade) ?? 0
    // A halt says what is known, and that it is all that is known.
    const unreadLots = said === 'halted' ? 0 : unread.of(trade)
    if (bookedLots !== saidLots || unreadLots > 0) wrong.push({ trade, said, saidLots, bookedLots, unreadLots })
  }
  for (const { type, data } of run.events) {
    if (type === 'order.ended') unread.ended(data.tradeId, data.clientId, data.filledLots)
    if (type === 'order.filled') {
      unread.booked(data.clientId, data.lots)
      const side = intents.get(data.clientId)?.data.side ?? sideOf(data.leg, false)
      booked.set(data.tradeId, (booked.get(data.tradeId) ?? 0) + (side === 'buy' ? data.lots : -data.lots))
    }
    if (type === 'trade.hedged') hold(data.tradeId, 'hedged', 0)
    if (type === 'trade.flat') hold(data.tradeId, 'flat', 0)
    if (type === 'trade.halted') hold(data.tradeId, 'halted', data.nakedLots)
  }
  return wrong
}

/** What ended orders had filled by the executor's own word, and its books do not have yet. */
class UnreadFills {
  readonly #booked = new Map<string, number>()
  readonly #ended = new Map<string, { readonly trade: string; readonly lots: number }>()

  booked(clientId: string, lots: number): void {
    this.#booked.set(clientId, (this.#booked.get(clientId) ?? 0) + lots)
  }

  ended(trade: string, clientId: string, lots: number): void {
    this.#ended.set(clientId, { trade, lots })
  }

  of(trade: string): number {
    return [...this.#ended].reduce(
      (sum, [clientId, ended]) =>
        ended.trade === trade ? sum + Math.max(0, ended.lots - (this.#booked.get(clientId) ?? 0)) : sum,
      0,
    )
  }
}

/** All trades together: from `atMs` on so many USD are naked, each trade's amount counted without its sign. */
export interface NakedStep {
  readonly atMs: number
  readonly usd: number
}

export function nakedTogether(trades: readonly (readonly Change[])[]): NakedStep[] {
  const changes = trades.flatMap((list, trade) => list.map((change) => ({ ...change, trade })))
  changes.sort((a, b) => a.atMs - b.atMs)
  const lots = trades.map(() => 0)
  const usd = trades.map(() => 0)
  const steps: NakedStep[] = []
  let total = 0
  for (const { atMs, signedLots, lotUsd, trade } of changes) {
    lots[trade]! += signedLots
    total -= usd[trade]!
    usd[trade] = Math.abs(lots[trade]!) * lotUsd
    total += usd[trade]!
    if (steps.at(-1)?.atMs === atMs) steps.pop()
    // A sum of floats that went up and came down again is nothing.
    steps.push({ atMs, usd: total < 1e-6 ? 0 : total })
  }
  return steps
}

/** The longest time in which at least one trade was naked, and the most that all were together. */
export function togetherOf(steps: readonly NakedStep[], endMs: number): { longestMs: number; largestUsd: number } {
  const most = { longestMs: 0, largestUsd: 0 }
  let sinceMs: number | null = null
  for (const { atMs, usd } of [...steps, { atMs: endMs, usd: 0 }]) {
    if (usd > 0) sinceMs ??= atMs
    else if (sinceMs !== null) {
      most.longestMs = Math.max(most.longestMs, atMs - sinceMs)
      sinceMs = null
    }
    most.largestUsd = Math.max(most.largestUsd, usd)
  }
  return most
}
