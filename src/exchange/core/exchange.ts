/**
 * The mock venue's pure core: a world goes in, requests and moments go in, replies and pushes come out.
 *
 *   handle(request, now) ─► advance to now ─► limit ─► endpoint ─► reply + pushes
 *   advance(now)         ─► market, refills, delayed matching, feeds: each at its own moment, in order
 *
 * No clock, no I/O, no chance but the world's seed: the same world and the same calls give the same replies and pushes.
 */
import { parseSteps, stepFromText } from '../../domain/steps.ts'
import { type Random, seededRandom } from '../../seams/random.ts'
import type { World, WorldInstrument } from '../world.ts'
import { createAccount } from './account.ts'
import { createAgenda } from './agenda.ts'
import { createSide } from './book.ts'
import { visit } from './limits.ts'
import { createMarket, type Market } from './market.ts'
import type { Account, Answer, Listing, Venue } from './model.ts'
import { count, refuse } from './model.ts'
import { e8FromText } from './money.ts'
import { createDelayedOrders } from './orders.ts'
import { flushOutboxes } from './outbox.ts'
import { createFeed } from './publicfeed.ts'
import { ROUTES } from './routes.ts'
import type { TopicFeed } from './topic.ts'
import type { CoreReply, CoreRequest, ExchangeCore, Push, WorldChange } from './types.ts'

/** Opens a venue for a world that `parseWorld` has checked. */
export function createExchange(world: World, options: { readonly startMs: number }): ExchangeCore {
  const random = seededRandom(world.seed)
  const venue = createVenue(world, random, options.startMs)
  const markets = createMarkets(venue, world, random, options.startMs)
  const topics = new Map<string, { readonly feed: TopicFeed; readonly listing: Listing; subscribers: number }>()

  const advanceTo = (nowMs: number): void => {
    venue.agenda.runUntil(nowMs, () => flushOutboxes(venue))
    // Time never runs backwards here, whatever the caller's clock does.
    venue.nowMs = Math.max(venue.nowMs, nowMs)
  }
  /** Collects the pushes of everything `work` does. */
  const collect = (nowMs: number, work: () => void): Push[] => {
    const pushes: Push[] = []
    venue.pushes = pushes
    advanceTo(nowMs)
    work()
    flushOutboxes(venue)
    venue.agenda.runUntil(venue.nowMs, () => flushOutboxes(venue))
    return pushes
  }

  return {
    accounts: new Map(
      world.accounts.map((each) => [each.apiKey, { accountId: each.accountId, apiSecret: each.apiSecret }]),
    ),
    handle: (request, nowMs) => {
      let reply: CoreReply | undefined
      const pushes = collect(nowMs, () => {
        reply = answer(venue, request)
      })
      if (reply === undefined) throw new Error('an endpoint gave no reply')
      return { reply, pushes }
    },
    advance: (nowMs) => collect(nowMs, () => {}),
    nextDueMs: () => venue.agenda.nextMs(),
    subscribe: (topic) => {
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
    },
    unsubscribe: (topic) => {
      const known = topics.get(topic)
      if (known === undefined) return
      known.subscribers -= 1
      if (known.subscribers > 0) return
      topics.delete(topic)
      known.listing.feeds.splice(known.listing.feeds.indexOf(known.feed), 1)
      venue.agenda.remove(known.feed)
    },
    snapshot: (topic, nowMs) => topics.get(topic)?.feed.snapshot(nowMs) ?? [],
    counters: () => ({ ...venue.counters }),
    control: (change, nowMs) => collect(nowMs, () => applyChange(venue, markets, change)),
  }
}

function answer(venue: Venue, request: CoreRequest): CoreReply {
  const route = ROUTES.get(request.path)
  if (route === undefined || route.method !== request.method) return reply(venue, refuse(10017, 'Route not found.'))
  if (route.limit === null) return reply(venue, route.answer(venue, request.params))
  const account = request.accountId === null ? undefined : venue.accounts.get(request.accountId)
  if (account === undefined) return reply(venue, refuse(10003, 'API key is invalid.'))
  const counter = account.limits.get(request.path)
  if (counter === undefined) throw new Error(`no counter for ${request.path}`)
  const { allowed, ...limit } = visit(counter, venue.nowMs)
  const given = allowed
    ? route.answer(venue, account, request.params)
    : refuse(10006, 'Too many visits. Exceeded the API Rate Limit.')
  return { ...reply(venue, given), limit }
}

function reply(venue: Venue, given: Answer): CoreReply {
  if (given.retCode !== 0) count(venue, `refused.${given.retCode}`)
  return { retCode: given.retCode, retMsg: given.retMsg, result: given.result, retExtInfo: {} }
}

