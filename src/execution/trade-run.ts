/**
 * One trade being lived: decide ─► perform ─► facts ─► apply ─► decide again.
 *
 * There is no `if` about legs here. An intent is written and flushed before the wire sees it: a killed process leaves it.
 */
import { apply } from '../domain/apply.ts'
import { type CashFill, cashFillOf } from '../domain/cash.ts'
import { type Action, decide } from '../domain/decide.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { EntryPrices } from '../domain/pricing.ts'
import type { VenueExecutionRow, VenueOrderRow } from '../domain/rows.ts'
import type { Fact, NewOrder, Phase, Trade, TradeOrder } from '../domain/trade.ts'
import { isSettled, phaseOf } from '../domain/trade.ts'
import type { OrderInquiry, Outcome, Submitted } from '../venue/gateway.ts'
import { endingsBetween, foundText, hasEnded, isOurs } from './ours.ts'
import { pauseMs } from './pause.ts'
import type { ExecutionPorts } from './ports.ts'
import { orderRequest, submittedRecord } from './price.ts'
import { type From, Suspects } from './suspects.ts'

/** What the executor wants to know about a trade as it moves. */
export interface TradeWatcher {
  moved(run: TradeRun, from: Phase, to: Phase): void
  /** Both entry orders have been answered `done`, at this monotonic µs. */
  acknowledged(run: TradeRun, atUs: number): void
  filled(fill: CashFill): void
}

export interface TradeRunOptions {
  readonly ports: ExecutionPorts
  readonly trade: Trade
  readonly symbolIndex: number
  readonly entry: EntryPrices
  readonly slippageCapBps: number
  readonly watcher: TradeWatcher
}

/** The venue's "duplicate order link id". */
const DUPLICATE_ID = 110072
/** One look at the rules leads to at most so many rounds of actions without a fact from outside. */
const ROUNDS_MAX = 16

export class TradeRun {
  readonly symbolIndex: number
  readonly instrument: Instrument
  readonly #options: TradeRunOptions
  readonly #ports: ExecutionPorts
  #trade: Trade
  #phase: Phase
  #cancelWake: (() => void) | null = null
  #wakeMs = Number.POSITIVE_INFINITY
  #deciding = false
  #handedOver = false
  #entryAcks = 0
  readonly #suspects = new Suspects()

  constructor(options: TradeRunOptions) {
    this.#options = options
    this.#ports = options.ports
    this.#trade = options.trade
    this.#phase = phaseOf(options.trade)
    this.symbolIndex = options.symbolIndex
    this.instrument = options.ports.instruments[options.symbolIndex]!
  }

  /** The trade as it stands; a new value after every fact. */
  get trade(): Trade {
    return this.#trade
  }

  get phase(): Phase {
    return this.#phase
  }

  /** No order of it is in flight, resting or unknown. */
  get quiet(): boolean {
    return this.#trade.orders.every(isSettled)
  }

