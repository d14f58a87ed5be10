/**
 * Groups a journal's lines, in one pass.
 */
import type { JournalEvent, JournalLine } from './events.ts'
import type { RunGroups, RunOrder, RunTrade, RunTradePhase, StreamLine } from './run.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] }
type OrderDraft = Mutable<RunOrder>
type TradeDraft = Mutable<Omit<RunTrade, 'orders'>> & { orders: OrderDraft[]; byClientId: Map<string, OrderDraft> }
type TradeEvent = Extract<JournalEvent, { readonly data: { readonly tradeId: string } }>
type OrderEvent = Extract<TradeEvent, { readonly data: { readonly clientId: string } }>

/** Groups lines that are already in the order of time. */
export function groupEvents(events: readonly JournalEvent[]): RunGroups {
  const trades = new Map<string, TradeDraft>()
  const streams: StreamLine[] = []
  const applied: JournalLine<'fault.applied'>[] = []
  const series: JournalLine<'metrics.snapshot'>[] = []
  const compared: JournalLine<'books.compared'>[] = []
  const once: Mutable<Pick<RunGroups, 'started' | 'baseline' | 'stopping' | 'finished' | 'truth'>> = {
    started: null,
    baseline: null,
    stopping: null,
    finished: null,
    truth: null,
  }
  for (const event of events) {
    if (isTradeEvent(event)) noteTrade(trades, event)
    else if (event.type === 'run.started') once.started ??= event
    else if (event.type === 'run.baseline') once.baseline ??= event
    else if (event.type === 'run.stopping') once.stopping ??= event
    else if (event.type === 'run.finished') once.finished ??= event
    else if (event.type === 'venue.truth') once.truth = event
    else if (event.type === 'fault.applied') applied.push(event)
    else if (event.type === 'metrics.snapshot') series.push(event)
    else if (event.type === 'books.compared') compared.push(event)
    else if (isStreamEvent(event)) streams.push(event)
  }
  return {
    ...once,
    trades: trades as ReadonlyMap<string, RunTrade>,
    streams,
    faults: { planned: once.started?.data.plannedFaults ?? [], applied },
    metrics: { last: series.at(-1)?.data ?? null, series },
    compared,
  }
}

function isTradeEvent(event: JournalEvent): event is TradeEvent {
  return 'tradeId' in event.data
}

function isOrderEvent(event: TradeEvent): event is OrderEvent {
  return 'clientId' in event.data
}

function isStreamEvent(event: JournalEvent): event is Extract<JournalEvent, StreamLine> {
  return event.type.startsWith('stream.')
}

const PHASES: Readonly<Partial<Record<JournalEvent['type'], RunTradePhase>>> = {
  'trade.planned': 'planned',
  'trade.hedged': 'hedged',
  'trade.failed': 'failed',
  'trade.closing': 'closing',
  'trade.flat': 'flat',
  'trade.halted': 'halted',
}

function noteTrade(trades: Map<string, TradeDraft>, event: TradeEvent): void {
  const trade = draftOf(trades, event)
  trade.lastUs = event.at
  trade.phase = PHASES[event.type] ?? trade.phase
  if (trade.symbol === '' && 'symbol' in event.data) trade.symbol = event.data.symbol
  if (isOrderEvent(event)) noteOrder(trade, event)
  else if (event.type === 'trade.planned') trade.planned ??= event
  else if (event.type === 'trade.hedged') trade.hedged ??= event
  else if (event.type === 'trade.failed') trade.failed ??= event
  else if (event.type === 'trade.closing') trade.closing ??= event
  else if (event.type === 'trade.flat') trade.flat = event
  else if (event.type === 'trade.halted') trade.halted = event
  else trade.marks.push(event)
}

function noteOrder(trade: TradeDraft, event: OrderEvent): void {
  const order = orderOf(trade, event.data.clientId)
  switch (event.type) {
    case 'order.submitted':
      order.submitted ??= event
      break
    case 'order.acknowledged':
      order.acknowledged ??= event
      break
    case 'order.refused':
      order.refused ??= event
      break
    case 'order.unknown':
      order.unknown ??= event
      break
    case 'order.absent':
      order.absent ??= event
      break
    case 'order.cancelled':
      order.cancelled ??= event
      break
    case 'order.ended':
      order.ended ??= event
      break
    case 'order.filled':
      order.fills.push(event)
      trade.fills.push(event)
      break
    case 'order.cancelRefused':
    case 'order.queried':
      break
  }
}

function draftOf(trades: Map<string, TradeDraft>, event: TradeEvent): TradeDraft {
  const { tradeId } = event.data
  const known = trades.get(tradeId)
  if (known !== undefined) return known
  const draft: TradeDraft = {
    tradeId,
    symbol: '',
    planned: null,
    orders: [],
    fills: [],
    hedged: null,
    failed: null,
    closing: null,
    flat: null,
    halted: null,
    marks: [],
    phase: 'planned',
    firstUs: event.at,
    lastUs: event.at,
    byClientId: new Map(),
  }
  trades.set(tradeId, draft)
  return draft
}

function orderOf(trade: TradeDraft, clientId: string): OrderDraft {
  const known = trade.byClientId.get(clientId)
  if (known !== undefined) return known
  const draft: OrderDraft = {
    clientId,
    submitted: null,
    acknowledged: null,
    refused: null,
    unknown: null,
    absent: null,
    cancelled: null,
    ended: null,
    fills: [],
  }
  trade.orders.push(draft)
  trade.byClientId.set(clientId, draft)
  return draft
}
