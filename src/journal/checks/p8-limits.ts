/**
 * P8 limits: creates in any rolling second, notional of an order, of a trade's leg and of all trades at once, trades at once,
 * and trades at once on one symbol stay within the configuration; and none is begun while the private stream is down.
 *
 * Rate, notional and the symbol's intervals are the venue's; how many trades ran at once is what the journal says, with
 * a halted trade counted until the end, since it still holds what it holds.
 */
import { type LegName, type Side, sideOf } from '../../domain/order.ts'
import { firstOf, type Judgement, round } from '../finding.ts'
import type { RunTrade } from '../run.ts'
import type { Books } from './books.ts'

/** A limit, the most that was seen of it, and where. */
interface Limit {
  readonly limit: string
  readonly worst: number
  readonly bound: number
  readonly unit: string
  readonly where: string
}

export function checkLimits(books: Books): Judgement {
  const limits = [
    rate(books),
    orderNotional(books),
    legNotional(books),
    notionalAtOnce(books),
    concurrent(books),
    perSymbol(books),
    blind(books),
  ]
  const broken = limits.filter((limit) => limit.worst > limit.bound)
  const unpriced = limits.filter((limit) => Number.isNaN(limit.worst))
  const nearest = limits.reduce((a, b) => (b.worst / b.bound > a.worst / a.bound ? b : a))
  const { worst, bound, unit } = broken[0] ?? nearest
  const measure = { worst: round(worst), bound, margin: round(bound - worst), unit }
  const evidence = { limits, rateLimitRefusals: rateLimitRefusals(books), broken: firstOf(broken) }
  if (broken.length > 0) return { verdict: 'fail', summary: broken.map(inWords).join('; '), measure, evidence }
  if (unpriced.length > 0) {
    const summary = `${unpriced[0]!.limit} cannot be judged: the journal does not name the instrument of ${unpriced[0]!.where}`
    return { verdict: 'unknown', summary, evidence }
  }
  return {
    verdict: 'pass',
    summary: limits.map((each) => `${each.limit} ${round(each.worst)} of ${each.bound}`).join(', '),
    measure,
    evidence,
  }
}

function inWords({ limit, worst, bound, unit, where }: Limit): string {
  return `${limit}: ${round(worst)} ${unit}, more than ${bound}, at ${where}`
}

/** The most creates with less than a second between the first and the last. */
function rate(books: Books): Limit {
  let worst = 0
  let where = ''
  let first = 0
  books.orders.forEach(({ row }, last) => {
    while (row.createdMs - books.orders[first]!.row.createdMs >= 1_000) first += 1
    if (last - first + 1 <= worst) return
    worst = last - first + 1
    where = row.clientId
  })
  return { limit: 'creates per second', worst, bound: books.bounds.createsPerSecond, unit: 'orders', where }
}

/** Opening orders by their intent: what was risked, whether or not it filled. */
function orderNotional(books: Books): Limit {
  const opening = books.intentLines.filter(({ data }) => isOpening(data))
  const amounts = opening.map(({ data }) => [data.clientId, data.notionalUsd] as const)
  return largest('notional per order', books.bounds.maxNotionalUsd, amounts)
}

/** What a trade's leg really opened, retries together, at the prices the venue executed. */
function legNotional(books: Books): Limit {
  const opening = books.executions.filter(({ leg, row }) => leg !== null && row.side === sideOf(leg, false))
  const amounts = new Map<string, number>()
  for (const { tradeId, clientId, leg, valueUsd } of opening) {
    const key = `${tradeId ?? clientId} ${leg}`
    amounts.set(key, (amounts.get(key) ?? 0) + valueUsd)
  }
  return largest('notional per trade', books.bounds.maxNotionalUsd, [...amounts])
}

/** The largest amount; one that is not a number is the largest of all. */
function largest(limit: string, bound: number, amounts: readonly (readonly [string, number])[]): Limit {
  let worst = 0
  let where = ''
  for (const [key, amount] of amounts) {
    if (amount <= worst || Number.isNaN(worst)) continue
    worst = amount
    where = key
  }
  return { limit, worst, bound, unit: 'USD', where }
}

interface Interval {
  readonly name: string
  /** What it counts for while it lasts. */
  readonly weight: number
  readonly from: number
  readonly to: number
}

