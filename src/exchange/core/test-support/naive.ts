/**
 * The simplest venue that could be right: one symbol, arrays, linear scans, money as BigInt of 1e-8 USDT.
 *
 * Written from the venue's rules alone (facts §4, §5), not from the core it is compared with. Its market stands still: a
 * few resting quotes that nobody owns. What the rules leave open is said where it is decided.
 */

import {
  closableLots,
  emptyPosition,
  end,
  fillPosition,
  isOpen,
  leavesOf,
  type NaiveAccount,
  type NaiveCreate,
  type NaiveFill,
  type NaiveOrder,
  type NaiveTerms,
  roundedE8,
} from './naive-model.ts'

export class NaiveVenue {
  /** Everything ever accepted, in order of creation; the market's quotes first. */
  readonly orders: NaiveOrder[] = []
  readonly accounts: readonly NaiveAccount[]
  /** Two rows a trade between accounts, one a trade with the market: the maker's first. */
  readonly fills: NaiveFill[] = []
  readonly #terms: NaiveTerms
  #time = 0

  constructor(terms: NaiveTerms, accounts: readonly { readonly id: string; readonly cashE8: bigint }[]) {
    this.#terms = terms
    this.accounts = accounts.map(({ id, cashE8 }) => ({
      id,
      isHedge: false,
      cashE8,
      positions: [emptyPosition(), emptyPosition(), emptyPosition()],
    }))
  }

