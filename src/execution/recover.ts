/**
 * The beginning of a run after a crash: what earlier runs left at the venue is found by their order ids, closed, explained.
 *
 *   orders meant ─► each asked for by id ─► fills ─► what of the positions is ours ─► sweep ─► flat, and `recovered`
 *
 * Only what the fills of those orders explain is touched (D19). An order that is not found is waited for until the venue
 * could no longer accept it: what a process sent just before it was killed may arrive after the next one has started.
 * Until all is flat nothing is traded; what cannot be closed is named, and the run does not start.
 */
import type { Leftover, LeftoverOrder, RecoveredOrder, RecoveredPosition } from '../domain/leftover.ts'
import { RECOVERY_TRADE } from '../domain/leftover.ts'
import type { LegName } from '../domain/order.ts'
import { positionIdxOf, signedLots } from '../domain/order.ts'
import type { PositionRow } from '../domain/rows.ts'
import type { ExecutionPorts } from './ports.ts'
import type { SweepBooks, SweepResult, SweptOrder } from './sweep.ts'
import { sweep } from './sweep.ts'

export interface RecoverOptions {
  /** With the instruments of all that was left and still trades, also of symbols that this run does not trade. */
  readonly ports: ExecutionPorts
  readonly leftover: Leftover
  readonly runId: string
  /** The venue may accept a create, and its books may lag, together for so long, ms. */
  readonly arrivalMaxMs: number
}

/** What earlier runs left is not gone: the run must not start. */
export class RecoveryError extends Error {
  /** Null: the venue could not be asked. */
  readonly left: readonly PositionRow[] | null

  constructor(message: string, left: readonly PositionRow[] | null) {
    super(message)
    this.left = left
  }
}

/** Brings it to flat and returns each position explained. Throws a `RecoveryError` when it could not. */
export async function recover(options: RecoverOptions): Promise<readonly RecoveredPosition[]> {
  const { ports, leftover, runId, arrivalMaxMs } = options
  const startUs = ports.clock.nowUs()
  const here = new Set(ports.instruments.map(({ symbol }) => symbol))
  const orders = leftover.orders.filter((order) => here.has(order.symbol))
  const gone = leftover.orders.filter((order) => !here.has(order.symbol))
  const symbols = new Set(orders.map((order) => order.symbol))
  const ledger = new Ledger(leftover)
  const prefixes = [...leftover.runIds, runId].map((id) => `${id}-`)
  const absentFromVenueMs = ports.gateway.venueNowMs() + arrivalMaxMs
  const result = await sweep({
    ports,
    books: ledger,
    runId,
    tradeId: RECOVERY_TRADE,
    isOwn: (clientId) => prefixes.some((prefix) => clientId.startsWith(prefix)),
    refused: ports.instruments.map(({ symbol }) => symbol).filter((symbol) => !symbols.has(symbol)),
    unbooked: orders.map((order) => ({ ...order, absentFromVenueMs })),
    arrivalMaxMs,
    onFinal: (order, row) => ledger.ended(order, row?.status ?? null),
    // What others hold is the baseline's to name.
    warn: () => undefined,
  })
  // A symbol that does not trade any more cannot be closed: what the earlier runs' own fills say of it is named.
  for (const order of gone) ledger.ended(order, null)
  const outOfReach = ledger.positions().filter(({ symbol, lots }) => !here.has(symbol) && lots > 0)
  const positions = ledger.explain([...(result.left ?? []), ...outOfReach])
  const problem = problemOf(result, leftover, [...goneText(gone), ...outOfReach.map(heldText)])
  ports.journal.append('recovered', {
    runIds: leftover.runIds,
    complete: problem === null,
    orders: ledger.orders(),
    positions,
    tookMs: (ports.clock.nowUs() - startUs) / 1000,
  })
  ports.journal.flush()
  if (problem === null) return positions
  throw new RecoveryError(problem, result.left === null ? null : [...result.left, ...outOfReach])
}

function goneText(gone: readonly LeftoverOrder[]): string[] {
  const symbols = [...new Set(gone.map(({ symbol }) => symbol))]
  return symbols.map((symbol) => `${symbol} does not trade any more, its orders could not be asked about`)
}

function heldText({ symbol, idx, lots }: PositionRow): string {
  return `${symbol} ${idx === 2 ? 'short' : 'long'} ${lots} lots by the journal`
}

