/**
 * The risk engine. It looks at every account that holds a position every 100 ms.
 *
 *   maintenance margin ≥ margin balance ─► positions are Liq, all orders cancelled
 *              … and still at the next look ─► every position taken over at its bankruptcy price: BustTrade
 *              … not any more               ─► Normal again
 *
 * The bankruptcy price is where closing, fee included, uses up what is left of the margin balance; several positions
 * share it by their maintenance margin. It is rounded to a tick in the account's favour. Should the account be below
 * zero all the same, the venue's fund pays the rest: no debt stays behind.
 *
 * Source: Bybit help center, "Trading Rules: Liquidation Process (Unified Trading Account)", the lowest risk tier;
 * facts §4.3. Larger tiers are not reduced step by step here.
 */
import { type Source, sourceOf } from './agenda.ts'
import type { Watch } from './books.ts'
import { transfer } from './ledger.ts'
import { exposureOf, figuresOf } from './margin.ts'
import { cancel, fill } from './matching.ts'
import type { Account, Position, Venue } from './model.ts'
import { count } from './model.ts'
import { mulDiv, USDT_E8 } from './money.ts'
import { touchPosition, touchWallet } from './outbox.ts'
import { rememberOrder } from './remembered.ts'
import { liquidationOrder } from './venueorder.ts'

const LOOK_MS = 100

export function createRiskEngine(
  venue: () => Venue,
  rank: number,
): { readonly source: Source } & Pick<Watch, 'opened'> {
  const changes = createChanges()
  const source = sourceOf(rank, (atMs) => {
    venue().nowMs = atMs
    if (!changes.any(venue())) return atMs + LOOK_MS
    let isExposed = false
    for (const account of venue().accounts.values()) {
      if (account.live.size > 0 && look(venue(), account)) changes.expect()
      isExposed ||= account.live.size > 0
    }
    return isExposed ? atMs + LOOK_MS : Number.POSITIVE_INFINITY
  })
  return {
    source,
    opened: () => {
      changes.expect()
      if (source.nextMs < Number.POSITIVE_INFINITY) return
      venue().agenda.schedule(source, (Math.floor(venue().nowMs / LOOK_MS) + 1) * LOOK_MS)
    },
  }
}

/** Whether a look could see anything new: a mark has moved, money was booked, or somebody said so. */
function createChanges(): { any(venue: Venue): boolean; expect(): void } {
  let marks: readonly number[] = []
  let booked = 0
  let isExpected = true
  return {
    expect: () => {
      isExpected = true
    },
    any: ({ listings, executionNumber }) => {
      const isMoved = listings.some((each, at) => each.markTicks !== marks[at])
      if (!isExpected && !isMoved && executionNumber === booked) return false
      if (isMoved) marks = listings.map((each) => each.markTicks)
      booked = executionNumber
      isExpected = false
      return true
    },
  }
}

/** Answers whether the next look has to follow this one whatever happens. */
function look(venue: Venue, account: Account): boolean {
  const { uplE8, maintenanceE8 } = exposureOf(account)
  const balanceE8 = account.cashE8 + uplE8
  const isPrepared = [...account.live].some((position) => position.isLiq)
  if (maintenanceE8 < balanceE8) {
    if (isPrepared) mark(venue, account, false)
    return false
  }
  if (isPrepared) takeOver(venue, account, { balanceE8, maintenanceE8 })
  else prepare(venue, account)
  return !isPrepared
}

function mark(venue: Venue, account: Account, isLiq: boolean): void {
  for (const position of account.live) {
    position.isLiq = isLiq
    touchPosition(venue, position)
  }
}

/** Orders of the symbols to be liquidated go because of that, all others to free margin. */
function prepare(venue: Venue, account: Account): void {
  mark(venue, account, true)
  for (const { open, positions } of account.holdings) {
    const isHeld = positions.some((position) => position.lots !== 0)
    const cancelType = isHeld ? 'CancelAllBeforeLiq' : 'CancelByPrepareLiq'
    for (const order of [...open.values()]) cancel(venue, order, { cancelType, rejectReason: 'EC_PerCancelRequest' })
  }
}

interface Left {
  readonly balanceE8: number
  readonly maintenanceE8: number
}

function takeOver(venue: Venue, account: Account, left: Left): void {
  const bustTicks = new Map([...account.live].map((position) => [position, bankruptcyTicks(position, left)]))
  for (const [position, ticks] of bustTicks) takeOverPosition(venue, position, ticks)
  count(venue, 'liquidations')
  const debtE8 = -account.cashE8
  if (debtE8 <= 0 || account.live.size > 0) return
  transfer(venue, account, { kind: 'LIQUIDATION', coin: 'USDT', changeE8: debtE8 })
  account.books.insuredE8 += debtE8
  touchWallet(venue, account)
}

function bankruptcyTicks(position: Position, { balanceE8, maintenanceE8 }: Left): number {
  const { account, listing } = position.holding
  const isLong = position.lots > 0
  const own = figuresOf(position)
  const shareE8 = mulDiv(balanceE8, own.maintenanceE8, maintenanceE8)
  const valueE8 = own.valueE8 + (isLong ? -shareE8 : shareE8)
  const feeShare = account.takerRateE8 / USDT_E8
  const ticks = valueE8 / (isLong ? 1 - feeShare : 1 + feeShare) / Math.abs(position.lots) / listing.valueScale
  return Math.max(1, isLong ? Math.ceil(ticks) : Math.floor(ticks))
}

function takeOverPosition(venue: Venue, position: Position, priceTicks: number): void {
  const { account, listing } = position.holding
  const lots = Math.abs(position.lots)
  const order = liquidationOrder(venue, position, priceTicks)
  rememberOrder(order)
  order.holding.open.set(order.number, order)
  listing.seq += 1
  position.isLiq = false
  const liquidation = { isLong: position.lots > 0, lots, priceTicks, atMs: venue.nowMs }
  for (const feed of listing.feeds) feed.onLiquidation?.(liquidation)
  fill(venue, order, { lots, priceTicks, isMaker: false, seq: listing.seq, kind: 'BustTrade' })
  count(venue, `liquidated.${account.id}`)
}
