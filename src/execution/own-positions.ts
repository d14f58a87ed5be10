/**
 * What of ours the venue holds, and what is beyond that: a position is ours as far as our fills explain it (D19).
 */
import type { PositionRow } from '../domain/rows.ts'
import type { ExecutionPorts } from './ports.ts'

const BANNED = 403 // the HTTP status of an address ban

/** What is ours, by our fills. */
export interface OwnBooks {
  positions(): readonly PositionRow[]
  /** An order of ours in this symbol may have done anything. */
  isUnresolved(symbol: string): boolean
}

interface OwnLook {
  readonly ports: ExecutionPorts
  readonly books: OwnBooks
  warn(message: string): void
}

export interface OwnPosition extends PositionRow {
  /** The whole position is ours, so it may be closed as "whatever is held". */
  readonly whole: boolean
}

export interface Seen {
  readonly own: readonly OwnPosition[]
  readonly strangers: readonly PositionRow[]
}

/** What the venue holds of ours, at most what our fills explain, and what is beyond that; null when it cannot be read. */
export async function ownPositions(
  { ports, books, warn }: OwnLook,
  symbols: readonly string[],
  warned: Set<string>,
): Promise<Seen | null | 'banned'> {
  const positions = await ports.gateway.positions(symbols)
  if (positions.kind === 'refused' && positions.code === BANNED) return 'banned'
  if (positions.kind !== 'done') return null
  const ours = new Map(books.positions().map((row) => [keyOf(row), Math.max(0, row.lots)]))
  const own: OwnPosition[] = []
  const strangers: PositionRow[] = []
  for (const row of positions.value) {
    const lots = books.isUnresolved(row.symbol) ? row.lots : Math.min(row.lots, ours.get(keyOf(row)) ?? 0)
    if (lots > 0) own.push({ ...row, lots, whole: lots === row.lots })
    if (row.lots === lots) continue
    strangers.push({ ...row, lots: row.lots - lots })
    const text = `${row.lots - lots} lots of ${row.symbol} (index ${row.idx}) are not explained by this run's fills and are left alone`
    if (!warned.has(keyOf(row))) warn(text)
    warned.add(keyOf(row))
  }
  return { own, strangers }
}

/** Whether less is there of one leg at least. */
export function hasShrunk(before: readonly PositionRow[], now: readonly PositionRow[]): boolean {
  const lots = new Map(now.map((row) => [keyOf(row), row.lots]))
  return before.some((row) => (lots.get(keyOf(row)) ?? 0) < row.lots)
}

function keyOf(row: PositionRow): string {
  return `${row.symbol}/${row.idx}`
}