  /** A resting quote of the market. */
  quote(isBuy: boolean, ticks: number, lots: number): void {
    const order = { name: '', isBuy, tif: 'GTC', idx: 0, reduceOnly: false, smp: 'None', ticks, lots } as const
    this.orders.push({ ...order, ...this.#fresh(null) })
  }

  account(id: string): NaiveAccount {
    const found = this.accounts.find((each) => each.id === id)
    if (found === undefined) throw new Error(`no account ${id}`)
    return found
  }

  openOrders(id: string): readonly NaiveOrder[] {
    return this.orders.filter((order) => order.account?.id === id && isOpen(order))
  }

  /** Everything open on one side, best price first, earliest first at one price. */
  queue(isBuy: boolean): readonly NaiveOrder[] {
    const better = (one: NaiveOrder, other: NaiveOrder): number =>
      (isBuy ? other.ticks - one.ticks : one.ticks - other.ticks) || one.since - other.since
    return this.orders.filter((order) => order.isBuy === isBuy && isOpen(order)).toSorted(better)
  }

  /** Answers the retCode. */
  create(id: string, asked: NaiveCreate): number {
    const account = this.account(id)
    if (account.isHedge !== (asked.idx !== 0)) return 10001
    if (asked.name !== '' && this.orders.some((each) => each.account === account && each.name === asked.name)) {
      return 110072
    }
    // In hedge mode the side against a leg can only close it (§4.4); a closing order closes (§3.2).
    const reduceOnly =
      asked.reduceOnly || asked.closeOnTrigger || (asked.idx !== 0 && asked.isBuy !== (asked.idx === 1))
    // Nobody at all on the other side is no market price (§4.2: it "can also fail at once").
    if (asked.isMarket && this.queue(!asked.isBuy).length === 0) return 110118
    const ticks = this.#price(asked)
    if (ticks === null) return 110003
    const refused = this.#refusedLots({ ...asked, reduceOnly, ticks })
    if (refused !== null) return refused
    const closable = closableLots(account.positions[asked.idx], asked.isBuy)
    if (reduceOnly && closable === 0) return 110017
    // All there is means all that one order may be (§3.2).
    const most = asked.lots === 0 ? this.#mostLots(asked.isMarket) : asked.lots
    const lots = reduceOnly ? Math.min(most, closable) : asked.lots
    const tif = asked.isMarket ? 'IOC' : asked.tif
    const { name, isBuy, idx, smp } = asked
    const order = { name, isBuy, tif, idx, reduceOnly, smp, ticks, lots, ...this.#fresh(account) }
    this.orders.push(order)
    this.#arrive(order)
    return 0
  }

  amend(id: string, name: string, change: { readonly ticks: number | null; readonly lots: number | null }): number {
    const order = this.#find(id, name)
    if (order === undefined) return 110001
    const ticks = change.ticks === null ? order.ticks : this.#price({ ...order, ticks: change.ticks, isMarket: false })
    if (ticks === null) return 110003
    const lots = change.lots ?? order.lots
    // Only what is sent is looked at.
    const asked = { ...order, closeOnTrigger: false, isMarket: false, ticks, lots }
    const refused = change.lots === null ? null : this.#refusedLots(asked)
    if (refused !== null) return refused
    if (lots <= order.filled) return 110064
    if (order.reduceOnly && lots > order.lots) return 110022
    if (lots === order.lots && ticks === order.ticks) return 10001
    // A smaller quantity keeps its place; another price or a larger quantity goes to the back of the queue.
    const keepsPlace = ticks === order.ticks && lots <= order.lots
    order.ticks = ticks
    order.lots = lots
    if (!keepsPlace) {
      order.since = this.#now()
      this.#arrive(order)
    }
    return 0
  }

  cancel(id: string, name: string): number {
    const order = this.#find(id, name)
    if (order === undefined) return 110001
    end(order, { cancelType: 'CancelByUser' })
    return 0
  }

  cancelAll(id: string): number {
    for (const order of this.openOrders(id)) end(order, { cancelType: 'CancelByUser' })
    return 0
  }

  switchMode(id: string, isHedge: boolean): number {
    const account = this.account(id)
    if (account.isHedge === isHedge) return 110025
    if (account.positions.some((position) => position.lots !== 0)) return 110024
    if (this.openOrders(id).length > 0) return 110028
    account.isHedge = isHedge
    return 0
  }

  #now(): number {
    this.#time += 1
    return this.#time
  }

  #fresh(account: NaiveAccount | null) {
    const ended = { cancelType: 'UNKNOWN', rejectReason: 'EC_NoError', smpOrder: '' } as const
    return { account, filled: 0, since: this.#now(), status: 'New' as NaiveOrder['status'], ...ended }
  }

  #find(id: string, name: string): NaiveOrder | undefined {
    return this.openOrders(id).find((order) => order.name === name)
  }

  /** Where the order may trade at most: its price, moved into the band; a market order has the band's edge (§4.2, §5). */
  #price({ isBuy, isMarket, ticks }: Pick<NaiveCreate, 'isBuy' | 'isMarket' | 'ticks'>): number | null {
    const { markTicks, bandPercent, minTicks, maxTicks } = this.#terms
    const edge = isBuy
      ? Math.floor((markTicks * (100 + bandPercent)) / 100)
      : Math.ceil((markTicks * (100 - bandPercent)) / 100)
    if (isMarket) return edge
    if (ticks < minTicks || ticks > maxTicks) return null
    return isBuy ? Math.min(ticks, edge) : Math.max(ticks, edge)
  }

