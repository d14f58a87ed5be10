/**
 * One zod schema per event type: what a journal file must look like to be believed.
 *
 * Reading files is an edge, so zod is welcome here. The runtime's own process only appends and loads none of this.
 * Fields that are not named here are kept: an older reader can open a newer journal.
 */
import { z } from 'zod'
import { stepFromText } from '../domain/steps.ts'
import { booksCompared, walletCompared } from './compared-schemas.ts'
import type { EventData, EventType } from './events.ts'
import { leftover, recovered } from './recovery-schemas.ts'
import { position, venueExecution, venueOrder } from './row-schemas.ts'

const count = z.int().nonnegative()
const whole = z.int()
const text = z.string()
const leg = z.enum(['long', 'short'])
const side = z.enum(['buy', 'sell'])
const stream = z.enum(['public', 'private'])
const step = text.refine(isStep, 'must be a positive decimal such as "0.10"')
const counters = z.record(text, z.number())

const bounds = z.object({
  orderTimeoutMs: z.number(),
  legTimeoutMs: z.number(),
  unknownMaxMs: z.number(),
  orderRecvWindowMs: z.number(),
  readLagMs: z.number(),
  recoveryBoundMs: z.number(),
  entryRetriesMax: count,
  unwindsMax: count,
  maxConcurrentTrades: count,
  maxNotionalUsd: z.number(),
  closeBudgetMs: z.number(),
  nakedMaxMs: z.number(),
  createsPerSecond: z.number(),
})

const instrument = z.object({ symbol: text, tick: step, lot: step, minLots: count, minNotionalUsd: z.number() })

const opportunity = z.object({
  symbol: text,
  longExchange: text,
  shortExchange: text,
  longPrice: z.number(),
  shortPrice: z.number(),
  spreadBps: z.number(),
  fundingDelta8h: z.number(),
  orderBookDepthLong: z.number(),
  orderBookDepthShort: z.number(),
  confidenceScore: z.number(),
  projectedProfitAfterSlippage: z.number(),
  timestamp: z.number(),
})

const constraintName = z.enum(['funding', 'depth', 'confidence', 'profit'])

const qualification = z.object({
  qualified: z.boolean(),
  rejectedBy: constraintName.nullable(),
  confidence: z.number(),
  feesBps: z.number(),
  slippageBps: z.number(),
  fundingCostBps: z.number(),
  projectedProfitBps: z.number(),
  constraints: z.array(
    z.object({
      name: constraintName,
      passed: z.boolean(),
      value: z.number(),
      threshold: z.number(),
      margin: z.number(),
    }),
  ),
})

const us = z.number().nullable()
const stage = z.object({ count, p50Us: us, p95Us: us, p99Us: us, p999Us: us, maxUs: us, hdr: text })

const order = { tradeId: text, clientId: text }

