/**
 * Account settings: position mode, leverage, what happens to prices outside the band; and who the account is.
 */
import { positionMargin } from './account.ts'
import type { Account, Answer, Holding, Venue } from './model.ts'
import { OK, refuse } from './model.ts'
import { badParam, flagOf, isAnswer, listingOf, type Params, textOf } from './validate.ts'

const MODES: ReadonlyMap<string, boolean> = new Map([
  ['0', false],
  ['3', true],
])

/** POST /v5/position/switch-mode: one symbol, or all of a coin, where symbols in use silently stay as they are. */
export function switchMode(venue: Venue, account: Account, params: Params): Answer {
  if (textOf(params, 'category') !== 'linear') return badParam('category')
  const isHedge = MODES.get(textOf(params, 'mode'))
  if (isHedge === undefined) return badParam('position_mode')
  const symbol = textOf(params, 'symbol')
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
  if (textOf(params, 'coin') !== 'USDT') return badParam('coin')
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

/** POST /v5/position/set-leverage: cross margin, so both sides are always equal. */
export function setLeverage(venue: Venue, account: Account, params: Params): Answer {
  const listing = listingOf(venue, params)
  if (isAnswer(listing)) return listing
  const buy = leverageCents(textOf(params, 'buyLeverage'))
  const sell = leverageCents(textOf(params, 'sellLeverage'))
  if (buy === null || buy < 100 || buy > listing.instrument.maxLeverage * 100) return badParam('buyLeverage')
  if (sell === null) return badParam('sellLeverage')
  if (buy !== sell) return refuse(10001, 'buy leverage must be equal to sell leverage')
  const holding = account.holdings[listing.index]!
  if (holding.leverageCents === buy) return refuse(110043, 'Set leverage not modified')
  const marginE8 = (): number => holding.positions.reduce((sum, position) => sum + positionMargin(position), 0)
  account.positionMarginE8 -= marginE8()
  holding.leverageCents = buy
  account.positionMarginE8 += marginE8()
  return OK({})
}

function leverageCents(text: string): number | null {
  return /^\d{1,3}(\.\d{1,2})?$/.test(text) ? Math.round(Number(text) * 100) : null
}

/** POST /v5/account/set-limit-px-action */
export function setPriceAction(_venue: Venue, account: Account, params: Params): Answer {
  if (params['modifyEnable'] === undefined) return badParam('modifyEnable')
  account.modifiesPrices = flagOf(params, 'modifyEnable')
  return OK({})
}

/** GET /v5/account/info */
export function accountInfo(venue: Venue, _account: Account, _params: Params): Answer {
  return OK({
    marginMode: 'REGULAR_MARGIN',
    updatedTime: String(Math.floor(venue.nowMs)),
    unifiedMarginStatus: 5,
    dcpStatus: 'OFF',
    timeWindow: 10,
    smpGroup: 0,
    isMasterTrader: false,
    spotHedgingStatus: 'OFF',
  })
}

/** GET /v5/account/fee-rate */
export function feeRate(venue: Venue, _account: Account, params: Params): Answer {
  const symbol = textOf(params, 'symbol')
  const listings = venue.listings.filter((each) => symbol === '' || each.instrument.symbol === symbol)
  const { takerRate, makerRate } = venue.rules
  const list = listings.map((each) => ({
    symbol: each.instrument.symbol,
    takerFeeRate: takerRate,
    makerFeeRate: makerRate,
  }))
  return OK({ list })
}

/** GET /v5/user/query-api */
export function queryApi(_venue: Venue, account: Account, _params: Params): Answer {
  return OK({
    id: account.id,
    note: 'mock venue',
    apiKey: account.apiKey,
    readOnly: 0,
    secret: '',
    permissions: {
      ContractTrade: ['Order', 'Position'],
      Spot: [],
      Wallet: [],
      Options: [],
      Derivatives: ['DerivativesTrade'],
      CopyTrading: [],
      BlockTrade: [],
      Exchange: [],
      NFT: [],
      Affiliate: [],
      Earn: [],
    },
    ips: ['*'],
    type: 1,
    deadlineDay: 90,
    expiredAt: '2099-01-01T00:00:00Z',
    createdAt: '2025-01-01T00:00:00Z',
    unified: 0,
    uta: 1,
    userID: Number(account.id),
    inviterID: 0,
    vipLevel: 'No VIP',
    mktMakerLevel: '0',
    affiliateID: 0,
    rsaPublicKey: '',
    isMaster: true,
    parentUid: '0',
    kycLevel: 'LEVEL_DEFAULT',
    kycRegion: '',
  })
}
