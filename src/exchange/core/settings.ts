/**
 * Account settings: position mode, leverage, margin mode, what happens to prices outside the band. Cross margin is the
 * only margin mode here, so both sides of a symbol always have the same leverage (facts §3.3).
 *
 * Source: Bybit v5 docs, the page of each endpoint; texts of the error page unless seen otherwise.
 */
import { availableBalance, figuresOf } from './margin.ts'
import type { Account, Answer, Holding, Venue } from './model.ts'
import { OK, refuse } from './model.ts'
import { touchPosition } from './outbox.ts'
import { otherCategory } from './queries.ts'
import { centsOf, leverageText, limitAt } from './risktiers.ts'
import { badParam, flagOf, isAnswer, listingOf, type Params, textOf } from './validate.ts'

const MODES: ReadonlyMap<string, boolean> = new Map([
  ['0', false],
  ['3', true],
])
const LEVERAGE = /^\d{1,3}(\.\d{1,2})?$/
/** Up to four decimals, below zero to take margin away. */
const MARGIN = /^-?\d{1,12}(\.\d{1,4})?$/

/** POST /v5/position/switch-mode: one symbol, or all of a coin, where symbols in use silently stay as they are. */
export function switchMode(venue: Venue, account: Account, params: Params): Answer {
  if (textOf(params['category']) !== 'linear') return badParam('category')
  const isHedge = MODES.get(textOf(params['mode']))
  if (isHedge === undefined) return badParam('position_mode')
  const symbol = textOf(params['symbol'])
  if (symbol === '') return switchCoin(account, params, isHedge)
  const listing = venue.bySymbol.get(symbol)
  if (listing === undefined) return badParam('symbol')
  const holding = account.holdings[listing.index]!
  if (holding.isHedge === isHedge) return refuse(110025, 'Position mode is not modified')
  if (hasPosition(holding)) return refuse(110024, 'You have an existing position, so position mode cannot be switched')
  if (holding.open.size > 0) return refuse(110028, 'You have existing open orders, so position mode cannot be switched')
  holding.isHedge = isHedge
  return OK({})
}

function switchCoin(account: Account, params: Params, isHedge: boolean): Answer {
  if (textOf(params['coin']) !== 'USDT') return badParam('coin')
  const others = account.holdings.filter((holding) => holding.isHedge !== isHedge)
  if (others.length === 0) return refuse(110025, 'Position mode is not modified')
  for (const holding of others) {
    if (!hasPosition(holding) && holding.open.size === 0) holding.isHedge = isHedge
  }
  return OK({})
}

function hasPosition(holding: Holding): boolean {
  return holding.positions.some((position) => position.lots !== 0)
}

/** POST /v5/position/set-leverage */
export function setLeverage(venue: Venue, account: Account, params: Params): Answer {
  const listing = listingOf(venue, params)
  if (isAnswer(listing)) return listing
  const buyText = textOf(params['buyLeverage'])
  const sellText = textOf(params['sellLeverage'])
  const cents = centsOf(buyText)
  if (!LEVERAGE.test(buyText) || cents < 100 || cents > listing.instrument.maxLeverage * 100) {
    return badParam('buyLeverage')
  }
  if (!LEVERAGE.test(sellText)) return badParam('sellLeverage')
  if (cents !== centsOf(sellText)) return refuse(10001, 'buy leverage must be equal to sell leverage')
  const holding = account.holdings[listing.index]!
  if (holding.leverageCents === cents) return refuse(110043, 'Set leverage not modified')
  const isTooLarge = holding.positions.some((each) => figuresOf(each).valueE8 > limitAt(listing, cents))
  if (isTooLarge) return refuse(110013, 'Cannot set leverage due to risk limit level.')
  return withLeverage(venue, holding, cents)
}

