/**
 * One depth of a book as it was last told, and what has changed since.
 *
 *   book ─► take() ─► levels told now ─┬─ all: a snapshot
 *                                      └─ delta: what differs from the levels told before
 *
 * It outlives its subscribers, so that update ids go on where they were. It knows what it has told: a delete names only
 * a level that was told before (facts §6.4).
 */

/** One side of a book, its best price last (book.ts). */
export interface PicturedSide {
  readonly prices: readonly number[]
  readonly byPrice: ReadonlyMap<number, { readonly marketLots: number; readonly orderLots: number }>
}

/** A price in ticks and its lots; 0 lots: the level is gone. */
export type PicturedLevel = readonly [priceTicks: number, lots: number]

export interface PictureSide {
  all(): PicturedLevel[]
  /** Levels that went, then levels that came or changed, the best first. */
  delta(): PicturedLevel[]
}

export interface BookPicture {
  readonly bids: PictureSide
  readonly asks: PictureSide
  /** The update id; 1 on the first picture after a restart. */
  readonly u: number
  /** Sequence number and time of the book that is pictured. */
  readonly seq: number
  readonly changedMs: number
  /** Pictures the book as it is now; answers whether anything differs from the picture before. */
  take(): boolean
  /** The next picture is the first one of a new life of the service. */
  restart(): void
}

export interface PicturedBook {
  readonly bids: PicturedSide
  readonly asks: PicturedSide
  readonly seq: number
  readonly changedMs: number
}

/** Update ids begin somewhere above 1, which is a sign of its own. */
const FIRST_U = 1_000

export function createPicture(book: PicturedBook, depth: number): BookPicture {
  const bids = createSidePicture(depth)
  const asks = createSidePicture(depth)
  let u = FIRST_U - 1
  let seq = -1
  let changedMs = 0
  let isFirst = true
  return {
    bids,
    asks,
    get u() {
      return u
    },
    get seq() {
      return seq
    },
    get changedMs() {
      return changedMs
    },
    take: () => {
      const bidsDiffer = bids.take(book.bids)
      const asksDiffer = asks.take(book.asks)
      if (!bidsDiffer && !asksDiffer && !isFirst) return false
      isFirst = false
      u += 1
      seq = book.seq
      changedMs = book.changedMs
      return true
    },
    restart: () => {
      isFirst = true
      u = 0
    },
  }
}

interface SidePicture extends PictureSide {
  take(side: PicturedSide): boolean
}

function createSidePicture(depth: number): SidePicture {
  let prices: number[] = []
  let lots: number[] = []
  let gone: number[] = []
  let changed: number[] = []

  const isSame = (side: PicturedSide): boolean => {
    const shown = Math.min(depth, side.prices.length)
    if (shown !== prices.length) return false
    const last = side.prices.length - 1
    for (let at = 0; at < shown; at += 1) {
      const price = side.prices[last - at]!
      if (price !== prices[at] || lotsAt(side, price) !== lots[at]) return false
    }
    return true
  }
  const take = (side: PicturedSide): boolean => {
    gone = []
    changed = []
    if (isSame(side)) return false
    const before = new Map<number, number>()
    for (let at = 0; at < prices.length; at += 1) before.set(prices[at]!, lots[at]!)
    const shown = Math.min(depth, side.prices.length)
    const last = side.prices.length - 1
    prices = []
    lots = []
    for (let at = 0; at < shown; at += 1) {
      const price = side.prices[last - at]!
      const size = lotsAt(side, price)
      prices.push(price)
      lots.push(size)
      if (before.get(price) !== size) changed.push(at)
      before.delete(price)
    }
    gone = [...before.keys()]
    return true
  }
  return {
    take,
    all: () => prices.map((price, at) => [price, lots[at]!]),
    delta: () => [
      ...gone.map((price): PicturedLevel => [price, 0]),
      ...changed.map((at): PicturedLevel => [prices[at]!, lots[at]!]),
    ],
  }
}

function lotsAt(side: PicturedSide, price: number): number {
  const level = side.byPrice.get(price)
  return level === undefined ? 0 : level.marketLots + level.orderLots
}
