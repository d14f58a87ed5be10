/**
 * The end of a run, and the beginning of one after a crash: whatever is ours and could not be closed by its own rules is
 * cancelled and flattened by position index, and the venue is asked whether it is flat.
 *
 *   cancel what rests ─► book fills ─► what is there and ours? ─► reduce-only orders ─► … ─► flat, seen twice
 *
 * Every symbol was empty at the start (others were refused), so what is there now is ours as far as the books say so.
 * More than that belongs to somebody who came in meanwhile, and is left alone (D19); unless an order of ours never was
 * resolved: then nobody can tell the two apart, and an unknown order of ours is the likelier owner.
 */
import { notionalUsd } from '../domain/instrument.ts'
import type { LegName, Side } from '../domain/order.ts'
import { sideOf } from '../domain/order.ts'
import type { PositionRow, VenueExecutionRow, VenueOrderRow } from '../domain/rows.ts'
import type { Outcome } from '../venue/gateway.ts'
import type { Executor } from './executor.ts'
import { Inquiries } from './inquiries.ts'
import { hasEnded } from './ours.ts'
import { hasShrunk, type OwnBooks, type OwnPosition, ownPositions } from './own-positions.ts'
import { NOT_A_CHANCE } from './pause.ts'
import type { ExecutionPorts } from './ports.ts'

export interface SweepBooks extends OwnBooks {
  /** Asks the venue once more about orders of these symbols that may have done anything. */
  askUnresolved?(symbols: readonly string[]): Promise<unknown>
  /** Counts a fill that no trade has counted. */
  book(order: SweptOrder, execution: VenueExecutionRow): void
}

/** An order whose fills are not all in the books. */
export interface SweptOrder {
  readonly clientId: string
  readonly symbol: string
  readonly leg: LegName
  readonly side: Side
  /** From this moment of the venue's clock on, "not found" means that it never arrived. */
  readonly absentFromVenueMs: number
}

export interface SweepOptions {
  readonly ports: ExecutionPorts
  readonly books: SweepBooks
  readonly runId: string
  /** Names the sweep's own orders: `<runId>-<tradeId>-<number>`. */
  readonly tradeId: string
  /** Whether a client order id is one of those that are to be cancelled. */
  isOwn(clientId: string): boolean
  /** Symbols that were never ours, or are not to be swept now. */
  readonly refused: readonly string[]
  /** Orders that earlier sweeps of this run have sent: ids go on from there. */
  readonly sentBefore?: number
  /** Orders sent before this sweep whose fills nobody else books. */
  readonly unbooked?: readonly SweptOrder[]
  /** The venue may accept a create, and its books may lag, together for so long, ms. */
  readonly arrivalMaxMs: number
  /** What the venue has of an order is final, and booked; null: it never arrived. */
  onFinal?(order: SweptOrder, row: VenueOrderRow | null): void
  warn(message: string): void
}

export interface SweepResult {
  /** What of ours is still open, or null when the venue could not be asked. Empty means verified flat, by asking twice. */
  readonly left: readonly PositionRow[] | null
  /** Client order ids of ours that still rest; null when the venue could not be asked. */
  readonly resting: readonly string[] | null
  /** What others hold in our symbols: neither ours to close nor reason to be called flat. */
  readonly strangers: readonly PositionRow[]
  readonly ordersSent: number
  /** Client order ids whose fills may not all be in the books. */
  readonly unresolved: readonly string[]
}

/** So many tries in a row that took nothing off: what answers and refuses, or takes nothing, is not asked for ever. */
export const ROUNDS_MAX = 4
/** A venue that does not answer, or gives no order its chance, is asked for so long: restarts take seconds. */
const PATIENCE_MS = 20_000
const SETTLE_MS = 200
const WAIT_MAX_MS = 1_000 // what is limited waits for its moment, but looks again at least so often

/** The books of a run's own trades. */
export function booksOf(executor: Executor): SweepBooks {
  return {
    positions: () => executor.positions(),
    isUnresolved: (symbol) => executor.books.bySymbol(symbol)?.quiet === false,
    askUnresolved: (symbols) => {
      const runs = executor.books.open().filter(({ trade }) => symbols.includes(trade.symbol))
      return Promise.all(runs.map((run) => run.inquireOpen()))
    },
    book: (order, execution) => executor.bookStray(order, execution),
  }
}

