/**
 * A venue in memory that does what it is told, order by order: accept, refuse, stay silent, fill, show, hide.
 *
 *   submit ─► order on the list ─► script (one turn later, as a wire would) ─► reply · stream rows · books
 *
 * Its books are right whatever its answers say: executions, rows and positions follow from what was filled.
 */
import { positionIdxOf, sideOf } from '../../domain/order.ts'
import type { PositionRow, VenueExecutionRow, VenueOrderRow } from '../../domain/rows.ts'
import type { Clock } from '../../seams/clock.ts'
import type { Gateway, OrderInquiry, OrderRequest, Outcome, PrivateEvent, Submitted } from '../../venue/gateway.ts'

/** What the venue makes of an order as soon as it has arrived. */
export type Script = (clientId: string, request: OrderRequest) => void

interface Known {
  readonly request: OrderRequest
  readonly executions: VenueExecutionRow[]
  readonly answer: (outcome: Outcome<Submitted>) => void
  /** Null while the venue does not know it. */
  row: VenueOrderRow | null
}

export const UNREADABLE = { kind: 'unknown', code: 0, reason: 'no answer' } as const
/** The venue's clock is ahead of ours by so much, ms. */
const VENUE_AHEAD_MS = 1_700_000_000_000
const DONE = { kind: 'done', value: null } as const

export class FakeVenue implements Gateway {
  /** Everything asked of it, in order, e.g. `submit r-t1-0`. Shared with the journal, so that the two can be compared. */
  readonly log: string[]
  readonly requests: OrderRequest[] = []
  readonly #clock: Clock
  readonly #orders = new Map<string, Known>()
  readonly #held = new Map<string, number>()
  #execs = 0
  script: Script = () => undefined
  /** Where stream rows go. */
  listener: (event: PrivateEvent) => void = () => undefined
  /** The private stream is cut: what happens is only in the books. */
  streamDown = false
  /** No read is answered; or no read of that kind. */
  readsFail: boolean | 'openOrders' | 'inquire' = false
  /** What a cancel is answered with, where it is not the plain truth. */
  cancelAnswer: Outcome<null> | null = null
  /** Reads wait for this before they look. */
  readGate: Promise<void> = Promise.resolve()

  /** Questions about an order of a symbol wait for this before they are answered. */
  readonly inquireGates = new Map<string, Promise<void>>()

  /** As the real one: works without its object. */
  readonly venueNowMs = (): number => VENUE_AHEAD_MS + this.#clock.nowUs() / 1_000

  constructor(clock: Clock, log: string[]) {
    this.#clock = clock
    this.log = log
  }

  // ── What tests tell it ────────────────────────────────────────────────────────────────────────────────────────────

  /** The order is in the books; nobody has been told. */
  take(clientId: string, changes: Partial<VenueOrderRow> = {}): VenueOrderRow {
    const known = this.#known(clientId)
    const { symbol, leg, side, lots, closeAll, reduceOnly } = known.request
    const nowMs = this.venueNowMs()
    known.row = {
      symbol,
      clientId,
      venueOrderId: `v-${clientId}`,
      idx: positionIdxOf(leg),
      side,
      lots: closeAll ? 0 : lots,
      filledLots: 0,
      status: 'New',
      cancelType: '',
      rejectReason: 'EC_NoError',
      reduceOnly,
      closeOnTrigger: closeAll,
      createdMs: nowMs,
      updatedMs: nowMs,
      ...changes,
    }
    return known.row
  }

  /** The submit is answered "accepted". */
  acknowledge(clientId: string): void {
    this.answer(clientId, { kind: 'done', value: { venueOrderId: `v-${clientId}` } })
  }

  answer(clientId: string, outcome: Outcome<Submitted>): void {
    this.#known(clientId).answer(outcome)
  }

  refuse(clientId: string, code = 110007, retryAfterMs?: number): void {
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
    this.answer(clientId, { kind: 'refused', code, reason: 'no', ...wait })
  }

  lose(clientId: string, code = 0): void {
    this.answer(clientId, { kind: 'unknown', code, reason: 'reply lost' })
  }

  /** Fills so many lots, or what is missing; the books know, and the stream tells unless it is down. */
  fill(clientId: string, lots?: number, priceTicks = 600_000): VenueExecutionRow {
    const known = this.#known(clientId)
    const { symbol, leg, side, reduceOnly, closeAll } = known.request
    const before = known.row ?? this.take(clientId)
    const wanted = closeAll ? this.held(symbol, positionIdxOf(leg)) : known.request.lots - before.filledLots
    const filled = lots ?? wanted
    this.#execs += 1
    const venueMs = this.venueNowMs()
    const { venueOrderId } = before
    const common = { symbol, clientId, venueOrderId, side, lots: filled, priceTicks, feeUsd: 0.1, venueMs }
    const execution: VenueExecutionRow = { execId: `e${this.#execs}`, ...common }
    known.executions.push(execution)
    const filledLots = before.filledLots + filled
    const status = filled >= wanted ? 'Filled' : 'PartiallyFilled'
    known.row = { ...before, filledLots, status, updatedMs: venueMs }
    this.hold(symbol, positionIdxOf(leg), reduceOnly ? -filled : filled)
    this.tell({ kind: 'execution', row: execution })
    this.tellOrder(clientId)
    return execution
  }

