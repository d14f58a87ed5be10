/**
 * Bybit's REST side as our `Gateway`, plus what a run needs at its start: clock, instruments, hedge mode, leverage.
 *
 *   submit ─► call ─► Outcome            one try, ever; signed with the short receive window
 *   cancel ─► call ─► Outcome            one try
 *   reads  ─► reads ─► call ─► Outcome   repeated a bounded number of times
 *
 * Refused here without being sent: no budget left (10006 with `retryAfterMs`) and banned (403 with `bannedUntilUs`).
 */
import type { Instrument } from '../domain/instrument.ts'
import { positionIdxOf } from '../domain/order.ts'
import { formatSteps } from '../domain/steps.ts'
import type { Clock } from '../seams/clock.ts'
import type { AccountInfo } from './account.ts'
import { configure, ensureHedgeMode, loadInstruments, loadListings, readAccountInfo } from './account.ts'
import type { Params, Reply } from './call.ts'
import { createCaller } from './call.ts'
import type { InstrumentIndex } from './decode-fields.ts'
import { indexInstruments } from './decode-fields.ts'
import type { EndpointName } from './endpoints.ts'
import type { Gateway, OrderRequest, Outcome, Submitted, WalletReader } from './gateway.ts'
import { createHttp } from './http.ts'
import type { Limits } from './limits.ts'
import { createLimits } from './limits.ts'
import type { Mark } from './outcome.ts'
import { misunderstood } from './paging.ts'
import { createReads } from './reads.ts'
import type { ClockSync } from './sync-clock.ts'
import { createClockSync } from './sync-clock.ts'
import type { Transport } from './transport.ts'
import { createVenueClock } from './venue-clock.ts'
import { readCashChanges, readWallet } from './wallet.ts'

export interface RestOptions {
  readonly baseUrl: string
  readonly apiKey: string
  readonly apiSecret: string
  readonly clock: Clock
  /** The venue may accept a create until its timestamp plus this, ms (D10). */
  readonly orderRecvWindowMs: number
  /** Submits and cancels: after so long the outcome is unknown. */
  readonly orderTimeoutMs: number
  /** Each try of a read; of a question about one order the shorter of this and `orderTimeoutMs`. */
  readonly readTimeoutMs: number
  readonly createsPerSecond: number
  readonly ipCallsPer5s: number
  /** Sockets at most; four are kept warm by `syncClock`. Default 6: two trades' legs and a reconciliation at once. */
  readonly connections?: number
  /** Lists are followed over so many pages at most. Default 100; whoever reads a whole run's books needs more. */
  readonly pagesMax?: number
  readonly onEvent?: (event: RestEvent) => void
  /** Default: the network. */
  readonly transport?: Transport | undefined
}

/** What the client noticed; for warnings and counters. Reasons carry no key. */
export type RestEvent =
  | { readonly kind: Mark; readonly op: EndpointName; readonly reason: string }
  | { readonly kind: 'clock-synced'; readonly offsetMs: number; readonly roundTripMs: number }

export interface RestClient extends Gateway, WalletReader {
  /** Asks the venue's time over four sockets at once, which also opens them and keeps them open: call it at the start, then periodically. */
  syncClock(): Promise<Outcome<ClockSync>>
  /** Instruments in the order asked for; refused by name when some do not exist or do not trade. */
  loadInstruments(symbols: readonly string[]): Promise<Outcome<Instrument[]>>
  /** The same, also of what does not trade (any more): to read its books by. */
  loadListings(symbols: readonly string[]): Promise<Outcome<Instrument[]>>
  /** What rows are read with; rows of other symbols are left out. Submitting another symbol is a bug and throws. */
  useInstruments(instruments: readonly Instrument[]): void
  /** Switches the symbol to hedge mode and reads it back. */
  ensureHedgeMode(symbol: string): Promise<Outcome<null>>
  /** Same leverage on both sides. */
  setLeverage(symbol: string, leverage: number): Promise<Outcome<null>>
  accountInfo(): Promise<Outcome<AccountInfo>>
  readonly limits: Limits
  close(): Promise<void>
}

const CONNECTIONS = 6
const DONE: Outcome<null> = { kind: 'done', value: null }

