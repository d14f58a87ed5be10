/**
 * P9 agreement: at every quiet point the executor's books equalled the venue's, and so do its final books: the sum of the
 * fills it wrote down. A run that ends well has compared them once at least.
 */
import type { PositionRow } from '../../domain/rows.ts'
import { atMost, firstOf, type Judgement, mostOf, plural } from '../finding.ts'
import { linesOf } from '../run.ts'
import { addTo, type Books, positionKey, positionMap, positionsWithoutUs } from './books.ts'
import { heldBy } from './stated.ts'

interface Difference {
  /** Monotonic µs of the comparison; null for the final books. */
  readonly atUs: number | null
  readonly position: string
  readonly oursLots: number
  readonly venueLots: number
}

export function checkAgreement(books: Books): Judgement {
  const baseline = positionMap(books.run.baseline?.data.positions ?? [])
  const quiet = books.run.compared.flatMap((line) => {
    const { ours, venue } = line.data
    return differences(line.at, ours, venue, baseline)
  })
  const final = finalDifferences(books)
  const all = [...quiet, ...final]
  const points = books.run.compared.length
  const evidence = { quietPoints: points, differences: firstOf(all) }
  const measure = atMost(
    mostOf(all, (each) => Math.abs(each.oursLots - each.venueLots)),
    0,
    'lots',
  )
  if (all.length > 0) {
    const { atUs, position, oursLots, venueLots } = all[0]!
    const when = atUs === null ? 'at the end' : `at ${Math.round(atUs)} µs`
    const summary = `${plural(all.length, 'difference')}; first ${position} ${when}: ours ${oursLots} lots, the venue ${venueLots}`
    return { verdict: 'fail', summary, measure, evidence }
  }
  if (points === 0 && books.run.finished?.data.exitCode === 0) {
    return { verdict: 'fail', summary: "all is said to be well, but the venue's positions were never asked", evidence }
  }
  return { verdict: 'pass', summary: `equal at ${plural(points, 'quiet point')} and at the end`, measure, evidence }
}

/** Ours may or may not carry what was there before us; both count as equal. */
function differences(
  atUs: number,
  ours: readonly PositionRow[],
  venue: readonly PositionRow[],
  baseline: ReadonlyMap<string, number>,
): Difference[] {
  const mine = positionMap(ours)
  const theirs = positionMap(venue)
  return [...new Set([...mine.keys(), ...theirs.keys()])].flatMap((position) => {
    const oursLots = mine.get(position) ?? 0
    const venueLots = theirs.get(position) ?? 0
    const before = baseline.get(position) ?? 0
    const equal = oursLots === venueLots || oursLots === venueLots - before
    return equal ? [] : [{ atUs, position, oursLots, venueLots }]
  })
}

function finalDifferences(books: Books): Difference[] {
  const ours = new Map<string, number>()
  for (const order of [...books.run.trades.values()].flatMap((trade) => trade.orders)) {
    const symbol = order.submitted?.data.symbol ?? ''
    const { longLots, shortLots } = heldBy([order])
    addTo(ours, positionKey(symbol, 1), longLots)
    addTo(ours, positionKey(symbol, 2), shortLots)
  }
  // The recovery's own orders took off what it believed earlier runs to hold.
  for (const { data } of linesOf(books.run, 'recovered')) {
    for (const { symbol, idx, heldLots } of data.positions) addTo(ours, positionKey(symbol, idx), heldLots)
  }
  const venue = positionMap(books.truth.positions)
  for (const [position, lots] of positionsWithoutUs(books).lots) addTo(venue, position, -lots)
  // A symbol we never traded is not in our books, and what happens to it is no disagreement.
  const traded = new Set(books.intentLines.map((line) => line.data.symbol))
  return [...new Set([...ours.keys(), ...venue.keys()])].flatMap((position) => {
    const oursLots = ours.get(position) ?? 0
    const venueLots = venue.get(position) ?? 0
    const isOurs = traded.has(position.slice(0, position.indexOf('#')))
    return isOurs && oursLots !== venueLots ? [{ atUs: null, position, oursLots, venueLots }] : []
  })
}