function problemOf(
  { left, resting, unresolved }: SweepResult,
  { runIds }: Leftover,
  outOfReach: readonly string[],
): string | null {
  const whose = `what run ${runIds.join(' and ')} left`
  if (left === null || resting === null) return `the venue could not be asked for ${whose}; nothing is traded`
  const parts = [
    ...left.map((row) => `${row.symbol} ${row.idx === 2 ? 'short' : 'long'} ${row.lots} lots`),
    ...resting.map((clientId) => `order ${clientId} still rests`),
    ...unresolved.map((clientId) => `order ${clientId} could not be settled`),
    ...outOfReach,
  ]
  return parts.length === 0 ? null : `${whose} could not be closed: ${parts.join(', ')}; nothing is traded`
}

/** Of an earlier run or of the recovery. */
type FoundOrder = Pick<SweptOrder, 'clientId' | 'symbol' | 'leg' | 'side'>

interface Entry {
  readonly order: FoundOrder
  /** Of an earlier run, not the recovery's own. */
  readonly isLeftover: boolean
  readonly fills: Map<string, number>
  status: string | null
}

/** The fills of earlier runs' orders and of the recovery's own. */
class Ledger implements SweepBooks {
  readonly #entries = new Map<string, Entry>()
  /** Their orders, in the order in which they were meant. */
  readonly #leftover: ReadonlySet<string>
  /** Fills the earlier runs knew: the venue's books need not reach back so far. */
  readonly #known: Leftover['fills']

  constructor({ orders, fills }: Leftover) {
    this.#leftover = new Set(orders.map((order) => order.clientId))
    this.#known = fills
  }

  /** More than the fills explain is never ours. */
  isUnresolved(): boolean {
    return false
  }

  book(order: SweptOrder, { execId, lots }: { readonly execId: string; readonly lots: number }): void {
    this.#entry(order).fills.set(execId, lots)
  }

  ended(order: FoundOrder, status: string | null): void {
    const entry = this.#entry(order)
    entry.status = status
    for (const fill of this.#known) if (fill.clientId === order.clientId) entry.fills.set(fill.execId, fill.lots)
  }

  positions(): PositionRow[] {
    return [...this.#held(() => true)].map(([key, lots]) => {
      const [symbol, leg] = key.split('/') as [string, LegName]
      return { symbol, idx: positionIdxOf(leg), side: null, lots }
    })
  }

  orders(): RecoveredOrder[] {
    return [...this.#leftover].flatMap((id) => {
      const entry = this.#entries.get(id)
      if (entry === undefined) return []
      const { order, status, fills } = entry
      const { clientId, symbol, leg, side } = order
      return [{ clientId, symbol, leg, side, status, filledLots: sum(fills.values()), execIds: [...fills.keys()] }]
    })
  }

  /** Every position that any of the orders filled. */
  explain(left: readonly PositionRow[]): RecoveredPosition[] {
    const held = this.#held((entry) => entry.isLeftover)
    const now = this.#held(() => true)
    return [...now].sort(byKey).map(([key, lots]) => {
      const [symbol, leg] = key.split('/') as [string, LegName]
      const idx = positionIdxOf(leg)
      const heldLots = held.get(key) ?? 0
      const leftLots = left.find((row) => row.symbol === symbol && row.idx === idx)?.lots ?? 0
      return { symbol, idx, heldLots, closedLots: heldLots - lots, leftLots }
    })
  }

  #held(counts: (entry: Entry) => boolean): Map<string, number> {
    const held = new Map<string, number>()
    for (const entry of this.#entries.values()) {
      if (!counts(entry) || entry.fills.size === 0) continue
      const key = `${entry.order.symbol}/${entry.order.leg}`
      held.set(key, (held.get(key) ?? 0) + signedLots(entry.order, sum(entry.fills.values())))
    }
    return held
  }

  #entry(order: FoundOrder): Entry {
    const known = this.#entries.get(order.clientId)
    if (known !== undefined) return known
    const entry = { order, isLeftover: this.#leftover.has(order.clientId), fills: new Map(), status: null }
    this.#entries.set(order.clientId, entry)
    return entry
  }
}

/** By symbol, then long before short. */
function byKey([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return a < b ? -1 : 1
}

function sum(lots: Iterable<number>): number {
  let total = 0
  for (const each of lots) total += each
  return total
}
