/**
 * The verdict on a bot from the venue's side alone: no word of the bot's is asked for, so it may be written in anything.
 *
 *   venue's journal + bounds ─► books ─► naked-bound · conservation · settled · never-over-closed · limits · fault-fired
 *
 * The promises are those of a run (checks.ts) as far as a venue can see them, by the same names.
 */

import { addTo, isTerminal, signedPosition } from './checks/books.ts'
import { type Change, exposureOf } from './checks/exposure.ts'
import { isReducing, judgeReducing, type Opening } from './checks/p7-never-over-closed.ts'
import { atMost, type Finding, firstOf, type Judgement, mostOf, type PromiseId, plural, round } from './finding.ts'
import { linesOf, type Run } from './run.ts'
import { indexVenueBooks, positionOf, type VenueBooks } from './venue-books.ts'
import type { VenueBounds } from './venue-bounds.ts'
import { checkVenueLimits } from './venue-limits.ts'

interface VenueCheck {
  readonly promise: PromiseId
  readonly name: string
  readonly check: (books: VenueBooks) => Judgement
}

const CHECKS: readonly VenueCheck[] = [
  { promise: 'P1', name: 'naked-bound', check: checkNaked },
  { promise: 'P2', name: 'conservation', check: checkSums },
  { promise: 'P5', name: 'settled', check: checkLeft },
  { promise: 'P7', name: 'never-over-closed', check: checkReducing },
  { promise: 'P8', name: 'limits', check: checkVenueLimits },
  { promise: 'P10', name: 'fault-fired', check: checkFired },
]

/** Judges a venue's journal by the caller's bounds. One that is not whole is never green, and never red. */
export function checkVenueJournal(run: Run, bounds: VenueBounds): Finding[] {
  const books = indexVenueBooks(run, bounds)
  const hole = run.problems[0]?.what ?? linesOf(run, 'run.warned')[0]?.data.message
  return CHECKS.map(({ promise, name, check }) => {
    const { verdict, summary, measure, evidence }: Judgement =
      books === null || hole !== undefined
        ? { verdict: 'unknown', summary: `the journal is not whole: ${hole ?? ''}`, evidence: {} }
        : check(books)
    const { worst = null, bound = null, margin = null, unit = null } = measure ?? {}
    return { promise, name, verdict, summary, worst, bound, margin, unit, onlyLate: false, evidence }
  })
}

function checkNaked({ executions, finished, bounds }: VenueBooks): Judgement {
  const { nakedMaxMs, nakedMaxUsd, nakedMaxUsdMs, accounts } = bounds
  const whose = ({ accountId, row }: VenueBooks['executions'][number]): string =>
    accounts === 'together' ? row.symbol : `${accountId} ${row.symbol}`
  const exposures = [...Map.groupBy(executions, whose)].map(([who, list]) => {
    const changes = list.map(({ row, signedLots, lotUsd }): Change => ({ atMs: row.venueMs, signedLots, lotUsd }))
    return { who, ...exposureOf(changes, finished.venueMs) }
  })
  const longestMs = mostOf(exposures, (each) => each.longestMs)
  const largestUsd = round(mostOf(exposures, (each) => each.largestUsd))
  const areaUsdMs = round(exposures.reduce((sum, each) => sum + each.areaUsdMs, 0))
  const isAllowed = (who: string): boolean => bounds.mayHold.some((symbol) => who.endsWith(symbol))
  const wrong = [
    ...exposures
      .filter((each) => each.endLots !== 0 && !isAllowed(each.who))
      .map((each) => `${each.who} ended naked by ${Math.abs(each.endLots)} lots (${round(each.endUsd)} USD)`),
    ...exposures
      .filter((each) => each.longestMs > nakedMaxMs)
      .map((each) => `${each.who} naked for ${round(each.longestMs)} ms, more than ${nakedMaxMs}`),
    ...exposures
      .filter((each) => each.largestUsd > (nakedMaxUsd ?? Number.POSITIVE_INFINITY))
      .map((each) => `${each.who} naked by ${round(each.largestUsd)} USD, more than ${nakedMaxUsd}`),
    ...(areaUsdMs > (nakedMaxUsdMs ?? Number.POSITIVE_INFINITY)
      ? [`${areaUsdMs} USD·ms naked in all, more than ${nakedMaxUsdMs}`]
      : []),
  ]
  const evidence = { exposures: firstOf(exposures), largestUsd, areaUsdMs, wrong: firstOf(wrong) }
  const measure = atMost(longestMs, nakedMaxMs, 'ms')
  const seen = `longest ${round(longestMs)} of ${nakedMaxMs} ms, largest ${largestUsd} USD, area ${areaUsdMs} USD·ms`
  if (wrong.length === 0) return { verdict: 'pass', summary: seen, measure, evidence }
  return { verdict: 'fail', summary: `${wrong.join('; ')} (${seen})`, measure, evidence }
}

