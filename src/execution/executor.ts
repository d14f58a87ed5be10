/**
 * All trades of a run: lets the permitted ones in, hands every venue fact to the trade it belongs to, counts what failed.
 *
 *   opportunity ─► guard (entry.ts) ─► TradeRun ⇄ gateway        private stream ─► byClientId ─► TradeRun
 */
import type { Config } from '../config.ts'
import { type CashFill, cashFillOf } from '../domain/cash.ts'
import { notionalUsd } from '../domain/instrument.ts'
import { signedLots } from '../domain/order.ts'
import type { PairPlan } from '../domain/pair.ts'
import { legNotionalUsd } from '../domain/pair.ts'
import type { Qualification } from '../domain/qualification.ts'
import type { PositionRow, VenueExecutionRow } from '../domain/rows.ts'
import type { NewOrder, Phase, Trade } from '../domain/trade.ts'
import { heldLots, nakedLots, newTrade } from '../domain/trade.ts'
import type { OpportunityRecord } from '../journal/events.ts'
import type { PrivateEvent } from '../venue/gateway.ts'
import { TradeBooks } from './books.ts'
import type { EntryRefusal } from './entry.ts'
import { entryRefusal, FailureWindow } from './entry.ts'
import { policyOf } from './policy.ts'
import type { ExecutionPorts } from './ports.ts'
import { TradeRun } from './trade-run.ts'

/** Everything that is decided before a trade starts: the rules said yes, the sizes and prices fit the filters. */
export interface TradePlan {
  readonly symbolIndex: number
  readonly pair: PairPlan
  readonly opportunity: OpportunityRecord
  readonly verdict: Qualification
  /** When the quote that caused it reached the process, and when it was decided; monotonic µs. */
  readonly receivedUs: number
  readonly decidedUs: number
}

type StrayOrder = Pick<NewOrder, 'leg' | 'side'> & { readonly symbol: string }

interface Origin {
  readonly receivedUs: number
  readonly decidedUs: number
  readonly priceTicks: number
}

export interface ExecutorOptions {
  readonly ports: ExecutionPorts
  readonly config: Config
  readonly runId: string
  /** A trade became hedged: from now on the position monitor looks after it. */
  onHedged(run: TradeRun): void
  /** A trade ended: flat or halted. */
  onEnded(run: TradeRun): void
  onEntriesHalted(reason: string): void
}

/** Both legs of a hedged pair. */
const CREATES_PER_EXIT = 2
/** A finished trade still listens for late facts for so long, ms; then it is forgotten so that memory stays bounded. */
const REMEMBER_MS = 5_000

export class Executor {
  readonly books: TradeBooks
  readonly #options: ExecutorOptions
  readonly #failures: FailureWindow
  readonly #foreign = new Set<string>()
  /** Failed trades that are counted already: a late fill that opens one again makes it no second failure. */
  readonly #counted = new WeakSet<TradeRun>()
  /** What a trade's measures need of its plan: no more, since many trades are remembered for a while. */
  readonly #origins = new Map<string, Origin>()
  #tradesStarted = 0
  #halted: string | null = null
  #closing: string | null = null
  #privateReady = false

  constructor(options: ExecutorOptions) {
    this.#options = options
    this.books = new TradeBooks()
    this.#failures = new FailureWindow(options.ports.clock)
  }

  get tradesStarted(): number {
    return this.#tradesStarted
  }

  /** Why no new trade is let in any more, null while entries are open. */
  get halted(): string | null {
    return this.#halted
  }

  /** A symbol that held positions or orders we did not open is never traded (D19). */
  refuseSymbol(symbol: string): void {
    this.#foreign.add(symbol)
  }

  /** Why no trade may be started on an instrument now, or null. Cheap: asked for every quote that qualifies. */
  refusal(symbolIndex: number): EntryRefusal | null {
    const { ports, config } = this.#options
    const { symbol } = ports.instruments[symbolIndex]!
    return entryRefusal({
      config,
      books: this.books,
      symbol,
      tradesStarted: this.#tradesStarted,
      createsFree: ports.createsFree(),
      halted: this.#halted !== null,
      stopping: this.#closing !== null,
      privateReady: this.#privateReady,
      foreign: this.#foreign.has(symbol),
    })
  }

