/**
 * What the core's benchmark compares the core with: a bare book, and the venue the core is tested against.
 */
import { ACCOUNTS, type Operation, SYMBOLS, type Terms, type Way } from './bench-plan.ts'
import { NaiveVenue } from './naive.ts'

interface Resting {
  readonly isBuy: boolean
  ticks: number
  lots: number
}

/** Price levels in a map, best prices in sorted arrays, orders in arrays: no less can be called a book. */
export function overFloor(): Way<Operation> {
  const books = new Map(SYMBOLS.map(({ symbol }) => [symbol, { bids: floorSide(true), asks: floorSide(false) }]))
  const orders: Resting[] = []
  const sideOf = ({ at, isBuy }: Terms) => (isBuy ? books.get(at.symbol)!.bids : books.get(at.symbol)!.asks)
  const create = ({ by, at, isBuy, ticks, lots }: Terms, timeInForce: Operation['timeInForce']): Resting => {
    const order = { isBuy, ticks, lots }
    if (timeInForce === 'IOC') sideOf({ by, at, isBuy: !isBuy, ticks, lots }).take(order)
    else sideOf({ by, at, isBuy, ticks, lots }).insert(order)
    return order
  }
  const amend = (order: Resting, terms: Terms): void => {
    sideOf(terms).remove(order)
    order.ticks = terms.ticks
    order.lots = terms.lots
    sideOf(terms).insert(order)
  }
  return {
    write: (operation) => operation,
    perform: ({ does, order, terms, timeInForce }) => {
      if (does === 'create') orders[order] = create(terms, timeInForce)
      else if (does === 'amend') amend(orders[order]!, terms)
      else sideOf(terms).remove(orders[order]!)
    },
  }
}

function floorSide(isBid: boolean) {
  const levels = new Map<number, Resting[]>()
  const prices: number[] = [] // the best one last
  const placeOf = (ticks: number): number => {
    let at = prices.length
    while (at > 0 && (isBid ? prices[at - 1]! > ticks : prices[at - 1]! < ticks)) at -= 1
    return at
  }
  const insert = (order: Resting): void => {
    const level = levels.get(order.ticks)
    if (level !== undefined) {
      level.push(order)
      return
    }
    levels.set(order.ticks, [order])
    prices.splice(placeOf(order.ticks), 0, order.ticks)
  }
  const remove = (order: Resting): void => {
    const level = levels.get(order.ticks)!
    level.splice(level.indexOf(order), 1)
    if (level.length > 0) return
    levels.delete(order.ticks)
    prices.splice(placeOf(order.ticks) - 1, 1)
  }
  const take = (order: Resting): void => {
    while (order.lots > 0) {
      const best = prices.at(-1)
      if (best === undefined || (isBid ? best < order.ticks : best > order.ticks)) return
      const maker = levels.get(best)![0]!
      const lots = Math.min(maker.lots, order.lots)
      order.lots -= lots
      maker.lots -= lots
      if (maker.lots === 0) remove(maker)
    }
  }
  return { insert, remove, take }
}

/** The venue the core is tested against; it has one symbol and knows orders by the names they are given. */
export function overNaive(): Way<Operation> {
  const unit = { unitE8: 1_000_000n, takerRateE8: 55_000n, makerRateE8: 20_000n, minNotionalE8: 0n, bandPercent: 5 }
  const bounds = { minLots: 1, maxLots: 1_000, maxMarketLots: 1_000, minTicks: 1, maxTicks: 1_000_000 }
  const accounts = ACCOUNTS.map((id) => ({ id, cashE8: 10n ** 15n }))
  const venue = new NaiveVenue({ ...unit, ...bounds, markTicks: SYMBOLS[0].midTicks }, accounts)
  const plain = { isMarket: false, idx: 0, reduceOnly: false, closeOnTrigger: false, smp: 'None' } as const
  const onOne = ({ at, ticks }: Terms): number => ticks - at.midTicks + SYMBOLS[0].midTicks
  return {
    write: (operation) => operation,
    perform: ({ does, order, terms, timeInForce }) => {
      const account = ACCOUNTS[terms.by]!
      const name = String(order)
      const { isBuy, lots } = terms
      if (does === 'cancel') venue.cancel(account, name)
      else if (does === 'amend') venue.amend(account, name, { ticks: onOne(terms), lots })
      else venue.create(account, { ...plain, name, tif: timeInForce, isBuy, ticks: onOne(terms), lots })
    },
  }
}
