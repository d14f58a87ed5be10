/**
 * Changes of the world, while it runs, that are about money and positions rather than the market.
 */

import type { ListingStatus } from './books.ts'
import { changeProtection } from './dcp.ts'
import { tellTickers } from './funding.ts'
import { cancel } from './matching.ts'
import type { Listing, Venue } from './model.ts'
import type { MoneyChange, WorldChange } from './types.ts'

const KINDS: ReadonlySet<WorldChange['do']> = new Set(['status', 'fundingRate', 'dcp'])

export function isMoneyChange(change: WorldChange): change is MoneyChange {
  return KINDS.has(change.do)
}

/** Throws a RangeError for a symbol or an account this world does not have. */
export function changeMoney(venue: Venue, change: MoneyChange): void {
  switch (change.do) {
    case 'status':
      setStatus(venue, listingOf(venue, change.symbol), change.status)
      return
    case 'fundingRate': {
      const listing = listingOf(venue, change.symbol)
      listing.fundingRate = change.rate
      tellTickers(venue, listing)
      return
    }
    case 'dcp': {
      const account = venue.accounts.get(change.accountId)
      if (account === undefined) throw new RangeError(`no account ${change.accountId} in this world`)
      changeProtection(venue, account, change.isAlive)
    }
  }
}

function listingOf(venue: Venue, symbol: string): Listing {
  const listing = venue.bySymbol.get(symbol)
  if (listing === undefined) throw new RangeError(`no symbol ${symbol} in this world`)
  return listing
}

/** Open orders do not outlive their market; positions are left as they are. */
function setStatus(venue: Venue, listing: Listing, status: ListingStatus): void {
  listing.status = status
  if (status !== 'Closed') return
  for (const account of venue.accounts.values()) {
    for (const order of [...account.holdings[listing.index]!.open.values()]) {
      cancel(venue, order, { cancelType: 'CancelBySettle', rejectReason: 'EC_InvalidSymbolStatus' })
    }
  }
}
