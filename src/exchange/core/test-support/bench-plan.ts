/**
 * What the core's benchmark asks for: decided before anything is measured, the same for everybody who is asked.
 *
 *   planOf(mix) ─► operations ─► way.write: a request ─► (the clock runs) way.perform
 */
import { type Random, seededRandom } from '../../../seams/random.ts'

export const ACCOUNTS = Array.from({ length: 16 }, (_, at) => String(2_000_001 + at))
/** The calm world's, with the middle of their books in ticks. */
export const SYMBOLS = [
  { symbol: 'BTCUSDT', midTicks: 600_000, priceDecimals: 1, lotDecimals: 3 },
  { symbol: 'ETHUSDT', midTicks: 300_000, priceDecimals: 2, lotDecimals: 2 },
  { symbol: 'SOLUSDT', midTicks: 150_000, priceDecimals: 3, lotDecimals: 1 },
] as const
/** The market is this far from the middle; orders that fill each other are inside, those that rest outside, ticks. */
export const MARKET_OFFSET = 20
const FRONT_OFFSET = 5
const REST_OFFSETS = [60, 200] as const
export const OFFSET_MAX = REST_OFFSETS[1]
export const LOTS_MAX = 4
/** Resting orders of one account before it stops adding to them. */
const OPEN_MAX = 60

/** Shares of the operations; cancels are what is left. */
export const MIXES = {
  rest: { fill: 0, amend: 0, create: 0.5 },
  amend: { fill: 0, amend: 0.9, create: 0.05 },
  fill: { fill: 1, amend: 0, create: 0 },
  mixed: { fill: 0.1, amend: 0.1, create: 0.4 },
} as const
export type Mix = keyof typeof MIXES

export interface Terms {
  readonly by: number
  readonly at: (typeof SYMBOLS)[number]
  readonly isBuy: boolean
  readonly ticks: number
  readonly lots: number
}

export interface Operation {
  readonly does: 'create' | 'amend' | 'cancel'
  /** Which of the orders created, 0 first. */
  readonly order: number
  readonly terms: Terms
  readonly timeInForce: 'GTC' | 'IOC'
}

/** Who is asked. What a request needs of earlier answers is filled in when it is performed. */
export interface Way<Request> {
  write(operation: Operation): Request
  perform(request: Request): void
}

export function planOf(mix: Mix, count: number): Operation[] {
  const next = operator(seededRandom(`core.bench/${mix}`), MIXES[mix])
  return Array.from({ length: count }, (_, n) => next(n % ACCOUNTS.length))
}

/** Says the next operation of one account, as the mix has it. */
function operator(random: Random, mix: (typeof MIXES)[Mix]): (by: number) => Operation {
  const open = ACCOUNTS.map((): { readonly order: number; readonly terms: Terms }[] => [])
  let created = 0
  let front: Terms | null = null

  const fresh = (by: number, offset: number): Terms => {
    const at = SYMBOLS[random.integer(0, SYMBOLS.length - 1)]!
    return { by, at, ...sided(at, random.next() < 0.5, offset), lots: random.integer(1, LOTS_MAX) }
  }
  const create = (terms: Terms, timeInForce: Operation['timeInForce']): Operation => {
    created += 1
    return { does: 'create', order: created - 1, terms, timeInForce }
  }
  const fill = (by: number): Operation => {
    if (front === null) {
      front = fresh(by, FRONT_OFFSET)
      return create(front, 'GTC')
    }
    const taker = { ...front, by, isBuy: !front.isBuy }
    front = null
    return create(taker, 'IOC')
  }
  return (by) => {
    const mine = open[by]!
    const draw = random.next()
    if (draw < mix.fill) return fill(by)
    const isFull = mine.length >= OPEN_MAX
    if (mine.length === 0 || (draw >= mix.fill + mix.amend && draw < mix.fill + mix.amend + mix.create && !isFull)) {
      const made = create(fresh(by, random.integer(...REST_OFFSETS)), 'GTC')
      mine.push(made)
      return made
    }
    const chosen = random.integer(0, mine.length - 1)
    const { order, terms } = mine[chosen]!
    if (draw < mix.fill + mix.amend) {
      const moved = sided(terms.at, terms.isBuy, random.integer(...REST_OFFSETS))
      const amended = { ...terms, ...moved, lots: random.integer(1, LOTS_MAX) }
      return { does: 'amend', order, terms: amended, timeInForce: 'GTC' }
    }
    mine[chosen] = mine.at(-1)!
    mine.pop()
    return { does: 'cancel', order, terms, timeInForce: 'GTC' }
  }
}

function sided(at: Terms['at'], isBuy: boolean, offset: number): Pick<Terms, 'isBuy' | 'ticks'> {
  return { isBuy, ticks: isBuy ? at.midTicks - offset : at.midTicks + offset }
}
