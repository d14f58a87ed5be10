/**
 * P9 agreement: at every quiet point the executor's books equalled the venue's, positions and money, and so do its final
 * books: the sum of the fills it wrote down. Where orders are under way, no more lay between them than those orders may fill.
 * A run that ends well has compared both once at least. Money that others moved is named, and nobody's fault.
 */
import type { BooksCompared } from '../compared.ts'
import { atMost, firstOf, type Judgement, mostOf, plural } from '../finding.ts'
import { linesOf } from '../run.ts'
import { addTo, type Books, positionKey, positionMap, positionsWithoutUs } from './books.ts'
import { type MoneyLook, moneyLooks, othersCash } from './money.ts'
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
    return differences(line.at, line.data, baseline)
  })
  const final = finalDifferences(books)
  const all = [...quiet, ...final]
  const points = books.run.compared.length
  const money = moneyLooks(books)
  const others = othersCash(books)
  const odd = money.filter(({ wrong }) => wrong !== null)
  const looks = { quietPoints: points, moneyLooks: money.length }
  const evidence = { ...looks, differences: firstOf(all), money: firstOf(odd), others: firstOf(others) }
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
  if (odd.length > 0) {
    const summary = `${plural(odd.length, 'look')} at the wallet did not add up; first at ${Math.round(odd[0]!.atUs)} µs: ${odd[0]!.wrong}`
    return { verdict: 'fail', summary, evidence }
  }
  if (books.run.finished?.data.exitCode === 0) {
    const never = points === 0 ? 'positions were' : isMoneyUnseen(books, money) ? 'wallet was' : null
    const summary = `all is said to be well, but the venue's ${never} never asked`
    if (never !== null) return { verdict: 'fail', summary, evidence }
  }
  const named = others.map(({ type, symbol, usd }) => `${usd} USDT (${[type, symbol].filter(Boolean).join(' ')})`)
  const aside = named.length === 0 ? '' : `; not ours, in the wallet: ${named.join(', ')}`
  const summary = `equal at ${plural(points, 'comparison')} and at the end, the wallet at ${plural(money.length, 'look')}${aside}`
  return { verdict: 'pass', summary, measure, evidence }
}

/** Journals of runs that did not look at their wallet do not say what was in it. */
function isMoneyUnseen({ run }: Books, money: readonly MoneyLook[]): boolean {
  return run.baseline?.data.cashUsd !== undefined && money.length === 0
}

/** Ours may or may not carry what was there before us; both count as equal. */
function differences(
  atUs: number,
  { ours, venue, underWay = [] }: BooksCompared,
  baseline: ReadonlyMap<string, number>,
): Difference[] {
  const mine = positionMap(ours)
  const theirs = positionMap(venue)
  return [...new Set([...mine.keys(), ...theirs.keys()])].flatMap((position) => {
    const oursLots = mine.get(position) ?? 0
    const venueLots = theirs.get(position) ?? 0
    const before = baseline.get(position) ?? 0
    const { belowLots = 0, aboveLots = 0 } =
      underWay.find(({ symbol, idx }) => positionKey(symbol, idx) === position) ?? {}
    const isBetween = (more: number): boolean => -belowLots <= more && more <= aboveLots
    const equal = isBetween(venueLots - oursLots) || isBetween(venueLots - before - oursLots)
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
