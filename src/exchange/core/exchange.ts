/**
 * The mock venue's pure core: a world goes in, requests and moments go in, replies and pushes come out.
 *
 *   handle(request, now) ─► advance to now ─► rights ─► limit ─► endpoint ─► reply + pushes
 *   advance(now)         ─► market, refills, delayed matching, feeds: each at its own moment, in order
 *
 * No clock, no I/O, no chance but the world's seed: the same world and the same calls give the same replies and pushes.
 */
import { seededRandom } from '../../seams/random.ts'
import type { World } from '../world.ts'
import { TOO_MANY_VISITS } from './batch.ts'
import { restartPictures } from './depthfeed.ts'
import { visit } from './limits.ts'
import type { Market } from './market.ts'
import type { Answer, Listing, Venue } from './model.ts'
import { count, refuse } from './model.ts'
import { changeMoney, isMoneyChange } from './moneychanges.ts'
import { createMarkets, createVenue } from './opening.ts'
import { empty, flushOutboxes } from './outbox.ts'
import { createFeed } from './publicfeed.ts'
import { refusesCategory } from './queries.ts'
import { rightsProblem } from './rights.ts'
import { type PrivateRoute, type PublicRoute, ROUTES } from './routes.ts'
import type { TopicFeed } from './topic.ts'
import type { CoreReply, CoreRequest, ExchangeCore, MoneyChange, Push, WorldChange } from './types.ts'

/** Opens a venue for a world that `parseWorld` has checked. */
export function createExchange(world: World, options: { readonly startMs: number }): ExchangeCore {
  const random = seededRandom(world.seed)
  const venue = createVenue(world, random, options.startMs)
  const markets = createMarkets(venue, world, random, options.startMs)
  const topics = createTopics(venue)

  const flush = (): void => flushOutboxes(venue)
  const advanceTo = (nowMs: number): void => {
    venue.agenda.runUntil(nowMs, flush)
    // Time never runs backwards here, whatever the caller's clock does.
    venue.nowMs = Math.max(venue.nowMs, nowMs)
  }
  const begin = (nowMs: number): void => {
    empty(venue.pushes)
    advanceTo(nowMs)
  }
  /** Brings to an end what a call has begun; answers with all it has pushed. */
  const finish = (): Push[] => {
    flush()
    venue.agenda.runUntil(venue.nowMs, flush)
    return venue.pushes.slice()
  }

  return {
    accounts: keyHolders(world),
    handle: (request, nowMs) => {
      begin(nowMs)
      const reply = answer(venue, request)
      return { reply, pushes: finish() }
    },
    advance: (nowMs) => {
      begin(nowMs)
      return finish()
    },
    nextDueMs: () => venue.agenda.nextMs(),
    subscribe: topics.subscribe,
    unsubscribe: topics.unsubscribe,
    snapshot: topics.snapshot,
    counters: () => ({ ...venue.counters }),
    control: (change, nowMs) => {
      begin(nowMs)
      if (change.do === 'restart') restart(venue, topics.feeds())
      else if (isMoneyChange(change)) changeMoney(venue, change)
      else applyChange(venue, markets, change)
      return finish()
    },
  }
}

function keyHolders(world: World): ExchangeCore['accounts'] {
  return new Map(
    world.accounts.map(({ apiKey, accountId, apiSecret, rsaPublicKey, ips, environment }) => [
      apiKey,
      { accountId, apiSecret, rsaPublicKey, ips, environment },
    ]),
  )
}