  record(fact: Fact): void {
    const before = this.#trade
    this.#trade = apply(before, fact)
    if (this.#trade === before) return
    for (const ending of endingsBetween(before, this.#trade)) this.#ports.journal.append('order.ended', ending)
    const from = this.#phase
    this.#phase = phaseOf(this.#trade)
    if (this.#phase !== from) this.#options.watcher.moved(this, from, this.#phase)
  }

  /** Looks at the rules and does what they say, until they want nothing more. The first call sends both legs. */
  advance(): void {
    if (this.#deciding || this.#handedOver) return // deciding: a fact recorded while performing, the loop below sees it
    this.#deciding = true
    try {
      for (let round = 0; round < ROUNDS_MAX; round += 1) {
        const { actions, againMs } = decide(this.#trade, this.#nowMs())
        if (actions.length === 0) return this.#wakeAt(againMs)
        for (const action of actions) this.#perform(action)
      }
      throw new Error(`trade ${this.#trade.id} decides in circles: ${JSON.stringify(this.#trade)}`)
    } finally {
      this.#deciding = false
    }
  }

  /** No more timers. Facts are still recorded, and acted on when they come. */
  rest(): void {
    this.#cancelWake?.()
    this.#cancelWake = null
    this.#wakeMs = Number.POSITIVE_INFINITY
  }

  /** From now on the sweep acts for this trade: facts are recorded, nothing is performed any more. */
  handOver(): void {
    this.#handedOver = true
    this.rest()
  }

  /** A row of the venue's order book about one of our orders, from a stream or a query. */
  onOrderRow(row: VenueOrderRow): void {
    const { clientId, filledLots, status } = row
    if (this.#identify(row)) {
      this.record({ is: 'row', clientId, filledLots, ended: hasEnded(status), atMs: this.#nowMs() })
    }
    this.advance()
  }

  /** An execution of one of our orders. False when it was known already, or is not known to be ours. */
  onExecution(row: VenueExecutionRow, from: From): boolean {
    const { clientId, execId, lots, priceTicks, feeUsd, venueMs } = row
    const { journal, metrics } = this.#ports
    const order = this.#order(clientId)
    if (this.#suspects.hold(row, from)) return false
    if (order.fills.some((fill) => fill.execId === execId)) {
      metrics.count('duplicatesIgnored')
      return false
    }
    const fill = { execId, lots, priceTicks, feeUsd, venueMs }
    journal.append('order.filled', { tradeId: this.#trade.id, clientId, leg: order.leg, ...fill, from })
    if (order.filledLots === 0 && lots < order.lots) metrics.count('partialFills')
    if (from !== 'stream') metrics.count('fillsRecovered')
    this.#options.watcher.filled(cashFillOf(this.instrument, order, row))
    this.record({ is: 'fill', clientId, fill, atMs: this.#nowMs() })
    this.advance()
    return true
  }

  /** Asks the books about every order that is not settled, now. */
  async inquireOpen(): Promise<number> {
    const open = this.#trade.orders.filter((order) => !isSettled(order) && order.inquiry?.answered !== false)
    await Promise.all(open.map((order) => this.#inquire(order.clientId)))
    return open.length
  }

  #perform(action: Action): void {
    const { journal } = this.#ports
    switch (action.do) {
      case 'submit':
        return this.#submit(action.orders)
      case 'cancel':
        return this.#cancel(action.clientId)
      case 'inquire':
        void this.#inquire(action.clientId)
        return
      case 'fail':
        journal.append('trade.failed', { tradeId: this.#trade.id, reason: action.reason, dueUs: action.dueMs * 1000 })
        return this.record({ is: 'failed', reason: action.reason, dueMs: action.dueMs })
      case 'halt':
        return this.record({ is: 'halted', reason: action.reason })
    }
  }

  /** Both legs in one go: written down together, durable, then handed to the wire in the same turn. */
  #submit(orders: readonly NewOrder[]): void {
    const { gateway, journal, metrics } = this.#ports
    const { entry, slippageCapBps } = this.#options
    const quote = this.#ports.latestQuote(this.symbolIndex)
    const source = { instrument: this.instrument, quote, entry, slippageCapBps }
    const requests = orders.map((order) => orderRequest(this.#trade.symbol, order, source))
    for (const [i, order] of orders.entries()) {
      journal.append('order.submitted', submittedRecord(this.#trade.id, order, requests[i]!, source))
    }
    this.#makeDurable(orders)
    for (const [i, order] of orders.entries()) {
      const { venueTimestampMs, reply } = gateway.submit(requests[i]!)
      this.record({ is: 'sent', order, atMs: this.#nowMs(), venueTimestampMs })
      metrics.count('ordersSubmitted')
      if (order.purpose === 'retry' || order.purpose === 'hedge') metrics.count('retries')
      void reply.then((outcome) => this.#onReply(order, outcome))
    }
  }

  /** An opening order is not sent unless its intent is on record; a closing one is sent even when the disk is full. */
  #makeDurable(orders: readonly NewOrder[]): void {
    try {
      this.#ports.journal.flush()
    } catch (error) {
      if (orders.some((order) => !order.reduceOnly)) throw error
    }
  }

  #onReply(order: NewOrder, outcome: Outcome<Submitted>): void {
    const { journal, metrics, clock } = this.#ports
    const { clientId } = order
    const tradeId = this.#trade.id
    const atUs = clock.nowUs()
    const atMs = atUs / 1000
    if (outcome.kind === 'done') {
      journal.append('order.acknowledged', { tradeId, clientId, venueOrderId: outcome.value.venueOrderId })
      this.record({ is: 'acknowledged', clientId, atMs })
      if (order.purpose === 'entry') this.#entryAcks += 1
      if (order.purpose === 'entry' && this.#entryAcks === 2) this.#options.watcher.acknowledged(this, atUs)
    } else if (outcome.kind === 'refused') {
      const { code, reason, retryAfterMs } = outcome
      journal.append('order.refused', { tradeId, clientId, code, reason })
      metrics.count('ordersRefused')
      const waitMs = retryAfterMs ?? pauseMs(this.#trade, order, code)
      const retryAtMs = waitMs === null ? null : atMs + waitMs
      this.record({ is: 'refused', clientId, code, atMs, retryAtMs })
    } else {
      if (outcome.code === DUPLICATE_ID) this.#suspects.add(clientId)
      journal.append('order.unknown', { tradeId, clientId, reason: outcome.reason })
      metrics.count('unknownOutcomes')
      this.record({ is: 'lost', clientId, atMs })
    }
    this.advance()
  }

  #cancel(clientId: string): void {
    const { gateway, journal, metrics } = this.#ports
    const tradeId = this.#trade.id
    this.record({ is: 'cancelAsked', clientId, atMs: this.#nowMs() })
    metrics.count('cancellations')
    void gateway.cancel(this.#trade.symbol, clientId).then((outcome) => {
      if (outcome.kind === 'done') journal.append('order.cancelled', { tradeId, clientId })
      if (outcome.kind === 'refused') journal.append('order.cancelRefused', { tradeId, clientId, code: outcome.code })
      this.record({ is: 'cancelAnswered', clientId, answer: outcome.kind })
      this.advance()
    })
  }

  async #inquire(clientId: string): Promise<void> {
    const { gateway, journal, metrics } = this.#ports
    this.record({ is: 'inquired', clientId, atMs: this.#nowMs() })
    metrics.count('inquiries')
    const outcome = await gateway.inquire(this.#trade.symbol, clientId)
    this.record({ is: 'inquiryAnswered', clientId })
    journal.append('order.queried', { tradeId: this.#trade.id, clientId, found: foundText(outcome) })
    if (outcome.kind === 'done') this.#onInquiry(clientId, outcome.value)
    this.advance()
  }

  #onInquiry(clientId: string, inquiry: OrderInquiry): void {
    if (inquiry.row !== null && !this.#identify(inquiry.row)) return
    for (const execution of inquiry.executions) this.onExecution(execution, 'query')
    if (inquiry.row !== null) return this.onOrderRow(inquiry.row)
    if (inquiry.executions.length > 0) return
    const { askedVenueMs } = inquiry
    const before = this.#order(clientId).status
    this.record({ is: 'notFound', clientId, askedVenueMs, atMs: this.#nowMs() })
    if (this.#order(clientId).status === 'absent' && before !== 'absent') {
      this.#ports.journal.append('order.absent', { tradeId: this.#trade.id, clientId, askedVenueMs })
    }
  }

  /** False for a stranger's order under an id of ours: then ours never came to be, and theirs is left alone. */
  #identify(row: VenueOrderRow): boolean {
    const { clientId } = row
    if (!this.#suspects.has(clientId)) return true
    if (isOurs(this.#order(clientId), row, this.#trade.symbol)) {
      for (const { row: heard, from } of this.#suspects.acquit(clientId)) this.onExecution(heard, from)
      return true
    }
    this.record({ is: 'refused', clientId, code: DUPLICATE_ID, atMs: this.#nowMs(), retryAtMs: null })
    this.record({ is: 'halted', reason: `the venue's order ${clientId} is not the one this run sent` })
    return false
  }

  #wakeAt(againMs: number | null): void {
    if (againMs !== null && this.#cancelWake !== null && againMs >= this.#wakeMs) return // an earlier look is due anyway
    this.rest()
    if (againMs === null) return
    this.#wakeMs = againMs
    this.#cancelWake = this.#ports.clock.after(Math.max(0, againMs - this.#nowMs()), () => {
      this.#cancelWake = null
      this.#wakeMs = Number.POSITIVE_INFINITY
      this.advance()
    })
  }

  #order(clientId: string): TradeOrder {
    const order = this.#trade.orders.find((one) => one.clientId === clientId)
    if (order === undefined) throw new Error(`trade ${this.#trade.id} has no order ${clientId}`)
    return order
  }

  #nowMs(): number {
    return this.#ports.clock.nowUs() / 1000
  }
}
