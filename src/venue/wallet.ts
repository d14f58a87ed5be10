/**
 * The account's cash, and the venue's own log of what changed it. Source: Bybit v5 docs, wallet balance and transaction log.
 *
 * One coin is looked at: the one that linear perpetuals are margined, settled and charged in.
 */
import type { Decoded } from './decode-fields.ts'
import { FieldReader, isRecord, isRefusal, show } from './decode-fields.ts'
import type { CashChange, Outcome, WalletSummary } from './gateway.ts'
import { misunderstood } from './paging.ts'
import type { Reads } from './reads.ts'

const SETTLE_COIN = 'USDT'
const ROWS_PER_PAGE = 50

export async function readWallet(reads: Reads): Promise<Outcome<WalletSummary>> {
  const outcome = await reads.read('wallet', { accountType: 'UNIFIED' })
  if (outcome.kind !== 'done') return outcome
  const { list } = outcome.value.result
  const first: unknown = Array.isArray(list) ? list[0] : undefined
  if (!isRecord(first)) return misunderstood('wallet', `list must hold an account, got ${show(list)}`)
  const cashUsd = cashOf(first['coin'])
  if (typeof cashUsd !== 'number') return misunderstood('wallet', cashUsd.why)
  const fields = new FieldReader(first)
  const value = {
    equityUsd: fields.decimal('totalEquity'),
    availableUsd: fields.decimal('totalAvailableBalance'),
    cashUsd,
  }
  return fields.why === null ? { kind: 'done', value } : misunderstood('wallet', fields.why)
}

/** A coin of which there is none has no row. */
function cashOf(coins: unknown): Decoded<number> {
  if (!Array.isArray(coins)) return { why: `coin must be an array, got ${show(coins)}` }
  const row = (coins as unknown[]).find((each) => isRecord(each) && each['coin'] === SETTLE_COIN)
  if (!isRecord(row)) return 0
  const fields = new FieldReader(row)
  const cash = fields.decimal('walletBalance')
  return fields.why === null ? cash : { why: fields.why }
}

/** `change` is the log's own sum: cash flow, plus funding, minus fee. */
export function readCashChanges(reads: Reads, sinceMs: number): Promise<Outcome<CashChange[]>> {
  const params = {
    accountType: 'UNIFIED',
    currency: SETTLE_COIN,
    startTime: Math.floor(sinceMs),
    limit: ROWS_PER_PAGE,
  }
  return reads.pages('transactions', params, decodeChanges)
}

function decodeChanges(list: unknown): Decoded<CashChange[]> {
  if (!Array.isArray(list)) return { why: `list must be an array, got ${show(list)}` }
  const changes: CashChange[] = []
  for (const row of list as unknown[]) {
    if (!isRecord(row)) return { why: `row must be an object, got ${show(row)}` }
    const change = decodeChange(new FieldReader(row))
    if (isRefusal(change)) return change
    changes.push(change)
  }
  return changes
}

function decodeChange(fields: FieldReader): Decoded<CashChange> {
  const change = {
    id: fields.word('id'),
    type: fields.word('type'),
    symbol: fields.text('symbol'),
    clientId: fields.text('orderLinkId'),
    usd: fields.decimal('change'),
    venueMs: fields.digits('transactionTime'),
  }
  return fields.why === null ? change : { why: `cash change: ${fields.why}` }
}
