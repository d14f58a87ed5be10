/**
 * The end of a run: whatever it opened and could not close by its own rules is cancelled and flattened by position
 * index, and the venue is asked whether it is flat.
 *
 * Every symbol was empty at the start (others were refused), so what is there now is ours as far as our books say so.
 * More than that belongs to somebody who came in meanwhile, and is left alone (D19); unless an order of ours never was
 * resolved: then nobody can tell the two apart, and an unknown order of ours is the likelier owner.
 */
import { notionalUsd } from '../domain/instrument.ts'
import type { LegName } from '../domain/order.ts'
import { sideOf } from '../domain/order.ts'
import type { PositionRow } from '../domain/rows.ts'
import type { Executor } from './executor.ts'
import type { ExecutionPorts } from './ports.ts'

export interface SweepOptions {
  readonly ports: ExecutionPorts
  readonly executor: Executor
  readonly runId: string
  /** Symbols that were never ours. */
  readonly refused: readonly string[]
  warn(message: string): void
}

export interface SweepResult {
  /** What of ours is still open, or null when the venue could not be asked. Empty means verified flat. */
  readonly left: readonly PositionRow[] | null
  readonly ordersSent: number
}

const ROUNDS_MAX = 3
const SETTLE_MS = 200
const TRADE_ID = 'sweep'

export async function sweep(options: SweepOptions): Promise<SweepResult> {
  const { ports, refused } = options
  const symbols = ports.instruments.map((instrument) => instrument.symbol).filter((symbol) => !refused.includes(symbol))
  const taken = new Map<string, number>()
  let ordersSent = 0
  for (let round = 0; ; round += 1) {
    await cancelOwn(options, symbols)
    const left = await ownPositions(options, symbols, taken)
    if (left?.length === 0 || round === ROUNDS_MAX) return { left, ordersSent }
    for (const own of left ?? []) {
      const lots = await flatten(ports, own, `${options.runId}-${TRADE_ID}-${ordersSent}`, ordersSent)
      taken.set(keyOf(own), (taken.get(keyOf(own)) ?? 0) + lots)
      ordersSent += 1
    }
    await ports.clock.sleep(SETTLE_MS)
  }
}

async function cancelOwn({ ports, runId }: SweepOptions, symbols: readonly string[]): Promise<void> {
  const orders = await ports.gateway.openOrders(symbols)
  if (orders.kind !== 'done') return
  const own = orders.value.filter((row) => row.clientId.startsWith(`${runId}-`))
  await Promise.all(own.map((row) => ports.gateway.cancel(row.symbol, row.clientId)))
}

interface OwnPosition extends PositionRow {
  /** The whole position is ours, so it may be closed as "whatever is held". */
  readonly whole: boolean
}

/** What the venue holds of ours: at most what our fills explain, less what the sweep has taken already. */
async function ownPositions(
  { ports, executor, warn }: SweepOptions,
  symbols: readonly string[],
  taken: ReadonlyMap<string, number>,
): Promise<OwnPosition[] | null> {
  const positions = await ports.gateway.positions(symbols)
  if (positions.kind !== 'done') return null
  const ours = new Map(executor.positions().map((row) => [keyOf(row), row.lots]))
  return positions.value.flatMap((row) => {
    const unresolved = executor.books.bySymbol(row.symbol)?.quiet === false
    const explained = Math.max(0, (ours.get(keyOf(row)) ?? 0) - (taken.get(keyOf(row)) ?? 0))
    const lots = unresolved ? row.lots : Math.min(row.lots, explained)
    if (row.lots > lots)
      warn(`${row.lots - lots} lots of ${row.symbol} (index ${row.idx}) are not this run's and are left alone`)
    return lots === 0 ? [] : [{ ...row, lots, whole: lots === row.lots }]
  })
}

function keyOf(row: PositionRow): string {
  return `${row.symbol}/${row.idx}`
}

/** Quantity "0", reduce-only, close-on-trigger takes exactly what a position holds, below every minimum too. */
async function flatten(ports: ExecutionPorts, own: OwnPosition, clientId: string, place: number): Promise<number> {
  const { symbol, lots, whole, idx } = own
  const leg: LegName = idx === 2 ? 'short' : 'long'
  const common = { clientId, symbol, leg, side: sideOf(leg, true), lots, priceTicks: null } as const
  const order = { ...common, timeInForce: 'ioc', reduceOnly: true, closeAll: whole } as const
  const index = ports.instruments.findIndex((one) => one.symbol === symbol)
  const ticks = ports.latestQuote(index)?.bidTicks ?? 0
  ports.journal.append('order.submitted', {
    ...order,
    tradeId: TRADE_ID,
    place,
    purpose: 'unwind',
    notionalUsd: notionalUsd(ports.instruments[index]!, ticks, lots),
  })
  ports.journal.flush()
  const outcome = await ports.gateway.submit(order).reply
  if (outcome.kind === 'refused') {
    const { code, reason } = outcome
    ports.journal.append('order.refused', { tradeId: TRADE_ID, clientId, code, reason })
  }
  await ports.clock.sleep(SETTLE_MS)
  return writeFills(ports, { clientId, symbol, leg })
}

async function writeFills(
  ports: ExecutionPorts,
  { clientId, symbol, leg }: { clientId: string; symbol: string; leg: LegName },
): Promise<number> {
  const inquiry = await ports.gateway.inquire(symbol, clientId)
  if (inquiry.kind !== 'done') return 0
  let lots = 0
  for (const fill of inquiry.value.executions) {
    const { execId, priceTicks, feeUsd, venueMs } = fill
    lots += fill.lots
    const common = { tradeId: TRADE_ID, clientId, execId, leg, lots: fill.lots }
    ports.journal.append('order.filled', { ...common, priceTicks, feeUsd, venueMs, from: 'query' })
  }
  return lots
}
