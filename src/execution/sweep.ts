/**
 * The end of a run: whatever it opened and could not close by its own rules is cancelled and flattened by position
 * index, and the venue is asked whether it is flat.
 *
 * Every symbol was empty at the start (others were refused), so what is there now is ours.
 */
import { notionalUsd } from '../domain/instrument.ts'
import type { LegName } from '../domain/order.ts'
import { sideOf } from '../domain/order.ts'
import type { PositionRow } from '../domain/rows.ts'
import type { ExecutionPorts } from './ports.ts'

export interface SweepResult {
  /** What is still open, or null when the venue could not be asked. Empty means verified flat. */
  readonly left: readonly PositionRow[] | null
  readonly ordersSent: number
}

const ROUNDS_MAX = 3
const SETTLE_MS = 200
const TRADE_ID = 'sweep'

export async function sweep(ports: ExecutionPorts, runId: string, refused: readonly string[]): Promise<SweepResult> {
  const symbols = ports.instruments.map((instrument) => instrument.symbol).filter((symbol) => !refused.includes(symbol))
  let ordersSent = 0
  for (let round = 0; ; round += 1) {
    await cancelOwn(ports, runId, symbols)
    const left = await openPositions(ports, symbols)
    if (left !== null && left.length === 0) return { left, ordersSent }
    if (round === ROUNDS_MAX) return { left, ordersSent }
    for (const row of left ?? []) {
      await flatten(ports, row, `${runId}-${TRADE_ID}-${ordersSent}`, ordersSent)
      ordersSent += 1
    }
    await ports.clock.sleep(SETTLE_MS)
  }
}

async function cancelOwn(ports: ExecutionPorts, runId: string, symbols: readonly string[]): Promise<void> {
  const orders = await ports.gateway.openOrders(symbols)
  if (orders.kind !== 'done') return
  const own = orders.value.filter((row) => row.clientId.startsWith(`${runId}-`))
  await Promise.all(own.map((row) => ports.gateway.cancel(row.symbol, row.clientId)))
}

async function openPositions(ports: ExecutionPorts, symbols: readonly string[]): Promise<PositionRow[] | null> {
  const positions = await ports.gateway.positions(symbols)
  return positions.kind === 'done' ? positions.value.filter((row) => row.lots > 0) : null
}

/** Quantity "0", reduce-only, close-on-trigger: takes exactly what the position holds, below every minimum too. */
async function flatten(ports: ExecutionPorts, row: PositionRow, clientId: string, place: number): Promise<void> {
  const leg: LegName = row.idx === 2 ? 'short' : 'long'
  const { symbol, lots } = row
  const side = sideOf(leg, true)
  const order = {
    clientId,
    symbol,
    leg,
    side,
    lots,
    priceTicks: null,
    timeInForce: 'ioc',
    reduceOnly: true,
    closeAll: true,
  } as const
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
  const inquiry = await ports.gateway.inquire(symbol, clientId)
  if (inquiry.kind !== 'done') return
  for (const fill of inquiry.value.executions) {
    const { execId, priceTicks, feeUsd, venueMs } = fill
    ports.journal.append('order.filled', {
      tradeId: TRADE_ID,
      clientId,
      execId,
      leg,
      lots: fill.lots,
      priceTicks,
      feeUsd,
      venueMs,
      from: 'query',
    })
  }
}