function concurrent(books: Books): Limit {
  const intervals = [...books.run.trades.values()].filter(opensSomething).map(intervalOf)
  const { most, where } = mostAtOnce(intervals)
  return { limit: 'trades at once', worst: most, bound: books.bounds.maxConcurrentTrades, unit: 'trades', where }
}

/** Both entry legs of every trade that is open: what the account risks together. */
function notionalAtOnce(books: Books): Limit {
  const intervals = [...books.run.trades.values()].filter(opensSomething).map((trade) => {
    const entries = trade.orders.filter(({ submitted }) => submitted?.data.purpose === 'entry')
    const weight = entries.reduce((sum, { submitted }) => sum + (submitted?.data.notionalUsd ?? 0), 0)
    return { ...intervalOf(trade), weight }
  })
  const { most, where } = mostAtOnce(intervals)
  return { limit: 'notional at once', worst: most, bound: books.bounds.maxNotionalUsd, unit: 'USD', where }
}

/** By the venue's clock: from a trade's first order there until the last thing that happened to any of its orders. */
function perSymbol(books: Books): Limit {
  const spans = new Map<string, { symbol: string; name: string; weight: number; from: number; to: number }>()
  for (const { row, intent } of books.orders) {
    if (intent === null) continue
    const name = intent.data.tradeId
    const span = spans.get(name)
    if (span === undefined)
      spans.set(name, { symbol: row.symbol, name, weight: 1, from: row.createdMs, to: row.updatedMs })
    else span.to = Math.max(span.to, row.updatedMs)
  }
  for (const trade of books.run.trades.values()) {
    const span = spans.get(trade.tradeId)
    // A trade that never became flat holds its symbol until the end.
    if (span !== undefined && trade.flat === null) span.to = Number.POSITIVE_INFINITY
    // What only takes off (the final sweep) is no trade, and may do so where a halted one still stands.
    if (!opensSomething(trade)) spans.delete(trade.tradeId)
  }
  let worst = 0
  let where = ''
  for (const [symbol, intervals] of Map.groupBy(spans.values(), (span) => span.symbol)) {
    const { most } = mostAtOnce(intervals)
    if (most <= worst) continue
    worst = most
    where = symbol
  }
  return { limit: 'trades per symbol', worst, bound: 1, unit: 'trades', where }
}

/** Trades begun while the private stream was down: nobody would have heard their fills. */
function blind({ run }: Books): Limit {
  let where = ''
  let worst = 0
  for (const trade of run.trades.values()) {
    if (!opensSomething(trade)) continue
    const last = run.streams.findLast(({ at, data }) => data.stream === 'private' && at < trade.firstUs)
    if (last?.type !== 'stream.closed') continue
    worst += 1
    where ||= trade.tradeId
  }
  return { limit: 'trades begun without the private stream', worst, bound: 0, unit: 'trades', where }
}

function opensSomething(trade: RunTrade): boolean {
  return trade.orders.some(({ submitted }) => submitted !== null && isOpening(submitted.data))
}

function isOpening({ side, leg }: { readonly side: Side; readonly leg: LegName }): boolean {
  return side === sideOf(leg, false)
}

function intervalOf(trade: RunTrade): Interval {
  return { name: trade.tradeId, weight: 1, from: trade.firstUs, to: trade.flat?.at ?? Number.POSITIVE_INFINITY }
}

/** The most that overlapping intervals weigh together; one that ends at the moment another begins does not overlap it. */
function mostAtOnce(intervals: readonly Interval[]): { readonly most: number; readonly where: string } {
  const edges = intervals.flatMap(({ name, weight, from, to }) => [
    { name, at: from, step: weight },
    { name, at: Math.max(from, to), step: -weight },
  ])
  edges.sort((a, b) => a.at - b.at || a.step - b.step)
  let now = 0
  let most = 0
  let where = ''
  for (const { name, step } of edges) {
    now += step
    if (now <= most) continue
    most = now
    where = name
  }
  return { most, where }
}

/** How often the venue (or a fault) said 10006: not a breach of ours, but worth seeing. */
function rateLimitRefusals(books: Books): number {
  return [...books.run.trades.values()]
    .flatMap((trade) => trade.orders)
    .filter((order) => order.refused?.data.code === 10_006).length
}