/** Cancels, flattens and verifies. The trades must have been handed over. */
export async function sweep(options: SweepOptions): Promise<SweepResult> {
  const { ports, refused, sentBefore = 0 } = options
  const symbols = ports.instruments.map((instrument) => instrument.symbol).filter((symbol) => !refused.includes(symbol))
  const giveUpUs = ports.clock.nowUs() + PATIENCE_MS * 1000
  const warned = new Set<string>()
  const unbooked = new Set(options.unbooked)
  const booked = new Set<string>()
  const inquiries = new Inquiries()
  let rounds = 0
  let ordersSent = 0
  let held: readonly OwnPosition[] = []
  for (let looksFlat = 0; ; ) {
    // The books may show a fill later than the position it changed: every look asks once more.
    const cancelled = await cancelOwn(options, symbols)
    const resting = cancelled?.clientIds ?? null
    for (const symbol of symbols) inquiries.ask(symbol, symbol, () => options.books.askUnresolved?.([symbol]))
    for (const order of unbooked) {
      inquiries.ask(order.clientId, order.symbol, async () => {
        if (await bookFills(options, order, booked)) unbooked.delete(order)
      })
    }
    await inquiries.answered(ports.clock, SETTLE_MS)
    const unknown = unknownSymbols(options, unbooked, inquiries)
    const answer = await ownPositions(options, symbols, warned)
    const seen = answer === 'banned' ? null : answer
    // A thin market takes a little at a time: while it takes anything no try was in vain.
    if (seen !== null && hasShrunk(held, seen.own)) rounds = 0
    held = seen?.own ?? held
    const isBooked = unbooked.size === 0 && !symbols.some((symbol) => options.books.isUnresolved(symbol))
    const isFlat = resting?.length === 0 && seen?.own.length === 0 && isBooked
    looksFlat = isFlat ? looksFlat + 1 : 0
    // A venue that has not said what is left, or what our orders got, is not given up before its time.
    const isSpent = rounds >= ROUNDS_MAX && resting !== null && seen !== null && isBooked
    // A ban outlasts any patience: minutes, in which nothing can be asked or closed.
    const isOver = ports.clock.nowUs() >= giveUpUs || isSpent || answer === 'banned'
    // One look may be behind a fill that is on its way; two, a while apart, are an answer.
    if (looksFlat === 2 || (isOver && !isFlat)) {
      await inquiries.allAnswered() // nothing is booked after the end
      // Positions without orders are half an answer: what may still rest may still fill.
      const left = resting === null || seen === null ? null : seen.own.map(({ whole: _, ...row }) => row)
      const unresolved = [...unbooked].map((order) => order.clientId)
      return { left, resting, strangers: seen?.strangers ?? [], ordersSent, unresolved }
    }
    let waitMs = SETTLE_MS
    let spent = cancelled?.hadChance === true
    const ready = rounds < ROUNDS_MAX ? (seen?.own ?? []).filter(({ symbol }) => !unknown.has(symbol)) : []
    // Both legs at once: waiting for the reply of one would leave the other alone.
    const flattened = await Promise.all(
      ready.map((own, index) => flatten(options, own, sentBefore + ordersSent + index)),
    )
    ordersSent += ready.length
    for (const { order, blockedMs } of flattened) {
      waitMs = Math.max(waitMs, blockedMs === null ? 2 * SETTLE_MS : Math.min(blockedMs, WAIT_MAX_MS))
      if (blockedMs !== null) continue
      spent = true
      unbooked.add(order)
    }
    if (spent) rounds += 1
    await ports.clock.sleep(waitMs)
  }
}

interface Cancelled {
  /** What rested. */
  readonly clientIds: readonly string[]
  /** The venue has looked at one of the cancels, at least. */
  readonly hadChance: boolean
}

/** Cancels what rests of ours; null when it could not be read. */
async function cancelOwn({ ports, isOwn }: SweepOptions, symbols: readonly string[]): Promise<Cancelled | null> {
  const orders = await ports.gateway.openOrders(symbols)
  if (orders.kind !== 'done') return null
  const own = orders.value.filter((row) => isOwn(row.clientId))
  const outcomes = await Promise.all(own.map((row) => ports.gateway.cancel(row.symbol, row.clientId)))
  return { clientIds: own.map((row) => row.clientId), hadChance: outcomes.some((each) => blockedFor(each) === null) }
}

