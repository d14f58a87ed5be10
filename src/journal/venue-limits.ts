/**
 * P8 from the venue's side: how often it had to say "too many visits", how fast orders came, how much was held at once.
 */
import { firstOf, type Judgement, round } from './finding.ts'
import { positionOf, type VenueBooks } from './venue-books.ts'

interface Limit {
  readonly limit: string
  readonly worst: number
  readonly bound: number
}

/** Source: facts §8, retCode 10006. */
const TOO_MANY_VISITS = 10_006

export function checkVenueLimits(books: VenueBooks): Judgement {
  const { bounds, refusals } = books
  const limits: readonly Limit[] = [
    {
      limit: 'requests refused with 10006',
      worst: refusals.filter(({ retCode }) => retCode === TOO_MANY_VISITS).length,
      bound: bounds.rateLimitRefusalsMax,
    },
    ...(bounds.createsPerSecond === null
      ? []
      : [{ limit: 'creates in a second', worst: mostInASecond(books), bound: bounds.createsPerSecond }]),
    ...(bounds.maxNotionalUsd === null
      ? []
      : [{ limit: 'USD held on one symbol', worst: mostHeldUsd(books), bound: bounds.maxNotionalUsd }]),
  ]
  const broken = limits.filter(({ worst, bound }) => worst > bound)
  const byCode = Object.fromEntries(
    [...Map.groupBy(refusals, ({ retCode }) => retCode)].map(([code, list]) => [code, list.length]),
  )
  const evidence = { limits, refusalsByCode: byCode, refusals: firstOf(refusals) }
  const shown = broken.length > 0 ? broken : limits
  const summary = shown.map(({ limit, worst, bound }) => `${limit}: ${round(worst)} of ${bound}`).join(', ')
  return { verdict: broken.length > 0 ? 'fail' : 'pass', summary, evidence }
}

/** Of one account, by when the venue created the orders. */
function mostInASecond({ orders }: VenueBooks): number {
  let most = 0
  for (const list of Map.groupBy(orders, ({ accountId }) => accountId).values()) {
    let first = 0
    list.forEach(({ row }, last) => {
      while (row.createdMs - list[first]!.row.createdMs >= 1_000) first += 1
      most = Math.max(most, last - first + 1)
    })
  }
  return most
}

/** The most any one leg was worth, at the price of the execution that made it so. */
function mostHeldUsd({ executions }: VenueBooks): number {
  const lots = new Map<string, number>()
  let most = 0
  for (const { accountId, row, idx, positionLots, lotUsd } of executions) {
    const position = positionOf(accountId, { symbol: row.symbol, idx })
    const held = (lots.get(position) ?? 0) + positionLots
    lots.set(position, held)
    most = Math.max(most, Math.abs(held) * lotUsd)
  }
  return most
}