  /** The order is over with what it has. */
  end(clientId: string, status = 'Cancelled'): void {
    const known = this.#known(clientId)
    known.row = { ...(known.row ?? this.take(clientId)), status }
    this.tellOrder(clientId)
  }

  /** Accepted and filled whole: what a calm venue does. */
  readonly fills: Script = (clientId) => {
    this.take(clientId)
    this.acknowledge(clientId)
    this.fill(clientId)
  }

  tell(event: PrivateEvent): void {
    if (!this.streamDown) this.listener(event)
  }

  tellOrder(clientId: string): void {
    const { row } = this.#known(clientId)
    if (row !== null) this.tell({ kind: 'order', row })
  }

  /** Changes a position, as somebody else's trade would. */
  hold(symbol: string, idx: 1 | 2, lots: number): void {
    this.#held.set(`${symbol}/${idx}`, this.held(symbol, idx) + lots)
  }

  held(symbol: string, idx: number): number {
    return this.#held.get(`${symbol}/${idx}`) ?? 0
  }

  // ── Gateway ───────────────────────────────────────────────────────────────────────────────────────────────────────

  submit(request: OrderRequest): ReturnType<Gateway['submit']> {
    const { clientId } = request
    if (this.#orders.has(clientId)) throw new Error(`${clientId} was sent twice`)
    this.log.push(`submit ${clientId}`)
    this.requests.push(request)
    const { promise, resolve } = Promise.withResolvers<Outcome<Submitted>>()
    this.#orders.set(clientId, { request, executions: [], answer: resolve, row: null })
    queueMicrotask(() => this.script(clientId, request))
    return { venueTimestampMs: this.venueNowMs(), reply: promise }
  }

  async cancel(_symbol: string, clientId: string): Promise<Outcome<null>> {
    this.log.push(`cancel ${clientId}`)
    await this.readGate
    if (this.cancelAnswer !== null) return this.cancelAnswer
    const row = this.#orders.get(clientId)?.row ?? null
    if (row === null || !isOpen(row)) return { kind: 'refused', code: 110001, reason: 'order not exists' }
    this.end(clientId)
    return DONE
  }

  async inquire(symbol: string, clientId: string): Promise<Outcome<OrderInquiry>> {
    this.log.push(`inquire ${clientId}`)
    if (this.readsFail === 'inquire') return UNREADABLE
    const askedVenueMs = this.venueNowMs()
    await this.inquireGates.get(symbol)
    const known = this.#orders.get(clientId)
    return this.#read({ row: known?.row ?? null, executions: [...(known?.executions ?? [])], askedVenueMs })
  }

  async positions(symbols: readonly string[]): Promise<Outcome<readonly PositionRow[]>> {
    this.log.push('positions')
    await this.readGate
    const rows = symbols.flatMap((symbol) =>
      (['long', 'short'] as const).map((leg) => {
        const idx = positionIdxOf(leg)
        return { symbol, idx, side: sideOf(leg, false), lots: this.held(symbol, idx) }
      }),
    )
    return this.#read(rows.filter((row) => row.lots > 0))
  }

  async openOrders(symbols: readonly string[]): Promise<Outcome<readonly VenueOrderRow[]>> {
    this.log.push('openOrders')
    if (this.readsFail === 'openOrders') return UNREADABLE
    return this.#read(this.#rows(symbols).filter(isOpen))
  }

  async executionsSince(symbols: readonly string[], sinceMs: number): Promise<Outcome<readonly VenueExecutionRow[]>> {
    this.log.push(`executionsSince ${sinceMs - VENUE_AHEAD_MS}`)
    await this.readGate
    const all = [...this.#orders.values()].flatMap((known) => known.executions)
    return this.#read(all.filter((row) => symbols.includes(row.symbol) && row.venueMs >= sinceMs))
  }

  async ordersSince(symbols: readonly string[], sinceMs: number): Promise<Outcome<readonly VenueOrderRow[]>> {
    this.log.push(`ordersSince ${sinceMs - VENUE_AHEAD_MS}`)
    return this.#read(this.#rows(symbols).filter((row) => row.createdMs >= sinceMs))
  }

  #rows(symbols: readonly string[]): VenueOrderRow[] {
    const rows = [...this.#orders.values()].flatMap((known) => known.row ?? [])
    return rows.filter((row) => symbols.includes(row.symbol))
  }

  #read<T>(value: T): Outcome<T> {
    return this.readsFail === true ? UNREADABLE : { kind: 'done', value }
  }

  #known(clientId: string): Known {
    const known = this.#orders.get(clientId)
    if (known === undefined) throw new Error(`the venue was never sent ${clientId}`)
    return known
  }
}

function isOpen(row: VenueOrderRow): boolean {
  return row.status === 'New' || row.status === 'PartiallyFilled'
}