/** Less leverage needs more margin, which has to be there; open orders keep what they hold. */
function withLeverage(venue: Venue, holding: Holding, cents: number): Answer {
  const formerCents = holding.leverageCents
  holding.leverageCents = cents
  if (cents < formerCents && hasPosition(holding) && availableBalance(holding.account) < 0) {
    holding.leverageCents = formerCents
    return refuse(110044, 'Available margin is insufficient.')
  }
  if (hasPosition(holding)) venue.watch.opened()
  for (const position of holding.positions) if (position.lots !== 0) touchPosition(venue, position)
  return OK({})
}

/** GET /v5/position/symbol-info: leverage without a position. */
export function symbolInfo(venue: Venue, account: Account, params: Params): Answer {
  const other = otherCategory(params)
  if (other !== null) return other
  const symbol = textOf(params['symbol'])
  if (symbol !== '' && !venue.bySymbol.has(symbol)) return badParam('symbol')
  const holdings = account.holdings.filter(({ listing }) => symbol === '' || symbol === listing.instrument.symbol)
  const list = holdings.flatMap(({ listing, isHedge, leverageCents, positions: [both, long, short] }) =>
    (isHedge ? [short, long] : [both]).map(({ idx, lots }) => ({
      symbol: listing.instrument.symbol,
      leverage: leverageText(leverageCents),
      side: lots === 0 ? '' : lots > 0 ? 'Buy' : 'Sell',
      positionIdx: idx,
    })),
  )
  return OK({ category: 'linear', list })
}

/** POST /v5/position/add-margin: for isolated margin only. */
export function addMargin(venue: Venue, account: Account, params: Params): Answer {
  const problem = positionProblem(venue, account, params)
  if (problem !== null) return problem
  const margin = textOf(params['margin'])
  if (!MARGIN.test(margin) || Number(margin) === 0) return badParam('margin')
  return refuse(110015, 'The position is in cross margin mode.')
}

/** POST /v5/position/set-auto-add-margin: for isolated margin only. */
export function setAutoAddMargin(venue: Venue, account: Account, params: Params): Answer {
  const problem = positionProblem(venue, account, params)
  if (problem !== null) return problem
  if (!['0', '1'].includes(textOf(params['autoAddMargin']))) return badParam('autoAddMargin')
  return refuse(110076, 'Only isolated mode can set auto-add-margin')
}

function positionProblem(venue: Venue, account: Account, params: Params): Answer | null {
  const listing = listingOf(venue, params)
  if (isAnswer(listing)) return listing
  const idx = textOf(params['positionIdx']) || '0'
  const fits = account.holdings[listing.index]!.isHedge ? idx === '1' || idx === '2' : idx === '0'
  return fits ? null : refuse(10001, 'position idx not match position mode')
}

/** POST /v5/account/set-limit-px-action */
export function setPriceAction(venue: Venue, account: Account, params: Params): Answer {
  if (params['modifyEnable'] === undefined) return badParam('modifyEnable')
  account.modifiesPrices = flagOf(params['modifyEnable'])
  account.books.settingsMs = venue.nowMs
  return OK({})
}

/** POST /v5/account/set-margin-mode: cross it is and cross it stays. */
export function setMarginMode(_venue: Venue, _account: Account, params: Params): Answer {
  const mode = textOf(params['setMarginMode'])
  if (mode === 'REGULAR_MARGIN') return OK({ reasons: [] })
  if (mode !== 'ISOLATED_MARGIN' && mode !== 'PORTFOLIO_MARGIN') return badParam('setMarginMode')
  const reasons = [{ reasonCode: '3400000', reasonMsg: 'This venue has cross margin only' }]
  return { ...refuse(3_400_045, 'Set margin mode failed'), result: { reasons } }
}

/** POST /v5/account/set-hedging-mode: spot hedging is remembered and shown; there is no spot here to hedge. */
export function setHedgingMode(venue: Venue, account: Account, params: Params): Answer {
  const mode = textOf(params['setHedgingMode'])
  if (mode !== 'ON' && mode !== 'OFF') return badParam('setHedgingMode')
  account.books.hedgesSpot = mode === 'ON'
  account.books.settingsMs = venue.nowMs
  return OK({})
}
