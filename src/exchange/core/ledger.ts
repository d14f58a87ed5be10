/**
 * The transaction log: every change of cash, from what is remembered anyway.
 *
 *   executions (trade, funding, takeover) ─┐
 *   transfers (demo funds, the fund's help) ─┴─► change = cashFlow + funding − fee, and the balance after it
 *
 * Source: Bybit v5 docs, get transaction log (a start alone opens 24 hours; 1 to 50 rows a page, 20).
 */
import type { Transfer } from './books.ts'
import type { Account, Answer, Execution, Venue } from './model.ts'
import { OK, refuse } from './model.ts'
import { e8Text } from './money.ts'
import { cursorOf, limitOf, newestPage } from './page.ts'
import { lotsText, priceText, type Row } from './texts.ts'
import { badParam, type Params, textOf } from './validate.ts'

const TRANSFERS_KEPT = 1_000
const DAY_MS = 24 * 3_600_000
const CATEGORIES: ReadonlySet<string> = new Set(['', 'linear'])
const OTHER_CATEGORIES: ReadonlySet<string> = new Set(['spot', 'inverse', 'option'])

/** Moves money in or out of an account, remembered with the balance after it. */
export function transfer(
  venue: Venue,
  account: Account,
  { kind, coin, changeE8 }: Pick<Transfer, 'kind' | 'coin' | 'changeE8'>,
): void {
  const { books } = account
  const formerE8 = coin === 'USDT' ? account.cashE8 : (books.coins.get(coin) ?? 0)
  const balanceAfterE8 = formerE8 + changeE8
  if (coin === 'USDT') account.cashE8 = balanceAfterE8
  else books.coins.set(coin, balanceAfterE8)
  venue.executionNumber += 1
  const id = venue.ids.execution.of(venue.executionNumber)
  const atMs = Math.floor(venue.nowMs)
  books.transfers.push({ number: venue.executionNumber, id, kind, coin, changeE8, balanceAfterE8, atMs })
  if (books.transfers.length > TRANSFERS_KEPT) books.transfers.shift()
}

type Entry = Execution | Transfer

const isTransfer = (entry: Entry): entry is Transfer => 'changeE8' in entry

/** GET /v5/account/transaction-log */
export function transactionLog(venue: Venue, account: Account, params: Params): Answer {
  const accountType = textOf(params['accountType'])
  if (accountType !== '' && accountType !== 'UNIFIED') return badParam('accountType')
  const category = textOf(params['category'])
  if (OTHER_CATEGORIES.has(category)) return OK({ list: [], nextPageCursor: '' })
  if (!CATEGORIES.has(category)) return badParam('category')
  const after = cursorOf(params)
  if (after === null) return badParam('cursor')
  const window = dayOf(params, venue.nowMs)
  if (window === null) return refuse(10001, 'The time range between startTime and endTime cannot exceed 7 days')
  const wanted = {
    currency: textOf(params['currency']),
    baseCoin: textOf(params['baseCoin']),
    type: textOf(params['type']),
  }
  const page = newestPage(entriesOf(account), {
    limit: limitOf(params, 20, 50),
    after,
    numberOf: (entry) => entry.number,
    matches: (entry) =>
      entry.atMs + venue.rules.readLagMs <= venue.nowMs &&
      entry.atMs >= window.fromMs &&
      entry.atMs <= window.toMs &&
      isWanted(entry, wanted) &&
      (category === '' || !isTransfer(entry)),
  })
  const list = page.rows.map((entry) =>
    isTransfer(entry) ? transferRow(account, entry) : executionEntry(venue, entry),
  )
  return OK({ list, nextPageCursor: page.nextPageCursor })
}

/** In the order things happened. */
function entriesOf({ executions, books }: Account): readonly Entry[] {
  if (books.transfers.length === 0) return executions
  return [...executions, ...books.transfers].sort((one, other) => one.number - other.number)
}