function applyChange(venue: Venue, markets: ReadonlyMap<string, Market>, change: WorldChange): void {
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

function createVenue(world: World, random: Random, startMs: number): Venue {
  const listings = world.instruments.map(createListing)
  for (const { symbol, side, delayMs } of world.matching.delays) {
    const listing = listings.find((each) => each.instrument.symbol === symbol)
    if (listing !== undefined) listing.matchDelayMs[side] = delayMs
  }
  const delayed = createDelayedOrders(500_000, () => venue)
  const endpoints = new Map(
    [...ROUTES].flatMap(([path, { limit }]) => (limit === null ? [] : [[path, limit] as const])),
  )
  const ids = random.fork('ids')
  const venue: Venue = {
    nowMs: startMs,
    agenda: createAgenda(),
    rules: rulesOf(world),
    listings,
    bySymbol: new Map(listings.map((each) => [each.instrument.symbol, each])),
    accounts: new Map(
      world.accounts.map((each) => [each.accountId, createAccount(each, listings, world.limits, endpoints)]),
    ),
    idPrefix: { order: idPrefix(ids), execution: idPrefix(ids), trade: idPrefix(ids) },
    orderNumber: 0,
    executionNumber: 0,
    tradeNumber: 0,
    changed: [] as Account[],
    pushes: [],
    counters: {},
    delayed,
  }
  venue.agenda.add(delayed.source)
  return venue
}

function rulesOf(world: World): Venue['rules'] {
  return {
    takerRate: world.fees.taker,
    makerRate: world.fees.maker,
    takerRateE8: e8FromText(world.fees.taker),
    makerRateE8: e8FromText(world.fees.maker),
    streamDelayMs: world.streamDelayMs,
    readLagMs: world.readLagMs,
    ackDelayMs: world.matching.ackDelayMs,
    reduceOnlyMinNotional: world.reduceOnlyMinNotional,
    postOnlyStatus: world.postOnlyStatus,
  }
}

function createMarkets(venue: Venue, world: World, random: Random, startMs: number): ReadonlyMap<string, Market> {
  const markets = new Map<string, Market>()
  for (const [index, spec] of world.instruments.entries()) {
    const ofSymbol = random.fork(`market/${spec.symbol}`)
    const market = createMarket(() => venue, venue.listings[index]!, spec.market, {
      random: ofSymbol,
      startMs,
      rank: index,
    })
    markets.set(spec.symbol, market)
    venue.agenda.add(market)
  }
  return markets
}

function createListing(spec: WorldInstrument, index: number): Listing {
  const tick = stepFromText(spec.tickSize)
  const lot = stepFromText(spec.qtyStep)
  const ticks = (text: string): number => parseSteps(text, tick)!
  const lots = (text: string): number => parseSteps(text, lot)!
  const midTicks = ticks(spec.market.midPrice)
  return {
    index,
    instrument: {
      symbol: spec.symbol,
      baseCoin: spec.baseCoin,
      tick,
      lot,
      minPriceTicks: ticks(spec.minPrice),
      maxPriceTicks: ticks(spec.maxPrice),
      minLots: lots(spec.minOrderQty),
      maxLots: lots(spec.maxOrderQty),
      maxMarketLots: lots(spec.maxMktOrderQty),
      minNotionalUsd: Number(spec.minNotionalValue),
      maxLeverage: Number(spec.maxLeverage),
      fundingIntervalMinutes: spec.fundingIntervalMinutes,
      bandX: Number(spec.priceLimitRatioX),
      bandY: Number(spec.priceLimitRatioY),
    },
    valueScale: tick.units * lot.units * 10 ** (8 - tick.decimals - lot.decimals),
    riskLimitUsd: spec.riskLimitUsd,
    fundingRate: spec.fundingRate,
    bids: createSide(true),
    asks: createSide(false),
    seq: 0,
    bidTicks: 0,
    askTicks: 0,
    markTicks: midTicks,
    indexTicks: midTicks,
    premiumTicks: 0,
    openTicks: midTicks,
    lastTicks: midTicks,
    lastDirection: 'ZeroPlusTick',
    highTicks: midTicks,
    lowTicks: midTicks,
    volumeLots: 0,
    turnoverUsd: 0,
    changedMs: 0,
    matchDelayMs: { buy: 0, sell: 0 },
    feeds: [],
  }
}

/** The first four groups of a UUID; a number fills the last one. */
function idPrefix(random: Random): string {
  const hex = (digits: number): string =>
    random
      .integer(0, 16 ** digits - 1)
      .toString(16)
      .padStart(digits, '0')
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${(8 + random.integer(0, 3)).toString(16)}${hex(3)}-`
}
