/**
 * A venue as its world opens it: listings, accounts and rules, nothing traded yet.
 */
import { parseSteps, stepFromText } from '../../domain/steps.ts'
import type { Random } from '../../seams/random.ts'
import type { World, WorldInstrument } from '../world.ts'
import { createAccount } from './account.ts'
import { createAgenda } from './agenda.ts'
import { createSide } from './book.ts'
import { createProtection } from './dcp.ts'
import { createDelays } from './delays.ts'
import { createFunding } from './funding.ts'
import { createIds } from './ids.ts'
import { DEFAULT_TIER } from './limits.ts'
import { createRiskEngine } from './liquidation.ts'
import { createMarket, type Market } from './market.ts'
import type { Account, Listing, Venue } from './model.ts'
import { e8FromText } from './money.ts'
import { cancelDue, createDelayedOrders, meetBook } from './orders.ts'
import { createFillPlan } from './partials.ts'
import { createRecord, createRecorder } from './record.ts'
import { riskTiersOf } from './risktiers.ts'
import { ROUTES } from './routes.ts'
import { createStops } from './stops.ts'
import { createTriggers } from './triggers.ts'

export function createVenue(world: World, random: Random, startMs: number): Venue {
  const listings = world.instruments.map((each, index) => createListing(each, index, () => venue.nowMs))
  for (const each of listings) each.feeds.push(createRecorder(each))
  for (const { symbol, side, delayMs } of world.matching.delays) {
    const listing = listings.find((each) => each.instrument.symbol === symbol)
    if (listing !== undefined) listing.matchDelayMs[side] = delayMs
  }
  for (const each of world.matching.partialFills) {
    const listing = listings.find(({ instrument }) => instrument.symbol === each.symbol)
    if (listing !== undefined) listing.fillPlan[each.side] = createFillPlan(each)
  }
  const delayed = createDelayedOrders(500_000, () => venue, {
    momentOf: (order) => order.matchAtMs,
    happens: meetBook,
  })
  const cancels = createDelayedOrders(500_001, () => venue, {
    momentOf: (order) => order.cancelAtMs,
    happens: cancelDue,
  })
  // Before anything else of the same moment: what a price has triggered comes right after what moved the price.
  const stops = createStops(-1, () => venue)
  const risk = createRiskEngine(() => venue, 600_000)
  const protection = createProtection(() => venue, 600_001)
  const endpoints = new Map(
    [...ROUTES].flatMap(([path, { limit }]) => (limit === null ? [] : [[path, limit] as const])),
  )
  const ids = random.fork('ids')
  const rules = rulesOf(world)
  const terms = { takerRateE8: rules.takerRateE8, openedMs: startMs }
  const venue: Venue = {
    nowMs: startMs,
    agenda: createAgenda(),
    rules,
    delays: createDelays(world, random.fork('delays')),
    listings,
    bySymbol: new Map(listings.map((each) => [each.instrument.symbol, each])),
    accounts: new Map(
      world.accounts.map((each) => {
        const limits = each.environment === 'demo' ? DEFAULT_TIER : world.limits
        return [each.accountId, createAccount(each, listings, limits, endpoints, terms)]
      }),
    ),
    ids: { order: createIds(ids), execution: createIds(ids), trade: createIds(ids) },
    orderNumber: 0,
    executionNumber: 0,
    tradeNumber: 0,
    changed: [] as Account[],
    pushes: [],
    counters: {},
    delayed,
    cancels,
    stops,
    watch: { opened: risk.opened, deadline: protection.deadline },
  }
  for (const { source } of [delayed, cancels, stops, risk, protection]) venue.agenda.add(source)
  for (const each of listings) venue.agenda.add(createFunding(() => venue, each, startMs, 400_000 + each.index))
  return venue
}

function rulesOf(world: World): Venue['rules'] {
  return {
    takerRate: world.fees.taker,
    makerRate: world.fees.maker,
    takerRateE8: e8FromText(world.fees.taker),
    makerRateE8: e8FromText(world.fees.maker),
    readLagMs: world.readLagMs,
    ackDelayMs: world.matching.ackDelayMs,
    cancelDelayMs: world.matching.cancelDelayMs,
    doubts: world.doubts,
  }
}

/** The seeded market of every symbol, joined to the venue's agenda. */
export function createMarkets(
  venue: Venue,
  world: World,
  random: Random,
  startMs: number,
): ReadonlyMap<string, Market> {
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

function createListing(spec: WorldInstrument, index: number, nowMs: () => number): Listing {
  const tick = stepFromText(spec.tickSize)
  const lot = stepFromText(spec.qtyStep)
  const ticks = (text: string): number => parseSteps(text, tick)!
  const lots = (text: string): number => parseSteps(text, lot)!
  const midTicks = ticks(spec.market.midPrice)
  const record = createRecord(midTicks)
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
    riskTiers: riskTiersOf(spec),
    fundingRate: spec.fundingRate,
    settledRates: new Map(),
    status: spec.status,
    bids: createSide(true),
    asks: createSide(false),
    rpiBids: createSide(true),
    rpiAsks: createSide(false),
    triggers: createTriggers(),
    seq: 0,
    bidTicks: 0,
    askTicks: 0,
    markTicks: midTicks,
    indexTicks: midTicks,
    // A function, not a getter: an object with one is a hash table to V8, and every look at a listing would be a search.
    premiumTicks: () => record.premium.at(nowMs()),
    premiumShare: Number(spec.priceLimitAlpha),
    openTicks: midTicks,
    lastTicks: midTicks,
    lastDirection: 'ZeroPlusTick',
    record,
    changedMs: 0,
    matchDelayMs: { buy: 0, sell: 0 },
    fillPlan: { buy: null, sell: null },
    feeds: [],
  }
}
