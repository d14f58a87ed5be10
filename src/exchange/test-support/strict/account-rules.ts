/**
 * What must hold between the private frames of one account (facts §4.1, §7): what is filled never becomes less, what has
 * ended stays ended, each execution comes once, and orders and positions are the sums of executions.
 */
import type { Message } from './inspector.ts'

type Complain = (what: string, sample: unknown) => void

const ENDED: ReadonlySet<unknown> = new Set(['Filled', 'Cancelled', 'Rejected', 'Deactivated'])
/** Rows of these kinds move a position; a funding row does not. */
const FILLS: ReadonlySet<unknown> = new Set(['Trade', 'BustTrade', 'AdlTrade'])

export interface AccountRules {
  frame(message: Message): void
  /** To be asked when every frame has arrived. `positions` are the rows of REST. */
  settle(positions: readonly Message[]): void
  readonly orders: ReadonlyMap<string, Message>
}

export function createAccountRules(complain: Complain): AccountRules {
  const orders = new Map<string, Message>()
  const filled = new Map<string, number>()
  const executions = new Map<string, Message>()
  const positions = new Map<string, Message>()
  const seqs = new Map<unknown, number>()

  const orderFrame = (row: Message): void => {
    const id = row['orderId'] as string
    const before = orders.get(id)
    if (before !== undefined) {
      if (units(row['cumExecQty']) < units(before['cumExecQty'])) complain('order: cumExecQty falls', [before, row])
      if (Number(row['updatedTime']) < Number(before['updatedTime']))
        complain('order: updatedTime falls', [before, row])
      if (ENDED.has(before['orderStatus']) && !isLostCancel(before, row)) {
        complain('order: one that has ended comes again', [before, row])
      }
    }
    const hasEnded = ENDED.has(row['orderStatus'])
    const leaves = hasEnded ? 0 : units(row['qty']) - units(row['cumExecQty'])
    if (units(row['leavesQty']) !== leaves) complain('order: leavesQty is not what is left', row)
    if (row['orderStatus'] === 'Filled' && row['cumExecQty'] !== row['qty']) complain('order: filled in part', row)
    if (row['orderStatus'] === 'New' && units(row['cumExecQty']) !== 0) complain('order: New and filled', row)
    orders.set(id, row)
  }
  const executionFrame = (row: Message): void => {
    const id = row['execId'] as string
    if (executions.has(id)) complain('execution: one comes twice', row)
    executions.set(id, row)
    if ((row['seq'] as number) < (seqs.get(row['symbol']) ?? 0)) complain('execution: seq falls', row)
    seqs.set(row['symbol'], row['seq'] as number)
    if (!FILLS.has(row['execType'])) return
    const order = row['orderId'] as string
    filled.set(order, (filled.get(order) ?? 0) + units(row['execQty']))
    const value = Number(row['execPrice']) * Number(row['execQty'])
    if (Math.abs(Number(row['execValue']) - value) > 1e-6) complain('execution: execValue is not price × quantity', row)
    const fee = Number(row['execValue']) * Number(row['feeRate'])
    if (Math.abs(Number(row['execFee']) - fee) > 1e-6) complain('execution: execFee is not value × rate', row)
  }
  return {
    orders,
    frame: (message) => {
      const { topic } = message
      if (typeof topic !== 'string') return
      for (const row of message['data'] as readonly Message[]) {
        if (topic === 'order') orderFrame(row)
        else if (topic === 'execution') executionFrame(row)
        else if (topic === 'position') positions.set(keyOf(row), row)
      }
    },
    settle: (rest) => {
      for (const [id, row] of orders) {
        const sum = filled.get(id) ?? 0
        if (sum !== units(row['cumExecQty'])) complain('order: cumExecQty is not the sum of its executions', [row, sum])
      }
      for (const id of filled.keys()) if (!orders.has(id)) complain('execution: of an order that has no row', id)
      const held = heldOf(executions.values(), orders)
      for (const row of rest) {
        const key = keyOf(row)
        const lots = (row['side'] === 'Sell' ? -1 : 1) * units(row['size'])
        if (lots !== (held.get(key) ?? 0)) complain('position: REST is not the sum of executions', [row, held.get(key)])
        const pushed = positions.get(key)
        if (lots !== 0 && (pushed?.['size'] !== row['size'] || pushed?.['side'] !== row['side'])) {
          complain('position: stream and REST differ', [pushed, row])
        }
      }
    },
  }
}

const keyOf = (row: Message): string => `${row['symbol']} ${row['positionIdx']}`

/** The second `Filled` of an order whose cancel came too late: it says so, and nothing else (facts §4.1). */
function isLostCancel(before: Message, row: Message): boolean {
  return (
    before['orderStatus'] === 'Filled' &&
    row['orderStatus'] === 'Filled' &&
    row['cumExecQty'] === before['cumExecQty'] &&
    row['cancelType'] === 'CancelByUser' &&
    row['rejectReason'] === 'EC_OrigClOrdIDDoesNotExist'
  )
}

/** An execution has no positionIdx: its order has (facts §7.3). */
function heldOf(executions: Iterable<Message>, orders: ReadonlyMap<string, Message>): ReadonlyMap<string, number> {
  const held = new Map<string, number>()
  for (const row of executions) {
    const order = orders.get(row['orderId'] as string)
    if (!FILLS.has(row['execType']) || order === undefined) continue
    const key = keyOf(order)
    held.set(key, (held.get(key) ?? 0) + (row['side'] === 'Buy' ? 1 : -1) * units(row['execQty']))
  }
  return held
}

/** Whole units of 1e-8, so that sums are exact. */
function units(text: unknown): number {
  return Math.round(Number(text) * 1e8)
}
