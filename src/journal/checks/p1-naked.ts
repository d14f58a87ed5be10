/**
 * P1 naked-bound: no trade holds more of one leg than of the other for longer than the configuration allows, and every
 * trade ends even, or halted with exactly the amount that the venue shows. A halted amount still fails the run.
 */
import { atMost, firstOf, type Judgement, plural, round } from '../finding.ts'
import type { Books, OurExecution } from './books.ts'
import { type Change, type Exposure, exposureOf } from './exposure.ts'
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
  const trades = [...Map.groupBy(books.executions, groupKey).values()].map((executions) => {
    const first = executions[0]!
    const exposure = exposureOf(executions.map(changeOf), endMs)
    const trade = first.tradeId ?? first.clientId
    return { trade, symbol: first.row.symbol, ...exposure, wrong: wrongWith(exposure, boundMs, stated.get(trade)) }
  })
  const worst = trades.reduce<TradeExposure | null>((a, b) => (a === null || b.longestMs > a.longestMs ? b : a), null)
  const broken = trades.filter((trade) => trade.wrong !== null)
  const evidence = {
    worstTrade: worst,
    largestLots: Math.max(0, ...trades.map((trade) => trade.largestLots)),
    largestUsd: round(trades.reduce((most, trade) => Math.max(most, trade.largestUsd), 0)),
    areaUsdMs: round(trades.reduce((sum, trade) => sum + trade.areaUsdMs, 0)),
    bySymbol: bySymbol(books.executions, endMs),
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

/** Trade and symbol; an execution that no intent explains is a trade of its own. */
function groupKey(execution: OurExecution): string {
  return `${execution.tradeId ?? execution.clientId} ${execution.row.symbol}`
}

function changeOf(execution: OurExecution): Change {
  const { lots, venueMs } = execution.row
  return { atMs: venueMs, signedLots: execution.signedLots, lotUsd: lots === 0 ? 0 : execution.valueUsd / lots }
}

function bySymbol(executions: readonly OurExecution[], endMs: number): Readonly<Record<string, Exposure>> {
  const groups = Map.groupBy(executions, (execution) => execution.row.symbol)
  return Object.fromEntries([...groups].map(([symbol, rows]) => [symbol, exposureOf(rows.map(changeOf), endMs)]))
}

/** Exposure that nobody closed lasts until the books were read. */
function endOfRunMs(books: Books): number {
  const at = books.run.truth?.at ?? books.run.finished?.at ?? 0
  return books.venueMs(at)
}