function checkSums({ executions, finished }: VenueBooks): Judgement {
  const sums = new Map<string, number>()
  for (const { accountId, row, idx, positionLots } of executions)
    addTo(sums, positionOf(accountId, { symbol: row.symbol, idx }), positionLots)
  const told = new Map<string, number>()
  for (const { accountId, position } of finished.positions)
    addTo(told, positionOf(accountId, position), signedPosition(position))
  const homeless = executions.filter(({ idx }) => idx === null).map(({ row }) => row.execId)
  const wrong = [...new Set([...sums.keys(), ...told.keys()])]
    .map((position) => ({ position, executed: sums.get(position) ?? 0, held: told.get(position) ?? 0 }))
    .filter(({ executed, held }) => executed !== held)
  const evidence = { wrong: firstOf(wrong), homeless: firstOf(homeless) }
  if (homeless.length > 0)
    return { verdict: 'unknown', summary: `${plural(homeless.length, 'execution')} without an order`, evidence }
  if (wrong.length === 0)
    return { verdict: 'pass', summary: `positions are the sum of ${plural(executions.length, 'execution')}`, evidence }
  const { position, executed, held } = wrong[0]!
  return { verdict: 'fail', summary: `${position} holds ${held} lots, executions say ${executed}`, evidence }
}

function checkLeft({ orders, finished, bounds }: VenueBooks): Judgement {
  const open = orders.filter(({ row }) => !isTerminal(row)).map(({ row }) => row.clientId || row.venueOrderId)
  const held = finished.positions
    .filter(({ position }) => !bounds.mayHold.includes(position.symbol))
    .map(({ accountId, position }) => `${positionOf(accountId, position)} ${position.lots} lots`)
  const evidence = { open: firstOf(open), held: firstOf(held) }
  const left = [
    ...(open.length > bounds.openOrdersMax
      ? [`${plural(open.length, 'order')} open: ${open.slice(0, 3).join(', ')}`]
      : []),
    ...(held.length > 0 ? [`${plural(held.length, 'position')} left: ${held.slice(0, 3).join(', ')}`] : []),
  ]
  if (left.length > 0) return { verdict: 'fail', summary: left.join('; '), evidence }
  return {
    verdict: 'pass',
    summary: `${plural(open.length, 'open order')}, no position beyond what is allowed`,
    evidence,
  }
}

/** One-way positions are judged by what was held when the order came, other open reducing orders left aside. */
function checkReducing({ orders, executions }: VenueBooks): Judgement {
  const reducing = Map.groupBy(orders.filter(isReducing), ({ accountId, row }) => positionOf(accountId, row))
  const asked = [...reducing].flatMap(([position, list]) => {
    const own = executions.filter(
      ({ accountId, row, idx }) => positionOf(accountId, { symbol: row.symbol, idx }) === position,
    )
    if (list[0]!.row.idx !== 0) {
      const openings = own
        .filter(({ positionLots }) => positionLots > 0)
        .map(({ row, positionLots }): Opening => ({ atMs: row.venueMs, lots: positionLots }))
      return judgeReducing(
        position,
        list.map(({ row }) => ({ row, intent: null })),
        openings,
      )
    }
    return list.map(({ row }) => {
      const before = own.filter(
        (each) => each.row.venueMs <= row.createdMs && each.row.venueOrderId !== row.venueOrderId,
      )
      const closableLots = Math.abs(before.reduce((sum, each) => sum + each.signedLots, 0))
      return { clientId: row.clientId, position, askedLots: row.lots, closableLots }
    })
  })
  const over = asked.filter((each) => each.askedLots > each.closableLots)
  const evidence = { reducingOrders: asked.length, over: firstOf(over) }
  if (over.length === 0)
    return { verdict: 'pass', summary: `${plural(asked.length, 'reducing order')}, none asked too much`, evidence }
  const { clientId, askedLots, closableLots, position } = over[0]!
  const first = `${clientId || 'an order'} on ${position}: ${askedLots} lots when ${closableLots} could be closed`
  return { verdict: 'fail', summary: `${plural(over.length, 'order')} asked too much; first ${first}`, evidence }
}

function checkFired({ run, started }: VenueBooks): Judgement {
  const applied = linesOf(run, 'fault.applied')
  const fired = Map.groupBy(applied, ({ data }) => data.name)
  const silent = started.plannedFaults.filter((name) => !fired.has(name))
  const evidence = {
    planned: started.plannedFaults,
    applied: firstOf(applied.map(({ at, data }) => ({ atMs: round((at - started.clock.atUs) / 1000), ...data }))),
    silent,
  }
  if (silent.length > 0)
    return { verdict: 'unknown', summary: `void: never fired: ${silent.join(', ')}; nothing is shown`, evidence }
  const summary = `${plural(started.plannedFaults.length, 'fault')} planned, ${plural(applied.length, 'application')}`
  return { verdict: 'pass', summary, evidence }
}