/** Public topics somebody wants: each has one feed, however many subscribers. */
function createTopics(venue: Venue) {
  const topics = new Map<string, { readonly feed: TopicFeed; readonly listing: Listing; subscribers: number }>()
  return { subscribe, unsubscribe, snapshot, feeds: () => [...topics.values()].map(({ feed }) => feed) }

  function subscribe(topic: string): boolean {
    const known = topics.get(topic)
    if (known !== undefined) {
      known.subscribers += 1
      return true
    }
    const made = createFeed(venue, topic)
    if (made === null) return false
    topics.set(topic, { ...made, subscribers: 1 })
    made.listing.feeds.push(made.feed)
    venue.agenda.add(made.feed)
    return true
  }

  function unsubscribe(topic: string): void {
    const known = topics.get(topic)
    if (known === undefined) return
    known.subscribers -= 1
    if (known.subscribers > 0) return
    topics.delete(topic)
    known.listing.feeds.splice(known.listing.feeds.indexOf(known.feed), 1)
    venue.agenda.remove(known.feed)
  }

  function snapshot(topic: string, nowMs: number): readonly Readonly<Record<string, unknown>>[] {
    return topics.get(topic)?.feed.snapshot(nowMs) ?? []
  }
}

const NO_INFO = Object.freeze({})

function answer(venue: Venue, request: CoreRequest): CoreReply {
  const route = ROUTES.get(request.path)
  if (route === undefined || route.method !== request.method) return refusal(venue, refuse(10017, 'Route not found.'))
  const stranger = refusesCategory(venue, request.params)
  if (route.limit === null) return reply(venue, route, stranger ?? route.answer(venue, request.params))
  const account = request.accountId === null ? undefined : venue.accounts.get(request.accountId)
  if (account === undefined) return refusal(venue, refuse(10003, 'API key is invalid.'))
  const problem = rightsProblem(account, request)
  if (problem !== null) return refusal(venue, problem)
  const counter = account.limits.get(request.path)
  if (counter === undefined) throw new Error(`no counter for ${request.path}`)
  const { admitted, limit, remaining, resetMs } = visit(counter, venue.nowMs, route.visits?.(request.params))
  const isSpent = admitted === 0 && route.visits === null
  const given = isSpent ? TOO_MANY_VISITS : (stranger ?? route.answer(venue, account, request.params, admitted))
  return reply(venue, route, given, { limit, remaining, resetMs })
}

function reply(
  venue: Venue,
  route: PublicRoute | PrivateRoute,
  given: Answer,
  limit: CoreReply['limit'] | null = null,
): CoreReply {
  if (given.retCode !== 0) return refusal(venue, given, limit)
  const { retCode, result, retExtInfo = NO_INFO } = given
  const retMsg = route.says ?? given.retMsg
  const common =
    limit === null ? { retCode, retMsg, result, retExtInfo } : { retCode, retMsg, result, retExtInfo, limit }
  return route.omits !== undefined && venue.rules.doubts.sparseEnvelopes ? { ...common, omits: route.omits } : common
}

function refusal(
  venue: Venue,
  { retCode, retMsg, result }: Answer,
  limit: CoreReply['limit'] | null = null,
): CoreReply {
  count(venue, `refused.${retCode}`)
  const common = { retCode, retMsg, result, retExtInfo: NO_INFO }
  return limit === null ? common : { ...common, limit }
}

function restart(venue: Venue, feeds: readonly TopicFeed[]): void {
  for (const account of venue.accounts.values()) account.recentFrom = account.closedCount
  for (const listing of venue.listings) restartPictures(listing)
  for (const feed of feeds) feed.restart(venue.nowMs)
}

function applyChange(
  venue: Venue,
  markets: ReadonlyMap<string, Market>,
  change: Exclude<WorldChange, { do: 'restart' } | MoneyChange>,
): void {
  const market = markets.get(change.symbol)
  const listing = venue.bySymbol.get(change.symbol)
  if (market === undefined || listing === undefined) throw new RangeError(`no symbol ${change.symbol} in this world`)
  switch (change.do) {
    case 'move':
      market.move(change.bps)
      return
    case 'depth':
      market.setDepth(change.levelLots)
      return
    case 'matchDelay':
      listing.matchDelayMs[change.side] = change.delayMs
      return
    case 'hold':
      venue.agenda.schedule(market, market.hold(change.on, venue.nowMs))
  }
}
