/**
 * Private rows as frames: one push of the core, under each name its topic can be subscribed by.
 *
 *   order      ─► order            order.linear
 *   execution  ─► execution        execution.linear        execution.fast        execution.fast.linear
 *
 * A frame is written when the first subscriber needs it and sent to all of them. What must not surprise a client can be
 * made to happen: rows spread over several frames, frames that come twice (facts §7.1, §7.6).
 */
import type { PrivatePush } from './driver.ts'

type Rows = PrivatePush['rows']
type Row = Rows[number]

export interface RowsPolicy {
  /** Frames of `New` orders and of positions come twice. */
  readonly repeated: boolean
  /** Rows in one frame; null: all of the push. */
  readonly perFrameMax: number | null
}

/** What is counted apart: `execution.fast` is a topic of its own. */
export type FrameKind = PrivatePush['topic'] | 'execution.fast'

/** The names under which a push can be subscribed, each with its kind. */
export function namesOf(topic: PrivatePush['topic']): readonly (readonly [name: string, kind: FrameKind])[] {
  return NAMES[topic]
}

const both = (kind: FrameKind) => [[kind, kind] as const, [`${kind}.linear`, kind] as const]

const NAMES: Readonly<Record<PrivatePush['topic'], readonly (readonly [string, FrameKind])[]>> = {
  order: both('order'),
  execution: [...both('execution'), ...both('execution.fast')],
  position: both('position'),
  wallet: [['wallet', 'wallet']],
}

/** The frames of one push for one name. `nextId` names frames; a fast execution's has no id (facts §7.3). */
export function framesOf(
  push: PrivatePush,
  [name, kind]: readonly [string, FrameKind],
  { policy, nowMs, nextId }: { readonly policy: RowsPolicy; readonly nowMs: number; readonly nextId: () => string },
): readonly string[] {
  const rows = kind === 'execution.fast' ? push.rows.filter(isTrade).map(fastRow) : push.rows
  const told = { topic: name, creationTime: nowMs }
  const frames: string[] = []
  for (const data of portions(rows, policy.perFrameMax)) {
    for (let times = policy.repeated && mayRepeat(kind, data) ? 2 : 1; times > 0; times -= 1) {
      frames.push(JSON.stringify(kind === 'execution.fast' ? { ...told, data } : { id: nextId(), ...told, data }))
    }
  }
  return frames
}

function portions(rows: Rows, max: number | null): readonly Rows[] {
  if (rows.length === 0) return []
  if (max === null || rows.length <= max) return [rows]
  return Array.from({ length: Math.ceil(rows.length / max) }, (_, at) => rows.slice(at * max, (at + 1) * max))
}

function mayRepeat(kind: FrameKind, rows: Rows): boolean {
  return kind === 'position' || (kind === 'order' && rows.every((row) => row['orderStatus'] === 'New'))
}

/** Only trades are told fast: no funding, no liquidation. */
function isTrade(row: Row): boolean {
  return row['execType'] === 'Trade'
}

/** No fee, and the maker's client order id is withheld. */
function fastRow(row: Row): Row {
  return {
    category: row['category'],
    symbol: row['symbol'],
    execId: row['execId'],
    execPrice: row['execPrice'],
    execQty: row['execQty'],
    orderId: row['orderId'],
    isMaker: row['isMaker'],
    orderLinkId: row['isMaker'] === true ? '' : row['orderLinkId'],
    side: row['side'],
    execTime: row['execTime'],
    seq: row['seq'],
  }
}
