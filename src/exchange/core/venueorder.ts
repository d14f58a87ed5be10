/**
 * Orders the venue makes for an account, not the account's owner: a liquidation's takeover, and the stand-in a funding
 * execution refers to.
 */
import type { Order, Position, Venue } from './model.ts'
import { CLOSING_TERMS, orderFrom } from './neworder.ts'

/** A market order that closes all of a position at one price; in nobody's list yet. */
export function liquidationOrder(venue: Venue, position: Position, priceTicks: number): Order {
  const order = ownerless(venue, position, { isBuy: position.lots < 0, lots: Math.abs(position.lots), priceTicks })
  return { ...order, isLiquidation: true }
}

/** What a funding execution has in place of an order: an id after the settlement's moment, nothing else. */
export function fundingOrder(venue: Venue, position: Position): Order {
  const { account, listing } = position.holding
  const id = `${Math.floor(venue.nowMs / 1_000)}-8-${account.id}-${listing.index + 1}-${position.idx}`
  return { ...ownerless(venue, position, { isBuy: position.lots > 0, lots: 0, priceTicks: 0 }), id }
}

function ownerless(
  venue: Venue,
  { holding, idx }: Position,
  terms: { readonly isBuy: boolean; readonly lots: number; readonly priceTicks: number },
): Order {
  return orderFrom(venue, holding.account, {
    ...CLOSING_TERMS,
    ...terms,
    listing: holding.listing,
    holding,
    isMarket: true,
    timeInForce: 'IOC',
    idx,
    stop: null,
  })
}