  /** Starts a trade that `refusal` permits. Both legs are on the wire when this returns. */
  open(plan: TradePlan): void {
    const { ports, config, runId } = this.#options
    const { symbol } = ports.instruments[plan.symbolIndex]!
    this.#tradesStarted += 1
    const id = `t${this.#tradesStarted}`
    const { opportunity, verdict, symbolIndex } = plan
    const { lots, minOrderLots, prices } = plan.pair
    const startedMs = ports.clock.nowUs() / 1000
    const trade = newTrade({ id, runId, symbol, lots, minOrderLots, policy: policyOf(config), startedMs })
    const { slippageCapBps } = config
    const run = new TradeRun({ ports, trade, symbolIndex, entry: prices, slippageCapBps, watcher: this })
    this.#origins.set(id, { receivedUs: plan.receivedUs, decidedUs: plan.decidedUs, priceTicks: prices.longTicks })
    this.books.add(run, this.#notionalOf(plan))
    ports.journal.append('trade.planned', { tradeId: id, symbol, lots, opportunity, verdict })
    ports.metrics.count('tradesExecuted')
    run.advance()
  }

  #notionalOf(plan: TradePlan): number {
    const instrument = this.#options.ports.instruments[plan.symbolIndex]!
    return legNotionalUsd(instrument, plan.pair, 'long') + legNotionalUsd(instrument, plan.pair, 'short')
  }

  /** Facts from the private stream. Rows of orders that are not ours are none of our business. */
  onPrivate(event: PrivateEvent): void {
    if (event.kind === 'ready') this.#privateReady = true
    if (event.kind === 'gap') this.#privateReady = false
    if (event.kind === 'order') this.books.byClientId(event.row.clientId)?.onOrderRow(event.row)
    if (event.kind === 'execution') this.books.byClientId(event.row.clientId)?.onExecution(event.row, 'stream')
  }

  /** The private stream is gone: fills may be missed, so nothing new is started until it is back and reconciled. */
  privateLost(): void {
    this.#privateReady = false
  }

  /** No new trades; every trade's goal becomes to close, as fast as the account's order budget allows. */
  closeAll(reason: string): void {
    this.#closing = reason
    this.closeMore()
  }

  /** After `closeAll`: closes those that had to wait for the budget. A bug in one trade must not keep the others open. */
  closeMore(): void {
    if (this.#closing === null) return
    for (const run of this.books.open()) {
      try {
        this.close(run, this.#closing)
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        this.#options.ports.journal.append('run.warned', {
          message: `trade ${run.trade.id} could not be closed: ${message}`,
        })
      }
    }
  }

  /**
   * Turns one trade's goal to closing. A hedged pair waits until both its orders fit the budget, beside what is reserved
   * for trades that are not hedged: half an exit would be worse than a late one. Ask again then.
   */
  close(run: TradeRun, reason: string): void {
    const { ports } = this.#options
    if (run.phase === 'hedged' && ports.createsFree() < this.books.reservedCreates + CREATES_PER_EXIT) return
    if (run.trade.goal === 'open') {
      ports.journal.append('trade.closing', { tradeId: run.trade.id, reason })
      run.record({ is: 'close', reason })
    }
    run.advance()
  }

  /** The sweep takes over whatever is open. */
  handOver(): void {
    for (const run of this.books.open()) run.handOver()
  }