/** How long something waits that the venue has not even looked at, ms; null when it has. */
function blockedFor(outcome: Outcome<unknown>): number | null {
  if (outcome.kind !== 'refused') return null
  const { code, retryAfterMs } = outcome
  return retryAfterMs !== undefined || NOT_A_CHANCE.has(code) ? (retryAfterMs ?? 0) : null
}

/**
 * While an earlier order of a symbol is unknown its legs are not told apart from what they may become: taking off the one
 * that is known would make the exposure that it is meant to end. The same while something is still asked about the symbol.
 */
function unknownSymbols(options: SweepOptions, unbooked: ReadonlySet<SweptOrder>, asked: Inquiries): Set<string> {
  const earlier = options.unbooked?.filter((order) => unbooked.has(order)) ?? []
  return asked.symbols().union(new Set(earlier.map((order) => order.symbol)))
}

interface Flattening {
  readonly order: SweptOrder
  /** Null when the order had its chance; else how long it is to wait, ms. */
  readonly blockedMs: number | null
}

/** Quantity "0", reduce-only, close-on-trigger takes exactly what a position holds, below every minimum too. */
async function flatten(options: SweepOptions, own: OwnPosition, place: number): Promise<Flattening> {
  const { ports, runId, tradeId, arrivalMaxMs } = options
  const clientId = `${runId}-${tradeId}-${place}`
  const { symbol, lots, whole } = own
  const leg = legOf(own)
  const common = { clientId, symbol, leg, side: sideOf(leg, true), lots, priceTicks: null } as const
  const order = { ...common, timeInForce: 'ioc', reduceOnly: true, closeAll: whole } as const
  const index = ports.instruments.findIndex((one) => one.symbol === symbol)
  const ticks = ports.latestQuote(index)?.bidTicks ?? 0
  const worthUsd = notionalUsd(ports.instruments[index]!, ticks, lots)
  ports.journal.append('order.submitted', {
    ...order,
    tradeId,
    place,
    purpose: 'unwind',
    notionalUsd: worthUsd,
  })
  flushIfPossible(ports)
  const { venueTimestampMs, reply } = ports.gateway.submit(order)
  const swept = { clientId, symbol, leg, side: order.side, absentFromVenueMs: venueTimestampMs + arrivalMaxMs }
  const outcome = await reply
  if (outcome.kind !== 'refused') return { order: swept, blockedMs: null }
  const { code, reason } = outcome
  ports.journal.append('order.refused', { tradeId, clientId, code, reason })
  // Certainly not placed: one look that does not find it is enough.
  return { order: { ...swept, absentFromVenueMs: 0 }, blockedMs: blockedFor(outcome) }
}

/** What takes off is sent even when the disk is full. */
function flushIfPossible({ journal }: ExecutionPorts): void {
  try {
    journal.flush()
  } catch {
    // The line stays in the buffer; the next write says what is wrong.
  }
}

function legOf({ idx }: PositionRow): LegName {
  return idx === 2 ? 'short' : 'long'
}

/** Fills that nobody else books: without them the books would still hold what is gone. True when all are in. */
async function bookFills(options: SweepOptions, order: SweptOrder, booked: Set<string>): Promise<boolean> {
  const { ports, books, runId, tradeId } = options
  const { clientId, symbol, leg } = order
  const inquiry = await ports.gateway.inquire(symbol, clientId)
  if (inquiry.kind !== 'done') return false
  const { row, executions, askedVenueMs } = inquiry.value
  for (const execution of executions) {
    const { execId, lots, priceTicks, feeUsd, venueMs } = execution
    if (booked.has(execId)) continue
    booked.add(execId)
    books.book(order, execution)
    if (!clientId.startsWith(`${runId}-`)) continue // of an earlier run: what it was is said as a whole
    const fill = { execId, leg, lots, priceTicks, feeUsd, venueMs }
    ports.journal.append('order.filled', { tradeId, clientId, ...fill, from: 'query' })
  }
  const lots = executions.reduce((sum, execution) => sum + execution.lots, 0)
  const isAbsent = row === null && lots === 0 && askedVenueMs > order.absentFromVenueMs
  const isFinal = isAbsent || (row !== null && hasEnded(row.status) && lots >= row.filledLots)
  if (isFinal) options.onFinal?.(order, row)
  return isFinal
}