export function createRest(options: RestOptions): RestClient {
  const { baseUrl, apiKey, apiSecret, clock, orderRecvWindowMs, orderTimeoutMs, readTimeoutMs, onEvent } = options
  const { createsPerSecond, ipCallsPer5s, connections = CONNECTIONS, transport } = options
  let instruments: InstrumentIndex = new Map()
  const http = (transport?.openHttp ?? createHttp)({ baseUrl, connections, connectTimeoutMs: readTimeoutMs, clock })
  const venueClock = createVenueClock(clock)
  const limits = createLimits({ createsPerSecond, ipCallsPer5s, clock, venueNowMs: venueClock.nowMs })
  const onMark = (kind: Mark, op: EndpointName, reason: string): void => {
    onEvent?.({ kind, op, reason })
    // The next call must not fail for the same reason; whoever waits for the clock joins this question.
    if (kind === 'resync-clock') void syncClock()
  }
  const caller = createCaller({ http, limits, venueClock, clock, credentials: { apiKey, apiSecret }, onMark })
  const syncClock = createClockSync({
    caller,
    clock,
    venueClock,
    readTimeoutMs,
    onSynced: (s) => onEvent?.({ kind: 'clock-synced', ...s }),
  })
  const reads = createReads({
    caller,
    clock,
    venueClock,
    readTimeoutMs,
    inquiryTimeoutMs: Math.min(orderTimeoutMs, readTimeoutMs),
    resync: syncClock,
    pagesMax: options.pagesMax,
    instruments: () => instruments,
  })
  const orderLimits = { timeoutMs: orderTimeoutMs, recvWindowMs: orderRecvWindowMs }

  return {
    submit(request) {
      const known = instruments.get(request.symbol)
      if (known === undefined) throw new Error(`${request.symbol} is not among the instruments in use`)
      const { venueTimestampMs, called } = caller('create', createParams(request, known.instrument), orderLimits)
      return { venueTimestampMs, reply: called.then(({ outcome }) => submitted(outcome, request.clientId)) }
    },
    async cancel(symbol, clientId) {
      const { outcome } = await caller('cancel', { category: 'linear', symbol, orderLinkId: clientId }, orderLimits)
        .called
      return outcome.kind === 'done' ? DONE : outcome
    },
    inquire: reads.inquire,
    positions: reads.positions,
    openOrders: reads.openOrders,
    executionsSince: reads.executionsSince,
    ordersSince: reads.ordersSince,
    venueNowMs: venueClock.nowMs,
    syncClock,
    loadInstruments: (symbols) => loadInstruments(reads, symbols),
    loadListings: (symbols) => loadListings(reads, symbols),
    useInstruments(list) {
      instruments = indexInstruments(list)
    },
    ensureHedgeMode: (symbol) => ensureHedgeMode(caller, reads, symbol, readTimeoutMs),
    setLeverage(symbol, leverage) {
      const value = String(leverage)
      const params = { category: 'linear', symbol, buyLeverage: value, sellLeverage: value }
      return configure(caller, 'setLeverage', params, readTimeoutMs)
    },
    wallet: () => readWallet(reads),
    cashChangesSince: (sinceMs) => readCashChanges(reads, sinceMs),
    accountInfo: () => readAccountInfo(reads),
    limits,
    close: http.close,
  }
}

/**
 * The body of `POST /v5/order/create`. Our own two legs must never trade with each other: CancelMaker (D3).
 * Quantity "0" with close-on-trigger closes whatever the leg holds (facts §3.2).
 */
function createParams(request: OrderRequest, { tick, lot }: Instrument): Params {
  const isMarket = request.priceTicks === null
  return {
    category: 'linear',
    symbol: request.symbol,
    side: request.side === 'buy' ? 'Buy' : 'Sell',
    orderType: isMarket ? 'Market' : 'Limit',
    qty: request.closeAll ? '0' : formatSteps(request.lots, lot),
    price: request.priceTicks === null ? undefined : formatSteps(request.priceTicks, tick),
    timeInForce: isMarket || request.timeInForce === 'ioc' ? 'IOC' : 'GTC',
    positionIdx: positionIdxOf(request.leg),
    orderLinkId: request.clientId,
    reduceOnly: request.reduceOnly || request.closeAll,
    closeOnTrigger: request.closeAll,
    smpType: 'CancelMaker',
  }
}

/** An acknowledgement must name an order, and ours; anything else leaves open what was placed. */
function submitted(outcome: Outcome<Reply>, clientId: string): Outcome<Submitted> {
  if (outcome.kind !== 'done') return outcome
  const { orderId, orderLinkId } = outcome.value.result
  if (typeof orderId !== 'string' || orderId === '') return misunderstood('create', 'it names no orderId')
  if (orderLinkId !== clientId) return misunderstood('create', 'it names another orderLinkId')
  return { kind: 'done', value: { venueOrderId: orderId } }
}
