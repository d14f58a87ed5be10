/**
 * POST /v5/position/trading-stop: TP, SL and trailing stop of a position. Full sets, moves or clears ("0") the
 * position's own; Partial only adds. Source: facts §3.3 and §4.3; Bybit v5 docs, trading-stop; texts of 10001 for flat
 * positions and wrong sides, and 34040, as seen live.
 */
import { parseSteps } from '../../domain/steps.ts'
import type { Account, Answer, Listing, Position, Venue } from './model.ts'
import { OK, refuse } from './model.ts'
import type { Target } from './orderterms.ts'
import { touchPosition } from './outbox.ts'
import { addPartial, clear, setTarget, setTrail, wholeStop } from './protection.ts'
import { modeOf, targetOf, ticksOf } from './terms.ts'
import { badParam, isAnswer, listingOf, type Params, positionIdxOf, textOf } from './validate.ts'

/** Partial TP and SL orders of one position; Bybit v5 docs, error 110061. */
const PARTIALS_MAX = 20
const NOT_MODIFIED = refuse(34040, 'not modified')

export function tradingStop(venue: Venue, account: Account, params: Params): Answer {
  const listing = listingOf(venue, params)
  if (isAnswer(listing)) return listing
  const holding = account.holdings[listing.index]!
  const idx = positionIdxOf(params, holding)
  if (idx === null) return refuse(10001, 'position idx not match position mode')
  const position = holding.positions[idx]
  if (position.lots === 0) return refuse(10001, 'can not set tp/sl/ts for zero position')
  const mode = modeOf(params)
  if (typeof mode !== 'string') return mode
  const answer = mode === 'Full' ? setFull(venue, position, params) : addPair(venue, position, params)
  if (answer.retCode === 0) touchPosition(venue, position)
  return answer
}

function setFull(venue: Venue, position: Position, params: Params): Answer {
  const { listing } = position.holding
  const terms = { isLong: position.lots > 0, baseTicks: null, mode: 'Full' } as const
  const takeProfit = targetOf(listing, params, 'takeProfit', terms, targetNow(position, 'TakeProfit'))
  if (takeProfit !== null && isAnswer(takeProfit)) return takeProfit
  const stopLoss = targetOf(listing, params, 'stopLoss', terms, targetNow(position, 'StopLoss'))
  if (stopLoss !== null && isAnswer(stopLoss)) return stopLoss
  const trail = trailOf(position, params)
  if (isAnswer(trail)) return trail
  // Every part is looked at, so no `||`: one request may move them all.
  const changes = [
    changeTarget(venue, position, 'TakeProfit', takeProfit),
    changeTarget(venue, position, 'StopLoss', stopLoss),
    changeTrail(venue, position, trail),
  ]
  return changes.includes(true) ? OK({}) : NOT_MODIFIED
}

/** What is set now, as a target. */
function targetNow(position: Position, type: 'TakeProfit' | 'StopLoss'): Target | null {
  const stop = wholeStop(position, type)?.stop
  return stop === undefined || stop === null ? null : { ticks: stop.triggerTicks, by: stop.by, limitTicks: 0 }
}

/** Answers whether anything is different now. */
function changeTarget(
  venue: Venue,
  position: Position,
  type: 'TakeProfit' | 'StopLoss',
  target: Target | null,
): boolean {
  const known = wholeStop(position, type)
  if (target === null) {
    if (known !== undefined) clear(venue, known)
    return known !== undefined
  }
  if (known?.stop?.triggerTicks === target.ticks && known.stop.by === target.by) return false
  setTarget(venue, position, type, target)
  return true
}

interface TrailTerms {
  readonly trailTicks: number
  readonly activeTicks: number
}

function trailNow(position: Position): TrailTerms {
  const stop = wholeStop(position, 'TrailingStop')?.stop
  return { trailTicks: stop?.trailTicks ?? 0, activeTicks: stop?.triggerTicks ?? 0 }
}

/** Distance and starting price; the starting price lies where the position gains. */
function trailOf(position: Position, params: Params): TrailTerms | Answer {
  const { listing } = position.holding
  const now = trailNow(position)
  const distance = ticksOf(listing, params, 'trailingStop')
  if (distance !== null && typeof distance !== 'number') return distance
  const active = ticksOf(listing, params, 'activePrice')
  if (active !== null && typeof active !== 'number') return active
  const trailTicks = distance ?? now.trailTicks
  const activeTicks = trailTicks === 0 ? 0 : (active ?? now.activeTicks)
  const isNew = active !== null && active > 0
  const isGain = position.lots > 0 ? activeTicks > listing.lastTicks : activeTicks < listing.lastTicks
  return isNew && trailTicks > 0 && !isGain ? badParam('activePrice') : { trailTicks, activeTicks }
}

function changeTrail(venue: Venue, position: Position, { trailTicks, activeTicks }: TrailTerms): boolean {
  const now = trailNow(position)
  if (now.trailTicks === trailTicks && now.activeTicks === activeTicks) return false
  const known = wholeStop(position, 'TrailingStop')
  if (trailTicks > 0) setTrail(venue, position, trailTicks, activeTicks)
  else if (known !== undefined) clear(venue, known)
  return true
}

function addPair(venue: Venue, position: Position, params: Params): Answer {
  const { listing } = position.holding
  const terms = { isLong: position.lots > 0, baseTicks: null, mode: 'Partial' } as const
  const takeProfit = targetOf(listing, params, 'takeProfit', terms, null)
  if (takeProfit !== null && isAnswer(takeProfit)) return takeProfit
  const stopLoss = targetOf(listing, params, 'stopLoss', terms, null)
  if (stopLoss !== null && isAnswer(stopLoss)) return stopLoss
  const added = Number(takeProfit !== null) + Number(stopLoss !== null)
  if (added === 0) return NOT_MODIFIED
  const held = position.stops.filter(({ stop }) => stop?.type.startsWith('Partial')).length
  if (held + added > PARTIALS_MAX) return refuse(110061, 'The number of TP/SL orders exceeds 20')
  const lots = pairLots(listing, params, { takeProfit, stopLoss }, Math.abs(position.lots))
  if (typeof lots !== 'number') return lots
  const pair = added === 2 ? venue.orderNumber + 1 : 0
  addPartial(venue, position, { takeProfit, stopLoss, lots, pair, parentLinkId: '' })
  return OK({})
}

/** tpSize and slSize: equal when both are there, the whole position when neither is. */
function pairLots(
  listing: Listing,
  params: Params,
  targets: { readonly takeProfit: Target | null; readonly stopLoss: Target | null },
  held: number,
): number | Answer {
  const sizes: number[] = []
  for (const [name, target] of [['tpSize', targets.takeProfit] as const, ['slSize', targets.stopLoss] as const]) {
    const text = textOf(params[name])
    if (target === null || text === '') continue
    const lots = parseSteps(text, listing.instrument.lot)
    if (lots === undefined || lots <= 0 || lots > held) return badParam(name)
    sizes.push(lots)
  }
  const [size = held, other = size] = sizes
  return size === other ? size : refuse(10001, 'params error: tpSize and slSize must be equal')
}
