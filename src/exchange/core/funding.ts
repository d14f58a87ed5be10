/**
 * Funding: at every whole multiple of the interval since 1970, longs pay shorts, or the other way round when the rate is
 * below zero.
 *
 *   payment = size × mark price × rate            from cash, as an execution, a wallet row and a log entry
 *
 * The payment is rounded half up to 1e-8 USDT. Source: Bybit help center, "Funding Fee Calculation"; facts §4.3, §10.38.
 */
import { book } from './account.ts'
import { type Source, sourceOf } from './agenda.ts'
import { figuresOf } from './margin.ts'
import type { Execution, Listing, Position, Venue } from './model.ts'
import { count } from './model.ts'
import { e8FromText, feeOf } from './money.ts'
import { tellExecution, touchPosition, touchWallet } from './outbox.ts'
import { rememberExecution } from './remembered.ts'
import { nextFundingMs } from './ticker.ts'
import { fundingOrder } from './venueorder.ts'

/** Settlements `funding/history` can still tell the rate of; before them it is the world's. */
const REMEMBERED = 1_000

/** Settles one listing, again and again. */
export function createFunding(venue: () => Venue, listing: Listing, startMs: number, rank: number): Source {
  const run = (atMs: number): number => {
    venue().nowMs = atMs
    settle(venue(), listing)
    return nextFundingMs(listing, atMs)
  }
  return sourceOf(rank, run, nextFundingMs(listing, startMs))
}

function settle(venue: Venue, listing: Listing): void {
  const { settledRates } = listing
  settledRates.set(venue.nowMs, listing.fundingRate)
  if (settledRates.size > REMEMBERED) settledRates.delete(settledRates.keys().next().value!)
  const rateE8 = e8FromText(listing.fundingRate)
  for (const account of venue.accounts.values()) {
    for (const position of account.live) if (position.holding.listing === listing) pay(venue, position, rateE8)
  }
  tellTickers(venue, listing)
}

/** Rate and next settlement are part of the ticker, which otherwise speaks only when the book moves. */
export function tellTickers(venue: Venue, listing: Listing): void {
  for (const feed of listing.feeds) feed.onBook(venue.nowMs)
}

function pay(venue: Venue, position: Position, rateE8: number): void {
  const { account, listing, leverageCents } = position.holding
  const { markTicks } = listing
  const { valueE8 } = figuresOf(position)
  // Not -0, which is no whole number of anything.
  const feeE8 = (position.lots > 0 ? feeOf(valueE8, rateE8) : -feeOf(valueE8, rateE8)) || 0
  const atMs = Math.floor(venue.nowMs)
  book(position, -feeE8, atMs)
  listing.seq += 1
  venue.executionNumber += 1
  const execution: Execution = {
    number: venue.executionNumber,
    order: fundingOrder(venue, position),
    priceTicks: markTicks,
    lots: Math.abs(position.lots),
    leavesAfter: 0,
    valueE8,
    feeE8,
    pnlE8: 0,
    closedLots: 0,
    openFeeE8: 0,
    kind: 'Funding',
    cashAfterE8: account.cashE8,
    lotsAfter: position.lots,
    leverageCents,
    fundingRate: listing.fundingRate,
    isMaker: false,
    markTicks,
    atMs,
    seq: listing.seq,
  }
  rememberExecution(account, execution)
  tellExecution(venue, account, execution)
  touchPosition(venue, position)
  touchWallet(venue, account)
  count(venue, 'fundings')
}

/** The rate of a settlement, or of the ones before this venue opened: the first it settled at. */
export function rateAt({ settledRates, fundingRate }: Listing, atMs: number): string {
  return settledRates.get(atMs) ?? settledRates.values().next().value ?? fundingRate
}
