/**
 * P5 settled: when the run is over, the venue has no open order of ours, and no position beyond the baseline that the
 * journal does not name as halted or left open, to the lot.
 */
import { atMost, firstOf, type Judgement, plural } from '../finding.ts'
import { addTo, type Books, isTerminal, positionKey, positionMap, positionsWithoutUs } from './books.ts'
import { statedRemainders } from './stated.ts'

export function checkSettled(books: Books): Judgement {
  const open = [...books.inherited.orders, ...books.orders]
    .filter(({ row }) => !isTerminal(row))
    .map(({ row }) => ({ clientId: row.clientId, symbol: row.symbol, status: row.status, lots: row.lots }))
  const { lots: baseline } = positionsWithoutUs(books)
  const stated = statedLots(books)
  const beyond = [...positionMap(books.truth.positions)]
    .map(([position, lots]) => ({
      position,
      lots: lots - (baseline.get(position) ?? 0),
      statedLots: stated.get(position) ?? 0,
    }))
    // What a position lacks against the baseline is not ours to explain: P2 and P9 see it.
    .filter((each) => each.lots > 0)
  const unexplained = beyond.filter((each) => each.lots !== each.statedLots)
  const evidence = {
    openOrders: firstOf(open),
    unexplained: firstOf(unexplained),
    explained: firstOf(beyond.filter((each) => each.lots === each.statedLots)),
  }
  const measure = atMost(open.length + unexplained.length, 0, 'left over')
  if (open.length > 0) {
    const { clientId, status, symbol } = open[0]!
    const summary = `${plural(open.length, 'order')} of ours still open; first ${clientId} on ${symbol} (${status})`
    return { verdict: 'fail', summary, measure, evidence }
  }
  if (unexplained.length > 0) {
    const { position, lots, statedLots: said } = unexplained[0]!
    const summary = `${plural(unexplained.length, 'position')} unexplained; first ${position}: ${lots} lots, the journal names ${said}`
    return { verdict: 'fail', summary, measure, evidence }
  }
  const left = evidence.explained.count
  const summary = left === 0 ? 'flat, and no open order' : `${plural(left, 'position')} left, as the journal says`
  return { verdict: 'pass', summary, measure, evidence }
}

/** Lots the journal says it left behind, by position. */
function statedLots(books: Books): Map<string, number> {
  const lots = new Map<string, number>()
  for (const { symbol, longLots, shortLots } of statedRemainders(books.run).values()) {
    addTo(lots, positionKey(symbol, 1), longLots)
    addTo(lots, positionKey(symbol, 2), shortLots)
  }
  return lots
}