/** One time alone opens a day, both at most 7 days, none the last day; null when they are too far apart or reversed. */
function dayOf(params: Params, nowMs: number): { readonly fromMs: number; readonly toMs: number } | null {
  const start = Number(textOf(params['startTime']) || Number.NaN)
  const end = Number(textOf(params['endTime']) || Number.NaN)
  const fromMs = Number.isNaN(start) ? (Number.isNaN(end) ? nowMs : end) - DAY_MS : start
  const toMs = Number.isNaN(end) ? fromMs + DAY_MS : end
  return toMs < fromMs || toMs - fromMs > 7 * DAY_MS ? null : { fromMs, toMs }
}

interface Wanted {
  readonly currency: string
  readonly baseCoin: string
  readonly type: string
}

function isWanted(entry: Entry, { currency, baseCoin, type }: Wanted): boolean {
  if (type !== '' && type !== typeOf(entry)) return false
  if (isTransfer(entry)) return baseCoin === '' && (currency === '' || currency === entry.coin)
  return (
    (currency === '' || currency === 'USDT') &&
    (baseCoin === '' || baseCoin === entry.order.listing.instrument.baseCoin)
  )
}

function typeOf(entry: Entry): string {
  if (isTransfer(entry)) return entry.kind
  return entry.kind === 'Trade' ? 'TRADE' : entry.kind === 'Funding' ? 'SETTLEMENT' : 'LIQUIDATION'
}

function executionEntry(venue: Venue, execution: Execution): Row {
  const { order, kind, lotsAfter, isMaker, fundingRate } = execution
  const { listing } = order
  const { rules } = venue
  const isFunding = kind === 'Funding'
  const fundingE8 = isFunding ? -execution.feeE8 : 0
  const feeE8 = isFunding ? 0 : execution.feeE8
  const size = lotsText(listing, Math.abs(lotsAfter))
  return {
    id: `${order.account.id}_${listing.instrument.symbol}_${execution.number}`,
    symbol: listing.instrument.symbol,
    category: 'linear',
    side: order.isBuy ? 'Buy' : 'Sell',
    transactionTime: String(execution.atMs),
    type: typeOf(execution),
    transSubType: '',
    qty: lotsText(listing, execution.lots),
    size: lotsAfter < 0 ? `-${size}` : size,
    currency: 'USDT',
    tradePrice: priceText(listing, execution.priceTicks),
    // Here received is above zero; in the execution's fee it is below.
    funding: isFunding ? e8Text(fundingE8) : '',
    fee: e8Text(feeE8),
    cashFlow: e8Text(execution.pnlE8),
    change: e8Text(execution.pnlE8 + fundingE8 - feeE8),
    cashBalance: e8Text(execution.cashAfterE8),
    feeRate: isFunding ? signedRate(fundingRate, order.isBuy) : isMaker ? rules.makerRate : rules.takerRate,
    bonusChange: '',
    tradeId: venue.ids.execution.of(execution.number),
    orderId: order.id,
    orderLinkId: order.linkId,
    extraFees: '',
  }
}

/** A short's rate has the market's sign turned round. */
function signedRate(rate: string, isLong: boolean): string {
  if (isLong || Number(rate) === 0) return rate
  return rate.startsWith('-') ? rate.slice(1) : `-${rate}`
}

function transferRow(account: Account, entry: Transfer): Row {
  const change = e8Text(entry.changeE8)
  return {
    id: `${account.id}_${entry.coin}_${entry.number}`,
    symbol: '',
    category: '',
    side: 'None',
    transactionTime: String(entry.atMs),
    type: entry.kind,
    transSubType: '',
    qty: e8Text(Math.abs(entry.changeE8)),
    size: '0',
    currency: entry.coin,
    tradePrice: '',
    funding: '',
    fee: '0',
    cashFlow: change,
    change,
    cashBalance: e8Text(entry.balanceAfterE8),
    feeRate: '',
    bonusChange: '',
    tradeId: entry.id,
    orderId: '',
    orderLinkId: '',
    extraFees: '',
  }
}
