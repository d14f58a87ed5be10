/**
 * Executions no order of a client's made: funding, and a liquidation's takeover. As every execution row, but for a few
 * fields.
 *
 * Source: facts §4.3 and §10.17; Bybit v5 docs, enum definitions (createType, execType).
 */
import type { Execution } from './model.ts'
import { e8Text } from './money.ts'
import type { Row } from './texts.ts'

/** `row` as it is for a trade of the same order. */
export function settledRow(execution: Execution, row: Row): Row {
  if (execution.kind === 'BustTrade') return { ...row, execType: 'BustTrade' }
  return {
    ...row,
    orderPrice: '0',
    orderQty: '0',
    leavesQty: '0',
    createType: '',
    orderType: 'UNKNOWN',
    execType: 'Funding',
    // Paid is above zero, received below.
    execFee: e8Text(execution.feeE8),
    execPnl: '0',
    feeRate: execution.fundingRate,
    closedSize: '0',
  }
}
