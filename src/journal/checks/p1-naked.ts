/**
 * P1 naked-bound: no trade holds more of one leg than of the other for longer than the configuration allows, and every
 * trade ends even, or halted with exactly the amount that the venue shows. A halted amount still fails the run.
 *
 * It is judged from the venue's books, and the executor's own stand beside it in the ledger: where they say something
 * else than the venue's, and no fact under way explains it, the promise is broken too.
 */
import { atMost, firstOf, type Judgement, mostOf, plural, round } from '../finding.ts'
import { type Books, venueMsOfEnd } from './books.ts'
import type { Exposure } from './exposure.ts'
import { ledgerOf, type Misstatement, misstatements, nakedTogether, type TradeLedger, togetherOf } from './ledger.ts'
import { type Stated, statedRemainders } from './stated.ts'

interface TradeExposure extends Exposure {
  readonly trade: string
  readonly symbol: string
  readonly believed: Pick<Exposure, 'largestLots' | 'longestMs' | 'areaUsdMs'>
  readonly wrong: string | null
}

export function checkNakedBound(books: Books): Judgement {
  const boundMs = books.bounds.nakedMaxMs
  const stated = statedRemainders(books.run)
  const said = Map.groupBy(misstatements(books), ({ trade }) => trade)
  const ledger = ledgerOf(books)
  const notInTime = (entry: TradeLedger): string | null => apartBy(entry) ?? misstatedBy(said.get(entry.trade)?.[0])
  const trades = ledger.map((entry): TradeExposure => {
    const { trade, symbol, naked, believedNaked } = entry
    const { largestLots, longestMs, areaUsdMs } = believedNaked
    const wrong = wrongWith(naked, boundMs, stated.get(trade)) ?? notInTime(entry)
    return { trade, symbol, ...naked, believed: { largestLots, longestMs, areaUsdMs }, wrong }
  })
  const worst = trades.reduce<TradeExposure | null>((a, b) => (a === null || b.longestMs > a.longestMs ? b : a), null)
  const broken = trades.filter((trade) => trade.wrong !== null)
  const evidence = {
    worstTrade: worst,
    largestLots: mostOf(trades, (trade) => trade.largestLots),
    ...runAsAWhole(books, ledger),
    bySymbol: bySymbol(trades),
    broken: firstOf(broken),
  }
  const measure = atMost(worst?.longestMs ?? 0, boundMs, 'ms')
  if (broken.length > 0) {
    const summary = `${plural(broken.length, 'trade')} broke the bound; first ${broken[0]!.trade}: ${broken[0]!.wrong}`
    const onlyLate = ledger.every((entry) => entry.naked.endLots === 0 && notInTime(entry) === null)
    return { verdict: 'fail', summary, measure, onlyLate, evidence }
  }
  const most = round(mostOf(trades, (trade) => trade.largestUsd))
  const summary = `${plural(trades.length, 'trade')}, naked for at most ${round(measure.worst)} of ${boundMs} ms, at most ${most} USD, ${evidence.areaUsdMs} USD·ms in all; our own books said the same, and all ended even`
  return { verdict: 'pass', summary, measure, evidence }
}

/** All trades together: the venue's books, and our own beside them. */
function runAsAWhole(books: Books, ledger: readonly TradeLedger[]) {
  const endMs = venueMsOfEnd(books)
  const side = (changes: 'venue' | 'believed', exposure: 'naked' | 'believedNaked') => {
    const together = togetherOf(nakedTogether(ledger.map((entry) => entry[changes])), endMs)
    const areaUsdMs = round(ledger.reduce((sum, entry) => sum + entry[exposure].areaUsdMs, 0))
    return { largestUsd: round(together.largestUsd), longestMs: round(together.longestMs), areaUsdMs }
  }
  return { ...side('venue', 'naked'), believed: side('believed', 'believedNaked') }
}

function apartBy({ apart }: TradeLedger): string | null {
  if (apart.largestLots === 0) return null
  return `our books were ${apart.largestLots} lots apart from the venue's for ${round(apart.longestMs)} ms, and nothing under way explains it`
}

function misstatedBy(wrong: Misstatement | undefined): string | null {
  if (wrong === undefined) return null
  const { said, saidLots, bookedLots, unreadLots } = wrong
  if (bookedLots === saidLots) {
    return `said to be ${said} with ${unreadLots} lots unread that its orders were known to have filled`
  }
  return `said to be ${said} with ${saidLots} lots naked, when its own fills came to ${bookedLots}`
}

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
