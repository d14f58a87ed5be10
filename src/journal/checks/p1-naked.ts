/**
 * P1 naked-bound: no trade holds more of one leg than of the other for longer than the configuration allows, and every
 * trade ends even, or halted with exactly the amount that the venue shows. A halted amount still fails the run.
 */
import { atMost, firstOf, type Judgement, mostOf, plural, round } from '../finding.ts'
import { changesByTrade } from './attribution.ts'
import type { Books } from './books.ts'
import { type Exposure, exposureOf } from './exposure.ts'
import { type Stated, statedRemainders } from './stated.ts'

interface TradeExposure extends Exposure {
  readonly trade: string
  readonly symbol: string
  readonly wrong: string | null
}

export function checkNakedBound(books: Books): Judgement {
  const boundMs = books.bounds.nakedMaxMs
  const endMs = endOfRunMs(books)
  const stated = statedRemainders(books.run)
  const trades = changesByTrade(books.executions).map(({ trade, symbol, changes }) => {
    const exposure = exposureOf(changes, endMs)
    return { trade, symbol, ...exposure, wrong: wrongWith(exposure, boundMs, stated.get(trade)) }
  })
  const worst = trades.reduce<TradeExposure | null>((a, b) => (a === null || b.longestMs > a.longestMs ? b : a), null)
  const broken = trades.filter((trade) => trade.wrong !== null)
  const evidence = {
    worstTrade: worst,
    largestLots: mostOf(trades, (trade) => trade.largestLots),
    largestUsd: round(mostOf(trades, (trade) => trade.largestUsd)),
    areaUsdMs: round(trades.reduce((sum, trade) => sum + trade.areaUsdMs, 0)),
    bySymbol: bySymbol(trades),
    broken: firstOf(broken),
  }
  const measure = atMost(worst?.longestMs ?? 0, boundMs, 'ms')
  if (broken.length > 0) {
    const summary = `${plural(broken.length, 'trade')} broke the bound; first ${broken[0]!.trade}: ${broken[0]!.wrong}`
    return { verdict: 'fail', summary, measure, evidence }
  }
  const summary = `${plural(trades.length, 'trade')}, naked for at most ${round(measure.worst)} of ${boundMs} ms, at most ${evidence.largestUsd} USD; all ended even`
  return { verdict: 'pass', summary, measure, evidence }
}

/** What is wrong with one trade, in words; null when nothing is. */
function wrongWith(exposure: Exposure, boundMs: number, stated: Stated | undefined): string | null {
  const { endLots, longestMs } = exposure
  if (endLots !== 0) {
    const amount = `${Math.abs(endLots)} lots (${round(exposure.endUsd)} USD) naked`
    if (stated === undefined) return `ended with ${amount}, and the journal does not say so`
    if (stated.nakedLots !== Math.abs(endLots)) {
      return `ended with ${amount}, but the journal says ${stated.how} with ${stated.nakedLots}`
    }
    return `${stated.how} with exactly ${amount}: an honest end, but not a good one`
  }
  return longestMs > boundMs ? `naked for ${round(longestMs)} ms, more than ${boundMs} ms` : null
}

/** The worst of each symbol, over its trades. */
function bySymbol(trades: readonly TradeExposure[]): Readonly<Record<string, Partial<Exposure>>> {
  const groups = [...Map.groupBy(trades, (trade) => trade.symbol)].map(([symbol, list]) => {
    const worst = {
      largestLots: mostOf(list, (trade) => trade.largestLots),
      largestUsd: round(mostOf(list, (trade) => trade.largestUsd)),
      longestMs: mostOf(list, (trade) => trade.longestMs),
      areaUsdMs: round(list.reduce((sum, trade) => sum + trade.areaUsdMs, 0)),
    }
    return [symbol, worst] as const
  })
  return Object.fromEntries(groups)
}

/** Exposure that nobody closed lasts until the books were read. */
function endOfRunMs(books: Books): number {
  const at = books.run.truth?.at ?? books.run.finished?.at ?? 0
  return books.venueMs(at)
}
