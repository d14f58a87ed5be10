/**
 * Cross margin: what positions and orders tie up, and what an account has left.
 *
 *   value        = size × mark price
 *   fee to close = value × (1 ∓ 1 / leverage) × taker rate                 − long, + short: at the bankruptcy price
 *   initial      = value / leverage + fee to close
 *   maintenance  = value × rate of its tier − deduction + fee to close
 *   order        = value / leverage + fee to open + fee to close           at the price it may have to pay
 *   available    = cash + unrealised P&L − Σ initial − Σ orders
 *
 * Margin balance is cash and unrealised P&L; liquidation begins where Σ maintenance reaches it (liquidation.ts).
 * Source: Bybit help center, "The New Margin Calculation: Adjustments and Implications" (cross margin by mark price since
 * September 2025), "Order Cost (USDT Contract)", "Trading Terms and Formulas in Unified Trading Account".
 */
import { closableLots } from './account.ts'
import { bestLevel } from './book.ts'
import type { Exposure, Figures } from './books.ts'
import type { Account, Answer, Holding, Listing, Position, PositionIdx, Venue } from './model.ts'
import { refuse } from './model.ts'
import { feeOf, mulDiv } from './money.ts'
import { sizeProblem, tierAt } from './risktiers.ts'
import { tradingProblem } from './tradable.ts'

/** At the present mark. Asked for with every order of an account, worked out when something has changed. */
export function figuresOf(position: Position): Figures {
  const { lots, costE8, holding, figures } = position
  const { leverageCents, listing } = holding
  const { markTicks } = listing
  const isKnown =
    figures.markTicks === markTicks &&
    figures.lots === lots &&
    figures.costE8 === costE8 &&
    figures.leverageCents === leverageCents
  if (isKnown) return figures
  position.figures = workOut(position, { markTicks, lots, costE8, leverageCents })
  return position.figures
}

function workOut(
  { holding }: Position,
  from: Pick<Figures, 'markTicks' | 'lots' | 'costE8' | 'leverageCents'>,
): Figures {
  const { listing, account } = holding
  const { markTicks, lots, costE8, leverageCents } = from
  const isLong = lots > 0
  const valueE8 = Math.abs(lots) * markTicks * listing.valueScale
  if (lots === 0) return { ...from, valueE8, uplE8: 0, initialE8: 0, maintenanceE8: 0 }
  const uplE8 = isLong ? valueE8 - costE8 : costE8 - valueE8
  const shareE8 = mulDiv(valueE8, 100, leverageCents)
  const closeE8 = feeToClose({ valueE8, isLong, shareE8, takerRateE8: account.takerRateE8 })
  const { maintenanceRateE8, deductionE8 } = listing.riskTiers[tierAt(listing, valueE8)]!
  const maintenanceE8 = feeOf(valueE8, maintenanceRateE8) - deductionE8 + closeE8
  return { markTicks, lots, costE8, leverageCents, valueE8, uplE8, initialE8: shareE8 + closeE8, maintenanceE8 }
}

/** Estimated fee to close at the price where the initial margin, a share of the value, is gone, 1e-8 USDT. */
function feeToClose(terms: {
  readonly valueE8: number
  readonly isLong: boolean
  readonly shareE8: number
  readonly takerRateE8: number
}): number {
  const { valueE8, isLong, shareE8, takerRateE8 } = terms
  return feeOf(isLong ? valueE8 - shareE8 : valueE8 + shareE8, takerRateE8)
}

/** The same object as last time as long as nothing in it has changed, so that what follows from it is known by it. */
export function exposureOf(account: Account): Exposure {
  let uplE8 = 0
  let initialE8 = 0
  let maintenanceE8 = 0
  for (const position of account.live) {
    const figures = figuresOf(position)
    uplE8 += figures.uplE8
    initialE8 += figures.initialE8
    maintenanceE8 += figures.maintenanceE8
  }
  const { exposure, cashE8 } = account
  const isKnown =
    exposure.cashE8 === cashE8 &&
    exposure.uplE8 === uplE8 &&
    exposure.initialE8 === initialE8 &&
    exposure.maintenanceE8 === maintenanceE8
  if (!isKnown) account.exposure = { cashE8, uplE8, initialE8, maintenanceE8 }
  return account.exposure
}

/** What may still be put up as margin, 1e-8 USDT; below zero when the account is under water. */
export function availableBalance(account: Account): number {
  let leftE8 = account.cashE8 - account.orderHoldE8
  for (const position of account.live) {
    const { uplE8, initialE8 } = figuresOf(position)
    leftE8 += uplE8 - initialE8
  }
  return leftE8
}

interface MoneyTerms {
  readonly idx: PositionIdx
  readonly isBuy: boolean
  readonly reduceOnly: boolean
  readonly lots: number
  readonly priceTicks: number
}

/** Margin and fees for the part that opens, against the balance and the risk limit. */
export function checkMoney(venue: Venue, holding: Holding, terms: MoneyTerms, heldBefore = 0): number | Answer {
  const { listing, account, leverageCents } = holding
  const position = holding.positions[terms.idx]
  const closable = closableLots(position, terms.isBuy)
  const opening = terms.reduceOnly ? 0 : Math.max(0, terms.lots - closable)
  const problem = tradingProblem(holding, opening > 0)
  if (problem !== null) return problem
  if (opening === 0) return 0
  const valueE8 = opening * reachableTicks(listing, terms) * listing.valueScale
  // What an order opens beyond what it closes is a position of its own.
  const heldE8 = closable > 0 ? 0 : figuresOf(position).valueE8
  const tooLarge = sizeProblem(holding, heldE8 + valueE8)
  if (tooLarge !== null) return tooLarge
  const { takerRateE8 } = venue.rules
  const shareE8 = mulDiv(valueE8, 100, leverageCents)
  const closeE8 = feeToClose({ valueE8, isLong: terms.isBuy, shareE8, takerRateE8 })
  const holdE8 = shareE8 + feeOf(valueE8, takerRateE8) + closeE8
  const moreE8 = holdE8 - heldBefore
  if (moreE8 <= 0) return holdE8
  const leftE8 = availableBalance(account)
  if (moreE8 <= leftE8) return holdE8
  return refuse(110007, leftE8 > 0 ? 'ab not enough for new order' : 'CheckMarginRatio fail! InsufficientAB')
}

/** Selling below the best bid is done at the bid at least, so that is what margin is for; buying costs its limit. */
function reachableTicks(listing: Listing, terms: MoneyTerms): number {
  if (terms.isBuy) return terms.priceTicks
  return Math.max(terms.priceTicks, bestLevel(listing.bids)?.priceTicks ?? 0)
}
