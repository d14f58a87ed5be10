/**
 * Which trades there are, and what they hold together.
 */
import { createCashBook } from '../domain/cash.ts'
import { type LegName, positionIdxOf } from '../domain/order.ts'
import type { PositionRow } from '../domain/rows.ts'
import { heldLots, isSettled, type TradeOrder } from '../domain/trade.ts'
import type { UnderWay } from '../journal/compared.ts'
import type { TradeRun } from './trade-run.ts'

interface Entry {
  readonly run: TradeRun
  readonly notionalUsd: number
  endedMs: number | null
}

const LEGS: readonly LegName[] = ['long', 'short']

export class TradeBooks {
  /** What our fills did to the account's cash: of every trade and of the sweep, forgotten ones too. */
  readonly cash = createCashBook()
  readonly #entries = new Map<string, Entry>()
  readonly #open = new Set<TradeRun>()
  /** Net lots of forgotten trades: zero unless a trade was halted, but never lost. */
  readonly #carried = new Map<string, number>()

  add(run: TradeRun, notionalUsd: number): void {
    this.#entries.set(run.trade.id, { run, notionalUsd, endedMs: null })
    this.#open.add(run)
  }

  /** The trade is flat; its symbol is free again. */
  ended(run: TradeRun, atMs: number): void {
    const entry = this.#entries.get(run.trade.id)
    if (entry !== undefined) entry.endedMs = atMs
    this.#open.delete(run)
  }

  /** A fill came after the trade was thought flat: it holds its symbol again. */
  reopened(run: TradeRun): void {
    const entry = this.#entries.get(run.trade.id)
    if (entry !== undefined) entry.endedMs = null
    this.#open.add(run)
  }

  /** Trades that hold a symbol: entering, hedged, closing or halted. */
  open(): TradeRun[] {
    return [...this.#open]
  }

  get openCount(): number {
    return this.#open.size
  }

  /** No trade that could still learn anything: forgotten ones cannot. */
  get isEmpty(): boolean {
    return this.#entries.size === 0
  }

  bySymbol(symbol: string): TradeRun | undefined {
    for (const run of this.#open) if (run.trade.symbol === symbol) return run
    return undefined
  }

  /** Client order ids are `<runId>-<tradeId>-<place>`, so the trade is found without an index of orders. */
  byClientId(clientId: string): TradeRun | undefined {
    const end = clientId.lastIndexOf('-')
    const start = clientId.lastIndexOf('-', end - 1)
    if (start < 0) return undefined
    const run = this.#entries.get(clientId.slice(start + 1, end))?.run
    return run?.trade.orders.some((order) => order.clientId === clientId) === true ? run : undefined
  }

  get openNotionalUsd(): number {
    let sum = 0
    for (const run of this.#open) sum += this.#entries.get(run.trade.id)?.notionalUsd ?? 0
    return sum
  }

  /** Order creates that open trades may still need at once: two reducing ones each until they are hedged or flat (D12). */
  get reservedCreates(): number {
    let reserved = 0
    for (const run of this.#open) if (run.phase !== 'hedged' && run.phase !== 'flat') reserved += 2
    return reserved
  }

  /** Nothing in flight, resting or unknown anywhere. */
  get quiet(): boolean {
    return this.open().every((run) => run.quiet)
  }

  positions(symbols: readonly string[]): PositionRow[] {
    const held = new Map(this.#carried)
    for (const { run } of this.#entries.values()) addHeld(held, run)
    return symbols.flatMap((symbol) => [
      row(symbol, 'long', held.get(`${symbol}/long`) ?? 0),
      row(symbol, 'short', held.get(`${symbol}/short`) ?? 0),
    ])
  }

  /** What each leg of a symbol may gain or lose at any moment by orders that are not settled. */
  underWay(symbol: string): UnderWay[] {
    const orders = this.#ordersOf(symbol).filter((order) => !isSettled(order))
    return LEGS.flatMap((leg) => {
      const missing = (reduces: boolean): number =>
        orders
          .filter((order) => order.leg === leg && order.reduceOnly === reduces)
          .reduce((sum, { lots, filledLots }) => sum + Math.max(0, lots - filledLots), 0)
      const [belowLots, aboveLots] = [missing(true), missing(false)]
      return belowLots + aboveLots === 0 ? [] : [{ symbol, idx: positionIdxOf(leg), belowLots, aboveLots }]
    })
  }

  /** Which orders the trades of a symbol have, as a text: it changes with every order that is sent. */
  ordersText(symbol: string): string {
    return this.#ordersOf(symbol)
      .map(({ clientId }) => clientId)
      .join()
  }

  #ordersOf(symbol: string): TradeOrder[] {
    return [...this.#entries.values()].flatMap(({ run }) => (run.trade.symbol === symbol ? run.trade.orders : []))
  }

  /** Counts what no trade did: the final sweep's fills. Negative lots reduce the leg. */
  carry(symbol: string, leg: LegName, lots: number): void {
    const key = `${symbol}/${leg}`
    this.#carried.set(key, (this.#carried.get(key) ?? 0) + lots)
  }

  /** Forgets trades that ended before a moment; returns their ids. */
  prune(beforeMs: number): string[] {
    const gone: string[] = []
    for (const [id, entry] of this.#entries) {
      if (entry.endedMs === null || entry.endedMs >= beforeMs) continue
      addHeld(this.#carried, entry.run)
      this.#entries.delete(id)
      gone.push(id)
    }
    return gone
  }
}

function addHeld(held: Map<string, number>, run: TradeRun): void {
  for (const leg of LEGS) {
    const key = `${run.trade.symbol}/${leg}`
    held.set(key, (held.get(key) ?? 0) + heldLots(run.trade, leg))
  }
}

function row(symbol: string, leg: LegName, lots: number): PositionRow {
  const side = leg === 'long' ? 'buy' : 'sell'
  return { symbol, idx: leg === 'long' ? 1 : 2, side: lots === 0 ? null : side, lots }
}