/** By event type. The compiler holds every schema to the contract in `events.ts`. */
export const eventSchemas = {
  'run.started': z.object({
    runId: text,
    target: text,
    seed: text,
    versions: z.record(text, text),
    config: z.record(text, z.unknown()),
    bounds,
    instruments: z.array(instrument),
    clock: z.object({ atUs: z.number(), venueMs: z.number() }),
    plannedFaults: z.array(text),
    account: text.optional(),
  }),
  'recovery.started': leftover,
  recovered,
  'run.baseline': z.object({
    positions: z.array(position),
    openOrders: z.array(z.object({ symbol: text, venueOrderId: text })),
    refusedSymbols: z.array(text),
    cashUsd: z.number().optional(),
  }),
  'run.warned': z.object({ message: text }),
  'run.stopping': z.object({ reason: text }),
  'run.finished': z.object({
    exitCode: whole,
    reason: text,
    tradesLeftOpen: z.array(
      z.object({
        tradeId: text,
        symbol: text,
        nakedLots: whole,
        longLots: whole.optional(),
        shortLots: whole.optional(),
      }),
    ),
  }),
  'stream.opened': z.object({ stream, attempt: count }),
  'stream.subscribed': z.object({ stream, topics: z.array(text) }),
  'stream.closed': z.object({ stream, code: z.number(), reason: text }),
  'stream.gap': z.object({ stream, fromUs: z.number(), toUs: z.number() }),
  'frame.refused': z.object({ stream, why: text, sample: text }),
  'trade.planned': z.object({ tradeId: text, symbol: text, lots: count, opportunity, verdict: qualification }),
  'order.submitted': z.object({
    ...order,
    symbol: text,
    place: count,
    leg,
    side,
    purpose: z.enum(['entry', 'retry', 'hedge', 'unwind', 'exit']),
    lots: count,
    priceTicks: count.nullable(),
    timeInForce: z.enum(['gtc', 'ioc']),
    reduceOnly: z.boolean(),
    closeAll: z.boolean(),
    notionalUsd: z.number(),
  }),
  'order.acknowledged': z.object({ ...order, venueOrderId: text }),
  'order.refused': z.object({ ...order, code: z.number(), reason: text }),
  'order.unknown': z.object({ ...order, reason: text }),
  'order.absent': z.object({ ...order, askedVenueMs: z.number() }),
  'order.cancelled': z.object(order),
  'order.cancelRefused': z.object({ ...order, code: z.number() }),
  'order.queried': z.object({ ...order, found: text }),
  'order.ended': z.object({ ...order, filledLots: count, how: text }),
  'order.filled': z.object({
    ...order,
    execId: text,
    leg,
    lots: count,
    priceTicks: count,
    feeUsd: z.number(),
    venueMs: z.number(),
    from: z.enum(['stream', 'query', 'reconcile']),
  }),
  'trade.hedged': z.object({ tradeId: text, lots: count, sinceStartUs: z.number() }),
  'trade.failed': z.object({ tradeId: text, reason: text, dueUs: z.number() }),
  'trade.marked': z.object({ tradeId: text, syntheticPnlBps: z.number(), venuePnlUsd: z.number(), marks: count }),
  'trade.closing': z.object({ tradeId: text, reason: text }),
  'trade.flat': z.object({
    tradeId: text,
    reason: text,
    venuePnlUsd: z.number(),
    feesUsd: z.number(),
    syntheticPnlBps: z.number().nullable(),
    marks: count,
    everHedged: z.boolean(),
  }),
  'trade.halted': z.object({
    tradeId: text,
    symbol: text,
    longLots: whole,
    shortLots: whole,
    nakedLots: whole,
    nakedUsd: z.number(),
    reason: text,
  }),
  'entries.halted': z.object({ reason: text }),
  reconciled: z.object({ cause: text, ordersAsked: count, fillsRecovered: count, tookMs: z.number() }),
  'books.compared': booksCompared,
  'wallet.compared': walletCompared,
  'metrics.snapshot': z.object({
    elapsedMs: z.number(),
    counters,
    skips: counters,
    stages: z.object({
      socketToRing: stage,
      ringToStrategy: stage,
      detection: stage,
      placement: stage,
      endToEnd: stage,
    }),
    ringGapMaxUs: z.number(),
    rssMb: z.number(),
    strategyCpuPercent: z.number(),
  }),
  'fault.applied': z.object({
    name: text,
    party: text,
    op: text,
    verdict: text,
    occurrence: count,
    clientId: text.nullable(),
  }),
  'venue.truth': z.object({
    positions: z.array(position),
    orders: z.array(venueOrder),
    executions: z.array(venueExecution),
    venueCounters: counters.nullable(),
  }),
  'venue.started': z.object({
    seed: text,
    accounts: z.array(text),
    instruments: z.array(instrument),
    clock: z.object({ atUs: z.number(), venueMs: z.number() }),
    plannedFaults: z.array(text),
  }),
  'venue.order': z.object({ accountId: text, order: venueOrder }),
  'venue.execution': z.object({ accountId: text, execution: venueExecution }),
  'venue.refused': z.object({
    accountId: text,
    path: text,
    retCode: whole,
    symbol: text.nullable(),
    clientId: text.nullable(),
    venueMs: z.number(),
  }),
  'venue.finished': z.object({
    reason: text,
    venueMs: z.number(),
    positions: z.array(z.object({ accountId: text, position })),
    venueCounters: counters,
  }),
  'scenario.finished': z.object({ scenario: text, test: text, state: z.enum(['passed', 'failed', 'skipped']) }),
} satisfies { readonly [T in EventType]: z.ZodType<EventData[T]> }

/** The envelope of every line, also of types this reader does not know. */
export const lineSchema = z.object({
  seq: z.int().positive(),
  at: z.number(),
  by: z.enum(['runtime', 'feed', 'faults', 'harness', 'venue']),
  type: text,
  data: z.unknown(),
})

function isStep(value: string): boolean {
  try {
    return stepFromText(value).units > 0
  } catch {
    return false
  }
}
