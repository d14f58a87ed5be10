/**
 * P2 conservation: the venue's positions are the baseline plus every execution since, and each order's filled quantity
 * is the sum of its executions. Nothing appears, nothing disappears.
 */
import { atMost, firstOf, type Judgement, mostOf, plural } from '../finding.ts'
import { addTo, type Books, idxOfLeg, positionChange, positionKey, positionMap, positionsWithoutUs } from './books.ts'

export function checkConservation(books: Books): Judgement {
  const { lots: expected, homeless } = positionsWithoutUs(books)
  // What earlier runs left and the recovery took off: both before the baseline, so together they must be nothing.
  for (const { row, leg } of [...books.inherited.executions, ...books.executions]) {
    const idx = idxOfLeg(leg)
    if (idx === null) homeless.push(row.execId)
    else addTo(expected, positionKey(row.symbol, idx), positionChange(idx, row.side, row.lots))
  }
  const actual = positionMap(books.truth.positions)
  const differences = [...new Set([...expected.keys(), ...actual.keys()])]
    .map((position) => ({ position, expectedLots: expected.get(position) ?? 0, venueLots: actual.get(position) ?? 0 }))
    .filter((each) => each.expectedLots !== each.venueLots)
  const orders = ordersThatDiffer(books)
  const off = Math.max(
    mostOf(differences, (each) => Math.abs(each.venueLots - each.expectedLots)),
    mostOf(orders, (each) => Math.abs(each.filledLots - each.executedLots)),
  )
  const evidence = { differences: firstOf(differences), orders: firstOf(orders), homeless: firstOf(homeless) }
  const measure = atMost(off, 0, 'lots')
  if (homeless.length > 0) {
    const summary = `${plural(homeless.length, 'execution')} cannot be given to a position: the venue's books do not show the order`
    return { verdict: 'unknown', summary, evidence }
  }
  if (differences.length > 0) {
    const { position, expectedLots, venueLots } = differences[0]!
    const summary = `${plural(differences.length, 'position')} differ; first ${position}: the venue holds ${venueLots} lots, its executions add up to ${expectedLots}`
    return { verdict: 'fail', summary, measure, evidence }
  }
  if (orders.length > 0) {
    const { clientId, filledLots, executedLots } = orders[0]!
    const summary = `${plural(orders.length, 'order')} differ; first ${clientId}: filled ${filledLots} lots, its executions add up to ${executedLots}`
    return { verdict: 'fail', summary, measure, evidence }
  }
  const summary = `positions equal the baseline plus ${plural(books.executions.length, 'execution')} of ours`
  return { verdict: 'pass', summary, measure, evidence }
}

function ordersThatDiffer(
  books: Books,
): { readonly clientId: string; readonly filledLots: number; readonly executedLots: number }[] {
  const executed = new Map<string, number>()
  for (const { row } of books.executions) addTo(executed, row.venueOrderId, row.lots)
  return books.orders
    .map(({ row }) => ({
      clientId: row.clientId,
      filledLots: row.filledLots,
      executedLots: executed.get(row.venueOrderId) ?? 0,
    }))
    .filter((each) => each.filledLots !== each.executedLots)
}
