/**
 * What an account is and what it owns (facts §3.4).
 */
import { moneyOf, plainCoinRow, walletRow } from './accountrows.ts'
import type { Account, Answer, Venue } from './model.ts'
import { OK } from './model.ts'
import { msText, type Row } from './texts.ts'
import { badParam, type Params, textOf } from './validate.ts'

/** Coins an account may hold here, whether or not it does. */
const COINS: ReadonlySet<string> = new Set(['USDT', 'USDC', 'BTC', 'ETH'])
const CATEGORIES: ReadonlySet<string> = new Set(['', 'linear'])

/** GET /v5/account/wallet-balance: coins that are not zero, or those asked for by name. */
export function walletBalance(venue: Venue, account: Account, params: Params): Answer {
  if (textOf(params['accountType']) !== 'UNIFIED') return badParam('accountType')
  const row = walletRow(moneyOf(venue, account))
  const asked = textOf(params['coin'])
  if (asked === '') return OK({ list: [row] })
  const held = row['coin'] as readonly Row[]
  const names = asked.split(',').filter((name) => COINS.has(name))
  const coin = names.map((name) => held.find((each) => each['coin'] === name) ?? plainCoinRow(name))
  return OK({ list: [{ ...row, coin }] })
}

/** GET /v5/account/info */
export function accountInfo(_venue: Venue, account: Account, _params: Params): Answer {
  return OK({
    marginMode: 'REGULAR_MARGIN',
    updatedTime: msText(account.books.settingsMs),
    unifiedMarginStatus: 5,
    dcpStatus: 'OFF',
    timeWindow: 10,
    smpGroup: 0,
    isMasterTrader: false,
    spotHedgingStatus: account.books.hedgesSpot ? 'ON' : 'OFF',
  })
}

/** GET /v5/account/fee-rate */
export function feeRate(venue: Venue, _account: Account, params: Params): Answer {
  const symbol = textOf(params['symbol'])
  const isHere = CATEGORIES.has(textOf(params['category']))
  if (isHere && symbol !== '' && !venue.bySymbol.has(symbol)) return badParam('symbol')
  const listings = isHere ? venue.listings : []
  const { takerRate, makerRate } = venue.rules
  const list = listings
    .filter((each) => symbol === '' || each.instrument.symbol === symbol)
    .map((each) => ({ symbol: each.instrument.symbol, takerFeeRate: takerRate, makerFeeRate: makerRate }))
  return OK({ list })
}

/** GET /v5/account/smp-group: none. */
export function smpGroup(_venue: Venue, _account: Account, _params: Params): Answer {
  return OK({ smpGroup: 0 })
}

/** GET /v5/asset/coin/query-info: no coin can be deposited or withdrawn here; clients that load markets ask anyway. */
export function coinInfo(_venue: Venue, _account: Account, _params: Params): Answer {
  return OK({ rows: [] })
}

/** GET /v5/user/query-api */
export function queryApi(_venue: Venue, account: Account, _params: Params): Answer {
  const { readOnly, permissions, ips } = account.key
  return OK({
    id: account.id,
    note: 'mock venue',
    apiKey: account.apiKey,
    readOnly: readOnly ? 1 : 0,
    secret: '',
    permissions: {
      ContractTrade: permissions,
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
      FiatP2P: [],
      FiatConvertBroker: [],
      FiatGlobalPay: [],
      FiatBitPay: [],
      BitCard: [],
      ByXPost: [],
    },
    ips,
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
    rsaPublicKey: account.key.rsaPublicKey ?? '',
    isMaster: true,
    parentUid: '0',
    kycLevel: 'LEVEL_DEFAULT',
    kycRegion: '',
    userIDInt64: account.id,
    inviterIDInt64: '0',
    affiliateIDInt64: '0',
  })
}