  /** Entries stop until the process is started anew (D11). Open trades are managed on. */
  haltEntries(reason: string): void {
    if (this.#halted !== null) return
    this.#halted = reason
    this.#options.ports.journal.append('entries.halted', { reason })
    this.#options.onEntriesHalted(reason)
  }

  /** Our own books: what this run's fills add up to. */
  positions(): PositionRow[] {
    return this.books.positions(this.#options.ports.instruments.map((instrument) => instrument.symbol))
  }

  /** Ended trades are forgotten after a while. */
  prune(): void {
    const nowMs = this.#options.ports.clock.nowUs() / 1000
    for (const id of this.books.prune(nowMs - REMEMBER_MS)) this.#origins.delete(id)
  }

  /** A fill that no trade has counted: of the final sweep. */
  bookStray(order: StrayOrder, execution: VenueExecutionRow): void {
    const instrument = this.#options.ports.instruments.find(({ symbol }) => symbol === order.symbol)!
    this.books.carry(order.symbol, order.leg, signedLots(order, execution.lots))
    this.books.cash.add(cashFillOf(instrument, order, execution))
  }

  // ── TradeWatcher ──────────────────────────────────────────────────────────────────────────────────────────────────

  filled(fill: CashFill): void {
    this.books.cash.add(fill)
  }

  acknowledged(run: TradeRun, atUs: number): void {
    const origin = this.#origins.get(run.trade.id)
    if (origin === undefined) return
    this.#options.ports.metrics.record('placement', atUs - origin.decidedUs)
    this.#options.ports.metrics.record('endToEnd', atUs - origin.receivedUs)
  }

  moved(run: TradeRun, from: Phase, to: Phase): void {
    if (from === 'flat') this.books.reopened(run) // a fill came late
    if (to === 'hedged') return this.#onHedged(run)
    if (to === 'flat') return this.#onFlat(run)
    if (to === 'halted') return this.#onHalted(run)
  }

  #onHedged(run: TradeRun): void {
    const { trade } = run
    const { journal, metrics, clock } = this.#options.ports
    const sinceStartUs = clock.nowUs() - trade.startedMs * 1000
    journal.append('trade.hedged', { tradeId: trade.id, lots: heldLots(trade, 'long'), sinceStartUs })
    metrics.count('tradesHedged')
    if (heldLots(trade, 'long') === trade.lots) metrics.count('tradesSuccessful')
    this.#options.onHedged(run)
  }

  #onFlat(run: TradeRun): void {
    const { failed } = run.trade
    if (failed !== null) {
      if (hadSurvivor(run.trade)) this.#options.ports.metrics.count('emergencyCloses')
      if (!this.#counted.has(run)) this.#countFailed(run, failed)
    }
    run.rest()
    this.books.ended(run, this.#options.ports.clock.nowUs() / 1000)
    this.#options.onEnded(run)
  }

  #countFailed(run: TradeRun, failed: NonNullable<Trade['failed']>): void {
    const { metrics, clock } = this.#options.ports
    this.#counted.add(run)
    metrics.count('tradesFailed')
    const timedOut = failed.reason.endsWith('timeout')
    if (timedOut) metrics.count('timeouts')
    // A pair that timed out and was taken off in time is the rules at work, not a failure (D11).
    const inTime = clock.nowUs() / 1000 - failed.dueMs <= CLOSE_BOUND_MS
    if (!inTime || !timedOut) this.#countFailure(`trade ${run.trade.id}: ${failed.reason}`)
  }

  #onHalted(run: TradeRun): void {
    const { trade, instrument } = run
    const { journal, metrics } = this.#options.ports
    const quote = this.#options.ports.latestQuote(run.symbolIndex)
    const naked = nakedLots(trade)
    const ticks = quote?.bidTicks ?? this.#origins.get(trade.id)?.priceTicks ?? 0
    journal.append('trade.halted', {
      tradeId: trade.id,
      symbol: trade.symbol,
      longLots: heldLots(trade, 'long'),
      shortLots: heldLots(trade, 'short'),
      nakedLots: naked,
      nakedUsd: notionalUsd(instrument, ticks, Math.abs(naked)),
      reason: trade.halted ?? 'halted',
    })
    metrics.count('tradesHalted')
    this.haltEntries(`trade ${trade.id} on ${trade.symbol} halted: ${trade.halted}`)
  }

  #countFailure(what: string): void {
    const reason = this.#failures.add(what)
    if (reason !== null) this.haltEntries(reason)
  }
}

/** P6's absolute budget for taking off what is left of a failed pair, ms. */
const CLOSE_BOUND_MS = 1_000

function hadSurvivor(trade: Trade): boolean {
  return trade.orders.some((order) => order.filledLots > 0)
}