  #mostLots(isMarket: boolean): number {
    return isMarket ? this.#terms.maxMarketLots : this.#terms.maxLots
  }

  /** The quantity filters of §5; null when they let it through. */
  #refusedLots(
    asked: Pick<NaiveCreate, 'lots' | 'ticks' | 'isMarket' | 'reduceOnly' | 'closeOnTrigger'>,
  ): number | null {
    const { minLots, minNotionalE8, unitE8, markTicks } = this.#terms
    if (asked.lots === 0 && asked.reduceOnly && asked.closeOnTrigger) return null
    // What reduces has no maximum: the venue cuts it up (§3.2).
    if (asked.lots < minLots || (!asked.reduceOnly && asked.lots > this.#mostLots(asked.isMarket))) return 10001
    const ticks = asked.isMarket ? markTicks : asked.ticks
    return BigInt(asked.lots) * BigInt(ticks) * unitE8 < minNotionalE8 ? 110094 : null
  }

  /** An order meets the book: trades what it can, then rests or ends as its time in force says (§4.2). */
  #arrive(order: NaiveOrder): void {
    if (order.tif === 'PostOnly' && this.#opposite(order).length > 0) {
      end(order, { rejectReason: 'EC_PostOnlyWillTakeLiquidity' })
      return
    }
    if (order.tif === 'FOK' && !this.#canFillWhole(order)) {
      end(order, { rejectReason: 'EC_CancelForNoFullFill' })
      return
    }
    let maker = this.#opposite(order)[0]
    while (maker !== undefined && isOpen(order)) {
      this.#meet(order, maker)
      maker = this.#opposite(order)[0]
    }
    const rests = order.tif === 'GTC' || order.tif === 'PostOnly'
    if (isOpen(order) && !rests) end(order, { rejectReason: order.filled > 0 ? null : 'EC_NoImmediateQtyToFill' })
  }

  /** Whom an order could trade with, in the order it would. */
  #opposite(order: NaiveOrder): readonly NaiveOrder[] {
    return this.queue(!order.isBuy).filter((each) =>
      order.isBuy ? each.ticks <= order.ticks : each.ticks >= order.ticks,
    )
  }

  /** All or nothing: an own order that self-match prevention would take away counts for nothing; one that stops, stops. */
  #canFillWhole(order: NaiveOrder): boolean {
    let wanted = order.lots - order.filled
    for (const maker of this.#opposite(order)) {
      const isOwn = maker.account === order.account && order.smp !== 'None'
      if (isOwn && order.smp !== 'CancelMaker') return false
      if (!isOwn) wanted -= leavesOf(maker)
      if (wanted <= 0) return true
    }
    return false
  }

  /** Self-match prevention: the taker's policy decides (§4.6). */
  #meet(taker: NaiveOrder, maker: NaiveOrder): void {
    if (maker.account !== taker.account || taker.smp === 'None') {
      this.#trade(taker, maker)
      return
    }
    const hit = { cancelType: 'CancelBySmp', rejectReason: null }
    if (taker.smp !== 'CancelTaker') end(maker, { ...hit, smpOrder: taker.name })
    if (taker.smp !== 'CancelMaker') end(taker, { ...hit, smpOrder: maker.name })
  }

  #trade(taker: NaiveOrder, maker: NaiveOrder): void {
    const lots = Math.min(leavesOf(taker), leavesOf(maker))
    for (const order of [maker, taker]) {
      order.filled += lots
      order.status = order.filled === order.lots ? 'Filled' : 'PartiallyFilled'
    }
    // Who of two books first shows only when both are one account: the maker does here.
    this.#book(maker, { ticks: maker.ticks, lots, isMaker: true })
    this.#book(taker, { ticks: maker.ticks, lots, isMaker: false })
    for (const { account } of [maker, taker]) if (account !== null) this.#uncover(account)
  }

  #book(order: NaiveOrder, trade: { readonly ticks: number; readonly lots: number; readonly isMaker: boolean }): void {
    const { account, isBuy, name } = order
    if (account === null) return
    const { ticks, lots, isMaker } = trade
    const { unitE8, makerRateE8, takerRateE8 } = this.#terms
    const valueE8 = BigInt(ticks) * BigInt(lots) * unitE8
    const feeE8 = roundedE8(valueE8 * (isMaker ? makerRateE8 : takerRateE8))
    const position = account.positions[order.idx]
    const closedLots = Math.min(lots, closableLots(position, isBuy))
    const pnlE8 = fillPosition(position, { isBuy, lots, closedLots, oneE8: BigInt(ticks) * unitE8 })
    position.realisedE8 += pnlE8 - feeE8
    account.cashE8 += pnlE8 - feeE8
    const leaves = order.lots - order.filled
    this.fills.push({ account: account.id, name, isBuy, ticks, lots, leaves, isMaker, feeE8, pnlE8, closedLots })
  }

  /** A resting reduce-only order that its position no longer covers ends (§4.5). */
  #uncover(account: NaiveAccount): void {
    for (const order of this.openOrders(account.id)) {
      if (!order.reduceOnly || closableLots(account.positions[order.idx], order.isBuy) >= leavesOf(order)) continue
      end(order, { cancelType: 'CancelByReduceOnly', rejectReason: null })
    }
  }
}
